//! Many commands in one request: lines of JSON in, a line of JSON out for each, in order, while
//! more come in.
//!
//! Each line is a command of its own; what is refused harms no other.

use std::rc::Rc;

use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse};
use futures_util::{StreamExt, stream};
use serde::Serialize;

use super::lines::{Line, Lines, NDJSON, demand_ndjson};
use super::{Caller, problem_json};
use crate::app::App;
use crate::ctx::Ctx;
use crate::limits::BULK_GROUPS_AT_ONCE;
use crate::problem::Problem;

/// What became of a line: whose it is, where that can be read.
pub struct Taken<T> {
    pub external_id: Option<String>,
    pub outcome: Result<T, Problem>,
}

/// A line's answer, to be shown.
pub struct Answered<T> {
    /// From 1, as sent; empty lines count and are not answered.
    pub line: u64,
    pub external_id: Option<String>,
    /// Or the status of the refusal, and the problem as a single command would have answered it.
    pub outcome: Result<T, (u16, serde_json::Value)>,
}

/// Who sends the lines, and what is done with them.
struct Sender<T, S> {
    app: Data<App>,
    caller: Caller,
    ctx: Ctx,
    take: T,
    show: S,
}

/// The context of a request of lines; what is not that is refused here.
pub fn context(caller: &Caller, request: &HttpRequest) -> Result<Ctx, Problem> {
    demand_ndjson(request)?;
    caller.streaming()
}

/// Answers the lines by what `take` makes of a group of them and `show` of each.
pub fn answer<R, A, T, S>(
    (app, caller, ctx): (Data<App>, Caller, Ctx),
    payload: Payload,
    take: T,
    show: S,
) -> HttpResponse
where
    R: 'static,
    A: Serialize,
    T: AsyncFn(&App, &Ctx, &[&[u8]]) -> Vec<Taken<R>> + 'static,
    S: Fn(Answered<R>) -> A + 'static,
{
    let sender = Rc::new(Sender { app, caller, ctx, take, show });
    let lines = Lines::of(payload.into_inner());
    let groups = stream::unfold(lines, async |mut lines| Some((lines.next().await?, lines)));
    let answers = groups
        .map(move |group| {
            let sender = Rc::clone(&sender);
            async move { Ok::<_, Problem>(sender.answer(group).await) }
        })
        .buffered(BULK_GROUPS_AT_ONCE);
    HttpResponse::Ok().content_type(NDJSON).streaming(answers)
}

impl<R, A, T, S> Sender<T, S>
where
    A: Serialize,
    T: AsyncFn(&App, &Ctx, &[&[u8]]) -> Vec<Taken<R>>,
    S: Fn(Answered<R>) -> A,
{
    async fn answer(&self, group: Vec<Line>) -> Bytes {
        let app = &self.app;
        let ctx = Ctx { now: app.clock.now(), wall: app.clock.wall(), ..self.ctx.clone() };
        let bytes: Vec<&[u8]> =
            group.iter().filter_map(|line| line.content.as_deref().ok()).collect();
        // A long request may outlive its token.
        let still = self.caller.still().await;
        let mut taken = match still {
            Ok(()) => (self.take)(app, &ctx, &bytes).await,
            Err(_) => Vec::new(),
        }
        .into_iter();
        let mut text = Vec::with_capacity(group.len() * 200);
        for line in &group {
            let taken = match (&line.content, &still) {
                (Err(problem), _) | (Ok(_), Err(problem)) => refused(problem.clone()),
                (Ok(_), Ok(())) => {
                    let none = || refused(Problem::internal("a line without an answer"));
                    taken.next().unwrap_or_else(none)
                }
            };
            self.write(&mut text, line.number, taken);
        }
        text.into()
    }

    fn write(&self, text: &mut Vec<u8>, line: u64, taken: Taken<R>) {
        let request_id = self.ctx.request_id.as_str();
        let outcome = taken.outcome.map_err(|problem| {
            if let Some(cause) = problem.cause.as_deref() {
                tracing::error!(request.id = request_id, line, cause, "a bulk line failed");
            }
            (problem.status(), problem_json(&problem, self.ctx.lang, Some(request_id)))
        });
        let answered = Answered { line, external_id: taken.external_id, outcome };
        // Plain values: writing them to memory cannot fail.
        let _ = serde_json::to_writer(&mut *text, &(self.show)(answered));
        text.push(b'\n');
    }
}

const fn refused<R>(problem: Problem) -> Taken<R> {
    Taken { external_id: None, outcome: Err(problem) }
}

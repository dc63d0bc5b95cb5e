//! Many commands in one request: lines of JSON in, a line of JSON out for each, in order, while
//! more come in.
//!
//! Each line is a command of its own; what is refused harms no other. Lines are taken whether the
//! client reads the answers or not, up to a bound (`unread.rs`): beyond it one line is refused as
//! too large, and the rest of the body is read and not looked at, so that the client comes to its
//! end and reads what it was told.

use std::rc::Rc;

use actix_web::web::{Bytes, Data, Payload};
use actix_web::{HttpRequest, HttpResponse, rt};
use futures_util::{StreamExt, stream};
use serde::Serialize;

use super::lines::{Line, Lines, NDJSON, demand_ndjson};
use super::unread::{Bounds, Maker, unread};
use super::{Caller, problem_json};
use crate::app::App;
use crate::ctx::Ctx;
use crate::problem::{Code, Problem, Text};

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
    /// Groups of lines that are taken side by side.
    at_once: usize,
}

/// The context of a request of lines; what is not that is refused here.
pub fn context(caller: &Caller, request: &HttpRequest) -> Result<Ctx, Problem> {
    demand_ndjson(request)?;
    caller.streaming()
}

/// One group of lines after the other: where they tell what happened in their order.
pub const IN_ORDER: usize = 1;

/// Answers the lines by what `take` makes of a group of them and `show` of each; so many groups are
/// taken side by side.
pub fn answer<R, A, T, S>(
    (app, caller, ctx): (Data<App>, Caller, Ctx),
    payload: Payload,
    (take, show): (T, S),
    at_once: usize,
) -> HttpResponse
where
    R: 'static,
    A: Serialize + 'static,
    T: AsyncFn(&App, &Ctx, &[&[u8]]) -> Vec<Taken<R>> + 'static,
    S: Fn(Answered<R>) -> A + 'static,
{
    let sender = Sender { app, caller, ctx, take, show, at_once };
    let (maker, reading) = unread(Bounds::USUAL);
    rt::spawn(make(sender, Lines::of(payload.into_inner()), maker));
    HttpResponse::Ok().content_type(NDJSON).streaming(reading)
}

/// Lines to be taken; or those for whose answers there is no room, and all that come after them.
enum Group {
    Lines(Vec<Line>),
    Refused(u64, Lines),
}

/// The next lines, once there is room for what they are answered; and those after them.
async fn next(lines: Option<Lines>, room: Rc<Maker>) -> Option<(Group, Option<Lines>)> {
    let mut lines = lines?;
    let group = lines.next().await?;
    if room.has_room().await {
        return Some((Group::Lines(group), Some(lines)));
    }
    let first = group.first().map_or(0, |line| line.number);
    Some((Group::Refused(first, lines), None))
}

/// Takes the lines until they end, or nobody reads what they are answered.
async fn make<R, A, T, S>(sender: Sender<T, S>, lines: Lines, maker: Maker)
where
    A: Serialize,
    T: AsyncFn(&App, &Ctx, &[&[u8]]) -> Vec<Taken<R>>,
    S: Fn(Answered<R>) -> A,
{
    let at_once = sender.at_once;
    let (maker, sender) = (Rc::new(maker), Rc::new(sender));
    let room = Rc::clone(&maker);
    let groups = stream::unfold(Some(lines), move |lines| next(lines, Rc::clone(&room)));
    let answers = groups.map(|group| {
        let sender = Rc::clone(&sender);
        async move {
            match group {
                Group::Lines(group) => (sender.answer(group).await, None),
                Group::Refused(line, rest) => (sender.refuse(line), Some(rest)),
            }
        }
    });
    {
        let mut answers = std::pin::pin!(answers.buffered(at_once));
        while let Some((text, rest)) = answers.next().await {
            maker.push(text);
            if maker.is_alone() {
                return;
            }
            if let Some(rest) = rest {
                rest.pass_over().await;
            }
        }
    }
    drop(sender);
    if let Some(maker) = Rc::into_inner(maker) {
        maker.end();
    }
}

fn unread_too_much() -> Problem {
    let detail = Text::new(
        "应答积压过多：自此行起未作处理。请边发送边读取应答，或每次少发一些行。",
        "Too many answers wait to be read: from this line on nothing was taken. Read while you \
         send, or send fewer lines at a time.",
    );
    Problem::new(Code::PayloadTooLarge, detail)
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

    /// The answer to the first of the lines that are not taken.
    fn refuse(&self, line: u64) -> Bytes {
        let mut text = Vec::new();
        self.write(&mut text, line, refused(unread_too_much()));
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

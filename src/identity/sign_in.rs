//! A sign-in as a subject of the journal: opened, and ended by hand or because a refresh token was
//! used twice. Its id is the session's. No address, no name, nothing of a token: who, when, by
//! which factors. Failures are no events, so that a flood of them cannot flood the journal; that an
//! account was locked by them is one (`locked_out`, on the user's own chain).

use std::sync::Arc;

use serde_json::{Value, json};

use super::store::{self, Account, NewSession, NewToken};
use super::totp::Factor;
use crate::app::App;
use crate::ctx::{Actor, Ctx};
use crate::decision::{Decision, EventDraft, Output, Stamp, Subject, SubjectKind, Written};
use crate::ids::SessionId;

pub const fn subject(id: SessionId) -> Subject {
    Subject::new(SubjectKind::SignIn, id.uuid())
}

/// The context of what identity does by itself for `actor`.
pub fn ctx_of(app: &App, actor: Actor) -> Ctx {
    Ctx::unasked(actor, (app.clock.now(), app.clock.wall()), "")
}

/// The session with its first refresh token, and the event.
pub fn opened(
    new: &NewSession,
    token: &NewToken,
    second_factor: Option<Factor>,
    ctx: &Ctx,
) -> Decision {
    let data = json!({
        "id": new.id,
        "user_id": new.user_id,
        "second_factor": second_factor,
        "status": "open",
        "reason": null,
    });
    let event = event(new.id, "signed_in", data, ctx);
    let rows = vec![store::open_row(new), store::token_row(new.id, token)];
    let finish = move |_: &_| {
        let (events, rows) = (vec![event.clone()], rows.clone());
        Ok(Written { events, rows, notices: Vec::new(), output: Arc::new(()) as Output })
    };
    let mut decision = Decision::new(subject(new.id), ctx, 200, Box::new(finish));
    decision.advance(subject(new.id), None);
    decision
}

/// The end of a session.
pub fn ended(
    (id, version): (SessionId, i64),
    of: &Account,
    reason: &'static str,
    ctx: &Ctx,
) -> Decision {
    let data = json!({
        "id": id,
        "user_id": of.user.id,
        "second_factor": null,
        "status": "ended",
        "reason": reason,
    });
    let event = event(id, "signed_out", data, ctx);
    let row = store::end_row(id, reason, ctx.wall);
    let finish = move |_: &_| {
        let (events, rows) = (vec![event.clone()], vec![row.clone()]);
        Ok(Written { events, rows, notices: Vec::new(), output: Arc::new(()) as Output })
    };
    let mut decision = Decision::new(subject(id), ctx, 204, Box::new(finish));
    decision.advance(subject(id), Some(version));
    decision
}

fn event(id: SessionId, kind: &'static str, data: Value, ctx: &Ctx) -> EventDraft {
    let actor = Stamp::from(&ctx.actor);
    EventDraft { subject: subject(id), kind, occurred_at: ctx.now, actor, data }
}

/// Too many failures have locked the account. The system says so: nobody has signed in.
pub fn locked_out(of: &Account, ctx: &Ctx) -> Decision {
    let user = super::user::User { version: of.user.version + 1, ..of.user.clone() };
    let subject = user.subject();
    let event = EventDraft {
        subject,
        kind: "locked_out",
        occurred_at: ctx.now,
        actor: Stamp::system(),
        data: user.recorded(),
    };
    let finish = move |_: &_| {
        let (events, rows) = (vec![event.clone()], Vec::new());
        Ok(Written { events, rows, notices: Vec::new(), output: Arc::new(()) as Output })
    };
    let mut decision = Decision::new(subject, ctx, 204, Box::new(finish));
    decision.advance(subject, Some(of.user.version));
    decision
}

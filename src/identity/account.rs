//! How a change of an account is written: one event of the user, its row, and the one session that
//! goes on where the others end.

use std::sync::Arc;

use super::store::{self, Account};
use super::user::User;
use crate::ctx::Ctx;
use crate::decision::{Decision, EventDraft, Output, Row, Written};
use crate::ids::SessionId;

/// An account as it is to be.
pub struct AccountChange {
    pub after: Account,
    /// The session that is carried over where the epoch is raised.
    pub keeps: Option<SessionId>,
    /// Rows beside the user's own.
    pub rows: Vec<Row>,
    /// The event's kind.
    pub kind: &'static str,
}

/// The decision that writes it. The version is that after `before`'s.
pub fn written(before: &Account, change: AccountChange, ctx: &Ctx) -> Decision {
    let version = before.user.version + 1;
    let after = Account { user: User { version, ..change.after.user }, ..change.after };
    let subject = after.user.subject();
    let event = EventDraft {
        subject,
        kind: change.kind,
        occurred_at: ctx.now,
        actor: (&ctx.actor).into(),
        data: after.user.recorded(),
    };
    let (keeps, rows) = (change.keeps, change.rows);
    let finish = move |_: &_| {
        let mut all = vec![store::update_row(&after)];
        all.extend(keeps.map(|session| store::session_row(session, after.epoch)));
        all.extend(rows.iter().cloned());
        Ok(Written {
            events: vec![event.clone()],
            rows: all,
            notices: Vec::new(),
            output: Arc::new(after.user.clone()) as Output,
        })
    };
    let mut decision = Decision::new(subject, ctx, 200, Box::new(finish));
    decision.advance(subject, Some(before.user.version));
    decision
}

//! An act as a decision: one event for each entry that it changes, all of them in one commit.

use std::sync::Arc;

use crate::ctx::Ctx;
use crate::decision::{Decision, Row, Written};
use crate::problem::Problem;
use crate::registry::{After, Entry, event};

/// An entry as an act leaves it.
pub struct Change<T> {
    pub kind: &'static str,
    pub value: T,
    /// The version that was read; 0 where nobody has told of it yet.
    pub version: i64,
    pub row: Row,
}

/// What is answered is the first.
pub fn decision<T: Entry>(changes: Vec<Change<T>>, ctx: &Ctx) -> Result<Decision, Problem> {
    let (mut events, mut rows, mut advances) = (Vec::new(), Vec::new(), Vec::new());
    let mut first = None;
    for Change { kind, value, version, row } in changes {
        let subject = value.subject();
        events.push(event(ctx, subject, kind, &value)?);
        rows.push(row);
        advances.push((subject, (version > 0).then_some(version)));
        first = first.or(Some((value, version + 1)));
    }
    let (value, version) = first.ok_or_else(|| Problem::internal("an act that changes nothing"))?;
    let subject = value.subject();
    let (warnings, stale) = (Vec::new(), Vec::new());
    let output = Arc::new(After { status: 200, value, version, warnings, stale });
    let finish = move |_: &_| {
        let (events, rows) = (events.clone(), rows.clone());
        Ok(Written { events, rows, notices: Vec::new(), output: Arc::clone(&output) as _ })
    };
    let mut decision = Decision::new(subject, ctx, 200, Box::new(finish));
    for (subject, version) in advances {
        decision.advance(subject, version);
    }
    Ok(decision)
}

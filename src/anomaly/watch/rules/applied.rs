//! Steps of the authority with an application for a transfer across a border, by rows DL05 to DL08.
//!
//! AL84 (Order 23 Art. 24 to 26). The authority that owes the step is reminded a working day
//! before; what is overdue is a case of its place that names nobody: the applicant has done its
//! part. DL05 needs none: silence counts as acceptance (Art. 23), from which DL06 runs.

use chrono::NaiveDate;
use serde_json::json;
use uuid::Uuid;

use super::super::Watch;
use super::super::timers::Timer;
use super::deadline::end_of;
use crate::anomaly::finding::{About, Finding, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::clock::legal_day;
use crate::ids::TransferApplicationId;
use crate::registry::application::{Clocks, TermState, TransferApplication};

/// By their rows: what the sending authority owes, but for the reply of the receiving one.
const STEPS: [&str; 3] = ["DL06", "DL07", "DL08"];
const REPLY: &str = "DL07";

/// The step that is due next.
struct Next {
    rule: String,
    due_on: NaiveDate,
    is_over: bool,
}

/// What an application waits for, as it stands on a day.
fn next(w: &Watch, it: &TransferApplication, on: NaiveDate) -> Option<Next> {
    let reference = &w.reference;
    let clocks = Clocks { catalogue: &reference.catalogue, calendar: &reference.calendar };
    let terms = clocks.terms(&clocks.stands(it, on), on);
    let waits = |state| matches!(state, TermState::Running | TermState::Over);
    let term = terms.into_iter().find(|term| waits(term.state))?;
    Some(Next { due_on: term.due_on, is_over: term.state == TermState::Over, rule: term.rule })
}

pub fn see(w: &mut Watch, it: &TransferApplication) {
    let about = (About::Site, it.producer_site_id.uuid());
    let ended = it.withdrawn_on.is_some() || it.outcome.is_some();
    let next = next(w, it, legal_day(w.now()));
    for rule in STEPS {
        if next.as_ref().is_none_or(|next| next.rule != rule) {
            let reason = if it.withdrawn_on.is_some() { Gone::Corrected } else { Gone::CameLate };
            w.clear(RuleId(84), about, &key(it.id, rule), reason);
        }
    }
    w.timers.drop(Timer::StepSoon, it.id.uuid());
    w.timers.drop(Timer::Step, it.id.uuid());
    if ended {
        w.applications.remove(&it.id);
        return;
    }
    w.applications.put(it.id, it.clone());
    if let Some(next) = next {
        schedule(w, it, &next);
    }
}

fn key(id: TransferApplicationId, rule: &str) -> String {
    format!("{id} {rule}")
}

/// Sets the timers of a step that is not over.
fn schedule(w: &mut Watch, it: &TransferApplication, next: &Next) {
    let days = w.param(Param::Al84Warn, &it.producer_division) as u32;
    // The reminder comes with the morning of that day.
    let soon = w.reference.calendar.subtract_working_days(next.due_on, days);
    let soon = end_of(soon.pred_opt().unwrap_or(soon));
    if soon > w.now() {
        w.timers.set(Timer::StepSoon, it.id.uuid(), soon);
    }
    w.timers.set(Timer::Step, it.id.uuid(), end_of(next.due_on).max(w.now()));
}

pub fn due(w: &mut Watch, timer: Timer, id: Uuid) {
    let Some(it) = w.applications.get(&TransferApplicationId::of(id)).cloned() else { return };
    let Some(next) = next(w, &it, legal_day(w.now())) else { return };
    let Some(finding) = finding(w, &it, &next) else { return };
    match (timer, next.is_over) {
        (Timer::StepSoon, _) => w.remind(finding),
        (_, true) => w.raise(finding),
        // Silence has accepted it, and the next step runs.
        (_, false) => schedule(w, &it, &next),
    }
}

fn finding(w: &Watch, it: &TransferApplication, next: &Next) -> Option<Finding> {
    let mut finding = w.of_site(84, it.producer_site_id, "hazardous")?;
    let owes = if next.rule == REPLY { &it.receiver_division } else { &it.producer_division };
    finding.divisions = vec![owes.clone()];
    finding.organisations = Vec::new();
    finding.key = key(it.id, &next.rule);
    finding.evidence = json!({
        "term": next.rule,
        "transfer_application_id": it.id,
        "due_on": next.due_on,
    });
    Some(finding)
}

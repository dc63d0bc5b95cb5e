//! By when each step of an application is due, by rows DL05 to DL08 of the table of deadlines, in
//! working days. Pure.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use super::model::{ApplicationStatus, TransferApplication};
use crate::calendar::Calendar;
use crate::catalogue::Catalogue;
use crate::wire::api_enum;

api_enum! {
    /// How a step's term stands.
    pub enum TermState {
        Running = "running",
        Over = "over",
        Met = "met",
        Late = "late",
        /// Nobody spoke in time, which counts as acceptance.
        Silent = "silent",
    }
}

/// A step that is or was due.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApplicationTermView {
    /// Row of the deadline table, `DL05`.
    pub rule: String,
    /// `accept`, `consult`, `reply` or `decide`.
    pub action: String,
    /// The last day, Beijing.
    pub due_on: NaiveDate,
    #[schema(required)]
    pub done_on: Option<NaiveDate>,
    pub state: TermState,
    /// The article.
    pub source: String,
    /// The working days of the year it ends in are not published: the day can still move.
    pub provisional: bool,
}

/// The table and the calendar that terms are counted by.
#[derive(Clone, Copy)]
pub struct Clocks<'a> {
    pub catalogue: &'a Catalogue,
    pub calendar: &'a Calendar,
}

const SILENCE: &str = "DL05";

impl Clocks<'_> {
    /// The last day of a rule's term that begins on a day.
    fn due(&self, rule: &str, from: NaiveDate) -> NaiveDate {
        let days = self.catalogue.deadline_rule(rule).and_then(|rule| rule.value.parse().ok());
        self.calendar.add_working_days(from, days.unwrap_or(0))
    }

    /// The application as it stands on a day: accepted as of the day it came in, where nobody named
    /// a fault in time (Art. 23).
    pub fn stands(&self, application: &TransferApplication, on: NaiveDate) -> TransferApplication {
        let came_in = application.came_in_on();
        let mut it = application.clone();
        if it.status == ApplicationStatus::Submitted && on > self.due(SILENCE, came_in) {
            it.status = ApplicationStatus::Accepted;
            (it.accepted_on, it.accepted_by_silence) = (Some(came_in), true);
        }
        it
    }

    /// Every step whose term has begun, of an application as it stands on a day.
    pub fn terms(&self, it: &TransferApplication, on: NaiveDate) -> Vec<ApplicationTermView> {
        let consulted = it.consultation.as_ref().map(|letter| letter.sent_on);
        let replied = it.reply.as_ref().map(|reply| reply.received_on);
        let decided = it.outcome.as_ref().map(|outcome| outcome.decided_on);
        let waits = it.status == ApplicationStatus::CorrectionsRequested;
        let came_in = Some(it.came_in_on()).filter(|_| !waits);
        let ended = it.withdrawn_on.or(decided);
        [
            (SILENCE, "accept", came_in, it.accepted_on),
            ("DL06", "consult", it.accepted_on, consulted),
            ("DL07", "reply", consulted, replied),
            ("DL08", "decide", replied, decided),
        ]
        .into_iter()
        .filter_map(|(rule, action, from, done)| {
            // What ended on the way owes no further step.
            let is_owed = done.is_some() || ended.is_none();
            let mut term = self.term((rule, action), from.filter(|_| is_owed)?, (done, on));
            if rule == SILENCE && it.accepted_by_silence {
                term.state = TermState::Silent;
            }
            Some(term)
        })
        .collect()
    }

    fn term(
        &self,
        (rule, action): (&str, &str),
        from: NaiveDate,
        (done, on): (Option<NaiveDate>, NaiveDate),
    ) -> ApplicationTermView {
        let due_on = self.due(rule, from);
        let state = match done {
            Some(done) if done <= due_on => TermState::Met,
            Some(_) => TermState::Late,
            None if on <= due_on => TermState::Running,
            None => TermState::Over,
        };
        let source = self.catalogue.deadline_rule(rule).map(|rule| rule.legal_source.to_string());
        ApplicationTermView {
            rule: rule.to_owned(),
            action: action.to_owned(),
            due_on,
            done_on: done,
            state,
            source: source.unwrap_or_default(),
            provisional: self.calendar.is_provisional(due_on),
        }
    }
}

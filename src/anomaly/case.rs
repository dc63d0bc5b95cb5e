//! A case as the watch owns it, and what outcomes make of it. Pure.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use super::finding::{Finding, Gone, Outcome};
use crate::ids::AnomalyId;

/// Positions that a case keeps as proofs: the newest.
const PROOFS_MAX: usize = 200;

/// Manifests, and organisations, that a case names: the newest.
const NAMED_MAX: usize = 200;

/// The columns of `anomaly` that the watch owns.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub id: Uuid,
    pub rule: String,
    pub stream: String,
    pub severity: i16,
    pub subject_kind: String,
    pub subject_id: Uuid,
    pub key: String,
    pub divisions: Vec<String>,
    pub manifest_ids: Vec<Uuid>,
    pub organisation_ids: Vec<Uuid>,
    pub evidence: Value,
    pub proofs: Vec<i64>,
    pub first_seen_at: DateTime<Utc>,
    pub last_seen_at: DateTime<Utc>,
    pub times: i32,
    pub reopened: i32,
    pub resolved_at: Option<DateTime<Utc>>,
    pub resolved_reason: Option<String>,
}

/// What somebody is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    Opened,
    /// It had been resolved, and is there again.
    Reopened,
    /// It weighs more than it did.
    Raised,
    Resolved,
    Reminder,
    /// A load whose receipt is late: its parties are told, who do not see the receiver's case.
    Overdue,
}

impl Told {
    /// The kind of the outbox's row.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Opened => "anomaly_opened",
            Self::Reopened => "anomaly_reopened",
            Self::Raised => "anomaly_raised",
            Self::Resolved => "anomaly_resolved",
            Self::Reminder => "anomaly_reminder",
            Self::Overdue => "manifest_overdue",
        }
    }
}

/// One thing to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    pub told: Told,
    /// The case; of [`Told::Overdue`], the manifest.
    pub case: Uuid,
    pub at: DateTime<Utc>,
    /// The newest event that proves it; none for what only time made.
    pub position: Option<i64>,
}

impl Case {
    /// Its place in lists: weight, time and id.
    pub const fn key(&self) -> (i16, DateTime<Utc>, Uuid) {
        (self.severity, self.first_seen_at, self.id)
    }

    fn new(at: DateTime<Utc>, finding: Finding) -> Self {
        let (about, subject_id) = finding.about;
        let mut case = Self {
            id: finding.case_id().uuid(),
            rule: finding.rule.to_string(),
            stream: finding.stream,
            severity: finding.severity.number(),
            subject_kind: about.as_str().to_owned(),
            subject_id,
            key: finding.key,
            divisions: finding.divisions,
            manifest_ids: Vec::new(),
            organisation_ids: Vec::new(),
            evidence: finding.evidence,
            proofs: Vec::new(),
            first_seen_at: at,
            last_seen_at: at,
            times: 1,
            reopened: 0,
            resolved_at: None,
            resolved_reason: None,
        };
        add(&mut case.manifest_ids, finding.manifests.iter().map(|id| id.uuid()), NAMED_MAX);
        let organisations = finding.organisations.iter().map(|id| id.uuid());
        add(&mut case.organisation_ids, organisations, NAMED_MAX);
        add(&mut case.proofs, finding.proofs.into_iter(), PROOFS_MAX);
        case.divisions.sort_unstable();
        case.divisions.dedup();
        case
    }

    /// It was found once more.
    fn again(&mut self, at: DateTime<Utc>, finding: Finding) -> Option<Told> {
        let was = (self.resolved_at.take(), self.severity);
        self.resolved_reason = None;
        self.times = self.times.saturating_add(1);
        self.last_seen_at = self.last_seen_at.max(at);
        self.stream = finding.stream;
        self.evidence = finding.evidence;
        add(&mut self.manifest_ids, finding.manifests.iter().map(|id| id.uuid()), NAMED_MAX);
        let organisations = finding.organisations.iter().map(|id| id.uuid());
        add(&mut self.organisation_ids, organisations, NAMED_MAX);
        add(&mut self.proofs, finding.proofs.into_iter(), PROOFS_MAX);
        self.divisions.extend(finding.divisions);
        self.divisions.sort_unstable();
        self.divisions.dedup();
        let severity = finding.severity.number();
        match was {
            (Some(_), _) => {
                self.reopened = self.reopened.saturating_add(1);
                self.severity = severity;
                Some(Told::Reopened)
            }
            (None, before) => {
                self.severity = before.max(severity);
                (severity > before).then_some(Told::Raised)
            }
        }
    }

    fn gone(&mut self, at: DateTime<Utc>, reason: Gone) -> Option<Told> {
        if self.resolved_at.is_some() {
            return None;
        }
        self.resolved_at = Some(at);
        self.resolved_reason = Some(reason.as_str().to_owned());
        Some(Told::Resolved)
    }
}

/// Adds what is not there yet; of too many the newest stay.
fn add<T: PartialEq>(all: &mut Vec<T>, more: impl Iterator<Item = T>, most: usize) {
    for one in more {
        if !all.contains(&one) {
            all.push(one);
        }
    }
    let beyond = all.len().saturating_sub(most);
    all.drain(..beyond);
}

/// Cases by their ids.
pub type Cases = BTreeMap<Uuid, Case>;

/// The case that an outcome is about.
pub fn case_of(outcome: &Outcome) -> AnomalyId {
    match outcome {
        Outcome::Raised { finding, .. } | Outcome::Reminder { finding, .. } => finding.case_id(),
        Outcome::Cleared { case, .. } => *case,
    }
}

/// Takes an outcome over into the cases, and says what is to be told of it.
pub fn apply(cases: &mut Cases, outcome: Outcome) -> Option<Telling> {
    let id = case_of(&outcome).uuid();
    let newest = |case: &Case| case.proofs.iter().max().copied();
    match outcome {
        Outcome::Raised { at, finding } => {
            let (told, position) = if let Some(case) = cases.get_mut(&id) {
                (case.again(at, finding), newest(case))
            } else {
                let case = Case::new(at, finding);
                let position = newest(&case);
                cases.insert(id, case);
                (Some(Told::Opened), position)
            };
            Some(Telling { told: told?, case: id, at, position })
        }
        Outcome::Cleared { at, reason, .. } => {
            let case = cases.get_mut(&id)?;
            let told = case.gone(at, reason)?;
            Some(Telling { told, case: id, at, position: newest(case) })
        }
        Outcome::Reminder { at, finding } => {
            let position = finding.proofs.iter().max().copied();
            Some(Telling { told: Told::Reminder, case: id, at, position })
        }
    }
}

/// What the parties of a load are told beside the case that its receipt is late (AL07): the case
/// names the receiver alone, whose duty it is.
pub fn overdue(telling: &Telling, cases: &Cases) -> Option<Telling> {
    let case = cases.get(&telling.case).filter(|case| case.rule == "AL07")?;
    let is_new = matches!(telling.told, Told::Opened | Told::Reopened);
    let manifest = *case.manifest_ids.first().filter(|_| is_new && case.resolved_at.is_none())?;
    Some(Telling { told: Told::Overdue, case: manifest, ..*telling })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::anomaly::finding::About;
    use crate::anomaly::rule::{RuleId, Severity};
    use crate::ids::ManifestId;

    fn finding(severity: Severity, position: i64) -> Finding {
        Finding {
            rule: RuleId(79),
            severity,
            about: (About::Manifest, Uuid::from_bytes([1; 16])),
            key: String::new(),
            stream: "medical".to_owned(),
            divisions: vec!["02".to_owned(), "01".to_owned()],
            manifests: vec![ManifestId::of(Uuid::from_bytes([1; 16]))],
            organisations: Vec::new(),
            evidence: json!({"n": position}),
            proofs: vec![position],
        }
    }

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn a_case_is_opened_raised_resolved_and_opened_again() {
        let mut cases = Cases::new();
        let mut see = |second, severity| {
            let finding = finding(severity, second);
            apply(&mut cases, Outcome::Raised { at: at(second), finding }).map(|one| one.told)
        };
        assert_eq!(see(1, Severity::Medium), Some(Told::Opened));
        assert_eq!(see(2, Severity::Low), None);
        assert_eq!(see(3, Severity::High), Some(Told::Raised));
        let id = finding(Severity::Low, 0).case_id();
        let clear = |second| Outcome::Cleared { at: at(second), case: id, reason: Gone::CameLate };
        let told = apply(&mut cases, clear(4)).unwrap();
        assert_eq!((told.told, told.position), (Told::Resolved, Some(3)));
        assert_eq!(apply(&mut cases, clear(5)), None);
        let again = Outcome::Raised { at: at(6), finding: finding(Severity::Low, 6) };
        assert_eq!(apply(&mut cases, again).unwrap().told, Told::Reopened);
        let case = &cases[&id.uuid()];
        assert_eq!((case.times, case.reopened, case.severity), (4, 1, Severity::Low.number()));
        assert_eq!((case.first_seen_at, case.last_seen_at), (at(1), at(6)));
        assert_eq!((&case.proofs, &case.evidence), (&vec![1, 2, 3, 6], &json!({"n": 6})));
        assert_eq!((case.divisions.join(" "), case.manifest_ids.len()), ("01 02".into(), 1));
        assert_eq!(case.resolved_at, None);
    }

    #[test]
    fn what_is_not_there_is_not_resolved_and_a_reminder_is_no_case() {
        let mut cases = Cases::new();
        let id = finding(Severity::Low, 0).case_id();
        let clear = Outcome::Cleared { at: at(1), case: id, reason: Gone::Normal };
        assert_eq!(apply(&mut cases, clear), None);
        let remind = Outcome::Reminder { at: at(1), finding: finding(Severity::Low, 7) };
        let told = apply(&mut cases, remind).unwrap();
        assert_eq!((told.told, told.position, cases.len()), (Told::Reminder, Some(7), 0));
    }
}

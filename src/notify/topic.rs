//! What a row of the outbox is about: all that decides who is told, and what they are told of it.
//!
//! `subjects.rs` looks it up. What is sent is thin: titles and addresses; whoever is told reads the
//! rest with its own rights.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::kind::{NoticeKind, NoticeSeverity};
use super::statutory::Duty;
use crate::catalogue::Stream;
use crate::clock::rfc3339;
use crate::ctx::Actor;
use crate::decision::SubjectKind;
use crate::identity::policy;
use crate::ids::OrganisationId;

/// A row of the outbox.
#[derive(Clone, Debug)]
pub struct Told {
    pub id: i64,
    pub kind: String,
    /// None: nobody in particular.
    pub recipient: Option<OrganisationId>,
    pub subject_kind: i16,
    pub subject_id: Uuid,
    pub position: i64,
    pub at: DateTime<Utc>,
}

/// Where something is, for those who regulate places.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Whereabouts {
    pub division: String,
    pub regiment: Option<String>,
}

/// What something that is told is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    pub kind: NoticeKind,
    /// Of the API: `manifests/{id}`.
    pub path: String,
    pub title_zh: String,
    pub title_en: String,
    pub streams: Vec<Stream>,
    pub severity: Option<NoticeSeverity>,
    /// The rule that raised it.
    pub rule: Option<String>,
    /// Regulators of any of these may know.
    pub places: Vec<Whereabouts>,
    /// Of these, only whoever judges the stream, and the agencies that it was shared with; none:
    /// whoever sees the stream.
    pub shared_with: Option<Vec<String>>,
    /// These organisations may know.
    pub organisations: Vec<OrganisationId>,
    /// Who is told of it whether or not they subscribed.
    pub duty: Option<Duty>,
}

impl Topic {
    /// Of a kind, and nothing else known of it.
    pub fn of_kind(kind: NoticeKind) -> Self {
        let (zh, en) = kind.words();
        Self {
            kind,
            path: String::new(),
            title_zh: zh.to_owned(),
            title_en: en.to_owned(),
            streams: Vec::new(),
            severity: None,
            rule: None,
            places: Vec::new(),
            shared_with: None,
            organisations: Vec::new(),
            duty: None,
        }
    }

    /// Whether somebody may know of it: one's own organisation's matters; as a regulator those of
    /// one's jurisdiction whose stream concerns one's agency.
    pub fn is_seen_by(&self, actor: &Actor) -> bool {
        if !actor.role.is_regulator() {
            return self.organisations.contains(&actor.organisation_id);
        }
        let regulates =
            |at: &Whereabouts| policy::regulates_place(actor, &at.division, at.regiment.as_deref());
        let concerns = |stream: &Stream| match &self.shared_with {
            Some(agencies) => {
                policy::corrects_stream(actor, *stream)
                    || actor.agency.as_ref().is_some_and(|own| agencies.contains(own))
            }
            None => policy::sees_stream(actor, *stream),
        };
        self.places.iter().any(regulates)
            && (self.streams.is_empty() || self.streams.iter().any(concerns))
    }

    /// Whether it is told to somebody by this row: where the row names an organisation, to that
    /// one's people alone, and to regulators.
    pub fn goes_to(&self, told: &Told, actor: &Actor) -> bool {
        let named = told.recipient.is_none_or(|recipient| recipient == actor.organisation_id);
        (named || actor.role.is_regulator()) && self.is_seen_by(actor)
    }

    /// What is kept of it with each delivery. `basis`: the text by which it is told.
    pub fn content(&self, basis: Option<&str>) -> Content {
        Content {
            title_zh: self.title_zh.clone(),
            title_en: self.title_en.clone(),
            path: self.path.clone(),
            streams: self.streams.clone(),
            severity: self.severity,
            rule: self.rule.clone(),
            basis: basis.map(str::to_owned),
        }
    }
}

/// What a delivery tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub title_zh: String,
    pub title_en: String,
    pub path: String,
    pub streams: Vec<Stream>,
    pub severity: Option<NoticeSeverity>,
    pub rule: Option<String>,
    /// The text that wants it told; none: its reader subscribed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
}

impl Content {
    /// The body of a webhook's request (Standard Webhooks): thin, with the number that the change
    /// feed gives the event.
    pub fn body(
        &self,
        kind: &str,
        position: Option<i64>,
        subject: Option<(i16, Uuid)>,
        at: DateTime<Utc>,
    ) -> Value {
        let subject = subject.and_then(|(kind, id)| {
            let kind = SubjectKind::from_number(kind)?;
            Some(json!({ "kind": kind.as_str(), "id": id }))
        });
        json!({
            "type": kind,
            "timestamp": rfc3339(at),
            "data": {
                "sequence": position.map(|position| position + 1),
                "subject": subject,
                "path": (!self.path.is_empty()).then_some(&self.path),
                "streams": self.streams,
                "severity": self.severity,
                "rule": self.rule,
                "title_zh": self.title_zh,
                "title_en": self.title_en,
            },
        })
    }
}

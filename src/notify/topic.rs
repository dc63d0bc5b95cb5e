//! What a row of the outbox is about: all that decides who is told, and what they are told of it.
//!
//! One place ([`topics_of`]) looks up the subjects of a batch, by kind. What is sent is thin:
//! titles and addresses; whoever is told reads the rest with its own rights.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

use super::kind::{NoticeKind, NoticeSeverity};
use crate::anomaly::{self, CaseTold};
use crate::app::App;
use crate::catalogue::Stream;
use crate::clock::rfc3339;
use crate::ctx::Actor;
use crate::decision::SubjectKind;
use crate::identity::policy;
use crate::ids::{ManifestId, OrganisationId};
use crate::manifest::{self, Manifest};
use crate::problem::Problem;

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
    /// These organisations may know.
    pub organisations: Vec<OrganisationId>,
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
            organisations: Vec::new(),
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
        let concerns = |stream: &Stream| policy::sees_stream(actor, *stream);
        self.places.iter().any(regulates)
            && (self.streams.is_empty() || self.streams.iter().any(concerns))
    }

    /// Whether it is told to somebody by this row: where the row names an organisation, to that
    /// one's people alone, and to regulators.
    pub fn goes_to(&self, told: &Told, actor: &Actor) -> bool {
        let named = told.recipient.is_none_or(|recipient| recipient == actor.organisation_id);
        (named || actor.role.is_regulator()) && self.is_seen_by(actor)
    }

    /// What is kept of it with each delivery.
    pub fn content(&self) -> Content {
        Content {
            title_zh: self.title_zh.clone(),
            title_en: self.title_en.clone(),
            path: self.path.clone(),
            streams: self.streams.clone(),
            severity: self.severity,
            rule: self.rule.clone(),
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

/// What each of these rows is about, in their order; none for what is told to nobody (of a kind
/// that this build does not know, of a subject that is not there).
pub async fn topics_of(app: &App, rows: &[Told]) -> Result<Vec<Option<Topic>>, Problem> {
    let of = |wanted: SubjectKind| {
        let those = rows.iter().filter(move |row| row.subject_kind == wanted.number());
        let mut ids: Vec<Uuid> = those.map(|row| row.subject_id).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    };
    let manifests = manifests(app, of(SubjectKind::Manifest)).await?;
    let cases = anomaly::cases_told(&app.pool, &of(SubjectKind::Anomaly)).await?;
    let topic = |row: &Told| {
        let kind = NoticeKind::parse(&row.kind)?;
        match SubjectKind::from_number(row.subject_kind)? {
            SubjectKind::Manifest => manifests.get(&row.subject_id).map(|one| step(kind, row, one)),
            // A round is told to whoever is named, and has no more to say here than its address.
            SubjectKind::Round => Some(Topic {
                path: format!("/api/v1/collection-rounds/{}", row.subject_id),
                organisations: row.recipient.into_iter().collect(),
                ..Topic::of_kind(kind)
            }),
            SubjectKind::Anomaly => cases.get(&row.subject_id).map(|one| case(kind, row, one)),
            _ => None,
        }
    };
    Ok(rows.iter().map(topic).collect())
}

async fn manifests(app: &App, ids: Vec<Uuid>) -> Result<HashMap<Uuid, Manifest>, Problem> {
    let ids: Vec<ManifestId> = ids.into_iter().map(ManifestId::of).collect();
    let found = manifest::by_ids(&app.pool, &ids).await?;
    Ok(found.into_iter().map(|stored| (stored.id.uuid(), stored.manifest)).collect())
}

/// A case of the rules: to the regulators of its places, and to the parties that are shown it.
fn case(kind: NoticeKind, row: &Told, case: &CaseTold) -> Topic {
    let (zh, en) = kind.words();
    let of = |division: &String| Whereabouts { division: division.clone(), regiment: None };
    let (code, rule) = (&case.rule.rule_id, case.rule);
    Topic {
        kind,
        path: format!("/api/v1/anomalies/{}", row.subject_id),
        title_zh: format!("{zh}：{}（{code}）", rule.name_zh),
        title_en: format!("{en}: {} ({code})", rule.name_en),
        streams: Stream::parse(&case.stream).into_iter().collect(),
        severity: NoticeSeverity::parse(case.severity.as_str()),
        rule: Some(code.clone()),
        places: case.divisions.iter().map(of).collect(),
        organisations: case.organisations.clone(),
    }
}

/// A step of a manifest.
fn step(kind: NoticeKind, row: &Told, manifest: &Manifest) -> Topic {
    let filed = &manifest.filed;
    let (zh, en) = kind.words();
    let mut organisations = vec![filed.producer.organisation_id, filed.receiver.organisation_id];
    organisations.extend(manifest.carriers());
    // Who was a party until an amendment is told of that as well: the row names it.
    organisations.extend(row.recipient);
    let end = |at: &manifest::PartyAt| Whereabouts {
        division: at.division.clone(),
        regiment: at.regiment.clone(),
    };
    let mut places = vec![end(&filed.producer), end(&filed.receiver)];
    let incidents = manifest.transit.incidents.iter();
    places.extend(incidents.filter_map(|one| {
        let division = one.data.division.clone()?;
        Some(Whereabouts { division, regiment: None })
    }));
    Topic {
        kind,
        path: format!("/api/v1/manifests/{}", row.subject_id),
        title_zh: format!("联单 {}：{zh}", filed.number),
        title_en: format!("Manifest {}: {en}", filed.number),
        streams: Stream::parse(&filed.stream).into_iter().collect(),
        severity: (kind == NoticeKind::ManifestIncident).then_some(NoticeSeverity::High),
        rule: None,
        places,
        organisations,
    }
}

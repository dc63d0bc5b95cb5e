//! An event's body as the audit reads it: every member that has a column beside it.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;
use uuid::Uuid;

use super::half_store::EventRow;
use crate::journal::{Recorded, instant};

#[derive(Deserialize)]
pub struct Body<'a> {
    pub v: i64,
    #[serde(borrow)]
    pub origin: Cow<'a, str>,
    #[serde(borrow)]
    pub subject: SubjectOf<'a>,
    pub seq: i64,
    #[serde(borrow)]
    pub prev: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    actor: &'a RawValue,
    #[serde(with = "instant")]
    occurred_at: DateTime<Utc>,
    #[serde(with = "instant")]
    pub recorded_at: DateTime<Utc>,
    #[serde(borrow)]
    data: &'a RawValue,
    #[serde(default)]
    signature: Option<IgnoredAny>,
}

#[derive(Deserialize)]
pub struct SubjectOf<'a> {
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
    pub id: Uuid,
}

/// How somebody acted.
#[derive(Deserialize)]
struct Acted<'a> {
    #[serde(borrow)]
    via: Cow<'a, str>,
}

/// Who acted.
#[derive(Deserialize)]
struct By {
    #[serde(default)]
    organisation_id: Option<Uuid>,
}

/// What people know some subjects by.
#[derive(Deserialize)]
struct Numbered<'a> {
    #[serde(borrow, default)]
    number: Option<Cow<'a, str>>,
}

impl<'a> Body<'a> {
    /// The column that says something else than the body does; `year` is that of the chain.
    pub fn other_column(&self, row: &EventRow, year: i16) -> Option<&'static str> {
        let columns = [
            ("subject_id", self.subject.id == row.subject.id),
            ("subject_kind", self.subject.kind == row.subject.kind.as_str()),
            ("seq", self.seq == row.seq),
            ("kind", self.kind == row.kind()),
            ("recorded_at", self.recorded_at == row.recorded_at()),
            ("year", year == row.year()),
        ];
        columns.into_iter().find_map(|(name, holds)| (!holds).then_some(name))
    }

    /// It has a signature, or says that it has.
    pub fn is_signed(&self) -> bool {
        let by_device = || {
            let actor = self.actor.get();
            // Nearly none: most are not read.
            if !actor.contains("device_key") && !actor.contains('\\') {
                return false;
            }
            let acted: Option<Acted<'_>> = serde_json::from_str(actor).ok();
            acted.is_some_and(|acted| acted.via == "device_key")
        };
        self.signature.is_some() || by_device()
    }

    pub fn recorded(self) -> Recorded<'a> {
        let Self { kind, occurred_at, recorded_at, actor, data, .. } = self;
        Recorded { kind, occurred_at, recorded_at, actor, data }
    }
}

/// The number that an event's data give its subject, where they give one.
pub fn number(data: &RawValue) -> Option<String> {
    let numbered: Option<Numbered<'_>> = serde_json::from_str(data.get()).ok();
    numbered.and_then(|numbered| numbered.number).map(Cow::into_owned)
}

/// The organisation of whoever acted; none of the program itself.
pub fn organisation(actor: &RawValue) -> Option<Uuid> {
    let by: Option<By> = serde_json::from_str(actor.get()).ok();
    by.and_then(|by| by.organisation_id)
}

/// The log that an event says it belongs to.
pub fn origin(body: &str) -> Option<String> {
    let body: Body<'_> = serde_json::from_str(body).ok()?;
    Some(body.origin.into_owned())
}

//! An event's body as the audit reads it: every member that has a column beside it.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::store::EventRow;
use crate::journal::Recorded;

#[derive(Deserialize)]
pub struct Body {
    pub v: i64,
    pub origin: String,
    pub subject: SubjectOf,
    pub seq: i64,
    pub prev: String,
    pub kind: String,
    pub actor: Value,
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub data: Value,
}

#[derive(Deserialize)]
pub struct SubjectOf {
    pub kind: String,
    pub id: Uuid,
}

impl Body {
    /// The column that says something else than the body does.
    pub fn other_column(&self, row: &EventRow) -> Option<&'static str> {
        let columns = [
            ("subject_id", self.subject.id == row.subject.id),
            ("subject_kind", self.subject.kind == row.subject.kind.as_str()),
            ("seq", self.seq == row.seq),
            ("kind", self.kind == row.kind),
            ("recorded_at", self.recorded_at == row.recorded_at),
        ];
        columns.into_iter().find_map(|(name, holds)| (!holds).then_some(name))
    }

    pub fn recorded(self) -> Recorded {
        let Self { kind, occurred_at, recorded_at, actor, data, .. } = self;
        Recorded { kind, occurred_at, recorded_at, actor, data }
    }
}

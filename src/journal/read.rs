//! Events read back from their bodies.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::instant;
use crate::problem::Problem;

/// What happened to a subject, with its times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamped<H> {
    pub happening: H,
    /// When it is claimed to have happened.
    pub occurred_at: DateTime<Utc>,
    /// When it was committed.
    pub recorded_at: DateTime<Utc>,
}

/// An event as its body has it, before anybody knows what its data mean: they are read once, by
/// whoever does.
#[derive(Clone, Debug, Deserialize)]
pub struct Recorded<'a> {
    #[serde(borrow)]
    pub kind: Cow<'a, str>,
    #[serde(with = "instant")]
    pub occurred_at: DateTime<Utc>,
    #[serde(with = "instant")]
    pub recorded_at: DateTime<Utc>,
    #[serde(borrow)]
    pub actor: &'a RawValue,
    #[serde(borrow)]
    pub data: &'a RawValue,
}

/// What reads the data of a kind of subject, by the kind of the event.
type Reader<H> = fn(&str, &str) -> Option<Result<H, serde_json::Error>>;

impl<'a> Recorded<'a> {
    /// Errors: `internal` for a body that this program did not write.
    pub fn of(body: &'a str) -> Result<Self, Problem> {
        serde_json::from_str(body).map_err(Problem::internal)
    }

    /// What happened, by the reader of the subject's kind.
    pub fn happening<H>(&self, read: Reader<H>) -> Result<H, Problem> {
        read(&self.kind, self.data.get())
            .ok_or_else(|| Problem::internal(format!("unknown event {}", self.kind)))?
            .map_err(Problem::internal)
    }

    /// What happened, with its times.
    pub fn stamped<H>(&self, read: Reader<H>) -> Result<Stamped<H>, Problem> {
        let happening = self.happening(read)?;
        let (occurred_at, recorded_at) = (self.occurred_at, self.recorded_at);
        Ok(Stamped { happening, occurred_at, recorded_at })
    }
}

//! Events read back from their bodies.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde_json::Value;

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

/// An event as its body has it, before anybody knows what its data mean.
#[derive(Clone, Debug, Deserialize)]
pub struct Recorded {
    pub kind: String,
    pub occurred_at: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    pub actor: Value,
    pub data: Value,
}

impl Recorded {
    /// Errors: `internal` for a body that this program did not write.
    pub fn of(body: &str) -> Result<Self, Problem> {
        serde_json::from_str(body).map_err(Problem::internal)
    }

    /// What happened, by the reader of the subject's kind.
    pub fn happening<H>(
        &mut self,
        read: fn(&str, Value) -> Option<Result<H, serde_json::Error>>,
    ) -> Result<H, Problem> {
        read(&self.kind, self.data.take())
            .ok_or_else(|| Problem::internal(format!("unknown event {}", self.kind)))?
            .map_err(Problem::internal)
    }

    /// What happened, with its times.
    pub fn stamped<H>(
        mut self,
        read: fn(&str, Value) -> Option<Result<H, serde_json::Error>>,
    ) -> Result<Stamped<H>, Problem> {
        let happening = self.happening(read)?;
        let (occurred_at, recorded_at) = (self.occurred_at, self.recorded_at);
        Ok(Stamped { happening, occurred_at, recorded_at })
    }
}

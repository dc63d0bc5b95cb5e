//! What judging a signature depends on.

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::app::App;
use crate::identity::device::{self, DeviceKey, SignatureAsked};
use crate::ids::ManifestId;
use crate::journal::signature::Statement;
use crate::manifest::event_store;
use crate::manifest::store::Stored;
use crate::problem::Problem;

/// An event that the signer had seen, or that has happened since.
#[derive(Clone, Debug, PartialEq)]
pub struct Past {
    pub seq: i64,
    pub kind: String,
    pub recorded_at: DateTime<Utc>,
    pub data: Value,
}

/// The key that a signature names, and the events from the one that the signer had seen on.
#[derive(Clone)]
pub struct SealFacts {
    pub key: Option<(DeviceKey, i64)>,
    /// None where the statement names no event of this manifest.
    pub seen: Option<Past>,
    pub since: Vec<Past>,
}

/// Reads them for the manifest as it was read.
pub async fn look(
    app: &App,
    stored: &Stored,
    asked: &SignatureAsked,
) -> Result<SealFacts, Problem> {
    let key = device::key(&app.pool, asked.key_id).await?;
    let statement = Statement::parse(asked.statement.as_str()).ok();
    let mut past = match statement.and_then(|statement| statement.after) {
        Some(after) => past(app, (stored.id, stored.manifest.version), &after).await?.into_iter(),
        None => Vec::new().into_iter(),
    };
    Ok(SealFacts { key, seen: past.next(), since: past.collect() })
}

async fn past(
    app: &App,
    (id, version): (ManifestId, i64),
    after: &[u8; 32],
) -> Result<Vec<Past>, Problem> {
    let rows = event_store::from_leaf(&app.pool, id, after, version).await?;
    let read = |row: event_store::EventRow| {
        let mut body: Value = serde_json::from_str(&row.body).map_err(Problem::internal)?;
        let kind = body["kind"].as_str().unwrap_or_default().to_owned();
        let recorded_at = body["recorded_at"].as_str().unwrap_or_default();
        let recorded_at = recorded_at.parse().map_err(Problem::internal)?;
        let data = body.get_mut("data").map(Value::take).unwrap_or_default();
        Ok(Past { seq: row.seq, kind, recorded_at, data })
    };
    rows.into_iter().map(read).collect()
}

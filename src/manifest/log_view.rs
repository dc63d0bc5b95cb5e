//! A manifest's events and the table of moves, as the API shows them.

use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::event_store::EventRow;
use super::status::{Action, Party, Status, Transition};
use crate::journal::signature::Seal;
use crate::problem::Problem;

/// An event as the API shows it: the record as hashed, masses in grams.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventView {
    pub seq: i64,
    /// Position in the global log.
    pub index: i64,
    pub kind: String,
    pub occurred_at: String,
    pub recorded_at: String,
    #[schema(value_type = Object)]
    pub actor: Value,
    #[schema(value_type = Object)]
    pub data: Value,
    /// SHA-256(0x00 || body), hex.
    pub leaf_hash: String,
    /// What a device of the actor's signed of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<Seal>,
}

impl EventView {
    pub fn of(row: &EventRow) -> Result<Self, Problem> {
        let mut body: Value = serde_json::from_str(&row.body).map_err(Problem::internal)?;
        let signature = body.get_mut("signature").map(Value::take);
        let signature = signature.map(serde_json::from_value).transpose();
        let text = |name: &str| body[name].as_str().unwrap_or_default().to_owned();
        Ok(Self {
            seq: row.seq,
            index: row.position,
            kind: text("kind"),
            occurred_at: text("occurred_at"),
            recorded_at: text("recorded_at"),
            actor: body["actor"].take(),
            data: body["data"].take(),
            leaf_hash: hex::encode(&row.leaf),
            signature: signature.map_err(Problem::internal)?,
        })
    }
}

/// A row of the table of moves.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TransitionView {
    pub action: Action,
    pub from: Vec<Status>,
    /// Statuses it can lead to.
    pub to: Vec<Status>,
    /// Parties of the manifest that may take it.
    pub roles: Vec<Party>,
    pub required: Vec<String>,
    pub optional: Vec<String>,
}

impl From<&Transition> for TransitionView {
    fn from(row: &Transition) -> Self {
        let texts = |list: &[&str]| list.iter().map(|text| (*text).to_owned()).collect();
        Self {
            action: row.action,
            from: row.from.to_vec(),
            to: row.to.to_vec(),
            roles: row.parties.to_vec(),
            required: texts(row.required),
            optional: texts(row.optional),
        }
    }
}

//! The proof that a command's answer may wait for: where its events stand, in a checkpoint that
//! covers them.

use serde::Serialize;
use utoipa::ToSchema;

use super::checkpoint::covering;
use super::note::base64;
use super::proof;
use super::store;
use crate::app::App;
use crate::command::Standing;
use crate::journal;
use crate::limits::PROVEN_EVENTS_MAX;
use crate::problem::Problem;

/// What proves that the log has a command's events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct CommandProof {
    /// The signed note (C2SP tlog-checkpoint), text.
    pub checkpoint: String,
    /// Those that the command wrote, in the order of the log.
    pub events: Vec<ProvenEvent>,
}

/// An event's place in the log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ProvenEvent {
    /// Position in the log.
    pub index: u64,
    /// SHA-256(0x00 || body), hex.
    pub leaf_hash: String,
    /// Inclusion path of leaf `index` in the checkpoint's tree: 32 bytes each, base64.
    pub proof: Vec<String>,
}

/// The positions of what was committed, in order.
pub async fn positions(app: &App, standings: &[Standing]) -> Result<Vec<u64>, Problem> {
    let mut positions = Vec::new();
    for standing in standings {
        match *standing {
            Standing::Now { first, last } => positions.extend(first..=last),
            Standing::Before { subject, seq } => {
                positions.extend(journal::position(&app.pool, subject, seq).await?);
            }
        }
    }
    positions.sort_unstable();
    positions.into_iter().map(|one| u64::try_from(one).map_err(Problem::internal)).collect()
}

/// The proof of these events, as soon as a checkpoint covers them. None where that does not come in
/// time, or where they are too many for an answer: the command stands all the same.
pub async fn command_proof(app: &App, positions: &[u64]) -> Result<Option<CommandProof>, Problem> {
    let Some(last) = positions.last().filter(|_| positions.len() <= PROVEN_EVENTS_MAX) else {
        return Ok(None);
    };
    let Ok(published) = covering(app, *last).await else { return Ok(None) };
    let mut proofs = proof::inclusion(&app.pool, published.size, positions).await?;
    let leaves = store::leaves_at(&app.pool, positions).await?;
    let event = |(index, leaf): (u64, [u8; 32])| {
        let proof = proofs.remove(&index).unwrap_or_default();
        let proof = proof.iter().map(base64).collect();
        ProvenEvent { index, leaf_hash: hex::encode(leaf), proof }
    };
    let events = leaves.into_iter().map(event).collect();
    Ok(Some(CommandProof { checkpoint: published.shown(), events }))
}

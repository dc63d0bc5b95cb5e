//! Asking a log that does not come by itself: its newest checkpoint, the proof since the last one,
//! and the witness's judgement of them.

use std::thread::sleep;

use serde::Deserialize;

use super::judge::Refused;
use super::record::{Answer, Witness};
use super::state::{Known, StateError};
use crate::custody::{BadNote, Hash, Submission, hash};
use crate::limits::{PULL_PAUSE, PULL_TRIES_MAX};
use crate::outbound::{Answered, Base, Outbound, Unanswered};

/// Why a log's newest checkpoint was not cosigned.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    #[error("{base} does not answer: {reason}")]
    Unanswered { base: Base, reason: Unanswered },
    #[error("{base}{path} is answered with {status}")]
    Status { base: Base, path: String, status: u16 },
    #[error("{base}{path} is answered with what cannot be read")]
    Unreadable { base: Base, path: String },
    #[error("{base} shows a log that is not witnessed here: --log has its verifier key")]
    Unknown { base: Base },
    #[error("{base} shows a checkpoint that its log has not signed: {reason}")]
    Unsigned { base: Base, reason: BadNote },
    #[error(
        "日志倒退 THE LOG WAS TAKEN BACK: {origin} at {base} has {shown} entries now, and had \
         {known} when it was cosigned"
    )]
    TakenBack { base: Base, origin: String, shown: u64, known: u64 },
    #[error(
        "日志分叉 THE LOG IS FORKED: {origin} at {base} contradicts what was cosigned of it \
         ({refused}); both notes are in the folder `evidence` of the witness"
    )]
    Forked { base: Base, origin: String, refused: Refused },
    #[error(transparent)]
    State(#[from] StateError),
}

impl PullError {
    /// Whether the log itself is wrong, and not only out of reach for now.
    pub const fn is_alarm(&self) -> bool {
        matches!(
            self,
            Self::TakenBack { .. } | Self::Forked { .. } | Self::Unsigned { .. } | Self::State(_)
        )
    }
}

/// A log that is asked.
#[derive(Clone, Debug)]
pub struct Pull {
    pub outbound: Outbound,
    /// The instance: `/api/v1` is below it.
    pub base: Base,
}

/// What was cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pulled {
    pub origin: String,
    pub size: u64,
    /// Entries when it was last cosigned; none where it never was.
    pub before: Option<u64>,
    /// With the log's signatures and ours.
    pub note: String,
}

#[derive(Deserialize)]
struct Proof {
    proof: Vec<String>,
}

impl Pull {
    /// Asks once. A server that is behind its neighbours is asked again a few times before its log
    /// is said to have been taken back.
    pub fn once(&self, witness: &Witness) -> Result<Pulled, PullError> {
        let mut tries = 1;
        loop {
            match self.ask(witness) {
                Err(PullError::TakenBack { .. } | PullError::Status { .. })
                    if tries < PULL_TRIES_MAX =>
                {
                    sleep(PULL_PAUSE);
                }
                // Somebody has handed in a newer one meanwhile.
                Ok(None) if tries < PULL_TRIES_MAX => {}
                Ok(None) => return Err(self.unreadable(CHECKPOINT)),
                Ok(Some(pulled)) => return Ok(pulled),
                Err(error) => return Err(error),
            }
            tries += 1;
        }
    }

    /// None where what is known has changed while the log was asked.
    fn ask(&self, witness: &Witness) -> Result<Option<Pulled>, PullError> {
        let note = self.get(CHECKPOINT)?;
        let note = note.text().ok_or_else(|| self.unreadable(CHECKPOINT))?;
        let (_, shown) = witness.believed(note).map_err(|answer| self.refused("", answer))?;
        let known = witness.known(&shown.origin)?;
        let old = known.as_ref().map_or(0, |known| known.head.size);
        if old > shown.size {
            let (base, origin) = (self.base.clone(), shown.origin);
            return Err(PullError::TakenBack { base, origin, shown: shown.size, known: old });
        }
        let proof =
            if old == 0 || old == shown.size { Vec::new() } else { self.proof(old, shown.size)? };
        match witness.consider(&Submission { old, proof, note }) {
            Answer::Cosigned { known: Known { head, note }, .. } => Ok(Some(Pulled {
                origin: head.origin,
                size: head.size,
                before: known.map(|known| known.head.size),
                note,
            })),
            Answer::Refused(Refused::Stale { .. }) => Ok(None),
            answer => Err(self.refused(&shown.origin, answer)),
        }
    }

    fn proof(&self, from: u64, to: u64) -> Result<Vec<Hash>, PullError> {
        let path = format!("/api/v1/custody/proof/consistency?from={from}&to={to}");
        let answer = self.get(&path)?;
        let proof: Option<Proof> = serde_json::from_slice(&answer.body).ok();
        let hashes = proof.and_then(|all| all.proof.iter().map(|one| hash(one)).collect());
        hashes.ok_or_else(|| self.unreadable(&path))
    }

    fn get(&self, path: &str) -> Result<Answered, PullError> {
        let base = || self.base.clone();
        let answer = self.outbound.get(&self.base, path);
        let answer = answer.map_err(|reason| PullError::Unanswered { base: base(), reason })?;
        if answer.status == 200 {
            return Ok(answer);
        }
        Err(PullError::Status { base: base(), path: path.to_owned(), status: answer.status })
    }

    fn unreadable(&self, path: &str) -> PullError {
        PullError::Unreadable { base: self.base.clone(), path: path.to_owned() }
    }

    fn refused(&self, origin: &str, answer: Answer) -> PullError {
        let base = self.base.clone();
        match answer {
            Answer::Unknown => PullError::Unknown { base },
            Answer::Unsigned(reason) => PullError::Unsigned { base, reason },
            Answer::Failed(error) => error.into(),
            Answer::Refused(refused) => {
                PullError::Forked { base, origin: origin.to_owned(), refused }
            }
            Answer::Malformed | Answer::Cosigned { .. } => self.unreadable(CHECKPOINT),
        }
    }
}

const CHECKPOINT: &str = "/api/v1/custody/checkpoint";

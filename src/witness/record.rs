//! The witness itself: takes a submission, and answers with a cosignature or says why not.
//!
//! Must hold: what was cosigned is never gone back behind. Looking at what is known, judging and
//! storing happen under one lock, and the note is on the disk before anybody is told of it; the
//! disk is read each time, so there is no second memory that could differ from it.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use super::evidence::{Contradiction, write_down};
use super::judge::{Outcome, Refused, judge};
use super::state::{Known, State, StateError, hash_of};
use crate::clock::Clock;
use crate::custody::{BadNote, Checkpoint, Cosigner, SignedNote, Submission, VerifierKey};

/// What a submission is answered with.
#[derive(Debug)]
pub enum Answer {
    /// The cosignature lines, and the note that is known from now on.
    Cosigned {
        lines: String,
        known: Known,
    },
    Malformed,
    /// No such log is witnessed here.
    Unknown,
    /// Not signed by the log.
    Unsigned(BadNote),
    Refused(Refused),
    /// It could not be stored, so it was not cosigned.
    Failed(StateError),
}

/// A witness of some logs.
#[derive(Debug)]
pub struct Witness {
    logs: Vec<VerifierKey>,
    cosigner: Cosigner,
    clock: Clock,
    state: Mutex<State>,
}

impl Witness {
    /// Takes the folder, and looks whether all in it is as this witness has left it.
    pub fn open(
        folder: &Path,
        (logs, cosigner): (Vec<VerifierKey>, Cosigner),
        clock: Clock,
    ) -> Result<Self, StateError> {
        let state = State::take(folder, cosigner.keys().collect())?;
        for log in &logs {
            let origin = log.name();
            if let Some(known) = state.known(origin)? {
                tracing::info!(origin, size = known.head.size, "the log is witnessed");
            } else {
                // Whoever moves a witness without its folder should see this.
                let words = "nothing is known of the log yet: what comes first is believed";
                tracing::warn!(origin, "{words}");
            }
        }
        Ok(Self { logs, cosigner, clock, state: Mutex::new(state) })
    }

    /// The logs' keys.
    pub fn logs(&self) -> &[VerifierKey] {
        &self.logs
    }

    /// What is known of a log that is witnessed here.
    pub fn known(&self, origin: &str) -> Result<Option<Known>, StateError> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).known(origin)
    }

    /// The same by the hash of the log's name ([`hash_of`]).
    pub fn known_by_hash(&self, hash: &str) -> Result<Option<Known>, StateError> {
        let found = self.logs.iter().find(|log| hash_of(log.name()) == hash);
        found.map_or(Ok(None), |log| self.known(log.name()))
    }

    /// A note, and the checkpoint in it that a log which is witnessed here has signed.
    pub fn believed<'a>(&self, note: &'a str) -> Result<(SignedNote<'a>, Checkpoint), Answer> {
        let signed = SignedNote::parse(note).map_err(|_| Answer::Malformed)?;
        let head = Checkpoint::parse(signed.text).ok_or(Answer::Malformed)?;
        let keys = self.keys_of(&head.origin);
        if keys.is_empty() {
            return Err(Answer::Unknown);
        }
        signed.demand(&keys).map_err(Answer::Unsigned)?;
        Ok((signed, head))
    }

    fn keys_of(&self, origin: &str) -> Vec<VerifierKey> {
        self.logs.iter().filter(|key| key.name() == origin).cloned().collect()
    }

    /// Takes the body of a request.
    pub fn take(&self, body: &[u8]) -> Answer {
        let submission = std::str::from_utf8(body).ok().and_then(Submission::parse);
        submission.map_or(Answer::Malformed, |submission| self.consider(&submission))
    }

    /// Cosigns a checkpoint that goes on from what is known, once that is stored.
    pub fn consider(&self, submission: &Submission<'_>) -> Answer {
        match self.believed(submission.note) {
            Err(answer) => answer,
            Ok(shown) => self.record(submission, &shown).unwrap_or_else(Answer::Failed),
        }
    }

    fn record(
        &self,
        submission: &Submission<'_>,
        (signed, shown): &(SignedNote<'_>, Checkpoint),
    ) -> Result<Answer, StateError> {
        let state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let known = state.known(&shown.origin)?;
        if let Outcome::Refused(refused) =
            judge(submission, shown, known.as_ref().map(|known| &known.head))
        {
            self.report(&state, submission, (shown, known.as_ref()), refused);
            return Ok(Answer::Refused(refused));
        }
        // Of the note's signatures only those that were checked are kept.
        let of_the_log = signed.lines_of(&self.keys_of(&shown.origin));
        let lines = self.cosigner.cosign(signed.text, self.clock.now());
        let note = format!("{}\n{of_the_log}{lines}", signed.text);
        state.keep(&shown.origin, &note)?;
        Ok(Answer::Cosigned { lines, known: Known { head: shown.clone(), note } })
    }

    /// A contradiction is an alarm; the rest is the other side's to put right.
    fn report(
        &self,
        state: &State,
        submission: &Submission<'_>,
        (shown, known): (&Checkpoint, Option<&Known>),
        refused: Refused,
    ) {
        let (origin, size) = (shown.origin.as_str(), shown.size);
        if matches!(refused, Refused::Stale { .. } | Refused::Backwards) {
            tracing::debug!(origin, size, ?refused, "not cosigned");
            return;
        }
        let contradiction = Contradiction {
            origin,
            refused,
            known: known.map(|known| known.note.as_str()),
            shown: submission,
            found_at: self.clock.now(),
        };
        // Where it was written down, or why it was not; nowhere where there is enough of its kind.
        let evidence = match write_down(state.folder(), &contradiction) {
            Ok(file) => file.map(|file| file.display().to_string()),
            Err(reason) => Some(reason.to_string()),
        };
        tracing::error!(
            origin,
            size,
            %refused,
            evidence,
            "the log does not go on from what it was: not cosigned"
        );
    }
}

//! What a witness remembers: a folder with a file for each log, the newest note that it cosigned.
//!
//! Files and not a database, since a witness should need nothing that its operator does not see and
//! can copy, and since what is kept is one small text a log. A note replaces the older one whole
//! (`files::put`), and each is cosigned by ourselves, so that a file that was changed is found.
//! Whoever holds the folder holds its lock: two processes with one memory would each cosign what
//! the other has gone beyond.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::files;
use crate::custody::{Checkpoint, SignedNote, WitnessKey};
use crate::limits::WITNESS_NOTE_BYTES_MAX;

/// Why the memory cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("another process holds {}", .0.display())]
    Held(PathBuf),
    #[error("{} is no note that this witness has cosigned: restore it, or find out who changed \
             it. Without it, the log could be taken back", .0.display())]
    Changed(PathBuf),
    #[error("{}: {reason}", .path.display())]
    Io { path: PathBuf, reason: io::Error },
}

/// The newest note of a log that was cosigned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub head: Checkpoint,
    /// With the log's signatures and the cosignatures.
    pub note: String,
}

/// A folder that this process holds.
#[derive(Debug)]
pub struct State {
    folder: PathBuf,
    keys: Vec<WitnessKey>,
    /// Held for as long as this lives.
    _lock: File,
}

impl State {
    /// Takes the folder, which is made where it is missing. `keys` are the witness's own.
    pub fn take(folder: &Path, keys: Vec<WitnessKey>) -> Result<Self, StateError> {
        let failed = |path: &Path, reason| StateError::Io { path: path.to_owned(), reason };
        fs::create_dir_all(folder).map_err(|reason| failed(folder, reason))?;
        let path = folder.join("lock");
        let lock = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
        let lock = lock.map_err(|reason| failed(&path, reason))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), keys, _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StateError::Held(folder.to_owned())),
            Err(TryLockError::Error(reason)) => Err(failed(&path, reason)),
        }
    }

    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// What is known of a log; none where nothing was ever cosigned of it.
    pub fn known(&self, origin: &str) -> Result<Option<Known>, StateError> {
        let path = self.folder.join(name(origin));
        let found = files::get(&path, WITNESS_NOTE_BYTES_MAX)
            .map_err(|reason| StateError::Io { path: path.clone(), reason })?;
        let Some(note) = found else { return Ok(None) };
        let head = self.read(&note).filter(|head| head.origin == origin);
        head.map(|head| Some(Known { head, note })).ok_or(StateError::Changed(path))
    }

    fn read(&self, note: &str) -> Option<Checkpoint> {
        let signed = SignedNote::parse(note).ok()?;
        let ours = |key: &WitnessKey| matches!(key.cosigned(&signed), Ok(Some(_)));
        let is_ours = self.keys.iter().any(ours);
        Checkpoint::parse(signed.text).filter(|_| is_ours)
    }

    /// Keeps a note of a log instead of the older one.
    pub fn keep(&self, origin: &str, note: &str) -> Result<(), StateError> {
        let name = name(origin);
        let kept = files::put(&self.folder, &name, note);
        kept.map_err(|reason| StateError::Io { path: self.folder.join(name), reason })
    }
}

/// A log's name may have any signs in it, its hash has none that a file must not.
fn name(origin: &str) -> String {
    format!("{}.checkpoint", hash_of(origin))
}

/// How a log is called where its own name cannot stand: SHA-256, hex.
pub fn hash_of(origin: &str) -> String {
    hex::encode(Sha256::digest(origin))
}

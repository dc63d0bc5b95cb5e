//! Files beside a bundle: those that its events name are there, and are what was attached.
//!
//! They are known by their hash, wherever in the folder they lie and whatever they are called.
//! Others are nobody's business: only files as long as one that is missing are read at all.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::verify::{Verified, Wrong};
use crate::limits::BESIDE_DEPTH_MAX;
use crate::problem::Text;

/// Why files could not be shown to be those that were attached.
#[derive(Debug, thiserror::Error)]
pub enum Unlike {
    #[error(transparent)]
    Wrong(Wrong),
    #[error("{}: {reason}", .path.display())]
    Io { path: PathBuf, reason: io::Error },
}

/// Looks for all files that the events of a bundle name, in a folder and those below it. Names the
/// first that is not there as it was attached.
pub fn beside(verified: &mut Verified, folder: &Path) -> Result<(), Unlike> {
    let replayed = verified.replayed.as_ref();
    let named = replayed.map_or(&[][..], |replayed| &replayed.manifest.attachments);
    let length = |bytes: i64| u64::try_from(bytes).unwrap_or(u64::MAX);
    let wanted = named.iter().map(|one| (one.data.sha256.clone(), length(one.data.bytes)));
    let mut missing: HashMap<String, u64> = wanted.collect();
    if missing.is_empty() {
        // A package without files has no folder of them.
        verified.attachments = Some(0);
        return Ok(());
    }
    search(folder, BESIDE_DEPTH_MAX, &mut missing)?;
    if let Some(lost) = named.iter().find(|one| missing.contains_key(&one.data.sha256)) {
        let (name, hash) = (&lost.data.name, &lost.data.sha256);
        let text = Text::new(
            format!("附件 {name:?} 不在文件夹中，或已被改动：没有哈希为 {hash} 的文件。"),
            format!(
                "The attachment {name:?} is not in the folder, or was altered: no file there has \
                 the hash {hash}."
            ),
        );
        return Err(Unlike::Wrong(Wrong { at: format!("/events/{}/body/data", lost.seq), text }));
    }
    verified.attachments = Some(named.len());
    Ok(())
}

/// Takes what is found in a folder away from what is missing: lengths by their hash, hex.
fn search(folder: &Path, depth: usize, missing: &mut HashMap<String, u64>) -> Result<(), Unlike> {
    let failed = |path: &Path, reason| Unlike::Io { path: path.to_owned(), reason };
    for entry in fs::read_dir(folder).map_err(|reason| failed(folder, reason))? {
        let entry = entry.map_err(|reason| failed(folder, reason))?;
        let path = entry.path();
        let kind = entry.file_type().map_err(|reason| failed(&path, reason))?;
        if kind.is_dir() && depth > 0 {
            search(&path, depth - 1, missing)?;
        } else if kind.is_file() {
            let length = entry.metadata().map_err(|reason| failed(&path, reason))?.len();
            if missing.values().any(|wanted| *wanted == length) {
                let hash = sha256(&path).map_err(|reason| failed(&path, reason))?;
                missing.remove(&hash);
            }
        }
    }
    Ok(())
}

fn sha256(path: &Path) -> io::Result<String> {
    let mut hash = Sha256::new();
    io::copy(&mut File::open(path)?, &mut Hashing(&mut hash))?;
    Ok(hex::encode(hash.finalize()))
}

/// Takes bytes some at a time, however long a file is.
struct Hashing<'a>(&'a mut Sha256);

impl io::Write for Hashing<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

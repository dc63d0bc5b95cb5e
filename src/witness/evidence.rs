//! What is written down when a log contradicts itself: both notes, each signed by the log, in a
//! file that needs nobody's word to be judged.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::files;
use super::judge::Refused;
use super::state::hash_of;
use crate::custody::{Submission, base64};
use crate::limits::EVIDENCE_FILES_MAX;

/// Two notes of a log that do not go together.
pub struct Contradiction<'a> {
    pub origin: &'a str,
    pub refused: Refused,
    /// The note that was cosigned; none where that was the beginning of every log.
    pub known: Option<&'a str>,
    /// What was shown after it, and the proof that came with it.
    pub shown: &'a Submission<'a>,
    pub found_at: DateTime<Utc>,
}

/// Writes it down, and says where; none where it is no contradiction, or is written down already,
/// or where so many are (anybody can hand in wrong proofs).
pub fn write_down(state: &Path, found: &Contradiction<'_>) -> io::Result<Option<PathBuf>> {
    let Some((word, zh, en)) = words(found.refused) else { return Ok(None) };
    let folder = state.join("evidence");
    fs::create_dir_all(&folder)?;
    let both = [found.known.unwrap_or_default(), found.shown.note].join("\0");
    let both = hex::encode(&Sha256::digest(both)[..8]);
    let of_its_kind = format!("{}-{word}-", &hash_of(found.origin)[..16]);
    let name = format!("{of_its_kind}{both}.json");
    if folder.join(&name).exists() || count(&folder, &of_its_kind)? >= EVIDENCE_FILES_MAX {
        return Ok(None);
    }
    let proof: Vec<String> = found.shown.proof.iter().map(base64).collect();
    let text = json!({
        "format": "liandan-contradiction/1", "kind": word, "zh": zh, "en": en,
        "origin": found.origin, "found_at": found.found_at,
        "cosigned": found.known, "shown": found.shown.note,
        "from": found.shown.old, "proof": proof,
    });
    files::put(&folder, &name, &format!("{text:#}\n"))?;
    Ok(Some(folder.join(name)))
}

/// What kind of contradiction it is, for the file's name and for people.
const fn words(refused: Refused) -> Option<(&'static str, &'static str, &'static str)> {
    match refused {
        Refused::Forked { .. } => Some((
            "forked",
            "同一日志签署了两个条数相同而根不同的检查点：它有两种历史。",
            "One log has signed two checkpoints of one size with different roots: it has two \
             histories.",
        )),
        Refused::Unproven { .. } => Some((
            "unproven",
            "所附证明不能表明后一检查点是前一检查点的延续：日志应能给出这样的证明。",
            "The proof that came with it does not show that the later checkpoint goes on from the \
             earlier one. A log that only grew can give such a proof.",
        )),
        Refused::Backwards | Refused::Stale { .. } => None,
    }
}

fn count(folder: &Path, beginning: &str) -> io::Result<usize> {
    let mut count = 0;
    for entry in fs::read_dir(folder)? {
        count += usize::from(entry?.file_name().to_string_lossy().starts_with(beginning));
    }
    Ok(count)
}

//! What is too large for an event (64 kB): kept as it was written, under the hash that its event
//! tells.

use serde::Serialize;
use sha2::{Digest as _, Sha256};

use crate::problem::Problem;

/// A content as it is kept, and its SHA-256 in hexadecimal.
pub fn frozen(content: &impl Serialize) -> Result<(String, String), Problem> {
    let text = serde_json::to_string(content).map_err(Problem::internal)?;
    let hash = hex::encode(Sha256::digest(text.as_bytes()));
    Ok((text, hash))
}

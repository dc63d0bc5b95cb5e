//! What must hold of a subject's chain: pure, so that the store, the audit, the property test and
//! the simulation all ask the same question.

use serde_json::Value;

use super::event::{NO_PREV, leaf_hash};

/// The first thing wrong with a chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Break {
    #[error("event {0} is not JSON")]
    NotJson(usize),
    #[error("event {0} does not carry its place in the chain (seq)")]
    Seq(usize),
    #[error("event {0} does not name the event before it (prev)")]
    Prev(usize),
    #[error("event {0} was recorded before the event it follows")]
    Time(usize),
}

/// Checks the bodies of one subject, oldest first: `seq` counts from 0, `prev` is the leaf hash of
/// the body before, `recorded_at` never goes back.
pub fn first_break<'a>(bodies: impl IntoIterator<Item = &'a str>) -> Option<Break> {
    let mut prev = NO_PREV;
    let mut recorded_at = String::new();
    for (n, text) in bodies.into_iter().enumerate() {
        let Ok(body) = serde_json::from_str::<Value>(text) else { return Some(Break::NotJson(n)) };
        if body["seq"].as_u64() != Some(n as u64) {
            return Some(Break::Seq(n));
        }
        if body["prev"].as_str() != Some(hex::encode(prev).as_str()) {
            return Some(Break::Prev(n));
        }
        // RFC 3339 in UTC with a fixed number of decimals sorts as text.
        let time = body["recorded_at"].as_str().unwrap_or_default();
        if time < recorded_at.as_str() {
            return Some(Break::Time(n));
        }
        time.clone_into(&mut recorded_at);
        prev = leaf_hash(text);
    }
    None
}

//! What people sign of a manifest with their devices (custody.md, "statement"): the caller its own
//! step, a second person beside it, an approval. The key is judged by `identity::device`; here,
//! what the signer had seen of the manifest, and what has happened since.

mod facts;
mod judge;
mod own;
mod said;

pub use facts::{SealFacts, look};
pub use judge::{Signs, judge};
pub use own::OwnSignature;
pub use said::{Said, Signable};

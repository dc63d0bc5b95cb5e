//! Signatures of people over what they do (custody.md, "statement"): reading a statement, the keys
//! that sign it, and whether an event agrees with the statement it carries. Pure: the server, the
//! audit and the offline verifier ask the same questions.

mod agree;
mod check;
mod jcs;
mod key;
mod seal;
mod statement;
#[cfg(test)]
mod tests;

pub use check::{BadSignature, Checked, check, first_bad};
pub use jcs::{canonical_without, jcs};
pub use key::{Alg, BadKey, PublicKey};
pub use seal::Seal;
pub use statement::{BadStatement, Statement};

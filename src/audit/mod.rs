//! The audit: the whole log walked from its first event, and all that is stored held against it
//! (custody.md, `liandan audit`).
//!
//! Three walks over one snapshot of the database, so that a server may go on working. The first, in
//! the order of positions: none is missing, and the tree over their leaves is the one that
//! checkpoints were signed for. The second, subject by subject: every leaf is one of that tree's
//! and the hash of its body, each chain holds, each event may follow the one before, and what the
//! events make of a manifest, a licence, a user is what stands in the tables; what all manifests
//! together hold of each account and have written in each ledger is what accounts and ledgers say.
//! The third, file by file: each that an attachment names is there and has the hash that its event
//! tells.
//!
//! Read in batches and judged as it comes: memory grows with the accounts, never with the log.
//! Whatever is wrong is a [`Finding`]; only a database that cannot be read is an error.

mod account_sums;
mod body;
mod chains;
mod compare;
mod file_store;
mod files;
mod finding;
mod first;
mod half_store;
mod head;
mod json;
mod kept;
mod leaves;
mod log;
mod made;
mod met;
mod numbers;
mod replay;
mod run;
mod signed;
mod snapshot_store;
mod standing;
mod standing_store;
mod store;
mod tree_store;
mod witness;
mod year_store;

pub use finding::{Check, Finding, Findings};
pub use kept::{Extended, KeptNote};
pub use run::{AuditError, Counts, Keys, Progress, Report, Stage, Trusted, audit};
pub use witness::Witnessed;

//! Every bound on what grows by someone else's hand, with the reason for its figure.

use std::time::Duration;

/// Decisions in one transaction: beyond 128 a batch gains nothing measurable and waits longer.
pub const BATCH_MAX: usize = 128;

/// Decisions that may wait for the committer: half a second's work; the next is told 503.
pub const QUEUE_MAX: usize = 4096;

/// How long a client waits for its commit before it is told 503 (architecture.md, "commit").
pub const COMMIT_WAIT_MAX: Duration = Duration::from_secs(5);

/// How often a decision is made again on fresher facts before the client is told 503.
pub const DECIDE_ROUNDS_MAX: u32 = 5;

/// Connections for reading: on a small machine more of them only wait for each other.
pub const READ_CONNECTIONS_MAX: usize = 16;

/// Entries a register keeps in memory: some 1 kB each, so at most about 50 MB a register.
pub const CACHE_ENTRIES_MAX: usize = 50_000;

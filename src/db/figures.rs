//! What the committer counts of itself, for `/metrics`: two histograms, a few atomic adds a batch.

use prometheus::{Histogram, HistogramOpts};

/// Clones share the counts.
#[derive(Clone)]
pub struct Figures {
    /// Decisions in a batch.
    pub batch_decisions: Histogram,
    /// From taking a batch to answering it.
    pub batch_seconds: Histogram,
}

impl Figures {
    pub(super) fn new() -> Result<Self, prometheus::Error> {
        let sizes = HistogramOpts::new("liandan_commit_batch_decisions", "Decisions in a batch")
            .buckets(vec![1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0]);
        let seconds = HistogramOpts::new("liandan_commit_batch_seconds", "Time to commit a batch")
            .buckets(vec![0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0]);
        Ok(Self {
            batch_decisions: Histogram::with_opts(sizes)?,
            batch_seconds: Histogram::with_opts(seconds)?,
        })
    }
}

//! Batches under way, in the order in which they were sent.

use std::pin::Pin;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;

use super::batch::Answer;
use super::committer::Job;
use super::session::BatchError;
use super::writes::FirstEvent;

/// One is being written, and a full one lies ready behind it, so that PostgreSQL never waits for
/// us. A third would only wait longer.
const UNDER_WAY_MAX: usize = 2;

/// A batch under way.
pub(super) struct Flight {
    pub jobs: Vec<Job>,
    pub answers: Vec<Answer>,
    pub timer: prometheus::HistogramTimer,
}

/// A batch and what became of it.
pub(super) type Landed = (Flight, Result<(), BatchError>);

#[derive(Default)]
pub(super) struct Flights {
    under_way: FuturesOrdered<Pin<Box<dyn Future<Output = Landed> + Send>>>,
    last: Option<FirstEvent>,
}

impl Flights {
    pub fn is_empty(&self) -> bool {
        self.under_way.is_empty()
    }

    /// Whether one more may be sent behind those.
    pub fn has_room(&self) -> bool {
        self.under_way.len() < UNDER_WAY_MAX
    }

    /// The first event of the batch sent last: whatever is sent behind it rests on it.
    pub fn last(&self) -> Option<FirstEvent> {
        self.last.filter(|_| !self.is_empty())
    }

    /// `landing` is sent with the next look at [`Self::next`].
    pub fn push(
        &mut self,
        flight: Flight,
        first: FirstEvent,
        landing: impl Future<Output = Result<(), BatchError>> + Send + 'static,
    ) {
        self.under_way.push_back(Box::pin(async move { (flight, landing.await) }));
        self.last = Some(first);
    }

    /// The oldest, once it has landed; all go on meanwhile. Nothing is lost where this is dropped.
    pub async fn next(&mut self) -> Option<Landed> {
        self.under_way.next().await
    }
}

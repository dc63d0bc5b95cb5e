//! What is counted for Prometheus, and its page.
//!
//! Labels are route patterns, methods and statuses: a bounded number of series, whatever clients
//! send. Paths hold plates and numbers and never become labels.

use prometheus::{
    Encoder, Gauge, GaugeVec, HistogramOpts, HistogramVec, IntGauge, Opts, Registry, TextEncoder,
};

use crate::anomaly;
use crate::custody::{Followed, Lag};
use crate::db::Committer;

/// One answered request.
pub struct Request<'a> {
    pub method: &'a str,
    /// The pattern; `-` where none matched.
    pub route: &'a str,
    pub status: u16,
    pub seconds: f64,
}

/// What the database says; each is none where it did not.
#[derive(Debug, Default)]
pub struct Standing {
    pub tree: Option<Lag>,
    pub watch: Option<anomaly::Lag>,
    /// Rows of the outbox, and deliveries that are due.
    pub waiting: Option<(i64, i64)>,
    pub witnesses: Option<Vec<Followed>>,
}

/// The process's figures. Clones share them.
#[derive(Clone)]
pub struct Metrics {
    registry: Registry,
    requests: HistogramVec,
    queued: IntGauge,
    lag_events: Gauge,
    lag_seconds: Gauge,
    watch_events: Gauge,
    watch_seconds: Gauge,
    outbox: Gauge,
    due: Gauge,
    witnesses: OfWitnesses,
}

/// How far each witness has come; nothing is said of one where the database did not say.
#[derive(Clone)]
struct OfWitnesses {
    events: GaugeVec,
    lag_events: GaugeVec,
}

impl OfWitnesses {
    fn new(registry: &Registry) -> Result<Self, prometheus::Error> {
        let events = Opts::new(
            "liandan_witness_events",
            "Events of the largest log that the witness has cosigned",
        );
        let lag_events = Opts::new(
            "liandan_witness_lag_events",
            "Events of the newest checkpoint that the witness has not cosigned",
        );
        let events = GaugeVec::new(events, &["witness"])?;
        let lag_events = GaugeVec::new(lag_events, &["witness"])?;
        registry.register(Box::new(events.clone()))?;
        registry.register(Box::new(lag_events.clone()))?;
        Ok(Self { events, lag_events })
    }

    fn set(&self, witnesses: &[Followed]) {
        self.events.reset();
        self.lag_events.reset();
        for Followed { witness, events, behind } in witnesses {
            self.events.with_label_values(&[witness]).set(*events as f64);
            self.lag_events.with_label_values(&[witness]).set(*behind as f64);
        }
    }
}

impl std::fmt::Debug for Metrics {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Metrics").finish_non_exhaustive()
    }
}

impl Metrics {
    pub fn new(committer: &Committer) -> Result<Self, prometheus::Error> {
        let registry = Registry::new();
        let seconds =
            HistogramOpts::new("liandan_http_request_seconds", "Time to answer a request").buckets(
                vec![0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0],
            );
        let requests = HistogramVec::new(seconds, &["method", "route", "status"])?;
        let queued = IntGauge::with_opts(Opts::new(
            "liandan_commit_queue_decisions",
            "Decisions that wait for the committer",
        ))?;
        let room = IntGauge::with_opts(Opts::new(
            "liandan_commit_queue_decisions_max",
            "Decisions that may wait before clients are told 503",
        ))?;
        room.set(i64::try_from(crate::limits::QUEUE_MAX).unwrap_or(i64::MAX));
        let lag_events = Gauge::with_opts(Opts::new(
            "liandan_tree_lag_events",
            "Events that are in no checkpoint yet; NaN where the database did not say",
        ))?;
        let lag_seconds = Gauge::with_opts(Opts::new(
            "liandan_tree_lag_seconds",
            "Age of the oldest event that is in no checkpoint yet; NaN as above",
        ))?;
        let watch_events = Gauge::with_opts(Opts::new(
            "liandan_watch_lag_events",
            "Events that no anomaly rule has seen yet; NaN where the database did not say",
        ))?;
        let watch_seconds = Gauge::with_opts(Opts::new(
            "liandan_watch_lag_seconds",
            "Age of the oldest event that no anomaly rule has seen yet; NaN as above",
        ))?;
        registry.register(Box::new(watch_events.clone()))?;
        registry.register(Box::new(watch_seconds.clone()))?;
        let outbox = Gauge::with_opts(Opts::new(
            "liandan_outbox_rows",
            "Rows of the outbox that are no deliveries yet; NaN as above",
        ))?;
        let due = Gauge::with_opts(Opts::new(
            "liandan_deliveries_due",
            "Deliveries by webhook and mail that are due and have not gone; NaN as above",
        ))?;
        registry.register(Box::new(outbox.clone()))?;
        registry.register(Box::new(due.clone()))?;
        registry.register(Box::new(lag_events.clone()))?;
        registry.register(Box::new(lag_seconds.clone()))?;
        registry.register(Box::new(requests.clone()))?;
        registry.register(Box::new(queued.clone()))?;
        registry.register(Box::new(room))?;
        registry.register(Box::new(committer.figures().batch_decisions.clone()))?;
        registry.register(Box::new(committer.figures().batch_seconds.clone()))?;
        let witnesses = OfWitnesses::new(&registry)?;
        Ok(Self {
            registry,
            requests,
            queued,
            lag_events,
            lag_seconds,
            watch_events,
            watch_seconds,
            outbox,
            due,
            witnesses,
        })
    }

    pub fn answered(&self, request: &Request<'_>) {
        // Foreign methods are as many as clients care to invent.
        let known = ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"];
        let method = if known.contains(&request.method) { request.method } else { "other" };
        let status = request.status.to_string();
        let labels = [method, request.route, status.as_str()];
        self.requests.with_label_values(&labels).observe(request.seconds);
    }

    /// The page in Prometheus' text format.
    pub fn page(
        &self,
        committer: &Committer,
        standing: &Standing,
    ) -> Result<Vec<u8>, prometheus::Error> {
        let &Standing { tree: lag, watch, waiting, ref witnesses } = standing;
        self.lag_events.set(lag.map_or(f64::NAN, |lag| lag.events as f64));
        self.lag_seconds.set(lag.map_or(f64::NAN, |lag| lag.seconds as f64));
        self.watch_events.set(watch.map_or(f64::NAN, |lag| lag.events as f64));
        self.watch_seconds.set(watch.map_or(f64::NAN, |lag| lag.seconds as f64));
        self.outbox.set(waiting.map_or(f64::NAN, |(rows, _)| rows as f64));
        self.due.set(waiting.map_or(f64::NAN, |(_, due)| due as f64));
        self.witnesses.set(witnesses.as_deref().unwrap_or_default());
        self.queued.set(i64::try_from(committer.queued()).unwrap_or(i64::MAX));
        let mut page = Vec::new();
        TextEncoder::new().encode(&self.registry.gather(), &mut page)?;
        Ok(page)
    }
}

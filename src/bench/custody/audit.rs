//! The audit beside the least that it could cost: reading the table from its beginning to its end,
//! and the SHA-256 of every body.

use std::hint::black_box;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use tokio_postgres::types::ToSql;

use crate::audit::{Progress, Stage, Trusted, audit};
use crate::bench::BenchError;
use crate::bench::latency::Latencies;
use crate::bench::lives::log_size;
use crate::bench::report::{Compared, Goal, Line, Report, progress};
use crate::bench::world::World;
use crate::journal::leaf_hash;

/// Audits, each between two baselines.
const AUDITS: usize = 2;
/// Hashes and the tree over them: the first walk, and the SHA-256 of all bodies, which the second
/// walk takes where it reads them, measured alone.
const LOG_AT_LEAST: Goal = Goal::AtLeast(0.5);
/// The whole of it: replay, and comparison with all tables, after hashes and tree.
const WHOLE_AT_LEAST: Goal = Goal::AtLeast(0.2);

/// What there is to read and to hash.
const TABLE_SQL: &str = "SELECT position, subject_id, subject_kind, leaf, body FROM event";

/// Measures the log as it is.
pub async fn run(world: &World, report: &Report) -> Result<(), BenchError> {
    let events = log_size(world).await?;
    let mut baselines = vec![baseline(world, events).await?];
    let (mut trees, mut wholes) = (Vec::new(), Vec::new());
    for _ in 0..AUDITS {
        let Took { tree, whole } = audited(world, events).await?;
        trees.push(tree);
        wholes.push(whole);
        baselines.push(baseline(world, events).await?);
    }
    let (least, hashes) = (mean(&baselines), hashes(world).await?);
    let logs: Vec<Duration> = trees.iter().map(|tree| *tree + hashes).collect();
    report.line(&line("read_and_sha256", events, &baselines, None));
    report.line(&line("audit_log", events, &logs, Some((least, LOG_AT_LEAST))));
    let pairs = wholes.iter().zip(&trees);
    let replays: Vec<Duration> = pairs.map(|(all, tree)| all.saturating_sub(*tree)).collect();
    report.line(&line("audit_replay", events, &replays, None));
    report.line(&line("audit_whole", events, &wholes, Some((least, WHOLE_AT_LEAST))));
    Ok(())
}

/// Streams the table as it lies and hashes each body: over one connection, as the audit does, and
/// without keeping anything.
async fn baseline(world: &World, events: u64) -> Result<Duration, BenchError> {
    progress("the table read through, SHA-256 of each body");
    let reader = world.reader().await?;
    reader.batch_execute("SET statement_timeout = 0").await?;
    let began = Instant::now();
    let no_parameters: [&(dyn ToSql + Sync); 0] = [];
    let rows = reader.query_raw(TABLE_SQL, no_parameters).await?;
    let mut rows = std::pin::pin!(rows);
    let mut read = 0;
    while let Some(row) = rows.try_next().await? {
        black_box(leaf_hash(row.get::<_, &str>(4)));
        read += 1;
    }
    let took = began.elapsed();
    if read < events {
        return Err(BenchError::Own(format!("{read} events in the table, {events} in the log")));
    }
    Ok(took)
}

/// What the SHA-256 of all bodies takes, without reading them.
async fn hashes(world: &World) -> Result<Duration, BenchError> {
    let reader = world.reader().await?;
    reader.batch_execute("SET statement_timeout = 0").await?;
    let no_parameters: [&(dyn ToSql + Sync); 0] = [];
    let rows = reader.query_raw("SELECT body FROM event", no_parameters).await?;
    let mut rows = std::pin::pin!(rows);
    let mut took = Duration::ZERO;
    while let Some(row) = rows.try_next().await? {
        let body: &str = row.get(0);
        let began = Instant::now();
        black_box(leaf_hash(body));
        took += began.elapsed();
    }
    Ok(took)
}

/// What an audit's first walk took, and all of them.
struct Took {
    tree: Duration,
    whole: Duration,
}

/// The audit as `liandan audit` runs it. Its figures count only where it found nothing wrong and
/// left nothing out.
async fn audited(world: &World, events: u64) -> Result<Took, BenchError> {
    progress("audit");
    let began = Instant::now();
    let mut replayed = None;
    let mut tell = |told: Progress| {
        if told.stage == Stage::Chains {
            replayed.get_or_insert_with(Instant::now);
        }
    };
    let report = audit(&world.app_url(), Trusted::default(), &mut tell).await;
    let whole = began.elapsed();
    let own = |told: String| BenchError::Own(told);
    let report = report.map_err(|err| own(err.to_string()))?;
    if let Some(first) = report.findings.first() {
        return Err(own(format!("the audit found {}: {}", report.findings_count, first.en)));
    }
    if report.audited.events < events {
        return Err(own(format!("{} of {events} events were audited", report.audited.events)));
    }
    let replayed = replayed.ok_or_else(|| own("the audit told of no replay".to_owned()))?;
    let took = Took { tree: replayed - began, whole };
    progress(&format!("{:.1} s, of them {:.1} s the tree", s(took.whole), s(took.tree)));
    Ok(took)
}

fn s(time: Duration) -> f64 {
    time.as_secs_f64()
}

fn mean(all: &[Duration]) -> Duration {
    all.iter().sum::<Duration>() / u32::try_from(all.len().max(1)).unwrap_or(1)
}

/// Events a second, and what the ratio of the least to it is judged by.
fn line(name: &str, events: u64, took: &[Duration], goal: Option<(Duration, Goal)>) -> Line {
    let mut all = Latencies::default();
    for one in took {
        all.note(*one);
    }
    let rate = events as f64 / s(mean(took));
    let compared = goal.map(|(least, goal)| Compared {
        baseline: events as f64 / s(least),
        baseline_ms: s(least) * 1e3,
        ratio: s(least) / s(mean(took)),
        goal,
    });
    Line { name: name.to_owned(), rate, spread: all.spread(), compared, cpu: None }
}

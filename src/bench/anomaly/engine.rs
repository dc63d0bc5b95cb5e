//! The engine in a server that works: how far it is behind while events come at a steady rate; and
//! `liandan anomaly rebuild` over a log of millions.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use tokio_postgres::Client;

use crate::bench::BenchError;
use crate::bench::behind::{LOOK_EVERY, look, watch};
use crate::bench::custody::fill;
use crate::bench::latency::{Latencies, Spread};
use crate::bench::lives::{self, EVENTS_A_LIFE, log_size};
use crate::bench::meters::peak_mib;
use crate::bench::people::People;
use crate::bench::report::{Compared, Goal, Line, Report, progress};
use crate::bench::world::World;

/// How far the watch may be behind the newest event (issue "Anomalies").
const BEHIND_MAX: Duration = Duration::from_secs(2);
/// A year of a million manifests within ten minutes, in events a second.
const REBUILD_RATE: f64 = (1_000_000 * EVENTS_A_LIFE) as f64 / 600.0;
/// The watch sees some ten thousand events a second beside a server.
const CAUGHT_UP_WITHIN: Duration = Duration::from_hours(1);
/// Lives that are led before anything is measured: what copies are made of.
const FEW: u64 = 10_000;

/// Microseconds since the oldest event was recorded that the watch has not seen; 0 where there is
/// none. And how many it has not.
const BEHIND_SQL: &str = "SELECT COALESCE((extract(epoch FROM clock_timestamp() - (
        SELECT recorded_at FROM event WHERE position = mark.position)) * 1000000)::int8, 0),
       log_head.next_position - mark.position
  FROM watch_mark AS mark, log_head";

/// Drives the server at a steady rate and looks how far the watch is behind.
pub async fn lag(
    world: &World,
    people: &People,
    (rate, seconds): (u32, u64),
    report: &Report,
) -> Result<(), BenchError> {
    let database = world.database().await?;
    lives::until(world, people, FEW).await?;
    caught_up(&database).await?;
    progress(&format!("{rate} events a second for {seconds} s"));
    let count = (u64::from(rate) * seconds) as usize / EVENTS_A_LIFE;
    let mut looks = Latencies::default();
    let slowest = tokio::select! {
        led = lives::lead(world, people, (usize::MAX, count), Some(rate)) => led?,
        broken = watch(&database, BEHIND_SQL, &mut looks) => match broken? {},
    };
    let spread = looks.spread();
    let ratio = spread.max.as_secs_f64() / BEHIND_MAX.as_secs_f64();
    let compared = within(BEHIND_MAX, ratio, Goal::AtMost(1.0));
    report.line(&line("behind", slowest, spread, Some(compared)));
    Ok(())
}

/// Waits until the watch has seen everything.
pub async fn caught_up(database: &Client) -> Result<(), BenchError> {
    let until = Instant::now() + CAUGHT_UP_WITHIN;
    loop {
        let behind = look(database, BEHIND_SQL).await?.1;
        if behind == 0 {
            return Ok(());
        }
        if Instant::now() >= until {
            return Err(BenchError::Own(format!("the watch is {behind} events behind")));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// Fills the log up to so many manifests, and then evaluates all of it from zero, by this same
/// program as a person would.
pub async fn rebuild(
    world: &World,
    people: &People,
    manifests: u64,
    report: &Report,
) -> Result<(), BenchError> {
    lives::until(world, people, FEW).await?;
    fill(world, manifests * EVENTS_A_LIFE as u64).await?;
    let events = log_size(world).await?;
    progress(&format!("{events} events from zero"));
    let began = Instant::now();
    let peak = again(world).await?;
    let took = began.elapsed();
    progress(&format!("{:.0} s, at most {peak:.0} MiB", took.as_secs_f64()));
    let rate = events as f64 / took.as_secs_f64();
    let compared = Compared {
        baseline: REBUILD_RATE,
        baseline_ms: 1e3 / REBUILD_RATE,
        ratio: rate / REBUILD_RATE,
        goal: Goal::AtLeast(1.0),
    };
    let each = Duration::from_secs_f64(1.0 / rate);
    let spread = Spread { mean: each, p50: each, p99: each, max: each };
    report.line(&line("rebuild", rate, spread, Some(compared)));
    Ok(())
}

/// `liandan anomaly rebuild`, and the most memory that it took, in MiB.
async fn again(world: &World) -> Result<f64, BenchError> {
    let mut child = Command::new(std::env::current_exe()?)
        .args(["anomaly", "rebuild", "--json"])
        .env("DATABASE_URL", world.app_url())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()?;
    let mut peak: f64 = 0.0;
    loop {
        if let Some(ended) = child.try_wait()? {
            if ended.success() {
                return Ok(peak);
            }
            return Err(BenchError::Own(format!("anomaly rebuild: {ended}")));
        }
        peak = peak.max(peak_mib(child.id()).unwrap_or(0.0));
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn within(most: Duration, ratio: f64, goal: Goal) -> Compared {
    let seconds = most.as_secs_f64();
    Compared { baseline: 1.0 / seconds, baseline_ms: seconds * 1e3, ratio, goal }
}

fn line(name: &str, rate: f64, spread: Spread, compared: Option<Compared>) -> Line {
    Line { name: name.to_owned(), rate, spread, compared, cpu: None }
}

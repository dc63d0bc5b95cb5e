//! Filings with the tree growing beside them and without, by turns; and how far behind the tree is
//! meanwhile and when the last of them is answered.
//!
//! Without: the server may not read checkpoints. Its worker is refused at its first look, five
//! times a second, and does nothing else; filings read none.

use std::time::Duration;

use tokio_postgres::Client;

use super::run::caught_up;
use crate::bench::BenchError;
use crate::bench::behind::{LOOK_EVERY, look, watch};
use crate::bench::filing::{self, Plan};
use crate::bench::latency::Latencies;
use crate::bench::people::People;
use crate::bench::report::{Compared, Goal, Line, Report, progress};
use crate::bench::world::World;

/// By turns, so that a world that gets slower meanwhile slows both alike.
const TURNS: [bool; 8] = [false, true, true, false, false, true, true, false];
/// The tree may take a tenth.
const RATE: Goal = Goal::AtLeast(0.9);
/// Within a second of the commit (custody.md).
const BEHIND_MAX: Duration = Duration::from_secs(1);

/// Microseconds since the oldest event was recorded that no checkpoint covers; 0 where there is
/// none. And the size of the tree.
const BEHIND_SQL: &str = "SELECT COALESCE((extract(epoch FROM clock_timestamp() - (
        SELECT recorded_at FROM event WHERE position = newest.size)) * 1000000)::int8, 0),
       newest.size
  FROM (SELECT max(size) AS size FROM checkpoint) AS newest";

/// What all runs of a kind came to.
#[derive(Default)]
struct Sum {
    rate: f64,
    latencies: Latencies,
}

/// Files by turns.
pub async fn run(
    world: &World,
    people: &People,
    plan: &Plan,
    report: &Report,
) -> Result<(), BenchError> {
    let database = world.database().await?;
    let (mut without, mut with) = (Sum::default(), Sum::default());
    let (mut behind, mut at_end) = (Latencies::default(), Duration::ZERO);
    for (n, grows) in TURNS.into_iter().enumerate() {
        switch(&database, grows).await?;
        let before = look(&database, BEHIND_SQL).await?.1;
        let name = format!("tree_{n}_{}", if grows { "on" } else { "off" });
        let mut looks = Latencies::default();
        let figures = tokio::select! {
            figures = filing::spread_128(world, people, plan, &name) => figures?,
            broken = watch(&database, BEHIND_SQL, &mut looks) => match broken? {},
        };
        let (late, after) = look(&database, BEHIND_SQL).await?;
        if (after > before) != grows {
            return Err(BenchError::Own(format!("{name}: the tree went from {before} to {after}")));
        }
        let (rate, latencies) = figures.rate_and_latencies();
        progress(&format!("{name}: {rate:.0} filings a second"));
        let sum = if grows { &mut with } else { &mut without };
        sum.rate += rate;
        sum.latencies.absorb(latencies);
        if grows {
            behind.absorb(looks);
            at_end = at_end.max(late);
        }
    }
    switch(&database, true).await?;
    show(report, [without, with], (behind, at_end));
    Ok(())
}

/// Lets the tree grow until it has all that there is, and on, or then no longer.
async fn switch(database: &Client, grows: bool) -> Result<(), BenchError> {
    database.batch_execute("GRANT SELECT ON checkpoint TO liandan_app").await?;
    caught_up(database).await?;
    if !grows {
        database.batch_execute("REVOKE SELECT ON checkpoint FROM liandan_app").await?;
    }
    Ok(())
}

fn show(report: &Report, sums: [Sum; 2], (behind, at_end): (Latencies, Duration)) {
    let turns = (TURNS.len() / 2) as f64;
    let [without, with] = sums.map(|sum| (sum.rate / turns, sum.latencies.spread()));
    let line = |name: &str, (rate, spread), compared| {
        report.line(&Line { name: name.to_owned(), rate, spread, compared, cpu: None });
    };
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    line("filing_no_tree", without, None);
    let compared = Compared {
        baseline: without.0,
        baseline_ms: ms(without.1.mean),
        ratio: with.0 / without.0,
        goal: RATE,
    };
    line("filing_with_tree", with, Some(compared));
    let compared = Compared {
        baseline: 1.0 / BEHIND_MAX.as_secs_f64(),
        baseline_ms: ms(BEHIND_MAX),
        ratio: at_end.as_secs_f64() / BEHIND_MAX.as_secs_f64(),
        goal: Goal::AtMost(1.0),
    };
    progress(&format!("the tree is at most {:.0} ms behind at the end of a run", ms(at_end)));
    line("tree_behind", (1.0 / LOOK_EVERY.as_secs_f64(), behind.spread()), Some(compared));
}

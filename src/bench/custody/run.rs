//! The parts in their order, and waiting for the tree between them.

use std::time::{Duration, Instant};

use tokio_postgres::Client;

use super::{audit, bundle, copies, tree};
use crate::bench::BenchError;
use crate::bench::anomaly;
use crate::bench::filing::{Plan, SERVER_MIB_MAX};
use crate::bench::lives;
use crate::bench::meters::peak_mib;
use crate::bench::people::People;
use crate::bench::report::{Report, progress};
use crate::bench::world::World;

/// Events of the small log that bundles are read from.
const FEW: u64 = 10_000;

/// The tree grows by some 100,000 events a second where nothing else is done.
const CAUGHT_UP_WITHIN: Duration = Duration::from_mins(10);

/// Events of the log that is audited, and of the large one that bundles are read from.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    pub audited: u64,
    pub large: u64,
}

/// Measures all that the plan wants: `bundle`, `tree`, `audit`.
pub async fn run(
    world: &World,
    people: &People,
    (plan, sizes): (&Plan, Sizes),
    report: &Report,
) -> Result<(), BenchError> {
    lives::until(world, people, FEW).await?;
    report.begin();
    let mut few = None;
    if plan.wants("bundle") {
        few = Some(bundle::measure(world, people, plan).await?);
    }
    if plan.wants("tree") {
        tree::run(world, people, plan, report).await?;
    }
    if plan.wants("audit") {
        lives::until(world, people, sizes.audited).await?;
        settle(world).await?;
        audit::run(world, report).await?;
    }
    if let Some(few) = few {
        copies::fill(world, sizes.large).await?;
        let many = bundle::measure(world, people, plan).await?;
        bundle::report(report, &few, &many);
    }
    report.memory(peak_mib(world.server.pid()), SERVER_MIB_MAX);
    Ok(())
}

/// Waits for the tree and for the watch, which would be measured as well, and leaves nothing for
/// PostgreSQL to do on its own.
pub async fn settle(world: &World) -> Result<(), BenchError> {
    let database = world.database().await?;
    caught_up(&database).await?;
    progress("the watch catches up");
    anomaly::caught_up(&database).await?;
    progress("VACUUM, CHECKPOINT");
    database.batch_execute("VACUUM (ANALYZE)").await?;
    database.batch_execute("CHECKPOINT").await?;
    Ok(())
}

const BEHIND_SQL: &str = "SELECT log_head.next_position - COALESCE(newest.size, 0)
  FROM log_head, (SELECT max(size) AS size FROM checkpoint) AS newest";

/// Waits until a checkpoint covers the whole log.
pub async fn caught_up(database: &Client) -> Result<(), BenchError> {
    let until = Instant::now() + CAUGHT_UP_WITHIN;
    loop {
        let behind: i64 = database.query_one(BEHIND_SQL, &[]).await?.get(0);
        if behind == 0 {
            return Ok(());
        }
        if Instant::now() >= until {
            return Err(BenchError::Own(format!("the tree is {behind} events behind")));
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

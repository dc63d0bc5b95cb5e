//! Whole lives of manifests over HTTP, many at a time: filed, departed, arrived, received,
//! completed. What a log is filled with where every event has to be a real one.

use super::BenchError;
use super::people::People;
use super::report::progress;
use super::steps::{COMMANDS, CONNECTIONS, Pool, drive_at, filings, loads, requests, tokens};
use super::world::World;

/// Events of one life.
pub const EVENTS_A_LIFE: usize = 5;

/// Lives that are led at a time, so that what happens to one lies far apart in the log, and the
/// tokens of those who lead them hold.
const LIVES_AT_ONCE: usize = 20_000;

/// Leads lives until the log has about `size` events.
pub async fn until(world: &World, people: &People, size: u64) -> Result<(), BenchError> {
    let mut turn = 0;
    loop {
        let there = log_size(world).await?;
        let missing = size.saturating_sub(there) as usize / EVENTS_A_LIFE;
        // Each connection leads at least one.
        let lives = missing.min(LIVES_AT_ONCE) / CONNECTIONS * CONNECTIONS;
        if lives == 0 {
            return Ok(());
        }
        progress(&format!("{there} of {size} events: {lives} more lives"));
        // Turns of other calls have other numbers: the log only grows.
        turn += there as usize;
        lead(world, people, (turn, lives), None).await?;
    }
}

/// Leads so many lives, which are the first of this turn, command by command: at so many commands a
/// second, or as fast as it goes. Answers the slowest command's rate.
pub async fn lead(
    world: &World,
    people: &People,
    (turn, count): (usize, usize),
    rate: Option<u32>,
) -> Result<f64, BenchError> {
    let tokens = tokens(world, people).await?;
    let newest = newest(world).await?;
    let filings = filings(people, &tokens, (turn, count))?;
    let mut slowest = drive_at(world, filings, "filing", rate).await?.rate;
    let loads = loads(world, (&newest, count)).await?;
    for command in COMMANDS.iter().filter(|command| command.pool == Pool::Treated) {
        let lists = requests(command, loads.iter(), &tokens, people.day())?;
        slowest = slowest.min(drive_at(world, lists, command.name, rate).await?.rate);
    }
    Ok(slowest)
}

/// Events in the log.
pub async fn log_size(world: &World) -> Result<u64, BenchError> {
    let sql = "SELECT next_position FROM log_head";
    let size: i64 = world.database().await?.query_one(sql, &[]).await?.get(0);
    Ok(size.cast_unsigned())
}

/// The newest manifest; the least id where there is none.
async fn newest(world: &World) -> Result<String, BenchError> {
    let sql = "SELECT COALESCE((SELECT id FROM manifest ORDER BY id DESC LIMIT 1), \
                               '00000000-0000-0000-0000-000000000000')::text";
    Ok(world.database().await?.query_one(sql, &[]).await?.get(0))
}

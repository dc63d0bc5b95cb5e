//! `liandan bench chain`: whose waste is in it and where it is now, over ten hops and a thousand
//! sources, among a million manifests that all lie in such chains.
//!
//! Beside it, in the same run: the same edges by the plain recursive query of SQL, with the states
//! that a chain's masses are computed from, over one connection as well.

use std::time::{Duration, Instant};

use tokio_postgres::Client;

use super::BenchError;
use super::api::{self, Api};
use super::filing::{self, Plan, SERVER_MIB_MAX};
use super::fill;
use super::latency::{Latencies, Spread};
use super::load::GoRound;
use super::meters::peak_mib;
use super::people::People;
use super::report::{Compared, Goal, Line, Report, progress};
use super::world::World;

const GRAPH: &str = include_str!("../../benches/chain_graph.sql");
const STATES: &str = include_str!("../../benches/chain_states.sql");

/// Manifests of one chain, and how many of them waste begins on.
const CHAIN: i64 = 1012;
const SOURCES: usize = 1000;
/// Chains that are asked for, by turns: more than one processor's caches hold.
const ASKED: i64 = 20;
/// Whoever looks into a chain waits no longer than for any page.
const P99_MS_MAX: f64 = 50.0;

const BY_SQL: &str = "WITH RECURSIVE up AS (
    SELECT from_id, from_line, to_id, to_line, mass_g
      FROM mass_edge WHERE to_id = $1::text::uuid AND NOT given_back
    UNION
    SELECT edge.from_id, edge.from_line, edge.to_id, edge.to_line, edge.mass_g
      FROM mass_edge AS edge JOIN up ON edge.to_id = up.from_id AND edge.to_line = up.from_line
     WHERE NOT edge.given_back
) SELECT up.from_id::text, up.mass_g, manifest.number, manifest.state::text
    FROM up JOIN manifest ON manifest.id = up.from_id";

/// Fills, ties the manifests together, and asks from both ends.
pub async fn run(
    world: &World,
    people: &People,
    (plan, rows): (&Plan, u64),
    report: &Report,
) -> Result<(), BenchError> {
    filing::one_each(world, people).await?;
    fill::fill(world, 0, rows).await?;
    progress("edges between them, and the states of those that are asked for");
    let database = world.database().await?;
    database.batch_execute("SET synchronous_commit = off; SET work_mem = '256MB'").await?;
    database.batch_execute(GRAPH).await?;
    database.execute(STATES, &[&ASKED]).await?;
    database.batch_execute("VACUUM (ANALYZE) manifest, manifest_item, mass_edge").await?;
    database.batch_execute("CHECKPOINT").await?;
    let (last, first) = (ids(&database, CHAIN - 1).await?, ids(&database, 0).await?);
    look(world, &last, &first).await?;
    report.begin();
    progress("the plain recursive query");
    let before = by_sql(&database, &last, plan).await?;
    for (name, ids) in [("chain_up", &last), ("chain_down", &first)] {
        progress(name);
        let token = Api::sign_in(world.server.address, &world.regulator).await?.token;
        let request =
            |id: &String| api::request("GET", &format!("/audit/chains/{id}"), &token, &[], "");
        let mut scripts = [GoRound::new(ids.iter().map(request).collect(), 0)];
        let figures = filing::drive_counted(world, &mut scripts, plan, name).await?;
        let (rate, spread) = figures.rate_and_spread();
        report.line(&line(name, rate, spread, Some(P99_MS_MAX)));
    }
    progress("the plain recursive query, once more");
    let after = by_sql(&database, &last, plan).await?;
    for (name, latencies) in [("sql_up_before", before), ("sql_up_after", after)] {
        let spread = latencies.spread();
        report.line(&line(name, 1.0 / spread.mean.as_secs_f64(), spread, None));
    }
    report.memory(peak_mib(world.server.pid()), SERVER_MIB_MAX);
    Ok(())
}

/// The manifest at this place of each chain that is asked for.
async fn ids(database: &Client, place: i64) -> Result<Vec<String>, BenchError> {
    let sql = "SELECT id::text FROM bench_copy WHERE i < $1 AND i % $2 = $3 ORDER BY i";
    let found = database.query(sql, &[&(ASKED * CHAIN), &CHAIN, &place]).await?;
    Ok(found.iter().map(|row| row.get(0)).collect())
}

/// A figure counts only for an answer that is whole: all sources of the last, and the last of each.
async fn look(world: &World, last: &[String], first: &[String]) -> Result<(), BenchError> {
    let mut api = Api::sign_in(world.server.address, &world.regulator).await?;
    for (list, wanted, ids) in [("sources", SOURCES, last), ("whereabouts", 1, first)] {
        for id in ids {
            let answer = api.get(&format!("/audit/chains/{id}")).await?;
            let found = answer[list].as_array().map_or(0, Vec::len);
            if found != wanted || answer["is_truncated"] != false {
                return Err(BenchError::Own(format!("{id} has {found} {list}, not {wanted}")));
            }
        }
    }
    Ok(())
}

/// Asks the database itself, for as long as the server is asked.
async fn by_sql(database: &Client, ids: &[String], plan: &Plan) -> Result<Latencies, BenchError> {
    let statement = database.prepare(BY_SQL).await?;
    let warm = Instant::now() + Duration::from_secs(plan.warm_up_s);
    let until = warm + Duration::from_secs(plan.seconds);
    let mut latencies = Latencies::default();
    for id in ids.iter().cycle() {
        let sent = Instant::now();
        if sent >= until {
            break;
        }
        let rows = database.query(&statement, &[id]).await?;
        if rows.len() < SOURCES {
            return Err(BenchError::Own(format!("SQL finds {} rows", rows.len())));
        }
        if sent >= warm {
            latencies.note(sent.elapsed());
        }
    }
    Ok(latencies)
}

fn line(name: &str, rate: f64, spread: Spread, p99_ms_max: Option<f64>) -> Line {
    let compared = p99_ms_max.map(|most| Compared {
        baseline: 1e3 / most,
        baseline_ms: most,
        ratio: spread.p99.as_secs_f64() * 1e3 / most,
        goal: Goal::AtMost(1.0),
    });
    Line { name: name.to_owned(), rate, spread, compared, cpu: None }
}

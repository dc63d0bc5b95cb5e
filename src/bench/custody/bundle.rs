//! `GET /manifests/{id}/custody` over one connection, for manifests picked at random, among few
//! events and among many.

use std::time::Duration;

use super::run::settle;
use crate::bench::BenchError;
use crate::bench::api::{self, Api};
use crate::bench::filing::{self, Plan};
use crate::bench::latency::Spread;
use crate::bench::lives::{EVENTS_A_LIFE, log_size};
use crate::bench::load::GoRound;
use crate::bench::people::People;
use crate::bench::report::{Compared, Goal, Line, Report, progress};
use crate::bench::steps::{token, tokens};
use crate::bench::world::World;
use crate::custody::{Given, verify};

/// Manifests that are asked for: more than a run asks, so that none is asked for twice among many.
const ASKED: i64 = 20_000;
/// Of them, bundles that are verified: every so manieth, and in any case some.
const VERIFIED: usize = 200;
const P99_AT_MOST: Goal = Goal::AtMost(2.0);

/// What reading from a log of so many events came to.
pub struct Found {
    events: u64,
    rate: f64,
    spread: Spread,
}

/// Asks for bundles of the log as it is, as the producer of each.
pub async fn measure(world: &World, people: &People, plan: &Plan) -> Result<Found, BenchError> {
    settle(world).await?;
    let events = log_size(world).await?;
    let asked = sample(world).await?;
    check(world, events, &asked).await?;
    let tokens = tokens(world, people).await?;
    let mut requests = Vec::with_capacity(asked.len());
    for (id, producer_site) in &asked {
        let token = token(&tokens, producer_site)?;
        requests.push(api::request("GET", &path(id), token, &[], ""));
    }
    let name = format!("bundle_{events}");
    progress(&name);
    let mut scripts = [GoRound::new(requests, 0)];
    let figures = filing::drive_counted(world, &mut scripts, plan, &name).await?;
    let (rate, spread) = figures.rate_and_spread();
    Ok(Found { events, rate, spread })
}

fn path(id: &str) -> String {
    format!("/manifests/{id}/custody")
}

/// Manifests whose lives are over, in no order, each with its producer's site.
async fn sample(world: &World) -> Result<Vec<(String, String)>, BenchError> {
    let sql = "SELECT id::text, producer_site_id::text FROM manifest WHERE status = 'completed' \
               ORDER BY md5(id::text) LIMIT $1";
    let found = world.database().await?.query(sql, &[&ASKED]).await?;
    Ok(found.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// A figure counts only for bundles that hold: whole, of a log as large as said, and verified as
/// `liandan verify` does it.
async fn check(world: &World, events: u64, asked: &[(String, String)]) -> Result<(), BenchError> {
    let mut api = Api::sign_in(world.server.address, &world.regulator).await?;
    let every = (asked.len() / VERIFIED).max(1);
    for (id, _) in asked.iter().step_by(every) {
        let bundle = api.get(&path(id)).await?.to_string();
        let keys = &world.server.verifiers;
        let given = Given { bundle: &bundle, keys, witnesses: &[], older: None };
        let wrong = |told: String| BenchError::Own(format!("the bundle of {id}: {told}"));
        let verified = verify(&given).map_err(|err| wrong(err.to_string()))?;
        let (size, own) = (verified.head.size, verified.bundle.events.len());
        if size < events || own != EVENTS_A_LIFE {
            return Err(wrong(format!("{own} events, of a log of {size}")));
        }
    }
    Ok(())
}

/// The large log beside the small one.
pub fn report(report: &Report, few: &Found, many: &Found) {
    let ms = |time: Duration| time.as_secs_f64() * 1e3;
    let by_few = Compared {
        baseline: few.rate,
        baseline_ms: ms(few.spread.p99),
        ratio: ms(many.spread.p99) / ms(few.spread.p99),
        goal: P99_AT_MOST,
    };
    for (found, compared) in [(few, None), (many, Some(by_few))] {
        let Found { events, rate, spread } = *found;
        report.line(&Line { name: format!("bundle_{events}"), rate, spread, compared, cpu: None });
    }
}

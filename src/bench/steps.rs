//! `liandan bench steps`: every command of a manifest's life beside the filing of the same run.
//!
//! Manifests are filed first, which is the baseline; then each command is called once on each of
//! them, by whoever may, over as many connections. The time of a command is that of all its calls
//! together, the slowest connection's last included.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::BenchError;
use super::api::{self, Api};
use super::filing::SERVER_MIB_MAX;
use super::latency::Latencies;
use super::link::Link;
use super::load::Template;
use super::meters::{Cpu, peak_mib};
use super::people::People;
use super::report::{Compared, Goal, Line, Report, progress};
use super::world::World;
use crate::units::Grams;

pub(super) const CONNECTIONS: usize = 128;
/// Every command at least half as fast as a filing (issue "Manifests complete").
const GOAL: Goal = Goal::AtLeast(0.5);

/// A manifest to act on.
#[derive(Clone, Debug)]
pub(super) struct Load {
    pub id: String,
    producer_site: String,
    carrier: String,
    receiver_site: String,
    kg: String,
}

/// Which of the manifests: each pool is led through a life of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pool {
    /// To the end.
    Treated,
    /// Called off before departure.
    Called,
}

const POOLS: [Pool; 2] = [Pool::Treated, Pool::Called];

/// A command, in the order in which they are run.
pub(super) struct Command {
    pub name: &'static str,
    pub pool: Pool,
    who: fn(&Load) -> &str,
    body: fn(&Load, &str) -> String,
}

pub(super) const COMMANDS: &[Command] = &[
    Command { name: "depart", pool: Pool::Treated, who: |load| &load.carrier, body: nothing },
    Command { name: "arrive", pool: Pool::Treated, who: |load| &load.carrier, body: nothing },
    Command {
        name: "receive",
        pool: Pool::Treated,
        who: |load| &load.receiver_site,
        body: |load, _| {
            let kg = &load.kg;
            let item = format!(r#"{{"line":1,"accepted_kg":{kg},"refused_kg":0}}"#);
            format!(r#"{{"decision":"accept","items":[{item}]}}"#)
        },
    },
    Command {
        name: "complete",
        pool: Pool::Treated,
        who: |load| &load.receiver_site,
        body: |load, day| {
            let kg = &load.kg;
            let treated =
                format!(r#"{{"line":1,"method":"R9","mass_kg":{kg},"completed_on":"{day}"}}"#);
            format!(r#"{{"treatments":[{treated}]}}"#)
        },
    },
    Command {
        name: "cancel",
        pool: Pool::Called,
        who: |load| &load.producer_site,
        body: |_, _| r#"{"reason":"not_needed"}"#.to_owned(),
    },
];

fn nothing(_: &Load, _: &str) -> String {
    "{}".to_owned()
}

/// Runs them all, `count` calls each.
pub async fn run(
    world: &World,
    people: &People,
    (count, only): (usize, &[String]),
    report: &Report,
) -> Result<(), BenchError> {
    let tokens = tokens(world, people).await?;
    report.begin();
    progress(&format!("filing: {} on {CONNECTIONS} connections", count * POOLS.len()));
    let filing = filings(people, &tokens, (0, count * POOLS.len()))?;
    let filing = drive(world, filing, "filing").await?;
    let baseline = filing.rate;
    report.line(&filing.line("filing", None));
    let loads = loads(world, (NOBODY, count * POOLS.len())).await?;
    for command in COMMANDS {
        let at = POOLS.iter().position(|pool| *pool == command.pool).unwrap_or_default();
        let pool = loads.iter().skip(at).step_by(POOLS.len());
        progress(&format!("{}: {count}", command.name));
        let lists = requests(command, pool, &tokens, people.day())?;
        let found = drive(world, lists, command.name).await?;
        // What others stand on is run, asked for or not.
        if only.is_empty() || only.iter().any(|name| name == command.name) {
            report.line(&found.line(command.name, Some(baseline)));
        }
    }
    report.memory(peak_mib(world.server.pid()), SERVER_MIB_MAX);
    Ok(())
}

/// A token for each party's site or organisation.
pub(super) async fn tokens(
    world: &World,
    people: &People,
) -> Result<HashMap<String, String>, BenchError> {
    progress("signing everybody in");
    let mut tokens = HashMap::new();
    for (party, login) in people.parties() {
        let api = Api::sign_in(world.server.address, login).await?;
        tokens.insert(party.to_owned(), api.token);
    }
    Ok(tokens)
}

/// Requests of each connection, in order.
pub(super) type Lists = Vec<Vec<Vec<u8>>>;

/// So many filings; those of another turn have other idempotency keys.
pub(super) fn filings(
    people: &People,
    tokens: &HashMap<String, String>,
    (turn, count): (usize, usize),
) -> Result<Lists, BenchError> {
    let all = people.of_all();
    let mut lists: Lists = vec![Vec::new(); CONNECTIONS];
    for (connection, list) in lists.iter_mut().enumerate() {
        let producer = all[connection % all.len()];
        let token = token(tokens, &people.producers[producer].site_id)?;
        let key = format!("steps-{turn}-{connection}-########");
        let headers = [("Idempotency-Key", key.as_str())];
        let body = people.filing(producer, false);
        let text = api::request("POST", "/manifests", token, &headers, &body);
        let mut template = Template::new(&text);
        list.extend((0..count.div_ceil(CONNECTIONS)).map(|n| template.with(n as u64 + 1).to_vec()));
    }
    Ok(lists)
}

/// An id below that of any manifest.
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// The manifests that were filed after one, by turns of their producers.
pub(super) async fn loads(
    world: &World,
    (after, count): (&str, usize),
) -> Result<Vec<Load>, BenchError> {
    let sql = "SELECT id::text, producer_site_id::text, carrier_id::text, receiver_site_id::text, \
                      shipped_g \
               FROM manifest WHERE status = 'filed' AND id > $1::text::uuid ORDER BY id LIMIT $2";
    let rows = world.database().await?.query(sql, &[&after, &(count as i64)]).await?;
    let load = |row: &tokio_postgres::Row| Load {
        id: row.get(0),
        producer_site: row.get(1),
        carrier: row.get(2),
        receiver_site: row.get(3),
        kg: Grams(row.get(4)).to_kg_text(),
    };
    Ok(rows.iter().map(load).collect())
}

pub(super) fn requests<'a>(
    command: &Command,
    loads: impl Iterator<Item = &'a Load>,
    tokens: &HashMap<String, String>,
    day: &str,
) -> Result<Lists, BenchError> {
    let mut lists: Lists = vec![Vec::new(); CONNECTIONS];
    for (n, load) in loads.enumerate() {
        let token = token(tokens, (command.who)(load))?;
        let path = format!("/manifests/{}/{}", load.id, command.name);
        let key = format!("{}-{}", command.name, load.id);
        let headers = [("Idempotency-Key", key.as_str())];
        let body = (command.body)(load, day);
        let text = api::request("POST", &path, token, &headers, &body);
        lists[n % CONNECTIONS].push(text.into_bytes());
    }
    Ok(lists)
}

pub(super) fn token<'a>(
    tokens: &'a HashMap<String, String>,
    party: &str,
) -> Result<&'a str, BenchError> {
    let found = tokens.get(party).map(String::as_str);
    found.ok_or_else(|| BenchError::Own(format!("nobody signs in for {party}")))
}

/// What all calls of a command came to.
pub(super) struct Found {
    pub rate: f64,
    latencies: Latencies,
    cpu: Option<(Cpu, Cpu)>,
}

impl Found {
    fn line(self, name: &str, baseline: Option<f64>) -> Line {
        let count = self.latencies.count();
        let compared = baseline.map(|baseline| Compared {
            baseline,
            baseline_ms: 1e3 / baseline,
            ratio: self.rate / baseline,
            goal: GOAL,
        });
        Line {
            name: name.to_owned(),
            rate: self.rate,
            spread: self.latencies.spread(),
            compared,
            cpu: self.cpu.map(|(start, end)| end.each(start, count)),
        }
    }
}

/// Sends every list over a connection of its own; a refusal fails the run.
pub(super) async fn drive(world: &World, lists: Lists, name: &str) -> Result<Found, BenchError> {
    drive_at(world, lists, name, None).await
}

/// The same at a steady rate, requests a second over all connections; none: as fast as it goes.
pub(super) async fn drive_at(
    world: &World,
    lists: Lists,
    name: &str,
    rate: Option<u32>,
) -> Result<Found, BenchError> {
    let address = world.server.address;
    let read = || Cpu::read(world.server.pid(), world.postmaster());
    let (before, from) = (read(), Instant::now());
    let beat = |connection: usize| {
        let each = Duration::from_secs(1) / rate?;
        let first = from + each * u32::try_from(connection).unwrap_or(0);
        Some((first, each * CONNECTIONS as u32))
    };
    let lists = lists.into_iter().enumerate();
    let mut running: FuturesUnordered<_> =
        lists.map(|(n, list)| converse(address, list, beat(n))).collect();
    let mut latencies = Latencies::default();
    while let Some(done) = running.next().await {
        match done? {
            Ok(own) => latencies.absorb(own),
            Err(first) => {
                return Err(BenchError::Refused { run: name.to_owned(), refused: 1, first });
            }
        }
    }
    let took = from.elapsed().max(Duration::from_micros(1)).as_secs_f64();
    let rate = latencies.count() as f64 / took;
    Ok(Found { rate, latencies, cpu: before.zip(read()) })
}

/// The latencies of one connection's requests, or the first refusal. On a beat, each goes out when
/// its time has come, the first one and so long between two.
async fn converse(
    address: SocketAddr,
    list: Vec<Vec<u8>>,
    beat: Option<(Instant, Duration)>,
) -> std::io::Result<Result<Latencies, String>> {
    let mut latencies = Latencies::default();
    if list.is_empty() {
        return Ok(Ok(latencies));
    }
    let mut link = Link::open(address).await?;
    for (request, n) in list.iter().zip(0_u32..) {
        if let Some((first, each)) = beat {
            tokio::time::sleep_until((first + each * n).into()).await;
        }
        let sent = Instant::now();
        let reply = link.exchange(request).await?;
        if !reply.is_success() {
            return Ok(Err(reply.said()));
        }
        latencies.note(sent.elapsed());
    }
    Ok(Ok(latencies))
}

//! `liandan bench filing`: five runs, each beside its baseline.
//!
//! *alone*: one connection, its latency beside that of one pgbench client. *spread*: producers of
//! all divisions, several receivers and licence lines. *hot*: one division's counter and one
//! licence line for all. A group's baseline runs before and after it and the mean is taken, so that
//! a machine that gets slower meanwhile slows both.

use std::time::Duration;

use serde_json::Value;

use super::BenchError;
use super::api::{self, Api};
use super::baseline::{self, Measured, Sample};
use super::latency::{Latencies, Spread};
use super::load::{Script, Tally, Template, Window, drive};
use super::meters::{Cpu, peak_mib};
use super::people::{DIVISIONS, People};
use super::report::{Compared, Goal, Line, Report, progress};
use super::world::World;

/// The server's memory without PostgreSQL.
pub const SERVER_MIB_MAX: f64 = 256.0;

/// Clients of the baseline that throughput is compared with.
const BASELINE_CLIENTS: usize = 32;

/// Where the filings of a group go, and what its baseline is.
struct Group {
    is_hot: bool,
    baseline_divisions: usize,
    baseline_clients: usize,
    runs: &'static [Run],
}

struct Run {
    name: &'static str,
    connections: usize,
    goal: Goal,
}

const GROUPS: [Group; 3] = [
    Group {
        is_hot: false,
        baseline_divisions: DIVISIONS,
        baseline_clients: 1,
        runs: &[Run { name: "alone_1", connections: 1, goal: Goal::AtMost(2.0) }],
    },
    Group {
        is_hot: false,
        baseline_divisions: DIVISIONS,
        baseline_clients: BASELINE_CLIENTS,
        runs: &[
            Run { name: "spread_32", connections: 32, goal: Goal::AtLeast(1.1) },
            Run { name: "spread_128", connections: 128, goal: Goal::AtLeast(1.5) },
        ],
    },
    Group {
        is_hot: true,
        baseline_divisions: 1,
        baseline_clients: BASELINE_CLIENTS,
        runs: &[
            Run { name: "hot_32", connections: 32, goal: Goal::AtLeast(4.5) },
            Run { name: "hot_128", connections: 128, goal: Goal::AtLeast(6.0) },
        ],
    },
];

/// What is run and for how long.
#[derive(Clone, Debug)]
pub struct Plan {
    pub warm_up_s: u64,
    pub seconds: u64,
    /// Names of runs; empty: all.
    pub only: Vec<String>,
}

impl Plan {
    pub fn wants(&self, run: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == run)
    }

    const fn window(&self) -> Window {
        Window {
            warm_up: Duration::from_secs(self.warm_up_s),
            counted: Duration::from_secs(self.seconds),
        }
    }
}

/// Runs them all.
pub async fn run(
    world: &World,
    people: &People,
    plan: &Plan,
    report: &Report,
) -> Result<(), BenchError> {
    let sample = file_one(world, people).await?;
    report.begin();
    for group in &GROUPS {
        let runs: Vec<&Run> = group.runs.iter().filter(|run| plan.wants(run.name)).collect();
        if runs.is_empty() {
            continue;
        }
        let before = baseline_of(world, group, plan, &sample)?;
        let mut found = Vec::new();
        for run in runs {
            progress(&format!("{}: {} connections", run.name, run.connections));
            let load = (run.name, run.connections, group.is_hot);
            found.push((run, measure(world, people, load, plan).await?));
        }
        let baseline = before.mean(baseline_of(world, group, plan, &sample)?);
        for (run, figures) in found {
            report.line(&figures.line(run, baseline));
        }
    }
    report.memory(peak_mib(world.server.pid()), SERVER_MIB_MAX);
    Ok(())
}

fn baseline_of(
    world: &World,
    group: &Group,
    plan: &Plan,
    sample: &Sample,
) -> Result<Measured, BenchError> {
    let (divisions, clients) = (group.baseline_divisions, group.baseline_clients);
    progress(&format!("baseline: {clients} clients of pgbench on {divisions} counters"));
    baseline::filings(&world.target, sample, divisions, clients, plan.seconds)
}

/// Files one manifest, shows that the rules were kept, and takes what it stored as a sample.
async fn file_one(world: &World, people: &People) -> Result<Sample, BenchError> {
    let filed = file_by(world, people, 0).await?;
    let id = api::text(&filed, "id")?;
    let warnings = filed.get("warnings").and_then(Value::as_array);
    if let Some(first) = warnings.and_then(|list| list.first()) {
        progress(&format!("filings carry a warning: {first}"));
    }
    let sql = "SELECT m.state::text, e.body, encode(e.leaf, 'hex') FROM manifest m \
               JOIN event e ON e.subject_id = m.id WHERE m.id = $1::text::uuid";
    let row = world.database().await?.query_one(sql, &[&id]).await?;
    Ok(Sample { state: row.get(0), body: row.get(1), leaf: row.get(2) })
}

/// One manifest of each producer, filed.
pub async fn one_each(world: &World, people: &People) -> Result<(), BenchError> {
    for producer in people.of_all() {
        file_by(world, people, producer).await?;
    }
    Ok(())
}

async fn file_by(world: &World, people: &People, producer: usize) -> Result<Value, BenchError> {
    let mut api = Api::sign_in(world.server.address, &people.producers[producer].login).await?;
    let body = Template::new(&people.filing(producer, false)).with(1).to_vec();
    let body = serde_json::from_slice(&body).map_err(|err| BenchError::Own(err.to_string()))?;
    api.post("/manifests", &body).await
}

/// One connection's filings.
struct Filings {
    template: Template,
    filed: u64,
}

impl Script for Filings {
    fn next(&mut self) -> &[u8] {
        self.filed += 1;
        self.template.with(self.filed)
    }
}

/// A run without a refusal.
pub struct Figures {
    tally: Tally,
    /// Processor time when counting began and when it ended.
    cpu: Option<(Cpu, Cpu)>,
    seconds: f64,
}

/// A run's name, its connections, and whether all of them file with one division.
type Load<'a> = (&'a str, usize, bool);

async fn measure(
    world: &World,
    people: &People,
    load: Load<'_>,
    plan: &Plan,
) -> Result<Figures, BenchError> {
    let mut scripts = scripts(world, people, load).await?;
    drive_counted(world, &mut scripts, plan, load.0).await
}

/// Filings over 128 connections, for others to be compared with. Each run of a world has a name of
/// its own: idempotency keys are made of it, and of two that have the same the second would only be
/// told what the first was.
pub async fn spread_128(
    world: &World,
    people: &People,
    plan: &Plan,
    name: &str,
) -> Result<Figures, BenchError> {
    measure(world, people, (name, 128, false), plan).await
}

/// Drives the server and reads the meters; a refusal fails the run.
pub async fn drive_counted<S: Script>(
    world: &World,
    scripts: &mut [S],
    plan: &Plan,
    name: &str,
) -> Result<Figures, BenchError> {
    let read = || Cpu::read(world.server.pid(), world.postmaster());
    let (mut at_start, mut at_end) = (None, None);
    let window = plan.window();
    let (start, end) = (|| at_start = read(), || at_end = read());
    let tally = drive(world.server.address, scripts, window, start, end).await?;
    if tally.refused > 0 {
        let first = tally.first_refusal.unwrap_or_default();
        return Err(BenchError::Refused { run: name.to_owned(), refused: tally.refused, first });
    }
    Ok(Figures { tally, cpu: at_start.zip(at_end), seconds: window.counted.as_secs_f64() })
}

/// Signs each connection in as a producer of its own, as far as there are enough, and prepares its
/// request: only the key and the mass differ from one filing to the next.
async fn scripts(
    world: &World,
    people: &People,
    (name, connections, is_hot): Load<'_>,
) -> Result<Vec<Filings>, BenchError> {
    let who = if is_hot { people.of_the_first() } else { people.of_all() };
    let mut tokens: Vec<String> = Vec::new();
    for producer in who.iter().take(connections) {
        let login = &people.producers[*producer].login;
        tokens.push(Api::sign_in(world.server.address, login).await?.token);
    }
    let script = |connection: usize| {
        let turn = connection % tokens.len();
        // Keys of one organisation must not meet between connections and runs.
        let key = format!("{name}-{connection}-########");
        let body = people.filing(who[turn], is_hot);
        let headers = [("Idempotency-Key", key.as_str())];
        let text = api::request("POST", "/manifests", &tokens[turn], &headers, &body);
        Filings { template: Template::new(&text), filed: 0 }
    };
    Ok((0..connections).map(script).collect())
}

impl Figures {
    pub fn rate_and_spread(self) -> (f64, Spread) {
        let (rate, latencies) = self.rate_and_latencies();
        (rate, latencies.spread())
    }

    pub fn rate_and_latencies(self) -> (f64, Latencies) {
        (self.tally.latencies.count() as f64 / self.seconds, self.tally.latencies)
    }

    fn line(self, run: &Run, baseline: Measured) -> Line {
        let (count, cpu) = (self.tally.latencies.count(), self.cpu);
        let (rate, spread) = self.rate_and_spread();
        // Alone it is the latency that counts: a whole filing beside the baseline's transaction.
        let ratio = match run.goal {
            Goal::AtLeast(_) => rate / baseline.rate,
            Goal::AtMost(_) => spread.mean.as_secs_f64() * 1e3 / baseline.latency_ms,
        };
        Line {
            name: run.name.to_owned(),
            rate,
            spread,
            compared: Some(Compared {
                baseline: baseline.rate,
                baseline_ms: baseline.latency_ms,
                ratio,
                goal: run.goal,
            }),
            cpu: cpu.map(|(start, end)| end.each(start, count)),
        }
    }
}

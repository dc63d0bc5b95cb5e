//! `liandan bench capacity`: a plan for 500 sites, 60 facilities and 46 codes, and the assessment
//! over ledgers of many entries, over HTTP on one connection.
//!
//! What is promised is how long people wait, in milliseconds; beside it, in the same run, stands
//! what PostgreSQL needs to add up the entries themselves.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_postgres::Client;

use super::BenchError;
use super::api::{self, Api};
use super::filing::SERVER_MIB_MAX;
use super::latency::{Latencies, Spread};
use super::link::Link;
use super::meters::peak_mib;
use super::report::{Compared, Goal, Line, Report, progress};
use super::world::World;
use crate::registry::Uscc;

const SITES: usize = 500;
const FACILITIES: usize = 60;
const CODES: usize = 46;
const LINES: usize = 5;
/// Requests that are timed, after one that is not.
const TIMES: usize = 20;

const PLAN_MS_MAX: f64 = 100.0;
const MARGINAL_MS_MAX: f64 = 500.0;
const ASSESSMENT_MS_MAX: f64 = 200.0;

const ENTRIES: &str = include_str!("../../benches/ledger_entries.sql");
/// Entries of one statement.
const AT_ONCE: i64 = 200_000;

/// What is on hand, as the committer would have counted it.
const ON_HAND: &str = "INSERT INTO account
    (id, kind, owner_id, item, year, limit_g, used_g, reserved_g, lenient)
SELECT gen_random_uuid(), 3, site_id, waste_code, 0, sum(produced_g + corrected_g + brought_in_g
       - moved_out_g - self_treated_g - loss_g), 0, 0, false
  FROM ledger_year GROUP BY site_id, waste_code ON CONFLICT DO NOTHING";

/// The same sums, from the entries.
const BY_ENTRIES: &str = "SELECT site_id, waste_code, sum(mass_g) FROM ledger_entry
    WHERE kind = 'produced' GROUP BY 1, 2";

/// Measures the solver, then the assessment over `entries` entries.
pub async fn run(world: &World, entries: u64, report: &Report) -> Result<(), BenchError> {
    let token = Api::sign_in(world.server.address, &world.regulator).await?.token;
    report.begin();
    for (name, marginals, most) in
        [("plan", false, PLAN_MS_MAX), ("plan_marginal", true, MARGINAL_MS_MAX)]
    {
        progress(name);
        let mut body = problem();
        body["marginal_values"] = json!(marginals);
        let request = api::request("POST", "/capacity/plans", &token, &[], &body.to_string());
        report.line(&line(name, timed(world, &request).await?.spread(), most));
    }
    progress("sites, licences and their ledgers");
    register(world).await?;
    let database = world.database().await?;
    fill(&database, i64::try_from(entries).unwrap_or(i64::MAX)).await?;
    // Filling may take longer than a token holds.
    let token = Api::sign_in(world.server.address, &world.regulator).await?.token;
    for (name, query) in [
        ("assess_categories", "year=2026"),
        ("assess_codes", "year=2026&by=division,code"),
        ("assess_streams", "year=2026&by=stream"),
    ] {
        progress(name);
        let path = format!("/capacity/assessment?{query}");
        let request = api::request("GET", &path, &token, &[], "");
        report.line(&line(name, timed(world, &request).await?.spread(), ASSESSMENT_MS_MAX));
    }
    let mut latencies = Latencies::default();
    let began = Instant::now();
    database.query(BY_ENTRIES, &[]).await?;
    latencies.note(began.elapsed());
    let spread = latencies.spread();
    report.line(&Line { compared: None, ..line("sum_of_entries", spread, 1.0) });
    report.memory(peak_mib(world.server.pid()), SERVER_MIB_MAX);
    Ok(())
}

async fn timed(world: &World, request: &str) -> Result<Latencies, BenchError> {
    let mut link = Link::open(world.server.address).await?;
    let mut latencies = Latencies::default();
    for n in 0..=TIMES {
        let began = Instant::now();
        let reply = link.exchange(request.as_bytes()).await?;
        if !reply.is_success() {
            let asked = request.lines().next().unwrap_or_default().to_owned();
            return Err(BenchError::Answered { asked, said: reply.said() });
        }
        if n > 0 {
            latencies.note(began.elapsed());
        }
    }
    Ok(latencies)
}

fn line(name: &str, spread: Spread, most_ms: f64) -> Line {
    let took = spread.p99.as_secs_f64() * 1e3;
    let compared = Compared {
        baseline: 1e3 / most_ms,
        baseline_ms: most_ms,
        ratio: took / most_ms,
        goal: Goal::AtMost(1.0),
    };
    let rate = 1.0 / spread.mean.max(Duration::from_nanos(1)).as_secs_f64();
    Line { name: name.to_owned(), rate, spread, compared: Some(compared), cpu: None }
}

/// Numbers that look like chance and are the same in every run (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) % end as u64).unwrap_or(0)
    }

    /// Somewhere in Xinjiang.
    fn place(&mut self) -> Value {
        let (lon, lat) = (self.below(20_000) as f64 / 1e3, self.below(12_000) as f64 / 1e3);
        json!({"lon": 75.0 + lon, "lat": 36.0 + lat})
    }

    /// Some of all codes.
    fn codes(&mut self) -> Vec<String> {
        let (first, count) = (self.below(CODES), 5 + self.below(8));
        (first..first + count).map(|n| code(n % CODES)).collect()
    }
}

/// Codes of categories 2 to 40 and 45 to 50, which are in use, and one of medical waste.
fn code(n: usize) -> String {
    match n {
        0 => "841-001-01".to_owned(),
        1..=39 => format!("900-000-{:02}", n + 1),
        _ => format!("900-000-{:02}", n + 5),
    }
}

/// Every site makes every code; limits are about what is made, so that many bind.
fn problem() -> Value {
    let mut chance = Chance(1);
    let sources: Vec<Value> = (0..SITES)
        .map(|n| {
            let produced = |code_n: usize, chance: &mut Chance| {
                json!({"code": code(code_n), "kg": 1 + chance.below(20_000)})
            };
            let produced: Vec<Value> = (0..CODES).map(|n| produced(n, &mut chance)).collect();
            json!({"id": format!("s{n}"), "location": chance.place(), "produced": produced})
        })
        .collect();
    let facilities: Vec<Value> = (0..FACILITIES)
        .map(|n| {
            let line = |n: usize, chance: &mut Chance| {
                let kg = 200_000 + chance.below(1_500_000);
                json!({"line": n + 1, "codes": chance.codes(), "annual_kg": kg})
            };
            let lines: Vec<Value> = (0..LINES).map(|n| line(n, &mut chance)).collect();
            let limit = (n % 2 == 0).then(|| 2_000_000 + chance.below(2_000_000));
            json!({"id": format!("f{n}"), "location": chance.place(), "annual_limit_kg": limit,
                "lines": lines})
        })
        .collect();
    json!({"problem": {"sources": sources, "facilities": facilities}})
}

/// The same in the register.
async fn register(world: &World) -> Result<(), BenchError> {
    let mut chance = Chance(2);
    let mut api = Api::sign_in(world.server.address, &world.regulator).await?;
    let site = |n: usize, owner: &str, kind: &str, chance: &mut Chance| {
        json!({"organisation_id": owner, "name": format!("{n} 号"), "kind": kind,
            "division": format!("{:02}", 1 + n % 14), "region_code": "659002",
            "location": chance.place()})
    };
    let producer = organisation(&mut api, (1, "producer")).await?;
    let receiver = organisation(&mut api, (2, "receiver")).await?;
    for n in 0..SITES {
        let asked = site(n, &producer, "production", &mut chance);
        api.post("/sites", &asked).await?;
    }
    for n in 0..FACILITIES {
        let asked = site(n, &receiver, "treatment", &mut chance);
        let place = api.make("/sites", &asked).await?;
        let line = |n: usize, chance: &mut Chance| {
            let kg = 200_000 + chance.below(1_500_000);
            let (medical, codes): (Vec<_>, Vec<_>) =
                chance.codes().into_iter().partition(|code| code.ends_with("-01"));
            let (codes, method) = if codes.is_empty() { (medical, "Y11") } else { (codes, "R9") };
            json!({"line": n + 1, "waste_codes": codes, "categories": [], "methods": [method],
                "annual_kg": kg})
        };
        let lines: Vec<Value> = (0..LINES).map(|n| line(n, &mut chance)).collect();
        let licence = json!({"organisation_id": receiver, "site_id": place,
            "number": format!("BENCH-{n}"), "kind": "comprehensive", "issued_on": "2025-01-01",
            "issued_by": "bench", "valid_from": "2025-01-01", "valid_to": "2029-12-31",
            "lines": lines});
        api.post("/licences", &licence).await?;
    }
    Ok(())
}

async fn organisation(api: &mut Api, (n, role): (u32, &str)) -> Result<String, BenchError> {
    let uscc = Uscc::complete(&format!("91659000MC{n:07}"));
    let uscc = uscc.map_err(|err| BenchError::Own(err.to_string()))?;
    let body = json!({"name": format!("能力 {n}"), "uscc": uscc.as_str(), "roles": [role],
        "division": "00"});
    api.make("/organisations", &body).await
}

async fn fill(database: &Client, entries: i64) -> Result<(), BenchError> {
    database.batch_execute("SET synchronous_commit = off").await?;
    let codes: Vec<String> = (0..CODES).map(code).collect();
    let mut done = 0;
    while done < entries {
        let count = AT_ONCE.min(entries - done);
        database.execute(ENTRIES, &[&done, &count, &codes]).await?;
        done += count;
        progress(&format!("{done} of {entries} entries"));
    }
    database.batch_execute(ON_HAND).await?;
    database.batch_execute("VACUUM (ANALYZE) ledger_entry, ledger_year, account").await?;
    database.batch_execute("CHECKPOINT").await?;
    Ok(())
}

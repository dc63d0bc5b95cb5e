//! `liandan bench round`: a collection round of sixty stops, call by call.
//!
//! The three calls of a driver's day and the treatment, one round after another on one connection:
//! what counts is how long one of them takes, not how many go through.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::BenchError;
use super::api::{Api, Login};
use super::latency::Latencies;
use super::people::People;
use super::report::{Compared, Goal, Line, Report, progress};
use super::world::World;
use crate::registry::Uscc;

/// Stops of a round.
const STOPS: usize = 60;
/// A round is confirmed within this (issue "Manifests complete").
const WEIGH_IN_MS_MAX: f64 = 50.0;
/// More than all rounds bring.
const PLENTY_KG: u64 = 900_000_000;
/// What the program makes for itself has names that no other bench uses.
const CARRIER: &str = "bench-round-carrier";
const PLANT: &str = "bench-round-plant";

/// Who drives and who receives.
struct Crew {
    carrier: Api,
    plant: Api,
    plan: Value,
}

/// Drives `count` rounds and reports each of their calls.
pub async fn run(
    world: &World,
    people: &People,
    count: usize,
    report: &Report,
) -> Result<(), BenchError> {
    let mut crew = crew(world, people).await?;
    report.begin();
    progress(&format!("{count} rounds of {STOPS} stops"));
    let mut all: [Latencies; 4] = std::array::from_fn(|_| Latencies::default());
    for _ in 0..count {
        let took = one_round(&mut crew, people.day()).await?;
        for (latencies, took) in all.iter_mut().zip(took) {
            latencies.note(took);
        }
    }
    for (latencies, name) in all.into_iter().zip(["plan", "bulk", "weigh_in", "complete"]) {
        report.line(&line(name, latencies));
    }
    Ok(())
}

/// How long each call of one round took.
async fn one_round(crew: &mut Crew, day: &str) -> Result<[Duration; 4], BenchError> {
    let from = Instant::now();
    let id = crew.carrier.make("/collection-rounds", &crew.plan).await?;
    let planned = from.elapsed();
    let path = format!("/collection-rounds/{id}");
    let stop = |n: usize| {
        let mass = 40 + n;
        json!({"n": n, "outcome": "collected", "items": [{"line": 1, "mass_kg": mass}]})
    };
    let stops = json!({"stops": (1..=STOPS).map(stop).collect::<Vec<_>>()});
    let from = Instant::now();
    let answer = crew.carrier.post(&format!("{path}/stops/bulk"), &stops).await?;
    let collected = from.elapsed();
    let data = answer["data"].as_array().map(Vec::as_slice).unwrap_or_default();
    if let Some(refused) = data.iter().find(|one| one["status"] != 200) {
        return Err(BenchError::Own(format!("a stop was refused: {refused}")));
    }
    let reading = json!({"gross_kg": 12_230.5, "tare_kg": 8000});
    let from = Instant::now();
    crew.plant.post(&format!("{path}/weigh-in"), &reading).await?;
    let weighed = from.elapsed();
    let body = json!({"method": "K1", "completed_on": day});
    let from = Instant::now();
    crew.plant.post(&format!("{path}/complete"), &body).await?;
    Ok([planned, collected, weighed, from.elapsed()])
}

fn line(name: &str, latencies: Latencies) -> Line {
    let spread = latencies.spread();
    let mean_ms = spread.mean.as_secs_f64() * 1e3;
    let compared = (name == "weigh_in").then(|| Compared {
        baseline: 1e3 / WEIGH_IN_MS_MAX,
        baseline_ms: WEIGH_IN_MS_MAX,
        ratio: spread.p99.as_secs_f64() * 1e3 / WEIGH_IN_MS_MAX,
        goal: Goal::AtMost(1.0),
    });
    Line { name: name.to_owned(), rate: 1e3 / mean_ms, spread, compared, cpu: None }
}

/// A carrier, a plant with a permit, and a plan that calls at sixty producers.
async fn crew(world: &World, people: &People) -> Result<Crew, BenchError> {
    let address = world.server.address;
    let mut corps = Api::sign_in(address, &world.regulator).await?;
    let carrier = organisation(&mut corps, "91659000MAXCARR01", "carrier").await?;
    let plant = organisation(&mut corps, "91659000MAXP1ANT1", "receiver").await?;
    let vehicle = json!({"organisation_id": carrier, "plate": "新A00060", "kind": "厢式货车",
        "classes": ["kitchen"], "rated_kg": 8000});
    let vehicle = corps.make("/vehicles", &vehicle).await?;
    let driver = json!({"organisation_id": carrier, "name": "张卫东", "phone": "13999990002",
        "licence_no": "6590000000060"});
    let driver = corps.make("/drivers", &driver).await?;
    let site = json!({"organisation_id": plant, "name": "处理厂", "kind": "treatment",
        "facility_kind": "kitchen_plant", "division": "01", "region_code": "659002"});
    let site = corps.make("/sites", &site).await?;
    let year: i32 = people.day().get(..4).and_then(|year| year.parse().ok()).unwrap_or_default();
    let permit = json!({"organisation_id": plant, "site_id": site, "number": "兵餐证0060",
        "kind": "kitchen_permit", "issued_on": format!("{}-01-01", year - 1),
        "issued_by": "第一师城市管理局", "valid_from": format!("{}-01-01", year - 1),
        "valid_to": format!("{}-12-31", year + 3),
        "lines": [{"waste_codes": ["CY-01"], "categories": [], "methods": ["K1"],
                   "annual_kg": PLENTY_KG}]});
    corps.make("/licences", &permit).await?;
    let mut clients = Vec::new();
    for (owner, role, name) in [(&carrier, "carrier", CARRIER), (&plant, "receiver", PLANT)] {
        let login = Login { name: name.to_owned(), password: world.regulator.password.clone() };
        let user = json!({"organisation_id": owner, "login": login.name, "role": role,
            "password": login.password});
        corps.post("/users", &user).await?;
        clients.push(Api::sign_in(address, &login).await?);
    }
    let item = json!({"waste_code": "CY-01", "name": "餐厨垃圾", "form": "semi_solid",
        "hazards": [], "mass_kg": 60, "method": "K1",
        "packages": [{"kind": "kitchen_bin_120", "count": 2}]});
    let stops = people.producers.iter().take(STOPS);
    let stops = stops.map(|one| json!({"producer_site_id": one.site_id, "items": [item]}));
    let plan = json!({"stream": "kitchen", "carrier_id": carrier, "vehicle_id": vehicle,
        "driver_id": driver, "receiver_site_id": site, "planned_on": people.day(),
        "stops": stops.collect::<Vec<_>>()});
    let (Some(plant), Some(carrier)) = (clients.pop(), clients.pop()) else {
        return Err(BenchError::Own("nobody signed in".to_owned()));
    };
    Ok(Crew { carrier, plant, plan })
}

async fn organisation(corps: &mut Api, first_17: &str, role: &str) -> Result<String, BenchError> {
    let uscc = Uscc::complete(first_17).map_err(|err| BenchError::Own(err.to_string()))?;
    let body = json!({"name": format!("收运压测{role}"), "uscc": uscc.as_str(), "roles": [role],
        "division": "01"});
    corps.make("/organisations", &body).await
}

//! The assessment: sums that are never behind, equal to what the entries add up to.

use std::collections::BTreeMap;

use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use super::division;
use crate::support::{Answer, Cast, Method, World};

async fn assess(cast: &Cast, query: &str) -> Answer {
    cast.corps.get(&format!("/capacity/assessment?{query}")).await.is(200)
}

fn cell<'a>(found: &'a Answer, name: &str, value: &str) -> &'a Value {
    let cells = found.get("/cells").as_array().unwrap();
    cells.iter().find(|cell| cell[name] == value).unwrap_or(&Value::Null)
}

async fn enter(cast: &Cast, kind: &str, code: &str, kg: f64) {
    let entry = json!({"site_id": cast.producer_site, "kind": kind, "waste_code": code,
        "mass_kg": kg});
    cast.producer.post("/ledger-entries", &entry).await.ok();
}

#[tokio::test]
async fn production_stands_against_capacity() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let before = assess(&cast, "year=2026").await;
    // Nothing is known of a site without a ledger.
    assert_eq!(before.get("/missing/0/site_id"), &json!(cast.producer_site));
    assert_eq!(before.get("/totals/licensed_kg"), &json!(3000));
    assert_eq!(before.get("/totals/idle_kg"), &json!(3000));

    enter(&cast, "produced", "900-249-08", 1300.0).await;
    enter(&cast, "self_treated", "900-249-08", 100.0).await;
    enter(&cast, "produced", "841-001-01", 40.5).await;
    enter(&cast, "loss", "900-249-08", 1.0).await;
    cast.accepted(&cast.oil(&json!(250))).await;
    let found = assess(&cast, "year=2026").await;
    assert_eq!(found.get("/missing"), &json!([]));
    let oil = cell(&found, "category", "HW08");
    let wanted = json!({"division": "01", "category": "HW08", "code": null, "stream": null,
        "produced_kg": 1300, "estimated_kg": 0, "shipped_kg": 250, "self_treated_kg": 100,
        "stored_kg": 949,
        "reachable_kg": 1000, "licensed_kg": 1000, "used_kg": 250, "gap_kg": 200, "idle_kg": 0});
    assert_eq!(oil, &wanted);
    let medical = cell(&found, "category", "HW01");
    assert_eq!((&medical["gap_kg"], &medical["idle_kg"]), (&json!(0), &json!(959.5)));
    assert_eq!(found.get("/totals/gap_kg"), &json!(200));
    assert_eq!(found.get("/totals/idle_kg"), &json!(1959.5));
    assert_eq!(found.get("/totals/licensed_kg"), &json!(3000));

    let by_stream = assess(&cast, "year=2026&by=stream").await;
    assert_eq!(cell(&by_stream, "stream", "hazardous")["produced_kg"], 1300);
    assert_eq!(cell(&by_stream, "stream", "kitchen")["idle_kg"], 1000);
    let by_code = assess(&cast, "year=2026&by=code").await;
    assert_eq!(cell(&by_code, "code", "841-001-01")["produced_kg"], 40.5);
    // The year after begins with what is left.
    let after = assess(&cast, "year=2027&by=code").await;
    assert_eq!(cell(&after, "code", "900-249-08")["stored_kg"], 949);
    assert_eq!(cell(&after, "code", "900-249-08")["produced_kg"], 0);

    let call = cast.corps.call(Method::GET, "/capacity/assessment?year=2026");
    let table = call.header("accept", "text/csv").header("accept-language", "en");
    let table = table.send().await.is(200).text;
    assert!(table.contains("01,HW08,,,1300,0,250,100,949,1000,1000,250,200,0"), "{table}");
}

#[tokio::test]
async fn what_is_asked_is_checked() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    for (query, code, at) in [
        ("", "required", "/query/year"),
        ("year=x", "wrong_type", "/query/year"),
        ("year=1999", "out_of_range", "/query/year"),
        ("year=2026&by=colour", "invalid_value", "/query/by/0"),
        ("year=2026&divisions=99", "invalid_value", "/query/divisions/0"),
        ("year=2026&colour=red", "unknown_field", "/query/colour"),
    ] {
        let refused = cast.corps.get(&format!("/capacity/assessment?{query}")).await;
        assert_eq!(refused.get("/errors/0/pointer"), at, "{query}: {}", refused.text);
        assert_eq!(refused.get("/errors/0/code"), code, "{query}: {}", refused.text);
    }
    let second = division(&world, &cast, "02").await;
    let nothing = second.get("/capacity/assessment?year=2026").await.is(200);
    assert_eq!((nothing.get("/cells"), nothing.get("/missing")), (&json!([]), &json!([])));
}

/// An entry by its kind, code, grams and day.
type Entered = (usize, usize, i64, usize);

fn entered(chance: &mut StdRng) -> Entered {
    let (kind, code) = (chance.random_range(0..KINDS.len()), chance.random_range(0..CODES.len()));
    (kind, code, chance.random_range(1..5_000_000), chance.random_range(0..DAYS.len()))
}

const KINDS: [&str; 8] = [
    "produced",
    "produced",
    "brought_in",
    "moved_out",
    "self_treated",
    "loss",
    "correction",
    "stored",
];
/// Of kitchen and medical waste, whose ledgers may fall below nothing.
const CODES: [&str; 3] = ["CY-01", "841-001-01", "841-002-01"];
/// On both sides of a Beijing new year.
const DAYS: [&str; 4] = [
    "2024-12-31T15:59:59Z",
    "2024-12-31T16:00:00Z",
    "2025-12-31T15:59:59Z",
    "2025-12-31T16:00:00Z",
];
const YEARS: [i32; 4] = [2024, 2025, 2025, 2026];

/// Grams produced (corrections included), shipped, treated and on hand, by year and code.
type Told = BTreeMap<(i32, &'static str), [i64; 4]>;

fn tell(told: &mut Told, (kind, code, grams, day): Entered) {
    for year in YEARS[day]..=2026 {
        let sums = told.entry((year, CODES[code])).or_default();
        let (column, sign) = match KINDS[kind] {
            "produced" | "correction" => (Some(0), 1),
            "moved_out" => (Some(1), -1),
            "self_treated" => (Some(2), -1),
            "loss" => (None, -1),
            "brought_in" => (None, 1),
            _ => (None, 0),
        };
        if let Some(column) = column.filter(|_| year == YEARS[day]) {
            sums[column] += grams;
        }
        sums[3] += grams * sign;
    }
}

/// The sums are those of the entries, whatever is entered in which order; `LIANDAN_SEED=7` enters
/// the same again.
#[tokio::test]
async fn it_is_what_the_entries_add_up_to() {
    let seed =
        std::env::var("LIANDAN_SEED").map_or_else(|_| rand::random(), |it| it.parse().unwrap());
    let mut chance = StdRng::seed_from_u64(seed);
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let mut told = Told::new();
    for _ in 0..5 {
        let entries: Vec<Entered> = (0..40).map(|_| entered(&mut chance)).collect();
        let line = |(kind, code, grams, day): &Entered| {
            let entry = json!({"site_id": cast.producer_site, "kind": KINDS[*kind],
                "waste_code": CODES[*code], "mass_kg": *grams as f64 / 1e3,
                "occurred_at": DAYS[*day]});
            format!("{entry}\n")
        };
        let lines: String = entries.iter().map(line).collect();
        let call = cast.producer.call(Method::POST, "/ledger-entries/bulk");
        let answer = call.raw("application/x-ndjson", lines).send().await.is(200);
        assert!(answer.text.lines().all(|line| line.contains("\"status\":201")), "{}", answer.text);
        for entry in entries {
            tell(&mut told, entry);
        }
        for year in [2024, 2025, 2026] {
            let found = assess(&cast, &format!("year={year}&by=code")).await;
            for code in CODES {
                let sums = told.get(&(year, code)).copied().unwrap_or_default();
                let cell = cell(&found, "code", code);
                let names = ["produced_kg", "shipped_kg", "self_treated_kg", "stored_kg"];
                for (name, grams) in names.into_iter().zip(sums) {
                    let kg = cell[name].as_f64().unwrap_or_default();
                    let holds = (kg * 1e3 - grams as f64).abs() < 0.5;
                    assert!(holds, "LIANDAN_SEED={seed}: {year} {code} {name}: {kg}, {grams} g");
                }
            }
        }
    }
}

/// The application's own role has no way to set a sum.
#[tokio::test]
async fn sums_are_the_databases_own() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    enter(&cast, "produced", "900-249-08", 5.0).await;
    let url = world.database.app_url();
    let (role, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    for sql in [
        "UPDATE ledger_year SET produced_g = 0",
        "DELETE FROM ledger_year",
        "TRUNCATE ledger_year",
        "INSERT INTO ledger_year SELECT * FROM ledger_year",
    ] {
        let refused = role.batch_execute(sql).await.unwrap_err();
        let code = refused.code().cloned();
        assert_eq!(code, Some(tokio_postgres::error::SqlState::INSUFFICIENT_PRIVILEGE), "{sql}");
    }
}

/// A hospital without a ledger: missing, and estimated where that is asked for.
#[tokio::test]
async fn a_missing_ledger_is_estimated_when_asked_and_marked() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let beds = json!({"beds": 100, "business": "hospital"});
    cast.corps.patch(&format!("/sites/{}", cast.producer_site), &beds).await.ok();
    let days = json!({"site_id": cast.producer_site, "kind": "bed_days", "month": "2026-10",
        "value": 2500});
    cast.producer.post("/activity", &days).await.ok();
    let path = "/capacity/assessment?year=2026&by=category";
    let plain = cast.corps.get(path).await.is(200);
    assert_eq!(plain.get("/estimates"), &json!([]));
    assert_eq!(plain.get("/totals/estimated_kg"), &json!(0));
    assert_eq!(plain.get("/missing/0/site_id"), &json!(cast.producer_site));
    let found = cast.corps.get(&format!("{path}&estimate=true")).await.is(200);
    // 2500 bed-days in October, and as many a day in the other 298 days until today, at 0.53 kg;
    // 1000 kg of it may be treated here.
    let total = |name: &str| found.get(&format!("/totals/{name}")).as_f64().unwrap();
    assert!((total("estimated_kg") - 14_062.097).abs() < 0.01, "{}", found.text);
    assert_eq!(found.get("/totals/produced_kg"), &json!(0));
    assert!((total("gap_kg") - 13_062.097).abs() < 0.01, "{}", found.text);
    let estimates = found.get("/estimates").as_array().unwrap();
    assert_eq!((estimates.len(), &estimates[0]["basis"]), (5, &json!("bed_days")));
    assert_eq!(
        (&estimates[0]["coefficient"], &estimates[0]["amount"]),
        (&json!("GC02"), &json!(26_532.258))
    );
    assert_eq!(estimates[0]["assumed_amount"], json!(24_032.258), "what nobody told is marked");
    assert!(estimates[0]["certainty"].as_str().unwrap().contains("secondary"));
    assert_eq!(found.get("/missing"), plain.get("/missing"));
    world.publish().await;
    let asked = json!({"name": "估算", "year": 2026, "estimate": true});
    let frozen = cast.corps.post("/capacity/assessments", &asked).await.is(201).id();
    let frozen = cast.corps.get(&format!("/capacity/assessments/{frozen}")).await.is(200);
    assert_eq!(frozen.get("/frozen/assessment/estimates"), found.get("/estimates"));
    // What is in the ledger is not estimated.
    cast.produce(10).await;
    let found = cast.corps.get(&format!("{path}&estimate=true")).await.is(200);
    assert_eq!(found.get("/estimates"), &json!([]));
}

//! Accounts under a crowd: whatever runs at once, no committed state has more used and reserved
//! than permitted, and in the end every counter is what the events add up to.

use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng as _};
use serde_json::{Value, json};

use crate::audit;
use crate::support::{Cast, World};

const WRITERS: u64 = 200;
/// Filings of each.
const TURNS: usize = 3;
/// Kilograms of the only line: the crowd asks for some twenty times as much.
const PERMITTED_KG: i64 = 1000;

/// A filing, and what becomes of it. Every answer is one that a full licence or a step that
/// somebody else has taken explains.
async fn turn(cast: &Cast, chance: &mut StdRng) {
    let kg = chance.random_range(1..60_000) as f64 / 1e3;
    let filed = cast.producer.post("/manifests", &cast.oil(&json!(kg))).await;
    if filed.status != 201 {
        filed.refused_as("capacity_exceeded");
        return;
    }
    let path = format!("/manifests/{}", filed.id());
    match chance.random_range(0..4) {
        0 => {
            let reason = json!({"reason": "not_needed"});
            cast.producer.post(&format!("{path}/cancel"), &reason).await.is(200);
        }
        1 => {
            // More than was filed is judged again when the other side approves it.
            let more = json!({"changes": {"items": [{"line": 1, "mass_kg": kg * 2.0}]},
                "reason": "wrong_data"});
            let proposed = cast.producer.post(&format!("{path}/amendments"), &more).await;
            if proposed.status != 201 {
                proposed.refused_as("capacity_exceeded");
                return;
            }
            let n = proposed.get("/n").as_i64().unwrap();
            let at = format!("{path}/amendments/{n}/approve");
            let approved = cast.receiver.post(&at, &json!({})).await;
            if approved.status != 200 {
                approved.refused_as("capacity_exceeded");
            }
        }
        2 => {
            let part = (kg * 500.0).floor() / 1e3;
            let item = json!({"line": 1, "accepted_kg": part,
                "refused_kg": ((kg - part) * 1e3).round() / 1e3, "reason": "not_as_declared"});
            let received = json!({"decision": if part > 0.0 { "partial" } else { "refuse" },
                "items": [item]});
            cast.receiver.post(&format!("{path}/receive"), &received).await.is(200);
        }
        _ => {}
    }
}

/// The regulator cuts the line and widens it again; below what it holds it may not.
async fn cut(cast: &Cast, chance: &mut StdRng, is_over: &AtomicBool) {
    let path = format!("/licences/{}", cast.licence);
    let licence = cast.corps.get(&path).await.ok();
    while !is_over.load(Ordering::Relaxed) {
        let mut lines: Vec<Value> = licence.get("/lines").as_array().unwrap().clone();
        lines[0]["annual_kg"] = json!(chance.random_range(1..=PERMITTED_KG));
        let changed = cast.corps.patch(&path, &json!({"lines": lines})).await;
        if changed.status != 200 {
            changed.refused_as("capacity_in_use");
        }
    }
}

/// Looks at the accounts as often as it can, as anybody who reads sees them.
async fn watch(world: &World, is_over: &AtomicBool) -> i64 {
    let database = world.database.superuser().await;
    let over = "SELECT count(*) FROM account WHERE limit_g IS NOT NULL AND NOT lenient
        AND used_g + reserved_g > limit_g";
    let mut looks = 0;
    while !is_over.load(Ordering::Relaxed) {
        let found: i64 = database.query_one(over, &[]).await.unwrap().get(0);
        assert_eq!(found, 0, "more is used and reserved than permitted");
        looks += 1;
    }
    looks
}

#[tokio::test]
async fn a_crowd_on_one_line_never_oversells_it() {
    let seed: u64 =
        std::env::var("LIANDAN_SEED").map_or_else(|_| rand::random(), |it| it.parse().unwrap());
    let _ = writeln!(std::io::stderr(), "LIANDAN_SEED={seed}");
    let world = World::start().await;
    let cast = Cast::new(&world, PERMITTED_KG).await;
    cast.produce(100_000).await;
    let is_over = AtomicBool::new(false);
    let writing = async {
        join_all((0..WRITERS).map(|n| {
            let (cast, mut chance) = (&cast, StdRng::seed_from_u64(seed ^ n));
            async move {
                for _ in 0..TURNS {
                    turn(cast, &mut chance).await;
                }
            }
        }))
        .await;
        is_over.store(true, Ordering::Relaxed);
    };
    let mut chance = StdRng::seed_from_u64(!seed);
    let ((), looks, ()) =
        tokio::join!(writing, watch(&world, &is_over), cut(&cast, &mut chance, &is_over));
    assert!(looks > 10, "only {looks} looks");
    world.publish().await;
    // Every counter is what the events add up to, and the audit finds nothing else.
    let report = audit::of(&world.database.app_url()).await;
    assert!(report.is_clean(), "LIANDAN_SEED={seed}\n{}", audit::told(&report).join("\n"));
    assert!(report.audited.accounts > 0);
}

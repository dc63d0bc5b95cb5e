//! Cases of the anomaly rules: what the engine makes of the log, and what people make of that.

mod acts;
mod crash;
mod engine;
mod lists;
mod numbers;
mod proofs;
mod rules;
mod tried;

use chrono::TimeDelta;
use liandan::anomaly;
use liandan::anomaly::finding::{About, case_id};
use liandan::anomaly::rule::RuleId;
use serde_json::json;

use crate::support::{Cast, Client, PASSWORD, World};

/// The case of `filed, not departed` on a manifest.
pub fn not_departed(manifest: &str) -> String {
    case_id(RuleId(79), (About::Manifest, manifest.parse().unwrap()), "").to_string()
}

/// Everybody, and a manifest that ought to have left long ago; the watch has seen it.
pub async fn late() -> (World, Cast, String) {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(1000).await;
    let filed = cast.filed(&cast.oil(&json!(10))).await.id();
    world.pass(TimeDelta::days(6));
    anomaly::catch_up(&world.app).await.unwrap();
    (world, cast, filed)
}

/// A regulator of a division, of an agency.
pub async fn regulator(world: &World, cast: &Cast, (division, agency): (&str, &str)) -> Client {
    let bureau = cast.corps.get("/me").await.ok().str("/organisation/id").to_owned();
    let login = format!("regulator-{division}-{agency}");
    let mut user = json!({"organisation_id": bureau, "login": login, "password": PASSWORD,
        "role": "division_regulator", "division": division, "agency": agency});
    if division == "00" {
        user["role"] = json!("corps_regulator");
        user.as_object_mut().unwrap().remove("division");
    }
    cast.corps.post("/users", &user).await.ok();
    world.log_in(&login).await
}

/// Rows that a query finds, as texts.
pub async fn texts(world: &World, sql: &str) -> Vec<String> {
    let rows = world.database.superuser().await.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

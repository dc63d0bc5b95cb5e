//! The operations of the registers of records, as the table has those of all others.

use serde_json::json;

use super::case::{Case, Kind::One, case, change, make, many};
use super::estate::Estate;
use crate::support::Cast;

pub const CASES: &[Case] = &[
    case("GET /api/v1/activity/{id}", One("activity")),
    many(
        "GET /api/v1/activity",
        &[
            ("activity", ""),
            ("activity", "site_id={producer_site}&kind=bed_days"),
            ("activity", "from=2026-10&to=2026-10"),
        ],
    ),
    change("PATCH /api/v1/activity/{id}", "activity", &["producer"], r#"{"value":1}"#),
    make("POST /api/v1/activity", &["producer"], |estate: &Estate| {
        json!({"site_id": estate.cast.producer_site, "kind": "meals", "month": "2026-10",
            "value": 1})
    }),
];

/// One record of each kind, by the folder of the API.
pub async fn things(cast: &Cast) -> Vec<(&'static str, String)> {
    let activity = json!({"site_id": cast.producer_site, "kind": "bed_days", "month": "2026-10",
        "value": 1204.5});
    let mut things = Vec::new();
    for (folder, client, body) in [("activity", &cast.producer, activity)] {
        things.push((folder, client.post(&format!("/{folder}"), &body).await.ok().id()));
    }
    things
}

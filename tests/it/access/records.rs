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
    case("GET /api/v1/co-disposal-facilities/{id}", One("co-disposal-facilities")),
    many(
        "GET /api/v1/co-disposal-facilities",
        &[
            ("co-disposal-facilities", ""),
            ("co-disposal-facilities", "site_id={receiver_site}&kind=cement_kiln&status=active"),
        ],
    ),
    change(
        "PATCH /api/v1/co-disposal-facilities/{id}",
        "co-disposal-facilities",
        &["corps", "division", "health"],
        r#"{"priority":2}"#,
    ),
    make("POST /api/v1/co-disposal-facilities", &["corps", "division", "health"], |estate| {
        json!({"site_id": estate.cast.receiver_site, "kind": "other", "daily_kg": 1,
            "notice_hours": 0, "priority": 1, "contact": {"person": "x", "phone": "1"}})
    }),
    case("GET /api/v1/facility-days/{id}", One("facility-days")),
    many(
        "GET /api/v1/facility-days",
        &[
            ("facility-days", ""),
            ("facility-days", "site_id={receiver_site}&status=reduced"),
            ("facility-days", "from=2026-11-24&to=2026-11-24"),
        ],
    ),
    change("PATCH /api/v1/facility-days/{id}", "facility-days", &["receiver"], r#"{"reason":"x"}"#),
    make("POST /api/v1/facility-days", &["receiver"], |estate| {
        json!({"site_id": estate.cast.receiver_site, "on": "2026-11-23", "status": "down",
            "reason": "检修"})
    }),
];

/// One record of each kind, by the folder of the API.
pub async fn things(cast: &Cast) -> Vec<(&'static str, String)> {
    let activity = json!({"site_id": cast.producer_site, "kind": "bed_days", "month": "2026-10",
        "value": 1204.5});
    let co_disposal_facilities = json!({"site_id": cast.receiver_site,
        "kind": "cement_kiln", "daily_kg": 5000, "notice_hours": 24, "priority": 1,
        "contact": {"person": "王五", "phone": "13700000000"}});
    let facility_days = json!({"site_id": cast.receiver_site, "on": "2026-11-24",
        "status": "reduced", "treated_kg": 1200.5, "reason": "检修"});
    let mut things = Vec::new();
    for (folder, client, body) in [
        ("activity", &cast.producer, activity),
        ("facility-days", &cast.receiver, facility_days),
        ("co-disposal-facilities", &cast.corps, co_disposal_facilities),
    ] {
        things.push((folder, client.post(&format!("/{folder}"), &body).await.ok().id()));
    }
    things
}

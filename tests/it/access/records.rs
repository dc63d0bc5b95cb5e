//! The operations of the registers of records, as the table has those of all others.

use serde_json::json;

use super::case::{Case, Kind::One, case, change, make, many};
use super::estate::Estate;
use crate::support::Cast;

/// Of the ecology's agency.
const REVIEWERS: &[&str] = &["corps", "division"];

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
    case("GET /api/v1/risk-sources/{id}", One("risk-sources")),
    many(
        "GET /api/v1/risk-sources",
        &[
            ("risk-sources", ""),
            ("risk-sources", "site_id={producer_site}&level=major&status=active&review=submitted"),
        ],
    ),
    change("PATCH /api/v1/risk-sources/{id}", "risk-sources", &["producer"], r#"{"name":"x"}"#),
    make("POST /api/v1/risk-sources", &["producer"], |estate| {
        json!({"site_id": estate.cast.producer_site, "name": "x", "kind": "x", "level": "general",
            "substance": "x", "maximum_kg": 1})
    }),
    case("GET /api/v1/emergency-plans-filed/{id}", One("emergency-plans-filed")),
    many(
        "GET /api/v1/emergency-plans-filed",
        &[
            ("emergency-plans-filed", ""),
            ("emergency-plans-filed", "site_id={producer_site}&ends_by=2028-12-31&status=active"),
        ],
    ),
    change(
        "PATCH /api/v1/emergency-plans-filed/{id}",
        "emergency-plans-filed",
        &["producer"],
        r#"{"status":"closed"}"#,
    ),
    make("POST /api/v1/emergency-plans-filed", &["producer"], |estate| {
        json!({"site_id": estate.cast.producer_site, "number": "x", "filed_on": "2026-01-01",
            "valid_to": "2026-12-31", "filed_with": "x"})
    }),
    case("GET /api/v1/insurance-policies/{id}", One("insurance-policies")),
    many(
        "GET /api/v1/insurance-policies",
        &[
            ("insurance-policies", ""),
            ("insurance-policies", "organisation_id={producer}&ends_by=2026-12-31&status=active"),
        ],
    ),
    change(
        "PATCH /api/v1/insurance-policies/{id}",
        "insurance-policies",
        &["producer"],
        r#"{"insurer":"x"}"#,
    ),
    make("POST /api/v1/insurance-policies", &["producer"], |estate| {
        json!({"organisation_id": estate.cast.producer_id, "insurer": "x", "number": "x",
            "amount_yuan": 1, "valid_from": "2026-01-01", "valid_to": "2026-12-31"})
    }),
    change(
        "POST /api/v1/management-plans/{id}/review",
        "management-plans",
        REVIEWERS,
        r#"{"verdict":"accepted"}"#,
    ),
    change(
        "POST /api/v1/risk-sources/{id}/review",
        "risk-sources",
        REVIEWERS,
        r#"{"verdict":"accepted"}"#,
    ),
    change(
        "POST /api/v1/emergency-plans-filed/{id}/review",
        "emergency-plans-filed",
        REVIEWERS,
        r#"{"verdict":"returned","note":"x"}"#,
    ),
    change(
        "POST /api/v1/insurance-policies/{id}/review",
        "insurance-policies",
        REVIEWERS,
        r#"{"verdict":"accepted","note":"x"}"#,
    ),
    many(
        "GET /api/v1/producers",
        &[("producers", ""), ("producers", "class=registered&division=01")],
    ),
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
    let risk_sources = json!({"site_id": cast.producer_site, "name": "一号罐",
        "kind": "储罐", "level": "major", "substance": "废酸", "maximum_kg": 20_000});
    let emergency_plans_filed = json!({"site_id": cast.producer_site, "number": "备-1",
        "filed_on": "2026-01-01", "valid_to": "2028-12-31", "filed_with": "第一师生态环境局"});
    let insurance_policies = json!({"organisation_id": cast.producer_id, "insurer": "保险公司",
        "number": "保-1", "amount_yuan": 1_000_000, "valid_from": "2026-01-01",
        "valid_to": "2026-12-31"});
    let mut things = vec![("producers", cast.producer_id.clone())];
    for (folder, client, body) in [
        ("activity", &cast.producer, activity),
        ("insurance-policies", &cast.producer, insurance_policies),
        ("emergency-plans-filed", &cast.producer, emergency_plans_filed),
        ("risk-sources", &cast.producer, risk_sources),
        ("facility-days", &cast.receiver, facility_days),
        ("co-disposal-facilities", &cast.corps, co_disposal_facilities),
    ] {
        things.push((folder, client.post(&format!("/{folder}"), &body).await.ok().id()));
    }
    things
}

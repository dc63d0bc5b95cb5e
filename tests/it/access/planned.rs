//! The operations of plans, emergencies and applications: lines of the table.

use serde_json::json;

use super::case::{
    Case,
    Kind::{Alike, One, Own},
    case, change, make, many,
};
use super::table::{OF_HAZARDOUS, WITH_PRODUCER};

pub const CASES: &[Case] = &[
    case("POST /api/v1/capacity/plans", Own("one's own problem, or division (capacity.rs)")),
    case("GET /api/v1/capacity/assessments/{id}", One("assessments")),
    many("GET /api/v1/capacity/assessments", &[("assessments", ""), ("assessments", "year=2026")]),
    make(
        "POST /api/v1/capacity/assessments",
        &["corps", "division", "elsewhere", "health"],
        |_| json!({"name": "2026", "year": 2026}),
    ),
    make(
        "POST /api/v1/capacity/emergency-plans",
        &["corps", "division", "elsewhere", "health"],
        |_| json!({"starts_on": "2026-12-01", "days": 1}),
    ),
    many(
        "GET /api/v1/capacity/emergency-plans",
        &[("emergency-plans", ""), ("emergency-plans", "status=draft")],
    ),
    case("GET /api/v1/capacity/emergency-plans/{id}", One("emergency-plans")),
    change(
        "POST /api/v1/capacity/emergency-plans/{id}/activate",
        "emergency-plans",
        &["corps", "division", "health"],
        r#"{"government_plan": {"issuer": "师", "number": "1", "issued_on": "2026-11-25",
            "attachment_sha256":
            "8f434346648f6b96df89dda901c5176b10a6d83961dd3c1ac88b59b2dc327aa4"}}"#,
    ),
    change(
        "POST /api/v1/capacity/emergency-plans/{id}/end",
        "emergency-plans",
        &["corps", "division", "health"],
        r#"{"reason": "x"}"#,
    ),
    case("POST /api/v1/capacity/emergency-plans/comparison", Own("plans one sees (force.rs)")),
    case("GET /api/v1/capacity/openings", Alike("a hospital must find who is opened for it")),
    case("GET /api/v1/expiries", Own("one's own or one's jurisdiction (expiries.rs)")),
    case("GET /api/v1/capacity/coverage", Own("one's own divisions (coverage.rs)")),
    case("GET /api/v1/capacity/assessment", Own("one's own divisions (capacity.rs)")),
    case("GET /api/v1/transfer-applications/{id}", One("transfer-applications")),
    many(
        "GET /api/v1/transfer-applications",
        &[
            ("transfer-applications", ""),
            ("transfer-applications", "site_id={producer_site}&status=submitted"),
        ],
    ),
    make("POST /api/v1/transfer-applications", WITH_PRODUCER, |estate| {
        json!({"producer_site_id": estate.cast.producer_site,
            "receiver_site_id": estate.cast.receiver_site,
            "items": [{"waste_code": "900-249-08", "method": "R9", "mass_kg": 1}],
            "valid_from": "2026-12-01", "valid_to": "2026-12-31"})
    }),
    change(
        "POST /api/v1/transfer-applications/{id}/request-corrections",
        "transfer-applications",
        OF_HAZARDOUS,
        r#"{"text": "x"}"#,
    ),
    change(
        "POST /api/v1/transfer-applications/{id}/resubmit",
        "transfer-applications",
        &["producer"],
        "{}",
    ),
    change(
        "POST /api/v1/transfer-applications/{id}/accept",
        "transfer-applications",
        OF_HAZARDOUS,
        "{}",
    ),
    change(
        "POST /api/v1/transfer-applications/{id}/consult",
        "transfer-applications",
        OF_HAZARDOUS,
        r#"{"number": "1"}"#,
    ),
    change(
        "POST /api/v1/transfer-applications/{id}/reply",
        "transfer-applications",
        OF_HAZARDOUS,
        r#"{"agrees": true, "number": "1"}"#,
    ),
    change(
        "POST /api/v1/transfer-applications/{id}/decide",
        "transfer-applications",
        OF_HAZARDOUS,
        r#"{"decision": "refuse", "reason": "x"}"#,
    ),
    change(
        "POST /api/v1/transfer-applications/{id}/withdraw",
        "transfer-applications",
        &["producer"],
        "{}",
    ),
];

//! The operations of cases and rules: lines of the table.

use super::case::{
    Case,
    Kind::{One, Own},
    case, change, many,
};

/// Who judges the estate's case.
const JUDGES: &[&str] = &["corps", "division"];

pub const CASES: &[Case] = &[
    many(
        "GET /api/v1/anomalies",
        &[
            ("anomalies", "limit=500"),
            ("anomalies", "rule=AL79&severity=low&status=open&stream=hazardous&division=01"),
            ("anomalies", "rule=AL79&family=deadline&organisation_id={producer}&sort=severity"),
        ],
    ),
    case("GET /api/v1/anomalies/{id}", One("anomalies")),
    change(
        "POST /api/v1/anomalies/{id}/triage",
        "anomalies",
        JUDGES,
        r#"{"status": "acknowledged"}"#,
    ),
    change("POST /api/v1/anomalies/{id}/assign", "anomalies", JUDGES, r#"{"user_id": null}"#),
    change(
        "POST /api/v1/anomalies/{id}/share",
        "anomalies",
        JUDGES,
        r#"{"agencies": ["transport"]}"#,
    ),
    change(
        "POST /api/v1/anomalies/{id}/refer",
        "anomalies",
        JUDGES,
        r#"{"agency": "transport", "note": "x"}"#,
    ),
    change("POST /api/v1/anomalies/{id}/merge", "anomalies", JUDGES, r#"{"into": null}"#),
    case(
        "GET /api/v1/anomalies/{id}/events/{position}",
        Own("regulators alone (anomalies/proofs.rs)"),
    ),
    case("GET /api/v1/anomalies/{id}/evidence", Own("regulators alone (anomalies/lists.rs)")),
    case("GET /api/v1/anomaly-rules", Own("regulators alone (anomalies/rules.rs)")),
    case("GET /api/v1/anomaly-rules/{code}", Own("regulators alone (anomalies/rules.rs)")),
    case("PUT /api/v1/anomaly-rules/{code}/enabled", Own("regulators (anomalies/rules.rs)")),
    case("POST /api/v1/anomaly-rules/{code}/preview", Own("regulators (anomalies/tried.rs)")),
    case(
        "PUT /api/v1/anomaly-rules/{code}/parameters/{param}",
        Own("one's own division (anomalies/rules.rs)"),
    ),
    case(
        "DELETE /api/v1/anomaly-rules/{code}/parameters/{param}",
        Own("one's own division (anomalies/rules.rs)"),
    ),
    case("GET /api/v1/risk/organisations", Own("regulators alone (anomalies/tried.rs)")),
    case("GET /api/v1/risk/manifests", Own("regulators alone (anomalies/tried.rs)")),
];

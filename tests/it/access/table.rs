//! Every operation of the API with what keeps the organisations apart there. An operation that is
//! not here fails the tests, and so does a line without an operation.

use serde_json::json;

use super::case::{
    Case,
    Kind::{Alike, Ask, One, Open, Own},
    case, change, make, many,
};

pub const REGISTRARS: &[&str] = &["corps", "division", "health"];
pub const INSPECTORS: &[&str] =
    &["corps", "division", "elsewhere", "regiment", "neighbour", "health"];
pub const WITH_PRODUCER: &[&str] = &["corps", "division", "health", "producer"];
/// Those of them whose agency decides on hazardous waste.
pub const OF_HAZARDOUS: &[&str] = &["corps", "division"];
const WITH_CARRIER: &[&str] = &["corps", "division", "health", "carrier"];
pub const WITH_RECEIVER: &[&str] = &["corps", "division", "health", "receiver"];

const PUBLIC_TABLE: &str = "the national catalogue and the rules are the same for all";

pub const CASES: &[Case] = &[
    case("POST /api/v1/auth/login", Open("it is how one signs in")),
    case("POST /api/v1/auth/refresh", Open("the refresh token is its own proof")),
    case("POST /api/v1/auth/logout", Open("it needs a token of either kind, or does nothing")),
    case("GET /healthz", Open("a probe has no login")),
    case("GET /readyz", Open("a probe has no login")),
    case("GET /openapi.json", Open("the contract is public")),
    case("GET /metrics", Open("it has a token of its own (health.rs)")),
    case("GET /api/v1/changes", Own("each sees its own part of the log (changes.rs)")),
    case("GET /api/v1/me", Own("oneself")),
    case("POST /api/v1/me/password", Own("oneself")),
    case("POST /api/v1/me/signing-codes", Own("a code to sign with oneself (countersign.rs)")),
    case("GET /api/v1/me/totp", Own("oneself")),
    case("POST /api/v1/me/totp", Own("oneself")),
    case("POST /api/v1/me/totp/confirm", Own("oneself")),
    case("POST /api/v1/me/totp/disable", Own("oneself")),
    case("POST /api/v1/me/totp/recovery-codes", Own("oneself")),
    case("GET /api/v1/me/sessions", Own("oneself")),
    case("DELETE /api/v1/me/sessions", Own("oneself")),
    case("DELETE /api/v1/me/sessions/{id}", Own("oneself; another's is 404 (sessions.rs)")),
    case("GET /api/v1/me/device-keys", Own("oneself (devices.rs)")),
    case("POST /api/v1/me/device-keys", Own("oneself (devices.rs)")),
    case("GET /api/v1/me/device-keys/{id}", Own("oneself; another's is 404 (devices.rs)")),
    case("DELETE /api/v1/me/device-keys/{id}", Own("oneself; another's is 404 (devices.rs)")),
    case("GET /api/v1/sandbox/clock", Own("one clock for the whole sandbox")),
    case("POST /api/v1/sandbox/clock", Own("one clock for the whole sandbox")),
    case("POST /api/v1/imports", Own("each row is a command of its own (imports.rs)")),
    case("GET /api/v1/imports/templates/{kind}.csv", Own("headings, the same for all")),
    case("POST /api/v1/ledger-entries/bulk", Own("each line is a command (ledger_bulk.rs)")),
    case("POST /api/v1/telemetry", Own("each line is a command (telemetry.rs)")),
    case("GET /api/v1/telemetry", Own("another's vehicle is 404 (telemetry.rs)")),
    case("GET /api/v1/reports/{id}", One("reports")),
    many(
        "GET /api/v1/reports",
        &[
            ("reports", ""),
            ("reports", "site_id={producer_site}&year=2026&period=month&status=submitted"),
            ("reports", "division=01&period=month"),
        ],
    ),
    make("POST /api/v1/reports", &["producer"], |estate| {
        json!({"site_id": estate.cast.producer_site, "year": 2026, "period": "month",
            "number": 9})
    }),
    change(
        "POST /api/v1/reports/{id}/amendments",
        "reports",
        &["producer"],
        r#"{"reason":"wrong_data"}"#,
    ),
    case("GET /api/v1/reports/preview", Own("another's site is 404 there (reports.rs)")),
    case("GET /api/v1/management-plans/{id}/actual", One("management-plans")),
    case("GET /api/v1/calendar", Alike(PUBLIC_TABLE)),
    case("GET /api/v1/divisions", Alike(PUBLIC_TABLE)),
    case("GET /api/v1/transitions", Alike(PUBLIC_TABLE)),
    case("GET /api/v1/catalogue/editions", Alike(PUBLIC_TABLE)),
    case("GET /api/v1/catalogue/rule-packs", Alike(PUBLIC_TABLE)),
    case("GET /api/v1/catalogue/exemptions", Alike(PUBLIC_TABLE)),
    case("GET /api/v1/catalogue/forms", Alike(PUBLIC_TABLE)),
    case("GET /api/v1/catalogue/hazards", Alike(PUBLIC_TABLE)),
    case("GET /api/v1/catalogue/methods", Alike(PUBLIC_TABLE)),
    case("GET /api/v1/catalogue/packaging", Alike(PUBLIC_TABLE)),
    case("GET /api/v1/catalogue/sealed-fields", Alike(PUBLIC_TABLE)),
    case("GET /api/v1/catalogue/wastes", Alike(PUBLIC_TABLE)),
    case("GET /api/v1/organisations/{id}", One("organisations")),
    case("GET /api/v1/sites/{id}", One("sites")),
    case("GET /api/v1/licences/{id}", One("licences")),
    case("GET /api/v1/vehicles/{id}", One("vehicles")),
    case("GET /api/v1/drivers/{id}", One("drivers")),
    case("GET /api/v1/storage-areas/{id}", One("storage-areas")),
    case("GET /api/v1/waste-streams/{id}", One("waste-streams")),
    case("GET /api/v1/management-plans/{id}", One("management-plans")),
    case("GET /api/v1/transfer-approvals/{id}", One("transfer-approvals")),
    case("GET /api/v1/ledger-entries/{id}", One("ledger-entries")),
    case("GET /api/v1/containers/{id}", One("containers")),
    case("GET /api/v1/containers/{id}/qr.svg", One("containers")),
    case("GET /api/v1/users/{id}", One("users")),
    case("GET /api/v1/api-keys/{id}", One("api-keys")),
    case("GET /api/v1/delegations/{id}", One("delegations")),
    case("GET /api/v1/inspections/{id}", One("inspections")),
    case("GET /api/v1/roadside", Ask { may: INSPECTORS, query: "number=20266601000001" }),
    case("GET /api/v1/manifests/{id}", One("manifests")),
    case("GET /api/v1/manifests/by-number/{number}", One("manifests")),
    case("GET /api/v1/manifests/{id}/events", One("manifests")),
    case("GET /api/v1/manifests/{id}/preflight", One("manifests")),
    case("GET /api/v1/audit/chains/{manifest_id}", One("manifests")),
    case("GET /api/v1/manifests/{id}/amendments", One("manifests")),
    case("GET /api/v1/manifests/{id}/amendments/{n}", One("manifests")),
    many(
        "GET /api/v1/organisations",
        &[
            ("organisations", ""),
            ("organisations", "q=3号单位"),
            ("organisations", "role=receiver&division=01&status=active"),
        ],
    ),
    many(
        "GET /api/v1/sites",
        &[
            ("sites", ""),
            ("sites", "organisation_id={producer}"),
            ("sites", "division=01&kind=production"),
        ],
    ),
    many(
        "GET /api/v1/licences",
        &[
            ("licences", ""),
            ("licences", "organisation_id={receiver}&status=active"),
            ("licences", "site_id={receiver_site}&waste_code=900-249-08"),
        ],
    ),
    many(
        "GET /api/v1/vehicles",
        &[
            ("vehicles", ""),
            ("vehicles", "organisation_id={carrier}&status=active"),
            ("vehicles", "q=A12345"),
        ],
    ),
    many(
        "GET /api/v1/drivers",
        &[("drivers", ""), ("drivers", "organisation_id={carrier}&status=active")],
    ),
    many(
        "GET /api/v1/storage-areas",
        &[("storage-areas", ""), ("storage-areas", "site_id={receiver_site}&status=active")],
    ),
    many(
        "GET /api/v1/waste-streams",
        &[
            ("waste-streams", ""),
            ("waste-streams", "site_id={producer_site}&waste_code=900-249-08&status=active"),
        ],
    ),
    many(
        "GET /api/v1/management-plans",
        &[("management-plans", ""), ("management-plans", "site_id={producer_site}&year=2026")],
    ),
    many(
        "GET /api/v1/transfer-approvals",
        &[
            ("transfer-approvals", ""),
            ("transfer-approvals", "site_id={producer_site}"),
            ("transfer-approvals", "site_id={receiver_site}&status=active"),
        ],
    ),
    many(
        "GET /api/v1/ledger-entries",
        &[
            ("ledger-entries", ""),
            ("ledger-entries", "site_id={producer_site}"),
            ("ledger-entries", "waste_code=900-249-08&kind=produced&from=2020-01-01T00:00:00Z"),
        ],
    ),
    many(
        "GET /api/v1/containers",
        &[
            ("containers", ""),
            ("containers", "site_id={producer_site}&status=open"),
            ("containers", "waste_code=900-249-08&missing=false"),
        ],
    ),
    many(
        "GET /api/v1/inspections",
        &[("inspections", ""), ("inspections", "outcome=in_order&from=2020-01-01T00:00:00Z")],
    ),
    many(
        "GET /api/v1/users",
        &[("users", ""), ("users", "organisation_id={producer}&role=admin&status=active")],
    ),
    many("GET /api/v1/api-keys", &[("api-keys", ""), ("api-keys", "status=active")]),
    many(
        "GET /api/v1/delegations",
        &[
            ("delegations", ""),
            ("delegations", "organisation_id={producer}&status=active"),
            ("delegations", "organisation_id={carrier}"),
        ],
    ),
    many(
        "GET /api/v1/manifests",
        &[
            ("manifests", ""),
            ("manifests", "stream=hazardous&status=filed"),
            ("manifests", "number={number}"),
            ("manifests", "q={number}"),
            ("manifests", "producer_id={producer}"),
            ("manifests", "carrier_id={carrier}"),
            ("manifests", "receiver_id={receiver}"),
            ("manifests", "division=01&waste_code=900-249-08"),
            ("manifests", "filed_from=2020-01-01T00:00:00Z"),
            ("drafts", "status=draft"),
        ],
    ),
    change("PATCH /api/v1/organisations/{id}", "organisations", WITH_RECEIVER, r#"{"name":"x"}"#),
    change("PATCH /api/v1/sites/{id}", "sites", WITH_PRODUCER, r#"{"name":"x"}"#),
    change("PATCH /api/v1/licences/{id}", "licences", OF_HAZARDOUS, r#"{"status":"lapsed"}"#),
    change("PATCH /api/v1/vehicles/{id}", "vehicles", WITH_CARRIER, r#"{"kind":"x"}"#),
    change("PATCH /api/v1/drivers/{id}", "drivers", WITH_CARRIER, r#"{"phone":"0"}"#),
    change("PATCH /api/v1/storage-areas/{id}", "storage-areas", WITH_RECEIVER, r#"{"name":"x"}"#),
    change("PATCH /api/v1/waste-streams/{id}", "waste-streams", WITH_PRODUCER, r#"{"name":"x"}"#),
    change(
        "PATCH /api/v1/management-plans/{id}",
        "management-plans",
        WITH_PRODUCER,
        r#"{"status":"closed"}"#,
    ),
    change(
        "PATCH /api/v1/transfer-approvals/{id}",
        "transfer-approvals",
        OF_HAZARDOUS,
        r#"{"mass_kg":200}"#,
    ),
    change("PATCH /api/v1/containers/{id}", "containers", WITH_PRODUCER, r#"{"note":"x"}"#),
    change(
        "PATCH /api/v1/users/{id}",
        "users",
        &["corps", "health", "producer"],
        r#"{"status":"disabled"}"#,
    ),
    change("DELETE /api/v1/api-keys/{id}", "api-keys", &["corps", "health", "producer"], "{}"),
    change(
        "DELETE /api/v1/delegations/{id}",
        "delegations",
        &["corps", "health", "producer", "carrier"],
        "{}",
    ),
    change("PATCH /api/v1/manifests/{id}", "drafts", &["producer"], r#"{"note":"x"}"#),
    change("POST /api/v1/manifests/{id}/file", "drafts", &["producer"], "{}"),
    change("POST /api/v1/manifests/{id}/depart", "manifests", &["producer", "carrier"], "{}"),
    change(
        "POST /api/v1/manifests/{id}/hand-over",
        "manifests",
        &["carrier"],
        r#"{"to_leg":{"carrier_id":"{carrier}","vehicle_id":"{vehicle}","driver_id":"{driver}"}}"#,
    ),
    change(
        "POST /api/v1/manifests/{id}/stops",
        "manifests",
        &["carrier"],
        r#"{"kind":"stop","reason":"other"}"#,
    ),
    change(
        "POST /api/v1/manifests/{id}/incidents",
        "manifests",
        &["producer", "carrier", "receiver"],
        r#"{"kind":"breakdown","note":"x"}"#,
    ),
    change(
        "POST /api/v1/manifests/{id}/events/{seq}/countersign",
        "manifests",
        &["producer", "carrier", "receiver"],
        "{}",
    ),
    change("POST /api/v1/manifests/{id}/arrive", "manifests", &["carrier", "receiver"], "{}"),
    change(
        "POST /api/v1/manifests/{id}/receive",
        "manifests",
        &["receiver"],
        r#"{"decision":"accept","items":[{"line":1,"accepted_kg":10,"refused_kg":0}]}"#,
    ),
    change(
        "POST /api/v1/manifests/{id}/complete",
        "manifests",
        &["receiver"],
        r#"{"treatments":[{"line":1,"method":"R9","mass_kg":10,"completed_on":"2026-11-25"}]}"#,
    ),
    change("POST /api/v1/manifests/{id}/return", "manifests", &["receiver"], "{}"),
    change("POST /api/v1/manifests/{id}/forward", "manifests", &["receiver"], "{}"),
    change(
        "POST /api/v1/manifests/{id}/cancel",
        "manifests",
        &["producer"],
        r#"{"reason":"other"}"#,
    ),
    change(
        "POST /api/v1/manifests/{id}/amendments",
        "manifests",
        &["corps", "division", "regiment", "producer", "carrier", "receiver"],
        r#"{"changes":{"items":[{"line":1,"name":"废油"}]},"reason":"wrong_data"}"#,
    ),
    change("POST /api/v1/manifests/{id}/amendments/{n}/approve", "manifests", &["receiver"], "{}"),
    change("POST /api/v1/manifests/{id}/amendments/{n}/reject", "manifests", &["receiver"], "{}"),
    make("POST /api/v1/organisations", REGISTRARS, |_| {
        let uscc = liandan::registry::Uscc::complete("91659001MATEXT099").unwrap();
        json!({"name": "x", "uscc": uscc.as_str(), "roles": ["producer"], "division": "01"})
    }),
    make("POST /api/v1/sites", WITH_PRODUCER, |estate| {
        json!({"organisation_id": estate.cast.producer_id, "name": "x", "kind": "production",
            "division": "01", "region_code": "659002"})
    }),
    make("POST /api/v1/licences", OF_HAZARDOUS, |estate| {
        json!({"organisation_id": estate.thing("organisations"),
            "site_id": estate.cast.receiver_site, "number": "x", "kind": "comprehensive",
            "issued_on": "2026-01-01", "issued_by": "x", "valid_from": "2026-01-01",
            "valid_to": "2026-12-31", "lines": [{"line": 1, "waste_codes": ["900-249-08"],
            "methods": ["R9"], "annual_kg": 1}]})
    }),
    make("POST /api/v1/vehicles", WITH_CARRIER, |estate| {
        json!({"organisation_id": estate.cast.carrier_id, "plate": "新A99999", "kind": "x",
            "classes": ["hazardous"]})
    }),
    make("POST /api/v1/drivers", WITH_CARRIER, |estate| {
        json!({"organisation_id": estate.cast.carrier_id, "name": "x", "phone": "1",
            "licence_no": "1"})
    }),
    make("POST /api/v1/storage-areas", WITH_RECEIVER, |estate| {
        json!({"site_id": estate.cast.receiver_site, "name": "x", "kind": "facility",
            "capacity_kg": 1})
    }),
    make("POST /api/v1/waste-streams", WITH_PRODUCER, |estate| {
        json!({"site_id": estate.cast.producer_site, "waste_code": "900-214-08", "name": "x",
            "form": "liquid", "hazards": ["T", "I"], "annual_plan_kg": 1})
    }),
    make("POST /api/v1/management-plans", WITH_PRODUCER, |estate| {
        json!({"site_id": estate.cast.producer_site, "year": 2027,
            "lines": [{"waste_code": "900-249-08", "annual_kg": 1}]})
    }),
    make("POST /api/v1/transfer-approvals", OF_HAZARDOUS, |estate| {
        json!({"producer_site_id": estate.cast.producer_site,
            "receiver_site_id": estate.cast.receiver_site, "number": "x",
            "waste_codes": ["900-249-08"], "mass_kg": 1, "valid_from": "2026-01-01",
            "valid_to": "2026-12-31"})
    }),
    make("POST /api/v1/ledger-entries", &["corps", "division", "producer"], |estate| {
        json!({"site_id": estate.cast.producer_site, "kind": "produced",
            "waste_code": "900-249-08", "mass_kg": 1})
    }),
    make("POST /api/v1/containers", WITH_PRODUCER, |estate| {
        json!([{"site_id": estate.cast.producer_site, "waste_code": "900-249-08",
            "kind": "steel_drum", "mass_kg": 1}])
    }),
    make(
        "POST /api/v1/inspections",
        INSPECTORS,
        |estate| json!({"number": estate.number, "outcome": "in_order"}),
    ),
    make("POST /api/v1/users", &["corps", "health", "producer"], |estate| {
        json!({"organisation_id": estate.cast.producer_id, "login": "somebody-new",
            "password": crate::support::PASSWORD, "role": "admin"})
    }),
    // One's own, within one's role.
    make(
        "POST /api/v1/api-keys",
        super::estate::EVERYBODY,
        |_| json!({"name": "x", "scopes": ["read"]}),
    ),
    // Each for its own organisation, so an administrator of any may.
    make("POST /api/v1/delegations", &["producer", "carrier", "receiver", "stranger"], |estate| {
        json!({"to_organisation_id": estate.cast.carrier_id, "scopes": ["file"],
            "valid_to": "2026-12-31"})
    }),
    // Administrators may file, but not from a site of the producer's: that is a wrong reference,
    // not a wrong person.
    make("POST /api/v1/manifests", &["producer", "carrier", "receiver", "stranger"], |estate| {
        estate.cast.oil(&json!(10))
    }),
    make(
        "POST /api/v1/manifests/bulk",
        &["producer", "carrier", "receiver", "stranger"],
        |estate| estate.cast.oil(&json!(10)),
    ),
];

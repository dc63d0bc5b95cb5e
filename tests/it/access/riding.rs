//! The operations of trips and of collection rounds, as the table has those of all others.

use serde_json::{Value, json};

use super::case::{Case, Kind::One, Kind::Own, case, change, make, many};
use super::estate::Estate;
use crate::support::Cast;

pub const CASES: &[Case] = &[
    case("GET /api/v1/trips/{id}", One("trips")),
    many(
        "GET /api/v1/trips",
        &[("trips", ""), ("trips", "status=open"), ("trips", "carrier_id={carrier}")],
    ),
    change(
        "POST /api/v1/trips/{id}/manifests",
        "trips",
        &["carrier"],
        r#"{"manifest_ids":["01a20000-0000-7000-8000-000000000000"]}"#,
    ),
    change("POST /api/v1/trips/{id}/depart", "trips", &["carrier"], "{}"),
    change("POST /api/v1/trips/{id}/arrive", "trips", &["carrier", "receiver"], "{}"),
    change(
        "POST /api/v1/trips/{id}/weigh",
        "trips",
        &["carrier", "receiver"],
        r#"{"gross_kg":2,"tare_kg":1}"#,
    ),
    change("POST /api/v1/trips/{id}/cancel", "trips", &["carrier"], r#"{"reason":"other"}"#),
    // Administrators may open one, but not in the name of the carrier.
    make("POST /api/v1/trips", &["producer", "carrier", "receiver", "stranger"], |estate| {
        trip(&estate.cast, estate.thing("manifests"))
    }),
    case("GET /api/v1/collection-rounds/{id}", One("collection-rounds")),
    case(
        "GET /api/v1/collection-rounds/{id}/transport-card",
        Own("a kitchen round has none; who sees which row is tested in rounds/medical.rs"),
    ),
    case("GET /api/v1/sites/{id}/medical-sheets/{month}", One("medical-sheets")),
    many(
        "GET /api/v1/collection-rounds",
        &[
            ("collection-rounds", ""),
            ("collection-rounds", "stream=kitchen&status=planned"),
            ("collection-rounds", "producer_id={producer}"),
            ("collection-rounds", "carrier_id={carrier}&planned_from=2026-11-25"),
            ("collection-rounds", "receiver_id={receiver}&planned_to=2026-11-25"),
        ],
    ),
    change("PATCH /api/v1/collection-rounds/{id}", "collection-rounds", &["carrier"], "{}"),
    change("POST /api/v1/collection-rounds/{id}/stops", "collection-rounds", &["carrier"], "{}"),
    change(
        "POST /api/v1/collection-rounds/{id}/stops/{n}",
        "collection-rounds",
        &["carrier"],
        r#"{"outcome":"collected"}"#,
    ),
    change(
        "POST /api/v1/collection-rounds/{id}/stops/bulk",
        "collection-rounds",
        &["carrier"],
        r#"{"stops":[{"n":1,"outcome":"collected"}]}"#,
    ),
    change(
        "POST /api/v1/collection-rounds/{id}/stops/{n}/confirm",
        "collection-rounds",
        &["producer"],
        "{}",
    ),
    change(
        "POST /api/v1/collection-rounds/{id}/weigh-in",
        "collection-rounds",
        &["receiver"],
        r#"{"gross_kg":2,"tare_kg":1}"#,
    ),
    change(
        "POST /api/v1/collection-rounds/{id}/complete",
        "collection-rounds",
        &["receiver"],
        r#"{"method":"K1","completed_on":"2026-11-25"}"#,
    ),
    change(
        "POST /api/v1/collection-rounds/{id}/cancel",
        "collection-rounds",
        &["carrier"],
        r#"{"reason":"other"}"#,
    ),
    // Administrators may plan, but not in the name of the carrier.
    make("POST /api/v1/collection-rounds", &["producer", "carrier", "receiver", "stranger"], round),
];

/// A kitchen round that calls at the producer.
pub fn round(estate: &Estate) -> Value {
    kitchen_round(&estate.cast)
}

pub fn kitchen_round(cast: &Cast) -> Value {
    let load = cast.kitchen();
    json!({"stream": "kitchen", "carrier_id": cast.carrier_id, "vehicle_id": cast.vehicle,
        "driver_id": cast.driver, "receiver_site_id": cast.receiver_site,
        "planned_on": "2026-11-25",
        "stops": [{"producer_site_id": cast.producer_site, "items": load["items"]}]})
}

/// A trip that this manifest rides on.
pub fn trip(cast: &Cast, manifest: &str) -> Value {
    json!({"carrier_id": cast.carrier_id, "vehicle_id": cast.vehicle, "driver_id": cast.driver,
        "manifest_ids": [manifest]})
}

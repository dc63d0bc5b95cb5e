//! What the registers let a filing do: licences in force and with room, organisations that take
//! part, and a ledger that holds what leaves.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::audit;
use crate::support::{Answer, Cast, PASSWORD, World};

async fn licence(cast: &Cast, patch: Value) -> Answer {
    cast.corps.patch(&format!("/licences/{}", cast.licence), &patch).await
}

fn lines(oil_kg: i64) -> Value {
    json!([
        {"line": 1, "waste_codes": ["900-249-08"], "methods": ["R9"], "annual_kg": oil_kg},
        {"line": 2, "categories": ["HW01"], "methods": ["Y11"], "annual_kg": 1000},
    ])
}

#[tokio::test]
async fn a_licence_is_not_cut_below_what_is_used_and_reserved() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(1000).await;
    cast.accepted(&cast.oil(&json!(300))).await;
    cast.filed(&cast.oil(&json!(200))).await;
    // 300 used, 200 reserved.
    let below = licence(&cast, json!({"lines": lines(499)})).await.is(409);
    let below = below.refused_as("capacity_in_use").at("/lines/0/annual_kg");
    assert_eq!(below.get("/errors/0/used_kg"), 300);
    assert_eq!(below.get("/errors/0/reserved_kg"), 200);
    licence(&cast, json!({"lines": lines(500)})).await.is(200);
    let full = cast.producer.post("/manifests", &cast.oil(&json!(0.001))).await.is(409);
    full.refused_as("capacity_exceeded").at("/items/0/mass_kg");
    licence(&cast, json!({"lines": lines(501)})).await.is(200);
    cast.filed(&cast.oil(&json!(1))).await;
    let fewer = licence(&cast, json!({"lines": [lines(501)[0]]})).await.is(422);
    fewer.tells("items_incomplete", "/lines");
}

/// One limit over all lines binds before either line is full.
#[tokio::test]
async fn a_shared_limit_caps_all_lines_together() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(1000).await;
    licence(&cast, json!({"annual_limit_kg": 100})).await.is(200);
    cast.filed(&cast.oil(&json!(60))).await;
    let mut medical = cast.medical();
    medical["items"][0]["mass_kg"] = json!(40);
    cast.filed(&medical).await;
    let full = cast.producer.post("/manifests", &cast.oil(&json!(1))).await.is(409);
    let full = full.refused_as("capacity_exceeded");
    assert_eq!(full.get("/errors/0/permitted_kg"), 100);
    assert!(full.get("/errors/0/licence_line").is_null());
    licence(&cast, json!({"annual_limit_kg": 99})).await.is(409).refused_as("capacity_in_use");
    licence(&cast, json!({"annual_limit_kg": null})).await.is(200);
    cast.filed(&cast.oil(&json!(1))).await;
}

/// A limit over all lines that is set when they hold something already finds it, whenever it was
/// filed, and what becomes of that moves it.
#[tokio::test]
async fn a_shared_limit_set_late_counts_what_was_filed_before() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(2000).await;
    cast.accepted(&cast.oil(&json!(200))).await;
    let reserved = cast.filed(&cast.oil(&json!(300))).await;
    let cut = licence(&cast, json!({"annual_limit_kg": 499})).await.is(409);
    let cut = cut.refused_as("capacity_in_use").at("/annual_limit_kg");
    assert_eq!(
        (cut.get("/errors/0/used_kg"), cut.get("/errors/0/reserved_kg")),
        (&json!(200), &json!(300))
    );
    assert!(cut.text.contains("500 kg"), "{}", cut.text);
    licence(&cast, json!({"annual_limit_kg": 500})).await.is(200);
    let full = cast.producer.post("/manifests", &cast.oil(&json!(0.001))).await.is(409);
    assert!(full.refused_as("capacity_exceeded").get("/errors/0/licence_line").is_null());
    // Lifted, filed, set again: what was filed in between counts as well.
    licence(&cast, json!({"annual_limit_kg": null})).await.is(200);
    let between = cast.filed(&cast.oil(&json!(100))).await;
    licence(&cast, json!({"annual_limit_kg": 599})).await.is(409).refused_as("capacity_in_use");
    licence(&cast, json!({"annual_limit_kg": 600})).await.is(200);
    let cancel = json!({"reason": "not_needed"});
    for (filed, room) in [(&reserved, 300), (&between, 100)] {
        cast.producer.post(&format!("/manifests/{}/cancel", filed.id()), &cancel).await.ok();
        let more = cast.producer.post("/manifests", &cast.oil(&json!(room + 1))).await;
        more.is(409).refused_as("capacity_exceeded");
        cast.filed(&cast.oil(&json!(room))).await;
    }
    is_clean(&world).await;
}

async fn is_clean(world: &World) {
    world.publish().await;
    let report = audit::of(&world.database.app_url()).await;
    assert!(report.is_clean(), "{}", audit::told(&report).join("\n"));
}

/// What was filed before the shared account was moved by everything is put into it by the
/// migration; the audit notices an account that is wrong.
#[tokio::test]
async fn shared_accounts_are_filled_from_what_lines_hold() {
    const FILL: &str = include_str!("../../../migrations/2026-12-02-000500_shared_accounts/up.sql");
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(2000).await;
    cast.accepted(&cast.oil(&json!(200))).await;
    cast.filed(&cast.oil(&json!(300))).await;
    let mut next_year = cast.oil(&json!(50));
    next_year["planned_departure_on"] = json!("2027-01-05");
    cast.filed(&next_year).await;
    is_clean(&world).await;
    let db = world.database.superuser().await;
    for broken in
        ["DELETE FROM account WHERE kind = 2", "UPDATE account SET used_g = 7 WHERE kind = 2"]
    {
        assert!(db.execute(broken, &[]).await.unwrap() > 1);
        let report = audit::of(&world.database.app_url()).await;
        assert!(!report.is_clean(), "{broken}");
        db.batch_execute(FILL).await.unwrap();
        is_clean(&world).await;
    }
    // A limit that was oversold stands, and shows it.
    db.execute(
        "UPDATE licence SET annual_limit_g = 400000 WHERE id = $1::text::uuid",
        &[&cast.licence],
    )
    .await
    .unwrap();
    db.batch_execute(FILL).await.unwrap();
    let row = "SELECT lenient, limit_g FROM account WHERE kind = 2 AND year = 2026
                  AND owner_id = $1::text::uuid";
    let row = db.query_one(row, &[&cast.licence]).await.unwrap();
    assert_eq!((row.get::<_, bool>(0), row.get::<_, i64>(1)), (true, 400_000));
}

/// Planned for one year and received in the next, it counts in the next, and says so.
#[tokio::test]
async fn a_receipt_in_another_year_shows_the_year_that_it_counts_in() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(100).await;
    let mut oil = cast.oil(&json!(90));
    oil["planned_departure_on"] = json!("2026-12-31");
    let filed = cast.filed(&oil).await;
    assert_eq!(
        (filed.get("/capacity/0/year"), filed.get("/capacity/0/left_kg")),
        (&json!(2026), &json!(910))
    );
    world.pass(TimeDelta::days(37));
    let path = format!("/manifests/{}", filed.id());
    let body = json!({"decision": "partial", "items": [{"line": 1, "accepted_kg": 60,
        "refused_kg": 30, "reason": "not_as_declared"}]});
    let received = cast.receiver.post(&format!("{path}/receive"), &body).await.ok();
    for shown in [received, cast.producer.get(&path).await.is(200)] {
        let capacity = (shown.get("/capacity/0/year"), shown.get("/capacity/0/left_kg"));
        assert_eq!(capacity, (&json!(2027), &json!(940)), "{}", shown.shown());
    }
    is_clean(&world).await;
}

#[tokio::test]
async fn a_licence_that_is_not_in_force_takes_nothing_new_and_finishes_what_it_took() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(1000).await;
    let under_way = cast.filed(&cast.oil(&json!(10))).await;
    let file = async || cast.producer.post("/manifests", &cast.oil(&json!(10))).await;
    licence(&cast, json!({"status": "suspended"})).await.is(200);
    file().await.is(409).refused_as("right_withdrawn");
    licence(&cast, json!({"status": "active"})).await.is(200);
    file().await.is(201);
    // The last valid day counts, as a day in Beijing: it is the 25th there.
    licence(&cast, json!({"valid_to": "2026-11-25"})).await.is(200);
    file().await.is(201);
    world.pass(TimeDelta::hours(13) + TimeDelta::minutes(59));
    file().await.is(201);
    world.pass(TimeDelta::minutes(1));
    let mut tomorrow = cast.oil(&json!(10));
    tomorrow["planned_departure_on"] = json!("2026-11-26");
    cast.producer.post("/manifests", &tomorrow).await.is(409).refused_as("licence_expired");
    licence(&cast, json!({"valid_from": "2026-11-27", "valid_to": "2027-01-01"})).await.is(200);
    cast.producer.post("/manifests", &tomorrow).await.is(409).refused_as("licence_expired");
    licence(&cast, json!({"status": "lapsed"})).await.is(200);
    cast.producer.post("/manifests", &tomorrow).await.is(409).refused_as("licence_expired");
    licence(&cast, json!({"status": "active"})).await.is(409).refused_as("illegal_transition");
    let path = format!("/manifests/{}", under_way.id());
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.is(200);
    cast.receiver.post(&format!("{path}/arrive"), &json!({})).await.is(200);
}

#[tokio::test]
async fn who_is_closed_or_suspended_takes_no_part() {
    for party in ["producer", "carrier", "receiver"] {
        let world = World::start().await;
        let cast = Cast::new(&world, 1000).await;
        cast.produce(1000).await;
        let (id, pointer) = match party {
            "producer" => (&cast.producer_id, "/producer_site_id"),
            "carrier" => (&cast.carrier_id, "/legs/0/carrier_id"),
            _ => (&cast.receiver_id, "/receiver_site_id"),
        };
        let organisation = format!("/organisations/{id}");
        let file = async || cast.producer.post("/manifests", &cast.oil(&json!(10))).await;
        for status in ["suspended", "active", "closed"] {
            let body = json!({"status": status});
            cast.corps.patch(&organisation, &body).await.is(200);
            let answer = file().await;
            if status == "active" {
                answer.is(201);
            } else {
                answer.is(409).refused_as("right_withdrawn").at(pointer);
            }
        }
        let back = cast.corps.patch(&organisation, &json!({"status": "active"})).await;
        back.is(409).refused_as("illegal_transition");
    }
}

#[tokio::test]
async fn a_ledger_adds_up() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let entry = async |kind: &str, kg: Value| {
        let body = json!({"site_id": cast.producer_site, "kind": kind,
            "waste_code": "900-249-08", "mass_kg": kg});
        cast.producer.post("/ledger-entries", &body).await
    };
    let oil = async |kg: Value| cast.producer.post("/manifests", &cast.oil(&kg)).await;
    oil(json!(0.001)).await.is(409).refused_as("insufficient_on_hand");
    let made = entry("produced", json!(10.5)).await.is(201);
    let read = cast.producer.get(&format!("/ledger-entries/{}", made.id())).await.is(200);
    assert_eq!((&read.json, read.get("/mass_kg")), (&made.json, &json!(10.5)));
    entry("correction", json!(-0.5)).await.is(201);
    entry("correction", json!(0)).await.is(422).refused_as("mass_out_of_range").at("/mass_kg");
    entry("produced", json!(-1)).await.is(422).refused_as("mass_out_of_range").at("/mass_kg");
    entry("loss", json!(10.001)).await.is(409).refused_as("insufficient_on_hand");
    entry("correction", json!(-10.001)).await.is(409).refused_as("insufficient_on_hand");
    oil(json!(10.001)).await.is(409).refused_as("insufficient_on_hand");
    oil(json!(4)).await.is(201);
    // Six are free: four are promised to the manifest.
    entry("self_treated", json!(6.001)).await.is(409).refused_as("insufficient_on_hand");
    entry("self_treated", json!(6)).await.is(201);
    let body = json!({"site_id": cast.producer_site, "kind": "moved_out", "mass_kg": 1,
        "waste_code": "900-249-08", "manifest_id": made.id(), "manifest_line": 1});
    let forged = cast.producer.post("/ledger-entries", &body).await.is(422);
    forged.tells("unknown_field", "/manifest_id").tells("unknown_field", "/manifest_line");
    let later = json!({"site_id": cast.producer_site, "kind": "produced", "mass_kg": 1,
        "waste_code": "900-249-08", "occurred_at": "2026-11-25T02:05:01Z"});
    let later = cast.producer.post("/ledger-entries", &later).await.is(422);
    later.refused_as("not_yet").at("/occurred_at");
    let listed = cast.producer.get("/ledger-entries?kind=correction").await.ok();
    assert_eq!(super::ids(&listed).len(), 1);
}

/// Who only has to know what rides on a truck suspends no licence and keeps nobody's books; each
/// agency decides on its own streams.
#[tokio::test]
async fn an_agency_decides_on_its_own_streams() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let bureau = cast.corps.get("/me").await.ok().str("/organisation/id").to_owned();
    let of = async |agency: &str| {
        let user = json!({"organisation_id": bureau, "login": agency, "password": PASSWORD,
            "role": "corps_regulator", "agency": agency});
        cast.corps.post("/users", &user).await.ok();
        world.log_in(agency).await
    };
    let licence = format!("/licences/{}", cast.licence);
    let suspended = json!({"status": "suspended"});
    let medical = json!({
        "organisation_id": cast.receiver_id, "site_id": cast.receiver_site, "number": "医 1",
        "kind": "comprehensive", "issued_on": "2024-01-01", "issued_by": "卫健委",
        "valid_from": "2024-01-01", "valid_to": "2028-12-31",
        "lines": [{"line": 1, "categories": ["HW01"], "methods": ["Y11"], "annual_kg": 5}],
    });
    let entry = |code: &str| {
        json!({"site_id": cast.producer_site, "kind": "produced", "waste_code": code,
            "mass_kg": 1})
    };
    let stranger = cast.stranger.get("/me").await.ok().str("/organisation/id").to_owned();
    let stranger = format!("/organisations/{stranger}");
    for agency in ["transport", "public_security", "emergency", "health"] {
        let client = of(agency).await;
        client.patch(&licence, &suspended).await.is(403).refused_as("forbidden");
        client.post("/ledger-entries", &entry("900-249-08")).await.is(403);
        let (status, made) = if agency == "health" { (200, 201) } else { (403, 403) };
        client.post("/licences", &medical).await.is(made);
        client.post("/ledger-entries", &entry("841-001-01")).await.is(made);
        client.patch(&stranger, &suspended).await.is(status);
    }
    cast.corps.patch(&licence, &suspended).await.is(200);
}

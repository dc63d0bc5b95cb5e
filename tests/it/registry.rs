//! The registers over HTTP: every kind made, read, changed under its version and journalled; what
//! is wrong named at its field; what a licence, an organisation and a ledger let a filing do.

mod faults;
mod rights;

use std::collections::BTreeSet;

use liandan::journal::first_break;
use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, Method, World};

/// One register: where it is, a lawful entry, and a change of one field.
struct Register {
    path: &'static str,
    new: Value,
    patch: Value,
}

fn registers(cast: &Cast, organisation: &str) -> Vec<Register> {
    let uscc = liandan::registry::Uscc::complete("91659001MATEXT099").unwrap();
    let (from, to) = (&cast.producer_site, &cast.receiver_site);
    let register = |path, new, patch| Register { path, new, patch };
    vec![
        register(
            "/organisations",
            json!({"name": "新单位", "uscc": uscc.as_str(), "roles": ["carrier"],
                "division": "03"}),
            json!({"name": "改名", "roles": ["carrier", "receiver"]}),
        ),
        register(
            "/sites",
            json!({"organisation_id": organisation, "name": "二号厂", "kind": "production",
                "business": "hospital", "division": "01", "regiment": "5",
                "region_code": "659002", "location": {"lon": 81.28, "lat": 40.55}, "beds": 20}),
            json!({"beds": 21, "grade": "secondary", "park": "工业园", "regiment": null}),
        ),
        register(
            "/licences",
            json!({"organisation_id": cast.receiver_id, "site_id": to, "number": "新-1",
                "kind": "comprehensive", "issued_on": "2026-01-01", "issued_by": "局",
                "valid_from": "2026-01-01", "valid_to": "2026-12-31",
                "lines": [{"line": 1, "waste_codes": ["900-214-08"], "methods": ["R9"],
                           "annual_kg": 10}]}),
            json!({"valid_to": "2027-12-31", "limit_factor": 1.1}),
        ),
        register(
            "/vehicles",
            json!({"organisation_id": cast.carrier_id, "plate": "新a·d12345", "kind": "罐车",
                "classes": ["hazardous"], "rated_kg": 5000.5}),
            json!({"kind": "厢式车", "rated_kg": null}),
        ),
        register(
            "/drivers",
            json!({"organisation_id": cast.carrier_id, "name": "李四", "phone": "139",
                "licence_no": "1", "licence_valid_to": "2028-01-01"}),
            json!({"phone": "138", "licence_valid_to": null}),
        ),
        register(
            "/storage-areas",
            json!({"site_id": to, "name": "一号库", "kind": "facility", "capacity_kg": 90_000}),
            json!({"capacity_kg": 80_000.5}),
        ),
        register(
            "/waste-streams",
            json!({"site_id": from, "waste_code": "900-249-08", "name": "废矿物油",
                "form": "liquid", "hazards": ["T", "I"], "annual_plan_kg": 1000}),
            json!({"annual_plan_kg": 0}),
        ),
        register(
            "/management-plans",
            json!({"site_id": from, "year": 2026,
                "lines": [{"waste_code": "900-249-08", "annual_kg": 1000}]}),
            json!({"lines": [{"waste_code": "900-214-08", "annual_kg": 5}]}),
        ),
        register(
            "/transfer-approvals",
            json!({"producer_site_id": from, "receiver_site_id": to, "number": "跨-1",
                "waste_codes": ["900-249-08"], "mass_kg": 100, "valid_from": "2026-01-01",
                "valid_to": "2026-12-31"}),
            json!({"mass_kg": 0.001}),
        ),
    ]
}

#[tokio::test]
async fn every_register_is_kept_under_its_version_and_in_the_journal() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    for register in registers(&cast, &cast.carrier_id) {
        let made = cast.corps.post(register.path, &register.new).await.is(201);
        let one = format!("{}/{}", register.path, made.id());
        assert_eq!(made.header("location"), format!("/api/v1{one}"), "{}", made.shown());
        assert_eq!(made.version(), 1);
        let read = cast.corps.get(&one).await.is(200);
        assert_eq!((read.version(), &read.json), (1, &made.json), "{one}");
        let change = |version: i64| {
            let call = cast.corps.call(Method::PATCH, &one).if_match(version);
            call.json(&register.patch).send()
        };
        change(2).await.is(412).refused_as("stale_version");
        let changed = change(1).await.is(200);
        assert_eq!(changed.version(), 2);
        for (field, value) in register.patch.as_object().unwrap() {
            assert_eq!(&changed.json[field], value, "{field}: {}", changed.shown());
        }
        change(1).await.is(412).refused_as("stale_version");
        // What is so already leaves no event, whatever version it names: none.
        let again = cast.corps.patch(&one, &register.patch).await.is(200);
        assert_eq!((again.version(), &again.json), (2, &changed.json));
        assert_eq!(cast.corps.get(&one).await.is(200).json, changed.json);
        let bodies = events(&world, &made.id()).await;
        assert_eq!(first_break(bodies.iter().map(String::as_str)), None);
        let told: Vec<Value> =
            bodies.iter().map(|body| serde_json::from_str(body).unwrap()).collect();
        let kinds: Vec<&Value> = told.iter().map(|event| &event["kind"]).collect();
        assert_eq!(kinds, ["registered", "changed"], "{one}");
        assert_ne!(told[0]["data"], told[1]["data"], "{one}");
        assert_eq!(told[1]["data"]["id"], made.json["id"], "{one}");
    }
}

async fn events(world: &World, id: &str) -> Vec<String> {
    let sql = "SELECT body FROM event WHERE subject_id::text = $1 ORDER BY seq";
    let rows = world.database.superuser().await.query(sql, &[&id]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// What is given an `Idempotency-Key` is made once, for registers as for manifests.
#[tokio::test]
async fn a_repeat_makes_nothing_twice() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    for register in registers(&cast, &cast.carrier_id) {
        let post = |body: &Value| {
            cast.corps.call(Method::POST, register.path).key(register.path).json(body).send()
        };
        let first = post(&register.new).await.is(201);
        let again = post(&register.new).await.is(201);
        assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &first.json));
        let mut other = register.new.clone();
        other["other"] = json!(1);
        post(&other).await.is(422);
    }
}

/// Every page once, whatever is registered while one turns them.
#[tokio::test]
async fn pages_are_complete_and_none_comes_twice() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let mut all = BTreeSet::from([cast.vehicle.clone()]);
    let register = async |n: u32| {
        world.pass(chrono::TimeDelta::seconds(1));
        let body = json!({"organisation_id": cast.carrier_id, "plate": format!("新B{n:05}"),
            "kind": "x", "classes": ["medical"]});
        cast.corps.post("/vehicles", &body).await.ok().id()
    };
    for n in 0..6 {
        all.insert(register(n).await);
    }
    let (mut seen, mut cursor, mut pages) = (Vec::new(), String::new(), 0);
    loop {
        let page = cast.corps.get(&format!("/vehicles?limit=3{cursor}")).await.ok();
        seen.extend(ids(&page));
        pages += 1;
        if pages == 1 {
            // While somebody reads, the world goes on: what is new comes at the end.
            all.insert(register(10).await);
        }
        let Some(next) = page.get("/next_cursor").as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!((seen.len(), pages), (8, 3));
    assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), all);
}

fn ids(page: &Answer) -> Vec<String> {
    let data = page.get("/data").as_array().unwrap();
    data.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn filters_narrow_and_what_is_no_filter_is_refused() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    for register in registers(&cast, &cast.carrier_id) {
        cast.corps.post(register.path, &register.new).await.is(201);
    }
    let closed = json!({"status": "closed"});
    cast.corps.patch(&format!("/vehicles/{}", cast.vehicle), &closed).await.ok();
    let count = async |client: &Client, query: &str| ids(&client.get(query).await.ok()).len();
    let receiver = &cast.receiver_id;
    for (query, wanted) in [
        ("/vehicles?status=closed".to_owned(), 1),
        ("/vehicles?status=active&q=D123".to_owned(), 1),
        ("/vehicles?q=%25".to_owned(), 0),
        ("/organisations?division=03&role=carrier".to_owned(), 1),
        ("/organisations?q=91659001MATEXT0".to_owned(), 5),
        ("/organisations?q=_".to_owned(), 0),
        (format!("/sites?organisation_id={receiver}"), 1),
        ("/sites?kind=production".to_owned(), 2),
        (format!("/licences?organisation_id={receiver}"), 3),
        ("/licences?waste_code=841-003-01".to_owned(), 1),
        ("/licences?waste_code=900-214-08&status=suspended".to_owned(), 0),
        ("/management-plans?year=2027".to_owned(), 0),
        ("/waste-streams?waste_code=900-249-08&status=active".to_owned(), 1),
        (format!("/transfer-approvals?site_id={}", cast.receiver_site), 1),
    ] {
        assert_eq!(count(&cast.corps, &query).await, wanted, "{query}");
    }
    for (query, code, pointer) in [
        ("/vehicles?colour=red", "unknown_field", "/query/colour"),
        ("/vehicles?status=lost", "invalid_value", "/query/status"),
        ("/vehicles?limit=0", "out_of_range", "/query/limit"),
        ("/vehicles?limit=501", "out_of_range", "/query/limit"),
        ("/vehicles?cursor=nonsense", "invalid_value", "/query/cursor"),
    ] {
        cast.corps.get(query).await.is(422).tells(code, pointer);
    }
}

//! The search: what regulators type, what they find of it, and what they do not.

use base64::Engine as _;
use serde_json::{Value, json};

use super::official;
use crate::support::{Cast, Client, World};

async fn found(client: &Client, query: &str) -> Vec<(String, String, String)> {
    let page = client.get(&format!("/audit/search?{query}")).await.is(200);
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let hits = page.get("/data").as_array().unwrap().iter();
    hits.map(|one| (text(one, "kind"), text(one, "matched"), text(one, "label"))).collect()
}

fn has(found: &[(String, String, String)], kind: &str, matched: &str, label: &str) -> bool {
    found.iter().any(|(k, m, l)| (k.as_str(), m.as_str(), l.as_str()) == (kind, matched, label))
}

async fn world() -> (World, Cast, String) {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(1000).await;
    let drum = json!([{"site_id": cast.producer_site, "waste_code": "900-249-08",
        "kind": "plastic_drum", "mass_kg": 10}]);
    let drum = cast.producer.post("/containers", &drum).await.ok();
    let mut body = cast.oil(&json!(10));
    body["items"][0]["container_ids"] = json!([drum.str("/data/0/id")]);
    body["items"][0]["packages"] = json!([{"kind": "plastic_drum", "count": 1}]);
    let filed = cast.producer.post("/manifests", &body).await.is(201);
    let code = drum.str("/data/0/code").to_owned();
    cast.carrier.post(&format!("/manifests/{}/depart", filed.id()), &json!({})).await.ok();
    (world, cast, code)
}

#[tokio::test]
async fn one_field_finds_number_plate_code_name_container_and_driver() {
    let (world, cast, code) = world().await;
    let corps = &cast.corps;
    let number = "20266601000001";
    for q in [number, "202666", "２０２６６６０１"] {
        assert!(has(&found(corps, &format!("q={q}")).await, "manifest", "number", number), "{q}");
    }
    // However a plate is written; its manifests with it.
    for q in ["新A12345", "新a·12345", "新Ａ%2012345"] {
        let found = found(corps, &format!("q={q}")).await;
        assert!(has(&found, "vehicle", "plate", "新A12345"), "{q}: {found:?}");
        assert!(has(&found, "manifest", "plate", number), "{q}: {found:?}");
    }
    assert!(has(&found(corps, "q=A123").await, "vehicle", "plate", "新A12345"));
    let me = cast.producer.get("/me").await.ok().str("/organisation/id").to_owned();
    let own = corps.get(&format!("/organisations/{me}")).await.ok();
    let (uscc, name) = (own.str("/uscc").to_owned(), own.str("/name").to_owned());
    assert!(has(&found(corps, &format!("q={uscc}")).await, "organisation", "uscc", &name));
    assert!(has(&found(corps, &format!("q={}", &uscc[..8])).await, "organisation", "uscc", &name));
    // Two letters out of the middle.
    assert!(has(&found(corps, "q=号单").await, "organisation", "name", &name));
    assert!(has(&found(corps, "q=兵危").await, "licence", "number", "兵危证 2024-001"));
    let by_driver = found(corps, "q=张三").await;
    assert!(
        has(&by_driver, "driver", "name", "张三") && has(&by_driver, "manifest", "driver", number)
    );
    assert!(has(&found(corps, "q=659002198501").await, "driver", "licence_no", "张三"));
    let boxed = found(corps, &format!("q={code}")).await;
    assert!(
        has(&boxed, "container", "container", &code)
            && has(&boxed, "manifest", "container", number)
    );
    assert!(found(corps, "q=没有这个").await.is_empty());
    // `%` and `_` are letters like any other.
    assert!(found(corps, "q=%25%25").await.is_empty() && found(corps, "q=__").await.is_empty());
    assert_eq!(found(corps, "q=新A12345&kind=vehicle").await.len(), 1);
    drop(world);
}

#[tokio::test]
async fn each_finds_what_lies_in_its_jurisdiction() {
    let (world, cast, code) = world().await;
    let of = async |name: &str, role: &str, scope: Value| {
        official(&world, &cast, (name, role), scope).await
    };
    let first = of("1", "division_regulator", json!({"division": "01"})).await;
    let second = of("2", "division_regulator", json!({"division": "02"})).await;
    let regiment = of("3", "regiment_regulator", json!({"division": "01", "regiment": "3"})).await;
    let health = of("4", "corps_regulator", json!({"agency": "health"})).await;
    let number = "20266601000001";
    for (client, sees_manifest, sees_vehicle) in [
        (&cast.corps, true, true),
        (&first, true, true),
        (&second, false, false),
        // Neither site is in the regiment; its division's trucks it sees.
        (&regiment, false, true),
        // Hazardous waste is none of its business.
        (&health, false, true),
    ] {
        for q in [number, "新A12345", &code, "张三"] {
            let found = found(client, &format!("q={q}")).await;
            assert_eq!(found.iter().any(|one| one.0 == "manifest"), sees_manifest, "{q} {found:?}");
        }
        let found = found(client, "q=新A12345").await;
        assert_eq!(found.iter().any(|one| one.0 == "vehicle"), sees_vehicle, "{found:?}");
    }
    for client in [&cast.producer, &cast.carrier, &cast.stranger] {
        client.get("/audit/search?q=xx").await.is(403).refused_as("forbidden");
        client.get("/audit/search").await.is(403);
    }
}

#[tokio::test]
async fn pages_go_on_where_they_ended_and_nonsense_is_named() {
    let (_world, cast, _) = world().await;
    let whole = found(&cast.corps, "q=号单位").await;
    assert!(whole.len() >= 4, "{whole:?}");
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = cast.corps.get(&format!("/audit/search?q=号单位&limit=1{cursor}")).await.ok();
        let hits = page.get("/data").as_array().unwrap().clone();
        paged.extend(hits.iter().map(|one| one["label"].as_str().unwrap().to_owned()));
        let Some(next) = page.get("/next_cursor").as_str() else { break };
        cursor = format!("&cursor={next}");
    }
    assert_eq!(paged, whole.into_iter().map(|one| one.2).collect::<Vec<_>>());
    let refused = async |query: &str, code: &str, at: &str| {
        cast.corps.get(&format!("/audit/search?{query}")).await.is(422).refused_as(code).at(at);
    };
    refused("", "required", "/query/q").await;
    refused("q=x", "too_short", "/query/q").await;
    refused("q=%20%20", "too_short", "/query/q").await;
    refused("q=xx&kind=ship", "invalid_value", "/query/kind").await;
    refused("q=xx&cursor=x", "invalid_value", "/query/cursor").await;
    let engine = base64::engine::general_purpose::URL_SAFE_NO_PAD;
    for forged in ["[99,\"x\"]", "[6,\"no id\"]", "[0,\"\\u0000\"]", "[0]", "{}"] {
        refused(
            &format!("q=xx&cursor={}", engine.encode(forged)),
            "invalid_value",
            "/query/cursor",
        )
        .await;
    }
    cast.corps.get("/audit/search?q=a%00b").await.is(400);
    for odd in ["'';--", "\\\\", "%F0%9F%9A%9B%F0%9F%9A%9B", "a'b", "((("] {
        cast.corps.get(&format!("/audit/search?q={}", odd.replace(' ', "+"))).await.is(200);
    }
}

/// With walks over whole tables forbidden, PostgreSQL has another way for each statement.
#[tokio::test]
async fn every_statement_has_its_index() {
    let world = World::start().await;
    let db = world.database.superuser().await;
    db.batch_execute("SET enable_seqscan = off; SET plan_cache_mode = force_generic_plan")
        .await
        .unwrap();
    for (n, sql) in liandan::search::STATEMENTS.iter().enumerate() {
        let types = "text, text, text, bigint, text, text, uuid, text[], text[]";
        let name = format!("look{n}");
        db.batch_execute(&format!("PREPARE {name} ({types}) AS {sql}")).await.unwrap();
        let given = "'xx', 'xy', '', 10, NULL, NULL, gen_random_uuid(), '{hazardous}', '{xx}'";
        let rows = db.query(&format!("EXPLAIN EXECUTE {name} ({given})"), &[]).await.unwrap();
        let plan: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
        let plan = plan.join("\n");
        assert!(!plan.contains("Seq Scan"), "{sql}\n{plan}");
    }
}

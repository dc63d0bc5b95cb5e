//! Activity by month: what is wrong with an entry, what a list is narrowed by, files of a year.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, Method, World};

fn meals(site: &str, month: &str, value: Value) -> Value {
    let mut body = json!({"site_id": site, "kind": "meals", "month": month});
    body["value"] = value;
    body
}

#[tokio::test]
async fn what_is_wrong_is_named_at_its_field_all_at_once() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let (site, own) = (&cast.producer_site, &cast.producer);
    for (body, code, pointer) in [
        (meals(site, "2026-12", json!(1)), "not_yet", "/month"),
        (meals(site, "2026-13", json!(1)), "invalid_value", "/month"),
        (meals(site, "2026-1", json!(1)), "invalid_value", "/month"),
        (meals(site, "2026-11", json!(-1)), "out_of_range", "/value"),
        (meals(site, "2026-11", json!(0.0001)), "too_many_decimals", "/value"),
        (meals(site, "2026-11", json!("1")), "wrong_type", "/value"),
        (meals(&cast.driver, "2026-11", json!(1)), "unknown_reference", "/site_id"),
    ] {
        own.post("/activity", &body).await.is(422).tells(code, pointer);
    }
    let mut named = meals(site, "2027-01", json!(1));
    named["product"] = json!("电石");
    let both = own.post("/activity", &named).await.is(422);
    both.tells("not_yet", "/month").tells("invalid_value", "/product");
    named["kind"] = json!("output");
    named["product"] = json!(null);
    own.post("/activity", &named).await.is(422).tells("required", "/product");
    assert_eq!(world.rows("activity").await, 0);
    // A month begins when it does in Beijing.
    world.pass(TimeDelta::hours(5 * 24 + 14) - TimeDelta::milliseconds(1));
    let own = world.log_in("member-1").await;
    own.post("/activity", &meals(site, "2026-12", json!(1))).await.is(422);
    world.pass(TimeDelta::milliseconds(1));
    let made = own.post("/activity", &meals(site, "2026-12", json!(0))).await.is(201);
    assert_eq!((made.str("/unit"), made.str("/note")), ("meal", ""));
    assert!(made.get("/product").is_null());
}

/// Two products are two figures of a month; nothing else is told twice.
#[tokio::test]
async fn a_month_has_one_entry_a_kind_and_product() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let output = |product: &str, month: &str| {
        json!({"site_id": cast.producer_site, "kind": "output", "product": product,
            "month": month, "value": 1})
    };
    let own = &cast.producer;
    let made = own.post("/activity", &output("电石", "2026-09")).await.is(201);
    assert_eq!(made.str("/unit"), "t");
    own.post("/activity", &output("烧碱", "2026-09")).await.is(201);
    own.post("/activity", &output("电石", "2026-10")).await.is(201);
    own.post("/activity", &meals(&cast.producer_site, "2026-10", json!(3.5))).await.is(201);
    own.post("/activity", &output("电石", "2026-10")).await.is(409).refused_as("already_exists");
    let count = async |client: &Client, query: &str| {
        let found = client.get(&format!("/activity?{query}")).await.ok();
        found.get("/data").as_array().unwrap().len()
    };
    for (query, wanted) in [
        ("", 4),
        ("kind=output", 3),
        ("from=2026-10", 2),
        ("to=2026-09", 2),
        ("from=2026-09&to=2026-09&kind=meals", 0),
        ("limit=3", 3),
    ] {
        assert_eq!(count(own, query).await, wanted, "{query}");
        assert_eq!(count(&cast.corps, query).await, wanted, "{query}");
        assert_eq!(count(&cast.receiver, query).await, 0, "{query}");
    }
    own.get("/activity?from=10").await.is(422).tells("invalid_value", "/query/from");
}

async fn send(client: &Client, query: &str, file: &str) -> Answer {
    let call = client.call(Method::POST, &format!("/imports?kind=activity&{query}"));
    call.raw("text/csv", file.as_bytes().to_vec()).send().await.is(200)
}

fn counts(report: &Answer) -> [u64; 4] {
    ["rows", "ok", "unchanged", "failed"].map(|name| report.json[name].as_u64().unwrap())
}

#[tokio::test]
async fn a_file_brings_a_year_and_is_known_when_it_comes_again() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let (own, site) = (&cast.producer, &cast.producer_site);
    let uscc = own.get(&format!("/organisations/{}", cast.producer_id)).await.ok();
    let name = format!("{}/一号场所", uscc.str("/uscc"));
    let head = "场所,活动类型,产品,月份,数量,备注\n";
    let rows = format!(
        "{name},床日,,2026年9月,1204.5,\n{name},就餐人次,,2026/10/1,300,含外来\n\
         {site},产量,电石,202610,12.125,\n{site},产量,烧碱,2026-10,0,\n"
    );
    let file = format!("{head}{rows}");
    let tried = send(own, "dry_run=true", &file).await;
    assert_eq!((counts(&tried), world.rows("activity").await), ([4, 4, 0, 0], 0));
    assert_eq!(counts(&send(own, "", &file).await), [4, 4, 0, 0]);
    for mode in ["all_or_nothing", "good_rows"] {
        let again = send(own, &format!("mode={mode}"), &file).await;
        assert_eq!(counts(&again), [4, 4, 4, 0], "{}", again.shown());
    }
    let bad = format!("{head}{site},产量,,2026-09,1,\n{site},床日,,2026-09,7,\n");
    let report = send(own, "mode=good_rows", &bad).await;
    let told = |n: usize, name: &str| report.get(&format!("/errors/{n}/{name}")).clone();
    let wanted = [(json!(2), json!("产品"), json!("required"))];
    assert_eq!([(told(0, "line"), told(0, "column"), told(0, "code"))], wanted);
    // Another figure for a month that is told already is a correction, and no import makes one.
    assert_eq!((told(1, "line"), told(1, "code")), (json!(3), json!("already_exists")));
    // What is another's is not told by a file.
    let strange = send(&cast.stranger, "mode=good_rows", &file).await;
    assert_eq!(counts(&strange), [4, 0, 0, 4]);
    assert_eq!(strange.get("/errors/0/code"), "forbidden");
    // The list as a table is a file of the same kind.
    let table = own.call(Method::GET, "/activity").header("accept", "text/csv").send().await;
    let again = send(own, "", table.is(200).text.trim_start_matches('\u{feff}')).await;
    assert_eq!(counts(&again), [4, 4, 4, 0], "{}", again.shown());
}

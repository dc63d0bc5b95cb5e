//! Histories of entries: who changed what, before and after, a page at a time, and nothing that was
//! kept out of the journal.

use serde_json::{Value, json};

use crate::notify::data;
use crate::support::{Cast, Client, World};

async fn history(client: &Client, one: &str) -> Vec<Value> {
    data(&client.get(&format!("{one}/history")).await.ok())
}

#[tokio::test]
async fn each_change_tells_who_and_what_was_before_and_after() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let new = json!({"site_id": cast.producer_site, "name": "一号罐", "kind": "储罐",
        "level": "major", "substance": "废酸", "maximum_kg": 20_000});
    let made = cast.producer.post("/risk-sources", &new).await.ok();
    let one = format!("/risk-sources/{}", made.id());
    let returned = json!({"verdict": "returned", "note": "容积有误"});
    cast.corps.post(&format!("{one}/review"), &returned).await.ok();
    let patch = json!({"maximum_kg": 15_000.5, "name": "二号罐"});
    let last = cast.producer.patch(&one, &patch).await.ok();
    let told = history(&cast.producer, &one).await;
    let heads: Vec<(i64, &str)> = told
        .iter()
        .map(|one| (one["version"].as_i64().unwrap(), one["kind"].as_str().unwrap()))
        .collect();
    assert_eq!(heads, [(1, "registered"), (2, "reviewed"), (3, "changed")]);
    assert_eq!((&told[0]["before"], &told[0]["after"]), (&json!({}), &made.json));
    assert_eq!(told[1]["changed"], json!(["review"]));
    assert_eq!(told[1]["after"]["review"]["note"], "容积有误");
    assert_eq!(told[2]["changed"], json!(["maximum_kg", "name", "review"]));
    assert_eq!(told[2]["before"]["maximum_kg"], json!(20_000));
    assert_eq!(told[2]["after"]["maximum_kg"], json!(15_000.5));
    assert_eq!(told[2]["before"]["review"], told[1]["after"]["review"]);
    // What was, changed by what each tells, is what is.
    let mut made_of_them = json!({});
    for change in &told {
        for (name, value) in change["after"].as_object().unwrap() {
            made_of_them[name] = value.clone();
        }
    }
    assert_eq!(made_of_them, last.json);
    let (boss, corps) = (cast.producer.get("/me").await.ok(), cast.corps.get("/me").await.ok());
    let who: Vec<&Value> = told.iter().map(|one| &one["actor"]["user_id"]).collect();
    let user = "/user/id";
    assert_eq!(who, [boss.get(user), corps.get(user), boss.get(user)]);
    assert!(told.iter().all(|one| one["recorded_at"].is_string()));
    // The same to its regulators; nothing to others, and nothing under another register.
    assert_eq!(history(&cast.corps, &one).await, told);
    cast.stranger.get(&format!("{one}/history")).await.is(404);
    let elsewhere = format!("/insurance-policies/{}/history", made.id());
    cast.corps.get(&elsewhere).await.is(404);
    cast.corps.get(&format!("/licences/{}/history", made.id())).await.is(404);
    cast.corps.get(&format!("/risk-sources/{}/history", cast.driver)).await.is(404);
}

#[tokio::test]
async fn pages_of_any_size_tell_the_same() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let one = format!("/vehicles/{}", cast.vehicle);
    for rated in 1..=6 {
        cast.carrier.patch(&one, &json!({"rated_kg": rated})).await.ok();
    }
    let whole = history(&cast.carrier, &one).await;
    assert_eq!(whole.len(), 7);
    for limit in [1, 2, 3, 7] {
        let (mut pages, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("{one}/history?limit={limit}{cursor}");
            let page = cast.carrier.get(&path).await.ok();
            assert!(data(&page).len() <= limit);
            pages.extend(data(&page));
            match page.get("/next_cursor").as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(pages, whole, "{limit}");
    }
    for (query, pointer) in [("limit=501", "/query/limit"), ("cursor=x", "/query/cursor")] {
        let refused = cast.carrier.get(&format!("{one}/history?{query}")).await;
        refused.is(422).at(pointer);
    }
}

#[tokio::test]
async fn what_was_kept_out_of_the_journal_is_in_no_history() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let driver = format!("/drivers/{}", cast.driver);
    cast.carrier.patch(&driver, &json!({"phone": "13911112222"})).await.ok();
    cast.carrier.patch(&driver, &json!({"licence_valid_to": "2029-01-31"})).await.ok();
    let told = history(&cast.carrier, &driver).await;
    assert_eq!(told.len(), 3);
    let text = json!(told).to_string();
    for kept in ["张三", "13900000000", "13911112222", "659002198501010001", "phone", "\"name\""]
    {
        assert!(!text.contains(kept), "{kept}: {text}");
    }
    assert_eq!(told[1]["changed"], json!([]));
    assert_eq!(told[2]["after"], json!({"licence_valid_to": "2029-01-31"}));
    let facility = json!({"site_id": cast.receiver_site, "kind": "cement_kiln", "daily_kg": 5000,
        "notice_hours": 24, "priority": 1, "contact": {"person": "王五", "phone": "13700000000"}});
    let facility = cast.corps.post("/co-disposal-facilities", &facility).await.ok().id();
    let facility = format!("/co-disposal-facilities/{facility}");
    cast.corps.patch(&facility, &json!({"priority": 2})).await.ok();
    let told = history(&cast.receiver, &facility).await;
    let text = json!(told).to_string();
    assert!(!text.contains("王五") && !text.contains("contact"), "{text}");
    assert_eq!(told[1]["before"], json!({"priority": 1}));
    // What lies in an area is as it is now, and no change of it.
    let area = json!({"site_id": cast.receiver_site, "name": "一号库", "kind": "facility",
        "capacity_kg": 90_000});
    let area =
        format!("/storage-areas/{}", cast.receiver.post("/storage-areas", &area).await.ok().id());
    cast.receiver.patch(&area, &json!({"capacity_kg": 80_000})).await.ok();
    let told = history(&cast.receiver, &area).await;
    assert_eq!(told[1]["after"], json!({"capacity_kg": 80_000}));
    assert!(told[0]["after"].get("stored_kg").is_none());
    let site = history(&cast.receiver, &format!("/sites/{}", cast.receiver_site)).await;
    assert_eq!(site.last().unwrap()["after"], json!({"storage_capacity_kg": 80_000}));
}

/// Organisations, sites and licences are open to all as they are; what became of them is not.
#[tokio::test]
async fn of_the_public_registers_others_see_no_history() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    for (one, own) in [
        (format!("/organisations/{}", cast.receiver_id), &cast.receiver),
        (format!("/sites/{}", cast.receiver_site), &cast.receiver),
        (format!("/licences/{}", cast.licence), &cast.receiver),
    ] {
        cast.stranger.get(&one).await.is(200);
        cast.stranger.get(&format!("{one}/history")).await.is(404);
        assert!(!history(own, &one).await.is_empty());
        assert!(!history(&cast.corps, &one).await.is_empty());
    }
    let application = json!({"producer_site_id": cast.producer_site,
        "receiver_site_id": cast.receiver_site, "valid_from": "2026-12-01",
        "valid_to": "2026-12-31",
        "items": [{"waste_code": "900-249-08", "method": "R9", "mass_kg": 100}]});
    let application = cast.producer.post("/transfer-applications", &application).await.ok().id();
    let one = format!("/transfer-applications/{application}");
    cast.producer.post(&format!("{one}/withdraw"), &json!({})).await.ok();
    let told = history(&cast.receiver, &one).await;
    assert_eq!(told[1]["changed"], json!(["status", "withdrawn_on"]));
    assert_eq!(told[1]["before"], json!({"status": "submitted", "withdrawn_on": null}));
}

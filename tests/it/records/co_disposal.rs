//! The list of co-disposal facilities: kept by regulators, read by the facility itself; whom to
//! call is in no event.

use serde_json::{Value, json};

use crate::support::{Cast, PASSWORD, World};

fn kiln(site: &str) -> Value {
    json!({"site_id": site, "kind": "cement_kiln", "daily_kg": 5000, "notice_hours": 24,
        "priority": 1, "contact": {"person": "王五", "phone": "13712345678"}})
}

#[tokio::test]
async fn whom_to_call_is_told_and_kept_out_of_the_journal() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let made = cast.corps.post("/co-disposal-facilities", &kiln(&cast.receiver_site)).await.ok();
    let one = format!("/co-disposal-facilities/{}", made.id());
    assert_eq!(made.str("/contact/phone"), "13712345678");
    let other = json!({"contact": {"person": "李四", "phone": "13887654321"}});
    let tried = cast.corps.patch(&format!("{one}?validate_only=true"), &other).await.is(200);
    assert_eq!(tried.str("/contact/person"), "李四");
    assert_eq!(cast.receiver.get(&one).await.ok().str("/contact/person"), "王五");
    let changed = cast.corps.patch(&one, &other).await.is(200);
    assert_eq!((changed.version(), changed.str("/contact/phone")), (2, "13887654321"));
    let again = cast.corps.patch(&one, &other).await.is(200);
    assert_eq!((again.version(), &again.json), (2, &changed.json));
    let shown = cast.receiver.get(&one).await.ok();
    assert_eq!(shown.json, changed.json);
    let sql = "SELECT count(*) FROM event WHERE body LIKE '%137123%' OR body LIKE '%138876%'
                  OR body LIKE '%王五%' OR body LIKE '%李四%'";
    let told: i64 = world.database.superuser().await.query_one(sql, &[]).await.unwrap().get(0);
    assert_eq!(told, 0);
    // The feed shows whom to call now, and nothing of one whose row is gone.
    let feed = cast.receiver.get("/changes?limit=500").await.ok();
    let last = feed.get("/data").as_array().unwrap().last().unwrap().clone();
    assert_eq!(last["resource"], changed.json);
}

#[tokio::test]
async fn what_is_wrong_is_named_at_its_field() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let with = |field: &str, value: Value| {
        let mut body = kiln(&cast.receiver_site);
        body[field] = value;
        body
    };
    for (body, code, pointer) in [
        (with("site_id", json!(cast.producer_site)), "invalid_value", "/site_id"),
        (with("site_id", json!(cast.driver)), "unknown_reference", "/site_id"),
        (with("kind", json!("landfill")), "invalid_value", "/kind"),
        (with("daily_kg", json!(0)), "mass_out_of_range", "/daily_kg"),
        (with("daily_kg", json!(0.0001)), "too_many_decimals", "/daily_kg"),
        (with("notice_hours", json!(721)), "out_of_range", "/notice_hours"),
        (with("priority", json!(0)), "out_of_range", "/priority"),
        (with("contact", json!({"person": "x"})), "required", "/contact/phone"),
        (with("contact", json!(null)), "required", "/contact"),
        (with("evidence_sha256", json!("ab")), "invalid_value", "/evidence_sha256"),
    ] {
        cast.corps.post("/co-disposal-facilities", &body).await.is(422).tells(code, pointer);
    }
    assert_eq!(world.rows("co_disposal_facility").await, 0);
}

/// A division's regulator keeps the list for the sites of its division and for no other.
#[tokio::test]
async fn a_division_keeps_its_own_part_of_the_list() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let body = cast.corps.get("/me").await.ok().str("/organisation/id").to_owned();
    for (division, wanted) in [("02", 403), ("01", 201)] {
        let login = format!("division-{division}");
        let user = json!({"organisation_id": body, "login": login, "password": PASSWORD,
            "role": "division_regulator", "division": division});
        cast.corps.post("/users", &user).await.ok();
        let regulator = world.log_in(&login).await;
        let answer = regulator.post("/co-disposal-facilities", &kiln(&cast.receiver_site)).await;
        answer.is(wanted);
    }
    let own = cast.receiver.get("/co-disposal-facilities?status=active").await.ok();
    let one = format!("/co-disposal-facilities/{}", own.str("/data/0/id"));
    cast.receiver.patch(&one, &json!({"priority": 2})).await.is(403);
    cast.producer.patch(&one, &json!({"priority": 2})).await.is(404);
    // Off the list and on it again: what was closed may be opened.
    cast.corps.patch(&one, &json!({"status": "closed"})).await.ok();
    let none = cast.corps.get("/co-disposal-facilities?status=active").await.ok();
    assert_eq!(none.get("/data"), &json!([]));
    cast.corps.patch(&one, &json!({"status": "active"})).await.ok();
    let table = cast.corps.get("/co-disposal-facilities?kind=cement_kiln").await.ok();
    assert_eq!(table.get("/data").as_array().unwrap().len(), 1);
}

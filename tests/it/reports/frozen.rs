//! What was submitted stays as it was: to the byte, with its hash in the log, version by version.

use std::collections::BTreeMap;

use serde_json::value::RawValue;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{OIL, enter, month, preview};
use crate::audit;
use crate::support::{Cast, Method, World};

/// The hash of what an answer says, as it stands in it.
fn hash_of_content(text: &str) -> String {
    let all: BTreeMap<&str, &RawValue> = serde_json::from_str(text).unwrap();
    hex::encode(Sha256::digest(all["content"].get().as_bytes()))
}

async fn hash_in_log(world: &World, id: &str, seq: i64) -> Value {
    let sql = "SELECT body FROM event WHERE subject_id::text = $1 AND seq = $2";
    let db = world.database.superuser().await;
    let body: String = db.query_one(sql, &[&id, &seq]).await.unwrap().get(0);
    serde_json::from_str::<Value>(&body).unwrap()["data"]["content_sha256"].clone()
}

/// A late entry, a correction, another code; and what is of the month after.
async fn enter_late(cast: &Cast) {
    enter(cast, ("produced", OIL, 5.0, "2026-10-31T15:59:59Z")).await;
    enter(cast, ("correction", OIL, -0.25, "2026-10-06T00:00:00Z")).await;
    enter(cast, ("produced", "900-214-08", 1.0, "2026-10-06T00:00:00Z")).await;
    enter(cast, ("produced", OIL, 9.0, "2026-10-31T16:00:00Z")).await;
}

#[tokio::test]
async fn a_report_is_frozen_outdated_and_amended() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    enter(&cast, ("produced", OIL, 20.001, "2026-10-05T00:00:00Z")).await;
    let query = "year=2026&period=month&number=10";
    let shown = preview(&cast.producer, &cast.producer_site, query).await.is(200);
    let mut asked = month(&cast, 10);
    asked["note"] = json!("十月");
    asked["declared_by"] = json!("李四");
    let done = cast.producer.post("/reports", &asked).await.is(201);
    let id = done.id();
    let path = format!("/reports/{id}");
    assert_eq!(done.header("location"), format!("/api/v1{path}"));
    // Its class owes no months: it may report them all the same, and cannot be late.
    let status = (done.get("/status"), done.get("/is_required"), done.get("/is_late"));
    assert_eq!(status, (&json!("submitted"), &json!(false), &json!(false)));
    let kept = cast.producer.get(&path).await.is(200);
    assert_eq!(kept.get("/content"), &shown.json);
    let hash = hash_of_content(&kept.text);
    assert_eq!(kept.str("/content_sha256"), hash);
    assert_eq!(hash_in_log(&world, &id, 0).await, hash);
    assert_eq!((kept.get("/is_outdated"), kept.get("/differences")), (&json!(false), &json!([])));
    assert_eq!(kept.get("/versions/0/declared_by"), "李四");
    let amend = json!({"reason": "wrong_data", "reason_text": "漏记"});
    let amendments = format!("{path}/amendments");
    let same = cast.producer.post(&amendments, &amend).await;
    same.is(409).refused_as("nothing_changed");

    enter_late(&cast).await;
    let outdated = cast.producer.get(&path).await.is(200);
    assert_eq!(outdated.get("/content"), &shown.json);
    assert_eq!(outdated.get("/is_outdated"), true);
    let codes = |pointer: &str| outdated.str(&format!("{pointer}/waste_code")).to_owned();
    assert_eq!(
        (codes("/differences/0"), codes("/differences/1")),
        ("900-214-08".into(), OIL.into())
    );
    let oil = outdated.get("/differences/1");
    let figures = [&oil["produced_kg"], &oil["correction_kg"], &oil["closing_kg"], &oil["entries"]];
    assert_eq!(figures, [&json!(5), &json!(-0.25), &json!(4.75), &json!(2)]);

    let call =
        |version| cast.producer.call(Method::POST, &amendments).json(&amend).if_match(version);
    call(7).send().await.is(412);
    let second = call(1).send().await.is(200);
    assert_eq!((second.get("/status"), second.version()), (&json!("amended"), 2));
    assert_eq!(
        (second.get("/reason"), second.get("/note")),
        (&json!("wrong_data"), &json!("十月"))
    );
    let whole = cast.producer.get(&path).await.is(200);
    assert_eq!(whole.get("/is_outdated"), false);
    let hashes = [hash_of_content(&whole.text), hash];
    for (n, wanted) in hashes.iter().enumerate() {
        assert_eq!(whole.get(&format!("/versions/{n}/content_sha256")), wanted);
        assert_eq!(&hash_in_log(&world, &id, 1 - n as i64).await, wanted);
    }
    assert_eq!(whole.get("/versions/0/changes/1/produced_kg"), 5);
    assert_eq!(whole.get("/versions/0/reason_text"), "漏记");
    assert_eq!(whole.get("/versions/1/changes"), &json!([]));
    let listed = cast.corps.get("/reports?status=amended").await.is(200);
    assert_eq!((listed.get("/data/0/id"), listed.get("/data/0/version")), (&json!(id), &json!(2)));
    let table = cast.producer.call(Method::GET, &path).header("accept", "text/csv");
    let table = table.send().await.is(200).text;
    assert!(table.contains("900-249-08,0,25.001,0,0,0,0,-0.25,24.751,0,3,"), "{table}");
    is_sound(&world).await;
}

/// The audit finds nothing; and finds what is changed behind the log.
async fn is_sound(world: &World) {
    world.publish().await;
    let report = audit::of(&world.database.app_url()).await;
    assert!(report.is_clean(), "{}", audit::told(&report).join("\n"));
    let db = world.database.superuser().await;
    assert!(db.batch_execute("UPDATE report SET note = 'x'").await.is_err());
    assert!(db.batch_execute("DELETE FROM report").await.is_err());
    assert!(db.batch_execute("TRUNCATE report").await.is_err());
    db.batch_execute("SET session_replication_role = replica").await.unwrap();
    assert!(db.batch_execute("UPDATE report SET content = '{}'").await.is_err());
    let both = "UPDATE report SET content = '{}',
        content_sha256 = encode(sha256('{}'::bytea), 'hex') WHERE version = 1";
    db.batch_execute(both).await.unwrap();
    let report = audit::of(&world.database.app_url()).await;
    assert_eq!(report.findings_count, 1, "{}", audit::told(&report).join("\n"));
    db.batch_execute("DELETE FROM report WHERE version = 1").await.unwrap();
    let report = audit::of(&world.database.app_url()).await;
    assert_eq!(report.findings_count, 1, "{}", audit::told(&report).join("\n"));
}

#[tokio::test]
async fn it_is_submitted_once_and_when_its_period_is_over() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let post = async |body: &Value| cast.producer.post("/reports", body).await;
    post(&month(&cast, 11)).await.is(422).refused_as("not_yet").at("/number");
    let year = |year: i32| json!({"site_id": cast.producer_site, "year": year, "period": "year"});
    post(&year(2026)).await.is(422).refused_as("not_yet").at("/year");
    let mut none = month(&cast, 10);
    none.as_object_mut().unwrap().remove("number");
    post(&none).await.is(422).refused_as("required").at("/number");
    let mut quarter = month(&cast, 5);
    quarter["period"] = json!("quarter");
    post(&quarter).await.is(422).refused_as("out_of_range").at("/number");
    let mut nowhere = month(&cast, 10);
    nowhere["site_id"] = json!(cast.licence);
    post(&nowhere).await.is(422).refused_as("unknown_reference").at("/site_id");
    assert_eq!(world.rows("report").await, 0);

    let path = "/reports?validate_only=true";
    cast.producer.post(path, &month(&cast, 10)).await.is(201);
    assert_eq!(world.rows("report").await, 0);
    let asked = month(&cast, 10);
    let call = || cast.producer.call(Method::POST, "/reports").json(&asked).key("october");
    let first = call().send().await.is(201);
    let again = call().send().await.is(201);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(again.json, first.json);
    let twice = post(&asked).await.is(409).refused_as("already_created").at("/number");
    assert_eq!(twice.get("/report_id"), &json!(first.id()));
    assert!(twice.str("/detail").contains("amendments"), "{}", twice.text);
    cast.producer.post(path, &asked).await.is(409).refused_as("already_created");
    // Of last year, which is over; the same months of another site are another's.
    post(&year(2025)).await.is(201);
    assert_eq!(world.rows("report").await, 2);
}

#[tokio::test]
async fn of_many_at_once_one_is_the_report() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let asked = month(&cast, 10);
    let calls = (0..8).map(|_| cast.producer.post("/reports", &asked));
    let answers = futures_util::future::join_all(calls).await;
    let created = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(created, 1);
    for answer in answers.into_iter().filter(|answer| answer.status != 201) {
        answer.is(409).refused_as("already_created");
    }
    assert_eq!(world.rows("report").await, 1);
}

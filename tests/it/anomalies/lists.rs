//! Lists of cases, one case, and who is shown which.

use chrono::TimeDelta;
use liandan::anomaly;
use serde_json::{Value, json};

use super::{late, not_departed, regulator, texts};
use crate::support::{Answer, Client, Method};

async fn ids(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/anomalies?{query}")).await.is(200);
    let all = page.get("/data").as_array().unwrap();
    all.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_manifest_that_does_not_leave_makes_a_case_which_its_departure_resolves() {
    let (world, cast, manifest) = late().await;
    let id = not_departed(&manifest);
    let path = format!("/anomalies/{id}");
    let case = cast.corps.get(&path).await.is(200);
    assert_eq!((case.str("/rule"), case.str("/family")), ("AL79", "deadline"));
    assert_eq!((case.str("/severity"), case.str("/status")), ("low", "open"));
    assert_eq!(case.get("/subject"), &json!({"kind": "manifest", "id": manifest}));
    assert_eq!((case.str("/stream"), case.get("/divisions")), ("hazardous", &json!(["01"])));
    assert_eq!(case.get("/manifest_ids"), &json!([manifest]));
    assert!(case.get("/organisation_ids").as_array().unwrap().contains(&json!(cast.producer_id)));
    assert_eq!(case.str("/title"), case.str("/title_zh"));
    assert!(!case.str("/explanation_en").is_empty() && case.get("/evidence").is_object());
    let position = case.get("/proofs/0/position").as_i64().unwrap();
    let proof = cast.corps.get(case.str("/proofs/0/href")).await.is(200);
    assert_eq!(proof.get("/position"), &json!(position));
    assert_eq!(proof.str("/event/subject/id"), manifest);
    assert_eq!(case.get("/proofs/0/sequence"), &json!(position + 1));
    let own = cast.producer.get(&path).await.is(200);
    let own = cast.producer.get(own.str("/proofs/0/href")).await.is(200);
    assert_eq!(own.get("/data/0/sequence"), &json!(position + 1));
    assert_eq!(own.str("/data/0/subject/id"), manifest);
    assert!(case.str("/due_at") > case.str("/first_seen_at"));
    assert_eq!((case.get("/version"), case.header("etag")), (&json!(0), "\"0\""));
    assert_eq!((case.get("/history"), case.str("/review/status")), (&json!([]), "open"));
    let english = cast.corps.call(Method::GET, &path).header("accept-language", "en");
    let english = english.send().await.is(200);
    assert_eq!(english.str("/title"), case.str("/title_en"));

    // Looked at again nothing changes; and nobody is told twice.
    anomaly::catch_up(&world.app).await.unwrap();
    assert_eq!(cast.corps.get(&path).await.json, case.json);
    let told = format!("SELECT kind FROM outbox WHERE subject_id = '{id}' ORDER BY id");
    assert_eq!(texts(&world, &told).await, ["anomaly_opened"]);
    cast.carrier.post(&format!("/manifests/{manifest}/depart"), &json!({})).await.ok();
    anomaly::catch_up(&world.app).await.unwrap();
    let gone = cast.corps.get(&path).await.is(200);
    assert_eq!((gone.str("/status"), gone.get("/due_at")), ("resolved", &Value::Null));
    assert!(gone.get("/resolved_at").is_string() && gone.get("/resolved_reason").is_string());
    assert_eq!(texts(&world, &told).await, ["anomaly_opened", "anomaly_resolved"]);
}

#[tokio::test]
async fn filters_narrow_and_pages_go_on_where_the_last_ended() {
    let (world, cast, first) = late().await;
    for _ in 0..3 {
        cast.filed(&cast.oil(&json!(10))).await;
    }
    world.pass(TimeDelta::days(6));
    anomaly::catch_up(&world.app).await.unwrap();
    let id = not_departed(&first);
    let own = format!("rule=AL79&manifest_id={first}");
    assert_eq!(ids(&cast.corps, &own).await, std::slice::from_ref(&id));
    let manifest = format!("subject_kind=manifest&subject_id={first}");
    for (query, has) in [
        (format!("{own}&severity=low&status=open&stream=hazardous&division=01"), true),
        (
            format!("{own}&family=deadline&min_severity=info&organisation_id={}", cast.producer_id),
            true,
        ),
        (format!("{own}&{manifest}&from=2026-11-25T00:00:00Z&to=2027-01-01T00:00:00Z"), true),
        (format!("{own}&severity=high"), false),
        (format!("{own}&min_severity=medium"), false),
        (format!("{own}&status=resolved"), false),
        (format!("{own}&stream=medical"), false),
        (format!("{own}&division=02"), false),
        (format!("{own}&family=mass"), false),
        (format!("{own}&to=2026-11-25T00:00:00Z"), false),
        (format!("{own}&assignee_id={first}"), false),
        (format!("rule=AL79&organisation_id={first}"), false),
        (format!("rule=AL78&manifest_id={first}"), false),
    ] {
        assert_eq!(ids(&cast.corps, &query).await.contains(&id), has, "{query}");
    }
    for order in ["newest", "severity"] {
        let whole = ids(&cast.corps, &format!("sort={order}&limit=500")).await;
        assert!(whole.len() >= 4, "{}", whole.len());
        let (mut paged, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/anomalies?sort={order}&limit=1{cursor}");
            let page: Answer = cast.corps.get(&path).await.is(200);
            paged.extend(page.get("/data/0/id").as_str().map(str::to_owned));
            let Some(next) = page.get("/next_cursor").as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(paged, whole, "{order}");
    }
    for (query, code) in [
        ("rule=AL99", "invalid_value"),
        ("rule=al79", "invalid_value"),
        ("status=closed", "invalid_value"),
        ("severity=5", "invalid_value"),
        ("family=fraud", "invalid_value"),
        ("division=77", "invalid_value"),
        ("sort=oldest", "invalid_value"),
        ("manifest_id=7", "invalid_value"),
        ("limit=0", "out_of_range"),
        ("from=yesterday", "invalid_value"),
        ("score=1", "unknown_field"),
    ] {
        cast.corps.get(&format!("/anomalies?{query}")).await.refused_as(code);
    }
}

#[tokio::test]
async fn parties_see_what_is_due_from_them_and_agencies_what_was_shared_with_them() {
    let (world, cast, manifest) = late().await;
    let path = format!("/anomalies/{}", not_departed(&manifest));
    let seen = cast.producer.get(&path).await.is(200);
    assert_eq!((seen.get("/review"), seen.get("/history")), (&Value::Null, &json!([])));
    assert_eq!(seen.get("/evidence_url"), &Value::Null);
    cast.producer.get(&format!("{path}/evidence")).await.refused_as("forbidden");
    // Nobody else of the manifest's parties had to see that it leaves.
    for other in [&cast.carrier, &cast.receiver, &cast.stranger] {
        other.get(&path).await.refused_as("not_found");
    }
    assert_eq!(ids(&cast.stranger, "").await, Vec::<String>::new());
    // What is suspected is shown to nobody whom it names.
    let suspects = format!(
        "UPDATE anomaly SET rule = 'AL72' WHERE subject_id = '{manifest}' AND rule = 'AL79'"
    );
    let superuser = world.database.superuser().await;
    superuser.batch_execute(&suspects).await.unwrap();
    cast.producer.get(&path).await.refused_as("not_found");
    cast.corps.get(&path).await.is(200);
    superuser.batch_execute("UPDATE anomaly SET rule = 'AL79' WHERE rule = 'AL72'").await.unwrap();

    let own = regulator(&world, &cast, ("01", "ecology")).await;
    let elsewhere = regulator(&world, &cast, ("02", "ecology")).await;
    let police = regulator(&world, &cast, ("01", "public_security")).await;
    let far_police = regulator(&world, &cast, ("02", "public_security")).await;
    let health = regulator(&world, &cast, ("00", "health")).await;
    own.get(&path).await.is(200);
    for client in [&elsewhere, &police, &far_police, &health] {
        client.get(&path).await.refused_as("not_found");
    }
    let share = json!({"agencies": ["public_security"], "note": "请协查"});
    own.post(&format!("{path}/share"), &share).await.is(200);
    let seen = police.get(&path).await.is(200);
    assert_eq!(seen.get("/review/agencies"), &json!(["public_security"]));
    let triage = json!({"status": "acknowledged"});
    police.post(&format!("{path}/triage"), &triage).await.refused_as("forbidden");
    for client in [&elsewhere, &far_police, &health] {
        client.get(&path).await.refused_as("not_found");
        client.post(&format!("{path}/triage"), &triage).await.refused_as("not_found");
    }
}

#[tokio::test]
async fn the_evidence_of_a_case_is_one_package() {
    let (world, cast, manifest) = late().await;
    world.publish().await;
    let path = format!("/anomalies/{}/evidence", not_departed(&manifest));
    let package = cast.corps.call(Method::GET, &path).send().await.is(200);
    assert_eq!(package.header("content-type"), "application/zip");
    for name in ["case.json", "events.ndjson", "bundles/", "log.pub", "MANIFEST.sha256"] {
        let found = package.bytes.windows(name.len()).any(|bytes| bytes == name.as_bytes());
        assert!(found, "{name}");
    }
    cast.stranger.get(&path).await.refused_as("not_found");
}

#[tokio::test]
async fn a_cursor_goes_on_in_its_own_order_alone() {
    let (world, cast, _) = late().await;
    cast.filed(&cast.oil(&json!(10))).await;
    world.pass(TimeDelta::days(6));
    anomaly::catch_up(&world.app).await.unwrap();
    let page = async |query: &str| cast.corps.get(&format!("/anomalies?limit=1{query}")).await;
    for (own, other) in [("&sort=severity", "&sort=newest"), ("", "&sort=severity")] {
        let first = page(own).await.is(200);
        let cursor = format!("&cursor={}", first.str("/next_cursor"));
        page(&format!("{own}{cursor}")).await.is(200);
        let refused = page(&format!("{other}{cursor}")).await;
        refused.refused_as("invalid_value").at("/query/cursor");
    }
}

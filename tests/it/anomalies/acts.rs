//! What people do with a case, and how it then stands.

use liandan::anomaly;
use serde_json::{Value, json};

use super::{late, not_departed, regulator};
use crate::support::{Answer, Client, Method, World};

async fn triage(client: &Client, id: &str, body: &Value) -> Answer {
    client.post(&format!("/anomalies/{id}/triage"), body).await
}

async fn audit(world: &World) {
    world.publish().await;
    let (url, trusted) = (world.database.app_url(), liandan::audit::Trusted::default());
    let report = liandan::audit::audit(&url, trusted, &mut |_| {}).await;
    let report = report.unwrap();
    assert!(report.is_clean(), "{}", serde_json::to_string(&report).unwrap());
}

/// As if the watch had found it again and again.
const WORSE_SQL: &str = "UPDATE anomaly SET times = 99, severity = 4, evidence = '{}',
       last_seen_at = last_seen_at + interval '1 day', resolved_at = last_seen_at,
       resolved_reason = 'normal'";

#[tokio::test]
async fn a_judgement_stands_whatever_becomes_of_the_facts() {
    let (world, cast, manifest) = late().await;
    let id = not_departed(&manifest);
    let path = format!("/anomalies/{id}");
    let seen = triage(&cast.corps, &id, &json!({"status": "acknowledged"})).await.is(200);
    assert_eq!((seen.str("/status"), seen.header("etag")), ("acknowledged", "\"1\""));
    for body in [
        json!({"status": "confirmed"}),
        json!({"status": "dismissed", "note": " "}),
        json!({"status": "explained", "note": ""}),
    ] {
        triage(&cast.corps, &id, &body).await.refused_as("required").at("/note");
    }
    for (body, code, at) in [
        (json!({"status": "resolved"}), "invalid_value", "/status"),
        (json!({"status": 1}), "wrong_type", "/status"),
        (json!({}), "required", "/status"),
        (json!({"status": "open", "who": 1}), "unknown_field", "/who"),
        (json!({"status": "open", "note": "x".repeat(2001)}), "too_long", "/note"),
    ] {
        triage(&cast.corps, &id, &body).await.refused_as(code).at(at);
    }
    let call = cast.corps.call(Method::POST, &format!("{path}/triage"));
    let stale = call.json(&json!({"status": "open"})).if_match(0).send().await;
    stale.refused_as("stale_version");
    let tried = format!("{path}/triage?validate_only=true");
    let tried = cast.corps.post(&tried, &json!({"status": "dismissed", "note": "x"})).await.is(200);
    assert_eq!(tried.str("/status"), "dismissed");
    assert_eq!(cast.corps.get(&path).await.str("/status"), "acknowledged");

    let confirm = json!({"status": "confirmed", "note": "未发车"});
    let call = || {
        let call = cast.corps.call(Method::POST, &format!("{path}/triage"));
        call.json(&confirm).if_match(1).key("once").send()
    };
    let (once, again) = (call().await.is(200), call().await.is(200));
    assert_eq!((once.str("/status"), again.str("/status")), ("confirmed", "confirmed"));
    assert_eq!(again.header("idempotent-replayed"), "true");
    // The facts go on; a repeat is answered as the first was.
    world.database.superuser().await.execute(WORSE_SQL, &[]).await.unwrap();
    let later = call().await.is(200);
    for field in ["/evidence", "/severity", "/times", "/last_seen_at", "/resolved_at", "/version"] {
        assert_eq!(later.get(field), once.get(field), "{field}");
    }
    assert_eq!(cast.corps.get(&path).await.get("/times"), &json!(99));
    // It leaves; what was confirmed stays so, and open again it is resolved.
    cast.carrier.post(&format!("/manifests/{manifest}/depart"), &json!({})).await.ok();
    anomaly::catch_up(&world.app).await.unwrap();
    let seen = cast.corps.get(&path).await.is(200);
    assert_eq!(seen.str("/status"), "confirmed");
    assert!(seen.get("/resolved_at").is_string());
    let history = seen.get("/history").as_array().unwrap();
    let kinds: Vec<&str> = history.iter().map(|act| act["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["triaged", "triaged"]);
    assert_eq!(history[1]["review"]["note"], "未发车");
    let open = triage(&cast.corps, &id, &json!({"status": "open"})).await.is(200);
    assert_eq!(open.str("/status"), "resolved");
    audit(&world).await;
}

#[tokio::test]
async fn only_whose_matter_it_is_judges_it() {
    let (world, cast, manifest) = late().await;
    let id = not_departed(&manifest);
    let open = json!({"status": "acknowledged"});
    triage(&cast.producer, &id, &open).await.refused_as("forbidden");
    // It was the producer's to see that the load leaves: the case names nobody else.
    for other in [&cast.carrier, &cast.receiver, &cast.stranger] {
        triage(other, &id, &open).await.refused_as("not_found");
    }
    let elsewhere = regulator(&world, &cast, ("02", "ecology")).await;
    triage(&elsewhere, &id, &open).await.refused_as("not_found");
    triage(&cast.corps, &manifest, &open).await.refused_as("not_found");
    cast.corps.post("/anomalies/7/triage", &open).await.refused_as("not_found");
    let own = regulator(&world, &cast, ("01", "ecology")).await;
    triage(&own, &id, &open).await.is(200);
}

/// Acts on cases that somebody finds in its feed.
async fn acts(client: &Client) -> usize {
    let feed = client.get("/changes?after=0&limit=500").await.is(200);
    let all = feed.get("/data").as_array().unwrap().clone();
    all.into_iter().filter(|one| one["subject"]["kind"] == "anomaly").count()
}

/// What others are told is no judgement, and takes nothing from its reason.
async fn share_tells_and_judges_nothing(corps: &Client, id: &str) {
    let judged = json!({"status": "confirmed", "note": "核实：未发车"});
    triage(corps, id, &judged).await.is(200);
    let share = json!({"agencies": ["emergency"], "note": "请予关注"});
    let shared = corps.post(&format!("/anomalies/{id}/share"), &share).await.is(200);
    assert_eq!(shared.str("/review/note"), "核实：未发车");
    assert_eq!(shared.str("/review/sharings/0/note"), "请予关注");
    assert_eq!(shared.get("/review/sharings/0/agencies"), &json!(["emergency"]));
    let own = corps.get("/me").await.ok().str("/user/id").to_owned();
    for by in ["/review/sharings/0/shared_by", "/review/judged_by"] {
        assert_eq!(shared.str(by), own);
    }
    let whole = corps.get(&format!("/anomalies/{id}")).await.is(200);
    let history = whole.get("/history").as_array().unwrap().clone();
    let kinds: Vec<_> = history[history.len() - 2..].iter().map(|act| &act["kind"]).collect();
    assert_eq!(kinds, ["triaged", "shared"]);
    triage(corps, id, &json!({"status": "open"})).await.is(200);
    let own = json!({"agency": "ecology", "note": "请本部门处理"});
    let own = corps.post(&format!("/anomalies/{id}/refer"), &own).await.is(422);
    own.refused_as("invalid_value").at("/agency");
}

/// Lists of what was merged, and of what was not; what was merged is judged with the other alone.
async fn merged_alone(corps: &Client, (merged, other): (&str, &str)) {
    let listed = async |query: &str| {
        let page = corps.get(&format!("/anomalies?{query}")).await.is(200);
        let cases = page.get("/data").as_array().unwrap().iter();
        cases.map(|case| case["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(listed("merged=true").await, [merged]);
    let left = listed("merged=false").await;
    assert!(left.iter().any(|id| id == other) && left.iter().all(|id| id != merged));
    let no = triage(corps, merged, &json!({"status": "acknowledged"})).await;
    assert_eq!(no.is(409).refused_as("illegal_transition").str("/merged_into"), other);
}

#[tokio::test]
async fn a_case_is_given_referred_and_merged() {
    let (world, cast, manifest) = late().await;
    let second = cast.filed(&cast.oil(&json!(10))).await.id();
    world.pass(chrono::TimeDelta::days(6));
    anomaly::catch_up(&world.app).await.unwrap();
    let (id, other) = (not_departed(&manifest), not_departed(&second));
    let path = |act: &str| format!("/anomalies/{id}/{act}");
    let police = regulator(&world, &cast, ("01", "public_security")).await;
    let far = regulator(&world, &cast, ("02", "ecology")).await;
    let user = async |client: &Client| client.get("/me").await.ok().str("/user/id").to_owned();
    let (officer, stranger) = (user(&police).await, user(&cast.stranger).await);

    // Given to another agency's, who then sees it and judges it.
    let given = cast.corps.post(&path("assign"), &json!({"user_id": officer})).await.is(200);
    assert_eq!(given.str("/review/assignee_id"), officer);
    let own = police.get(&format!("/anomalies?assignee_id={officer}")).await.is(200);
    assert_eq!(own.str("/data/0/id"), id);
    triage(&police, &id, &json!({"status": "acknowledged"})).await.is(200);
    for (user, code) in [
        (json!(stranger), "invalid_value"),
        (json!(user(&far).await), "invalid_value"),
        (json!(manifest), "unknown_reference"),
        (json!(7), "wrong_type"),
    ] {
        let refused = cast.corps.post(&path("assign"), &json!({"user_id": user})).await;
        refused.refused_as(code).at("/user_id");
    }
    cast.corps.post(&path("assign"), &json!({})).await.refused_as("required").at("/user_id");
    let nobody = cast.corps.post(&path("assign"), &json!({"user_id": null})).await.is(200);
    assert_eq!(nobody.get("/review/assignee_id"), &Value::Null);
    triage(&police, &id, &json!({"status": "open"})).await.refused_as("forbidden");

    share_tells_and_judges_nothing(&cast.corps, &id).await;
    let refer = json!({"agency": "transport", "note": "移交交通运输部门"});
    let referred = cast.corps.post(&path("refer"), &refer).await.is(200);
    assert_eq!(referred.str("/review/referrals/0/agency"), "transport");
    assert_eq!(
        referred.get("/review/agencies"),
        &json!(["public_security", "emergency", "transport"])
    );
    let without = json!({"agency": "transport"});
    cast.corps.post(&path("refer"), &without).await.refused_as("required").at("/note");
    let nobody = json!({"agencies": []});
    cast.corps.post(&path("share"), &nobody).await.refused_as("too_short").at("/agencies");
    let unknown = json!({"agencies": ["fire"]});
    cast.corps.post(&path("share"), &unknown).await.refused_as("invalid_value");

    let merge = async |into: Value| cast.corps.post(&path("merge"), &json!({"into": into})).await;
    merge(json!(id)).await.refused_as("invalid_value").at("/into");
    merge(json!(manifest)).await.refused_as("unknown_reference").at("/into");
    merge(Value::Null).await.refused_as("illegal_transition");
    let merged = merge(json!(other)).await.is(200);
    assert_eq!(merged.str("/review/merged_into"), other);
    assert_eq!(merged.get("/due_at"), &Value::Null);
    let into = cast.corps.get(&format!("/anomalies/{other}")).await.is(200);
    assert_eq!(into.get("/review/absorbed"), &json!([id]));
    merged_alone(&cast.corps, (&id, &other)).await;
    // No rings, and no chains.
    let back = cast.corps.post(&format!("/anomalies/{other}/merge"), &json!({"into": id})).await;
    back.refused_as("invalid_value").at("/into");
    merge(Value::Null).await.is(200);
    let into = cast.corps.get(&format!("/anomalies/{other}")).await.is(200);
    assert_eq!(into.get("/review/absorbed"), &json!([]));
    audit(&world).await;

    // Regulators find the acts in their feed, and nobody else does.
    assert!(acts(&cast.corps).await >= 7);
    assert_eq!((acts(&cast.producer).await, acts(&far).await), (0, 0));
}

/// Whoever writes a judgement past the log is found.
#[tokio::test]
async fn a_judgement_that_nobody_made_is_found() {
    let (world, ..) = late().await;
    audit(&world).await;
    let db = world.database.superuser().await;
    let forge = "SET session_replication_role = replica;
        UPDATE anomaly SET review_status = 'dismissed'";
    db.batch_execute(forge).await.unwrap();
    let (url, trusted) = (world.database.app_url(), liandan::audit::Trusted::default());
    let report = liandan::audit::audit(&url, trusted, &mut |_| {}).await.unwrap();
    let told = serde_json::to_string(&report).unwrap();
    assert!(told.contains("table anomaly has no event"), "{told}");
}

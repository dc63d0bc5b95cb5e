//! What the law wants told: told to whoever it names, though nobody has subscribed, and ended by
//! nobody.

use chrono::TimeDelta;
use liandan::anomaly;
use serde_json::{Value, json};

use super::{data, file, tell, world};
use crate::anomalies::regulator;
use crate::support::{Answer, Cast, Client, Method, PASSWORD, World};

/// What somebody finds in the console, newest first.
async fn notices(client: &Client) -> Vec<Value> {
    data(&client.get("/notices").await.is(200))
}

fn kinds(notices: &[Value]) -> Vec<&str> {
    notices.iter().map(|one| one["kind"].as_str().unwrap()).collect()
}

/// Somebody of an organisation, whose login may be an address.
async fn person(world: &World, cast: &Cast, of: &str, (login, role): (&str, &str)) -> Client {
    let user = json!({"organisation_id": of, "login": login, "password": PASSWORD, "role": role});
    cast.corps.post("/users", &user).await.is(201);
    world.log_in(login).await
}

/// A load that the receiver finds other than declared.
async fn refused(cast: &Cast) -> Answer {
    let filed = file(cast).await;
    let path = format!("/manifests/{}", filed.id());
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    cast.receiver.post(&format!("{path}/arrive"), &json!({})).await.ok();
    let body = json!({"decision": "refuse",
        "items": [{"line": 1, "accepted_kg": 0, "refused_kg": 10, "reason": "not_as_declared"}]});
    cast.receiver.post(&format!("{path}/receive"), &body).await.ok();
    filed
}

async fn mails(cast: &Cast) -> Vec<Value> {
    data(&cast.producer.get("/sandbox/mail").await.is(200))
}

#[tokio::test]
async fn a_refusal_is_told_to_the_producer_and_the_authority_of_the_place() {
    let (world, cast) = world().await;
    let own = regulator(&world, &cast, ("01", "ecology")).await;
    let other = regulator(&world, &cast, ("02", "ecology")).await;
    let roads = regulator(&world, &cast, ("01", "transport")).await;
    let keeper = person(&world, &cast, &cast.producer_id, ("keeper", "producer")).await;
    let reader = person(&world, &cast, &cast.producer_id, ("reader", "reader")).await;
    let filed = refused(&cast).await;
    tell(&world.app).await;
    for client in [&cast.producer, &keeper, &own] {
        let found = notices(client).await;
        assert_eq!(kinds(&found), ["manifest_mismatched"]);
        assert_eq!(found[0]["subject"]["id"], filed.id());
        assert_eq!(found[0]["path"], format!("/api/v1/manifests/{}", filed.id()));
        let basis = found[0]["basis"].as_str().unwrap();
        assert!(basis.contains("第十八条第二款"), "{basis}");
    }
    for client in [&reader, &other, &roads, &cast.carrier, &cast.receiver, &cast.stranger] {
        assert!(notices(client).await.is_empty());
    }
    assert!(notices(&cast.corps).await.is_empty(), "the division's matter");
    // There is nothing that could be ended.
    assert!(data(&keeper.get("/subscriptions").await.is(200)).is_empty());
    assert!(mails(&cast).await.is_empty(), "nobody's address is known");
    assert_eq!(tell(&world.app).await, 0, "told once");
    world.has_no_rows_in(&["outbox"]).await;
}

#[tokio::test]
async fn it_is_mailed_at_once_where_an_address_is_known_and_no_link_ends_it() {
    let (world, cast) = world().await;
    let who = ("boss@plant.example", "producer");
    let boss = person(&world, &cast, &cast.producer_id, who).await;
    // Wants everything, but together and in the morning.
    let wanted = json!({"channel": "mail", "address": "own@plant.example", "digest": "daily",
        "language": "en"});
    let subscription = cast.producer.post("/subscriptions", &wanted).await.is(201).id();
    refused(&cast).await;
    tell(&world.app).await;
    let mut found = mails(&cast).await;
    found.sort_by_key(|mail| mail["to"].to_string());
    let to: Vec<&str> = found.iter().map(|mail| mail["to"][0].as_str().unwrap()).collect();
    assert_eq!(to, ["boss@plant.example", "own@plant.example"]);
    for mail in &found {
        assert!(!mail.to_string().to_lowercase().contains("unsubscribe?t="), "{mail}");
        assert!(!mail["headers"].to_string().contains("List-Unsubscribe"), "{mail}");
        assert!(mail["parts"][0].as_str().unwrap().contains("部令第23号"), "{mail}");
    }
    let text = found[0]["parts"][0].as_str().unwrap();
    assert!(text.contains("法定通知") && text.contains("Told by law"), "{text}");
    assert!(!found[1]["parts"][0].as_str().unwrap().contains("法定通知"), "in English");
    assert_eq!(kinds(&notices(&boss).await), ["manifest_mismatched"]);
    // Without the subscription nobody knows an address any more; the console has it all the same.
    let path = format!("/subscriptions/{subscription}");
    cast.producer.call(Method::DELETE, &path).send().await.is(204);
    refused(&cast).await;
    tell(&world.app).await;
    assert_eq!(mails(&cast).await.len(), 3);
    assert_eq!(notices(&cast.producer).await.len(), 2);
}

#[tokio::test]
async fn who_subscribed_as_well_is_told_once() {
    let (world, cast) = world().await;
    let console = json!({"channel": "console", "kinds": ["manifest_mismatched"]});
    cast.producer.post("/subscriptions", &console).await.is(201);
    cast.carrier.post("/subscriptions", &console).await.is(201);
    refused(&cast).await;
    tell(&world.app).await;
    let found = notices(&cast.producer).await;
    assert_eq!(kinds(&found), ["manifest_mismatched"]);
    assert!(found[0]["basis"].is_string());
    // Who only subscribed hears of it by that alone.
    let found = notices(&cast.carrier).await;
    assert_eq!((kinds(&found), &found[0]["basis"]), (vec!["manifest_mismatched"], &json!(null)));
}

#[tokio::test]
async fn a_receipt_that_is_due_reminds_its_receiver_and_once_late_all_whom_it_concerns() {
    let (world, cast) = world().await;
    let own = regulator(&world, &cast, ("01", "ecology")).await;
    let filed = file(&cast).await;
    let path = format!("/manifests/{}", filed.id());
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    cast.receiver.post(&format!("{path}/arrive"), &json!({})).await.ok();
    // A Wednesday: three working days are over on Monday, five on Wednesday.
    world.pass(TimeDelta::days(6));
    anomaly::catch_up(&world.app).await.unwrap();
    tell(&world.app).await;
    let found = notices(&cast.receiver).await;
    assert_eq!(kinds(&found), ["anomaly_reminder"]);
    assert_eq!(found[0]["rule"], "AL07");
    assert_eq!(found[0]["path"], format!("/api/v1{path}"), "there is no case to look at yet");
    assert!(found[0]["basis"].as_str().unwrap().contains("Art 18"));
    for client in [&cast.producer, &own] {
        assert_eq!(notices(client).await, Vec::<Value>::new());
    }
    world.pass(TimeDelta::days(2));
    anomaly::catch_up(&world.app).await.unwrap();
    tell(&world.app).await;
    let found = notices(&cast.receiver).await;
    assert_eq!(kinds(&found), ["anomaly_opened", "anomaly_reminder"]);
    assert_eq!(kinds(&notices(&own).await), ["anomaly_opened"]);
    assert_eq!(kinds(&notices(&cast.corps).await), ["anomaly_opened"], "it weighs heavily");
    // The producer does not see the receiver's case, and is told of its load.
    let found = notices(&cast.producer).await;
    assert_eq!(kinds(&found), ["manifest_overdue"]);
    assert_eq!(found[0]["subject"]["id"], filed.id());
    assert!(notices(&cast.carrier).await.is_empty());
}

#[tokio::test]
async fn what_somebody_is_suspected_of_is_told_to_those_who_judge_it_alone() {
    let (world, cast) = world().await;
    let own = regulator(&world, &cast, ("01", "ecology")).await;
    let roads = regulator(&world, &cast, ("01", "transport")).await;
    for client in [&roads, &cast.producer] {
        client.post("/subscriptions", &json!({"channel": "console"})).await.is(201);
    }
    // Waste that left a ledger without a manifest.
    let entry = json!({"site_id": cast.producer_site, "kind": "moved_out",
        "waste_code": "900-249-08", "mass_kg": 500});
    cast.producer.post("/ledger-entries", &entry).await.ok();
    anomaly::catch_up(&world.app).await.unwrap();
    tell(&world.app).await;
    let found = notices(&own).await;
    assert_eq!((kinds(&found), found[0]["rule"].as_str()), (vec!["anomaly_opened"], Some("AL09")));
    assert!(notices(&roads).await.is_empty(), "not its matter, until it is shared");
    let told = notices(&cast.producer).await;
    assert_eq!(kinds(&told), [""; 0], "who is looked into is not told: {told:?}");
    let case = found[0]["subject"]["id"].as_str().unwrap();
    cast.corps.get(&format!("/anomalies/{case}")).await.is(200);
    roads.get(&format!("/anomalies/{case}")).await.is(404);
}

#[tokio::test]
async fn an_incident_is_told_at_once_to_all_parties_and_every_agency_of_the_place() {
    let (world, cast) = world().await;
    let fire = regulator(&world, &cast, ("01", "emergency")).await;
    let kitchen = regulator(&world, &cast, ("01", "urban_management")).await;
    let filed = file(&cast).await;
    let path = format!("/manifests/{}", filed.id());
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    let spill = json!({"kind": "spill", "items": [{"line": 1, "lost_kg": 2}], "note": "侧翻泄漏"});
    cast.carrier.post(&format!("{path}/incidents"), &spill).await.ok();
    tell(&world.app).await;
    for client in [&cast.producer, &cast.receiver, &fire, &cast.corps] {
        let found = notices(client).await;
        assert_eq!(kinds(&found), ["manifest_incident"]);
        assert_eq!(found[0]["severity"], "high");
        assert!(found[0]["basis"].as_str().unwrap().contains("第九条"));
    }
    assert!(notices(&kitchen).await.is_empty());
    assert!(notices(&cast.stranger).await.is_empty());
}

#[tokio::test]
async fn an_applicant_is_told_what_its_application_lacks_and_what_becomes_of_it() {
    let (world, cast) = world().await;
    let application = json!({"producer_site_id": cast.producer_site,
        "receiver_site_id": cast.receiver_site, "valid_from": "2026-12-01",
        "valid_to": "2027-06-30",
        "items": [{"waste_code": "900-249-08", "method": "R9", "mass_kg": 1000}]});
    let made = cast.producer.post("/transfer-applications", &application).await.is(201).id();
    let path = format!("/transfer-applications/{made}");
    cast.corps
        .post(&format!("{path}/request-corrections"), &json!({"text": "缺少合同"}))
        .await
        .ok();
    tell(&world.app).await;
    let found = notices(&cast.producer).await;
    assert_eq!(kinds(&found), ["application_corrections"]);
    assert_eq!(found[0]["path"], format!("/api/v1{path}"));
    assert!(found[0]["basis"].as_str().unwrap().contains("第二十三条"));
    assert!(notices(&cast.receiver).await.is_empty());
    // Then nobody takes the next step in time: the authority is told, and no party.
    let own = regulator(&world, &cast, ("01", "ecology")).await;
    cast.producer.post(&format!("{path}/resubmit"), &json!({})).await.ok();
    world.pass(TimeDelta::days(15));
    anomaly::catch_up(&world.app).await.unwrap();
    tell(&world.app).await;
    let found = notices(&own).await;
    assert_eq!(kinds(&found), ["anomaly_opened", "anomaly_reminder"]);
    assert!(found.iter().all(|one| one["rule"] == "AL84"), "{found:?}");
    assert!(found[0]["title_zh"].as_str().unwrap().contains("初步审核意见"), "{found:?}");
    assert_eq!(notices(&cast.producer).await.len(), 1);
}

/// The law's mail goes to the address that somebody gave last; another address has what it asked
/// for, as it asked for it.
#[tokio::test]
async fn a_second_address_is_told_by_what_it_subscribed_to() {
    let (world, cast) = world().await;
    for address in ["first@plant.example", "last@plant.example", "last@plant.example"] {
        let wanted = json!({"channel": "mail", "address": address, "language": "en",
            "kinds": ["manifest_mismatched"]});
        cast.producer.post("/subscriptions", &wanted).await.is(201);
    }
    refused(&cast).await;
    tell(&world.app).await;
    let found = mails(&cast).await;
    let is_law = |mail: &Value| mail["parts"][0].as_str().unwrap().contains("Told by law");
    let mut told: Vec<(&str, bool)> =
        found.iter().map(|mail| (mail["to"][0].as_str().unwrap(), is_law(mail))).collect();
    told.sort_unstable();
    assert_eq!(told, [("first@plant.example", false), ("last@plant.example", true)]);
}

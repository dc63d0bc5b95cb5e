//! Webhooks: what arrives, what is tried again, what is given up.

use std::time::Duration;

use futures_util::FutureExt;
use liandan::decision::SubjectKind;
use liandan::notify;
use serde_json::json;

use super::{Receiver, Reply, data, file, hook, make_due, tell, world};
use crate::support::Method;

#[tokio::test]
async fn a_filing_reaches_the_receivers_program_thin_and_signed() {
    let (world, cast) = world().await;
    let (own, strange) = (Receiver::start(Reply::Status(204)), Receiver::start(Reply::Status(200)));
    let (id, secret) = hook(&cast.receiver, &own).await;
    hook(&cast.stranger, &strange).await;
    let filed = file(&cast).await;
    assert_eq!(tell(&world.app).await, 1, "the carrier has no webhook");
    let got = own.got();
    assert_eq!(got.len(), 1);
    assert!(strange.got().is_empty());
    assert_eq!(got[0].signed_by(&secret), 1);
    let body = got[0].json();
    assert_eq!(body["type"], "manifest_filed");
    assert_eq!(body["data"]["subject"], json!({"kind": "manifest", "id": filed.id()}));
    assert_eq!(body["data"]["path"], format!("/api/v1/manifests/{}", filed.id()));
    assert_eq!(body["data"]["streams"], json!(["hazardous"]));
    assert!(body["data"]["title_zh"].as_str().unwrap().contains(filed.str("/number")));
    // The number is that of the change feed.
    let changes = cast.receiver.get("/changes?after=0&limit=500").await.is(200);
    let change = data(&changes).into_iter().find(|one| one["subject"]["id"] == filed.id());
    assert_eq!(body["data"]["sequence"], change.unwrap()["sequence"]);
    assert_eq!(world.rows("outbox").await, 0);
    // The delivery log says the same.
    let listed = cast.receiver.get(&format!("/webhooks/{id}/deliveries")).await.is(200);
    assert_eq!(data(&listed).len(), 1);
    assert_eq!(listed.str("/data/0/id"), got[0].id());
    assert_eq!(listed.str("/data/0/status"), "delivered");
    let one = format!("/webhooks/{id}/deliveries/{}", got[0].id());
    let one = cast.receiver.get(&one).await.is(200);
    assert_eq!(one.get("/body"), &body);
    assert_eq!(one.get("/log/0/status"), 204);
    // Again: nothing is left.
    assert_eq!(tell(&world.app).await, 0);
    assert_eq!(own.got().len(), 1);
}

#[tokio::test]
async fn only_what_was_asked_for_is_told() {
    let (world, cast) = world().await;
    let receiver = Receiver::start(Reply::Status(200));
    let body = json!({"url": receiver.url(), "kinds": ["manifest_departed"],
        "streams": ["hazardous", "medical"]});
    let made = cast.receiver.post("/webhooks", &body).await.is(201);
    assert_eq!(made.get("/kinds"), &json!(["manifest_departed"]));
    let id = file(&cast).await.id();
    cast.carrier.post(&format!("/manifests/{id}/depart"), &json!({})).await.ok();
    tell(&world.app).await;
    let kinds: Vec<_> = receiver.got().iter().map(|got| got.json()["type"].clone()).collect();
    assert_eq!(kinds, ["manifest_departed"]);
    let path = format!("/webhooks/{}", made.id());
    let kitchen = json!({"streams": ["kitchen"], "kinds": []});
    let changed = cast.receiver.patch(&path, &kitchen).await.is(200);
    assert_eq!((changed.get("/kinds"), changed.version()), (&json!([]), 2));
    cast.receiver.patch(&path, &kitchen).await.is(200);
    file(&cast).await;
    tell(&world.app).await;
    assert_eq!(receiver.got().len(), 1);
    cast.receiver.call(Method::DELETE, &path).send().await.is(204);
    assert_eq!(data(&cast.receiver.get("/webhooks").await.is(200)).len(), 0);
    cast.receiver.patch(&path, &json!({"name": "x"})).await.refused_as("illegal_transition");
}

#[tokio::test]
async fn what_is_refused_comes_again_under_the_same_id_until_it_is_taken() {
    let (world, cast) = world().await;
    let receiver = Receiver::start(Reply::Status(500));
    let (id, _) = hook(&cast.receiver, &receiver).await;
    file(&cast).await;
    tell(&world.app).await;
    // Not at once.
    assert_eq!(tell(&world.app).await, 0);
    let path = format!("/webhooks/{id}/deliveries?status=pending");
    assert_eq!(data(&cast.receiver.get(&path).await.is(200)).len(), 1);
    // Nobody sends us elsewhere.
    receiver.reply(Reply::Redirect);
    make_due(&world).await;
    assert_eq!(tell(&world.app).await, 1);
    receiver.reply(Reply::Status(200));
    make_due(&world).await;
    assert_eq!(tell(&world.app).await, 1);
    let got = receiver.got();
    assert_eq!(got.len(), 3);
    assert!(got.iter().all(|one| one.id() == got[0].id() && one.body == got[0].body));
    let one = format!("/webhooks/{id}/deliveries/{}", got[0].id());
    let one = cast.receiver.get(&one).await.is(200);
    let log: Vec<_> = one.get("/log").as_array().unwrap().clone();
    let statuses: Vec<_> = log.iter().map(|one| one["status"].clone()).collect();
    assert_eq!(statuses, [json!(500), json!(307), json!(200)]);
    assert_eq!(log[0]["response"], "taken");
    assert_eq!((one.get("/attempts"), one.get("/next_attempt_at")), (&json!(3), &json!(null)));
}

#[tokio::test]
async fn a_delivery_is_sent_again_by_hand_and_a_trial_too() {
    let (world, cast) = world().await;
    let receiver = Receiver::start(Reply::Status(200));
    let (id, secret) = hook(&cast.receiver, &receiver).await;
    file(&cast).await;
    tell(&world.app).await;
    let first = receiver.got()[0].clone();
    let again = format!("/webhooks/{id}/deliveries/{}/redeliver", first.id());
    let tried = format!("{again}?validate_only=true");
    cast.receiver.post(&tried, &json!({})).await.is(202);
    assert_eq!(tell(&world.app).await, 0);
    cast.receiver.post(&again, &json!({})).await.is(202);
    assert_eq!(tell(&world.app).await, 1);
    assert_eq!(receiver.got()[1].id(), first.id());
    assert_eq!(receiver.got()[1].body, first.body);
    cast.receiver.post(&format!("/webhooks/{id}/ping"), &json!({})).await.is(202);
    assert_eq!(tell(&world.app).await, 1);
    let ping = receiver.got()[2].clone();
    assert_eq!((ping.json()["type"].clone(), ping.signed_by(&secret)), (json!("ping"), 1));
    assert_eq!(ping.json()["data"]["sequence"], json!(null));
}

#[tokio::test]
async fn whoever_is_gone_is_told_no_more_and_its_keepers_are() {
    let (world, cast) = world().await;
    let receiver = Receiver::start(Reply::Status(410));
    let (id, _) = hook(&cast.receiver, &receiver).await;
    file(&cast).await;
    tell(&world.app).await;
    let path = format!("/webhooks/{id}");
    let off = cast.receiver.get(&path).await.is(200);
    assert_eq!((off.str("/status"), off.str("/disabled_because")), ("disabled", "gone"));
    let told = cast.receiver.get("/notices?unread=true").await.is(200);
    assert_eq!(told.str("/data/0/kind"), "webhook_disabled");
    assert_eq!(told.str("/data/0/path"), format!("/api/v1{path}"));
    file(&cast).await;
    assert_eq!(tell(&world.app).await, 0);
    // It goes on when somebody says so.
    receiver.reply(Reply::Status(200));
    let on = cast.receiver.patch(&path, &json!({"status": "active"})).await.is(200);
    assert_eq!(on.get("/disabled_because"), &json!(null));
    file(&cast).await;
    assert_eq!(tell(&world.app).await, 1);
    let superuser = world.database.superuser().await;
    let kinds = "SELECT string_agg(kind, ' ' ORDER BY position) FROM event WHERE subject_kind = $1";
    let of = SubjectKind::Webhook.number();
    let kinds: String = superuser.query_one(kinds, &[&of]).await.unwrap().get(0);
    assert_eq!(kinds, "webhook_made webhook_disabled webhook_changed");
}

#[tokio::test]
async fn whoever_takes_nothing_for_days_is_switched_off() {
    let (world, cast) = world().await;
    let receiver = Receiver::start(Reply::Status(503));
    let (id, _) = hook(&cast.receiver, &receiver).await;
    file(&cast).await;
    tell(&world.app).await;
    let path = format!("/webhooks/{id}");
    assert_eq!(cast.receiver.get(&path).await.is(200).str("/status"), "active");
    let superuser = world.database.superuser().await;
    let days = "UPDATE webhook SET failing_since = failing_since - interval '4 days'";
    assert_eq!(superuser.execute(days, &[]).await.unwrap(), 1);
    let days = "UPDATE delivery SET tried_since = tried_since - interval '4 days'";
    superuser.execute(days, &[]).await.unwrap();
    make_due(&world).await;
    tell(&world.app).await;
    let off = cast.receiver.get(&path).await.is(200);
    assert_eq!((off.str("/status"), off.str("/disabled_because")), ("disabled", "failing"));
    let listed = cast.receiver.get(&format!("{path}/deliveries")).await.is(200);
    assert_eq!(listed.str("/data/0/status"), "failed");
}

/// Nobody takes anything of the slow one's until the end; the other has all of its own long before.
#[tokio::test]
async fn a_slow_receiver_holds_up_itself_alone() {
    const FILINGS: usize = 8;
    let (world, cast) = world().await;
    let (slow, fast) = (Receiver::start(Reply::Silence), Receiver::start(Reply::Status(200)));
    hook(&cast.receiver, &slow).await;
    hook(&cast.carrier, &fast).await;
    for _ in 0..FILINGS {
        file(&cast).await;
    }
    let arrives = async {
        while fast.got().len() < FILINGS || slow.got().is_empty() {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        never = notify::follow(&world.app) => match never {},
        () = tokio::time::timeout(Duration::from_secs(30), arrives).map(Result::unwrap) => {}
    }
    assert!(slow.got().len() <= 4, "more under way than one may have: {}", slow.got().len());
    let ids: std::collections::BTreeSet<_> =
        fast.got().iter().map(|got| got.id().to_owned()).collect();
    assert_eq!((ids.len(), fast.got().len()), (FILINGS, FILINGS));
}

/// More than there are connections to the database wait for slow ones, and all end at once: none
/// of them keeps a connection that another waits for.
#[tokio::test]
async fn many_slow_receivers_hold_up_nobody() {
    const HOOKS: usize = 12;
    const EACH: usize = 4;
    let (world, cast) = world().await;
    let slow = Receiver::start(Reply::Silence);
    for _ in 0..HOOKS {
        hook(&cast.receiver, &slow).await;
    }
    for _ in 0..EACH {
        file(&cast).await;
    }
    let noted = async {
        while slow.got().len() < HOOKS * EACH {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        drop(slow);
        let superuser = world.database.superuser().await;
        let tried = "SELECT count(DISTINCT delivery_id) FROM delivery_attempt";
        let all = (HOOKS * EACH) as i64;
        while superuser.query_one(tried, &[]).await.unwrap().get::<_, i64>(0) < all {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::select! {
        never = notify::follow(&world.app) => match never {},
        () = tokio::time::timeout(Duration::from_secs(30), noted).map(Result::unwrap) => {}
    }
}

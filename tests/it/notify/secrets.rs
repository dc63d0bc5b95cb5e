//! Webhooks' secrets, and where webhooks may not go.

use serde_json::json;

use super::{Receiver, Reply, file, hook, tell, world};
use crate::support::{Cast, World};

#[tokio::test]
async fn a_new_secret_is_good_at_once_and_the_old_one_for_a_day() {
    let (world, cast) = world().await;
    let receiver = Receiver::start(Reply::Status(200));
    let (id, old) = hook(&cast.receiver, &receiver).await;
    let path = format!("/webhooks/{id}/rotate-secret");
    let new = cast.receiver.post(&path, &json!({})).await.is(200);
    let new = new.str("/secret").to_owned();
    assert_ne!(new, old);
    file(&cast).await;
    tell(&world.app).await;
    let got = receiver.got().remove(0);
    assert_eq!((got.signed_by(&new), got.signed_by(&old)), (1, 1));
    let superuser = world.database.superuser().await;
    let past = "UPDATE webhook SET old_secret_until = old_secret_until - interval '25 hours'";
    superuser.execute(past, &[]).await.unwrap();
    file(&cast).await;
    tell(&world.app).await;
    let got = receiver.got().remove(1);
    assert_eq!((got.signed_by(&new), got.signed_by(&old)), (1, 0));
    // Nobody is shown it again, and nothing of it is in the record.
    let shown = cast.receiver.get(&format!("/webhooks/{id}")).await.is(200);
    assert!(shown.json.get("secret").is_none());
    let bodies =
        "SELECT count(*) FROM event WHERE (body LIKE '%whsec%' OR body LIKE '%127.0.0.1%')";
    let found: i64 = superuser.query_one(bodies, &[]).await.unwrap().get(0);
    assert_eq!(found, 0);
}

#[tokio::test]
async fn a_repeat_is_never_shown_the_secret() {
    let (_world, cast) = world().await;
    let body = json!({"url": "https://hooks.example.com/x"});
    let call = || cast.receiver.call(crate::support::Method::POST, "/webhooks").key("once");
    call().json(&body).send().await.is(201);
    call().json(&body).send().await.is(409).refused_as("already_created");
}

#[tokio::test]
async fn nobody_has_this_server_ask_its_own_network() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    for url in [
        "http://hooks.example.com/x",
        "https://u:p@hooks.example.com/x",
        "https://localhost/x",
        "https://127.0.0.1/x",
        "https://2130706433/x",
        "https://0177.0.0.1/x",
        "https://[::1]/x",
        "https://[::ffff:169.254.169.254]/x",
        "https://[64:ff9b::a9fe:a9fe]/x",
        "https://10.0.0.8/x",
        "ftp://hooks.example.com/x",
        "hooks.example.com",
    ] {
        let body = json!({"url": url});
        let refused = cast.receiver.post("/webhooks", &body).await.is(422);
        refused.refused_as("invalid_value").at("/url");
    }
    let outside = json!({"url": "https://hooks.example.com/x"});
    let made = cast.receiver.post("/webhooks", &outside).await.is(201);
    let path = format!("/webhooks/{}", made.id());
    let inside = json!({"url": "https://192.168.0.1/"});
    cast.receiver.patch(&path, &inside).await.is(422).refused_as("invalid_value").at("/url");
}

/// An address that was lawful when it was given, and leads inside when it is used.
#[tokio::test]
async fn where_it_leads_is_looked_at_again_at_each_attempt() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(1000).await;
    let receiver = Receiver::start(Reply::Status(200));
    let outside = json!({"url": "https://hooks.example.com/x"});
    let id = cast.receiver.post("/webhooks", &outside).await.is(201).id();
    let superuser = world.database.superuser().await;
    let there = receiver.url();
    superuser.execute("UPDATE webhook SET url = $1", &[&there]).await.unwrap();
    file(&cast).await;
    tell(&world.app).await;
    assert!(receiver.got().is_empty());
    let listed = cast.receiver.get(&format!("/webhooks/{id}/deliveries")).await.is(200);
    let one = format!("/webhooks/{id}/deliveries/{}", listed.str("/data/0/id"));
    let one = cast.receiver.get(&one).await.is(200);
    assert!(one.str("/log/0/error").contains("URL"), "{}", one.shown());
}

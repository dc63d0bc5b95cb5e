//! Webhooks never reach a cloud's metadata, however its address is written, whatever a name leads
//! to and whatever the settings allow; and nobody sends by hand without end.

use std::collections::BTreeMap;

use liandan::notify::Names;
use serde_json::json;

use super::{Receiver, Reply, data, file, hook, tell, world, world_with};

fn names(table: &[(&str, &str)]) -> Names {
    let entry =
        |(name, address): &(&str, &str)| ((*name).to_owned(), vec![address.parse().unwrap()]);
    Names::Table(table.iter().map(entry).collect::<BTreeMap<_, _>>())
}

#[tokio::test]
async fn metadata_is_refused_where_private_targets_are_allowed() {
    let table = [("leads.example", "169.254.169.254"), ("sixth.example", "fd00:ec2::254")];
    let (_world, cast) = world_with(|settings| settings.names = names(&table)).await;
    let fine = json!({"url": "http://10.0.0.7/hook"});
    let fine = cast.receiver.post("/webhooks", &fine).await.is(201).id();
    for url in [
        "http://169.254.169.254/latest/meta-data/",
        "https://169.254.169.254./",
        "http://2852039166/",
        "http://0xa9fea9fe/",
        "http://0xa9.0xfe.0xa9.0xfe/",
        "http://0251.0376.0251.0376/",
        "http://169.16689662/",
        "http://[::ffff:169.254.169.254]/",
        "http://[::ffff:a9fe:a9fe]/",
        "http://[fd00:ec2::254]/",
        "http://[fd00:0ec2:0000:0000:0000:0000:0000:0254]/",
        "http://[64:ff9b::169.254.169.254]/",
        "http://[fe80::1]/",
        "http://metadata.google.internal/computeMetadata/v1/",
        "http://METADATA.GOOGLE.INTERNAL./",
        "http://100.100.100.200/",
        "http://leads.example/",
        "http://sixth.example/",
    ] {
        let refused = cast.receiver.post("/webhooks", &json!({"url": url})).await;
        refused.is(422).refused_as("invalid_value").at("/url");
        let path = format!("/webhooks/{fine}");
        let refused = cast.receiver.patch(&path, &json!({"url": url})).await;
        refused.is(422).refused_as("invalid_value").at("/url");
        let tried = cast.receiver.post("/webhooks?validate_only=true", &json!({"url": url})).await;
        tried.is(422).refused_as("invalid_value").at("/url");
    }
    let all = cast.receiver.get("/webhooks").await.is(200);
    assert_eq!(data(&all).len(), 1);
    assert_eq!(all.str("/data/0/url"), "http://10.0.0.7/hook");
}

#[tokio::test]
async fn a_name_that_leads_there_later_and_a_redirect_reach_nothing() {
    let table = [("turned.example", "169.254.169.254"), ("own.example", "127.0.0.1")];
    let (world, cast) = world_with(|settings| settings.names = names(&table)).await;
    let receiver = Receiver::start(Reply::Redirect);
    let (turned, _) = hook(&cast.receiver, &receiver).await;
    let (moved, _) = hook(&cast.receiver, &receiver).await;
    // As if the name had been somebody's else when the webhook was made.
    let sql = "UPDATE webhook SET url = 'http://turned.example/x' WHERE id = $1::text::uuid";
    world.database.superuser().await.execute(sql, &[&turned]).await.unwrap();
    file(&cast).await;
    assert_eq!(tell(&world.app).await, 2);
    let log = async |id: &str| {
        let path = format!("/webhooks/{id}/deliveries");
        let one = cast.receiver.get(&path).await.is(200).str("/data/0/id").to_owned();
        cast.receiver.get(&format!("{path}/{one}")).await.is(200)
    };
    let refused = log(&turned).await;
    assert_eq!(refused.get("/log/0/status"), &json!(null));
    assert!(refused.str("/log/0/error").contains("may go to"), "{}", refused.shown());
    let redirected = log(&moved).await;
    assert_eq!(redirected.get("/log/0/status"), &json!(307));
    assert_eq!(redirected.str("/status"), "pending", "nobody followed it");
    assert_eq!(receiver.got().len(), 1);
}

#[tokio::test]
async fn trials_and_redeliveries_are_capped_by_the_minute() {
    let (world, cast) = world().await;
    let receiver = Receiver::start(Reply::Status(200));
    let (id, _) = hook(&cast.receiver, &receiver).await;
    let (other, _) = hook(&cast.receiver, &receiver).await;
    file(&cast).await;
    tell(&world.app).await;
    let path = format!("/webhooks/{id}/deliveries");
    let delivery = cast.receiver.get(&path).await.is(200).str("/data/0/id").to_owned();
    let (ping, again) = (format!("/webhooks/{id}/ping"), format!("{path}/{delivery}/redeliver"));
    for n in 0..20 {
        let path = if n % 2 == 0 { &ping } else { &again };
        cast.receiver.post(path, &json!({})).await.is(202);
        cast.receiver.post(&format!("{ping}?validate_only=true"), &json!({})).await.is(202);
    }
    for path in [&ping, &again] {
        let capped = cast.receiver.post(path, &json!({})).await.is(429);
        let capped = capped.refused_as("too_many_requests");
        let wait: u32 = capped.header("retry-after").parse().unwrap();
        assert!((1..=61).contains(&wait), "{wait}");
    }
    cast.receiver.post(&format!("/webhooks/{other}/ping"), &json!({})).await.is(202);
    let sql = "UPDATE webhook SET by_hand_since = by_hand_since - interval '1 minute'";
    world.database.superuser().await.execute(sql, &[]).await.unwrap();
    cast.receiver.post(&ping, &json!({})).await.is(202);
}

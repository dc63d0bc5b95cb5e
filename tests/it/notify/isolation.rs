//! To each its own: another's webhooks, subscriptions and notices do not exist, and nobody is told
//! what they may not see.

use liandan::notify;
use serde_json::json;

use super::{Receiver, Reply, data, file, hook, tell, world};
use crate::support::{Client, Method, PASSWORD};

#[tokio::test]
async fn anothers_does_not_exist() {
    let (world, cast) = world().await;
    let receiver = Receiver::start(Reply::Status(200));
    let (id, _) = hook(&cast.receiver, &receiver).await;
    let console = json!({"channel": "console"});
    let own = cast.receiver.post("/subscriptions", &console).await.is(201).id();
    file(&cast).await;
    tell(&world.app).await;
    let delivery = receiver.got()[0].id().to_owned();
    let notice = cast.receiver.get("/notices").await.is(200).str("/data/0/id").to_owned();
    let (hook, subscription) = (format!("/webhooks/{id}"), format!("/subscriptions/{own}"));
    let notice = format!("/notices/{notice}/read");
    cast.stranger.post(&notice, &json!({})).await.is(404);
    cast.stranger.get(&subscription).await.is(404);
    cast.stranger.patch(&subscription, &json!({})).await.is(404);
    cast.stranger.call(Method::DELETE, &subscription).send().await.is(404);
    cast.receiver.get(&subscription).await.is(200);
    // The corps oversees organisations, and has nobody's secrets.
    for other in [&cast.stranger, &cast.corps] {
        assert!(data(&other.get("/webhooks").await.is(200)).is_empty());
        for below in ["", "/deliveries", &format!("/deliveries/{delivery}")] {
            other.get(&format!("{hook}{below}")).await.is(404);
            cast.receiver.get(&format!("{hook}{below}")).await.is(200);
        }
        for below in ["ping", "rotate-secret", &format!("deliveries/{delivery}/redeliver")] {
            other.post(&format!("{hook}/{below}"), &json!({})).await.is(404);
        }
        let elsewhere = json!({"url": "https://elsewhere.example.com/"});
        other.patch(&hook, &elsewhere).await.is(404);
        other.call(Method::DELETE, &hook).send().await.is(404);
    }
    assert_eq!(cast.receiver.get(&hook).await.is(200).header("etag"), "\"1\"");
    // A delivery of one webhook is none of another's.
    let second = Receiver::start(Reply::Status(200));
    let (second, _) = super::hook(&cast.receiver, &second).await;
    cast.receiver.get(&format!("/webhooks/{second}/deliveries/{delivery}")).await.is(404);
    // The corps' regulator sees that there is a subscription, and changes it not.
    cast.corps.get(&subscription).await.is(200);
    cast.corps.patch(&subscription, &json!({"language": "en"})).await.is(403);
}

#[tokio::test]
async fn notices_are_ones_own_and_are_read_once() {
    let (world, cast) = world().await;
    let console = json!({"channel": "console", "kinds": ["manifest_filed"]});
    cast.receiver.post("/subscriptions", &console).await.is(201);
    let filed = [file(&cast).await.id(), file(&cast).await.id()];
    tell(&world.app).await;
    let all = cast.receiver.get("/notices").await.is(200);
    assert_eq!(data(&all).len(), 2);
    // Newest first, in pages.
    let page = cast.receiver.get("/notices?limit=1").await.is(200);
    assert_eq!(page.str("/data/0/subject/id"), filed[1]);
    let next = format!("/notices?limit=1&cursor={}", page.str("/next_cursor"));
    let next = cast.receiver.get(&next).await.is(200);
    assert_eq!(next.str("/data/0/subject/id"), filed[0]);
    let id = next.str("/data/0/id");
    let read = format!("/notices/{id}/read");
    let first = cast.receiver.post(&read, &json!({})).await.is(200);
    let again = cast.receiver.post(&read, &json!({})).await.is(200);
    assert_eq!(first.str("/read_at")[..19], again.str("/read_at")[..19]);
    let unread = cast.receiver.get("/notices?unread=true").await.is(200);
    assert_eq!(data(&unread).len(), 1);
    assert!(data(&cast.carrier.get("/notices").await.is(200)).is_empty());
    // Kept for a month.
    let superuser = world.database.superuser().await;
    let old = "UPDATE delivery SET created_at = created_at - interval '31 days'
                WHERE id = $1::text::uuid";
    superuser.execute(old, &[&id]).await.unwrap();
    assert_eq!(notify::sweep_old(&world.app).await.unwrap(), 1);
    assert_eq!(data(&cast.receiver.get("/notices").await.is(200)).len(), 1);
}

#[tokio::test]
async fn regulators_are_told_of_their_jurisdiction_and_each_event_once() {
    let (world, cast) = world().await;
    let bureau = cast.corps.get("/me").await.ok().str("/organisation/id").to_owned();
    let mut told: Vec<(Client, usize)> = vec![(cast.corps.clone(), 1)];
    for (division, wanted) in [("01", 1), ("02", 0)] {
        let login = format!("division-{division}");
        let body = json!({"organisation_id": bureau, "role": "division_regulator",
            "division": division, "login": login, "password": PASSWORD});
        cast.corps.post("/users", &body).await.ok();
        told.push((world.log_in(&login).await, wanted));
    }
    let body = json!({"organisation_id": bureau, "role": "corps_regulator", "agency": "health",
        "login": "health", "password": PASSWORD});
    cast.corps.post("/users", &body).await.ok();
    told.push((world.log_in("health").await, 0));
    for (client, _) in &told {
        client.post("/subscriptions", &json!({"channel": "console"})).await.is(201);
    }
    // Told to two parties; a regulator hears it once.
    file(&cast).await;
    tell(&world.app).await;
    for (client, wanted) in &told {
        let notices = client.get("/notices").await.is(200);
        assert_eq!(data(&notices).len(), *wanted, "{}", notices.shown());
    }
}

#[tokio::test]
async fn what_nobody_listens_to_goes_at_once() {
    let (world, cast) = world().await;
    let superuser = world.database.superuser().await;
    file(&cast).await;
    let many = "INSERT INTO outbox (kind, recipient_id, subject_kind, subject_id, position,
                                    created_at)
                SELECT kind, recipient_id, subject_kind, subject_id, position, created_at
                  FROM outbox, generate_series(1, 10000)";
    superuser.execute(many, &[]).await.unwrap();
    assert!(world.rows("outbox").await > 20_000);
    assert_eq!(tell(&world.app).await, 0);
    world.has_no_rows_in(&["outbox", "delivery"]).await;
    // Whoever subscribes is told of what comes, and a kind that this build does not know is told
    // to nobody.
    cast.corps.post("/subscriptions", &json!({"channel": "console"})).await.is(201);
    file(&cast).await;
    superuser.execute("UPDATE outbox SET kind = 'from_the_future'", &[]).await.unwrap();
    tell(&world.app).await;
    world.has_no_rows_in(&["outbox", "delivery"]).await;
}

//! The record of who set up what: the audit finds it whole, and whatever is changed beside it.

use serde_json::json;

use super::world;
use crate::audit;
use crate::support::Method;

#[tokio::test]
async fn what_was_set_up_is_what_the_log_says() {
    let (world, cast) = world().await;
    let target = json!({"url": "http://127.0.0.1:9/hook", "kinds": ["manifest_filed"]});
    let kept = cast.receiver.post("/webhooks", &target).await.is(201).id();
    let path = format!("/webhooks/{kept}");
    cast.receiver.patch(&path, &json!({"status": "disabled", "name": "x"})).await.is(200);
    cast.receiver.post(&format!("{path}/rotate-secret"), &json!({})).await.is(200);
    let gone = cast.receiver.post("/webhooks", &target).await.is(201).id();
    cast.receiver.call(Method::DELETE, &format!("/webhooks/{gone}")).send().await.is(204);
    let mail = json!({"channel": "mail", "address": "a@b.example", "streams": ["medical"]});
    let mail = cast.carrier.post("/subscriptions", &mail).await.is(201).id();
    let path = format!("/subscriptions/{mail}");
    cast.carrier.patch(&path, &json!({"language": "en", "digest": "daily"})).await.is(200);
    let console = json!({"channel": "console"});
    let console = cast.carrier.post("/subscriptions", &console).await.is(201).id();
    let path = format!("/subscriptions/{console}");
    cast.carrier.call(Method::DELETE, &path).send().await.is(204);
    world.publish().await;
    let url = world.database.app_url();
    assert_eq!(audit::told(&audit::of(&url).await), Vec::<String>::new());
    let superuser = world.database.superuser().await;
    for changed in [
        "UPDATE webhook SET status = 'active', disabled_because = NULL WHERE status = 'disabled'",
        "UPDATE subscription SET digest = 'none' WHERE digest = 'daily'",
    ] {
        assert_eq!(superuser.execute(changed, &[]).await.unwrap(), 1, "{changed}");
    }
    assert_eq!(audit::of(&url).await.findings.len(), 2);
}

/// The same request twice is one act, and is answered as it stood then.
#[tokio::test]
async fn a_repeat_is_answered_as_at_first() {
    let (_world, cast) = world().await;
    let call = |method: Method, path: &str, key: &str, body: &serde_json::Value| {
        cast.receiver.call(method, path).key(key).json(body).send()
    };
    let body = json!({"channel": "mail", "address": "a@b.example"});
    let made = call(Method::POST, "/subscriptions", "one", &body).await.is(201);
    let path = format!("/subscriptions/{}", made.id());
    let again = call(Method::POST, "/subscriptions", "one", &body).await.is(201);
    assert_eq!((&again.json, again.header("idempotent-replayed")), (&made.json, "true"));
    let english = json!({"language": "en"});
    let changed = cast.receiver.patch(&path, &english).await.is(200);
    assert_eq!((changed.version(), changed.str("/language")), (2, "en"));
    let stale = cast.receiver.call(Method::PATCH, &path).if_match(1).json(&english).send().await;
    stale.is(412).refused_as("stale_version");
}

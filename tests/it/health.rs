//! What operators ask: alive, ready, how much; and the frame that every answer has.

use crate::support::{Method, World};

#[actix_web::test]
async fn a_server_that_can_work_says_so() {
    let world = World::start().await;
    let client = world.client();
    assert_eq!(client.get("/healthz").await.is(200).json["status"], "ok");
    let ready = client.get("/readyz").await.is(200);
    for part in ["database", "migrations", "committer", "tree"] {
        assert_eq!(ready.json[part], true, "{part}");
    }
}

/// The world's tree grows by hand. One that stands still is named, and stops nobody.
#[actix_web::test]
async fn a_tree_that_does_not_follow_is_named_and_measured() {
    let world = World::start().await;
    let client = world.client();
    let events = world.rows("event").await;
    let metrics = async || client.with_token("tests-see-metrics").get("/metrics").await.is(200);
    for (seconds, is_usual) in [(60, true), (1, false)] {
        world.pass(chrono::TimeDelta::seconds(seconds));
        let ready = client.get("/readyz").await.is(200);
        assert_eq!(ready.json["tree"], is_usual);
        assert_eq!(ready.json["tree_lag_events"], events);
    }
    assert_eq!(client.get("/readyz").await.json["tree_lag_s"], 61);
    let figures = metrics().await.text;
    for line in [format!("liandan_tree_lag_events {events}\n"), lag_of(61)] {
        assert!(figures.contains(&line), "{line} is not in\n{figures}");
    }
    world.publish().await;
    let ready = client.get("/readyz").await.is(200);
    let lag = (&ready.json["tree"], &ready.json["tree_lag_events"], &ready.json["tree_lag_s"]);
    assert_eq!(lag, (&true.into(), &0.into(), &0.into()));
    assert!(metrics().await.text.contains(&lag_of(0)));
}

fn lag_of(seconds: u64) -> String {
    format!("liandan_tree_lag_seconds {seconds}\n")
}

#[actix_web::test]
async fn a_server_without_its_schema_or_its_database_is_not_ready() {
    let world = World::start().await;
    let client = world.client();
    let superuser = world.database.superuser().await;
    superuser
        .batch_execute(
            "DELETE FROM __diesel_schema_migrations
              WHERE version = (SELECT max(version) FROM __diesel_schema_migrations)",
        )
        .await
        .unwrap();
    let behind = client.get("/readyz").await.refused_as("busy");
    assert_eq!(behind.json["checks"]["database"], true);
    assert_eq!(behind.json["checks"]["migrations"], false);
    assert!(!behind.header("retry-after").is_empty());
    drop(superuser);
    let gone = "UPDATE pg_database SET datallowconn = false WHERE datname = current_database()";
    let superuser = world.database.superuser().await;
    superuser.batch_execute(gone).await.unwrap();
    let others = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
                   WHERE datname = current_database() AND pid <> pg_backend_pid()";
    superuser.batch_execute(others).await.unwrap();
    let away = client.get("/readyz").await.refused_as("busy");
    assert_eq!(away.json["checks"]["database"], false);
    assert_eq!(away.json["checks"]["committer"], false);
    client.get("/healthz").await.is(200);
}

#[actix_web::test]
async fn figures_are_for_whoever_has_the_token_and_name_routes_not_paths() {
    let world = World::start().await;
    let client = world.client();
    client.get("/metrics").await.refused_as("unauthorized");
    world.corps().await.get("/metrics").await.refused_as("unauthorized");
    client.get("/manifests/by-number/66012026000001").await.refused_as("unauthorized");
    let figures = client.with_token("tests-see-metrics").get("/metrics").await.is(200);
    let wanted = [
        "route=\"/api/v1/manifests/by-number/{number}\",status=\"401\"",
        "liandan_commit_batch_decisions_count",
        "liandan_commit_batch_seconds_count",
        "liandan_commit_queue_decisions 0",
    ];
    for part in wanted {
        assert!(figures.text.contains(part), "{part} is not in\n{}", figures.text);
    }
    assert!(!figures.text.contains("66012026000001"));
}

#[actix_web::test]
async fn every_answer_has_its_headers() {
    let world = World::start().await;
    let client = world.client();
    for path in ["/healthz", "/nowhere", "/me", "/docs/", "/docs/problems", "/openapi.json"] {
        let answer = client.call(Method::GET, path).header("x-request-id", "abc-1");
        let answer = answer.send_unchecked().await;
        assert_eq!(answer.header("x-request-id"), "abc-1", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("x-frame-options"), "DENY", "{path}");
        assert_eq!(answer.header("referrer-policy"), "no-referrer", "{path}");
        assert_eq!(answer.header("cache-control"), "private, no-store", "{path}");
        let policy = answer.header("content-security-policy");
        assert!(policy.starts_with("default-src 'none'"), "{path}: {policy}");
        assert!(!policy.contains("http"), "{path} loads from elsewhere: {policy}");
    }
}

#[actix_web::test]
async fn the_documents_come_out_of_the_binary() {
    let world = World::start().await;
    let client = world.client();
    let page = client.call(Method::GET, "/docs/").send_unchecked().await.is(200);
    assert!(page.text.contains("swagger-ui"));
    for file in ["swagger-ui-bundle.js", "swagger-ui.css", "swagger-initializer.js"] {
        client.call(Method::GET, &format!("/docs/{file}")).send_unchecked().await.is(200);
    }
    client.call(Method::GET, "/docs/none.js").send_unchecked().await.refused_as("not_found");
    let moved = client.call(Method::GET, "/docs").send_unchecked().await.is(308);
    assert_eq!(moved.header("location"), "/docs/");
    let list = client.call(Method::GET, "/docs/problems").send_unchecked().await.is(200);
    assert!(list.text.contains("id=\"capacity_exceeded\""));
    let document = client.get("/openapi.json").await.is(200);
    assert_eq!(document.str("/openapi"), "3.1.0");
}

//! One's own sessions, and what the journal says of signing in and failing to.

use serde_json::{Value, json};

use crate::support::{Cast, Client, Method, PASSWORD, World};

async fn sessions(client: &Client) -> Vec<Value> {
    client.get("/me/sessions").await.is(200).get("/data").as_array().unwrap().clone()
}

async fn end(client: &Client, path: &str) -> u16 {
    client.call(Method::DELETE, path).send().await.status
}

#[tokio::test]
async fn one_sees_and_ends_ones_own_sessions() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1).await;
    let desk = &cast.producer;
    let body = json!({"login": "member-1", "password": PASSWORD});
    let call = world.client().call(Method::POST, "/auth/login").json(&body);
    let phone = call.header("user-agent", "手机".escape_unicode().to_string().as_str());
    let phone = phone.send().await.is(200);
    let phone = world.client().with_token(phone.str("/access_token"));
    let open = sessions(&phone).await;
    assert_eq!(open.len(), 2);
    assert_eq!(open[0]["current"], json!(true));
    assert!(open[0]["agent"].as_str().unwrap().contains("624b"));
    assert_eq!(open[1]["current"], json!(false));
    let (own, other) = (open[0]["id"].as_str().unwrap(), open[1]["id"].as_str().unwrap());

    // Another's is none that one knows.
    assert_eq!(end(&cast.carrier, &format!("/me/sessions/{own}")).await, 404);
    phone.get("/me").await.is(200);
    assert_eq!(end(&phone, &format!("/me/sessions/{other}")).await, 204);
    desk.get("/me").await.is(401);
    assert_eq!(end(&phone, &format!("/me/sessions/{other}")).await, 404);
    assert_eq!(sessions(&phone).await.len(), 1);
    assert_eq!(end(&phone, &format!("/me/sessions/{own}")).await, 204);
    phone.get("/me").await.is(401);
}

#[tokio::test]
async fn all_but_this_one_end_at_once() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1).await;
    let (one, two) = (world.log_in("member-1").await, world.log_in("member-1").await);
    assert_eq!(end(&one, "/me/sessions").await, 204);
    one.get("/me").await.is(200);
    two.get("/me").await.is(401);
    cast.producer.get("/me").await.is(401);
    assert_eq!(sessions(&one).await.len(), 1);
}

/// (kind, subject kind) of what the client's feed tells, oldest first.
async fn feed(client: &Client) -> Vec<(String, String)> {
    let page = client.get("/changes?limit=500").await.is(200);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let told = page.get("/data").as_array().unwrap().iter();
    told.map(|one| (text(&one["kind"]), text(&one["subject"]["kind"]))).collect()
}

fn count(feed: &[(String, String)], kind: &str) -> usize {
    feed.iter().filter(|(one, _)| one == kind).count()
}

#[tokio::test]
async fn signing_in_and_out_is_in_the_journal_for_ones_own_and_the_administrator() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1).await;
    let user = json!({"organisation_id": cast.producer_id, "login": "clerk",
        "password": PASSWORD, "role": "reader"});
    cast.producer.post("/users", &user).await.is(201);
    let clerk = world.log_in("clerk").await;
    let out = world.log_in("clerk").await;
    out.call(Method::POST, "/auth/logout").send().await.is(204);
    out.get("/me").await.is(401);
    let own = feed(&clerk).await;
    assert_eq!((count(&own, "signed_in"), count(&own, "signed_out")), (2, 1));
    let admin = feed(&cast.producer).await;
    assert_eq!(count(&admin, "signed_in"), 3, "its own and its colleague's");
    assert_eq!(count(&feed(&cast.stranger).await, "signed_in"), 1);
    assert_eq!(count(&feed(&cast.corps).await, "signed_in"), 7, "who governs sees all");
    let superuser = world.database.superuser().await;
    let bodies = "SELECT string_agg(body, ' ') FROM event WHERE kind LIKE 'signed%'";
    let bodies: String = superuser.query_one(bodies, &[]).await.unwrap().get(0);
    for personal in ["clerk", "member-1", "127.0.0.1"] {
        assert!(!bodies.contains(personal), "{personal}");
    }
}

#[tokio::test]
async fn a_flood_of_failures_is_one_event() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1).await;
    let before = world.rows("event").await;
    let fail = async |login: &str| {
        let body = json!({"login": login, "password": "wrong"});
        world.client().post("/auth/login", &body).await.status
    };
    for _ in 0..5 {
        assert_eq!(fail("member-1").await, 401);
        assert_eq!(fail("nobody-at-all").await, 401);
    }
    for _ in 0..5 {
        assert_eq!(fail("member-1").await, 429);
    }
    // Whoever signs in afterwards is committed behind it.
    world.log_in("member-2").await;
    assert_eq!(world.rows("event").await, before + 2, "one lock, one sign-in");
    let told = feed(&cast.corps).await;
    assert_eq!(count(&told, "locked_out"), 1);
    let page = cast.producer.get("/changes?limit=500").await.is(200);
    let told = page.get("/data").as_array().unwrap();
    let locked = told.iter().find(|one| one["kind"] == "locked_out").unwrap();
    assert_eq!(locked["subject"]["kind"], "user");
    assert_eq!(locked["resource"]["status"], "active");
}

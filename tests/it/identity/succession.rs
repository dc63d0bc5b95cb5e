//! Administrators: temporary passwords, who may take whose rights, and who comes after.

use serde_json::json;

use crate::support::{Cast, Client, PASSWORD, World};

const NEXT: &str = "Kn3-sandy-desert";

async fn own_id(client: &Client) -> String {
    client.get("/me").await.ok().str("/user/id").to_owned()
}

async fn admin(world: &World, cast: &Cast, login: &str) -> (String, Client) {
    let user = json!({"organisation_id": cast.producer_id, "login": login,
        "password": PASSWORD, "role": "admin"});
    let id = cast.producer.post("/users", &user).await.is(201).id();
    (id, world.log_in(login).await)
}

#[tokio::test]
async fn a_reset_password_is_good_for_changing_it() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1).await;
    let user = json!({"organisation_id": cast.producer_id, "login": "clerk",
        "password": PASSWORD, "role": "producer"});
    let id = cast.producer.post("/users", &user).await.is(201).id();
    let before = world.log_in("clerk").await;
    let temporary = "temporary-9-words";
    let reset = json!({"password": temporary});
    let changed = cast.producer.patch(&format!("/users/{id}"), &reset).await.is(200);
    assert_eq!(changed.get("/must_change_password"), &json!(true));
    before.get("/me").await.is(401);

    let clerk = world.client().log_in("clerk", temporary).await;
    let me = clerk.get("/me").await.is(200);
    assert_eq!(me.get("/user/must_change_password"), &json!(true));
    clerk.get("/manifests").await.is(403).refused_as("password_change_required");
    let key = json!({"name": "x", "scopes": ["read"]});
    clerk.post("/api-keys", &key).await.refused_as("password_change_required");
    let wanted =
        |current: &str, new: &str| json!({"current_password": current, "new_password": new});
    let weak = clerk.post("/me/password", &wanted(temporary, "1234567890")).await;
    weak.is(422).refused_as("weak_password").at("/new_password");
    let wrong = clerk.post("/me/password", &wanted("not it", NEXT)).await.is(422);
    wrong.at("/current_password");
    clerk.post("/me/password", &wanted(temporary, NEXT)).await.is(204);
    // The session goes on, and nothing is closed any more.
    clerk.get("/manifests").await.is(200);
    let me = clerk.get("/me").await.is(200);
    assert_eq!(me.get("/user/must_change_password"), &json!(false));
    world.client().log_in("clerk", NEXT).await.get("/manifests").await.is(200);
}

#[tokio::test]
async fn the_last_administrator_stays_and_the_corps_appoints_the_next() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1).await;
    let last = own_id(&cast.producer).await;
    let path = format!("/users/{last}");
    cast.producer.patch(&path, &json!({"role": "reader"})).await.is(403);
    cast.producer.patch(&path, &json!({"status": "disabled"})).await.is(403);
    cast.producer.get("/me").await.is(200);
    // The corps' regulator removes it, and appoints another.
    cast.corps.patch(&path, &json!({"status": "disabled"})).await.is(200);
    cast.producer.get("/me").await.is(401);
    let next = json!({"organisation_id": cast.producer_id, "login": "next-admin",
        "password": PASSWORD, "role": "admin"});
    cast.stranger.post("/users", &next).await.is(403);
    cast.corps.post("/users", &next).await.is(201);
    let next = world.log_in("next-admin").await;
    next.patch(&path, &json!({"role": "reader"})).await.is(200);
}

/// Two administrators who remove each other at the same moment: one stays.
#[tokio::test]
async fn two_who_remove_each_other_leave_one() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1).await;
    for n in 0..4 {
        let (second, other) = admin(&world, &cast, &format!("admin-{n}-a")).await;
        let (third, another) = admin(&world, &cast, &format!("admin-{n}-b")).await;
        let disable = json!({"status": "disabled"});
        let (second, third) = (format!("/users/{second}"), format!("/users/{third}"));
        let (one, two) =
            tokio::join!(other.patch(&third, &disable), another.patch(&second, &disable));
        let done = [&one, &two].iter().filter(|answer| answer.status == 200).count();
        assert_eq!(done, 1, "{}\n{}", one.shown(), two.shown());
        let active =
            async |path: &str| cast.producer.get(path).await.ok().str("/status") == "active";
        assert!(active(&second).await != active(&third).await);
    }
}

#[tokio::test]
async fn new_rights_end_what_the_old_ones_opened() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1).await;
    let (id, second) = admin(&world, &cast, "second").await;
    cast.producer.patch(&format!("/users/{id}"), &json!({"role": "reader"})).await.is(200);
    second.get("/me").await.is(401);
    let reader = world.log_in("second").await;
    let user = json!({"organisation_id": cast.producer_id, "login": "third",
        "password": PASSWORD, "role": "reader"});
    reader.post("/users", &user).await.is(403);
}

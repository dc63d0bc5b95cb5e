//! Signing in, refreshing, signing out, changing one's password, being locked out.

use actix_web::http::Method;
use serde_json::{Value, json};

use super::{PASSWORD, PRODUCER, World, text};
use crate::ctx::Role;

const NEW_PASSWORD: &str = "Kn3-sandy-desert";

#[actix_web::test]
async fn sessions_begin_turn_and_end() {
    let world = World::start().await;
    world.user(PRODUCER, "Wang.Wu", Role::Admin).await;
    let first = world.log_in("wang.wu", PASSWORD).await;
    assert_eq!((first.status, &first.body["token_type"]), (200, &json!("Bearer")));
    assert_eq!(first.body["expires_in"], 900);
    let access = text(&first.body, "access_token");
    let me = world.ask(Method::GET, "/me", &access, Value::Null).await;
    assert_eq!((me.status, me.etag.as_str()), (200, "\"1\""));
    assert_eq!(me.body["user"]["login"], "Wang.Wu");
    assert_eq!(me.body["organisation"]["roles"], json!(["producer"]));
    assert_eq!((&me.body["role"], &me.body["jurisdiction"]), (&json!("admin"), &Value::Null));
    assert_eq!(world.me("").await, 401);
    assert_eq!(world.me("x.y.z").await, 401);

    rotate_and_reuse(&world, &first.body).await;
    sign_out(&world).await;
    change_password(&world).await;

    // A closed organisation signs nobody in.
    let close = format!("UPDATE organisation SET status = 'closed' WHERE id = '{PRODUCER}'");
    world.superuser.batch_execute(&close).await.unwrap();
    assert_eq!(world.log_in("wang.wu", NEW_PASSWORD).await.code, "invalid_credentials");
}

/// Each refresh token is good once; its second use ends the family, the newest token included.
async fn rotate_and_reuse(world: &World, first: &Value) {
    let turn = async |token: &str| {
        let body = json!({ "refresh_token": token });
        world.ask(Method::POST, "/auth/refresh", "", body).await
    };
    let spent = text(first, "refresh_token");
    let second = turn(&spent).await;
    assert_eq!(second.status, 200);
    let (access, newest) =
        (text(&second.body, "access_token"), text(&second.body, "refresh_token"));
    assert_eq!(world.me(&access).await, 200);
    let reused = turn(&spent).await;
    assert_eq!((reused.status, reused.code.as_str()), (401, "token_reused"));
    assert_eq!(turn(&newest).await.code, "unauthorized");
    assert_eq!(world.me(&access).await, 401);
    assert_eq!(turn("never given out").await.code, "unauthorized");
}

/// Signing out ends one session and leaves the others.
async fn sign_out(world: &World) {
    let (one, other) = (world.token("wang.wu").await, world.token("wang.wu").await);
    assert_eq!(world.ask(Method::POST, "/auth/logout", &one, Value::Null).await.status, 204);
    assert_eq!((world.me(&one).await, world.me(&other).await), (401, 200));
    assert_eq!(world.ask(Method::POST, "/auth/logout", &one, Value::Null).await.status, 401);
    let by_refresh = world.log_in("wang.wu", PASSWORD).await.body;
    let body = json!({ "refresh_token": text(&by_refresh, "refresh_token") });
    assert_eq!(world.ask(Method::POST, "/auth/logout", "", body).await.status, 204);
    assert_eq!(world.me(&text(&by_refresh, "access_token")).await, 401);
}

/// A new password ends the other sessions and keeps this one.
async fn change_password(world: &World) {
    let other = world.token("wang.wu").await;
    let this = world.token("wang.wu").await;
    let change = async |current: &str, new: &str| {
        let body = json!({ "current_password": current, "new_password": new });
        world.ask(Method::POST, "/me/password", &this, body).await
    };
    let wrong = change("not it", "password1234").await;
    assert_eq!(wrong.status, 422);
    let pointers: Vec<_> = wrong.body["errors"].as_array().unwrap().iter().collect();
    assert_eq!((pointers[0]["pointer"].as_str(), pointers.len()), (Some("/current_password"), 2));
    assert_eq!(change(PASSWORD, NEW_PASSWORD).await.status, 204);
    assert_eq!((world.me(&this).await, world.me(&other).await), (200, 401));
    assert_eq!(world.log_in("wang.wu", PASSWORD).await.status, 401);
    assert_eq!(world.log_in("wang.wu", NEW_PASSWORD).await.status, 200);
}

#[actix_web::test]
async fn guesses_are_locked_out_whether_or_not_the_account_exists() {
    let world = World::start().await;
    for login in ["corps", "nobody"] {
        for guess in 0..5 {
            let said = world.log_in(login, "wrong").await;
            assert_eq!((said.status, said.code.as_str()), (401, "invalid_credentials"), "{guess}");
        }
        let locked = world.log_in(login, PASSWORD).await;
        assert_eq!((locked.status, locked.code.as_str()), (429, "too_many_requests"));
        assert!((880..=900).contains(&locked.retry_after.unwrap()));
    }
    // The address has ten failures now; ten more lock it for everybody.
    world.user(PRODUCER, "wang.wu", Role::Admin).await;
    for n in 0..10 {
        assert_eq!(world.log_in(&format!("somebody{n}"), "wrong").await.status, 401);
    }
    assert_eq!(world.log_in("wang.wu", PASSWORD).await.status, 429);
    let past = "UPDATE login_failure SET failed_at = failed_at - interval '15 minutes'";
    world.superuser.batch_execute(past).await.unwrap();
    assert_eq!(world.log_in("corps", PASSWORD).await.status, 200);
    // Four failures, a success, four failures: the success has cleared the account.
    for guess in ["wrong", "wrong", "wrong", "wrong", PASSWORD, "wrong", "wrong", "wrong", "wrong"]
    {
        world.log_in("wang.wu", guess).await;
    }
    assert_eq!(world.log_in("wang.wu", PASSWORD).await.status, 200);
}

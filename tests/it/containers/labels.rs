//! Codes that callers give, and the counter that passes over them.

use serde_json::json;

use super::{drum, register};
use crate::support::{Cast, World};

#[tokio::test]
async fn a_code_of_ones_own_is_taken_once_and_the_counter_passes_over_it() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let first = register(&cast.producer, &[drum(&cast, 1.0)]).await.is(201);
    let code = first.str("/data/0/code").to_owned();
    let (stem, _) = code.split_at(34);
    let given = |serial: &str| {
        let mut body = drum(&cast, 1.0);
        body["code"] = json!(format!("{stem}{serial}"));
        body
    };
    register(&cast.producer, &[given("002"), given("004")]).await.is(201);
    let more = [drum(&cast, 1.0), given("006"), drum(&cast, 1.0), drum(&cast, 1.0)];
    let more = register(&cast.producer, &more).await.is(201);
    let serial = |n: usize| more.str(&format!("/data/{n}/code"))[34..].to_owned();
    assert_eq!([serial(0), serial(1), serial(2), serial(3)], ["003", "006", "005", "007"]);

    let taken = register(&cast.producer, &[given("002")]).await;
    taken.is(409).refused_as("already_exists").at("/containers/0/code");
    let twice = register(&cast.producer, &[given("050"), given("050")]).await;
    twice.is(409).refused_as("already_exists").at("/containers/1/code");
    let (mut short, mut others, mut waste, mut later) =
        (given("060"), given("060"), given("060"), given("060"));
    short["code"] = json!(&code[1..]);
    others["code"] = json!(format!("91659001MA00000000{}", &code[18..]));
    waste["waste_code"] = json!("900-214-08");
    later["code"] = json!(code.replace("20261125", "20261126"));
    for wrong in [short, others, waste, later] {
        let refused = register(&cast.producer, &[wrong]).await;
        refused.is(422).refused_as("invalid_value").at("/containers/0/code");
    }
}

#[tokio::test]
async fn a_day_has_999_labels_of_a_waste() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let list = vec![drum(&cast, 0.001); 200];
    for _ in 0..4 {
        register(&cast.producer, &list).await.is(201);
    }
    register(&cast.producer, &list).await.is(409).refused_as("numbers_exhausted");
    let last = register(&cast.producer, &list[..199]).await.is(201);
    assert!(last.str("/data/198/code").ends_with("999"));
    register(&cast.producer, &list[..1]).await.is(409).refused_as("numbers_exhausted");
    // Another day counts anew.
    let mut yesterday = drum(&cast, 1.0);
    yesterday["stored_since"] = json!("2026-11-24T02:00:00Z");
    let registered = register(&cast.producer, &[yesterday]).await.is(201);
    assert!(registered.str("/data/0/code").ends_with("20261124001"));
}

//! The sandbox's clock over HTTP.

use serde_json::json;

use crate::support::World;

const CLOCK: &str = "/sandbox/clock";

#[actix_web::test]
async fn the_clock_moves_forward_only_and_is_remembered() {
    let world = World::start().await;
    world.client().get(CLOCK).await.refused_as("unauthorized");
    let somebody = world.corps().await;
    assert_eq!(somebody.get(CLOCK).await.is(200).str("/now"), "2026-11-25T02:00:00.000Z");
    let later = json!({ "now": "2027-03-01T08:00:00+08:00" });
    let moved = somebody.post(CLOCK, &later).await.is(200);
    assert_eq!(moved.json, json!({ "now": "2027-03-01T00:00:00.000Z", "settled": true }));
    assert_eq!(somebody.get(CLOCK).await.str("/now"), "2027-03-01T00:00:00.000Z");
    somebody.post(CLOCK, &json!({ "now": "2027-02-28T23:59:59Z" })).await.is(422).at("/now");
    somebody.post(CLOCK, &json!({ "now": "soon" })).await.refused_as("invalid_value").at("/now");
    somebody.post(CLOCK, &json!({})).await.refused_as("required").at("/now");
    assert_eq!(world.rows("sandbox_clock").await, 1);
}

#[actix_web::test]
async fn outside_a_sandbox_there_is_no_clock() {
    let world = World::start_with(|serving| serving.config.sandbox = false).await;
    let somebody = world.corps().await;
    let answer = somebody.call(crate::support::Method::GET, CLOCK).send_unchecked().await;
    answer.is(404).refused_as("not_found");
}

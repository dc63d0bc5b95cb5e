//! Who one is and what one may: delegations, API keys, the second factor, sessions, succession.

mod delegations;
mod devices;
mod keys;
mod secrets;
mod sessions;
mod succession;
mod totp;

use serde_json::json;

use crate::support::{PASSWORD, World};

/// A bureau of the corps may employ a division's regulator: its own body is its to see.
#[tokio::test]
async fn a_divisions_regulator_finds_its_own_body_in_the_list() {
    let world = World::start().await;
    let corps = world.corps().await;
    let bureau = corps.get("/me").await.ok().str("/organisation/id").to_owned();
    let user = json!({"organisation_id": bureau, "login": "first", "password": PASSWORD,
        "role": "division_regulator", "division": "01"});
    corps.post("/users", &user).await.ok();
    let listed = world.log_in("first").await.get("/organisations").await.is(200);
    assert_eq!(listed.get("/data/0/id"), &json!(bureau));
}

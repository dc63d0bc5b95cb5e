//! Capacity against what was produced: the solver, the assessment, medical emergencies.

mod accounts;
mod assessment;
mod bad_problems;
mod coverage;
mod emergency;
mod force;
mod frozen;
mod pure;
mod register;

use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, PASSWORD, World};

/// A division's regulator, of the bureau that the corps' regulator is of.
pub async fn division(world: &World, cast: &Cast, number: &str) -> Client {
    let bureau = cast.corps.get("/me").await.ok().str("/organisation/id").to_owned();
    let login = format!("division-{number}");
    let user = json!({"organisation_id": bureau, "login": login, "password": PASSWORD,
        "role": "division_regulator", "division": number, "agency": "ecology"});
    cast.corps.post("/users", &user).await.ok();
    world.log_in(&login).await
}

pub async fn plan(client: &Client, body: &Value) -> Answer {
    client.post("/capacity/plans", body).await
}

pub fn number(answer: &Answer, pointer: &str) -> f64 {
    answer.get(pointer).as_f64().unwrap()
}

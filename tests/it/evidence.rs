//! What a regulator is shown and a court is given: search, time line, package; and who looked.

mod package;
mod reads;
mod search;
mod timeline;

use serde_json::{Value, json};

use crate::support::{Cast, Client, Method, PASSWORD, World, file};

/// A user of the corps' bureau in this role.
pub async fn official(
    world: &World,
    cast: &Cast,
    (name, role): (&str, &str),
    scope: Value,
) -> Client {
    let bureau = cast.corps.get("/me").await.ok().str("/organisation/id").to_owned();
    let login = format!("official-{name}");
    let mut user = json!({"organisation_id": bureau, "role": role, "login": login,
        "password": PASSWORD});
    let mut scope = scope;
    user.as_object_mut().unwrap().append(scope.as_object_mut().unwrap());
    cast.corps.post("/users", &user).await.ok();
    world.log_in(&login).await
}

/// A load of which some was lost and some sent back, with an amendment, a photo and a look on the
/// way. Its id, and that of the return.
pub async fn eventful(world: &World, cast: &Cast) -> (String, String) {
    cast.produce(1000).await;
    let id = cast.filed(&cast.oil(&json!(100))).await.id();
    let path = format!("/manifests/{id}");
    let amendment = json!({"changes": {"items": [{"line": 1, "mass_kg": 90}]},
        "reason": "wrong_data"});
    cast.producer.post(&format!("{path}/amendments"), &amendment).await.ok();
    for client in [&cast.carrier, &cast.receiver] {
        client.post(&format!("{path}/amendments/1/approve"), &json!({})).await;
    }
    cast.carrier.post(&format!("{path}/depart"), &json!({"loaded_kg": 90})).await.ok();
    world.pass(chrono::TimeDelta::hours(1));
    let photo = cast.carrier.call(Method::POST, &format!("{path}/attachments?kind=photo"));
    photo.raw("image/png", file::png(1)).send().await.is(201);
    let look = json!({"plate": "新A12345", "outcome": "irregular", "note": "例行检查 <b>",
        "findings": [{"kind": "leak", "note": "渗漏"}]});
    cast.corps.post("/inspections", &look).await.is(201);
    let spill = json!({"kind": "spill", "note": "右后桶", "items": [{"line": 1, "lost_kg": 10}]});
    cast.carrier.post(&format!("{path}/incidents"), &spill).await.ok();
    let received = json!({"decision": "partial", "gross_kg": 900, "tare_kg": 820,
        "items": [{"line": 1, "accepted_kg": 60, "refused_kg": 20, "reason": "damaged"}]});
    cast.receiver.post(&format!("{path}/receive"), &received).await.ok();
    let back = json!({"planned_departure_on": "2026-11-25", "items": [{"line": 1, "mass_kg": 20}],
        "legs": [{"carrier_id": cast.carrier_id, "vehicle_id": cast.vehicle,
                  "driver_id": cast.driver}], "depart_now": true});
    let back = cast.receiver.post(&format!("{path}/return"), &back).await.ok().id();
    (id, back)
}

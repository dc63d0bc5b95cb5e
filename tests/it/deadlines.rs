//! What is due on a manifest, as its parties see it while the sandbox's clock moves.

use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, World};

async fn move_to(somebody: &Client, now: &str) {
    somebody.post("/sandbox/clock", &json!({ "now": now })).await.is(200);
}

/// Rule, state and day of each, in the order of the answer.
fn dues(manifest: &Answer) -> Vec<(&str, &str, &str)> {
    fn word<'a>(due: &'a Value, name: &str) -> &'a str {
        due[name].as_str().unwrap()
    }
    let all = manifest.get("/deadlines").as_array().unwrap().iter();
    all.map(|due| (word(due, "rule"), word(due, "state"), word(due, "due_on"))).collect()
}

/// Filed on Wednesday 25 November: three days to depart, 48 hours to arrive, five working days to
/// receive; late is shown, and refuses nothing.
#[tokio::test]
async fn deadlines_run_out_and_are_met_while_the_clock_moves() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(50).await;
    let filed = cast.filed(&cast.oil(&json!(10))).await;
    assert_eq!(dues(&filed), [("DL33", "running", "2026-11-28")]);
    let path = format!("/manifests/{}", filed.id());
    move_to(&cast.corps, "2026-11-28T16:00:00Z").await;
    let corps = world.corps().await;
    let seen = corps.get(&path).await.ok();
    assert_eq!(dues(&seen), [("DL33", "over", "2026-11-28")]);
    assert_eq!(seen.str("/deadlines/0/certainty"), "design assumption");
    let carrier = world.log_in("member-2").await;
    let gone = carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    let left = ("DL33", "late", "2026-11-28");
    assert_eq!(dues(&gone), [("DL34", "running", "2026-12-01"), left]);
    assert_eq!(gone.str("/deadlines/0/due_at"), "2026-11-30T16:00:00.000Z");
    assert_eq!(gone.str("/deadlines/1/met_at"), "2026-11-28T16:00:00.000Z");
    let receiver = world.log_in("member-3").await;
    let there = receiver.post(&format!("{path}/arrive"), &json!({})).await.ok();
    let rode = ("DL34", "met", "2026-12-01");
    // Arrived on Sunday the 29th, Beijing: from Monday to Friday.
    assert_eq!(dues(&there), [("DL01", "running", "2026-12-04"), left, rode]);
    let source = "《危险废物转移管理办法》（部令第23号）第十八条第一款";
    assert_eq!(there.str("/deadlines/0/source"), source);
    assert_eq!(*there.get("/deadlines/0/due_at"), json!(null));
    move_to(&corps, "2026-12-04T16:00:00Z").await;
    let receiver = world.log_in("member-3").await;
    let seen = receiver.get(&path).await.ok();
    assert_eq!(dues(&seen), [("DL01", "over", "2026-12-04"), left, rode]);
    let accept = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 10, "refused_kg": 0}]});
    let received = receiver.post(&format!("{path}/receive"), &accept).await.ok();
    assert_eq!(dues(&received), [left, rode, ("DL01", "late", "2026-12-04")]);
    assert_eq!(*received.get("/receipt/late"), json!(true));
}

/// A hospital's boxes: the clock began in its store, and the plant's follows the thermometer.
#[tokio::test]
async fn medical_waste_runs_on_hours() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let mut boxes = cast.medical();
    boxes["items"][0]["stored_since"] = json!("2026-11-24T01:00:00Z");
    let filed = cast.filed(&boxes).await;
    let depart = ("DL33", "running", "2026-11-28");
    assert_eq!(dues(&filed), [("DL36", "running", "2026-11-26"), depart]);
    assert_eq!(filed.str("/deadlines/0/due_at"), "2026-11-26T01:00:00.000Z");
    let path = format!("/manifests/{}", filed.id());
    cast.receiver.post(&format!("{path}/arrive"), &json!({})).await.ok();
    let accept = json!({"decision": "accept", "storage_temp_c": 4.5,
        "items": [{"line": 1, "accepted_kg": 42.5, "refused_kg": 0}]});
    let received = cast.receiver.post(&format!("{path}/receive"), &accept).await.ok();
    let open = [("DL41", "not_recorded", "2026-11-26"), ("DL39", "running", "2026-11-28")];
    assert_eq!(dues(&received)[..2], open);
    let treated = json!({"treatments": [{"line": 1, "method": "Y11", "mass_kg": 42.5,
        "completed_on": "2026-11-25"}]});
    let done = cast.receiver.post(&format!("{path}/complete"), &treated).await.ok();
    let met = dues(&done).into_iter().filter(|(_, state, _)| *state == "met");
    assert_eq!(met.map(|(rule, ..)| rule).collect::<Vec<_>>(), ["DL36", "DL33", "DL39", "DL01"]);
}

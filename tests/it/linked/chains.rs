//! Chains: whose waste is in it, and where it is now, as far as one may see.

use serde_json::{Value, json};

use super::{Yard, held};
use crate::support::{Answer, Client};

impl Yard {
    async fn chain(&self, who: &Client, id: &str) -> Answer {
        who.get(&format!("/audit/chains/{id}")).await
    }
}

/// Manifest, fate and kilograms of what became of a chain's waste.
fn ends(chain: &Answer) -> Vec<(String, String, Value)> {
    let list = chain.get("/whereabouts").as_array().unwrap();
    let text = |one: &Value, name: &str| one[name].as_str().unwrap().to_owned();
    let one = |one: &Value| (text(one, "manifest_id"), text(one, "fate"), one["mass_kg"].clone());
    let mut ends: Vec<_> = list.iter().map(one).collect();
    ends.sort_by_key(|(id, fate, _)| (id.clone(), fate.clone()));
    ends
}

fn sum(chain: &Answer, list: &str) -> f64 {
    chain.get(list).as_array().unwrap().iter().map(|one| one["mass_kg"].as_f64().unwrap()).sum()
}

#[tokio::test]
async fn fractions_follow_the_graph() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    // 10 kg: 4 accepted, of the 6 refused 2 go home and 1 on; then 3 of the 4 and 6 of another's 8
    // are put together, and 6 of those 9 are accepted and 3 treated.
    let one = yard.received(4).await;
    let other = yard.received(8).await;
    let home = yard.send(&one, "return", &yard.back(2)).await.is(201).id();
    let on = yard.send(&one, "forward", &yard.on(1)).await.is(201).id();
    let mixed = yard.file(&yard.stored(9, &[(&one, 3), (&other, 6)])).await.is(201).id();
    yard.receive(&cast.producer, &home, 2, 0).await.ok();
    yard.receive(&yard.other, &mixed, 6, 3).await.ok();
    let treat = json!({"treatments": [{"line": 1, "method": "R9", "mass_kg": 3,
        "completed_on": "2026-11-25"}]});
    yard.other.post(&format!("/manifests/{mixed}/complete"), &treat).await.ok();
    let chain = yard.chain(&cast.corps, &one).await.is(200);
    let mut wanted: Vec<(String, String, Value)> = [
        (&one, "held", json!(3)),
        (&one, "stored", json!(1)),
        (&home, "returned", json!(2)),
        (&on, "under_way", json!(1)),
        (&mixed, "held", json!(1)),
        (&mixed, "stored", json!(1)),
        (&mixed, "treated", json!(1)),
    ]
    .map(|(id, fate, kg)| (id.clone(), fate.to_owned(), kg))
    .into();
    wanted.sort_by_key(|(id, fate, _)| (id.clone(), fate.clone()));
    assert_eq!(ends(&chain), wanted);
    assert_eq!(chain.get("/edges").as_array().unwrap().len(), 3);
    assert_eq!(chain.get("/is_truncated"), &json!(false));
    let up = yard.chain(&cast.corps, &mixed).await.is(200);
    let sources = up.get("/sources").as_array().unwrap();
    let of = |id: &str| sources.iter().find(|one| one["manifest_id"] == id).unwrap();
    assert_eq!((&of(&one)["mass_kg"], &of(&other)["mass_kg"]), (&json!(3), &json!(6)));
    assert_eq!(of(&one)["producer_id"], cast.producer_id);
    let codes = [up.get("/sources/0/waste_code"), up.get("/whereabouts/0/waste_code")];
    assert_eq!(codes, [&json!("900-249-08"); 2]);
    assert_eq!((sum(&up, "/sources"), sum(&up, "/whereabouts")), (9.0, 9.0));
}

/// A return that is refused in part has brought back the rest; what is refused lies at home.
#[tokio::test]
async fn a_return_refused_in_part_is_partly_back() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let one = yard.received(0).await;
    let home = yard.send(&one, "return", &yard.back(10)).await.is(201).id();
    yard.receive(&cast.producer, &home, 6, 4).await.ok();
    assert_eq!(yard.refused(&one).await, held(&[("returned", 6), ("returning", 4)]));
    let again = cast.producer.post(&format!("/manifests/{home}/return"), &yard.back(3)).await;
    let again = again.is(201).id();
    let chain = yard.chain(&cast.corps, &one).await.is(200);
    let mut wanted: Vec<(String, String, Value)> = vec![
        (home.clone(), "held".to_owned(), json!(1)),
        (home, "returned".to_owned(), json!(6)),
        (again.clone(), "under_way".to_owned(), json!(3)),
    ];
    wanted.sort_by_key(|(id, fate, _)| (id.clone(), fate.clone()));
    assert_eq!(ends(&chain), wanted);
    // What was cancelled has nobody's waste in it, and the chain goes on without it.
    let cancel = json!({"reason": "not_needed"});
    cast.producer.post(&format!("/manifests/{again}/cancel"), &cancel).await.ok();
    let cancelled = yard.chain(&cast.corps, &again).await.is(200);
    assert_eq!(cancelled.get("/sources"), &json!([]));
    assert_eq!(ends(&cancelled), [(again, "not_sent".to_owned(), json!(3))]);
    assert_eq!(yard.chain(&cast.corps, &one).await.get("/edges").as_array().unwrap().len(), 1);
}

/// What was found at the gate beyond what was declared lies there, too.
#[tokio::test]
async fn more_than_was_declared_is_all_there() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let one = cast.filed(&cast.oil(&json!(10))).await.id();
    yard.receive(&cast.receiver, &one, 12, 0).await.ok();
    let on = yard.file(&yard.stored(6, &[(&one, 6)])).await.is(201).id();
    let chain = yard.chain(&cast.corps, &one).await.is(200);
    let mut wanted =
        vec![(on, "under_way".to_owned(), json!(6)), (one, "stored".to_owned(), json!(6))];
    wanted.sort_by_key(|(id, fate, _)| (id.clone(), fate.clone()));
    assert_eq!(ends(&chain), wanted);
}

/// Who sees an end of a chain sees that it goes on, and not to whom.
#[tokio::test]
async fn commercial_links_stay_hidden() {
    let yard = Yard::set().await;
    let cast = &yard.cast;
    let one = yard.received(10).await;
    let on = yard.file(&yard.stored(5, &[(&one, 5)])).await.is(201).id();
    cast.stranger.get(&format!("/audit/chains/{one}")).await.is(404);
    yard.other.get(&format!("/audit/chains/{one}")).await.is(404);
    cast.producer.nobody().get(&format!("/audit/chains/{one}")).await.is(401);
    let seen = |chain: &Answer, id: &str| -> (bool, bool) {
        let list = chain.get("/manifests").as_array().unwrap();
        let it = list.iter().find(|it| it["manifest_id"] == id).unwrap();
        let shown = ["number", "producer", "receiver", "status"].map(|name| !it[name].is_null());
        assert!(shown.iter().all(|one| *one == shown[0]));
        (it["is_visible"] == true, shown[0])
    };
    let down = yard.chain(&cast.producer, &one).await.is(200);
    assert_eq!((seen(&down, &one), seen(&down, &on)), ((true, true), (false, false)));
    assert!(!down.text.contains(&yard.other_id) && !down.text.contains(&yard.other_site));
    assert_eq!(down.get("/edges/0/part_kg"), &json!(5));
    let up = yard.chain(&yard.other, &on).await.is(200);
    assert_eq!((seen(&up, &one), seen(&up, &on)), ((false, false), (true, true)));
    assert!(!up.text.contains(&cast.producer_id) && !up.text.contains(&cast.producer_site));
    let hidden = ["/sources/0/producer_id", "/sources/0/waste_code"].map(|at| up.get(at));
    assert_eq!(hidden, [&Value::Null; 2]);
    let all = yard.chain(&cast.receiver, &on).await.is(200);
    assert_eq!((seen(&all, &one), seen(&all, &on)), ((true, true), (true, true)));
    // A cancelled one has taken nothing.
    let path = format!("/manifests/{on}/cancel");
    cast.receiver.post(&path, &json!({"reason": "not_needed"})).await.ok();
    let after = yard.chain(&cast.corps, &one).await.is(200);
    assert!(after.get("/edges").as_array().unwrap().is_empty());
}

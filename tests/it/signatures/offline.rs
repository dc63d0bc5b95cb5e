//! Hand-overs that are signed without network and come in later, in their order.

use liandan::registry::Uscc;

use super::*;
use crate::support::PASSWORD;

/// A carrier of the second division with a vehicle, a driver and a device.
struct Truck {
    leg: Value,
    pen: Pen,
}

impl Truck {
    async fn new(desk: &Desk, n: u32) -> Self {
        let corps = &desk.cast.corps;
        let uscc = Uscc::complete(&format!("91659001MAWAY100{n}")).unwrap();
        let asked = json!({"name": format!("{n}号车队"), "uscc": uscc.as_str(),
            "roles": ["carrier"], "division": "02"});
        let id = corps.post("/organisations", &asked).await.ok().id();
        let login = format!("truck-{n}");
        let user = json!({"organisation_id": id, "login": login, "password": PASSWORD,
            "role": "admin"});
        corps.post("/users", &user).await.ok();
        let vehicle = json!({"organisation_id": id, "plate": format!("新B5432{n}"), "kind": "厢式车",
            "classes": ["hazardous"], "rated_kg": 8000});
        let vehicle = corps.post("/vehicles", &vehicle).await.ok().id();
        let driver = json!({"organisation_id": id, "name": "李四", "phone": "13900000001",
            "licence_no": "659002198501010002", "licence_valid_to": "2028-12-31"});
        let driver = corps.post("/drivers", &driver).await.ok().id();
        let client = desk.world.log_in(&login).await;
        let pen = Pen::of(&client, Device::es256(), desk.world.now()).await;
        let leg = json!({"carrier_id": id, "vehicle_id": vehicle, "driver_id": driver});
        Self { leg, pen }
    }

    fn takes_over(&self) -> Value {
        json!({"to_leg": self.leg})
    }
}

#[tokio::test]
async fn two_hand_overs_without_network_come_in_later_in_their_order() {
    let desk = Desk::new().await;
    let (second, third) = (Truck::new(&desk, 1).await, Truck::new(&desk, 2).await);
    let id = desk.filed().await;
    desk.takes(&desk.carrier, ("depart", &id), &json!({})).await.ok();
    // This is the last that anybody sees of it.
    let seen = desk.carrier.last(&id).await;
    let start = desk.world.now();
    let what = ("hand_over", id.as_str());
    let noon = start + TimeDelta::hours(1);
    let evening = start + TimeDelta::hours(4);
    let to_second = desk.carrier.signed_after(what, &seen, &second.takes_over(), noon);
    let told_again = second.pen.signed_after(what, &seen, &second.takes_over(), noon);
    let to_third = second.pen.signed_after(what, &seen, &third.takes_over(), evening);
    desk.world.pass(TimeDelta::hours(9));
    // Meanwhile the regulator's desk has noted something.
    let note = json!({"kind": "breakdown", "note": "抛锚"});
    desk.cast.producer.post(&path(&id, "incidents"), &note).await.ok();
    let to = path(&id, "hand-over");
    // The later one first: the second carrier has nothing to do with the load yet.
    second.pen.client.post(&to, &to_third).await.is(404);
    desk.cast.carrier.post(&to, &to_second).await.ok();
    // The same hand-over, told by the other device: that one countersigns it.
    let twice = second.pen.client.post(&to, &told_again).await.is(409);
    twice.refused_as("statement_outdated").at("/signature/statement");
    second.pen.client.post(&to, &to_third).await.ok();
    assert_eq!(desk.sealed(&id).await, ["departed", "handed_over", "handed_over"]);
}

#[tokio::test]
async fn the_chain_of_carriers_is_told_by_their_devices_alone() {
    let desk = Desk::new().await;
    let (second, third) = (Truck::new(&desk, 1).await, Truck::new(&desk, 2).await);
    let id = desk.filed().await;
    desk.takes(&desk.carrier, ("depart", &id), &json!({})).await.ok();
    let seen = desk.carrier.last(&id).await;
    let start = desk.world.now();
    let what = ("hand_over", id.as_str());
    let (noon, evening) = (start + TimeDelta::hours(1), start + TimeDelta::hours(4));
    let to_second = desk.carrier.signed_after(what, &seen, &second.takes_over(), noon);
    let to_third = second.pen.signed_after(what, &seen, &third.takes_over(), evening);
    desk.world.pass(TimeDelta::hours(9));
    let to = path(&id, "hand-over");
    desk.cast.carrier.post(&to, &to_second).await.ok();
    let handed = second.pen.client.post(&to, &to_third).await.ok();
    let began = |n: usize| handed.str(&format!("/legs/{n}/began_at")).parse().unwrap();
    let began: Vec<chrono::DateTime<chrono::Utc>> = vec![began(1), began(2)];
    assert_eq!(began, [noon, evening]);
    assert_eq!(desk.sealed(&id).await, ["departed", "handed_over", "handed_over"]);
    // What each has taken over, it signs afterwards; then nobody's signature is missing but the
    // producer's of the departure.
    for (truck, seq) in [(&second, 2), (&third, 3)] {
        let now = desk.world.now();
        let signed = truck.pen.signed(("countersign", &id), &json!({"seq": seq}), now).await;
        let to = path(&id, &format!("events/{seq}/countersign"));
        truck.pen.client.post(&to, &signed).await.ok();
    }
    let shown = desk.cast.corps.get(&format!("/manifests/{id}")).await.ok();
    let gaps = shown.get("/gaps").as_array().unwrap();
    assert_eq!(gaps.len(), 1, "{gaps:?}");
    desk.sealed(&id).await;
}

/// Of one device's statements the later one must not come in first: its counter tells the order.
#[tokio::test]
async fn one_devices_statements_come_in_as_they_were_signed() {
    let desk = Desk::new().await;
    let (one, other) = (desk.filed().await, desk.filed().await);
    let now = desk.world.now();
    let first = desk.carrier.signed(("depart", &one), &json!({}), now).await;
    let then = desk.carrier.signed(("depart", &other), &json!({}), now).await;
    desk.cast.carrier.post(&path(&other, "depart"), &then).await.ok();
    let late = desk.cast.carrier.post(&path(&one, "depart"), &first).await.is(409);
    late.refused_as("counter_used").at("/signature/statement");
}

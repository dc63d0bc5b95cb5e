//! What people sign with their devices: departures, hand-overs, receipts, approvals and second
//! signatures, through HTTP and back out of the journal.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::support::{Answer, Cast, Device, Method, Pen, World};

mod audited;
mod offline;
mod policy;
mod races;
mod refused;
mod verbs;

/// A world where oil lies at the producer's, and a clerk of each party has a device.
struct Desk {
    world: World,
    cast: Cast,
    producer: Pen,
    carrier: Pen,
    receiver: Pen,
}

impl Desk {
    async fn new() -> Self {
        Self::in_world(World::start().await).await
    }

    async fn in_world(world: World) -> Self {
        let cast = Cast::new(&world, 100_000).await;
        cast.produce(10_000).await;
        let now = world.now();
        let producer = Pen::of(&cast.producer, Device::ed25519(), now).await;
        let carrier = Pen::of(&cast.carrier, Device::es256(), now).await;
        let receiver = Pen::of(&cast.receiver, Device::ed25519(), now).await;
        Self { world, cast, producer, carrier, receiver }
    }

    async fn filed(&self) -> String {
        self.cast.filed(&self.cast.oil(&json!(100))).await.id()
    }

    /// Takes a step that `pen` signs now.
    async fn takes(&self, pen: &Pen, (action, id): (&str, &str), body: &Value) -> Answer {
        let body = pen.signed((action, id), body, self.world.now()).await;
        pen.client.post(&path(id, &action.replace('_', "-")), &body).await
    }

    /// The events of a manifest as they are stored.
    async fn bodies(&self, id: &str) -> Vec<String> {
        let db = self.world.database.superuser().await;
        let bodies = "SELECT body FROM event WHERE subject_id = $1::text::uuid ORDER BY seq";
        let rows = db.query(bodies, &[&id]).await.unwrap();
        rows.iter().map(|row| row.get(0)).collect()
    }

    /// Every signature in the chain is good; answers the kinds that have one.
    async fn sealed(&self, id: &str) -> Vec<String> {
        let bodies = self.bodies(id).await;
        let texts = || bodies.iter().map(String::as_str);
        assert_eq!(liandan::journal::first_break(texts()), None);
        assert_eq!(liandan::journal::signature::first_bad(texts()), None);
        let kind = |body: &str| {
            let body: Value = serde_json::from_str(body).unwrap();
            let is_sealed = !body["signature"].is_null();
            assert_eq!(body["actor"]["via"] == "device_key", is_sealed);
            is_sealed.then(|| body["kind"].as_str().unwrap().to_owned())
        };
        texts().filter_map(kind).collect()
    }
}

fn path(id: &str, tail: &str) -> String {
    format!("/manifests/{id}/{tail}")
}

fn all_of_it() -> Value {
    json!({"decision": "accept", "items": [{"line": 1, "accepted_kg": 100, "refused_kg": 0}]})
}

/// A signature on somebody's part, as a second person's.
fn second(pen: &Pen, signature: &Value) -> Value {
    json!({"user_id": pen.user_id, "signature": signature})
}

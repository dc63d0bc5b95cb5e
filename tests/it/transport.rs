//! A load on its way: hand-overs between carriers, stops and changes of vehicles, incidents.

use liandan::registry::Uscc;
use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, Method, PASSWORD, World};

mod countersign;
mod hand_over;
mod incident;
mod stop;

/// Another carrier, with a vehicle and a driver.
struct Carrier {
    id: String,
    client: Client,
    vehicle: String,
    driver: String,
}

impl Carrier {
    async fn new(world: &World, corps: &Client, n: u32) -> Self {
        let uscc = Uscc::complete(&format!("91659001MAWAY000{n}")).unwrap();
        let asked = json!({"name": format!("{n}号承运人"), "uscc": uscc.as_str(),
            "roles": ["carrier"], "division": "02"});
        let id = corps.post("/organisations", &asked).await.ok().id();
        let login = format!("carrier-{n}");
        user(corps, &id, &login, "admin").await;
        let client = world.log_in(&login).await;
        let vehicle = vehicle(corps, &id, &format!("新B1234{n}")).await;
        let driver = driver(corps, &id).await;
        Self { id, client, vehicle, driver }
    }

    fn leg(&self) -> Value {
        json!({"carrier_id": self.id, "vehicle_id": self.vehicle, "driver_id": self.driver})
    }
}

async fn user(corps: &Client, organisation: &str, login: &str, role: &str) -> String {
    let user = json!({"organisation_id": organisation, "login": login, "password": PASSWORD,
        "role": role});
    corps.post("/users", &user).await.ok().id()
}

async fn vehicle(corps: &Client, carrier: &str, plate: &str) -> String {
    let vehicle = json!({"organisation_id": carrier, "plate": plate, "kind": "厢式车",
        "classes": ["hazardous", "medical", "kitchen"], "rated_kg": 8000});
    corps.post("/vehicles", &vehicle).await.ok().id()
}

async fn driver(corps: &Client, carrier: &str) -> String {
    let driver = json!({"organisation_id": carrier, "name": "李四", "phone": "13900000001",
        "licence_no": "659002198501010002", "licence_valid_to": "2028-12-31"});
    corps.post("/drivers", &driver).await.ok().id()
}

/// A load of 100 kg that has departed with the cast's carrier.
struct Way {
    world: World,
    cast: Cast,
    id: String,
}

impl Way {
    async fn new() -> Self {
        let world = World::start().await;
        let cast = Cast::new(&world, 100_000).await;
        cast.produce(5000).await;
        let id = departed(&cast, &cast.oil(&json!(100))).await;
        Self { world, cast, id }
    }

    fn path(&self, tail: &str) -> String {
        format!("/manifests/{}/{tail}", self.id)
    }

    async fn carrier(&self, tail: &str, body: &Value) -> Answer {
        self.cast.carrier.post(&self.path(tail), body).await
    }
}

async fn departed(cast: &Cast, body: &Value) -> String {
    let id = cast.filed(body).await.id();
    cast.carrier.post(&format!("/manifests/{id}/depart"), &json!({})).await.ok();
    id
}

/// Gaps as step, missing party and severity.
fn gaps(answer: &Answer) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let gaps = answer.get("/gaps").as_array().unwrap().iter();
    gaps.map(|gap| (text(&gap["step"]), text(&gap["missing"]), text(&gap["severity"]))).collect()
}

fn gap(step: &str, missing: &str, severity: &str) -> (String, String, String) {
    (step.to_owned(), missing.to_owned(), severity.to_owned())
}

/// The same request twice under one key, and then two at once under another: one act each.
async fn once_each(client: &Client, path: &str, body: &Value) {
    let send = |key: &'static str| client.call(Method::POST, path).key(key).json(body).send();
    let first = send("way-1").await.ok();
    let again = send("way-1").await.ok();
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!((again.version(), &again.json), (first.version(), &first.json));
    let (one, other) = futures_util::join!(send("way-2"), send("way-2"));
    let (one, other) = (one.ok(), other.ok());
    assert_eq!(one.version(), first.version() + 1);
    assert_eq!(one.version(), other.version());
}

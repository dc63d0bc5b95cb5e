//! A carrier, a plant, and as many restaurants as a test needs.

use liandan::registry::Uscc;
use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, PASSWORD, World};

/// A restaurant, or a hospital.
pub struct Producer {
    pub client: Client,
    pub id: String,
    pub site: String,
}

/// The cast of one world, with more producers.
pub struct Town {
    pub cast: Cast,
    pub producers: Vec<Producer>,
}

impl Town {
    pub async fn new(world: &World, producers: u32, permitted_kg: i64) -> Self {
        let cast = Cast::new(world, permitted_kg).await;
        let mut all = Vec::new();
        for n in 0..producers {
            all.push(producer(world, &cast, n).await);
        }
        Self { cast, producers: all }
    }

    pub fn food(mass_kg: &Value) -> Value {
        json!({"waste_code": "CY-01", "name": "餐厨垃圾", "form": "semi_solid", "hazards": [],
            "mass_kg": mass_kg, "method": "K1",
            "packages": [{"kind": "kitchen_bin_120", "count": 2}]})
    }

    pub fn boxes(mass_kg: &Value) -> Value {
        json!({"waste_code": "841-001-01", "name": "感染性废物", "form": "solid",
            "hazards": ["In"], "mass_kg": mass_kg, "method": "Y11",
            "packages": [{"kind": "medical_box", "count": 5}]})
    }

    /// A round that calls at every producer for one item.
    pub fn round(&self, stream: &str, item: &Value) -> Value {
        let stops =
            self.producers.iter().map(|one| json!({"producer_site_id": one.site, "items": [item]}));
        json!({"stream": stream, "carrier_id": self.cast.carrier_id,
            "vehicle_id": self.cast.vehicle, "driver_id": self.cast.driver,
            "receiver_site_id": self.cast.receiver_site, "planned_on": "2026-11-25",
            "stops": stops.collect::<Vec<_>>()})
    }

    pub async fn planned(&self, body: &Value) -> Answer {
        self.cast.carrier.post("/collection-rounds", body).await.is(201)
    }

    /// A planned kitchen round, and its path.
    pub async fn kitchen(&self, mass_kg: &Value) -> String {
        let round = self.planned(&self.round("kitchen", &Self::food(mass_kg))).await;
        format!("/collection-rounds/{}", round.id())
    }

    pub async fn collect(&self, path: &str, n: usize, mass_kg: &Value) -> Answer {
        let body = json!({"occurred_at": "2026-11-25T01:30:00Z", "outcome": "collected",
            "items": [{"line": 1, "mass_kg": mass_kg}]});
        self.cast.carrier.post(&format!("{path}/stops/{n}"), &body).await
    }
}

async fn producer(world: &World, cast: &Cast, n: u32) -> Producer {
    let uscc = Uscc::complete(&format!("91659001MAREXT{:03}", n + 1)).unwrap();
    let asked = json!({"name": format!("{}号餐馆", n + 1), "uscc": uscc.as_str(),
        "roles": ["producer"], "division": "01"});
    let id = cast.corps.post("/organisations", &asked).await.ok().id();
    let login = format!("eater-{n}");
    let user = json!({"organisation_id": id, "login": login, "password": PASSWORD,
        "role": "admin"});
    cast.corps.post("/users", &user).await.ok();
    let site = json!({"organisation_id": id, "name": "后厨", "kind": "production",
        "division": "01", "region_code": "659002"});
    let site = cast.corps.post("/sites", &site).await.ok().id();
    Producer { client: world.log_in(&login).await, id, site }
}

/// Somebody else of an organisation.
pub async fn colleague(world: &World, corps: &Client, organisation: &str, role: &str) -> Client {
    let login = format!("somebody-{role}");
    let user = json!({"organisation_id": organisation, "login": login, "password": PASSWORD,
        "role": role});
    corps.post("/users", &user).await.ok();
    world.log_in(&login).await
}

/// The kinds of a manifest's events, in their order.
pub async fn kinds(client: &Client, manifest: &str) -> Vec<String> {
    let events = client.get(&format!("/manifests/{manifest}/events")).await.ok();
    let all = events.get("/data").as_array().unwrap();
    all.iter().map(|event| event["kind"].as_str().unwrap().to_owned()).collect()
}

//! Lawful things by default, made through the API; a test names only what matters to it.

use liandan::registry::Uscc;
use serde_json::{Value, json};

use super::world::PASSWORD;
use super::{Answer, Client, World};

/// A producer, a carrier and a receiver in the first division, with everything a filing needs.
pub struct Cast {
    pub corps: Client,
    pub producer: Client,
    pub carrier: Client,
    pub receiver: Client,
    /// An organisation that has nothing to do with the others.
    pub stranger: Client,
    pub producer_id: String,
    pub receiver_id: String,
    pub producer_site: String,
    pub receiver_site: String,
    pub carrier_id: String,
    pub vehicle: String,
    pub driver: String,
    pub licence: String,
}

impl Cast {
    /// Everybody; the receiver may take 900-249-08 (and what the other streams need) up to
    /// `permitted_kg` a year a line.
    pub async fn new(world: &World, permitted_kg: i64) -> Self {
        let corps = world.corps().await;
        let (producer_id, producer) = member(world, &corps, (1, &["producer"])).await;
        let (carrier_id, carrier) = member(world, &corps, (2, &["carrier"])).await;
        let (receiver_id, receiver) = member(world, &corps, (3, &["receiver"])).await;
        let (_, stranger) = member(world, &corps, (4, &["producer", "carrier", "receiver"])).await;
        let producer_site = site(&corps, &producer_id, "production").await;
        let receiver_site = site(&corps, &receiver_id, "treatment").await;
        let licence = json!({
            "organisation_id": receiver_id, "site_id": receiver_site, "number": "兵危证 2024-001",
            "kind": "comprehensive", "issued_on": "2024-01-01", "issued_by": "兵团生态环境局",
            "valid_from": "2024-01-01", "valid_to": "2028-12-31",
            "lines": [
                {"line": 1, "waste_codes": ["900-249-08"], "categories": [], "methods": ["R9"],
                 "annual_kg": permitted_kg},
                {"line": 2, "waste_codes": [], "categories": ["HW01"], "methods": ["Y11"],
                 "annual_kg": permitted_kg},
            ],
        });
        let licence = corps.post("/licences", &licence).await.ok().id();
        let permit = json!({
            "organisation_id": receiver_id, "site_id": receiver_site, "number": "兵餐证 2024-001",
            "kind": "kitchen_permit", "issued_on": "2024-01-01", "issued_by": "第一师城管局",
            "valid_from": "2024-01-01", "valid_to": "2028-12-31",
            "lines": [{"line": 1, "waste_codes": ["CY-01"], "categories": [], "methods": ["K1"],
                       "annual_kg": permitted_kg}],
        });
        corps.post("/licences", &permit).await.ok();
        let vehicle = json!({
            "organisation_id": carrier_id, "plate": "新A12345", "kind": "厢式车",
            "classes": ["hazardous", "medical", "kitchen"], "rated_kg": 8000,
        });
        let vehicle = corps.post("/vehicles", &vehicle).await.ok().id();
        let driver = json!({
            "organisation_id": carrier_id, "name": "张三", "phone": "13900000000",
            "licence_no": "659002198501010001", "licence_valid_to": "2028-12-31",
        });
        let driver = corps.post("/drivers", &driver).await.ok().id();
        Self {
            corps,
            producer,
            carrier,
            receiver,
            stranger,
            producer_id,
            receiver_id,
            producer_site,
            receiver_site,
            carrier_id,
            vehicle,
            driver,
            licence,
        }
    }

    /// The producer's ledger gets `kg` of 900-249-08.
    pub async fn produce(&self, kg: i64) {
        let entry = json!({
            "site_id": self.producer_site, "kind": "produced", "waste_code": "900-249-08",
            "mass_kg": kg,
        });
        self.producer.post("/ledger-entries", &entry).await.ok();
    }

    /// A lawful filing of waste oil.
    pub fn oil(&self, mass_kg: &Value) -> Value {
        self.load(
            "hazardous",
            &json!({
                "waste_code": "900-249-08", "name": "废矿物油", "form": "liquid",
                "hazards": ["T", "I"], "mass_kg": mass_kg, "method": "R9",
                "packages": [{"kind": "plastic_drum", "count": 4}],
            }),
        )
    }

    pub fn medical(&self) -> Value {
        self.load("medical", &json!({
            "waste_code": "841-001-01", "name": "感染性废物", "form": "solid", "hazards": ["In"],
            "mass_kg": 42.5, "method": "Y11", "packages": [{"kind": "medical_box", "count": 5}],
        }))
    }

    pub fn kitchen(&self) -> Value {
        self.load("kitchen", &json!({
            "waste_code": "CY-01", "name": "餐厨垃圾", "form": "semi_solid", "hazards": [],
            "mass_kg": 180, "method": "K1", "packages": [{"kind": "kitchen_bin_120", "count": 2}],
        }))
    }

    fn load(&self, stream: &str, item: &Value) -> Value {
        json!({
            "stream": stream, "producer_site_id": self.producer_site,
            "receiver_site_id": self.receiver_site,
            "legs": [{"carrier_id": self.carrier_id, "vehicle_id": self.vehicle,
                      "driver_id": self.driver}],
            "planned_departure_on": "2026-11-25", "items": [item],
        })
    }

    /// Files and answers the manifest.
    pub async fn filed(&self, body: &Value) -> Answer {
        self.producer.post("/manifests", body).await.is(201)
    }

    /// Files, departs, arrives and receives all that was shipped.
    pub async fn accepted(&self, body: &Value) -> Answer {
        let filed = self.filed(body).await;
        let path = format!("/manifests/{}", filed.id());
        self.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
        self.receiver.post(&format!("{path}/arrive"), &json!({})).await.ok();
        let mass = filed.get("/items/0/mass_kg");
        let body = json!({"decision": "accept",
            "items": [{"line": 1, "accepted_kg": mass, "refused_kg": 0}]});
        self.receiver.post(&format!("{path}/receive"), &body).await.ok()
    }
}

async fn member(world: &World, corps: &Client, (n, roles): (u32, &[&str])) -> (String, Client) {
    let uscc = Uscc::complete(&format!("91659001MATEXT0{n:02}")).unwrap();
    let asked = json!({
        "name": format!("第一师{n}号单位"), "uscc": uscc.as_str(), "roles": roles, "division": "01",
    });
    let id = corps.post("/organisations", &asked).await.ok().id();
    let login = format!("member-{n}");
    let user = json!({
        "organisation_id": id, "login": login, "password": PASSWORD, "role": "admin",
    });
    corps.post("/users", &user).await.ok();
    (id, world.log_in(&login).await)
}

async fn site(corps: &Client, organisation: &str, kind: &str) -> String {
    let asked = json!({
        "organisation_id": organisation, "name": "一号场所", "kind": kind, "division": "01",
        "region_code": "659002", "location": {"lon": 81.28, "lat": 40.55},
    });
    corps.post("/sites", &asked).await.ok().id()
}

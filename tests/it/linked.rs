//! Refusal and return, forwards, stored waste sent on, and the graph that they make: no gram is
//! sent twice, none is lost, and everybody sees their own part.

use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, PASSWORD, World};

mod amended;
mod batteries;
mod boxes;
mod chains;
mod delegated;
mod forward;
mod onward;
mod refused;

/// A cast with a second facility and what the tests of this folder do again and again.
struct Yard {
    world: World,
    cast: Cast,
    /// A second facility, also licensed for waste oil.
    other: Client,
    other_id: String,
    other_site: String,
}

impl Yard {
    async fn set() -> Self {
        let world = World::start().await;
        let cast = Cast::new(&world, 1000).await;
        cast.produce(1000).await;
        let corps = &cast.corps;
        let uscc = liandan::registry::Uscc::complete("91659001MALXNK001").unwrap();
        let other = json!({"name": "第二处置中心", "uscc": uscc.as_str(), "roles": ["receiver"],
            "division": "01"});
        let other_id = corps.post("/organisations", &other).await.ok().id();
        let user = json!({"organisation_id": other_id, "login": "other", "password": PASSWORD,
            "role": "receiver"});
        corps.post("/users", &user).await.ok();
        let site = json!({"organisation_id": other_id, "name": "二号场所", "kind": "treatment",
            "division": "01", "region_code": "659002", "location": {"lon": 81.3, "lat": 40.5}});
        let other_site = corps.post("/sites", &site).await.ok().id();
        let licence = json!({"organisation_id": other_id, "site_id": other_site,
            "number": "兵危证 2024-002", "kind": "comprehensive", "issued_on": "2024-01-01",
            "issued_by": "兵团生态环境局", "valid_from": "2024-01-01", "valid_to": "2028-12-31",
            "lines": [{"line": 1, "waste_codes": ["900-249-08"], "categories": [],
                "methods": ["R9", "D10"], "annual_kg": 50}]});
        corps.post("/licences", &licence).await.ok();
        let other = world.log_in("other").await;
        Self { world, cast, other, other_id, other_site }
    }

    fn legs(&self) -> Value {
        json!([{"carrier_id": self.cast.carrier_id, "vehicle_id": self.cast.vehicle,
            "driver_id": self.cast.driver}])
    }

    /// Files 10 kg, brings them to the gate and has them received: so much accepted, the rest not.
    async fn received(&self, accepted: i64) -> String {
        let id = self.cast.filed(&self.cast.oil(&json!(10))).await.id();
        self.receive(&self.cast.receiver, &id, accepted, 10 - accepted).await.ok();
        id
    }

    async fn receive(&self, who: &Client, id: &str, accepted: i64, refused: i64) -> Answer {
        let decision = match (accepted, refused) {
            (_, 0) => "accept",
            (0, _) => "refuse",
            _ => "partial",
        };
        let item = json!({"line": 1, "accepted_kg": accepted, "refused_kg": refused,
            "reason": "not_as_declared"});
        let body = json!({"decision": decision, "items": [item]});
        who.post(&format!("/manifests/{id}/receive"), &body).await
    }

    fn back(&self, kg: i64) -> Value {
        json!({"planned_departure_on": "2026-11-25", "legs": self.legs(),
            "items": [{"line": 1, "mass_kg": kg}]})
    }

    fn on(&self, kg: i64) -> Value {
        let mut body = self.back(kg);
        body["receiver_site_id"] = json!(self.other_site);
        body
    }

    async fn send(&self, id: &str, action: &str, body: &Value) -> Answer {
        self.cast.receiver.post(&format!("/manifests/{id}/{action}"), body).await
    }

    async fn get(&self, who: &Client, id: &str) -> Answer {
        who.get(&format!("/manifests/{id}")).await.ok()
    }

    /// A filing by the first facility to the second, from these manifests' first lines.
    fn stored(&self, kg: i64, sources: &[(&str, i64)]) -> Value {
        let sources: Vec<Value> = sources
            .iter()
            .map(|(id, kg)| json!({"manifest_id": id, "line": 1, "mass_kg": kg}))
            .collect();
        let mut body = self.cast.oil(&json!(kg));
        body["producer_site_id"] = json!(self.cast.receiver_site);
        body["receiver_site_id"] = json!(self.other_site);
        body["items"][0]["source_items"] = json!(sources);
        body
    }

    async fn file(&self, body: &Value) -> Answer {
        self.cast.receiver.post("/manifests", body).await
    }

    /// Custody and kilograms of the first line's refused mass, as the receiver is told.
    async fn refused(&self, id: &str) -> Vec<(String, i64)> {
        custodies(&self.get(&self.cast.corps, id).await)
    }

    /// Limit and used kilograms of an account of this kind and owner.
    async fn account(&self, kind: i16, owner: &str) -> (Option<i64>, i64, i64) {
        let sql = "SELECT limit_g / 1000, used_g / 1000, reserved_g / 1000 FROM account
            WHERE kind = $1 AND owner_id = $2::text::uuid";
        let db = self.world.database.superuser().await;
        let row = db.query_opt(sql, &[&kind, &owner]).await.unwrap();
        row.map_or((None, 0, 0), |row| (row.get(0), row.get(1), row.get(2)))
    }

    /// Ids of the list of waste in limbo, as somebody sees it.
    async fn limbo(&self, who: &Client) -> Vec<String> {
        let list = who.get("/manifests?limbo=true").await.ok();
        let data = list.get("/data").as_array().unwrap();
        data.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    }

    async fn kinds(&self, who: &Client, id: &str) -> Vec<String> {
        let list = who.get(&format!("/manifests/{id}/events")).await.ok();
        let data = list.get("/data").as_array().unwrap();
        data.iter().map(|one| one["kind"].as_str().unwrap().to_owned()).collect()
    }
}

const ON_HAND: i16 = 3;
const STORAGE: i16 = 4;

fn custodies(answer: &Answer) -> Vec<(String, i64)> {
    let list = answer.get("/items/0/refused").as_array().unwrap();
    let one = |one: &Value| {
        (one["custody"].as_str().unwrap().to_owned(), one["mass_kg"].as_i64().unwrap())
    };
    list.iter().map(one).collect()
}

fn held(told: &[(&str, i64)]) -> Vec<(String, i64)> {
    told.iter().map(|(custody, kg)| ((*custody).to_owned(), *kg)).collect()
}

fn actions(answer: &Answer) -> Vec<String> {
    let list = answer.get("/allowed_actions").as_array().unwrap();
    list.iter().map(|one| one["action"].as_str().unwrap().to_owned()).collect()
}

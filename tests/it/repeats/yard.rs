//! Where a command begins: a manifest, a trip or a round in the state that it needs.

use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, World};

/// From where.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// It makes something new.
    Nothing,
    Draft,
    Filed,
    InTransit,
    Arrived,
    Accepted,
    /// Refused, and held.
    Refused,
    /// With an open amendment.
    Proposed,
    Trip,
    TripDeparted,
    TripArrived,
    Round,
    /// One stop of two is collected.
    Collected,
    Weighed,
}

/// What a command is about.
pub struct Subject {
    base: String,
    /// Of its manifest.
    pub id: String,
}

impl Subject {
    fn of(kind: &str, answer: &Answer) -> Self {
        Self { base: format!("/{kind}/{}", answer.id()), id: answer.id() }
    }

    /// A path below it; one that begins with a slash and another word is its own.
    pub fn path(&self, tail: &str) -> String {
        if tail.starts_with("//") { tail[1..].to_owned() } else { format!("{}{tail}", self.base) }
    }
}

pub struct Yard {
    pub world: World,
    pub cast: Cast,
    /// A second receiving site of the receiver's, with a licence.
    pub second_site: String,
}

impl Yard {
    pub async fn set() -> Self {
        let world = World::start().await;
        let cast = Cast::new(&world, 1_000_000).await;
        cast.produce(1_000_000).await;
        let site = json!({"organisation_id": cast.receiver_id, "name": "二号场所",
            "kind": "treatment", "division": "01", "region_code": "659002"});
        let second_site = cast.corps.post("/sites", &site).await.ok().id();
        let licence = json!({"organisation_id": cast.receiver_id, "site_id": second_site,
            "number": "兵危证 2024-002", "kind": "comprehensive", "issued_on": "2024-01-01",
            "issued_by": "兵团生态环境局", "valid_from": "2024-01-01", "valid_to": "2028-12-31",
            "lines": [{"line": 1, "waste_codes": ["900-249-08"], "categories": [],
                "methods": ["R9"], "annual_kg": 1_000_000}]});
        cast.corps.post("/licences", &licence).await.ok();
        Self { world, cast, second_site }
    }

    pub fn client(&self, who: &str) -> &Client {
        match who {
            "producer" => &self.cast.producer,
            "carrier" => &self.cast.carrier,
            "receiver" => &self.cast.receiver,
            "corps" => &self.cast.corps,
            _ => &self.cast.stranger,
        }
    }

    pub fn oil(&self) -> Value {
        self.cast.oil(&json!(10))
    }

    pub fn leg(&self) -> Value {
        json!({"carrier_id": self.cast.carrier_id, "vehicle_id": self.cast.vehicle,
            "driver_id": self.cast.driver})
    }

    pub fn trip(&self, manifest: &str) -> Value {
        json!({"carrier_id": self.cast.carrier_id, "vehicle_id": self.cast.vehicle,
            "driver_id": self.cast.driver, "manifest_ids": [manifest]})
    }

    pub fn stop(&self) -> Value {
        let mut item = self.cast.kitchen()["items"][0].clone();
        item["mass_kg"] = json!(100);
        json!({"producer_site_id": self.cast.producer_site, "items": [item]})
    }

    pub fn round(&self) -> Value {
        json!({"stream": "kitchen", "carrier_id": self.cast.carrier_id,
            "vehicle_id": self.cast.vehicle, "driver_id": self.cast.driver,
            "receiver_site_id": self.cast.receiver_site, "planned_on": "2026-11-25",
            "stops": [self.stop(), self.stop()]})
    }

    /// A new subject in this state.
    pub async fn make(&self, start: Start) -> Subject {
        match start {
            Start::Nothing => Subject { base: String::new(), id: String::new() },
            Start::Trip | Start::TripDeparted | Start::TripArrived => self.make_trip(start).await,
            Start::Round | Start::Collected | Start::Weighed => self.make_round(start).await,
            _ => self.make_manifest(start).await,
        }
    }

    async fn make_manifest(&self, start: Start) -> Subject {
        let cast = &self.cast;
        let mut form = self.oil();
        form["draft"] = json!(start == Start::Draft);
        let made = Subject::of("manifests", &cast.filed(&form).await);
        let step = async |client: &Client, tail: &str, body: Value| {
            client.post(&made.path(tail), &body).await.ok()
        };
        if matches!(start, Start::Draft | Start::Filed) {
            return made;
        }
        if start == Start::Proposed {
            let changes = json!({"items": [{"line": 1, "mass_kg": 9}]});
            let body = json!({"changes": changes, "reason": "wrong_data"});
            step(&cast.producer, "/amendments", body).await;
            return made;
        }
        step(&cast.carrier, "/depart", json!({})).await;
        if start == Start::InTransit {
            return made;
        }
        step(&cast.receiver, "/arrive", json!({})).await;
        let (decision, accepted) = match start {
            Start::Accepted => ("accept", 10),
            Start::Refused => ("refuse", 0),
            _ => return made,
        };
        let body = json!({"decision": decision, "items": [{"line": 1, "accepted_kg": accepted,
            "refused_kg": 10 - accepted}]});
        step(&cast.receiver, "/receive", body).await;
        made
    }

    async fn make_trip(&self, start: Start) -> Subject {
        let cast = &self.cast;
        let filed = cast.filed(&self.oil()).await.id();
        let trip = cast.carrier.post("/trips", &self.trip(&filed)).await.is(201);
        let made = Subject::of("trips", &trip);
        if start != Start::Trip {
            cast.carrier.post(&made.path("/depart"), &json!({})).await.ok();
        }
        if start == Start::TripArrived {
            cast.receiver.post(&made.path("/arrive"), &json!({})).await.ok();
        }
        // A step of the trip adds one more that is filed.
        Subject { id: cast.filed(&self.oil()).await.id(), ..made }
    }

    async fn make_round(&self, start: Start) -> Subject {
        let cast = &self.cast;
        let round = cast.carrier.post("/collection-rounds", &self.round()).await.is(201);
        let made = Subject::of("collection-rounds", &round);
        if start != Start::Round {
            let body = json!({"outcome": "collected"});
            cast.carrier.post(&made.path("/stops/1"), &body).await.ok();
        }
        if start == Start::Weighed {
            let body = json!({"gross_kg": 8100, "tare_kg": 8000});
            cast.receiver.post(&made.path("/weigh-in"), &body).await.ok();
        }
        made
    }
}

//! Lawful bodies: a scenario changes in them what it is about.

use serde_json::{Value, json};

use super::stage::Stage;

impl Stage {
    /// A lawful filing of waste oil.
    pub fn oil(&self, mass_kg: impl Into<Value>) -> Value {
        self.load("hazardous", &oil_item(mass_kg))
    }

    pub fn medical(&self) -> Value {
        self.load(
            "medical",
            &json!({"waste_code": "841-001-01", "name": "感染性废物", "form": "solid",
            "hazards": ["In"], "mass_kg": 42.5, "method": "Y11", "produce": true,
            "packages": [{"kind": "medical_box", "count": 5}]}),
        )
    }

    pub fn kitchen(&self) -> Value {
        self.load(
            "kitchen",
            &json!({"waste_code": "CY-01", "name": "餐厨垃圾", "form": "semi_solid",
            "hazards": [], "mass_kg": 180, "method": "K1", "produce": true,
            "packages": [{"kind": "kitchen_bin_120", "count": 2}]}),
        )
    }

    pub fn load(&self, stream: &str, item: &Value) -> Value {
        let cast = &self.cast;
        json!({"stream": stream, "producer_site_id": cast.producer.site,
            "receiver_site_id": cast.receiver.site,
            "legs": [{"carrier_id": cast.carrier.organisation, "vehicle_id": cast.vehicle,
                      "driver_id": cast.driver}],
            "planned_departure_on": self.day(0), "items": [item]})
    }

    /// A treatment of one item.
    pub fn treatment(&self, method: &str, mass_kg: impl Into<Value>) -> Value {
        json!({"treatments": [{"line": 1, "method": method, "mass_kg": mass_kg.into(),
            "completed_on": self.day(0)}]})
    }
}

/// An item of waste oil.
pub fn oil_item(mass_kg: impl Into<Value>) -> Value {
    json!({"waste_code": "900-249-08", "name": "废矿物油", "form": "liquid",
        "hazards": ["T", "I"], "mass_kg": mass_kg.into(), "method": "R9", "produce": true,
        "packages": [{"kind": "plastic_drum", "count": 4}]})
}

/// A receipt of one item.
pub fn receipt(decision: &str, accepted: impl Into<Value>, refused: impl Into<Value>) -> Value {
    json!({"decision": decision, "items": [{"line": 1, "accepted_kg": accepted.into(),
        "refused_kg": refused.into(), "reason": "not_as_declared"}]})
}

/// A body with another value at a pointer, which must be there.
pub fn with(mut body: Value, pointer: &str, value: impl Into<Value>) -> Value {
    if let Some(member) = body.pointer_mut(pointer) {
        *member = value.into();
    }
    body
}

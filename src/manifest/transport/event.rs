//! What happens to a load on its way, as the `data` of its events (custody.md).

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{DriverId, OrganisationId, VehicleId};
use crate::manifest::event::Leg;
use crate::registry::Place;
use crate::units::Grams;

/// One carrier gives the load to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HandedOver {
    /// As it is ridden: one that was planned keeps its number, an added one takes the next.
    pub to_leg: Leg,
    /// Nobody had planned it when the manifest was filed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub added: bool,
    pub from_carrier_id: OrganisationId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Place>,
    /// Which of the two signed by calling: the other's signature is a gap until it comes.
    pub by: Vec<OrganisationId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_order: bool,
}

/// The load stands still, or changes vehicles within one carrier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopped {
    /// `stop` or `transship`.
    pub kind: String,
    /// In somebody's words; earlier events have one word of a list.
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_text: Option<String>,
    pub carrier_id: OrganisationId,
    /// What changes vehicles; none of a mere stop.
    #[serde(flatten)]
    pub change: Option<VehicleChange>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Place>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_order: bool,
}

/// A load, or a part of it, goes over to another vehicle: `moved_g` + `remaining_g` is what the
/// first one carried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VehicleChange {
    pub from_vehicle_id: VehicleId,
    pub to_vehicle_id: VehicleId,
    pub to_plate: String,
    pub to_driver_id: DriverId,
    pub moved_g: Grams,
    /// What stays on the first vehicle, which then drives on as well.
    pub remaining_g: Grams,
}

/// Spill, loss, fire, theft, breakdown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incident {
    pub kind: String,
    pub items: Vec<LostItem>,
    /// The vehicle that it happened to, where the load rides on several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vehicle_id: Option<VehicleId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Place>,
    /// Where it happened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub division: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_to: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reported_at: Option<DateTime<Utc>>,
    pub note: String,
    /// The parties that the caller spoke for.
    pub by: Vec<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_order: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LostItem {
    pub line: i64,
    pub lost_g: Grams,
}

/// The second person of a step has signed it. Who it is stands in the event's `actor`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Countersigned {
    /// The event that is signed.
    pub seq: i64,
    /// The party that was still to sign.
    pub party: String,
    pub organisation_id: OrganisationId,
}

/// The period is over in which the producer could confirm what a round's carrier filed for it, and
/// nothing was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unconfirmed {
    /// When the period ended.
    pub due_at: DateTime<Utc>,
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// An event is for ever: one with a word of the list is read, and hashed again, as it was.
    #[test]
    fn a_stop_with_a_word_of_the_list_is_still_read() {
        let earlier = json!({"kind": "stop", "reason": "vehicle", "reason_text": "换胎",
            "carrier_id": "01890a5d-ac96-774b-bcce-b302099a8057"});
        let stopped: Stopped = serde_json::from_value(earlier.clone()).unwrap();
        assert_eq!(stopped.reason, "vehicle");
        assert_eq!(serde_json::to_value(&stopped).unwrap(), earlier);
    }
}

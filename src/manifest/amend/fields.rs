//! Which fields an amendment may change, whose consent each needs, and which of the form's seals
//! close it: one table, which `GET /catalogue/sealed-fields` serves.
//!
//! The rule, served as data: what the load is and where it goes is the producer's and the
//! receiver's matter (his licence, storage and deadline stand for it); who drives it, the
//! producer's and that carrier's. What the load is may be agreed anew until the receiver has found
//! what it is. What a departure has made a fact (who drives, with what, on which day) may not.

use super::merge::Place;
use crate::manifest::status::Party;

/// One field that may be amended.
#[derive(Debug)]
pub struct Field {
    pub place: Place,
    /// Its name in the API.
    pub name: &'static str,
    /// Its name in the events.
    pub key: &'static str,
    /// Rows of the form's table: the seal of any of them is its own.
    pub paths: &'static [&'static str],
    /// Whose consent it needs; the carrier is that of the leg.
    pub consent: &'static [Party],
    /// An account or a permission hangs on it: after acceptance nobody changes it any more.
    pub is_booked: bool,
}

use Party::{Carrier, Producer, Receiver};

const ENDS: &[Party] = &[Producer, Receiver];
const ROAD: &[Party] = &[Producer, Carrier];

const fn head(
    name: &'static str,
    paths: &'static [&'static str],
    consent: &'static [Party],
    is_booked: bool,
) -> Field {
    Field { place: Place::Head, name, key: name, paths, consent, is_booked }
}

const fn leg(name: &'static str, paths: &'static [&'static str]) -> Field {
    Field { place: Place::Leg, name, key: name, paths, consent: ROAD, is_booked: false }
}

const fn item(name: &'static str, paths: &'static [&'static str], is_booked: bool) -> Field {
    Field { place: Place::Item, name, key: name, paths, consent: ENDS, is_booked }
}

/// All of them. What is not here (stream, producer, numbers, contacts) is never amended: it would
/// be another manifest.
pub const FIELDS: &[Field] = &[
    head("planned_departure_on", &["planned_departure_on"], ENDS, true),
    head("receiver_site_id", &["receiver.name"], ENDS, true),
    head("transfer_approval_id", &["transfer_approval_id"], ENDS, true),
    head("management_plan_id", &["management_plan_id"], ENDS, true),
    head("note", &[], ENDS, false),
    head("emergency_measures", &["emergency_measures"], ROAD, false),
    head("agreement_number", &["agreement_number"], ROAD, false),
    leg("carrier_id", &["legs[].carrier.name"]),
    leg("vehicle_id", &["legs[].plate"]),
    leg("driver_id", &["legs[].driver_id"]),
    leg("mode", &["legs[].mode", "legs[].plate"]),
    leg("trailer_plate", &["legs[].trailer_plate", "legs[].plate"]),
    leg("escort_id", &["legs[].escort_id", "legs[].driver_id"]),
    leg("waybill_number", &["legs[].waybill_number", "legs[].plate"]),
    leg("from", &["legs[].from", "legs[].plate"]),
    leg("to", &["legs[].to", "legs[].plate"]),
    leg("via", &["legs[].via", "legs[].plate"]),
    leg("planned_departure_at", &["planned_departure_on", "legs[].plate"]),
    leg("planned_arrival_at", &["legs[].plate"]),
    item("waste_code", &["items[].waste_code"], true),
    item("name", &["items[].name"], false),
    item("form", &["items[].form"], false),
    item("hazards", &["items[].hazards[]"], false),
    Field { key: "mass_g", ..item("mass_kg", &["items[].mass_kg"], true) },
    item("method", &["items[].method"], true),
    item("packages", &["items[].packages[].kind", "items[].packages[].count"], false),
    // Closed by the departure, with which they leave (`judge`).
    item("container_ids", &[], false),
    item("harmful_components", &["items[].harmful_components[]"], false),
    item("un_number", &["items[].un_number"], false),
    item("reactivity_groups", &["items[].reactivity_groups[]"], false),
    item("exemption", &["items[].exemption"], true),
    item("batch_numbers", &["items[].batch_numbers[]"], false),
    item("intact", &["items[].intact"], false),
    item("department", &["items[].department"], false),
    item("epidemic", &["items[].epidemic"], false),
    item("stored_since", &["items[].stored_since"], false),
];

/// The field with this name in the events.
pub fn by_key(place: Place, key: &str) -> Option<&'static Field> {
    FIELDS.iter().find(|field| field.place == place && field.key == key)
}

/// The fields that a row of the form's table closes.
pub fn of_path(path: &str) -> impl Iterator<Item = &'static Field> + '_ {
    FIELDS.iter().filter(move |field| field.paths.contains(&path))
}

impl Field {
    /// The last step before which it may be amended, given the step that seals it: what the load is
    /// stays open until it is received, whatever was signed for before.
    pub fn amendable_until<'s>(&self, sealed_by: &'s str) -> &'s str {
        match (self.place, sealed_by) {
            (Place::Item, _) | (_, "file") => "receive",
            (Place::Head | Place::Leg, step) => step,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::Catalogue;

    /// A path that the form's table does not have would seal nothing, and nobody would notice.
    #[test]
    fn every_path_stands_in_the_form() {
        let catalogue = Catalogue::load().unwrap();
        for path in FIELDS.iter().flat_map(|field| field.paths) {
            let known = catalogue.manifest_fields().iter();
            let mut known = known.filter_map(|field| field.api_path.as_deref());
            assert!(known.any(|one| one == *path), "{path}");
        }
    }

    #[test]
    fn the_load_is_open_until_receipt_and_the_road_until_departure() {
        let until = |place, key, step| by_key(place, key).unwrap().amendable_until(step);
        assert_eq!(until(Place::Item, "mass_g", "depart"), "receive");
        assert_eq!(until(Place::Item, "hazards", "file"), "receive");
        assert_eq!(until(Place::Leg, "vehicle_id", "depart"), "depart");
        assert_eq!(until(Place::Head, "receiver_site_id", "file"), "receive");
        assert_eq!(until(Place::Head, "planned_departure_on", "depart"), "depart");
    }
}

//! Whether an event says what its statement says: the kind for the action, and of the body all that
//! the event records in words of its own (grams for kilograms, millionths for degrees).

use serde_json::Value as Json;

use super::statement::{Statement, member, text_of};
use crate::units::Grams;
use crate::wire::{Document, Node, Value};

/// The kind of the event that an action writes; none for what nobody signs.
pub(super) fn kind_of(action: &str) -> Option<&'static str> {
    match action {
        "depart" => Some("departed"),
        "hand_over" => Some("handed_over"),
        "stop" => Some("stopped"),
        "receive" => Some("received"),
        "approve" => Some("amendment_approved"),
        "countersign" => Some("countersigned"),
        "register" => Some("device_key_registered"),
        _ => None,
    }
}

/// The first member of the statement that the event's data contradict. `kind` is the event's; a
/// second signature in the same call has the step's action and its body.
pub(super) fn contradicted(
    statement: &Statement,
    (kind, data): (&str, &Json),
) -> Option<&'static str> {
    let Ok(document) = Document::parse(statement.body.as_bytes()) else { return Some("body") };
    let pair = Pair { body: &document.root, data };
    let agrees = match (statement.action.as_str(), kind) {
        ("depart", "departed") => departed(&pair),
        ("hand_over", "handed_over") => handed_over(&pair),
        ("stop", "stopped") => pair.texts(&["kind", "reason", "reason_text"]) && pair.place(),
        ("receive", "received") => received(&pair),
        ("approve", "amendment_approved") => pair.number_if_told("n"),
        ("countersign", "countersigned") => pair.number_if_told("seq"),
        ("register", "device_key_registered") => pair.texts(&["alg"]),
        // Signed beside the step: what was signed stands in the event of the step itself.
        ("depart" | "hand_over" | "stop" | "receive", "countersigned") => true,
        _ => return Some("action"),
    };
    (!agrees).then_some("body")
}

/// Whether the statement's body has this member.
pub(super) fn names(statement: &Statement, name: &str) -> bool {
    let document = Document::parse(statement.body.as_bytes());
    document.is_ok_and(|body| member(&body.root, name).is_some_and(|node| !node.is_null()))
}

fn departed(pair: &Pair<'_>) -> bool {
    pair.mass("loaded_kg", "loaded_g") && pair.texts(&["vehicle_id", "driver_id"]) && pair.place()
}

fn handed_over(pair: &Pair<'_>) -> bool {
    let Some(leg) = member(pair.body, "to_leg") else { return false };
    let leg = Pair { body: leg, data: &pair.data["to_leg"] };
    leg.texts(&["carrier_id", "vehicle_id", "driver_id"]) && pair.place()
}

/// Decision, weights, boxes and what was found of each item. Mismatches may be more than were told:
/// the event names quantities beyond tolerance as well.
fn received(pair: &Pair<'_>) -> bool {
    let asked = member(pair.body, "items").map(|items| &items.value);
    let (Some(Value::Array(asked)), Some(found)) = (asked, pair.data["items"].as_array()) else {
        return false;
    };
    let same_item = |asked: &Node<'_>| {
        let line = number(member(asked, "line"));
        let found = found.iter().find(|item| line.is_some() && item["line"].as_i64() == line);
        found.is_some_and(|found| {
            let item = Pair { body: asked, data: found };
            item.mass("accepted_kg", "accepted_g")
                && item.mass("refused_kg", "refused_g")
                && item.texts(&["reason", "reason_text", "discrepancy"])
                && item.boxes()
        })
    };
    asked.len() == found.len()
        && asked.iter().all(same_item)
        && pair.texts(&["decision", "storage_area_id"])
        && pair.mass("gross_kg", "gross_g")
        && pair.mass("tare_kg", "tare_g")
        && pair.mass("storage_temp_c", "storage_temp_mc")
        && pair.mass("impurity_percent", "impurity_mpercent")
        && pair.flag("analysis_pending")
        && pair.mismatches()
}

/// A part of a body and the part of the data that it became. Absent and null mean the same.
struct Pair<'a> {
    body: &'a Node<'a>,
    data: &'a Json,
}

impl Pair<'_> {
    fn told(&self, name: &str) -> Option<&Node<'_>> {
        member(self.body, name).filter(|node| !node.is_null())
    }

    fn texts(&self, names: &[&str]) -> bool {
        names.iter().all(|name| match self.told(name) {
            None => self.data[name].is_null(),
            // Ids may be spelt in capitals.
            Some(node) => match (text_of(node), self.data[name].as_str()) {
                (Some(told), Some(kept)) => told == kept || same_id(told, kept),
                _ => false,
            },
        })
    }

    /// What was told to differ is kept; beside it stand quantities of lines whose mass differs,
    /// and packages of lines whose boxes are missing.
    fn mismatches(&self) -> bool {
        let told = match self.told("mismatches").map(|told| &told.value) {
            None => &[][..],
            Some(Value::Array(told)) => told.as_slice(),
            Some(_) => return false,
        };
        let kept = || self.data["mismatches"].as_array().into_iter().flatten();
        let same = |told: &Node<'_>, data: &Json| {
            let one = Pair { body: told, data };
            let is_of_line = one.told("line").is_some() && one.number_if_told("line");
            is_of_line && one.texts(&["field", "found"])
        };
        let found = |data: &Json| {
            let mut items = self.data["items"].as_array().into_iter().flatten();
            let item = items.find(|item| item["line"] == data["line"]);
            item.is_some_and(|item| match data["field"].as_str() {
                Some("quantity") => item["difference_g"] != 0,
                Some("packaging") => item["missing"].is_array(),
                _ => false,
            })
        };
        told.iter().all(|told| kept().any(|data| same(told, data)))
            && kept().all(|data| told.iter().any(|told| same(told, data)) || found(data))
    }

    /// Box by box, as far as boxes were told.
    fn boxes(&self) -> bool {
        let kept = self.data["containers"].as_array().map_or(&[][..], Vec::as_slice);
        let told = match self.told("containers").map(|told| &told.value) {
            None => return kept.is_empty(),
            Some(Value::Array(told)) => told,
            Some(_) => return false,
        };
        told.len() == kept.len()
            && told.iter().all(|told| {
                kept.iter().any(|data| {
                    let one = Pair { body: told, data };
                    one.texts(&["id"]) && one.flag("accepted")
                })
            })
    }

    /// Kilograms as told are the grams that were kept; so are degrees and their thousandths.
    fn mass(&self, told: &str, kept: &str) -> bool {
        let kept = &self.data[kept];
        match self.told(told).map(|node| &node.value) {
            None => kept.is_null(),
            Some(Value::Number(text)) => {
                Grams::from_kg_text(text).is_ok_and(|mass| kept.as_i64() == Some(mass.0))
            }
            Some(_) => false,
        }
    }

    fn flag(&self, name: &str) -> bool {
        let kept = self.data[name].as_bool().unwrap_or(false);
        match self.told(name).map(|node| &node.value) {
            None => !kept,
            Some(Value::Bool(told)) => *told == kept,
            Some(_) => false,
        }
    }

    /// A whole number that need not be told.
    fn number_if_told(&self, name: &str) -> bool {
        let told = self.told(name);
        told.is_none() || number(told).is_some_and(|told| self.data[name].as_i64() == Some(told))
    }

    /// Degrees as told, to the nearest millionth.
    fn place(&self) -> bool {
        let kept = &self.data["location"];
        let Some(place) = self.told("location") else { return kept.is_null() };
        let same = |told: &str, name: &str| {
            let Some(Value::Number(text)) = member(place, told).map(|node| &node.value) else {
                return false;
            };
            let degrees: f64 = text.parse().unwrap_or(f64::NAN);
            kept[name].as_i64() == Some((degrees * 1e6).round() as i64)
        };
        same("lon", "lon_e6") && same("lat", "lat_e6")
    }
}

fn number(node: Option<&Node<'_>>) -> Option<i64> {
    match &node?.value {
        Value::Number(text) => text.parse().ok(),
        _ => None,
    }
}

fn same_id(one: &str, other: &str) -> bool {
    let id = |text: &str| uuid::Uuid::parse_str(text).ok();
    id(one).is_some() && id(one) == id(other)
}

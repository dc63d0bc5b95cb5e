//! A filed manifest as the filing that it would be today, so that the rules of filing judge an
//! amendment: they live once.

use serde_json::{Value, json};

use super::asked::{AmendmentChanges, ItemChanges, LegChanges};
use crate::manifest::asked::{FileManifest, ItemAsked, LegAsked};
use crate::manifest::event::{Filed, Item, Leg};
use crate::manifest::facts::Facts;
use crate::manifest::form;
use crate::manifest::linked::Kind;
use crate::problem::Problem;
use crate::wire::{self, Change, List, Patch};

/// The filing that this content would be.
pub fn as_filing(filed: &Filed) -> Result<FileManifest, Problem> {
    let text = body(filed).map_err(Problem::internal)?.to_string();
    wire::read(text.as_bytes()).map_err(|problem| Problem::internal(format!("{problem}: {text}")))
}

fn body(filed: &Filed) -> Result<Value, serde_json::Error> {
    // A return or forward names no sources: what it carries on is a fact of it.
    let is_carried = filed.purpose() != Kind::Manifest;
    let items = filed.items.iter().map(|one| form::item_body(one, is_carried));
    let items: Result<Vec<Value>, _> = items.collect();
    let legs: Result<Vec<Value>, _> = filed.legs.iter().map(leg).collect();
    Ok(json!({
        "stream": filed.stream,
        "producer_site_id": filed.producer_site_id,
        "receiver_site_id": filed.receiver_site_id,
        "legs": legs?,
        "planned_departure_on": filed.planned_departure_on,
        "items": items?,
        "transfer_approval_id": filed.transfer_approval_id,
        "note": filed.note,
        "management_plan_id": filed.management_plan_id,
        "emergency_measures": filed.emergency_measures,
        "agreement_number": filed.agreement_number,
        "backfill": filed.backfill,
    }))
}

/// Only what a filing names: names, plates and accounts are what it leads to.
fn leg(leg: &Leg) -> Result<Value, serde_json::Error> {
    let mut members = form::members(serde_json::to_value(leg)?);
    for derived in ["n", "carrier_name", "plate"] {
        members.remove(derived);
    }
    Ok(Value::Object(members))
}

/// The filing with the changes asked for. Lines and legs that it does not have are left out: the
/// rules name them.
pub fn changed(filing: FileManifest, asked: &AmendmentChanges) -> Result<FileManifest, Problem> {
    let mut legs = filing.legs.into_vec();
    for change in asked.legs.iter() {
        if let Some(leg) = legs.get_mut(index(change.n.get())) {
            change_leg(leg, change);
        }
    }
    let mut items = filing.items.into_vec();
    for change in asked.items.iter() {
        if let Some(item) = items.get_mut(index(change.line.get())) {
            change_item(item, change);
        }
    }
    let lost = || Problem::internal("an amendment has lost items or legs");
    Ok(FileManifest {
        planned_departure_on: set(filing.planned_departure_on, &asked.planned_departure_on),
        receiver_site_id: set(filing.receiver_site_id, &asked.receiver_site_id),
        transfer_approval_id: patched(filing.transfer_approval_id, &asked.transfer_approval_id),
        management_plan_id: patched(filing.management_plan_id, &asked.management_plan_id),
        note: patched(filing.note, &asked.note),
        emergency_measures: patched(filing.emergency_measures, &asked.emergency_measures),
        agreement_number: patched(filing.agreement_number, &asked.agreement_number),
        legs: List::of(legs).ok_or_else(lost)?,
        items: List::of(items).ok_or_else(lost)?,
        ..filing
    })
}

/// The changed filing as it is judged: what came in on other manifests keeps its mass and code
/// there, whatever is asked. That alone is wrong then (`rules::carried_on`), and not also that the
/// sender's own books would not bear it.
pub fn as_carried(filed: &Filed, wanted: &FileManifest) -> Result<FileManifest, Problem> {
    let was = as_filing(filed)?;
    let items = wanted.items.iter().zip(was.items.iter()).zip(&filed.items);
    let items = items.map(|((is, was), filed)| match filed.source_items.as_slice() {
        [] => is.clone(),
        _ => ItemAsked { waste_code: was.waste_code.clone(), mass_kg: was.mass_kg, ..is.clone() },
    });
    let items = List::of(items.collect());
    let items = items.ok_or_else(|| Problem::internal("an amendment has lost items"))?;
    Ok(FileManifest { items, ..wanted.clone() })
}

/// Where a line or a leg stands in its list.
pub fn index(number: i64) -> usize {
    usize::try_from(number - 1).unwrap_or(usize::MAX)
}

fn set<T: Clone>(before: T, change: &Change<T>) -> T {
    change.clone().apply(before)
}

fn patched<T: Clone>(before: Option<T>, patch: &Patch<T>) -> Option<T> {
    patch.clone().apply(before)
}

fn change_leg(leg: &mut LegAsked, asked: &LegChanges) {
    let was = leg.clone();
    *leg = LegAsked {
        carrier_id: set(was.carrier_id, &asked.carrier_id),
        vehicle_id: set(was.vehicle_id, &asked.vehicle_id),
        driver_id: set(was.driver_id, &asked.driver_id),
        mode: match asked.mode {
            Change::Set(mode) => Some(mode),
            Change::Keep => was.mode,
        },
        trailer_plate: patched(was.trailer_plate, &asked.trailer_plate),
        escort_id: patched(was.escort_id, &asked.escort_id),
        waybill_number: patched(was.waybill_number, &asked.waybill_number),
        from: patched(was.from, &asked.from),
        to: patched(was.to, &asked.to),
        via: patched(was.via, &asked.via),
        planned_departure_at: patched(was.planned_departure_at, &asked.planned_departure_at),
        planned_arrival_at: patched(was.planned_arrival_at, &asked.planned_arrival_at),
    };
}

fn change_item(item: &mut ItemAsked, asked: &ItemChanges) {
    let was = item.clone();
    *item = ItemAsked {
        waste_code: set(was.waste_code, &asked.waste_code),
        name: set(was.name, &asked.name),
        form: set(was.form, &asked.form),
        hazards: set(was.hazards, &asked.hazards),
        mass_kg: set(was.mass_kg, &asked.mass_kg),
        method: set(was.method, &asked.method),
        packages: set(was.packages, &asked.packages),
        container_ids: set(was.container_ids, &asked.container_ids),
        harmful_components: set(was.harmful_components, &asked.harmful_components),
        un_number: patched(was.un_number, &asked.un_number),
        reactivity_groups: set(was.reactivity_groups, &asked.reactivity_groups),
        exemption: patched(was.exemption, &asked.exemption),
        batch_numbers: set(was.batch_numbers, &asked.batch_numbers),
        intact: patched(was.intact, &asked.intact),
        department: patched(was.department, &asked.department),
        epidemic: patched(was.epidemic, &asked.epidemic),
        stored_since: patched(was.stored_since, &asked.stored_since),
        ..was
    };
}

/// The content that the changed filing gives, but for what only the lock decides. What nobody
/// changes stays as it was signed, names and plates included.
pub fn template(filed: &Filed, wanted: &FileManifest, facts: &Facts) -> Filed {
    let receiver = if wanted.receiver_site_id == filed.receiver_site_id {
        Some(filed.receiver.clone())
    } else {
        facts.receiver.as_ref().map(form::party)
    };
    let legs = wanted.legs.iter().zip(&facts.legs).enumerate().zip(&filed.legs);
    let items = wanted.items.iter().enumerate().zip(&filed.items);
    Filed {
        planned_departure_on: wanted.planned_departure_on,
        receiver_site_id: wanted.receiver_site_id,
        receiver: receiver.unwrap_or_else(|| filed.receiver.clone()),
        transfer_approval_id: wanted.transfer_approval_id.map(crate::ids::ApprovalId::uuid),
        management_plan_id: wanted.management_plan_id,
        note: wanted.note.as_ref().map(|text| text.as_str().to_owned()).unwrap_or_default(),
        emergency_measures: form::text(wanted.emergency_measures.as_ref()),
        agreement_number: form::text(wanted.agreement_number.as_ref()),
        legs: legs.map(|(leg, was)| relabelled(form::leg(leg), was)).collect(),
        items: items.map(|((n, item), was)| placed(form::item(n, item), was)).collect(),
        ..filed.clone()
    }
}

/// A leg that names the same as before keeps its snapshot.
fn relabelled(new: Leg, was: &Leg) -> Leg {
    let carrier_name =
        if new.carrier_id == was.carrier_id { was.carrier_name.clone() } else { new.carrier_name };
    let plate = if new.vehicle_id == was.vehicle_id { was.plate.clone() } else { new.plate };
    Leg { carrier_name, plate, n: was.n, ..new }
}

/// An item on the accounts that hold it now.
pub fn placed(new: Item, was: &Item) -> Item {
    Item {
        licence_id: was.licence_id,
        licence_line: was.licence_line,
        year: was.year,
        shared: was.shared,
        plan_id: was.plan_id,
        storage: was.storage,
        opened: was.opened.clone(),
        source_items: was.source_items.clone(),
        ..new
    }
}

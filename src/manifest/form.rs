//! The form (联单) as a filing's event tells it: what was asked, with names and plates as they were
//! on that day. What only the lock decides (number, licence line) is filled in later.

use serde_json::{Map, Value, json};

use super::admit::{self, Admitted};
use super::asked::{Component, FileManifest, ItemAsked, LegAsked, LegMode, PackageAsked};
use super::event::{
    Backfill, ExemptionClaim, Filed, HarmfulComponent, Item, Leg, Package, PartyAt,
};
use super::facts::{Escort, Facts, LegFacts, Place};
use super::linked::{Source, SourceAsked};
use crate::units::{Grams, Kg};
use crate::wire::{BoundedText, Decimal};

/// The filing as its event tells it, but for what only the lock decides.
pub fn describe(
    facts: &Facts,
    asked: &FileManifest,
    admitted: &Admitted,
    producer: &Place,
    receiver: &Place,
) -> Filed {
    Filed {
        stream: admitted.stream.as_str().to_owned(),
        kind: admitted.kind.as_str().to_owned(),
        origin_manifest_id: facts.course.carried().map(|carried| carried.origin),
        edition: admitted.edition.clone(),
        rule_pack: admitted.rule_pack.clone(),
        producer: party(producer),
        receiver: party(receiver),
        legs: asked.legs.iter().zip(&facts.legs).enumerate().map(leg).collect(),
        items: items(facts, asked, admitted),
        management_plan_id: admitted.plan.or(asked.management_plan_id),
        ..as_asked(asked)
    }
}

/// The form with what was asked and nothing that the registers or the lock add.
fn as_asked(asked: &FileManifest) -> Filed {
    let nobody = LegFacts { carrier: None, vehicle: None, driver: None, escort: Escort::NotNamed };
    Filed {
        number: String::new(),
        stream: asked.stream.as_str().to_owned(),
        kind: "manifest".to_owned(),
        origin_manifest_id: None,
        edition: String::new(),
        rule_pack: String::new(),
        producer_site_id: asked.producer_site_id,
        producer: no_party(),
        receiver_site_id: asked.receiver_site_id,
        receiver: no_party(),
        legs: asked.legs.iter().enumerate().map(|(n, asked)| leg((n, (asked, &nobody)))).collect(),
        planned_departure_on: asked.planned_departure_on,
        items: asked.items.iter().enumerate().map(|(n, asked)| item(n, asked)).collect(),
        transfer_approval_id: asked.transfer_approval_id.map(crate::ids::ApprovalId::uuid),
        external_id: asked.external_id.as_ref().map(|id| id.as_str().to_owned()),
        note: asked.note.as_ref().map(|note| note.as_str().to_owned()).unwrap_or_default(),
        emergency_measures: text(asked.emergency_measures.as_ref()),
        agreement_number: text(asked.agreement_number.as_ref()),
        management_plan_id: asked.management_plan_id,
        emergency_plan: None,
        backfill: asked.backfill.as_ref().map(|backfill| Backfill {
            kind: backfill.kind.as_str().to_owned(),
            paper_number: backfill.paper_number.as_ref().map(|text| text.as_str().to_owned()),
            paper_date: backfill.paper_date,
        }),
        round_id: None,
        trip_id: asked.trip_id,
        for_producer: false,
        warnings: Vec::new(),
    }
}

/// Whether a filing, as its event tells it, is what is asked now: names and plates of that day and
/// what the lock decided do not count.
pub fn is_same(filed: &Filed, asked: &FileManifest) -> bool {
    let mut told = filed.clone();
    told.number.clear();
    told.edition.clear();
    told.rule_pack.clear();
    told.warnings.clear();
    told.emergency_plan = None;
    (told.producer, told.receiver) = (no_party(), no_party());
    if asked.management_plan_id.is_none() {
        told.management_plan_id = None;
    }
    for leg in &mut told.legs {
        leg.carrier_name.clear();
        leg.plate.clear();
    }
    for item in &mut told.items {
        (item.licence_id, item.licence_line, item.year) = (None, None, None);
        (item.shared, item.storage, item.plan_id, item.opened) = (false, false, None, None);
        for source in &mut item.source_items {
            (source.storage_area_id, source.returned) = (None, false);
        }
    }
    told == as_asked(asked)
}

fn no_party() -> PartyAt {
    PartyAt {
        organisation_id: crate::ids::OrganisationId::of(uuid::Uuid::nil()),
        name: String::new(),
        uscc: String::new(),
        site_name: String::new(),
        division: String::new(),
        regiment: None,
        region_code: String::new(),
    }
}

pub fn party(place: &Place) -> PartyAt {
    PartyAt {
        organisation_id: place.organisation.id,
        name: place.organisation.name.clone(),
        uscc: place.organisation.uscc.clone(),
        site_name: place.site.name.clone(),
        division: place.site.division.clone(),
        regiment: place.site.regiment.clone(),
        region_code: place.site.region_code.clone(),
    }
}

/// An optional text, as events have it.
pub fn text<const MAX: usize>(field: Option<&BoundedText<1, MAX>>) -> Option<String> {
    field.map(|text| text.as_str().to_owned())
}

/// A leg as it was asked for, with names and plates as they are now.
pub fn leg((n, (asked, facts)): (usize, (&LegAsked, &LegFacts))) -> Leg {
    Leg {
        n: n as i64 + 1,
        mode: asked.mode.unwrap_or(LegMode::Road).as_str().to_owned(),
        carrier_id: asked.carrier_id,
        carrier_name: facts.carrier.as_ref().map(|one| one.name.clone()).unwrap_or_default(),
        vehicle_id: asked.vehicle_id,
        plate: facts.vehicle.as_ref().map(|one| one.plate.clone()).unwrap_or_default(),
        driver_id: asked.driver_id,
        trailer_plate: asked.trailer_plate.as_ref().map(|text| text.as_str().to_owned()),
        escort_id: asked.escort_id,
        waybill_number: asked.waybill_number.as_ref().map(|text| text.as_str().to_owned()),
        from: text(asked.from.as_ref()),
        to: text(asked.to.as_ref()),
        via: text(asked.via.as_ref()),
        planned_departure_at: asked.planned_departure_at,
        planned_arrival_at: asked.planned_arrival_at,
    }
}

/// What is carried on keeps the words that it came with.
fn items(facts: &Facts, asked: &FileManifest, admitted: &Admitted) -> Vec<Item> {
    if let Some(carried) = facts.course.carried() {
        return carried.items.clone();
    }
    let items = asked.items.iter().zip(&admitted.items).enumerate();
    let described = items.map(|(n, (asked, admitted))| Item {
        source_items: admitted.sources.clone(),
        ..item(n, asked)
    });
    described.collect()
}

pub fn item(n: usize, asked: &ItemAsked) -> Item {
    let texts =
        |list: &[BoundedText<1, 50>]| list.iter().map(|text| text.as_str().to_owned()).collect();
    Item {
        line: n as i64 + 1,
        waste_code: asked.waste_code.as_str().to_owned(),
        name: asked.name.as_str().to_owned(),
        form: asked.form.as_str().to_owned(),
        hazards: asked.hazards.iter().map(|text| text.as_str().to_owned()).collect(),
        mass_g: asked.mass_kg.grams(),
        method: asked.method.as_str().to_owned(),
        packages: asked.packages.iter().map(package).collect(),
        container_ids: asked.container_ids.to_vec(),
        harmful_components: asked.harmful_components.iter().map(component).collect(),
        reactivity_groups: texts(&asked.reactivity_groups),
        batch_numbers: texts(&asked.batch_numbers),
        un_number: asked.un_number.as_ref().map(|text| text.as_str().to_owned()),
        exemption: asked.exemption.as_ref().map(|claim| ExemptionClaim {
            id: claim.id.as_str().to_owned(),
            evidence_sha256: claim.evidence_sha256.map(|hash| hex::encode(hash.0)),
        }),
        intact: asked.intact,
        department: asked.department.as_ref().map(|text| text.as_str().to_owned()),
        epidemic: asked.epidemic,
        stored_since: asked.stored_since,
        source_items: asked.source_items.iter().map(source).collect(),
        produce: asked.produce,
        licence_id: None,
        licence_line: None,
        year: None,
        shared: false,
        plan_id: None,
        storage: false,
        opened: None,
    }
}

pub fn package(asked: &PackageAsked) -> Package {
    Package { kind: asked.kind.as_str().to_owned(), count: asked.count.get() }
}

/// What an item's containers say for it: the form counts packages, and where it names containers
/// alone, it counts those; the clock of the oldest runs for the item.
pub fn of_containers(filed: &mut Filed, admitted: &Admitted) {
    for item in &mut filed.items {
        if item.packages.is_empty() {
            let counted = admit::counted(&admitted.containers, item.line).into_iter();
            item.packages = counted.map(|(kind, count)| Package { kind, count }).collect();
        }
        let own = admitted.containers.iter().filter(|(_, line)| *line == item.line);
        let oldest = own.map(|(container, _)| container.stored_since).min();
        item.stored_since = item.stored_since.or(oldest);
    }
}

fn source(asked: &SourceAsked) -> Source {
    Source {
        manifest_id: asked.manifest_id,
        line: asked.line.get(),
        mass_g: asked.mass_kg.grams(),
        storage_area_id: None,
        returned: false,
    }
}

fn component(asked: &Component) -> HarmfulComponent {
    HarmfulComponent {
        name: asked.name.as_str().to_owned(),
        mpercent: asked.percent.map(Decimal::milli),
    }
}

/// An item as somebody would ask for it; one that carries refused mass on names no sources.
pub fn item_body(item: &Item, is_carried: bool) -> Result<Value, serde_json::Error> {
    let mut members = members(serde_json::to_value(item)?);
    let derived = [
        "line",
        "mass_g",
        "licence_id",
        "licence_line",
        "year",
        "shared",
        "plan_id",
        "storage",
        "opened",
        "source_items",
    ];
    for derived in derived {
        members.remove(derived);
    }
    if !is_carried {
        let source = |one: &Source| {
            let (manifest_id, line) = (one.manifest_id, one.line);
            json!({"manifest_id": manifest_id, "line": line, "mass_kg": Kg(one.mass_g)})
        };
        members.insert("source_items".to_owned(), item.source_items.iter().map(source).collect());
    }
    members.insert("mass_kg".to_owned(), serde_json::to_value(Kg(item.mass_g))?);
    let components = item.harmful_components.iter().map(|one| {
        let percent = one.mpercent.map(|milli| Kg(Grams(milli)));
        json!({"name": one.name, "percent": percent})
    });
    members.insert("harmful_components".to_owned(), components.collect());
    Ok(Value::Object(members))
}

/// Those of an object.
pub fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        _ => Map::new(),
    }
}

/// Personal data of the filing, kept in the row and never in the event.
pub fn contact(asked: &FileManifest) -> Option<Value> {
    let contact = asked.producer_contact.as_ref()?;
    let text = |value: Option<&str>| value.map(str::to_owned);
    Some(json!({
        "person": text(contact.person.as_ref().map(BoundedText::as_str)),
        "phone": text(contact.phone.as_ref().map(BoundedText::as_str)),
        "emergency_phone": text(contact.emergency_phone.as_ref().map(BoundedText::as_str)),
    }))
}

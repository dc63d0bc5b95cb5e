//! Rights of those who take part: licences that ended, drivers whose licence did, parties that were
//! withdrawn or are on the blacklist.
//!
//! AL11 (licence measures Art. 13), AL27 (Order 23 Art. 13), AL73.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

use super::super::Watch;
use super::super::load::{Load, LoadItem};
use crate::anomaly::finding::{About, Finding};
use crate::clock::legal_day;
use crate::ids::{LicenceId, OrganisationId};
use crate::manifest::Filed;
use crate::registry::{Licence, Organisation, Standing, Vehicle};

/// What the registers say of who takes part.
pub fn filed(w: &mut Watch, load: &Load, filed: &Filed) {
    if load.stream != "kitchen" {
        super::registers::active(w, load.from_site, load.filed_at);
    }
    for party in load.parties() {
        let Some(entry) = w.organisation(party) else { continue };
        if is_withdrawn(entry) {
            let evidence = json!({
                "organisation_id": party, "name": entry.name,
                "blacklisted": entry.blacklisted, "status": entry.status,
            });
            let mut finding = Finding { evidence, ..w.of_load(73, load) };
            finding.about = (About::Organisation, party.uuid());
            finding.organisations = vec![party];
            w.raise(finding);
        }
    }
    let day = load.planned_on;
    for leg in &filed.legs {
        let Some(driver) = w.drivers.get(&leg.driver_id) else { continue };
        let Some(to) = driver.licence_valid_to.filter(|to| *to < day) else { continue };
        let mut finding = w.of_carriers(27, load);
        finding.about = (About::Driver, leg.driver_id.uuid());
        finding.evidence = json!({"driver_id": leg.driver_id, "valid_to": to, "drives_on": day});
        w.raise(finding);
    }
}

pub fn is_withdrawn(entry: &Organisation) -> bool {
    entry.blacklisted || entry.status == Standing::Suspended
}

/// Those on their way that are somebody's or something's matter, the first filed first.
fn on_their_way(w: &Watch, concerns: impl Fn(&Load) -> bool) -> Vec<Load> {
    let loads = w.loads.iter().map(|(_, load)| load);
    let on_it = |load: &&Load| load.received_at.is_none() && concerns(load);
    let mut loads: Vec<Load> = loads.filter(on_it).cloned().collect();
    loads.sort_by_key(|load| load.id);
    loads
}

fn withdrawn(
    w: &mut Watch,
    loads: &[Load],
    (about, whose): ((About, Uuid), OrganisationId),
    evidence: Value,
) {
    let Some(first) = loads.first() else { return };
    let mut finding = Finding { evidence, ..w.of_load(73, first) };
    finding.about = about;
    finding.organisations = vec![whose];
    finding.manifests = loads.iter().map(|load| load.id).take(50).collect();
    w.raise(finding);
}

/// Who was withdrawn has loads on their way.
pub fn on_the_road(w: &mut Watch, party: OrganisationId) {
    let loads = on_their_way(w, |load| load.parties().contains(&party));
    let Some(entry) = w.organisation(party) else { return };
    let evidence = json!({
        "organisation_id": party, "name": entry.name, "blacklisted": entry.blacklisted,
        "status": entry.status, "on_their_way": loads.len(),
    });
    withdrawn(w, &loads, ((About::Organisation, party.uuid()), party), evidence);
}

/// The same of a licence that was suspended while loads are on their way under it.
pub fn licence_on_the_road(w: &mut Watch, licence: &Licence) {
    let is_under = |item: &LoadItem| item.licence.is_some_and(|(id, _)| id == licence.id);
    let under = |load: &Load| load.departed_at.is_some() && load.items.iter().any(is_under);
    let loads = on_their_way(w, under);
    let evidence = json!({
        "licence_id": licence.id, "number": licence.number, "status": licence.status,
        "on_their_way": loads.len(),
    });
    let whose = licence.organisation_id;
    withdrawn(w, &loads, ((About::Licence, licence.id.uuid()), whose), evidence);
}

/// The same of a vehicle.
pub fn vehicle_on_the_road(w: &mut Watch, vehicle: &Vehicle) {
    let loads =
        on_their_way(w, |load| load.departed_at.is_some() && load.vehicle == Some(vehicle.id));
    let evidence = json!({
        "vehicle_id": vehicle.id, "plate": vehicle.plate, "status": vehicle.status,
        "on_their_way": loads.len(),
    });
    let whose = vehicle.organisation_id;
    withdrawn(w, &loads, ((About::Vehicle, vehicle.id.uuid()), whose), evidence);
}

/// The licence of a receiver had ended when it took the load.
pub fn received(w: &mut Watch, load: &Load, at: DateTime<Utc>) {
    let day = legal_day(at);
    let ids: BTreeSet<LicenceId> =
        load.items.iter().filter_map(|item| Some(item.licence?.0)).collect();
    for id in ids {
        let Some(licence) = w.licences.get(&id).filter(|licence| licence.valid_to < day) else {
            continue;
        };
        let evidence = json!({
            "licence_id": id, "number": licence.number, "valid_to": licence.valid_to,
            "received_on": day,
        });
        let mut finding = Finding { evidence, ..w.of_receiver(11, load) };
        finding.about = (About::Licence, id.uuid());
        w.raise(finding);
    }
}

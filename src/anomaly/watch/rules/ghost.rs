//! Papers that do not follow the load: it came and nobody had seen it leave, it had left before
//! there was a paper, or what carried it was not meant for it.
//!
//! AL85; AL09 of a trip that is older than its filing; AL56.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::time::{month_of, named};
use crate::anomaly::finding::{About, Finding, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::clock::rfc3339;
use crate::ids::ManifestId;
use crate::manifest::Happening;

/// AL09's case of a manifest whose load had left before.
const BEFORE_FILING: &str = "before filing";

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    match happening {
        Happening::Departed(_) => {
            left(w, load.id);
            before_filing(w, load, seen);
            vehicle(w, load, seen);
        }
        Happening::Arrived(_) | Happening::Received(_) if load.departed_at.is_none() => {
            before_filing(w, load, seen);
            never_left(w, load, seen);
        }
        Happening::HandedOver(_) => vehicle(w, load, seen),
        Happening::Cancelled(_) => {
            let about = (About::Manifest, load.id.uuid());
            w.clear(RuleId(9), about, BEFORE_FILING, Gone::Corrected);
            w.clear(RuleId(85), about, "", Gone::Corrected);
        }
        _ => {}
    }
}

/// It is known when it left, be it afterwards.
pub fn left(w: &mut Watch, id: ManifestId) {
    w.clear(RuleId(85), (About::Manifest, id.uuid()), "", Gone::CameLate);
}

/// It is there, and nobody has seen it leave. Paper that is entered later tells it all at once, and
/// a stop of a round leaves when it is collected.
fn never_left(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    let about = (About::Manifest, load.id.uuid());
    if load.is_backfill || load.round.is_some() || w.is_raised(RuleId(85), about, "") {
        return;
    }
    let evidence = json!({
        "filed_at": rfc3339(load.filed_at), "arrived_at": rfc3339(seen.occurred_at),
        "departed_at": null, "vehicle_id": load.vehicle,
    });
    w.raise(Finding { evidence, ..w.of_load(85, load) });
}

/// It had left, or was there, long before its filing stood in the log.
fn before_filing(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    let Some(recorded) = load.recorded_at.filter(|_| !load.is_backfill && load.round.is_none())
    else {
        return;
    };
    let hours = w.param(Param::Al09BeforeFiling, &load.from_division);
    let before = recorded - seen.occurred_at;
    let has_papers = load.stream != "kitchen" && !load.is_return();
    let about = (About::Manifest, load.id.uuid());
    if !has_papers
        || before <= TimeDelta::minutes((hours * 60.0) as i64)
        || w.is_raised(RuleId(9), about, BEFORE_FILING)
    {
        return;
    }
    let evidence = json!({
        "at": rfc3339(seen.occurred_at), "recorded_at": rfc3339(recorded),
        "hours": before.num_hours(), "limit_hours": hours,
    });
    let finding = Finding { key: BEFORE_FILING.to_owned(), evidence, ..w.of_load(9, load) };
    w.raise(finding);
}

/// When a vehicle last carried medical waste.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Served {
    pub last: DateTime<Utc>,
}

/// A vehicle that carried medical waste serves that alone for a year.
const SERVES: TimeDelta = TimeDelta::days(365);

/// A vehicle for medical waste carries nothing else, whatever else it was registered for: a case a
/// vehicle and month. One that only could carry it, by its register, is none yet.
fn vehicle(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    let Some(entry) = load.vehicle.and_then(|id| w.vehicles.get(&id)) else { return };
    let id = entry.id;
    if load.stream == "medical" {
        w.medical_vehicles.entry(id).last = seen.occurred_at;
        return;
    }
    let last = w.medical_vehicles.get(&id).map(|served| served.last);
    if last.is_none_or(|last| seen.occurred_at - last > SERVES) {
        return;
    }
    let (id, owner, plate) = (entry.id, entry.organisation_id, entry.plate.clone());
    let mut finding = w.of_carriers(56, load);
    finding.about = (About::Vehicle, id.uuid());
    finding.key = named(month_of(seen.occurred_at));
    if !finding.organisations.contains(&owner) {
        finding.organisations.push(owner);
    }
    let codes: Vec<&str> = load.items.iter().map(|item| item.code.as_str()).collect();
    finding.evidence = json!({
        "vehicle_id": id, "plate": plate, "waste_codes": codes, "month": finding.key,
        "departed_at": rfc3339(load.departed_at.unwrap_or(seen.occurred_at)),
    });
    w.raise(finding);
}

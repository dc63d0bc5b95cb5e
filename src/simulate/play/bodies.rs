//! The bodies of requests, as the parties' systems would send them.

use serde_json::{Value, json};

use super::{Stage, instant};
use crate::clock::rfc3339;
use crate::command::Done;
use crate::ids::{ContainerId, ManifestId};
use crate::manifest::Stored;
use crate::problem::Problem;
use crate::simulate::honest::date;
use crate::simulate::load::{Item, Load, When};
use crate::simulate::units::kg;
use crate::simulate::waste::WASTES;
use crate::simulate::world::DAY;

/// `occurred_at`, where it is told later.
fn claim(body: &mut Value, when: When) {
    if when.at != when.told {
        body["occurred_at"] = json!(rfc3339(instant(when.at)));
    }
}

fn item(item: &Item, method: Option<&str>, boxes: &[ContainerId]) -> Value {
    let waste = &WASTES[item.waste];
    let method = method.unwrap_or(waste.method);
    let mut body = json!({
        "waste_code": waste.code, "name": waste.name, "form": waste.form,
        "hazards": waste.hazards, "mass_kg": kg(item.grams), "method": method,
        "reactivity_groups": waste.groups,
    });
    if boxes.is_empty() {
        let kinds = waste.packages.iter();
        let packages = kinds.map(|kind| json!({"kind": kind, "count": item.packages.max(1)}));
        body["packages"] = packages.collect();
    } else {
        body["container_ids"] = json!(boxes);
    }
    if let Some(since) = item.stored_since {
        body["stored_since"] = json!(rfc3339(instant(since)));
    }
    body
}

/// The item of a stop, as it is planned: what is taken enters the ledger with it.
pub fn planned_item(waste: usize, grams: i64) -> Value {
    let packages = crate::simulate::waste::packages(waste, grams);
    let expected = Item { waste, grams, packages, accepted: 0, refused: 0, stored_since: None };
    let mut body = item(&expected, None, &[]);
    body["produce"] = json!(true);
    body
}

impl Stage<'_> {
    pub fn leg(&self, load: &Load) -> Result<Value, Problem> {
        let (vehicle, driver) = self.vehicle(load.vehicle)?;
        let carrier = self.party(load.carrier)?.organisation_id;
        Ok(json!({"carrier_id": carrier, "vehicle_id": vehicle, "driver_id": driver}))
    }

    pub fn filing(&self, load: &Load, boxes: &[ContainerId]) -> Result<Value, Problem> {
        let mut leg = self.leg(load)?;
        if let Some((from, to)) = load.planned {
            leg["planned_departure_at"] = json!(rfc3339(instant(from)));
            leg["planned_arrival_at"] = json!(rfc3339(instant(to)));
        }
        let planned = load.planned.map_or(load.planned_day(), |(from, _)| from.div_euclid(DAY));
        let labelled = |n: usize| if n == 0 { boxes } else { &[] };
        let line = |(n, one): (usize, &Item)| item(one, load.all_by, labelled(n));
        let first = load.items.first();
        let mut body = json!({
            "stream": first.map_or("", |one| WASTES[one.waste].stream),
            "producer_site_id": self.party(load.from)?.site_id,
            "receiver_site_id": self.party(load.to)?.site_id,
            "legs": [leg],
            "planned_departure_on": date(planned),
            "items": load.items.iter().enumerate().map(line).collect::<Vec<_>>(),
        });
        if load.on_paper {
            body["backfill"] = json!({
                "kind": "paper", "paper_number": format!("纸{:06}", load.key),
                "paper_date": date(load.planned_day()),
            });
        }
        Ok(body)
    }
}

pub fn departure(load: &Load) -> Value {
    let mut body = json!({});
    claim(&mut body, load.departs);
    if let Some(grams) = load.loaded_g {
        body["loaded_kg"] = kg(grams);
    }
    body
}

pub fn arrival(load: &Load) -> Value {
    let mut body = json!({});
    claim(&mut body, load.arrives);
    if let Some((gross, _)) = load.scale {
        body["gross_kg"] = kg(gross);
    }
    body
}

pub fn receipt(load: &Load, boxes: &[ContainerId]) -> Value {
    let refused = load.items.iter().any(|one| one.refused > 0);
    let accepted = load.items.iter().any(|one| one.accepted > 0);
    let decision = match (accepted, refused) {
        (true, true) => "partial",
        (true, false) => "accept",
        (false, _) => "refuse",
    };
    let line = |(n, one): (usize, &Item)| {
        let mut found = json!({"line": n + 1, "accepted_kg": kg(one.accepted),
            "refused_kg": kg(one.refused)});
        if one.refused > 0 {
            found["reason"] = json!("not_as_declared");
        }
        if n == 0 && !boxes.is_empty() {
            let there = boxes.iter().skip(load.missing);
            found["containers"] = there.map(|id| json!({"id": id, "accepted": true})).collect();
        }
        found
    };
    let mut body = json!({
        "decision": decision, "items": load.items.iter().enumerate().map(line).collect::<Vec<_>>(),
    });
    claim(&mut body, load.received);
    if let Some((gross, tare)) = load.scale {
        (body["gross_kg"], body["tare_kg"]) = (kg(gross), kg(tare));
    }
    if let Some(degrees) = load.stored_mc {
        body["storage_temp_c"] = kg(degrees);
    }
    if let Some((line, field, found)) = load.mismatch {
        body["mismatches"] = json!([{"line": line + 1, "field": field, "found": found}]);
    }
    body
}

pub fn completion(load: &Load, at: i64, residues: &[(usize, i64)]) -> Value {
    let lines = load.items.iter().enumerate().filter(|(_, one)| one.accepted > 0);
    let treatment = |(n, one): (usize, &Item)| {
        let method = load.all_by.unwrap_or(WASTES[one.waste].method);
        json!({"line": n + 1, "method": method, "mass_kg": kg(one.accepted),
            "completed_on": date(at.div_euclid(DAY))})
    };
    let residue = |(waste, grams): &(usize, i64)| {
        let code = WASTES[*waste].code;
        json!({"waste_code": code, "mass_kg": kg(*grams)})
    };
    json!({
        "treatments": lines.map(treatment).collect::<Vec<_>>(),
        "residues": residues.iter().map(residue).collect::<Vec<_>>(),
    })
}

/// The method and code of a waste.
pub struct Kind {
    pub method: &'static str,
    pub code: &'static str,
}

pub const fn kind(waste: usize) -> Kind {
    let waste = &WASTES[waste];
    Kind { method: waste.method, code: waste.code }
}

/// The id of what was filed.
pub fn filing_id(done: Done<Stored>) -> Result<ManifestId, Problem> {
    match done {
        Done::Written { output, .. } | Done::Previewed { output, .. } => Ok(output.id),
        Done::Replayed(_) => Err(Problem::internal("a simulated filing has no idempotency key")),
    }
}

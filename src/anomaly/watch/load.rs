//! A manifest on its way, as far as the rules look at it: the fold of its events, small, and
//! forgotten once nothing can happen to it any more.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::seen::Seen;
use crate::ids::{
    DriverId, LicenceId, ManifestId, OrganisationId, RoundId, SiteId, TripId, VehicleId,
};
use crate::manifest::{Filed, Happening, Received};

/// One waste on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LoadItem {
    pub line: i64,
    pub code: String,
    pub method: String,
    pub mass_g: i64,
    /// Of it, what did not come in on other manifests.
    #[serde(default)]
    pub own_g: i64,
    pub stored_since: Option<DateTime<Utc>>,
    pub licence: Option<(LicenceId, i64)>,
    pub produce: bool,
    pub boxes: usize,
    pub accepted_g: i64,
    pub treated_g: i64,
}

/// A manifest on its way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Load {
    pub id: ManifestId,
    pub number: String,
    pub stream: String,
    pub kind: String,
    pub origin: Option<ManifestId>,
    pub from_site: SiteId,
    pub from_org: OrganisationId,
    pub from_division: String,
    pub to_site: SiteId,
    pub to_org: OrganisationId,
    pub to_division: String,
    pub carriers: Vec<OrganisationId>,
    pub vehicle: Option<VehicleId>,
    pub driver: Option<DriverId>,
    pub round: Option<RoundId>,
    pub trip: Option<TripId>,
    pub planned_on: NaiveDate,
    pub planned_departure_at: Option<DateTime<Utc>>,
    pub planned_arrival_at: Option<DateTime<Utc>>,
    pub is_backfill: bool,
    pub items: Vec<LoadItem>,
    pub filed_at: DateTime<Utc>,
    /// When the filing stood in the log.
    #[serde(default)]
    pub recorded_at: Option<DateTime<Utc>>,
    pub departed_at: Option<DateTime<Utc>>,
    pub departed_by: Option<Uuid>,
    pub loaded_g: Option<i64>,
    pub arrived_at: Option<DateTime<Utc>>,
    pub received_at: Option<DateTime<Utc>>,
    /// Of the store that it was put into, in thousandths of a degree.
    #[serde(default)]
    pub storage_temp_mc: Option<i64>,
    /// It stood still on its way, changed vehicles, or something happened to it: on record.
    pub was_held_up: bool,
    pub lost_g: i64,
    pub amended: u32,
    /// Positions in the log of its events so far: departures, arrivals, receipts.
    pub proofs: Vec<i64>,
}

impl Load {
    pub fn filed(id: ManifestId, filed: &Filed, seen: &Seen<'_>) -> Self {
        let first = filed.legs.first();
        let item = |item: &crate::manifest::Item| LoadItem {
            line: item.line,
            code: item.waste_code.clone(),
            method: item.method.clone(),
            mass_g: item.mass_g.0,
            own_g: item.own_g().0,
            stored_since: item.stored_since,
            licence: item.licence_id.map(|id| (id, item.licence_line.unwrap_or_default())),
            produce: item.produce,
            boxes: item.container_ids.len(),
            accepted_g: 0,
            treated_g: 0,
        };
        Self {
            id,
            number: filed.number.clone(),
            stream: filed.stream.clone(),
            kind: filed.kind.clone(),
            origin: filed.origin_manifest_id,
            from_site: filed.producer_site_id,
            from_org: filed.producer.organisation_id,
            from_division: filed.producer.division.clone(),
            to_site: filed.receiver_site_id,
            to_org: filed.receiver.organisation_id,
            to_division: filed.receiver.division.clone(),
            carriers: filed.legs.iter().map(|leg| leg.carrier_id).collect(),
            vehicle: first.map(|leg| leg.vehicle_id),
            driver: first.map(|leg| leg.driver_id),
            round: filed.round_id,
            trip: filed.trip_id,
            planned_on: filed.planned_departure_on,
            planned_departure_at: first.and_then(|leg| leg.planned_departure_at),
            planned_arrival_at: filed.legs.last().and_then(|leg| leg.planned_arrival_at),
            is_backfill: filed.backfill.is_some(),
            items: filed.items.iter().map(item).collect(),
            filed_at: seen.occurred_at,
            recorded_at: Some(seen.recorded_at),
            departed_at: None,
            departed_by: None,
            loaded_g: None,
            arrived_at: None,
            received_at: None,
            storage_temp_mc: None,
            was_held_up: false,
            lost_g: 0,
            amended: 0,
            proofs: vec![seen.position],
        }
    }

    /// The mass that was filed, as amended.
    pub fn shipped_g(&self) -> i64 {
        self.items.iter().map(|item| item.mass_g).sum()
    }

    pub fn accepted_g(&self) -> i64 {
        self.items.iter().map(|item| item.accepted_g).sum()
    }

    pub fn untreated_g(&self) -> i64 {
        self.items.iter().map(|item| (item.accepted_g - item.treated_g).max(0)).sum()
    }

    pub fn divisions(&self) -> Vec<String> {
        let mut all = vec![self.from_division.clone(), self.to_division.clone()];
        all.dedup();
        all
    }

    /// Producer, receiver, then the carriers: each once.
    pub fn parties(&self) -> Vec<OrganisationId> {
        let mut all = vec![self.from_org, self.to_org];
        all.extend(&self.carriers);
        let mut once = Vec::new();
        for one in all {
            if !once.contains(&one) {
                once.push(one);
            }
        }
        once
    }

    pub fn is_return(&self) -> bool {
        self.kind != "manifest"
    }

    /// The load after an event. Rules look at it before and after.
    pub fn evolve(&mut self, happening: &Happening, seen: &Seen<'_>) {
        match happening {
            Happening::Departed(data) => {
                self.departed_at = Some(seen.occurred_at);
                self.departed_by = seen.user_id;
                self.loaded_g = data.loaded_g.map(|mass| mass.0);
                self.vehicle = data.vehicle_id.or(self.vehicle);
                self.driver = data.driver_id.or(self.driver);
            }
            Happening::HandedOver(data) => {
                self.vehicle = Some(data.to_leg.vehicle_id);
                self.driver = Some(data.to_leg.driver_id);
                self.was_held_up = true;
                if !self.carriers.contains(&data.to_leg.carrier_id) {
                    self.carriers.push(data.to_leg.carrier_id);
                }
            }
            Happening::Stopped(data) => {
                self.was_held_up = true;
                if let Some(change) = &data.change {
                    self.vehicle = Some(change.to_vehicle_id);
                    self.driver = Some(change.to_driver_id);
                }
            }
            Happening::Incident(data) => {
                self.was_held_up = true;
                self.lost_g += data.items.iter().map(|item| item.lost_g.0).sum::<i64>();
            }
            Happening::Arrived(_) => self.arrived_at = Some(seen.occurred_at),
            Happening::Received(data) => self.receive(data, seen),
            Happening::Completed(data) => {
                for one in &data.treatments {
                    if let Some(item) = self.item(one.line) {
                        item.treated_g += one.mass_g.0;
                    }
                }
            }
            Happening::SentOn(data) => {
                for one in &data.items {
                    if let Some(item) = self.item(one.line) {
                        item.treated_g += one.mass_g.0;
                    }
                }
            }
            Happening::SentOnCancelled(data) => {
                for one in &data.items {
                    if let Some(item) = self.item(one.line) {
                        item.treated_g -= one.mass_g.0;
                    }
                }
            }
            Happening::AmendmentApproved(data) if data.is_final => {
                self.amended += 1;
                self.amend(&data.changes);
                self.amend(&data.derived);
            }
            _ => return,
        }
        self.proofs.push(seen.position);
    }

    fn receive(&mut self, data: &Received, seen: &Seen<'_>) {
        self.received_at = Some(seen.occurred_at);
        self.storage_temp_mc = data.storage_temp_mc;
        for one in &data.items {
            if let Some(item) = self.item(one.line) {
                item.accepted_g = one.accepted_g.0;
            }
        }
    }

    fn item(&mut self, line: i64) -> Option<&mut LoadItem> {
        self.items.iter_mut().find(|item| item.line == line)
    }

    /// Fields that rules look at; the others are no matter of theirs.
    fn amend(&mut self, parts: &Map<String, Value>) {
        let id = |value: &Value| value.as_str().and_then(|text| text.parse::<Uuid>().ok());
        if let Some(site) = parts.get("receiver_site_id").and_then(id) {
            self.to_site = SiteId::of(site);
        }
        if let Some(party) = parts.get("receiver") {
            if let Some(organisation) = party.get("organisation_id").and_then(id) {
                self.to_org = OrganisationId::of(organisation);
            }
            if let Some(division) = party.get("division").and_then(Value::as_str) {
                division.clone_into(&mut self.to_division);
            }
        }
        for leg in parts.get("legs").and_then(Value::as_array).into_iter().flatten() {
            self.vehicle = leg.get("vehicle_id").and_then(id).map(VehicleId::of).or(self.vehicle);
            self.driver = leg.get("driver_id").and_then(id).map(DriverId::of).or(self.driver);
        }
        let items = parts.get("items").and_then(Value::as_array).into_iter().flatten();
        let by_line: BTreeMap<i64, &Value> = items
            .filter_map(|item| Some((item.get("line").and_then(Value::as_i64)?, item)))
            .collect();
        for (line, changed) in by_line {
            let Some(item) = self.item(line) else { continue };
            if let Some(mass) = changed.get("mass_g").and_then(Value::as_i64) {
                item.mass_g = mass;
            }
            if let Some(code) = changed.get("waste_code").and_then(Value::as_str) {
                code.clone_into(&mut item.code);
            }
            if let Some(method) = changed.get("method").and_then(Value::as_str) {
                method.clone_into(&mut item.method);
            }
        }
    }
}

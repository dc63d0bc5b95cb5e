//! The fold of what happens on the way: who carries the load, on which vehicles, what was lost,
//! who signed. Pure.
//!
//! The first vehicle carries all that is not told of the others, so that vehicles' masses always
//! add up to what is on the way, whatever is lost or amended.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::event::{Countersigned, HandedOver, Incident, Stopped, VehicleChange};
use crate::ids::{DriverId, OrganisationId, VehicleId};
use crate::journal::instant;
use crate::manifest::event::{Departed, Leg};
use crate::manifest::evolve::{Gap, IllegalEvent, Manifest, progress_of};
use crate::manifest::status::{Action, Party};
use crate::units::Grams;

/// An event with its place in the chain and its times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted<T> {
    pub seq: i64,
    #[serde(with = "instant")]
    pub occurred_at: DateTime<Utc>,
    #[serde(with = "instant")]
    pub recorded_at: DateTime<Utc>,
    pub data: T,
}

/// What happened on the way. Most loads have nothing of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Transit {
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hand_overs: Vec<Noted<HandedOver>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub stops: Vec<Noted<Stopped>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub incidents: Vec<Noted<Incident>>,
    /// Second signatures.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signed: Vec<Noted<Countersigned>>,
}

impl Transit {
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Who carries the load now, from departure to receipt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Riding {
    /// The leg's number.
    pub leg: i64,
    pub carrier_id: OrganisationId,
    /// Never empty; the first carries what the others do not.
    pub vehicles: Vec<Aboard>,
}

/// A vehicle with some of the load.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aboard {
    pub vehicle_id: VehicleId,
    pub plate: String,
    pub driver_id: DriverId,
    /// None of the first vehicle: it carries the rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mass_g: Option<Grams>,
}

impl Riding {
    /// The whole load on a leg's vehicle.
    pub fn on(leg: &Leg) -> Self {
        let aboard = Aboard {
            vehicle_id: leg.vehicle_id,
            plate: leg.plate.clone(),
            driver_id: leg.driver_id,
            mass_g: None,
        };
        Self { leg: leg.n, carrier_id: leg.carrier_id, vehicles: vec![aboard] }
    }

    /// The whole load on the first leg, as it departed.
    pub fn departed(first: &Leg, with: &Departed) -> Self {
        let mut riding = Self::on(first);
        for aboard in &mut riding.vehicles {
            aboard.vehicle_id = with.vehicle_id.unwrap_or(aboard.vehicle_id);
            aboard.driver_id = with.driver_id.unwrap_or(aboard.driver_id);
            if let Some(plate) = &with.plate {
                aboard.plate.clone_from(plate);
            }
        }
        riding
    }

    /// Each vehicle with what it carries of `total`.
    pub fn masses(&self, total: Grams) -> impl Iterator<Item = (&Aboard, Grams)> {
        let told: Grams = self.vehicles.iter().filter_map(|aboard| aboard.mass_g).sum();
        let rest = Grams((total - told).0.max(0));
        self.vehicles.iter().map(move |aboard| (aboard, aboard.mass_g.unwrap_or(rest)))
    }

    /// What one vehicle carries of `total`; `None` where it carries nothing.
    pub fn mass_on(&self, vehicle: VehicleId, total: Grams) -> Option<Grams> {
        let mut all = self.masses(total);
        all.find(|(aboard, _)| aboard.vehicle_id == vehicle).map(|(_, mass)| mass)
    }

    /// There is less on the way than was thought: the first vehicle has what is left, and where the
    /// others were told to have more than there is, the newest of them has less.
    pub fn fit(&mut self, total: Grams) {
        let told: Grams = self.vehicles.iter().filter_map(|aboard| aboard.mass_g).sum();
        let mut over = told - total;
        for mass in self.vehicles.iter_mut().rev().filter_map(|aboard| aboard.mass_g.as_mut()) {
            let less = over.min(*mass).max(Grams::ZERO);
            *mass = *mass - less;
            over = over - less;
        }
    }

    fn change(&mut self, change: &VehicleChange) -> Result<(), IllegalEvent> {
        let place = |id| self.vehicles.iter().position(|aboard| aboard.vehicle_id == id);
        let from = place(change.from_vehicle_id).ok_or(IllegalEvent::Step)?;
        let to = place(change.to_vehicle_id);
        if to == Some(from) {
            return Err(IllegalEvent::Step);
        }
        let is_rest = from == 0;
        let taken = to.unwrap_or(self.vehicles.len());
        if to.is_none() {
            self.vehicles.push(Aboard {
                vehicle_id: change.to_vehicle_id,
                plate: change.to_plate.clone(),
                driver_id: change.to_driver_id,
                mass_g: Some(Grams::ZERO),
            });
        }
        self.vehicles[taken].driver_id = change.to_driver_id;
        if let Some(mass) = &mut self.vehicles[taken].mass_g {
            *mass = *mass + change.moved_g;
        }
        if let Some(mass) = &mut self.vehicles[from].mass_g {
            *mass = change.remaining_g;
        }
        if change.remaining_g == Grams::ZERO {
            if is_rest {
                // Whoever took all of the rest carries the rest from now on.
                self.vehicles[taken].mass_g = None;
                self.vehicles.swap(from, taken);
                self.vehicles.remove(taken);
            } else {
                self.vehicles.remove(from);
            }
        }
        Ok(())
    }

    /// Something is lost from a vehicle; of the first it is lost with the total.
    fn lose(&mut self, vehicle: Option<VehicleId>, lost: Grams) -> Result<(), IllegalEvent> {
        let Some(vehicle) = vehicle else { return Ok(()) };
        let mut all = self.vehicles.iter_mut();
        let aboard = all.find(|one| one.vehicle_id == vehicle).ok_or(IllegalEvent::Step)?;
        if let Some(mass) = &mut aboard.mass_g {
            *mass = *mass - lost;
        }
        Ok(())
    }
}

/// The next carrier has the load.
pub fn hand_over(manifest: &mut Manifest, step: Noted<HandedOver>) -> Result<(), IllegalEvent> {
    on_the_way(manifest, Action::HandOver)?;
    let data = &step.data;
    let (giving, taking) = (data.from_carrier_id, data.to_leg.carrier_id);
    let both = [giving, taking];
    let both = if giving == taking { &both[..1] } else { &both[..] };
    for carrier in both.iter().filter(|carrier| !data.by.contains(carrier)) {
        manifest.gaps.push(Gap::unsigned("hand_over", Party::Carrier, step.seq, *carrier));
    }
    manifest.riding = Some(Riding::on(&data.to_leg));
    manifest.transit.hand_overs.push(step);
    Ok(())
}

/// A stop; where the load changes vehicles, a second person of the carrier's signs for it.
pub fn stop(manifest: &mut Manifest, step: Noted<Stopped>) -> Result<(), IllegalEvent> {
    let riding = on_the_way(manifest, Action::Stop)?;
    if let Some(change) = &step.data.change {
        riding.change(change)?;
        let carrier = step.data.carrier_id;
        manifest.gaps.push(Gap::unsigned("stop", Party::Carrier, step.seq, carrier));
    }
    manifest.transit.stops.push(step);
    Ok(())
}

pub fn incident(manifest: &mut Manifest, step: Noted<Incident>) -> Result<(), IllegalEvent> {
    let lost: Grams = step.data.items.iter().map(|item| item.lost_g).sum();
    on_the_way(manifest, Action::Incident)?.lose(step.data.vehicle_id, lost)?;
    for item in &step.data.items {
        let progress = progress_of(manifest, item.line)?;
        progress.lost_g = progress.lost_g + item.lost_g;
    }
    manifest.transit.incidents.push(step);
    Ok(())
}

/// A signature closes the gap that waited for it.
pub fn countersign(
    manifest: &mut Manifest,
    step: Noted<Countersigned>,
) -> Result<(), IllegalEvent> {
    let Countersigned { seq, organisation_id, .. } = step.data;
    let signed = manifest.transit.signed.iter();
    let again = |one: &Noted<Countersigned>| {
        (one.data.seq, one.data.organisation_id) == (seq, organisation_id)
    };
    if seq >= step.seq || signed.clone().any(again) {
        return Err(IllegalEvent::Step);
    }
    manifest.gaps.retain(|gap| !gap.waits_for(seq, organisation_id));
    manifest.transit.signed.push(step);
    Ok(())
}

/// The producer's silence is a gap of its own, which no later signature closes: the period is over.
pub fn silence(manifest: &mut Manifest) -> Result<(), IllegalEvent> {
    if manifest.gaps.iter().any(|gap| gap.step == "confirm") {
        return Err(IllegalEvent::Step);
    }
    manifest.gaps.push(Gap::skipped("confirm", Party::Producer, "medium"));
    Ok(())
}

fn on_the_way(manifest: &mut Manifest, action: Action) -> Result<&mut Riding, IllegalEvent> {
    if !action.is_open(manifest.status) {
        return Err(IllegalEvent::Step);
    }
    manifest.riding.as_mut().ok_or(IllegalEvent::Step)
}

//! A load's journey: its legs, planned and added, who carries it, and who may say what of it. Pure.

use super::evolve::Riding;
use crate::ids::{DriverId, OrganisationId};
use crate::manifest::event::Leg;
use crate::manifest::evolve::{Gap, Manifest};
use crate::manifest::status::{Action, Party, Status};
use crate::units::Grams;

/// A leg and what has become of it.
#[derive(Clone, Copy, Debug)]
pub struct Ridden<'a> {
    /// As it was taken over, else as it was planned.
    pub leg: &'a Leg,
    pub is_planned: bool,
    /// Index of the hand-over that began it; none of the first leg and of what is only planned.
    pub begun_by: Option<usize>,
}

impl Manifest {
    /// All legs by number: those planned, then those added.
    pub fn journey(&self) -> impl Iterator<Item = Ridden<'_>> {
        let overs = &self.transit.hand_overs;
        let planned = self.filed.legs.iter().map(|leg| {
            let begun_by = overs.iter().position(|over| over.data.to_leg.n == leg.n);
            let leg = begun_by.map_or(leg, |at| &overs[at].data.to_leg);
            Ridden { leg, is_planned: true, begun_by }
        });
        let added = overs.iter().enumerate().filter(|(_, over)| over.data.added);
        let added = added.map(|(at, over)| Ridden {
            leg: &over.data.to_leg,
            is_planned: false,
            begun_by: Some(at),
        });
        planned.chain(added)
    }

    /// The planned leg that comes next, or the next one of this carrier.
    pub fn next_leg(&self, of: Option<OrganisationId>) -> Option<&Leg> {
        let open = self.filed.legs.iter().skip(1).filter(|leg| !self.has_begun(leg));
        open.into_iter().find(|leg| of.is_none_or(|carrier| leg.carrier_id == carrier))
    }

    /// The number of the leg that a carrier takes the load over on, and whether nobody had planned
    /// it.
    pub fn leg_begun_by(&self, carrier: OrganisationId) -> (i64, bool) {
        let one_more = || self.journey().map(|ridden| ridden.leg.n).max().unwrap_or(0) + 1;
        self.next_leg(Some(carrier)).map_or_else(|| (one_more(), true), |leg| (leg.n, false))
    }

    fn has_begun(&self, leg: &Leg) -> bool {
        self.transit.hand_overs.iter().any(|over| over.data.to_leg.n == leg.n)
    }

    /// Every carrier of its legs; one that has several comes several times.
    pub fn carriers(&self) -> impl Iterator<Item = OrganisationId> + '_ {
        let planned = self.filed.legs.iter().map(|leg| leg.carrier_id);
        planned.chain(self.transit.hand_overs.iter().map(|over| over.data.to_leg.carrier_id))
    }

    /// Who carries it; where nobody said that it left, the last carrier planned.
    pub fn delivering_carrier(&self) -> Option<OrganisationId> {
        let planned = || self.filed.legs.last().map(|leg| leg.carrier_id);
        self.riding.as_ref().map(|riding| riding.carrier_id).or_else(planned)
    }

    /// Whether it is this carrier that has the load by the book.
    pub fn has_aboard(&self, carrier: OrganisationId) -> bool {
        self.delivering_carrier() == Some(carrier)
    }

    /// The plates that its load is on now, from departure to receipt: the vehicles, and the trailer
    /// as long as the load is on the vehicle that the leg began with.
    pub fn plates(&self) -> Vec<&str> {
        let Some(riding) = &self.riding else { return Vec::new() };
        let mut plates: Vec<&str> = riding.vehicles.iter().map(|one| &*one.plate).collect();
        if let Some(Ridden { leg, .. }) = self.journey().find(|one| one.leg.n == riding.leg) {
            let departed = self.departed.as_ref().filter(|_| leg.n == 1);
            let changed = departed.and_then(|step| step.data.vehicle_id);
            let began_with = changed.unwrap_or(leg.vehicle_id);
            let is_aboard = riding.vehicles.iter().any(|one| one.vehicle_id == began_with);
            plates.extend(leg.trailer_plate.as_deref().filter(|_| is_aboard));
        }
        plates.retain(|plate| !plate.is_empty());
        plates.sort_unstable();
        plates.dedup();
        plates
    }

    /// Who drives what of it is on this plate, else who has it first; as planned, before it leaves.
    pub fn driver(&self, plate: Option<&str>) -> Option<DriverId> {
        let aboard = self.riding.as_ref().map(|riding| riding.vehicles.as_slice());
        let aboard = aboard.unwrap_or_default();
        let there = aboard.iter().find(|one| plate == Some(&*one.plate)).or(aboard.first());
        let planned = || self.filed.legs.first().map(|leg| leg.driver_id);
        there.map(|one| one.driver_id).or_else(planned)
    }

    /// What is on its way: shipped and not lost.
    pub fn on_the_way(&self) -> Grams {
        let shipped: Grams = self.filed.items.iter().map(|item| item.mass_g).sum();
        shipped - self.progress.iter().map(|item| item.lost_g).sum()
    }

    /// Whether a carrier of it may take this step as its carrier: the first one departs, the
    /// present one stops, and whoever has it last arrives.
    pub fn is_carriers_turn(&self, action: Action, carrier: OrganisationId) -> bool {
        let is = |leg: Option<&Leg>| leg.is_some_and(|leg| leg.carrier_id == carrier);
        let rides = |riding: &Riding| riding.carrier_id == carrier;
        match action {
            Action::Depart => is(self.filed.legs.first()),
            Action::Stop => self.riding.as_ref().is_none_or(rides),
            Action::Arrive => {
                // Nobody waits for a hand-over that was never tapped: the last carrier planned
                // arrives as well as the one who has it by the book.
                let is_present =
                    self.status == Status::InTransit && self.riding.as_ref().is_none_or(rides);
                is_present || is(self.filed.legs.last())
            }
            _ => true,
        }
    }
}

/// The load came with this carrier (the last planned, where it does not say), if not with the one
/// that had it by the book.
pub fn brought_by(manifest: &mut Manifest, carrier: Option<OrganisationId>) {
    if carrier.is_none() && manifest.riding.is_some() {
        return;
    }
    let mut legs = manifest.filed.legs.iter().rev();
    let leg = legs.find(|leg| carrier.is_none_or(|carrier| leg.carrier_id == carrier));
    manifest.riding = leg.map(Riding::on);
}

/// The load is there: a leg that was planned and that nobody took over is a gap.
pub fn skipped_legs(manifest: &mut Manifest) {
    let legs = manifest.filed.legs.iter().skip(1).filter(|leg| !manifest.has_begun(leg));
    let skipped: Vec<Gap> = legs
        .map(|leg| Gap {
            organisation_id: Some(leg.carrier_id),
            ..Gap::skipped("hand_over", Party::Carrier, "medium")
        })
        .collect();
    manifest.gaps.extend(skipped);
}

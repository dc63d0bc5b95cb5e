//! The ids of what is on stage, and labels in them.

use std::collections::HashMap;
use std::time::Duration;

use serde_json::{Value, json};

use super::{Stage, instant};
use crate::clock::rfc3339;
use crate::ctx::{Actor, Ctx, Role, Via};
use crate::grant::Grants;
use crate::ids::{
    ContainerId, DriverId, ManifestId, OrganisationId, RoundId, SiteId, StorageAreaId, UserId,
    VehicleId,
};
use crate::problem::Problem;
use crate::simulate::label::{Label, Planned};
use crate::simulate::load::{Load, Paper, PaperKind};
use crate::simulate::units::kg;
use crate::simulate::world::{DAY, Sec};

/// A party as it stands in the registers.
#[expect(clippy::struct_field_names, reason = "each is the id of another thing")]
#[derive(Clone, Copy, Debug)]
pub struct Settled {
    pub organisation_id: OrganisationId,
    pub site_id: SiteId,
    pub user_id: UserId,
    /// Where a receiver puts what it takes.
    pub area_id: Option<StorageAreaId>,
}

#[derive(Debug, Default)]
pub struct Ids {
    pub parties: HashMap<usize, Settled>,
    pub vehicles: HashMap<usize, (VehicleId, DriverId)>,
    pub manifests: HashMap<usize, ManifestId>,
    /// Manifests whose receiver had no room: where they went instead.
    pub rerouted: HashMap<usize, usize>,
    pub rounds: HashMap<usize, RoundId>,
    /// Whose waste nobody had room for or was not let go, and since when it lies there.
    pub stuck: HashMap<usize, Sec>,
    /// Boxes of a load.
    pub boxes: HashMap<usize, Vec<ContainerId>>,
    /// What carries the refused part of a load.
    pub sent: HashMap<usize, ManifestId>,
    /// Grams that a party treated of loads on a day.
    pub treated: HashMap<(usize, i64), i64>,
}

/// The act leans on one that was refused.
fn not_there() -> Problem {
    Problem::internal("it leans on what was refused before")
}

impl Stage<'_> {
    pub fn party(&self, party: usize) -> Result<Settled, Problem> {
        self.ids.borrow().parties.get(&party).copied().ok_or_else(not_there)
    }

    pub fn vehicle(&self, vehicle: usize) -> Result<(VehicleId, DriverId), Problem> {
        self.ids.borrow().vehicles.get(&vehicle).copied().ok_or_else(not_there)
    }

    pub fn manifest(&self, key: usize) -> Result<ManifestId, Problem> {
        self.ids.borrow().manifests.get(&key).copied().ok_or_else(not_there)
    }

    /// Where a load goes.
    pub fn end_of(&self, load: &Load) -> usize {
        self.ids.borrow().rerouted.get(&load.key).copied().unwrap_or(load.to)
    }

    /// A load was treated where it went.
    pub fn treated(&self, (party, at): (usize, Sec), grams: impl Iterator<Item = i64>) {
        let day = (party, at.div_euclid(DAY));
        *self.ids.borrow_mut().treated.entry(day).or_default() += grams.sum::<i64>();
    }

    /// What a paper says. A plant tells of its day what was planned or, where a load went to it
    /// instead of another or waited, what was done.
    pub fn told(&self, paper: &Paper, at: Sec) -> Value {
        let mut told = paper.body.clone();
        let day = (paper.party, at.div_euclid(DAY));
        let done = self.ids.borrow().treated.get(&day).copied().unwrap_or(0);
        if paper.kind == PaperKind::FacilityDay && told["treated_kg"].as_f64() == Some(0.0) {
            told["treated_kg"] = json!(kg(done));
            if done > 0 {
                told["status"] = json!("running");
            }
        }
        told
    }

    pub fn round(&self, round: usize) -> Result<RoundId, Problem> {
        self.ids.borrow().rounds.get(&round).copied().ok_or_else(not_there)
    }

    /// The context of a party's administrator.
    pub fn as_party(&self, party: usize, at: Sec) -> Result<Ctx, Problem> {
        let settled = self.party(party)?;
        Ok(self.ctx(
            Actor {
                user_id: settled.user_id,
                organisation_id: settled.organisation_id,
                role: Role::Admin,
                via: Via::Password,
                session_id: None,
                division: None,
                regiment: None,
                agency: None,
                grants: Grants::NONE,
            },
            at,
        ))
    }

    /// The program itself, for what regulators do.
    pub fn as_system(&self, at: Sec) -> Ctx {
        self.ctx(Actor::system(), at)
    }

    fn ctx(&self, actor: Actor, at: Sec) -> Ctx {
        // No act may lose its commit to a slow disk: the same seed would give another world.
        let patience = Duration::from_hours(1);
        let times = (instant(at), self.app.clock.wall());
        Ctx { patience, ..Ctx::unasked(actor, times, "simulate") }
    }

    /// Labels with ids. One that is about manifests of which none has come to be falls away.
    pub fn labels(&self, planned: &[Planned]) -> Vec<Label> {
        let all = planned.iter().enumerate().map(|(n, one)| (one, self.label(n, one)));
        let real = all.filter(|(planned, label)| {
            planned.manifests.is_empty() || !label.manifest_ids.is_empty()
        });
        let mut labels: Vec<Label> = real.map(|(_, label)| label).collect();
        // What could not go lies there from then on: true, and nobody's fraud.
        let mut stuck: Vec<_> =
            self.ids.borrow().stuck.iter().map(|(party, at)| (*party, *at)).collect();
        stuck.sort_unstable();
        for (n, (party, at)) in stuck.into_iter().enumerate() {
            let times = (at, self.world.ends);
            let lapse = Planned::lapse(("stuck", "focus", &["AL76"]), times);
            labels.push(self.label(planned.len() + n, &Planned { parties: vec![party], ..lapse }));
        }
        labels
    }

    /// What was refused has no id and is not named.
    fn label(&self, n: usize, planned: &Planned) -> Label {
        let ids = self.ids.borrow();
        let manifests = planned.manifests.iter().filter_map(|key| ids.manifests.get(key));
        let parties = || planned.parties.iter().filter_map(|party| ids.parties.get(party));
        let vehicles = planned.vehicles.iter().filter_map(|one| ids.vehicles.get(one));
        let drivers = planned.drivers.iter().filter_map(|one| ids.vehicles.get(one));
        // What is never treated goes on lying there after the last of it came in.
        let lasts = if planned.fraud == "hoarding" { 200 * DAY } else { 0 };
        Label {
            id: format!("L{:05}", n + 1),
            fraud: planned.fraud.to_owned(),
            family: planned.family.to_owned(),
            rules: planned.rules.iter().map(|rule| (*rule).to_owned()).collect(),
            manifest_ids: manifests.map(|id| id.uuid().to_string()).collect(),
            organisation_ids: parties().map(|one| one.organisation_id.uuid().to_string()).collect(),
            site_ids: parties().map(|one| one.site_id.uuid().to_string()).collect(),
            vehicle_ids: vehicles.map(|one| one.0.uuid().to_string()).collect(),
            driver_ids: drivers.map(|one| one.1.uuid().to_string()).collect(),
            from: rfc3339(instant(planned.from)),
            to: rfc3339(instant(planned.to + lasts)),
            subtlety: planned.subtlety,
            honest: planned.honest,
        }
    }
}

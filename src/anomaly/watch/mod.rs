//! The watch: everything the rules remember, and the one way through them: events in the order of
//! the log, and the clock between them. Pure: no I/O, no clock of its own.
//!
//! Must hold: what comes out depends on the events and the times given, in their order, and on
//! nothing else, so that a rebuild from zero finds the same cases; what an event costs does not
//! grow with what happened before it.

pub mod book;
pub mod load;
pub mod rules;
pub mod seen;
pub mod stats;
#[cfg(test)]
mod tests;
pub mod time;
pub mod timers;
pub mod traces;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::finding::{About, Finding, Gone, Outcome, Raised, case_id};
use super::param::Param;
use super::rule::RuleId;
use super::setting::{Set, Settings};
use crate::calendar::Calendar;
use crate::catalogue::Catalogue;
use crate::ids::{
    AnomalyId, DriverId, LicenceId, ManifestId, OrganisationId, RoundId, SiteId, StorageAreaId,
    TransferApplicationId, VehicleId,
};
use crate::registry::application::TransferApplication;
use crate::registry::{Driver, Licence, Organisation, Place, Site, Vehicle};
use book::{Book, Leaf};
use load::Load;
use rules::{
    capacity, corridor, drift, ending, ghost, kitchen, mass, medical, movement, network, pace,
    paper, registers, reports, scale, shells, silence, stock, storage_age, stove, terms, track,
};
use seen::{Seen, What};
use timers::Timers;

/// What rules look up: tables that do not change while the program runs.
#[derive(Debug)]
pub struct Reference {
    pub catalogue: Catalogue,
    pub calendar: Calendar,
}

/// Where the watch stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The position of the next event.
    pub position: i64,
    /// How far the clock has been followed.
    pub now: DateTime<Utc>,
    /// When the first event of the log was recorded.
    pub began: Option<DateTime<Utc>>,
}

macro_rules! books {
    ($($(#[$doc:meta])* $name:ident: $key:ty => $value:ty,)+) => {
        /// Everything the rules remember.
        #[derive(Debug)]
        pub struct Watch {
            pub reference: Arc<Reference>,
            pub mark: Mark,
            pub settings: Settings,
            pub timers: Timers,
            /// When what is being looked at came or was due. The clock may have been followed a
            /// little further than a recorded event: what is found must not depend on that.
            at: DateTime<Utc>,
            outcomes: Vec<Outcome>,
            $($(#[$doc])* pub $name: Book<$key, $value>,)+
        }

        impl Watch {
            /// A watch that has seen nothing.
            pub fn new(reference: Arc<Reference>) -> Self {
                Self {
                    reference,
                    mark: Mark { position: 0, now: DateTime::UNIX_EPOCH, began: None },
                    settings: Settings::default(),
                    timers: Timers::default(),
                    at: DateTime::UNIX_EPOCH,
                    outcomes: Vec::new(),
                    $($name: Book::default(),)+
                }
            }

            /// What has changed since the last call, to be stored.
            pub fn changes(&mut self) -> Result<Vec<Leaf>, serde_json::Error> {
                let mut leaves = Vec::new();
                self.timers.drain(&mut leaves)?;
                $(self.$name.drain(stringify!($name), &mut leaves)?;)+
                Ok(leaves)
            }

            /// Takes over an entry as it was stored.
            pub fn restore(
                &mut self,
                book: &str,
                key: &str,
                body: &str,
            ) -> Result<(), serde_json::Error> {
                match book {
                    "timers" => self.timers.restore(key, body),
                    $(stringify!($name) => self.$name.restore(key, body),)+
                    // A rule that is gone left it.
                    _ => Ok(()),
                }
            }
        }
    };
}

books! {
    organisations: OrganisationId => registers::Party,
    sites: SiteId => Site,
    licences: LicenceId => Licence,
    vehicles: VehicleId => Vehicle,
    drivers: DriverId => Driver,
    areas: StorageAreaId => crate::registry::StorageArea,
    loads: ManifestId => Load,
    /// Cases that are there, by their ids.
    raised: AnomalyId => Raised,
    settings_made: (String, String, String) => Set,
    registered: Uuid => registers::Papers,
    owed: SiteId => registers::Owed,
    classes: OrganisationId => reports::Class,
    tallies: String => registers::Tally,
    drift: (SiteId, SiteId) => drift::Drift,
    gains: (SiteId, SiteId) => drift::Drift,
    hauls: (OrganisationId, SiteId) => drift::Drift,
    round_drift: (OrganisationId, SiteId) => drift::Drift,
    scale: SiteId => scale::Scale,
    books_of: (SiteId, i32) => mass::Balance,
    roads: VehicleId => movement::Road,
    drivers_roads: DriverId => movement::Road,
    lanes: (SiteId, SiteId) => pace::Lane,
    nights: (SiteId, SiteId, i32) => movement::Nights,
    weights: (SiteId, String) => paper::Weights,
    filings: OrganisationId => paper::Filings,
    serials: String => paper::Serial,
    hands: SiteId => paper::Hands,
    stocks: SiteId => stock::Stock,
    pickups: (SiteId, String) => medical::Pickups,
    wards: SiteId => medical::Wards,
    kitchens: SiteId => kitchen::Kitchen,
    /// Whose stops a round of kitchen waste has.
    rounds: RoundId => kitchen::Stops,
    making: SiteId => silence::Making,
    peers: String => silence::Peers,
    tracks: VehicleId => track::Track,
    /// Where its trips ended.
    ends: VehicleId => ending::Trips,
    /// Where trips from one site to another were.
    corridors: (SiteId, SiteId) => corridor::Corridor,
    stoves: SiteId => stove::Stove,
    lines: (LicenceId, i64, i32) => capacity::Line,
    plants: SiteId => capacity::Plant,
    flows: (String, SiteId) => network::Flow,
    shares: (String, String) => network::Shares,
    /// Manifests that carry on what came in on others.
    chains: ManifestId => shells::Chain,
    medical_vehicles: VehicleId => ghost::Served,
    misfits: SiteId => terms::Misfit,
    applications: TransferApplicationId => TransferApplication,
    lots: SiteId => storage_age::Lots,
    /// Where in the log stands what cases of no single event rest on.
    traces: Uuid => traces::Traces,
}

impl Watch {
    /// Sees an event, after everything that was due before it.
    pub fn see(&mut self, seen: &Seen<'_>) {
        self.advance(seen.recorded_at);
        self.at = seen.recorded_at;
        self.mark.began.get_or_insert(seen.recorded_at);
        traces::see(self, seen);
        match &seen.what {
            What::Manifest(id, happening) => {
                use crate::manifest::Happening;
                if let Happening::Filed(filed) = &**happening {
                    let load = Load::filed(*id, filed, seen);
                    rules::manifest(self, &load, seen, happening);
                    rules::filed(self, &load, seen, filed);
                    self.loads.put(*id, load);
                } else if let Some(load) = self.loads.edit(id) {
                    load.evolve(happening, seen);
                    let load = load.clone();
                    rules::manifest(self, &load, seen, happening);
                    if rules::is_over(&load, happening) {
                        self.loads.remove(id);
                        self.chains.remove(id);
                    }
                } else {
                    rules::afterwards(self, *id, happening);
                }
            }
            What::Round(id, happening) => rules::round(self, *id, happening, seen),
            What::Ledger(entry) => rules::ledger(self, entry, seen),
            What::Setting(set) => self.set(set),
            What::Readings(batch, readings) => rules::readings(self, batch, readings, seen),
            what => {
                registers::see(self, what, seen);
                terms::see(self, what, seen);
            }
        }
        self.mark.position = seen.position + 1;
    }

    /// Does what is due by then.
    pub fn advance(&mut self, to: DateTime<Utc>) {
        while let Some((at, timer, subject)) = self.timers.pop(to) {
            self.mark.now = self.mark.now.max(at);
            self.at = at;
            rules::due(self, timer, subject);
        }
        self.mark.now = self.mark.now.max(to);
    }

    fn set(&mut self, set: &Set) {
        self.settings.set(set);
        let key = (set.rule.clone(), set.param.clone(), set.division.clone());
        self.settings_made.put(key, set.clone());
    }

    /// After all entries have been restored.
    pub fn resume(&mut self, mark: Mark) {
        self.mark = mark;
        let mut made: Vec<&Set> = self.settings_made.iter().map(|(_, set)| set).collect();
        made.sort_by(|one, other| (&one.rule, &one.param).cmp(&(&other.rule, &other.param)));
        for set in made {
            self.settings.set(set);
        }
    }

    /// What has come out since the last call.
    pub fn take(&mut self) -> Vec<Outcome> {
        std::mem::take(&mut self.outcomes)
    }

    pub const fn now(&self) -> DateTime<Utc> {
        self.mark.now
    }

    /// What a parameter is set to.
    pub fn param(&self, param: Param, division: &str) -> f64 {
        self.settings.get(param, division)
    }

    /// A case is there.
    pub fn raise(&mut self, mut finding: Finding) {
        self.prove(&mut finding);
        let division = finding.divisions.first().map_or("", String::as_str);
        if !self.settings.is_on(finding.rule, division) {
            return;
        }
        let id = finding.case_id();
        let severity = finding.severity;
        match self.raised.edit(&id) {
            Some(raised) => {
                raised.times += 1;
                raised.severity = raised.severity.max(severity);
            }
            None => {
                self.raised.put(id, Raised { severity, times: 1 });
            }
        }
        self.outcomes.push(Outcome::Raised { at: self.at, finding });
    }

    /// The facts of a case are gone, if it was there.
    pub fn clear(&mut self, rule: RuleId, about: (About, Uuid), key: &str, reason: Gone) {
        let case = case_id(rule, about, key);
        if self.raised.remove(&case).is_some() {
            self.outcomes.push(Outcome::Cleared { at: self.at, case, reason });
        }
    }

    pub fn is_raised(&self, rule: RuleId, about: (About, Uuid), key: &str) -> bool {
        self.raised.get(&case_id(rule, about, key)).is_some()
    }

    /// Nothing is wrong yet; who has to act is reminded.
    pub fn remind(&mut self, mut finding: Finding) {
        self.prove(&mut finding);
        self.outcomes.push(Outcome::Reminder { at: self.at, finding });
    }

    /// A finding about a manifest, with its parties and places.
    pub fn of_load(&self, rule: u8, load: &Load) -> Finding {
        let rule = RuleId(rule);
        Finding {
            rule,
            severity: rule.severity(),
            about: (About::Manifest, load.id.uuid()),
            key: String::new(),
            stream: load.stream.clone(),
            divisions: load.divisions(),
            manifests: vec![load.id],
            organisations: load.parties(),
            evidence: serde_json::json!({}),
            proofs: load.proofs.clone(),
        }
    }

    /// The same of what is the receiver's duty: nobody else is named.
    pub fn of_receiver(&self, rule: u8, load: &Load) -> Finding {
        Finding { organisations: vec![load.to_org], ..self.of_load(rule, load) }
    }

    /// The same of what the producer answers for.
    pub fn of_producer(&self, rule: u8, load: &Load) -> Finding {
        Finding { organisations: vec![load.from_org], ..self.of_load(rule, load) }
    }

    /// The same of what happens on the road: its carriers', the producer's where it has none.
    pub fn of_carriers(&self, rule: u8, load: &Load) -> Finding {
        let carriers = load.carriers.clone();
        let organisations = if carriers.is_empty() { vec![load.from_org] } else { carriers };
        Finding { organisations, ..self.of_load(rule, load) }
    }

    /// A finding about a site; `None` where nobody registered it.
    pub fn of_site(&self, rule: u8, site: SiteId, stream: &str) -> Option<Finding> {
        let entry = self.sites.get(&site)?;
        let rule = RuleId(rule);
        Some(Finding {
            rule,
            severity: rule.severity(),
            about: (About::Site, site.uuid()),
            key: String::new(),
            stream: stream.to_owned(),
            divisions: vec![entry.division.clone()],
            manifests: Vec::new(),
            organisations: vec![entry.organisation_id],
            evidence: serde_json::json!({}),
            proofs: Vec::new(),
        })
    }

    pub fn division(&self, site: SiteId) -> String {
        self.sites.get(&site).map(|site| site.division.clone()).unwrap_or_default()
    }

    /// Where a site is, as far as it was told.
    pub fn place(&self, site: SiteId) -> Option<Place> {
        self.sites.get(&site).and_then(|site| site.location)
    }

    pub fn organisation(&self, id: OrganisationId) -> Option<&Organisation> {
        self.organisations.get(&id).map(|party| &party.entry)
    }
}

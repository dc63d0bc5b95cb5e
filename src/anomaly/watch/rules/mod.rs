//! The rules, one file a family. Each looks at an event, or at a timer that is due, keeps what it
//! needs in its own books, and raises or clears cases. `docs/anomalies.md` lists what each does.

pub mod applied;
pub mod capacity;
pub mod corridor;
pub mod deadline;
pub mod drift;
pub mod ending;
pub mod fall;
pub mod gaps;
pub mod ghost;
pub mod grease;
pub mod kitchen;
pub mod mass;
pub mod medical;
pub mod movement;
pub mod network;
pub mod output;
pub mod pace;
pub mod paper;
pub mod periods;
pub mod recovery;
pub mod registers;
pub mod reports;
pub mod rights;
pub mod scale;
pub mod shed;
pub mod shells;
pub mod silence;
pub mod soon;
pub mod sorting;
pub mod stock;
pub mod storage_age;
pub mod stove;
pub mod terms;
pub mod track;
pub mod weight;

use uuid::Uuid;

use super::Watch;
use super::load::Load;
use super::seen::Seen;
use super::timers::Timer;
use crate::ids::{ManifestId, RoundId, SiteId, VehicleId};
use crate::manifest::{Filed, Happening};
use crate::registry::LedgerEntry;
use crate::round;
use crate::track::{Batch, Reading};

/// A manifest was filed: what only its filing tells.
pub fn filed(w: &mut Watch, load: &Load, seen: &Seen<'_>, filed: &Filed) {
    paper::filed(w, load, seen, filed);
    rights::filed(w, load, filed);
}

/// Something happened to a manifest; the load is as it left it.
pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    deadline::manifest(w, load, seen, happening);
    mass::manifest(w, load, seen, happening);
    weight::manifest(w, load, happening);
    movement::manifest(w, load, seen, happening);
    track::manifest(w, load, happening);
    ending::manifest(w, load, seen, happening);
    paper::manifest(w, load, seen, happening);
    medical::manifest(w, load, seen, happening);
    kitchen::manifest(w, load, seen, happening);
    stock::manifest(w, load, seen, happening);
    silence::manifest(w, load, seen, happening);
    capacity::manifest(w, load, seen, happening);
    network::manifest(w, load, seen, happening);
    terms::manifest(w, load, seen, happening);
    reports::manifest(w, load, seen, happening);
    ghost::manifest(w, load, seen, happening);
    shells::manifest(w, load, seen, happening);
}

/// Something happened to a manifest of which nothing was expected any more.
pub fn afterwards(w: &mut Watch, id: ManifestId, happening: &Happening) {
    if matches!(happening, Happening::Departed(_)) {
        ghost::left(w, id);
    }
}

/// Something happened to a round.
pub fn round(w: &mut Watch, id: RoundId, happening: &round::Happening, seen: &Seen<'_>) {
    mass::round(w, id, happening, seen);
    kitchen::round(w, id, happening, seen);
}

/// An entry was made in a site's ledger by hand.
pub fn ledger(w: &mut Watch, entry: &LedgerEntry, seen: &Seen<'_>) {
    mass::ledger(w, entry, seen);
    medical::ledger(w, entry, seen);
    kitchen::ledger(w, entry, seen);
    stock::ledger(w, entry, seen);
    silence::ledger(w, entry, seen);
    capacity::ledger(w, entry, seen);
    storage_age::ledger(w, entry, seen);
    reports::ledger(w, entry);
}

/// Devices told what they read.
pub fn readings(w: &mut Watch, batch: &Batch, readings: &[Reading], seen: &Seen<'_>) {
    if batch.about == "vehicle" {
        let vehicle = VehicleId::of(batch.about_id);
        ending::readings(w, vehicle, readings, seen);
        track::readings(w, vehicle, readings, seen);
    } else {
        stove::readings(w, SiteId::of(batch.about_id), readings, seen);
    }
}

/// A timer is due, at the watch's own time.
pub fn due(w: &mut Watch, timer: Timer, subject: Uuid) {
    match timer {
        Timer::Depart
        | Timer::Arrive
        | Timer::ReceiveSoon
        | Timer::Receive
        | Timer::Treat
        | Timer::StoredSoon
        | Timer::Stored
        | Timer::SendOn
        | Timer::PlantStorage => {
            deadline::due(w, timer, ManifestId::of(subject));
        }
        Timer::Ended => ending::due(w, ManifestId::of(subject)),
        Timer::SiteStore | Timer::Pickup => medical::due(w, timer, subject),
        Timer::Week => {
            let site = SiteId::of(subject);
            stock::week(w, site);
            silence::week(w, site);
            medical::week(w, site);
        }
        Timer::Month => {
            let site = SiteId::of(subject);
            silence::month(w, site);
            registers::no_plan_ever(w, site);
            kitchen::month(w, site);
            capacity::month(w, site);
            storage_age::month(w, site);
        }
        Timer::Plan
        | Timer::Report
        | Timer::Insurance
        | Timer::EmergencyPlan
        | Timer::LicenceSoon => {
            registers::due(w, timer, subject);
        }
        _ => terms::due(w, timer, subject),
    }
}

/// Whether nothing can happen to it any more that a rule asks about.
pub fn is_over(load: &Load, happening: &Happening) -> bool {
    match happening {
        Happening::Cancelled(_) => true,
        Happening::Completed(data) => data.is_final,
        Happening::Received(data) => {
            (load.is_return() && load.kind == "return") || data.decision == "refuse"
        }
        Happening::SentOn(_) => load.received_at.is_some() && load.untreated_g() == 0,
        _ => false,
    }
}

//! Rules: registers.

#![allow(unused_imports)]
use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use crate::manifest::Happening;
use crate::registry::LedgerEntry;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Papers {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Owed {}

pub fn see(w: &mut Watch, what: &super::super::seen::What, _seen: &Seen<'_>) {
    use super::super::seen::What;
    match what {
        What::Organisation(entry) => {
            w.organisations.put(entry.id, Party { entry: entry.clone() });
        }
        What::Site(entry) => {
            w.sites.put(entry.id, (**entry).clone());
        }
        What::Licence(entry) => {
            w.licences.put(entry.id, (**entry).clone());
        }
        What::Vehicle(entry) => {
            w.vehicles.put(entry.id, entry.clone());
        }
        What::Driver(entry) => {
            w.drivers.put(entry.id, entry.clone());
        }
        What::StorageArea(entry) => {
            w.areas.put(entry.id, entry.clone());
        }
        _ => {}
    }
}
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Party {
    pub entry: crate::registry::Organisation,
}

pub fn filed(_w: &mut Watch, _load: &Load, _filed: &crate::manifest::Filed) {}

pub fn due(_w: &mut Watch, _timer: super::super::timers::Timer, _id: uuid::Uuid) {}

//! Labels: what is wrong in a world, and which cases would be right about it.

use serde::{Deserialize, Serialize};

use super::load::Key;
use super::world::Sec;

/// What is wrong, by places in the plan's lists.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Planned {
    pub fraud: &'static str,
    pub family: &'static str,
    pub rules: Vec<&'static str>,
    pub manifests: Vec<Key>,
    pub parties: Vec<usize>,
    pub vehicles: Vec<usize>,
    pub drivers: Vec<usize>,
    pub from: Sec,
    pub to: Sec,
    pub subtlety: f64,
    pub honest: bool,
}

impl Planned {
    /// A lapse of honest life.
    pub fn lapse(
        (fraud, family, rules): (&'static str, &'static str, &[&'static str]),
        (from, to): (Sec, Sec),
    ) -> Self {
        let rules = rules.to_vec();
        Self { fraud, family, rules, from, to, honest: true, ..Self::default() }
    }

    /// Takes the manifest in, and the time of it.
    pub fn touch(&mut self, key: Key, (from, to): (Sec, Sec)) {
        if !self.manifests.contains(&key) {
            self.manifests.push(key);
        }
        self.note(from, to);
    }

    /// Widens the time.
    pub fn note(&mut self, from: Sec, to: Sec) {
        if self.to == 0 {
            (self.from, self.to) = (from, to);
        }
        self.from = self.from.min(from);
        self.to = self.to.max(to);
    }
}

/// A label as it is written: a line of `labels.ndjson`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Label {
    pub id: String,
    pub fraud: String,
    pub family: String,
    pub rules: Vec<String>,
    pub manifest_ids: Vec<String>,
    pub organisation_ids: Vec<String>,
    pub site_ids: Vec<String>,
    pub vehicle_ids: Vec<String>,
    pub driver_ids: Vec<String>,
    /// RFC 3339, UTC.
    pub from: String,
    pub to: String,
    pub subtlety: f64,
    /// A lapse of honest life: a case about it is right, and none is no loss.
    pub honest: bool,
}

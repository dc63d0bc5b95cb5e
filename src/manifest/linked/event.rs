//! Mass that goes on from one manifest to another, as events tell it.
//!
//! The manifest that carries it on names its sources in `filed`; each source has an event of its
//! own in the same commit, and one more where the other is cancelled and gives the mass back.

use serde::{Deserialize, Serialize};

use crate::ids::{ManifestId, StorageAreaId};
use crate::manifest::{Filed, Item};
use crate::units::Grams;
use crate::wire::api_enum;

api_enum! {
    /// Why a manifest is there: to send one's own waste (or what one stored) away, to bring
    /// refused mass back to its sender, or on to another receiver.
    pub enum Kind { Manifest = "manifest", Return = "return", Forward = "forward" }
}

/// A part of an item that came in on another manifest: refused there by a return or forward,
/// accepted there by any other, and stored or, where that one is a return, on the ledger again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub manifest_id: ManifestId,
    pub line: i64,
    pub mass_g: Grams,
    /// The area that it lies in until it departs, where the receipt named one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_area_id: Option<StorageAreaId>,
    /// It came home on a return: it is on the sender's ledger and leaves by that.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub returned: bool,
}

/// Mass that another manifest takes on, or gives back when it is cancelled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// The manifest that takes it on.
    pub manifest_id: ManifestId,
    /// Lines of the manifest that it comes from, each once.
    pub items: Vec<LinkedItem>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkedItem {
    pub line: i64,
    pub mass_g: Grams,
}

impl Filed {
    pub fn purpose(&self) -> Kind {
        Kind::parse(&self.kind).unwrap_or(Kind::Manifest)
    }

    /// Whether all of it came in on other manifests: whoever received it may send it on.
    pub fn is_carried_on(&self) -> bool {
        self.items.iter().all(|item| item.came_in_g() == item.mass_g)
    }
}

impl Item {
    /// What came in on other manifests.
    pub fn came_in_g(&self) -> Grams {
        self.source_items.iter().map(|source| source.mass_g).sum()
    }

    /// What leaves by the sender's ledger: what did not come in on another manifest, and what came
    /// home on a return.
    pub fn own_g(&self) -> Grams {
        self.mass_g - self.stored_sources().map(|source| source.mass_g).sum()
    }

    /// The parts that were stored, or refused, and never on the sender's ledger.
    pub fn stored_sources(&self) -> impl Iterator<Item = &Source> {
        self.source_items.iter().filter(|source| !source.returned)
    }
}

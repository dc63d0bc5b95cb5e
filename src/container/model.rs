//! A container as its events have made it: each event carries it whole, so that the last one is
//! its state.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::decision::SubjectKind;
use crate::ids::{ContainerId, ManifestId, SiteId, StorageAreaId};
use crate::registry::Entry;
use crate::units::Grams;
use crate::wire::api_enum;

api_enum! {
    /// Where a container stands in its life.
    pub enum ContainerStatus {
        /// In use: waste may still be added.
        Open = "open",
        /// Closed and labelled, ready to leave.
        Sealed = "sealed",
        /// It has left its producer.
        Shipped = "shipped",
        /// It is at the receiver, accepted or refused.
        Received = "received",
        /// Nothing is in it any more.
        Emptied = "emptied",
    }
}

/// The manifest that a container is on, or was on last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Carriage {
    pub manifest_id: ManifestId,
    /// The item of the manifest, from 1.
    pub line: i64,
    pub receiver_site_id: SiteId,
}

/// One labelled package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    pub id: ContainerId,
    /// What its label says: 37 characters (HJ 1276-2022).
    pub code: String,
    /// Where it was filled.
    pub site_id: SiteId,
    pub waste_code: String,
    /// A word of the table of packagings: `steel_drum`, `medical_box`.
    pub kind: String,
    pub mass_g: Grams,
    pub stored_since: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_area_id: Option<StorageAreaId>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal_number: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch_number: Option<String>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub note: String,
    pub status: ContainerStatus,
    /// Its mass entered its site's ledger with its registration.
    pub produced: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manifest: Option<Carriage>,
    /// The manifest that it was refused on, while it waits to leave on another.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused_on: Option<Carriage>,
    /// What the receiver decided; nothing where it did not say so box by box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accepted: Option<bool>,
    /// It left and was not among what was found at the gate.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub missing: bool,
    /// The first container of the list that it was registered in.
    pub registered_with: ContainerId,
}

impl Entry for Container {
    const KIND: SubjectKind = SubjectKind::Container;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

impl Container {
    /// It lies at its producer and is on no manifest: free to change, and to travel.
    pub const fn is_free(&self) -> bool {
        matches!(self.status, ContainerStatus::Open | ContainerStatus::Sealed)
            && self.manifest.is_none()
    }

    /// It lies where it was refused (or where only the mass was spoken of), and no manifest has
    /// taken it on from there.
    pub fn is_refused(&self) -> bool {
        self.status == ContainerStatus::Received
            && self.accepted != Some(true)
            && self.refused_on.is_none()
    }

    /// What brought it to where it lies, or brings it on: a refused one is its refuser's until it
    /// leaves.
    pub fn came_with(&self) -> Option<&Carriage> {
        self.refused_on.as_ref().or(self.manifest.as_ref())
    }

    /// It waits to leave on a manifest that takes refused mass on.
    pub fn is_taken_on(&self) -> bool {
        self.status == ContainerStatus::Received && self.refused_on.is_some()
    }
}

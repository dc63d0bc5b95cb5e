//! What happens to a round, as the `data` of its events (custody.md): integer grams, ids, codes.
//!
//! What is collected, received and treated are the manifests' own events, in the same commits; a
//! round's events tie them together. No personal data: people appear by id.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};

use crate::ids::{ContainerId, ManifestId, OrganisationId, RoundId, SiteId};
use crate::journal::happenings;
use crate::manifest::{Crew, Package, PartyAt};
use crate::registry::Place;
use crate::units::Grams;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StopPlanned {
    /// From 1.
    pub n: i64,
    /// The draft that it collects by; the manifest's id once it is filed.
    pub manifest_id: ManifestId,
    pub producer_site_id: SiteId,
    pub producer: PartyAt,
}

#[expect(clippy::struct_field_names, reason = "as api.md and custody.md name it")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    pub stream: String,
    pub carrier_id: OrganisationId,
    pub carrier_name: String,
    pub carrier_uscc: String,
    #[serde(flatten)]
    pub crew: Crew,
    pub receiver_site_id: SiteId,
    pub receiver: PartyAt,
    pub planned_on: NaiveDate,
    /// The round whose stops it repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template_round_id: Option<RoundId>,
    pub stops: Vec<StopPlanned>,
}

/// Another vehicle or driver.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changed {
    #[serde(flatten)]
    pub crew: Crew,
}

/// A box, bag or bin by its label.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BoxAt {
    pub code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mass_g: Option<Grams>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stored_since: Option<DateTime<Utc>>,
}

/// What was taken at a stop. Where the producer had filed before, its manifest stands as filed and
/// this is evidence beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CollectedItem {
    /// Of the plan.
    pub line: i64,
    pub waste_code: String,
    pub mass_g: Grams,
    pub packages: Vec<Package>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub container_ids: Vec<ContainerId>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub boxes: Vec<BoxAt>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Collected {
    pub n: i64,
    pub manifest_id: ManifestId,
    pub items: Vec<CollectedItem>,
    /// The producer had signed before: by filing, or with a code on the spot.
    pub signed: bool,
    /// Until when the producer may confirm what the carrier filed for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_by: Option<DateTime<Utc>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Place>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_order: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    pub n: i64,
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_text: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_order: bool,
}

/// The producer has signed its stop: before the truck came by filing, or afterwards.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmed {
    pub n: i64,
    pub manifest_id: ManifestId,
    /// By filing: what was taken then may still be signed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ahead: bool,
    /// What it says that it hands over, where it filed ahead: with boxes, codes and seals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub items: Vec<CollectedItem>,
    /// After the period: recorded all the same.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub late: bool,
}

/// The period is over in which the producer could confirm its stop, and nothing was heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Silent {
    pub n: i64,
    pub manifest_id: ManifestId,
}

/// A stop's part of what was weighed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub n: i64,
    pub manifest_id: ManifestId,
    pub mass_g: Grams,
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub refused_g: Grams,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
const fn is_nothing(mass: &Grams) -> bool {
    mass.0 == 0
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WeighedIn {
    pub gross_g: Grams,
    pub tare_g: Grams,
    pub net_g: Grams,
    /// What the stops came to.
    pub stops_g: Grams,
    /// net - stops, signed.
    pub difference_g: Grams,
    pub within_tolerance: bool,
    /// Sums to the net, to the gram.
    pub split: Vec<Share>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_order: bool,
}

#[expect(clippy::struct_field_names, reason = "as api.md and custody.md name it")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completed {
    pub method: String,
    pub completed_on: NaiveDate,
    /// Only what has this code, where several are treated in several ways.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waste_code: Option<String>,
    pub mass_g: Grams,
    /// Everything accepted is treated.
    #[serde(rename = "final")]
    pub is_final: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_text: Option<String>,
}

happenings! {
    /// Anything that happens to a round.
    pub enum Happening {
        Planned(Box<Planned>) = "planned",
        StopAdded(Box<StopPlanned>) = "stop_added",
        Changed(Changed) = "changed",
        Collected(Collected) = "collected",
        Skipped(Skipped) = "skipped",
        Confirmed(Confirmed) = "confirmed",
        Silent(Silent) = "silent",
        WeighedIn(WeighedIn) = "weighed_in",
        Completed(Completed) = "completed",
        Cancelled(Cancelled) = "cancelled",
    }
}

impl Happening {
    /// The stop that it is about; none where it is about the round as a whole.
    pub const fn stop(&self) -> Option<i64> {
        match self {
            Self::StopAdded(stop) => Some(stop.n),
            Self::Collected(collected) => Some(collected.n),
            Self::Skipped(skipped) => Some(skipped.n),
            Self::Confirmed(confirmed) => Some(confirmed.n),
            Self::Silent(silent) => Some(silent.n),
            Self::Planned(_)
            | Self::Changed(_)
            | Self::WeighedIn(_)
            | Self::Completed(_)
            | Self::Cancelled(_) => None,
        }
    }
}

//! What happens to a trip, as the `data` of its events (custody.md): integer grams, ids.
//!
//! Departure and arrival are the manifests' own events, in the same commits. A weighing is evidence
//! of the trip's alone: it changes no item.

use serde::{Deserialize, Serialize};

use crate::ids::{ManifestId, OrganisationId, SiteId};
use crate::journal::happenings;
use crate::manifest::Crew;
use crate::registry::Place;
use crate::units::Grams;

/// An end of a manifest's way, as far as who may see it depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    pub organisation_id: OrganisationId,
    pub site_id: SiteId,
    pub division: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub regiment: Option<String>,
}

/// A manifest that rides on the trip.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rider {
    pub manifest_id: ManifestId,
    pub stream: String,
    pub producer: End,
    pub receiver: End,
    /// As it was filed.
    pub shipped_g: Grams,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opened {
    pub carrier_id: OrganisationId,
    pub carrier_name: String,
    #[serde(flatten)]
    pub crew: Crew,
    pub riders: Vec<Rider>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Joined {
    pub riders: Vec<Rider>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Departed {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub loaded_g: Option<Grams>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Place>,
    /// Those that left with it; others had left before, or were cancelled.
    pub manifest_ids: Vec<ManifestId>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_order: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrived {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gross_g: Option<Grams>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Place>,
    pub manifest_ids: Vec<ManifestId>,
    /// Nothing is under way any more.
    #[serde(rename = "final")]
    pub is_final: bool,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_order: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Share {
    pub manifest_id: ManifestId,
    pub mass_g: Grams,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weighed {
    pub gross_g: Grams,
    pub tare_g: Grams,
    pub net_g: Grams,
    /// Sums to the net, to the gram.
    pub split: Vec<Share>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub out_of_order: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_text: Option<String>,
}

happenings! {
    /// Anything that happens to a trip.
    pub enum Happening {
        Opened(Opened) = "opened",
        Joined(Joined) = "joined",
        Departed(Departed) = "departed",
        Arrived(Arrived) = "arrived",
        Weighed(Weighed) = "weighed",
        Cancelled(Cancelled) = "cancelled",
    }
}

impl Happening {
    /// The manifests that it is about; `None` where it is about the trip as a whole.
    pub fn manifests(&self) -> Option<Vec<ManifestId>> {
        match self {
            Self::Joined(joined) => {
                Some(joined.riders.iter().map(|rider| rider.manifest_id).collect())
            }
            Self::Departed(departed) => Some(departed.manifest_ids.clone()),
            Self::Arrived(arrived) => Some(arrived.manifest_ids.clone()),
            Self::Weighed(weighed) => {
                Some(weighed.split.iter().map(|share| share.manifest_id).collect())
            }
            Self::Opened(_) | Self::Cancelled(_) => None,
        }
    }
}

//! What a filing carries on, as a fact of it.

use super::event::{Kind, Source};
use crate::ids::ManifestId;
use crate::manifest::{Filed, Item};

/// What kind of manifest is being filed.
#[derive(Clone, Debug, Default)]
pub enum Course {
    /// One's own waste, or what one has stored of others'.
    #[default]
    Plain,
    Return(Carried),
    Forward(Carried),
}

/// Refused mass of one manifest.
#[derive(Clone, Debug)]
pub struct Carried {
    pub origin: ManifestId,
    /// The edition of the list that it was filed under.
    pub edition: String,
    /// The items of the new manifest, but for what only the lock decides.
    pub items: Vec<Item>,
    /// Nothing of what is on board needs a licensed transport.
    pub transport_is_free: bool,
}

impl Course {
    /// Of a manifest that was filed.
    pub fn again(filed: &Filed, transport_is_free: bool) -> Self {
        let carried = |origin| Carried {
            origin,
            edition: filed.edition.clone(),
            items: filed.items.clone(),
            transport_is_free,
        };
        match (filed.purpose(), filed.origin_manifest_id.map(carried)) {
            (Kind::Return, Some(carried)) => Self::Return(carried),
            (Kind::Forward, Some(carried)) => Self::Forward(carried),
            (Kind::Manifest | Kind::Return | Kind::Forward, _) => Self::Plain,
        }
    }

    pub const fn kind(&self) -> Kind {
        match self {
            Self::Plain => Kind::Manifest,
            Self::Return(_) => Kind::Return,
            Self::Forward(_) => Kind::Forward,
        }
    }

    pub const fn carried(&self) -> Option<&Carried> {
        match self {
            Self::Plain => None,
            Self::Return(carried) | Self::Forward(carried) => Some(carried),
        }
    }

    /// Where the mass of an item comes from, of refused mass.
    pub fn sources(&self, n: usize) -> Vec<Source> {
        let item = self.carried().and_then(|carried| carried.items.get(n));
        item.map(|item| item.source_items.clone()).unwrap_or_default()
    }
}

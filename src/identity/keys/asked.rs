//! What may be asked about API keys, as it crosses the wire.

use chrono::{DateTime, Utc};

use super::model::{ApiKeyStatus, KeyKind};
use crate::grant::KeyScope;
use crate::ids::ApiKeyId;
use crate::wire::{BoundedText, Cursor, List, PageLimit, paged, wire};

wire! {
    /// An API key to be made.
    pub struct MakeApiKey {
        /// What it is for, to tell it from others.
        pub name: BoundedText<1, 100>,
        /// None beyond one's own role.
        pub scopes: List<KeyScope, 1, 5>,
        /// `organisation` outlives its maker, and only administrators make it.
        pub kind: KeyKind = KeyKind::Personal,
        /// At most a year ahead, and a year when absent.
        pub expires_at: Option<DateTime<Utc>>,
    }

    /// Which API keys to list.
    pub struct ListApiKeys {
        pub status: Option<ApiKeyStatus>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<ApiKeyId>>,
    }
}

paged!(ListApiKeys);

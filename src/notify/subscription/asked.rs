//! What may be asked about subscriptions, as it crosses the wire.

use super::model::{Channel, Digest, Language};
use crate::ids::{DeliveryId, SubscriptionId};
use crate::notify::filter::{Kinds, Streams};
use crate::notify::kind::NoticeSeverity;
use crate::wire::{BoundedText, Change, Cursor, PageLimit, Patch, paged, wire};

/// One mail address.
pub type Address = BoundedText<3, 254>;

wire! {
    /// A subscription to be made, for oneself.
    pub struct MakeSubscription {
        pub channel: Channel,
        /// One mail address; with `mail`, and with nothing else.
        pub address: Option<Address>,
        /// Only these; all when empty.
        pub kinds: Kinds = Kinds::default(),
        /// Only these; all when empty.
        pub streams: Streams = Streams::default(),
        /// Only from this severity on. What has none (a step of a manifest) is told beside it only
        /// where `kinds` names it.
        pub min_severity: Option<NoticeSeverity>,
        /// Of mail: each by itself, or together.
        pub digest: Digest = Digest::None,
        pub language: Language = Language::Both,
    }

    /// What is to change of a subscription.
    pub struct ChangeSubscription {
        pub address: Change<Address>,
        pub kinds: Change<Kinds>,
        pub streams: Change<Streams>,
        pub min_severity: Patch<NoticeSeverity>,
        pub digest: Change<Digest>,
        pub language: Change<Language>,
    }

    /// Which of one's subscriptions to list.
    pub struct ListSubscriptions {
        pub channel: Option<Channel>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<SubscriptionId>>,
    }

    /// Which of one's notices to list, newest first.
    pub struct ListNotices {
        /// Only those that were not read.
        pub unread: Option<bool>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<DeliveryId>>,
    }

    /// Which subscription a link is of.
    pub struct UnsubscribeQuery {
        /// As the mail has it.
        pub t: String,
    }
}

paged!(ListSubscriptions, ListNotices);

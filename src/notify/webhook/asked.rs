//! What may be asked about webhooks, as it crosses the wire.

use super::model::WebhookStatus;
use crate::ids::{DeliveryId, WebhookId};
use crate::notify::delivery::DeliveryStatus;
use crate::notify::filter::{Kinds, Streams};
use crate::notify::kind::NoticeSeverity;
use crate::wire::{BoundedText, Change, Cursor, PageLimit, Patch, api_enum, paged, wire};

pub type Name = BoundedText<1, 100>;
pub type Target = BoundedText<1, { super::target::URL_CHARS_MAX }>;

api_enum! {
    /// What a webhook may be switched to by hand.
    pub enum WebhookSwitch { Active = "active", Disabled = "disabled" }
}

wire! {
    /// A webhook to be made.
    pub struct MakeWebhook {
        /// Where to: `https`, on the public internet.
        pub url: Target,
        /// What it is for, to tell it from others.
        pub name: Option<Name>,
        /// Only these; all when empty.
        pub kinds: Kinds = Kinds::default(),
        /// Only these; all when empty.
        pub streams: Streams = Streams::default(),
        /// Only from this severity on. What has none (a step of a manifest) is told beside it only
        /// where `kinds` names it.
        pub min_severity: Option<NoticeSeverity>,
    }

    /// What is to change of a webhook.
    pub struct ChangeWebhook {
        pub url: Change<Target>,
        pub name: Patch<Name>,
        pub kinds: Change<Kinds>,
        pub streams: Change<Streams>,
        pub min_severity: Patch<NoticeSeverity>,
        /// `active` lets one that was switched off go on with what still waits.
        pub status: Change<WebhookSwitch>,
    }

    /// Which webhooks to list; removed ones are not among them.
    pub struct ListWebhooks {
        pub status: Option<WebhookStatus>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<WebhookId>>,
    }

    /// Which deliveries to list, newest first.
    pub struct ListDeliveries {
        pub status: Option<DeliveryStatus>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<DeliveryId>>,
    }
}

paged!(ListWebhooks, ListDeliveries);

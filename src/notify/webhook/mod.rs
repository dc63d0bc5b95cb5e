//! Webhooks: organisations' programs that are told, signed by Standard Webhooks.

mod asked;
mod change;
mod claim_store;
pub mod deliveries;
mod look;
mod make;
mod model;
pub(super) mod post;
pub(super) mod sign;
pub(super) mod store;
pub(super) mod target;

pub use asked::{ChangeWebhook, ListDeliveries, ListWebhooks, MakeWebhook, WebhookSwitch};
pub use change::{change, remove, rotate};
pub use look::{as_at, list, one, seen_among, shown};
pub use make::{Made, make};
pub use model::{DisabledBecause, MadeWebhookView, Webhook, WebhookStatus, WebhookView};
pub use store::implied;
pub use target::Names;

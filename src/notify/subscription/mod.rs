//! Subscriptions: what users want to be told of, and what the console shows them.

mod asked;
mod keep;
mod look;
mod model;
pub(super) mod store;

pub use asked::{
    ChangeSubscription, ListNotices, ListSubscriptions, MakeSubscription, UnsubscribeQuery,
};
pub use keep::{change, linked, make, remove, unsubscribe};
pub use look::{as_at, list, mark_read, notices, one, seen_among, shown};
pub use model::{Channel, Digest, Language, Subscription, SubscriptionStatus, SubscriptionView};
pub(super) use store::Listener;
pub use store::implied;

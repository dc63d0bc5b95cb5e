//! Notifications over HTTP: webhooks, subscriptions, notices.

mod subscriptions;
mod webhooks;

use actix_web::web::ServiceConfig;

pub use subscriptions::SubscriptionApi;
pub use webhooks::WebhookApi;

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.configure(webhooks::routes).configure(subscriptions::routes);
}

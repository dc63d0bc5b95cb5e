//! Webhooks and subscriptions in the change feed.

use std::collections::HashMap;

use serde_json::Value;
use uuid::Uuid;

use super::subscription::{self, Subscription, SubscriptionView};
use super::webhook::{self, Webhook, WebhookView};
use crate::app::App;
use crate::ctx::Actor;
use crate::decision::{Subject, SubjectKind};
use crate::journal::Place;
use crate::problem::Problem;

/// Those that some changes are about.
pub struct Stood {
    viewer: Actor,
    webhooks: HashMap<Uuid, Webhook>,
    subscriptions: HashMap<Uuid, Subscription>,
}

impl Stood {
    pub async fn read(app: &App, viewer: &Actor, subjects: &[Subject]) -> Result<Self, Problem> {
        let of = |kind| {
            let those = subjects.iter().filter(move |one| one.kind == kind);
            those.map(|one| one.id).collect::<Vec<_>>()
        };
        Ok(Self {
            viewer: viewer.clone(),
            webhooks: webhook::shown(&app.pool, &of(SubjectKind::Webhook)).await?,
            subscriptions: subscription::shown(&app.pool, &of(SubjectKind::Subscription)).await?,
        })
    }

    /// One as its event left it.
    pub fn shown(&self, place: &Place, data: Value) -> Result<Option<Value>, Problem> {
        let version = place.seq + 1;
        let shown = if let Some(one) = self.webhooks.get(&place.subject_id) {
            let one = one.clone().as_recorded(data).map_err(Problem::internal)?;
            serde_json::to_value(WebhookView::of(&one, version))
        } else if let Some(one) = self.subscriptions.get(&place.subject_id) {
            let one = one.clone().as_recorded(data).map_err(Problem::internal)?;
            serde_json::to_value(SubscriptionView::of(&one, version, &self.viewer))
        } else {
            return Ok(None);
        };
        shown.map(Some).map_err(Problem::internal)
    }
}

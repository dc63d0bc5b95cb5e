//! From the outbox to deliveries: who subscribed to what happened, and may see it.
//!
//! Must hold: what a commit has told is told once to each who asked for it, wherever a process is
//! killed and however many there are. What to tell is worked out first, on what is there; then one
//! statement takes the rows away and leaves the deliveries (`fan_store.rs`).

use std::collections::BTreeSet;
use std::convert::Infallible;

use chrono::{DateTime, Utc};
use tokio::time::{Instant, sleep, sleep_until};
use uuid::Uuid;

use super::fan_store::{self, Fanned};
use super::limits::{FAN_PAUSE, FAN_POLL, FAN_ROWS_AT_ONCE, FAN_UNHEARD_AT_ONCE};
use super::subscription::{self, Channel, Listener};
use super::topic::{Told, Topic, topics_of};
use super::webhook::{self, Webhook};
use crate::app::App;
use crate::ctx::Actor;
use crate::ids::OrganisationId;
use crate::problem::Problem;

/// Follows the outbox until it is dropped.
pub async fn follow(app: &App) -> Infallible {
    let mut bell = app.committer.bell().listen();
    let mut is_ringing = true;
    loop {
        let begun = Instant::now();
        if let Err(problem) = fan_out(app).await {
            // The next look finds the same again.
            let (code, cause) = (problem.code().as_str(), &problem.cause);
            tracing::warn!(problem.code = code, ?cause, "telling was put off");
        }
        tokio::select! {
            rings = bell.rings(), if is_ringing => is_ringing = rings,
            () = sleep(FAN_POLL) => {}
        }
        // Under load the bell rings a hundred times a second.
        sleep_until(begun + FAN_PAUSE).await;
    }
}

/// Empties the outbox; answers how many deliveries that made.
pub async fn fan_out(app: &App) -> Result<i64, Problem> {
    let mut all = 0;
    loop {
        let dropped = fan_store::drop_unheard(&app.pool, FAN_UNHEARD_AT_ONCE).await?;
        if dropped as i64 == FAN_UNHEARD_AT_ONCE {
            continue;
        }
        let rows = fan_store::oldest(&app.pool, FAN_ROWS_AT_ONCE).await?;
        if rows.is_empty() {
            return Ok(all);
        }
        let (gone, made) = fan(app, &rows).await?;
        all += made;
        if made > 0 {
            app.notify.wake.notify_waiters();
        }
        if gone == 0 {
            // Another process is at them.
            return Ok(all);
        }
    }
}

async fn fan(app: &App, rows: &[Told]) -> Result<(i64, i64), Problem> {
    let topics = topics_of(app, rows).await?;
    let topics: Vec<(&Told, &Topic)> =
        rows.iter().zip(&topics).filter_map(|(row, topic)| Some((row, topic.as_ref()?))).collect();
    let named = topics.iter().flat_map(|(row, topic)| match row.recipient {
        Some(recipient) => vec![recipient],
        None => topic.organisations.clone(),
    });
    let named: BTreeSet<Uuid> = named.map(OrganisationId::uuid).collect();
    let named: Vec<Uuid> = named.into_iter().collect();
    let webhooks = webhook::store::listening(&app.pool, &named).await?;
    let webhooks: Vec<(Webhook, Actor)> =
        webhooks.into_iter().map(|one| (one.actor(), one)).map(|(who, one)| (one, who)).collect();
    let listeners = subscription::store::listening(&app.pool, &named).await?;
    let wall = app.clock.wall();
    let mut fanned = Fanned::default();
    for (row, topic) in topics {
        let content = serde_json::to_string(&topic.content()).map_err(Problem::internal)?;
        let mut tell = |channel, target, user, due: Option<DateTime<Utc>>| {
            fanned.outbox_ids.push(row.id);
            fanned.ids.push(app.mint.uuid(wall));
            fanned.channels.push(channel);
            fanned.targets.push(target);
            fanned.users.push(user);
            fanned.contents.push(content.clone());
            fanned.due.push(due);
        };
        for (webhook, actor) in &webhooks {
            if webhook.filter.wants(topic) && topic.goes_to(row, actor) {
                tell("webhook", webhook.id.uuid(), None, Some(wall));
            }
        }
        for Listener { subscription, actor } in &listeners {
            if !subscription.filter.wants(topic) || !topic.goes_to(row, actor) {
                continue;
            }
            let due = match subscription.channel {
                Channel::Console => None,
                Channel::Mail => Some(subscription.digest.due(wall)),
            };
            let (target, user) = (subscription.id.uuid(), subscription.user_id.uuid());
            tell(subscription.channel.as_str(), target, Some(user), due);
        }
    }
    // Of one instant, so only their order among themselves is chance: let it be that of the log.
    fanned.ids.sort_unstable();
    let ids: Vec<i64> = rows.iter().map(|row| row.id).collect();
    fan_store::fan(&app.pool, &ids, fanned, wall).await
}

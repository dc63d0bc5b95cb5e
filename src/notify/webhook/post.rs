//! Telling webhooks: signed, several at once, until they take it or three days are over.
//!
//! Must hold: what is told arrives at least once and always under the same `webhook-id`, wherever
//! this process is killed: a claim is a lease in the row, and runs out by itself. One address has
//! only so many under way, so a slow one holds up itself alone.

use std::convert::Infallible;
use std::error::Error;
use std::sync::Arc;

use chrono::TimeDelta;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep};
use uuid::Uuid;

use super::claim_store::{self, Claimed};
use super::model::DisabledBecause;
use super::{change, sign, target};
use crate::app::App;
use crate::ctx::{Actor, Ctx};
use crate::decision::SubjectKind;
use crate::ids::{DeliveryId, WebhookId};
use crate::notify::delivery::{Attempt, DeliveryStatus, next_attempt};
use crate::notify::delivery_store::{self, Own};
use crate::notify::kind::NoticeKind;
use crate::notify::limits::{
    RETRY_UNTIL_DAYS, WEBHOOK_ANSWER_BYTES_MAX, WEBHOOK_LEASE_S, WEBHOOK_POLL, WEBHOOK_TIMEOUT,
    WEBHOOKS_UNDER_WAY_EACH, WEBHOOKS_UNDER_WAY_MAX,
};
use crate::notify::settings::Settings;
use crate::notify::topic::{Content, Topic};
use crate::outbound;
use crate::problem::Problem;

/// The client of all webhooks: no proxy that others have set up for us, no redirects (nobody sends
/// us elsewhere), no connection kept (each attempt looks its address up anew).
pub fn client(settings: &Settings) -> Result<reqwest::Client, Problem> {
    let tls = outbound::tls().map_err(Problem::internal)?;
    reqwest::Client::builder()
        .tls_backend_preconfigured(tls)
        .dns_resolver(Arc::new(target::Guarded {
            names: settings.names.clone(),
            private: settings.private_targets,
        }))
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
        .pool_max_idle_per_host(0)
        .http1_only()
        .timeout(WEBHOOK_TIMEOUT)
        .user_agent(concat!("liandan-webhooks/", env!("CARGO_PKG_VERSION")))
        .build()
        .map_err(Problem::internal)
}

/// Sends what is due until it is dropped.
pub async fn follow(app: &App) -> Infallible {
    let mut under_way = FuturesUnordered::new();
    loop {
        let room = WEBHOOKS_UNDER_WAY_MAX - under_way.len() as i64;
        // Before the look: what comes while it is under way is not slept through.
        let woken = app.notify.wake.notified();
        let mut claiming = std::pin::pin!(claim(app, room));
        // Those under way go on meanwhile: one of them may have the connection that the claim
        // waits for, and what is not polled gives nothing back.
        let claimed = loop {
            tokio::select! {
                claimed = &mut claiming => break claimed,
                Some(()) = under_way.next() => {}
            }
        };
        match claimed {
            Ok(due) => under_way.extend(due.into_iter().map(|one| send(app, one))),
            Err(problem) => {
                // The next look finds the same again.
                let (code, cause) = (problem.code().as_str(), &problem.cause);
                tracing::warn!(problem.code = code, ?cause, "webhooks were put off");
            }
        }
        tokio::select! {
            () = woken => {}
            Some(()) = under_way.next() => {}
            () = sleep(WEBHOOK_POLL) => {}
        }
    }
}

/// Sends all that is due now; answers how many attempts that took.
pub async fn send_due(app: &App) -> Result<usize, Problem> {
    let mut all = 0;
    loop {
        let due = claim(app, WEBHOOKS_UNDER_WAY_MAX).await?;
        if due.is_empty() {
            return Ok(all);
        }
        all += due.len();
        futures_util::future::join_all(due.into_iter().map(|one| send(app, one))).await;
    }
}

async fn claim(app: &App, room: i64) -> Result<Vec<Claimed>, Problem> {
    if room <= 0 {
        return Ok(Vec::new());
    }
    let now = app.clock.wall();
    let until = now + TimeDelta::seconds(WEBHOOK_LEASE_S);
    claim_store::claim(&app.pool, (now, until), (WEBHOOKS_UNDER_WAY_EACH, room)).await
}

/// What came back.
enum Came {
    Answer { status: u16, text: String },
    Nothing(String),
}

async fn send(app: &App, due: Claimed) {
    let begun = Instant::now();
    let came = match attempt(app, &due).await {
        Ok(came) => came,
        Err(problem) => {
            let code = problem.code().as_str();
            Came::Nothing(problem.cause.unwrap_or_else(|| code.to_owned()))
        }
    };
    let took = begun.elapsed().as_millis();
    if let Err(problem) = settle(app, &due, came, took).await {
        // The lease runs out, and it is sent again.
        let (code, cause) = (problem.code().as_str(), &problem.cause);
        tracing::warn!(problem.code = code, ?cause, delivery.id = %due.id, "not noted");
    }
}

async fn attempt(app: &App, due: &Claimed) -> Result<Came, Problem> {
    let private = app.config.notify.private_targets;
    let Ok(url) = target::checked(&due.url, private) else {
        return Ok(Came::Nothing("the URL is none that webhooks may go to".to_owned()));
    };
    let id = WebhookId::of(due.webhook_id);
    let sealed = due.secret.iter().chain(&due.old_secret);
    let secrets: Option<Vec<_>> = sealed.map(|one| app.notify.vault.open(id, one)).collect();
    let Some(secrets) = secrets.filter(|secrets| !secrets.is_empty()) else {
        let reason = "its secret was sealed under another token secret: rotate it";
        return Ok(Came::Nothing(reason.to_owned()));
    };
    let content: Content = serde_json::from_str(&due.content).map_err(Problem::internal)?;
    let subject = due.subject_kind.zip(due.subject_id);
    let body = content.body(&due.kind, due.position, subject, due.happened_at).to_string();
    let (message, timestamp) = (due.id.to_string(), app.clock.wall().timestamp());
    let signature = sign::signature(&secrets, (&message, timestamp, &body))?;
    let request = app
        .notify
        .client(&app.config.notify)?
        .post(url)
        .header("content-type", "application/json")
        .header("webhook-id", message)
        .header("webhook-timestamp", timestamp)
        .header("webhook-signature", signature)
        .body(body);
    Ok(match request.send().await {
        Ok(answer) => {
            Came::Answer { status: answer.status().as_u16(), text: beginning(answer).await }
        }
        Err(err) => Came::Nothing(why(&err)),
    })
}

/// The beginning of an answer; what cannot be read of it changes nothing.
async fn beginning(mut answer: reqwest::Response) -> String {
    let mut bytes = Vec::new();
    while bytes.len() < WEBHOOK_ANSWER_BYTES_MAX
        && let Ok(Some(chunk)) = answer.chunk().await
    {
        bytes.extend_from_slice(&chunk);
    }
    bytes.truncate(WEBHOOK_ANSWER_BYTES_MAX);
    // PostgreSQL's text has no U+0000.
    String::from_utf8_lossy(&bytes).replace('\0', "\u{FFFD}")
}

/// The last cause, which says most; the URL is not in it.
fn why(err: &reqwest::Error) -> String {
    if err.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut last: &dyn Error = err;
    while let Some(cause) = last.source() {
        last = cause;
    }
    last.to_string().replace('\0', "\u{FFFD}").chars().take(500).collect()
}

async fn settle(app: &App, due: &Claimed, came: Came, took_ms: u128) -> Result<(), Problem> {
    let now = app.clock.wall();
    let (status, error, response) = match came {
        Came::Answer { status, text } => (Some(status), None, Some(text)),
        Came::Nothing(reason) => (None, Some(reason), None),
    };
    let attempt = Attempt {
        n: due.attempts,
        at: now,
        duration_ms: i32::try_from(took_ms).unwrap_or(i32::MAX),
        status: status.and_then(|code| i16::try_from(code).ok()),
        error,
        response,
    };
    let [chance] = app.mint.bytes();
    let (standing, next) = match status {
        Some(200..=299) => (DeliveryStatus::Delivered, None),
        Some(410) => (DeliveryStatus::Failed, None),
        Some(_) | None => match next_attempt(due.attempts, (due.tried_since, now), chance) {
            Some(next) => (DeliveryStatus::Pending, Some(next)),
            None => (DeliveryStatus::Failed, None),
        },
    };
    claim_store::tried(&app.pool, due.id, &attempt, (standing, next)).await?;
    let for_long =
        due.failing_since.is_some_and(|since| now - since >= TimeDelta::days(RETRY_UNTIL_DAYS));
    let because = match (status, standing) {
        (Some(410), _) => DisabledBecause::Gone,
        (_, DeliveryStatus::Delivered) => return Ok(()),
        _ if for_long => DisabledBecause::Failing,
        _ => return Ok(()),
    };
    switch_off(app, WebhookId::of(due.webhook_id), because).await
}

/// Switches a webhook off that takes nothing, and tells those who keep it.
async fn switch_off(app: &App, id: WebhookId, because: DisabledBecause) -> Result<(), Problem> {
    let (now, wall) = (app.clock.now(), app.clock.wall());
    let ctx = Ctx::unasked(Actor::system(), (now, wall), "webhooks");
    let Some(position) = change::disable(app, &ctx, id, because).await? else { return Ok(()) };
    tracing::info!(webhook.id = %id, because = because.as_str(), "a webhook was switched off");
    let kind = NoticeKind::WebhookDisabled;
    let topic = Topic { path: format!("/api/v1/webhooks/{id}"), ..Topic::of_kind(kind) };
    let keepers = delivery_store::keepers(&app.pool, id).await?;
    let notice = |user: crate::ids::UserId| Own {
        id: DeliveryId::of(app.mint.uuid(wall)),
        target_id: user.uuid(),
        user_id: Some(user),
        kind: kind.as_str(),
        subject: Some((SubjectKind::Webhook.number(), id.uuid())),
        position: Some(position),
        happened_at: now,
        content: topic.content(None),
        wall,
    };
    let notices: Vec<Own> = keepers.into_iter().map(notice).collect();
    delivery_store::insert(&app.pool, &notices).await
}

/// A trial delivery to a webhook.
pub(super) fn trial(app: &App, ctx: &Ctx, webhook: Uuid) -> Own {
    Own {
        id: DeliveryId::of(app.mint.uuid(ctx.wall)),
        target_id: webhook,
        user_id: None,
        kind: NoticeKind::Ping.as_str(),
        subject: None,
        position: None,
        happened_at: ctx.now,
        content: Topic::of_kind(NoticeKind::Ping).content(None),
        wall: ctx.wall,
    }
}

//! What becomes of a webhook: changed, given a new secret, switched off, removed. By hand, and by
//! the program where nobody takes what it is told.

use std::sync::Arc;

use chrono::TimeDelta;

use super::asked::{ChangeWebhook, WebhookSwitch};
use super::make::{Made, already_created, written};
use super::model::{DisabledBecause, Webhook, WebhookStatus};
use super::target::looked_up;
use super::{look, sign, store, target};
use crate::app::App;
use crate::command::{self, Done};
use crate::ctx::Ctx;
use crate::decision::{Decision, Guard};
use crate::ids::WebhookId;
use crate::notify::limits::OLD_SECRET_HOURS;
use crate::notify::vault::SECRET_BYTES;
use crate::problem::{Code, Problem, Text};
use crate::secret::Secret;
use crate::wire::{Asked, Change, Nothing};

type Known = (Webhook, i64);

pub async fn change(
    app: &App,
    ctx: &Ctx,
    id: WebhookId,
    asked: Asked<ChangeWebhook>,
) -> Result<Done<Webhook>, Problem> {
    let private = app.config.notify.private_targets;
    let leads = match asked.as_ref().map(|asked| &asked.url) {
        Ok(Change::Set(url)) => looked_up(url.as_str(), &app.config.notify.names, private).await,
        Ok(Change::Keep) | Err(_) => Ok(()),
    };
    let decide = |(before, version): &Known| {
        ctx.expect_version(*version)?;
        there(before)?;
        let asked = asked.as_ref().map_err(Clone::clone)?;
        if let Change::Set(url) = &asked.url {
            let url = target::checked(url.as_str(), private).and(leads);
            url.map_err(|not| not.fault("/url"))?;
        }
        let after = changed(before, asked);
        if after == *before {
            return Ok(unchanged(before, *version, ctx, 200));
        }
        let rows = vec![store::update(&after)];
        Ok(written(&after, ("webhook_changed", Some(*version)), rows, ctx))
    };
    command::run(app, ctx, async |_| look::one(app, &ctx.actor, id).await, decide).await
}

fn changed(before: &Webhook, asked: &ChangeWebhook) -> Webhook {
    let (status, because) = match asked.status {
        Change::Keep => (before.status, before.disabled_because),
        Change::Set(WebhookSwitch::Active) => (WebhookStatus::Active, None),
        Change::Set(WebhookSwitch::Disabled) if before.status == WebhookStatus::Disabled => {
            (before.status, before.disabled_because)
        }
        Change::Set(WebhookSwitch::Disabled) => {
            (WebhookStatus::Disabled, Some(DisabledBecause::ByHand))
        }
    };
    let url = match &asked.url {
        Change::Keep => before.url.clone(),
        Change::Set(url) => url.as_str().to_owned(),
    };
    let name = asked.name.clone().apply(super::asked::Name::of(before.name.clone()));
    Webhook {
        url,
        name: name.map(super::asked::Name::into_string).unwrap_or_default(),
        filter: before.filter.changed(&asked.kinds, &asked.streams, asked.min_severity.clone()),
        status,
        disabled_because: because,
        ..before.clone()
    }
}

/// 409 of one that was removed.
fn there(webhook: &Webhook) -> Result<(), Problem> {
    if webhook.status != WebhookStatus::Removed {
        return Ok(());
    }
    let text = Text::new("该推送地址已删除。", "The webhook was removed.");
    Err(Problem::new(Code::IllegalTransition, text))
}

fn unchanged(webhook: &Webhook, version: i64, ctx: &Ctx, status: i16) -> Decision {
    let read = Guard { subject: webhook.subject(), version };
    Decision::unchanged(read, ctx, status, Arc::new(webhook.clone()))
}

/// A new secret. The old one is signed with as well for a day, so that whoever receives may change
/// over without losing anything.
pub async fn rotate(
    app: &App,
    ctx: &Ctx,
    id: WebhookId,
    nothing: Asked<Nothing>,
) -> Result<Made, Problem> {
    let secret = Secret::new(app.mint.bytes::<SECRET_BYTES>().to_vec());
    let sealed = app.notify.vault.seal(id, &secret, &app.mint)?;
    let read = async |_| {
        let known = look::one(app, &ctx.actor, id).await?;
        Ok((known, store::sealed(&app.pool, id).await?))
    };
    let until = ctx.wall + TimeDelta::hours(OLD_SECRET_HOURS);
    let decide = |((webhook, version), old): &(Known, Option<Vec<u8>>)| {
        ctx.expect_version(*version)?;
        there(webhook)?;
        nothing.as_ref().map_err(Clone::clone)?;
        let old = old.clone().map(|old| (old, until));
        let rows = vec![store::secrets(id, Some(sealed.clone()), old)];
        Ok(written(webhook, ("webhook_secret_rotated", Some(*version)), rows, ctx))
    };
    match command::run::<_, Webhook>(app, ctx, read, decide).await? {
        Done::Written { output, .. } | Done::Previewed { output, .. } => {
            // Whatever stands between is found by the next look.
            let (_, version) = look::one(app, &ctx.actor, id).await?;
            let secret = sign::shown(&secret);
            Ok(Made { webhook: (*output).clone(), version, secret })
        }
        Done::Replayed(_) => Err(already_created()),
    }
}

/// It is told nothing any more, and its secrets are gone. Again: nothing.
pub async fn remove(
    app: &App,
    ctx: &Ctx,
    id: WebhookId,
    nothing: Asked<Nothing>,
) -> Result<(), Problem> {
    let decide = |(before, version): &Known| {
        ctx.expect_version(*version)?;
        nothing.as_ref().map_err(Clone::clone)?;
        if before.status == WebhookStatus::Removed {
            return Ok(unchanged(before, *version, ctx, 204));
        }
        let after =
            Webhook { status: WebhookStatus::Removed, disabled_because: None, ..before.clone() };
        let rows = vec![store::update(&after), store::secrets(id, None, None)];
        Ok(written(&after, ("webhook_removed", Some(*version)), rows, ctx))
    };
    let read = async |_| look::one(app, &ctx.actor, id).await;
    command::run::<_, Webhook>(app, ctx, read, decide).await.map(drop)
}

/// The program switches it off; answers the position of that event, where it was not off yet.
pub(super) async fn disable(
    app: &App,
    ctx: &Ctx,
    id: WebhookId,
    because: DisabledBecause,
) -> Result<Option<i64>, Problem> {
    let decide = |(before, version): &Known| {
        if before.status != WebhookStatus::Active {
            return Ok(unchanged(before, *version, ctx, 200));
        }
        let (status, disabled_because) = (WebhookStatus::Disabled, Some(because));
        let after = Webhook { status, disabled_because, ..before.clone() };
        let rows = vec![store::update(&after)];
        Ok(written(&after, ("webhook_disabled", Some(*version)), rows, ctx))
    };
    let read = async |_| look::one(app, &ctx.actor, id).await;
    Ok(match command::run::<_, Webhook>(app, ctx, read, decide).await? {
        Done::Written { position, .. } => position,
        Done::Replayed(_) | Done::Previewed { .. } => None,
    })
}

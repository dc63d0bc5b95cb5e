//! Making a webhook (`POST /webhooks`): an administrator for its organisation, a regulator of the
//! corps or of a division for its own.

use std::sync::Arc;

use super::asked::MakeWebhook;
use super::model::{Sight, Webhook, WebhookStatus};
use super::target::{NoTarget, looked_up};
use super::{sign, store, target};
use crate::app::App;
use crate::command::{self, Done};
use crate::ctx::{Ctx, Role};
use crate::decision::{Decision, EventDraft, Output, Row, Written};
use crate::identity::policy;
use crate::ids::WebhookId;
use crate::notify::filter::Filter;
use crate::notify::limits::WEBHOOKS_MAX;
use crate::notify::vault::SECRET_BYTES;
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::secret::Secret;
use crate::wire::Asked;

/// A webhook with a new secret.
pub struct Made {
    pub webhook: Webhook,
    pub version: i64,
    pub secret: String,
}

pub async fn make(app: &App, ctx: &Ctx, asked: Asked<MakeWebhook>) -> Result<Made, Problem> {
    let role = ctx.actor.role;
    policy::require(matches!(role, Role::Admin | Role::CorpsRegulator | Role::DivisionRegulator))?;
    let id = WebhookId::of(app.mint.uuid(ctx.now));
    let secret = Secret::new(app.mint.bytes::<SECRET_BYTES>().to_vec());
    let sealed = app.notify.vault.seal(id, &secret, &app.mint)?;
    let read = async |_| store::count(&app.pool, ctx.actor.organisation_id).await;
    let private = app.config.notify.private_targets;
    // Outside the decision, which must not wait for anybody.
    let leads = match &asked {
        Ok(asked) => looked_up(asked.url.as_str(), &app.config.notify.names, private).await,
        Err(_) => Ok(()),
    };
    let decide = |kept: &i64| {
        let asked = asked.as_ref().map_err(Clone::clone)?;
        let url = target::checked(asked.url.as_str(), private).and(leads);
        decide((*kept, url), asked, (id, &sealed), ctx)
    };
    match command::run::<_, Webhook>(app, ctx, read, decide).await? {
        Done::Written { output, .. } | Done::Previewed { output, .. } => {
            Ok(Made { webhook: (*output).clone(), version: 1, secret: sign::shown(&secret) })
        }
        Done::Replayed(_) => Err(already_created()),
    }
}

pub(super) fn already_created() -> Problem {
    let text = Text::new(
        "签名密钥只显示一次；如已丢失，请轮换。",
        "The secret was shown once; if it is lost, rotate it.",
    );
    Problem::new(Code::AlreadyCreated, text)
}

fn decide(
    (kept, url): (i64, Result<(), NoTarget>),
    asked: &MakeWebhook,
    (id, sealed): (WebhookId, &[u8]),
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let mut findings = Findings::new();
    if let Err(not) = url {
        findings.refuse(not.fault("/url"));
    }
    if kept >= WEBHOOKS_MAX {
        let text = Text::new(
            format!("本单位已有 {WEBHOOKS_MAX} 个推送地址，请先删除不用的。"),
            format!("Your organisation has {WEBHOOKS_MAX} webhooks; remove some that nobody uses."),
        );
        findings.refuse(Fault::new(Code::InUse, "/url", text));
    }
    findings.settle()?;
    let actor = &ctx.actor;
    let webhook = Webhook {
        id,
        organisation_id: actor.organisation_id,
        user_id: actor.user_id,
        name: asked.name.as_ref().map(|name| name.as_str().to_owned()).unwrap_or_default(),
        url: asked.url.as_str().to_owned(),
        filter: Filter::of(&asked.kinds, &asked.streams, asked.min_severity),
        sight: Sight {
            role: actor.role,
            agency: actor.agency.clone(),
            division: actor.division.clone(),
            regiment: actor.regiment.clone(),
        },
        status: WebhookStatus::Active,
        disabled_because: None,
        created_at: ctx.now,
    };
    let rows = vec![store::insert(&webhook, sealed.to_vec())];
    Ok(written(&webhook, ("webhook_made", None), rows, ctx))
}

/// The decision that leaves the webhook as it is here. `version`: that which was read; none of a
/// new one.
pub(super) fn written(
    webhook: &Webhook,
    (kind, version): (&'static str, Option<i64>),
    rows: Vec<Row>,
    ctx: &Ctx,
) -> Decision {
    let subject = webhook.subject();
    let event = EventDraft {
        subject,
        kind,
        occurred_at: ctx.now,
        actor: (&ctx.actor).into(),
        data: webhook.recorded(),
    };
    let output = Arc::new(webhook.clone());
    let finish = move |_: &_| {
        let output = Arc::clone(&output) as Output;
        Ok(Written { events: vec![event.clone()], rows: rows.clone(), notices: Vec::new(), output })
    };
    let status = if version.is_none() { 201 } else { 200 };
    let mut decision = Decision::new(subject, ctx, status, Box::new(finish));
    decision.advance(subject, version);
    decision
}

//! Making an API key (`POST /api-keys`). The key is shown in the one answer and never again: a
//! repeat under the same `Idempotency-Key` is told `already_created`.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};

use super::asked::MakeApiKey;
use super::model::{ApiKey, ApiKeyStatus, KeyKind, hash_of, new_key, scope_fits};
use crate::app::App;
use crate::command::{self, Done};
use crate::ctx::{Ctx, Role};
use crate::decision::{Decision, EventDraft, Guard, Output, Written};
use crate::grant::KeyScope;
use crate::identity::policy;
use crate::identity::store::{self, Account};
use crate::identity::token::unauthorized;
use crate::ids::ApiKeyId;
use crate::limits::{API_KEY_DAYS_MAX, API_KEYS_MAX};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::secret::Secret;
use crate::wire::Asked;

/// A key that was made.
pub struct Made {
    pub stored: ApiKey,
    pub key: Secret<String>,
}

/// What making depends on: who makes it, and how many the organisation has.
struct Facts {
    maker: Account,
    kept: i64,
}

pub async fn make(app: &App, ctx: &Ctx, asked: Asked<MakeApiKey>) -> Result<Made, Problem> {
    if let Ok(MakeApiKey { kind: KeyKind::Organisation, .. }) = &asked {
        let may = matches!(ctx.actor.role, Role::Admin | Role::CorpsRegulator);
        policy::require(may)?;
    }
    let asked = match asked {
        Ok(asked) => asked,
        Err(problem) => {
            return match command::refuse::<ApiKey>(app, ctx, problem).await? {
                Done::Replayed(_) => Err(already_created()),
                Done::Written { .. } | Done::Previewed { .. } => Err(Problem::not_found()),
            };
        }
    };
    let (key, prefix) = new_key(&app.mint);
    let new = New { id: ApiKeyId::of(app.mint.uuid(ctx.now)), prefix, hash: hash_of(key.reveal()) };
    let read = async |_| {
        let maker = store::account(&app.pool, ctx.actor.user_id).await?;
        let kept = store::count_keys(&app.pool, ctx.actor.organisation_id, ctx.wall).await?;
        Ok(Facts { maker: maker.ok_or_else(unauthorized)?, kept })
    };
    match command::run::<_, ApiKey>(app, ctx, read, |facts| decide(facts, &asked, &new, ctx))
        .await?
    {
        Done::Written { output, .. } | Done::Previewed { output, .. } => {
            Ok(Made { stored: (*output).clone(), key })
        }
        Done::Replayed(_) => Err(already_created()),
    }
}

fn already_created() -> Problem {
    let text = Text::new(
        "该密钥已创建，只显示一次；如已丢失，请作废后重新创建。",
        "The key was made and shown once; if it is lost, revoke it and make another.",
    );
    Problem::new(Code::AlreadyCreated, text)
}

/// What chance gave.
struct New {
    id: ApiKeyId,
    prefix: String,
    hash: [u8; 32],
}

/// All rules of making a key.
fn decide(facts: &Facts, asked: &MakeApiKey, new: &New, ctx: &Ctx) -> Result<Decision, Problem> {
    let maker = &facts.maker.user;
    let mut findings = Findings::new();
    for (n, scope) in asked.scopes.iter().enumerate() {
        if !scope_fits(maker.rights.role, *scope) {
            let text = Text::new(
                format!("权限 {scope} 超出您的角色。"),
                format!("The scope `{scope}` goes beyond your role."),
            );
            findings.refuse(Fault::new(Code::InvalidValue, format!("/scopes/{n}"), text));
        }
    }
    let latest = ctx.wall + TimeDelta::days(API_KEY_DAYS_MAX);
    let expires_at = asked.expires_at.unwrap_or(latest);
    if expires_at <= ctx.wall || expires_at > latest {
        let text = Text::new(
            format!("失效时间应在今后 {API_KEY_DAYS_MAX} 天之内。"),
            format!("A key expires within {API_KEY_DAYS_MAX} days from now."),
        );
        findings.refuse(Fault::new(Code::OutOfRange, "/expires_at", text));
    }
    if facts.kept >= API_KEYS_MAX {
        let text = Text::new(
            format!("本单位有效密钥已达 {API_KEYS_MAX} 个，请先作废不用的。"),
            format!("Your organisation has {API_KEYS_MAX} keys; revoke some that nobody uses."),
        );
        findings.refuse(Fault::new(Code::InUse, "/name", text));
    }
    findings.settle()?;
    let mut scopes: Vec<KeyScope> = asked.scopes.iter().copied().collect();
    scopes.sort_unstable();
    scopes.dedup();
    let key = ApiKey {
        id: new.id,
        organisation_id: maker.organisation_id,
        user_id: maker.id,
        kind: asked.kind,
        name: asked.name.as_str().to_owned(),
        prefix: new.prefix.clone(),
        scopes,
        rights: maker.rights.clone(),
        epoch: facts.maker.key_epoch,
        status: ApiKeyStatus::Active,
        created_at: ctx.now,
        expires_at: expires_at.with_timezone(&Utc),
        last_used_at: None,
    };
    let mut decision = written(&key, Some(new.hash), ctx);
    // Whoever is demoted in the same second makes no key with the old role.
    decision.lean_on([Guard { subject: maker.subject(), version: maker.version }]);
    Ok(decision)
}

/// The decision that leaves the key as it is here: a new one where its hash is given.
pub(super) fn written(key: &ApiKey, hash: Option<[u8; 32]>, ctx: &Ctx) -> Decision {
    let subject = key.subject();
    let event = EventDraft {
        subject,
        kind: if hash.is_some() { "key_made" } else { "key_revoked" },
        occurred_at: ctx.now,
        actor: (&ctx.actor).into(),
        data: key.recorded(),
    };
    let row = match &hash {
        Some(hash) => store::insert_key(key, hash),
        None => store::end_key(key),
    };
    let (is_new, output) = (hash.is_some(), Arc::new(key.clone()));
    let finish = move |_: &_| {
        let output = Arc::clone(&output) as Output;
        let (events, rows) = (vec![event.clone()], vec![row.clone()]);
        Ok(Written { events, rows, notices: Vec::new(), output })
    };
    let status = if is_new { 201 } else { 204 };
    let mut decision = Decision::new(subject, ctx, status, Box::new(finish));
    decision.advance(subject, (!is_new).then_some(1));
    decision
}

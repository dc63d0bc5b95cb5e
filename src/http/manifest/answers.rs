//! What manifest handlers answer with, shared by reads and steps.

use std::collections::HashMap;

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;

use crate::app::App;
use crate::command::Done;
use crate::ctx::Ctx;
use crate::db::{self, FirstAnswer};
use crate::http::{Answer, REPLAYED, etag};
use crate::ids::ManifestId;
use crate::manifest::{self, Draft, Look, ManifestView, Stored, draft_view, find_draft, view};
use crate::problem::Problem;

/// The path of a manifest.
pub fn address(id: ManifestId) -> String {
    format!("/api/v1/manifests/{id}")
}

/// A stored manifest as the caller sees it.
pub async fn shown(app: &App, ctx: &Ctx, stored: Stored) -> Result<ManifestView, Problem> {
    let ids: Vec<uuid::Uuid> = manifest::accounts(&stored.manifest).collect();
    let balances = db::balances_of(&app.pool, &ids).await?;
    let standings = manifest::standings(&app.pool, [&stored.manifest].into_iter()).await?;
    let (balances, standings) = (&balances, &standings);
    let look = Look { app, actor: &ctx.actor, lang: ctx.lang, balances, standings };
    Ok(view(stored.id, &stored.manifest, stored.contact, &look))
}

/// The answer of a command on a manifest, with the status of its first success.
pub async fn stepped(app: &App, ctx: &Ctx, (done, status): (Done<Stored>, StatusCode)) -> Answer {
    let (output, settled) = match done {
        Done::Written { output, settled, .. } | Done::Previewed { output, settled } => {
            (output, settled)
        }
        Done::Replayed(first) => return replayed(app, ctx, first).await,
    };
    let Stored { id, manifest, contact } = &*output;
    let mut balances: HashMap<_, _> = settled.balances.into_iter().collect();
    // A step that moves no capacity (a departure) has not looked at it.
    let unread = manifest::accounts(manifest).filter(|account| !balances.contains_key(account));
    let unread: Vec<uuid::Uuid> = unread.collect();
    if !unread.is_empty() {
        balances.extend(db::balances_of(&app.pool, &unread).await?);
    }
    let standings = manifest::standings(&app.pool, [manifest].into_iter()).await?;
    let (balances, standings) = (&balances, &standings);
    let look = Look { app, actor: &ctx.actor, lang: ctx.lang, balances, standings };
    let shown = view(*id, manifest, contact.clone(), &look);
    let mut answer = HttpResponse::build(status);
    if status == StatusCode::CREATED && !ctx.validate_only {
        answer.insert_header((LOCATION, address(*id)));
    }
    Ok(answer.insert_header(etag(manifest.version)).json(shown))
}

/// The first answer again: the manifest as it stood then.
pub async fn replayed(app: &App, ctx: &Ctx, first: FirstAnswer) -> Answer {
    let id = ManifestId::of(first.subject.id);
    let status = u16::try_from(first.status).ok().and_then(|code| StatusCode::from_u16(code).ok());
    let status = status.unwrap_or(StatusCode::OK);
    // A draft has no events to fold: it is shown as it stands or, since filed, as it was filed.
    if first.version == 0
        && let Some(draft) = find_draft(&app.pool, &ctx.actor, id).await?
    {
        return Ok(saved(ctx, &draft, status, true));
    }
    let stored = manifest::visible(app, &ctx.actor, id).await?;
    let then = manifest::as_of(&app.pool, id, first.version.max(1)).await?;
    let version = then.version;
    let shown = shown(app, ctx, Stored { manifest: then, ..stored }).await?;
    let mut answer = HttpResponse::build(status);
    if status == StatusCode::CREATED {
        answer.insert_header((LOCATION, address(id)));
    }
    Ok(answer.insert_header(etag(version)).insert_header((REPLAYED, "true")).json(shown))
}

/// A draft's answer.
pub fn saved(ctx: &Ctx, draft: &Draft, status: StatusCode, is_replayed: bool) -> HttpResponse {
    let mut answer = HttpResponse::build(status);
    if status == StatusCode::CREATED && !ctx.validate_only {
        answer.insert_header((LOCATION, address(draft.id)));
    }
    if is_replayed {
        answer.insert_header((REPLAYED, "true"));
    }
    answer.insert_header(etag(draft.version)).json(draft_view(draft, &ctx.actor))
}

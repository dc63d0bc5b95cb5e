//! Amendments over HTTP: propose, answer, read.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::Data;

use super::answers::address;
use crate::app::App;
use crate::command::Done;
use crate::ctx::Ctx;
use crate::http::{Answer, Body, Caller, CommandQuery, Outcome, ProblemBody, Segments, etag};
use crate::ids::ManifestId;
use crate::manifest::amend::{
    self, Amended, AmendmentView, ApproveAmendment, ProposeAmendment, RejectAmendment,
};
use crate::manifest::{self, Content, Stored};
use crate::problem::Problem;
use crate::reads::What;
use crate::wire::Page;

/// The answer of a command on an amendment; a repeat shows it as it stood then.
async fn answered(
    app: &App,
    ctx: &Ctx,
    (id, n): (ManifestId, Option<i64>),
    (done, status): (Done<Amended>, StatusCode),
) -> Answer {
    let outcome = Outcome::of(done, status, async |first| {
        let stored = manifest::readable(app, &ctx.actor, id).await?;
        let all = amend::amendments(&app.pool, id, Some(first.version)).await?;
        let found = match n {
            Some(n) => all.into_iter().find(|one| one.n == n),
            None => all.into_iter().last(),
        };
        let amendment = found.ok_or_else(|| Problem::internal("a repeat without amendment"))?;
        let then = manifest::as_of(&app.pool, id, first.version).await?;
        Ok(Amended { stored: Stored { manifest: then, ..stored }, amendment })
    });
    let outcome = outcome.await?;
    let Amended { stored, amendment } = &*outcome.value;
    let mut answer = outcome.answer(stored.manifest.version);
    if n.is_none() && !ctx.validate_only {
        answer.insert_header((LOCATION, format!("{}/amendments/{}", address(id), amendment.n)));
    }
    Ok(answer.json(AmendmentView::from(amendment)))
}

/// Propose an amendment: the fields to change, with their new values. It holds once the other side
/// has approved it; a regulator's own correction holds at once.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/amendments", tag = "manifests",
    operation_id = "propose_amendment", request_body = ProposeAmendment,
    params(("id" = ManifestId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = AmendmentView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn propose(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<ProposeAmendment>(&body)?;
    let id = segments.id("id", ManifestId::of)?;
    let done = amend::propose(&app, &ctx, id, asked).await?;
    answered(&app, &ctx, (id, None), (done, StatusCode::CREATED)).await
}

/// Approve an amendment. Rules and accounts are asked again; where they refuse, it stays proposed.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/amendments/{n}/approve", tag = "manifests",
    operation_id = "approve_amendment", request_body = ApproveAmendment,
    params(("id" = ManifestId, Path), ("n" = i64, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = AmendmentView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn approve(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command_or_empty::<ApproveAmendment>(&body)?;
    let which = which(&segments)?;
    let content = Content::of(asked, body.bytes()?);
    let done = amend::approve(&app, &ctx, which, content).await?;
    answered(&app, &ctx, (which.0, Some(which.1)), (done, StatusCode::OK)).await
}

/// Reject an amendment: the manifest stays as it was signed.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/amendments/{n}/reject", tag = "manifests",
    operation_id = "reject_amendment", request_body = RejectAmendment,
    params(("id" = ManifestId, Path), ("n" = i64, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = AmendmentView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn reject(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command_or_empty::<RejectAmendment>(&body)?;
    let which = which(&segments)?;
    let done = amend::reject(&app, &ctx, which, asked).await?;
    answered(&app, &ctx, (which.0, Some(which.1)), (done, StatusCode::OK)).await
}

/// The amendments of a manifest, oldest first, with both versions of what they change.
#[utoipa::path(
    get, path = "/api/v1/manifests/{id}/amendments", tag = "manifests",
    operation_id = "list_amendments", params(("id" = ManifestId, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<AmendmentView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let ctx = caller.reading();
    let id = segments.id("id", ManifestId::of)?;
    let stored = manifest::readable(&app, &ctx.actor, id).await?;
    let below = Some(stored.manifest.version);
    let all = amend::amendments(&app.pool, id, below).await?;
    let data: Vec<AmendmentView> = all.iter().map(AmendmentView::from).collect();
    caller.looked(What::Amendments, &[id]).await?;
    Ok(HttpResponse::Ok().json(Page { data, next_cursor: None }))
}

/// One amendment of a manifest.
#[utoipa::path(
    get, path = "/api/v1/manifests/{id}/amendments/{n}", tag = "manifests",
    operation_id = "show_amendment", params(("id" = ManifestId, Path), ("n" = i64, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = AmendmentView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let ctx = caller.reading();
    let (id, n) = which(&segments)?;
    let stored = manifest::readable(&app, &ctx.actor, id).await?;
    let version = stored.manifest.version;
    let all = amend::amendments(&app.pool, id, Some(version)).await?;
    let found = all.iter().find(|one| one.n == n).ok_or_else(Problem::not_found)?;
    caller.looked(What::Amendments, &[id]).await?;
    Ok(HttpResponse::Ok().insert_header(etag(version)).json(AmendmentView::from(found)))
}

/// The manifest and the number of its amendment.
fn which(segments: &Segments) -> Result<(ManifestId, i64), Problem> {
    let id = segments.id("id", ManifestId::of)?;
    Ok((id, segments.number("n")?))
}

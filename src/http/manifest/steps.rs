//! Commands on manifests.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;

use super::answers::{replayed, saved, stepped};
use crate::app::App;
use crate::command::Done;
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Segments};
use crate::ids::ManifestId;
use crate::manifest::{
    self, AnyManifest, Arrive, Cancel, Complete, Content, Depart, DraftView, FileManifest,
    ForwardManifest, ManifestView, Receive, ReturnManifest, is_draft,
};
use crate::trip;

/// File a manifest (or keep a draft): 201 and its address. Every check is made, the receiver's
/// capacity and the producer's mass on hand are reserved, and a number is taken, in one commit.
#[utoipa::path(
    post, path = "/api/v1/manifests", tag = "manifests", request_body = FileManifest,
    params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = AnyManifest),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn file(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<FileManifest>(&body)?;
    if is_draft(&asked, body.bytes()?) {
        return match manifest::save(&app, &ctx, body.bytes()?).await? {
            Done::Written { output, .. } | Done::Previewed { output, .. } => {
                Ok(saved(&ctx, &output, StatusCode::CREATED, false))
            }
            Done::Replayed(first) => replayed(&app, &ctx, first).await,
        };
    }
    let asked = manifest::with_the_rest(&app, &ctx, asked, body.bytes()?).await;
    let done = match &asked {
        Ok(onto) if onto.trip_id.is_some() => trip::file(&app, &ctx, onto).await?,
        _ => manifest::file(&app, &ctx, asked).await?,
    };
    stepped(&app, &ctx, (done, StatusCode::CREATED)).await
}

/// Change a draft by a JSON merge patch. What is filed changes by amendment only.
#[utoipa::path(
    patch, path = "/api/v1/manifests/{id}", tag = "manifests",
    request_body(content = Object, content_type = "application/merge-patch+json"),
    params(("id" = ManifestId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = DraftView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change_draft(
    app: Data<App>,
    caller: Caller,
    segments: Segments,
    body: Body,
) -> Answer {
    let (ctx, patch) = caller.command_raw(&body)?;
    let id = segments.id("id", ManifestId::of)?;
    let changed = manifest::patch(&app, &ctx, id, patch).await?;
    Ok(saved(&ctx, &changed, StatusCode::OK, false))
}

/// File a draft: the same checks as filing at once.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/file", tag = "manifests",
    params(("id" = ManifestId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = ManifestView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn file_draft(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, nothing) = caller.command_or_empty::<crate::wire::Nothing>(&body)?;
    let id = segments.id("id", ManifestId::of)?;
    let done = manifest::file_saved(&app, &ctx, id, nothing, trip::lent).await?;
    stepped(&app, &ctx, (done, StatusCode::CREATED)).await
}

/// The load leaves. The carrier's or the producer's call is its signature; the other's is a gap
/// until it comes.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/depart", tag = "manifests", request_body = Depart,
    params(("id" = ManifestId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = ManifestView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn depart(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command_or_empty::<Depart>(&body)?;
    let id = segments.id("id", ManifestId::of)?;
    let done = manifest::depart(&app, &ctx, id, Content::of(asked, body.bytes()?)).await?;
    stepped(&app, &ctx, (done, StatusCode::OK)).await
}

/// The load is at the receiver's gate.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/arrive", tag = "manifests", request_body = Arrive,
    params(("id" = ManifestId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = ManifestView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn arrive(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command_or_empty::<Arrive>(&body)?;
    let id = segments.id("id", ManifestId::of)?;
    let done = manifest::arrive(&app, &ctx, id, Content::of(asked, body.bytes()?)).await?;
    stepped(&app, &ctx, (done, StatusCode::OK)).await
}

/// What the receiver found: per item accepted and refused, with mismatches.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/receive", tag = "manifests", request_body = Receive,
    params(("id" = ManifestId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = ManifestView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn receive(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<Receive>(&body)?;
    let id = segments.id("id", ManifestId::of)?;
    let done = manifest::receive(&app, &ctx, id, Content::of(asked, body.bytes()?)).await?;
    stepped(&app, &ctx, (done, StatusCode::OK)).await
}

/// Refused mass goes back to the site that it came from: 201 with the manifest that brings it,
/// whose number is of the place that it leaves. Never more than is held.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/return", tag = "manifests",
    request_body = ReturnManifest,
    params(("id" = ManifestId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = ManifestView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn send_back(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<ReturnManifest>(&body)?;
    let id = segments.id("id", ManifestId::of)?;
    let done = manifest::send_back(&app, &ctx, id, Content::of(asked, body.bytes()?)).await?;
    stepped(&app, &ctx, (done, StatusCode::CREATED)).await
}

/// Refused mass goes on to another receiver, judged as a filing: 201 with the manifest that carries
/// it. Never more than is held.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/forward", tag = "manifests",
    request_body = ForwardManifest,
    params(("id" = ManifestId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = ManifestView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn send_on(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<ForwardManifest>(&body)?;
    let id = segments.id("id", ManifestId::of)?;
    let done = manifest::send_on(&app, &ctx, id, Content::of(asked, body.bytes()?)).await?;
    stepped(&app, &ctx, (done, StatusCode::CREATED)).await
}

/// What was done with what was accepted; in parts too.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/complete", tag = "manifests", request_body = Complete,
    params(("id" = ManifestId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = ManifestView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn complete(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<Complete>(&body)?;
    let id = segments.id("id", ManifestId::of)?;
    let done = manifest::complete(&app, &ctx, id, Content::of(asked, body.bytes()?)).await?;
    stepped(&app, &ctx, (done, StatusCode::OK)).await
}

/// Cancel before departure. A draft is taken away: 204.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/cancel", tag = "manifests", request_body = Cancel,
    params(("id" = ManifestId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = ManifestView),
        (status = 204, description = "The draft is gone."),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn cancel(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<Cancel>(&body)?;
    let id = segments.id("id", ManifestId::of)?;
    if manifest::delete(&app, &ctx, id, &asked).await? {
        return Ok(HttpResponse::NoContent().finish());
    }
    let done = manifest::cancel(&app, &ctx, id, Content::of(asked, body.bytes()?)).await?;
    stepped(&app, &ctx, (done, StatusCode::OK)).await
}

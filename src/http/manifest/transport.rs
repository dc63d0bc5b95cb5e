//! Commands on a load on its way.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::answers::stepped;
use crate::app::App;
use crate::clock::rfc3339;
use crate::command::Done;
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Segments};
use crate::ids::ManifestId;
use crate::manifest::{
    self, Content, HandOver, ManifestView, ReportIncident, SignCode, SignEvent, Stop,
};
use crate::problem::{Code, Problem, Text};

/// One carrier gives the load to the next, whose planned leg begins, or one that is added now. The
/// caller, one of the two, signs by calling; the other's signature is a gap until it comes.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/hand-over", tag = "manifests", request_body = HandOver,
    params(("id" = ManifestId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = ManifestView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn hand_over(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<HandOver>(&body)?;
    let id = segments.id("id", ManifestId::of)?;
    let done = manifest::hand_over(&app, &ctx, id, Content::of(asked, body.bytes()?)).await?;
    stepped(&app, &ctx, (done, StatusCode::OK)).await
}

/// A stop on the way, or a change of vehicles: of the whole load or of a part, with what remains on
/// the first vehicle.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/stops", tag = "manifests", request_body = Stop,
    params(("id" = ManifestId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = ManifestView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn stop(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<Stop>(&body)?;
    let id = segments.id("id", ManifestId::of)?;
    let done = manifest::stop(&app, &ctx, id, Content::of(asked, body.bytes()?)).await?;
    stepped(&app, &ctx, (done, StatusCode::OK)).await
}

/// Spill, loss, fire, theft or breakdown, told by any party: what was lost is lost from its item.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/incidents", tag = "manifests",
    request_body = ReportIncident,
    params(("id" = ManifestId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = ManifestView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn incident(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<ReportIncident>(&body)?;
    let id = segments.id("id", ManifestId::of)?;
    let done = manifest::incident(&app, &ctx, id, Content::of(asked, body.bytes()?)).await?;
    stepped(&app, &ctx, (done, StatusCode::OK)).await
}

/// Sign a step that another has taken: by one's own call or, with their code, for the second person
/// who stands beside. The gap that waited for it closes.
#[utoipa::path(
    post, path = "/api/v1/manifests/{id}/events/{seq}/countersign", tag = "manifests",
    request_body = SignEvent,
    params(("id" = ManifestId, Path), ("seq" = i64, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = ManifestView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn countersign(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command_or_empty::<SignEvent>(&body)?;
    let at = (segments.id("id", ManifestId::of)?, segments.number::<i64>("seq")?);
    let content = Content::of(asked, body.bytes()?);
    let done = manifest::countersign(&app, &ctx, at, content).await?;
    stepped(&app, &ctx, (done, StatusCode::OK)).await
}

/// A code to sign with, shown once.
#[derive(Serialize, ToSchema)]
pub struct SigningCodeView {
    /// Six digits. They sign one step of one manifest, once.
    pub code: String,
    pub expires_at: String,
}

/// A one-time code by which the caller signs, as the second person, a step that another takes: read
/// it out, and it goes into their `countersign`. A newer one for the same step replaces it.
#[utoipa::path(
    post, path = "/api/v1/me/signing-codes", tag = "manifests", request_body = SignCode,
    params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = SigningCodeView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn signing_code(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<SignCode>(&body)?;
    let made = match manifest::signing_code(&app, &ctx, asked).await? {
        Done::Written { output, .. } | Done::Previewed { output, .. } => output,
        Done::Replayed(_) => return Err(shown_once()),
    };
    let expires_at = rfc3339(made.expires_at);
    let view = SigningCodeView { code: made.code.reveal().clone(), expires_at };
    Ok(HttpResponse::Created().json(view))
}

fn shown_once() -> Problem {
    let text = Text::new(
        "签名码已给出且只显示一次；请用新的幂等键重新获取。",
        "The code was made and is shown only once: ask for another under a new key.",
    );
    Problem::new(Code::AlreadyCreated, text)
}

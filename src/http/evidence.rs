//! Evidence over HTTP: the time line of a manifest, and the package of it and its chain.

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_DISPOSITION, CONTENT_SECURITY_POLICY, HeaderValue};
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use futures_util::stream;
use tokio::sync::OwnedSemaphorePermit;

use super::{Answer, Caller, ProblemBody, Segments};
use crate::app::{App, place};
use crate::evidence::{self, Package, TimelineView};
use crate::ids::ManifestId;
use crate::problem::Problem;
use crate::reads::What;

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/manifests/{id}/timeline").get(timeline))
        .service(web::resource("/manifests/{id}/evidence").get(package));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(paths(timeline, package))]
pub struct EvidenceApi;

/// What happened to a manifest, who did it and when; what was left out, what was due, and who
/// looked at it on the road. In the language asked for, by claimed time.
#[utoipa::path(
    get, path = "/api/v1/manifests/{id}/timeline", tag = "audit",
    params(("id" = ManifestId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = TimelineView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn timeline(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let ctx = caller.reading();
    let id = segments.id("id", ManifestId::of)?;
    let dossier = evidence::dossier(&app, &ctx, id).await?;
    let entries = evidence::entries(&dossier)?;
    caller.looked(What::Timeline, &[id]).await?;
    Ok(HttpResponse::Ok().json(evidence::timeline_view(&dossier, &entries, ctx.lang)))
}

/// All of a manifest and its chain in one ZIP: bundles, a readable account in Chinese and English
/// that prints on A4, attachments, the verifier key, and how to verify it offline.
///
/// Streamed. It ends with the newest event, as a bundle does: 503 where no checkpoint covers it.
#[utoipa::path(
    get, path = "/api/v1/manifests/{id}/evidence", tag = "audit",
    params(("id" = ManifestId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = String, content_type = "application/zip"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn package(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let ctx = caller.reading();
    let id = segments.id("id", ManifestId::of)?;
    let place = place(&app.packages)?;
    let package = Box::pin(evidence::package(&app, &ctx, id)).await?;
    caller.looked(What::Evidence, &[id]).await?;
    Ok(sent(app, package, (ctx.request_id, place)))
}

/// A package on its way: streamed, under its own name.
pub fn sent(
    app: Data<App>,
    package: Package,
    (request_id, place): (String, OwnedSemaphorePermit),
) -> HttpResponse {
    let name = format!("attachment; filename=\"evidence-{}.zip\"", package.number);
    let going = Going { app, package, request_id, _place: place };
    let mut answer = HttpResponse::Ok();
    answer
        .content_type("application/zip")
        .insert_header((CONTENT_DISPOSITION, name))
        .insert_header((CONTENT_SECURITY_POLICY, ALONE));
    answer.streaming(stream::unfold(Some(going), async |going| Box::pin(step(going?)).await))
}

/// Whoever opens it opens it from the disk.
const ALONE: HeaderValue = HeaderValue::from_static("default-src 'none'; sandbox");

/// A package on its way out.
struct Going {
    app: Data<App>,
    package: Package,
    request_id: String,
    _place: OwnedSemaphorePermit,
}

/// The next bytes, and what is left. The head has left as a success: what is wrong now breaks the
/// connection off, and the log says why.
async fn step(mut going: Going) -> Option<(Result<Bytes, Problem>, Option<Going>)> {
    match going.package.next(&going.app).await {
        Ok(bytes) => bytes.map(|bytes| (Ok(bytes.into()), Some(going))),
        Err(problem) => {
            let cause = problem.cause.clone().unwrap_or_else(|| problem.to_string());
            tracing::error!(request.id = going.request_id, cause, "an evidence package broke off");
            Some((Err(problem), None))
        }
    }
}

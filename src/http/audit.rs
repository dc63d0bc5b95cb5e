//! Audit over HTTP: where waste came from and where it went.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};

use crate::app::App;
use crate::http::{Answer, Caller, ProblemBody, Segments};
use crate::ids::ManifestId;
use crate::manifest::{self, ChainView};

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/audit/chains/{manifest_id}").get(chain));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(paths(chain))]
pub struct AuditApi;

/// Upstream and downstream of a manifest, through returns, forwards and stored waste that was sent
/// on: whose waste is in it, and where its waste is now, by exact mass fractions in whole grams.
/// Manifests that the caller may not see are there without number and parties.
#[utoipa::path(
    get, path = "/api/v1/audit/chains/{manifest_id}", tag = "audit",
    params(("manifest_id" = ManifestId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = ChainView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn chain(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let ctx = caller.reading();
    let id = segments.id("manifest_id", ManifestId::of)?;
    let chain = manifest::chain(&app, &ctx.actor, id).await?;
    Ok(HttpResponse::Ok().json(chain))
}

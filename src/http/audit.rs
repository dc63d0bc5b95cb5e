//! Audit over HTTP: where waste came from and where it went, the regulators' search, and who looked
//! at what.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};

use crate::app::App;
use crate::http::{Answer, Caller, ProblemBody, Query, Segments};
use crate::ids::ManifestId;
use crate::manifest::{self, ChainView};
use crate::reads::{self, ReadFilter, ReadView, What};
use crate::search::{self, Hit, SearchQuery};
use crate::wire::Page;

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/audit/chains/{manifest_id}").get(chain))
        .service(web::resource("/audit/search").get(find))
        .service(web::resource("/audit/reads").get(list_reads));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(paths(chain, find, list_reads), components(schemas(What)))]
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
    caller.looked(What::Chain, &[id]).await?;
    Ok(HttpResponse::Ok().json(chain))
}

/// One field for a number, plate, credit code, name, container's label or driver, for regulators:
/// whatever of it lies in their jurisdiction. By a plate, a driver's whole name or a container also
/// the manifests that rode with it.
#[utoipa::path(
    get, path = "/api/v1/audit/search", tag = "audit", params(SearchQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<Hit>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn find(app: Data<App>, caller: Caller, query: Query<SearchQuery>) -> Answer {
    let found = search::search(&app, caller.actor(), query.get()).await?;
    caller.looked(What::Search, &[]).await?;
    Ok(HttpResponse::Ok().json(found))
}

/// Who looked at what: reads by regulators, newest first. For the corps' regulators (another agency
/// than ecology sees its own reads) and the auditors of the corps' own bodies; parties are not told
/// who looked.
#[utoipa::path(
    get, path = "/api/v1/audit/reads", tag = "audit", params(ReadFilter),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<ReadView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list_reads(app: Data<App>, caller: Caller, query: Query<ReadFilter>) -> Answer {
    let (filter, found) = reads::page(&app, caller.actor(), query.get()).await?;
    let page = Page::of(found, filter.limit, |one| one.id, ReadView::from)?;
    caller.looked(What::Reads, &[]).await?;
    Ok(HttpResponse::Ok().json(page))
}

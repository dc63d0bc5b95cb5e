//! The roadside over HTTP: regulators look, and record that they did.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{self, Data, ServiceConfig};

use super::{
    Answer, Body, Caller, CommandQuery, Outcome, ProblemBody, Query, Segments, etag, whole,
};
use crate::app::App;
use crate::db::FirstAnswer;
use crate::export::riding_sheets;
use crate::ids::{InspectionId, ManifestId};
use crate::inspection::{
    self, InspectionFilter, InspectionView, NewInspection, RoadsideQuery, RoadsideView,
    inspection_view, roadside_view,
};
use crate::pages;
use crate::reads::What;
use crate::wire::Page;

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/roadside").get(roadside))
        .service(web::resource("/inspections").get(list).post(inspect))
        .service(web::resource("/inspections/{id}").get(one));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(paths(roadside, list, one, inspect))]
pub struct InspectionApi;

/// What rides on it now, by plate, number or container, with how far it can be proven; or an
/// attestation that nothing does. For regulators of any division and agency.
#[utoipa::path(
    get, path = "/api/v1/roadside", tag = "inspections", params(RoadsideQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = RoadsideView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn roadside(app: Data<App>, caller: Caller, query: Query<RoadsideQuery>) -> Answer {
    let ctx = caller.reading();
    let look = inspection::look(&app, &ctx.actor, query.get()).await?;
    let found: Vec<ManifestId> = look.found.iter().map(|one| one.stored.id).collect();
    caller.looked(What::Roadside, &found).await?;
    Ok(HttpResponse::Ok().json(roadside_view(&app, &ctx, &look)))
}

/// Inspections of one's jurisdiction, or of one's own manifests, newest first.
#[utoipa::path(
    get, path = "/api/v1/inspections", tag = "inspections", params(InspectionFilter),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<InspectionView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<InspectionFilter>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: InspectionFilter| pages::inspections(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &riding_sheets::INSPECTIONS, page).await
}

/// One inspection.
#[utoipa::path(
    get, path = "/api/v1/inspections/{id}", tag = "inspections",
    params(("id" = InspectionId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = InspectionView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", InspectionId::of)?;
    let found = inspection::inspection(&app, caller.actor(), id).await?;
    Ok(HttpResponse::Ok().insert_header(etag(1)).json(inspection_view(&found, caller.actor())))
}

/// Record a look at a load on the road: what the system shows is recorded with what was found.
#[utoipa::path(
    post, path = "/api/v1/inspections", tag = "inspections", request_body = NewInspection,
    params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = InspectionView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn inspect(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<NewInspection>(&body)?;
    let done = inspection::inspect(&app, &ctx, asked).await?;
    let again = async |first: FirstAnswer| {
        let id = InspectionId::of(first.subject.id);
        inspection::inspection(&app, &ctx.actor, id).await
    };
    let outcome = Outcome::of(done, StatusCode::CREATED, again).await?;
    let mut answer = outcome.answer(1);
    if !ctx.validate_only {
        answer.insert_header((LOCATION, format!("/api/v1/inspections/{}", outcome.value.id)));
    }
    Ok(answer.json(inspection_view(&outcome.value, &ctx.actor)))
}

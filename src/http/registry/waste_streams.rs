//! Waste streams over HTTP: private to the organisation and its regulators.

use actix_web::web::Data;

use super::answers::{answered, shown};
use super::registration;
use crate::app::App;
use crate::export::sheets;
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::ids::WasteStreamId;
use crate::pages;
use crate::registry::WasteStreamView;
use crate::registry::lists::WasteStreamQuery;
use crate::registry::waste_stream::{self, NewWasteStream, WasteStreamPatch};
use crate::wire::Page;

/// Waste streams of one's sites or jurisdiction, oldest first.
#[utoipa::path(
    get, path = "/api/v1/waste-streams", tag = "registry", operation_id = "list_waste_streams",
    params(WasteStreamQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<WasteStreamView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<WasteStreamQuery>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: WasteStreamQuery| pages::waste_streams(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &sheets::WASTE_STREAMS, page).await
}

/// One waste stream.
#[utoipa::path(
    get, path = "/api/v1/waste-streams/{id}", tag = "registry", operation_id = "show_waste_stream",
    params(("id" = WasteStreamId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = WasteStreamView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", WasteStreamId::of)?;
    let known = waste_stream::show(&app, &caller.reading(), id).await?;
    Ok(shown(known.guard.version, WasteStreamView::from(&*known)))
}

/// Register a waste stream.
#[utoipa::path(
    post, path = "/api/v1/waste-streams", tag = "registry", operation_id = "register_waste_stream",
    request_body = NewWasteStream, params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = WasteStreamView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn register(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = registration::<NewWasteStream>(&app, &caller, &body).await?;
    let done = waste_stream::register(&app, &ctx, asked).await?;
    let view = WasteStreamView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}

/// Change a waste stream.
#[utoipa::path(
    patch, path = "/api/v1/waste-streams/{id}", tag = "registry",
    operation_id = "change_waste_stream",
    request_body = WasteStreamPatch, params(("id" = WasteStreamId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = WasteStreamView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<WasteStreamPatch>(&body)?;
    let id = segments.id("id", WasteStreamId::of)?;
    let done = waste_stream::change(&app, &ctx, id, asked).await?;
    let view = WasteStreamView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}

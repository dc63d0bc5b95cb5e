//! Storage areas over HTTP: private to the organisation and its regulators.

use actix_web::web::Data;

use super::answers::{answered, shown};
use super::registration;
use crate::app::App;
use crate::export::sheets;
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::ids::StorageAreaId;
use crate::pages;
use crate::registry::StorageAreaView;
use crate::registry::lists::StorageAreaQuery;
use crate::registry::storage_area::{self, NewStorageArea, StorageAreaPatch};
use crate::wire::Page;

/// Storage areas of one's sites or jurisdiction, oldest first.
#[utoipa::path(
    get, path = "/api/v1/storage-areas", tag = "registry", operation_id = "list_storage_areas",
    params(StorageAreaQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<StorageAreaView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<StorageAreaQuery>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: StorageAreaQuery| pages::storage_areas(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &sheets::STORAGE_AREAS, page).await
}

/// One storage area.
#[utoipa::path(
    get, path = "/api/v1/storage-areas/{id}", tag = "registry", operation_id = "show_storage_area",
    params(("id" = StorageAreaId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = StorageAreaView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", StorageAreaId::of)?;
    let (known, stored) = storage_area::show(&app, &caller.reading(), id).await?;
    Ok(shown(known.guard.version, StorageAreaView::of(&known, stored)))
}

/// Register a storage area; its site's capacity grows.
#[utoipa::path(
    post, path = "/api/v1/storage-areas", tag = "registry", operation_id = "register_storage_area",
    request_body = NewStorageArea, params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = StorageAreaView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn register(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = registration::<NewStorageArea>(&app, &caller, &body).await?;
    let done = storage_area::register(&app, &ctx, asked).await?;
    let stored = storage_area::stored(&app, done.value.id).await?;
    let view = StorageAreaView::of(&done.value, stored);
    Ok(answered(&ctx, &done, view))
}

/// Change a storage area, and with it its site's capacity.
#[utoipa::path(
    patch, path = "/api/v1/storage-areas/{id}", tag = "registry",
    operation_id = "change_storage_area",
    request_body = StorageAreaPatch, params(("id" = StorageAreaId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = StorageAreaView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<StorageAreaPatch>(&body)?;
    let id = segments.id("id", StorageAreaId::of)?;
    let done = storage_area::change(&app, &ctx, id, asked).await?;
    let stored = storage_area::stored(&app, done.value.id).await?;
    let view = StorageAreaView::of(&done.value, stored);
    Ok(answered(&ctx, &done, view))
}

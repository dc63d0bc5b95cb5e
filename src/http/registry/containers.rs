//! Containers over HTTP: their site's own, their receiver's, and whoever carries them.
//!
//! A container is named by the code on its label, and by its id as well.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::Data;

use super::answers::{answered, shown};
use crate::app::App;
use crate::container::{
    self, ContainerFilter, ContainerPatch, ContainerView, Named, NewContainers, Registered,
    RegisteredView, label_svg,
};
use crate::export::riding_sheets;
use crate::http::{
    Answer, Body, Caller, CommandQuery, Outcome, ProblemBody, Query, Segments, fault_json, whole,
};
use crate::manifest;
use crate::pages;
use crate::wire::Page;

/// Containers filled at one's sites, or sent there, in the order of registration.
#[utoipa::path(
    get, path = "/api/v1/containers", tag = "registry", operation_id = "list_containers",
    params(ContainerFilter), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<ContainerView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ContainerFilter>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: ContainerFilter| pages::containers(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &riding_sheets::CONTAINERS, page).await
}

/// One container, by its code or its id.
#[utoipa::path(
    get, path = "/api/v1/containers/{id}", tag = "registry", operation_id = "show_container",
    params(("id" = String, Path, description = "The code on its label, or its id")),
    security(("bearer" = [])),
    responses(
        (status = 200, body = ContainerView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let name = Named::parse(&segments.text("id")?);
    let known = manifest::container(&app, caller.actor(), &name).await?;
    Ok(shown(known.guard.version, ContainerView::of(&known, &app.catalogue)))
}

/// The QR of a container's label, to print.
#[utoipa::path(
    get, path = "/api/v1/containers/{id}/qr.svg", tag = "registry",
    operation_id = "show_container_qr",
    params(("id" = String, Path, description = "The code on its label, or its id")),
    security(("bearer" = [])),
    responses(
        (status = 200, body = String, content_type = "image/svg+xml"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn qr(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let name = Named::parse(&segments.text("id")?);
    let known = manifest::container(&app, caller.actor(), &name).await?;
    let picture = label_svg(&known, &app.config.label_qr)?;
    Ok(HttpResponse::Ok().content_type("image/svg+xml").body(picture))
}

/// Register containers, all or none: each gets its label's code, and its mass enters the ledger of
/// its site as `produced`.
#[utoipa::path(
    post, path = "/api/v1/containers", tag = "registry", operation_id = "register_containers",
    request_body = NewContainers, params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = RegisteredView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn register(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<NewContainers>(&body)?;
    let done = container::register(&app, &ctx, asked).await?;
    let again =
        async |first: crate::db::FirstAnswer| container::registered(&app, first.subject.id).await;
    let outcome = Outcome::of(done, StatusCode::CREATED, again).await?;
    let Registered { containers, warnings } = &*outcome.value;
    let data = containers.iter().map(|one| ContainerView::of(one, &app.catalogue)).collect();
    let warnings = warnings.iter().map(|fault| fault_json(fault, ctx.lang)).collect();
    Ok(outcome.answer(1).json(RegisteredView { data, warnings }))
}

/// Change a container: seal or open it, put it elsewhere, weigh it again, empty it.
#[utoipa::path(
    patch, path = "/api/v1/containers/{id}", tag = "registry", operation_id = "change_container",
    request_body = ContainerPatch,
    params(("id" = String, Path, description = "The code on its label, or its id"), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = ContainerView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<ContainerPatch>(&body)?;
    let name = Named::parse(&segments.text("id")?);
    let done = container::change(&app, &ctx, &name, asked).await?;
    let view = ContainerView::of(&done.value, &app.catalogue);
    Ok(answered(&ctx, &done, view))
}

//! Licences over HTTP: a public register to all who are signed in.

use actix_web::web::Data;

use super::answers::{answered, shown};
use crate::app::App;
use crate::export::sheets;
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::ids::LicenceId;
use crate::pages;
use crate::registry::LicenceView;
use crate::registry::licence::{self, LicencePatch, NewLicence};
use crate::registry::lists::LicenceQuery;
use crate::wire::Page;

/// Licences, oldest first.
#[utoipa::path(
    get, path = "/api/v1/licences", tag = "registry", operation_id = "list_licences",
    params(LicenceQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<LicenceView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<LicenceQuery>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: LicenceQuery| pages::licences(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &sheets::LICENCES, page).await
}

/// One licence.
#[utoipa::path(
    get, path = "/api/v1/licences/{id}", tag = "registry", operation_id = "show_licence",
    params(("id" = LicenceId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = LicenceView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, _caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", LicenceId::of)?;
    let known = licence::show(&app, id).await?;
    Ok(shown(known.guard.version, LicenceView::from(&*known)))
}

/// Grant a licence: regulators alone.
#[utoipa::path(
    post, path = "/api/v1/licences", tag = "registry", operation_id = "grant_licence",
    request_body = NewLicence, params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = LicenceView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn grant(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<NewLicence>(&body)?;
    let done = licence::grant(&app, &ctx, asked).await?;
    let view = LicenceView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}

/// Change a licence: standing, days, masses. 409 `capacity_in_use` below what is used and reserved.
#[utoipa::path(
    patch, path = "/api/v1/licences/{id}", tag = "registry", operation_id = "change_licence",
    request_body = LicencePatch, params(("id" = LicenceId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = LicenceView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<LicencePatch>(&body)?;
    let id = segments.id("id", LicenceId::of)?;
    let done = licence::change(&app, &ctx, id, asked).await?;
    let view = LicenceView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}

//! Sites over HTTP: a public register to all who are signed in.

use actix_web::web::Data;

use super::answers::{answered, shown};
use super::registration;
use crate::app::App;
use crate::export::sheets;
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::ids::SiteId;
use crate::pages;
use crate::registry::SiteView;
use crate::registry::lists::SiteQuery;
use crate::registry::site::{self, NewSite, SitePatch};
use crate::wire::Page;

/// Sites, oldest first.
#[utoipa::path(
    get, path = "/api/v1/sites", tag = "registry", operation_id = "list_sites",
    params(SiteQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<SiteView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<SiteQuery>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: SiteQuery| pages::sites(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &sheets::SITES, page).await
}

/// One site.
#[utoipa::path(
    get, path = "/api/v1/sites/{id}", tag = "registry", operation_id = "show_site",
    params(("id" = SiteId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = SiteView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, _caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", SiteId::of)?;
    let known = site::show(&app, id).await?;
    Ok(shown(known.guard.version, SiteView::from(&*known)))
}

/// Register a site of an active organisation.
#[utoipa::path(
    post, path = "/api/v1/sites", tag = "registry", operation_id = "register_site",
    request_body = NewSite, params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = SiteView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn register(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = registration::<NewSite>(&app, &caller, &body).await?;
    let done = site::register(&app, &ctx, asked).await?;
    let view = SiteView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}

/// Change a site.
#[utoipa::path(
    patch, path = "/api/v1/sites/{id}", tag = "registry", operation_id = "change_site",
    request_body = SitePatch, params(("id" = SiteId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = SiteView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<SitePatch>(&body)?;
    let id = segments.id("id", SiteId::of)?;
    let done = site::change(&app, &ctx, id, asked).await?;
    let view = SiteView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}

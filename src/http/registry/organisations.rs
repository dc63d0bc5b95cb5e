//! Organisations over HTTP: a public register to all who are signed in.

use actix_web::web::Data;

use super::answers::{answered, shown};
use crate::app::App;
use crate::export::sheets;
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::ids::OrganisationId;
use crate::pages;
use crate::registry::OrganisationView;
use crate::registry::lists::OrganisationQuery;
use crate::registry::organisation::{self, NewOrganisation, OrganisationPatch};
use crate::wire::Page;

/// Organisations, oldest first.
#[utoipa::path(
    get, path = "/api/v1/organisations", tag = "registry", operation_id = "list_organisations",
    params(OrganisationQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<OrganisationView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<OrganisationQuery>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: OrganisationQuery| pages::organisations(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &sheets::ORGANISATIONS, page).await
}

/// One organisation.
#[utoipa::path(
    get, path = "/api/v1/organisations/{id}", tag = "registry", operation_id = "show_organisation",
    params(("id" = OrganisationId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = OrganisationView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", OrganisationId::of)?;
    let known = organisation::show(&app, &caller.reading(), id).await?;
    Ok(shown(known.guard.version, OrganisationView::from(&*known)))
}

/// Register an organisation: regulators, within their jurisdiction.
#[utoipa::path(
    post, path = "/api/v1/organisations", tag = "registry", operation_id = "register_organisation",
    request_body = NewOrganisation, params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = OrganisationView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn register(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<NewOrganisation>(&body)?;
    let done = organisation::register(&app, &ctx, asked).await?;
    let view = OrganisationView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}

/// Change an organisation. Its administrator may change the name; the rest is its regulators'.
#[utoipa::path(
    patch, path = "/api/v1/organisations/{id}", tag = "registry",
    operation_id = "change_organisation",
    request_body = OrganisationPatch, params(("id" = OrganisationId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = OrganisationView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<OrganisationPatch>(&body)?;
    let id = segments.id("id", OrganisationId::of)?;
    let done = organisation::change(&app, &ctx, id, asked).await?;
    let view = OrganisationView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}

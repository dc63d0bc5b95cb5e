//! Delegations over HTTP: seen by both organisations and their regulators, by nobody else.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::Data;

use crate::app::App;
use crate::export::riding_sheets;
use crate::http::{
    Answer, Body, Caller, CommandQuery, Outcome, ProblemBody, Query, Segments, etag, whole,
};
use crate::identity::delegation::{self, DelegationView, GiveDelegation, ListDelegations};
use crate::ids::DelegationId;
use crate::pages;
use crate::wire::{Nothing, Page};

/// Delegations that one's organisation, or one of one's jurisdiction, gives or holds; oldest first.
#[utoipa::path(
    get, path = "/api/v1/delegations", tag = "identity", params(ListDelegations),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<DelegationView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ListDelegations>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: ListDelegations| pages::delegations(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &riding_sheets::DELEGATIONS, page).await
}

/// Let another organisation sign for one's own: an administrator.
#[utoipa::path(
    post, path = "/api/v1/delegations", tag = "identity", request_body = GiveDelegation,
    params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = DelegationView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn give(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<GiveDelegation>(&body)?;
    let done = delegation::give(&app, &ctx, asked).await?;
    let given = Outcome::of(done, StatusCode::CREATED, async |first| {
        let id = DelegationId::of(first.subject.id);
        delegation::as_it_stood(&app.pool, id, first.version).await
    });
    let given = given.await?;
    let mut answer = given.answer(1);
    if !ctx.validate_only {
        let address = format!("/api/v1/delegations/{}", given.value.id);
        answer.insert_header((LOCATION, address));
    }
    Ok(answer.json(DelegationView::of(&given.value, 1)))
}

/// One delegation.
#[utoipa::path(
    get, path = "/api/v1/delegations/{id}", tag = "identity",
    params(("id" = DelegationId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = DelegationView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", DelegationId::of)?;
    let (one, version) = delegation::one(&app, caller.actor(), id).await?;
    Ok(HttpResponse::Ok().insert_header(etag(version)).json(DelegationView::of(&one, version)))
}

/// End a delegation: its giver's administrator, its holder's, or the corps' regulator. What was
/// signed by it stays signed.
#[utoipa::path(
    delete, path = "/api/v1/delegations/{id}", tag = "identity",
    params(("id" = DelegationId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 204),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn revoke(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, nothing) = caller.command_or_empty::<Nothing>(&body)?;
    let id = segments.id("id", DelegationId::of)?;
    delegation::revoke(&app, &ctx, id, nothing).await?;
    Ok(HttpResponse::NoContent().finish())
}

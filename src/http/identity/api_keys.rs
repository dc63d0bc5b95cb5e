//! API keys over HTTP: one's own, and to administrators those of the organisation.

use actix_web::HttpResponse;
use actix_web::http::header::LOCATION;
use actix_web::web::Data;

use crate::app::App;
use crate::export::riding_sheets;
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, etag, whole};
use crate::identity::keys::{self, ApiKeyView, ListApiKeys, MadeApiKeyView, MakeApiKey};
use crate::ids::ApiKeyId;
use crate::pages;
use crate::wire::{Nothing, Page};

/// API keys of one's own; of the whole organisation to its administrators; oldest first.
#[utoipa::path(
    get, path = "/api/v1/api-keys", tag = "identity", params(ListApiKeys),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<ApiKeyView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ListApiKeys>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: ListApiKeys| pages::api_keys(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &riding_sheets::API_KEYS, page).await
}

/// Make an API key. It is shown in this one answer: a repeat is told `already_created`.
#[utoipa::path(
    post, path = "/api/v1/api-keys", tag = "identity", request_body = MakeApiKey,
    params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = MadeApiKeyView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn make(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<MakeApiKey>(&body)?;
    let made = keys::make(&app, &ctx, asked).await?;
    let mut answer = HttpResponse::Created();
    answer.insert_header(etag(1));
    if !ctx.validate_only {
        answer.insert_header((LOCATION, format!("/api/v1/api-keys/{}", made.stored.id)));
    }
    let view = ApiKeyView::of(&made.stored, 1);
    Ok(answer.json(MadeApiKeyView { view, key: made.key.reveal().clone() }))
}

/// One API key, without the key.
#[utoipa::path(
    get, path = "/api/v1/api-keys/{id}", tag = "identity", params(("id" = ApiKeyId, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = ApiKeyView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", ApiKeyId::of)?;
    let (key, version) = keys::one(&app, caller.actor(), id).await?;
    Ok(HttpResponse::Ok().insert_header(etag(version)).json(ApiKeyView::of(&key, version)))
}

/// Revoke an API key: it is good for nothing from now on.
#[utoipa::path(
    delete, path = "/api/v1/api-keys/{id}", tag = "identity",
    params(("id" = ApiKeyId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 204),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn revoke(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, nothing) = caller.command_or_empty::<Nothing>(&body)?;
    let id = segments.id("id", ApiKeyId::of)?;
    keys::revoke(&app, &ctx, id, nothing).await?;
    Ok(HttpResponse::NoContent().finish())
}

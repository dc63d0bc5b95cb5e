//! Reading rounds.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::answers::shown;
use crate::app::App;
use crate::export::riding_sheets;
use crate::http::{Answer, Caller, ProblemBody, Query, Segments, etag, whole};
use crate::ids::RoundId;
use crate::pages;
use crate::reads::What;
use crate::round::{self, RoundFilter, RoundListed, RoundView, TransportCard};
use crate::wire::Page;

/// Rounds that one may see, newest first.
#[utoipa::path(
    get, path = "/api/v1/collection-rounds", tag = "rounds", params(RoundFilter),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<RoundListed>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<RoundFilter>) -> Answer {
    let (filter, ctx) = (query.get()?, caller.reading());
    caller.looked(What::Rounds, &[]).await?;
    let page = async move |filter: RoundFilter| pages::rounds(&app, &ctx, &filter).await;
    whole::answer(caller, filter, &riding_sheets::ROUNDS, page).await
}

/// One round: all of it, or one's own stops.
#[utoipa::path(
    get, path = "/api/v1/collection-rounds/{id}", tag = "rounds",
    params(("id" = RoundId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = RoundView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let ctx = caller.reading();
    let id = segments.id("id", RoundId::of)?;
    let stored = round::visible(&app, &ctx.actor, id).await?;
    caller.looked_at(What::Round, id, &[]).await?;
    let shown = shown(&app, &ctx, &stored).await?;
    Ok(HttpResponse::Ok().insert_header(etag(shown.version)).json(shown))
}

/// The transport card of a medical round (危险废物转移联单（医疗废物专用）): a row an institution, with
/// boxes counted and weighed by category. A hospital sees its own row.
#[utoipa::path(
    get, path = "/api/v1/collection-rounds/{id}/transport-card", tag = "rounds",
    params(("id" = RoundId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = TransportCard),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn transport_card(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let ctx = caller.reading();
    let id = segments.id("id", RoundId::of)?;
    let stored = round::visible(&app, &ctx.actor, id).await?;
    let card = round::transport_card(&app, &ctx.actor, &stored).await?;
    caller.looked_at(What::Round, id, &[]).await?;
    Ok(HttpResponse::Ok().insert_header(etag(stored.round.version)).json(card))
}

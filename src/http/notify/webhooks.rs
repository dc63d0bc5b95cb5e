//! Webhooks over HTTP: made and kept by an organisation's administrators; their deliveries.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{self, Data, ServiceConfig};

use crate::app::App;
use crate::db::FirstAnswer;
use crate::http::{
    Answer, Body, Caller, CommandQuery, Outcome, ProblemBody, Query, Segments, etag,
};
use crate::ids::{DeliveryId, WebhookId};
use crate::notify::delivery::{DeliveryDetailView, DeliveryStatus, DeliveryView};
use crate::notify::webhook::{
    self, ChangeWebhook, DisabledBecause, ListDeliveries, ListWebhooks, Made, MadeWebhookView,
    MakeWebhook, Webhook, WebhookStatus, WebhookSwitch, WebhookView, deliveries,
};
use crate::notify::{NoticeKind, NoticeSeverity};
use crate::problem::Problem;
use crate::wire::{Nothing, Page};

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/webhooks").get(list).post(make))
        .service(web::resource("/webhooks/{id}").get(one).patch(change).delete(remove))
        .service(web::resource("/webhooks/{id}/rotate-secret").post(rotate))
        .service(web::resource("/webhooks/{id}/ping").post(ping))
        .service(web::resource("/webhooks/{id}/deliveries").get(list_deliveries))
        .service(web::resource("/webhooks/{id}/deliveries/{delivery_id}").get(delivery))
        .service(
            web::resource("/webhooks/{id}/deliveries/{delivery_id}/redeliver").post(redeliver),
        );
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(list, make, one, change, remove, rotate, ping, list_deliveries, delivery, redeliver,),
    components(schemas(
        DeliveryStatus,
        DisabledBecause,
        NoticeKind,
        NoticeSeverity,
        WebhookStatus,
        WebhookSwitch,
    ))
)]
pub struct WebhookApi;

/// Webhooks of one's organisation, oldest first.
#[utoipa::path(
    get, path = "/api/v1/webhooks", tag = "notifications", params(ListWebhooks),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<WebhookView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ListWebhooks>) -> Answer {
    let asked = query.get()?;
    let rows = webhook::list(&app, caller.actor(), &asked).await?;
    let show = |(one, version): (Webhook, i64)| WebhookView::of(&one, version);
    let page = Page::of(rows, asked.limit, |(one, _)| one.id, show)?;
    Ok(HttpResponse::Ok().json(page))
}

/// Make a webhook for one's organisation: it is told what one may see. Deliveries are signed by
/// Standard Webhooks; the secret is shown in this one answer: a repeat is told `already_created`.
#[utoipa::path(
    post, path = "/api/v1/webhooks", tag = "notifications", request_body = MakeWebhook,
    params(CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 201, body = MadeWebhookView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn make(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<MakeWebhook>(&body)?;
    let made = webhook::make(&app, &ctx, asked).await?;
    let mut answer = HttpResponse::Created();
    if !ctx.validate_only {
        let address = format!("/api/v1/webhooks/{}", made.webhook.id);
        answer.insert_header((LOCATION, address));
    }
    Ok(answer.insert_header(etag(made.version)).json(with_secret(made)))
}

fn with_secret(made: Made) -> MadeWebhookView {
    let view = WebhookView::of(&made.webhook, made.version);
    MadeWebhookView { view, secret: made.secret }
}

/// One webhook, without its secret.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}", tag = "notifications", params(("id" = WebhookId, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = WebhookView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", WebhookId::of)?;
    let (one, version) = webhook::one(&app, caller.actor(), id).await?;
    Ok(HttpResponse::Ok().insert_header(etag(version)).json(WebhookView::of(&one, version)))
}

/// Change a webhook, switch it off or on again.
#[utoipa::path(
    patch, path = "/api/v1/webhooks/{id}", tag = "notifications", request_body = ChangeWebhook,
    params(("id" = WebhookId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = WebhookView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<ChangeWebhook>(&body)?;
    let id = segments.id("id", WebhookId::of)?;
    let done = webhook::change(&app, &ctx, id, asked).await?;
    let (_, now) = webhook::one(&app, caller.actor(), id).await?;
    let mut then = now;
    let as_it_stood = async |first: FirstAnswer| {
        let (one, version) = webhook::as_at(&app, id, first.version).await?;
        then = version;
        Ok::<_, Problem>(one)
    };
    let changed = Outcome::of(done, StatusCode::OK, as_it_stood).await?;
    Ok(changed.answer(then).json(WebhookView::of(&changed.value, then)))
}

/// Remove a webhook: it is told nothing more, and its secret is gone.
#[utoipa::path(
    delete, path = "/api/v1/webhooks/{id}", tag = "notifications",
    params(("id" = WebhookId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 204),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn remove(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, nothing) = caller.command_or_empty::<Nothing>(&body)?;
    webhook::remove(&app, &ctx, segments.id("id", WebhookId::of)?, nothing).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A new secret, shown in this one answer. For 24 hours deliveries are signed with the old one as
/// well: two signatures, with a space between them.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/rotate-secret", tag = "notifications",
    request_body = Nothing, params(("id" = WebhookId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = MadeWebhookView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn rotate(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, nothing) = caller.command_or_empty::<Nothing>(&body)?;
    let id = segments.id("id", WebhookId::of)?;
    let made = webhook::rotate(&app, &ctx, id, nothing).await?;
    Ok(HttpResponse::Ok().insert_header(etag(made.version)).json(with_secret(made)))
}

/// Send a trial (`ping`), to see that deliveries arrive and are understood.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/ping", tag = "notifications",
    request_body = Nothing, params(("id" = WebhookId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 202, body = DeliveryView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn ping(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, nothing) = caller.command_or_empty::<Nothing>(&body)?;
    let id = segments.id("id", WebhookId::of)?;
    let sent = deliveries::ping(&app, &ctx, id, nothing).await?;
    Ok(HttpResponse::Accepted().json(DeliveryView::from(&sent)))
}

/// What a webhook was and is to be told, newest first. Kept for a month.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}/deliveries", tag = "notifications",
    params(("id" = WebhookId, Path), ListDeliveries),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<DeliveryView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list_deliveries(
    app: Data<App>,
    caller: Caller,
    segments: Segments,
    query: Query<ListDeliveries>,
) -> Answer {
    let id = segments.id("id", WebhookId::of)?;
    webhook::one(&app, caller.actor(), id).await?;
    let asked = query.get()?;
    let rows = deliveries::list(&app, caller.actor(), (id, &asked)).await?;
    let page = Page::of(rows, asked.limit, |one| one.id, |one| DeliveryView::from(&one))?;
    Ok(HttpResponse::Ok().json(page))
}

/// One delivery: its body, and what came of each attempt.
#[utoipa::path(
    get, path = "/api/v1/webhooks/{id}/deliveries/{delivery_id}", tag = "notifications",
    params(("id" = WebhookId, Path), ("delivery_id" = DeliveryId, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = DeliveryDetailView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn delivery(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let (one, log) = deliveries::one(&app, caller.actor(), place(&segments)?).await?;
    Ok(HttpResponse::Ok().json(DeliveryDetailView::of(&one, log)))
}

fn place(segments: &Segments) -> Result<(WebhookId, DeliveryId), Problem> {
    Ok((segments.id("id", WebhookId::of)?, segments.id("delivery_id", DeliveryId::of)?))
}

/// Send a delivery again, under the same `webhook-id`.
#[utoipa::path(
    post, path = "/api/v1/webhooks/{id}/deliveries/{delivery_id}/redeliver", tag = "notifications",
    request_body = Nothing,
    params(("id" = WebhookId, Path), ("delivery_id" = DeliveryId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 202, body = DeliveryView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn redeliver(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, nothing) = caller.command_or_empty::<Nothing>(&body)?;
    let sent = deliveries::redeliver(&app, &ctx, place(&segments)?, nothing).await?;
    Ok(HttpResponse::Accepted().json(DeliveryView::from(&sent)))
}

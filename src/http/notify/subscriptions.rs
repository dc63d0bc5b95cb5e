//! One's subscriptions and notices over HTTP, and the link in mails that ends a subscription.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::web::{self, Data, ServiceConfig};

use crate::app::App;
use crate::db::FirstAnswer;
use crate::http::{
    Answer, Body, Caller, CommandQuery, Outcome, ProblemBody, Query, Segments, etag,
};
use crate::ids::{DeliveryId, SubscriptionId};
use crate::notify::delivery::NoticeView;
use crate::notify::escaped;
use crate::notify::subscription::{
    self, ChangeSubscription, Channel, Digest, Language, ListNotices, ListSubscriptions,
    MakeSubscription, Subscription, SubscriptionStatus, SubscriptionView, UnsubscribeQuery,
};
use crate::problem::Problem;
use crate::wire::{Nothing, Page};

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/subscriptions").get(list).post(make))
        .service(web::resource("/subscriptions/{id}").get(one).patch(change).delete(remove))
        .service(web::resource("/notices").get(notices))
        .service(web::resource("/notices/{id}/read").post(mark_read))
        .service(web::resource("/unsubscribe").get(ask_to_end).post(end));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(list, make, one, change, remove, notices, mark_read, ask_to_end, end),
    components(schemas(Channel, Digest, Language, SubscriptionStatus))
)]
pub struct SubscriptionApi;

/// One's subscriptions, oldest first.
#[utoipa::path(
    get, path = "/api/v1/subscriptions", tag = "notifications", params(ListSubscriptions),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<SubscriptionView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ListSubscriptions>) -> Answer {
    let asked = query.get()?;
    let actor = caller.actor();
    let rows = subscription::list(&app, actor, &asked).await?;
    let show = |(one, version): (Subscription, i64)| SubscriptionView::of(&one, version, actor);
    let page = Page::of(rows, asked.limit, |(one, _)| one.id, show)?;
    Ok(HttpResponse::Ok().json(page))
}

/// Subscribe, for oneself, to what one may see: by mail, or in the console.
#[utoipa::path(
    post, path = "/api/v1/subscriptions", tag = "notifications",
    request_body = MakeSubscription, params(CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 201, body = SubscriptionView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn make(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<MakeSubscription>(&body)?;
    let done = subscription::make(&app, &ctx, asked).await?;
    let as_it_stood = async |first: FirstAnswer| {
        let id = SubscriptionId::of(first.subject.id);
        Ok::<_, Problem>(subscription::as_at(&app, id, first.version).await?.0)
    };
    let made = Outcome::of(done, StatusCode::CREATED, as_it_stood).await?;
    let mut answer = made.answer(1);
    if !ctx.validate_only {
        answer.insert_header((LOCATION, format!("/api/v1/subscriptions/{}", made.value.id)));
    }
    Ok(answer.json(SubscriptionView::of(&made.value, 1, caller.actor())))
}

/// One of one's subscriptions.
#[utoipa::path(
    get, path = "/api/v1/subscriptions/{id}", tag = "notifications",
    params(("id" = SubscriptionId, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = SubscriptionView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", SubscriptionId::of)?;
    let (one, version) = subscription::one(&app, caller.actor(), id).await?;
    let view = SubscriptionView::of(&one, version, caller.actor());
    Ok(HttpResponse::Ok().insert_header(etag(version)).json(view))
}

/// Change a subscription of one's own.
#[utoipa::path(
    patch, path = "/api/v1/subscriptions/{id}", tag = "notifications",
    request_body = ChangeSubscription, params(("id" = SubscriptionId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = SubscriptionView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<ChangeSubscription>(&body)?;
    let id = segments.id("id", SubscriptionId::of)?;
    let done = subscription::change(&app, &ctx, id, asked).await?;
    let (_, mut then) = subscription::one(&app, caller.actor(), id).await?;
    let as_it_stood = async |first: FirstAnswer| {
        let (one, version) = subscription::as_at(&app, id, first.version).await?;
        then = version;
        Ok::<_, Problem>(one)
    };
    let changed = Outcome::of(done, StatusCode::OK, as_it_stood).await?;
    let view = SubscriptionView::of(&changed.value, then, caller.actor());
    Ok(changed.answer(then).json(view))
}

/// End a subscription of one's own; its address is forgotten.
#[utoipa::path(
    delete, path = "/api/v1/subscriptions/{id}", tag = "notifications",
    params(("id" = SubscriptionId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 204),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn remove(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, nothing) = caller.command_or_empty::<Nothing>(&body)?;
    let id = segments.id("id", SubscriptionId::of)?;
    subscription::remove(&app, &ctx, id, nothing).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One's notices, newest first. Kept for a month.
#[utoipa::path(
    get, path = "/api/v1/notices", tag = "notifications", params(ListNotices),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<NoticeView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn notices(app: Data<App>, caller: Caller, query: Query<ListNotices>) -> Answer {
    let asked = query.get()?;
    let rows = subscription::notices(&app, caller.actor(), &asked).await?;
    let page = Page::of(rows, asked.limit, |one| one.id, |one| NoticeView::from(&one))?;
    Ok(HttpResponse::Ok().json(page))
}

/// A notice of one's own was read.
#[utoipa::path(
    post, path = "/api/v1/notices/{id}/read", tag = "notifications",
    request_body = Nothing, params(("id" = DeliveryId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = NoticeView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn mark_read(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, nothing) = caller.command_or_empty::<Nothing>(&body)?;
    let id = segments.id("id", DeliveryId::of)?;
    let read = subscription::mark_read(&app, &ctx, id, nothing).await?;
    Ok(HttpResponse::Ok().json(NoticeView::from(&read)))
}

/// What a link in a mail would end: a page with one button. Nothing is ended by looking.
#[utoipa::path(
    get, path = "/api/v1/unsubscribe", tag = "notifications", params(UnsubscribeQuery),
    security(()),
    responses(
        (status = 200, body = String, content_type = "text/html"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn ask_to_end(app: Data<App>, query: Query<UnsubscribeQuery>) -> Answer {
    let asked = query.get()?;
    let found = subscription::linked(&app, &asked.t).await?;
    let main = match found.status {
        SubscriptionStatus::Removed => ENDED.to_owned(),
        SubscriptionStatus::Active => format!(
            "<form method=\"post\" action=\"?t={}\"><p>取消这些邮件？ / End these mails?</p>\
             <button>取消订阅 / Unsubscribe</button></form>",
            escaped(&asked.t)
        ),
    };
    Ok(page(&main))
}

/// End the subscription that a link in a mail is of (RFC 8058: by one POST). Again: the same.
#[utoipa::path(
    post, path = "/api/v1/unsubscribe", tag = "notifications", params(UnsubscribeQuery),
    security(()),
    responses(
        (status = 200, body = String, content_type = "text/html"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn end(app: Data<App>, query: Query<UnsubscribeQuery>) -> Answer {
    let asked = query.get()?;
    subscription::unsubscribe(&app, &asked.t).await?;
    Ok(page(ENDED))
}

const ENDED: &str = "<p>已取消订阅。 / The subscription has ended.</p>";

const POLICY: &str = "default-src 'none'; form-action 'self'; frame-ancestors 'none'; \
     base-uri 'none'";

fn page(main: &str) -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/html; charset=utf-8");
    answer.insert_header((CONTENT_SECURITY_POLICY, POLICY));
    answer.body(format!(
        "<!doctype html><html lang=\"zh\"><meta charset=\"utf-8\"><title>联单 liandan</title>{main}"
    ))
}

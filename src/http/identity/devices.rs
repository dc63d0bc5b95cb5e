//! One's device keys over HTTP: registered by their own signature, revoked by their owner.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::{Answer, Body, Caller, CommandQuery, Outcome, ProblemBody, Segments, etag};
use crate::identity::device::{self, DeviceKeyView, RegisterDeviceKey, RevokeDeviceKey};
use crate::ids::DeviceKeyId;
use crate::problem::Problem;

/// One's device keys.
#[derive(Serialize, ToSchema)]
pub struct DeviceKeyList {
    pub data: Vec<DeviceKeyView>,
}

/// One's device keys, newest first, with those that are revoked.
#[utoipa::path(
    get, path = "/api/v1/me/device-keys", tag = "identity", operation_id = "list_device_keys",
    security(("bearer" = [])),
    responses((status = 200, body = DeviceKeyList)),
)]
pub async fn list(app: Data<App>, caller: Caller) -> Answer {
    let own = device::own(&app, caller.actor().user_id).await?;
    let data = own.iter().map(|(key, version)| DeviceKeyView::of(key, *version)).collect();
    Ok(HttpResponse::Ok().json(DeviceKeyList { data }))
}

/// Register a device's public key for oneself. The request is signed by the key itself; statements
/// that it signs from then on go into `signature` of departures, hand-overs, receipts, approvals
/// and countersignatures.
#[utoipa::path(
    post, path = "/api/v1/me/device-keys", tag = "identity",
    operation_id = "register_device_key", request_body = RegisterDeviceKey,
    params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = DeviceKeyView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn register(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<RegisterDeviceKey>(&body)?;
    let done = device::register(&app, &ctx, asked).await?;
    let registered = Outcome::of(done, StatusCode::CREATED, async |first| {
        let found = device::key(&app.pool, DeviceKeyId::of(first.subject.id)).await?;
        let (key, _) = found.ok_or_else(Problem::not_found)?;
        Ok(key.as_registered())
    });
    let registered = registered.await?;
    let mut answer = registered.answer(1);
    if !ctx.validate_only {
        let address = format!("/api/v1/me/device-keys/{}", registered.value.id);
        answer.insert_header((LOCATION, address));
    }
    Ok(answer.json(DeviceKeyView::of(&registered.value, 1)))
}

/// One of one's device keys.
#[utoipa::path(
    get, path = "/api/v1/me/device-keys/{id}", tag = "identity",
    operation_id = "show_device_key", params(("id" = DeviceKeyId, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = DeviceKeyView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", DeviceKeyId::of)?;
    let (key, version) = device::one(&app, caller.actor().user_id, id).await?;
    Ok(HttpResponse::Ok().insert_header(etag(version)).json(DeviceKeyView::of(&key, version)))
}

/// Revoke one of one's device keys. What it signed stays signed; of what comes in later only what
/// claims an earlier time counts, and of a lost key nothing.
#[utoipa::path(
    delete, path = "/api/v1/me/device-keys/{id}", tag = "identity",
    operation_id = "revoke_device_key", request_body = RevokeDeviceKey,
    params(("id" = DeviceKeyId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 204),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn revoke(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command_or_empty::<RevokeDeviceKey>(&body)?;
    let id = segments.id("id", DeviceKeyId::of)?;
    device::revoke(&app, &ctx, id, asked).await?;
    Ok(HttpResponse::NoContent().finish())
}

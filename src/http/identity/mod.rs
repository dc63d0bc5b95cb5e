//! Signing in and out, oneself, users. `Idempotency-Key` is ignored on `/auth/*`.

mod api_keys;
mod delegations;
mod devices;
mod own;

use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};

use crate::app::App;
use crate::export::sheets;
use crate::identity::delegation::Side;
use crate::identity::device::DeviceKeyStatus;
use crate::identity::keys::{ApiKeyStatus, KeyKind};
use crate::identity::{
    self, ChangeUser, CreateUser, ListUsers, LogIn, LogOut, Refresh, TokensView, User, UserView,
    Whence,
};
use crate::ids::UserId;
use crate::pages;
use crate::problem::Problem;
use crate::wire::Page;

use super::{
    Answer, Body, Caller, Outcome, ProblemBody, Query, Segments, bearer, client_address,
    client_agent, etag, whole,
};

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/auth/login").post(log_in))
        .service(web::resource("/auth/refresh").post(refresh))
        .service(web::resource("/auth/logout").post(log_out))
        .service(web::resource("/me").get(own::me))
        .service(web::resource("/me/password").post(own::change_password))
        .service(web::resource("/me/totp").get(own::totp).post(own::begin_totp))
        .service(web::resource("/me/totp/confirm").post(own::confirm_totp))
        .service(web::resource("/me/totp/disable").post(own::disable_totp))
        .service(web::resource("/me/totp/recovery-codes").post(own::renew_recovery_codes))
        .service(web::resource("/me/sessions").get(own::sessions).delete(own::end_other_sessions))
        .service(web::resource("/me/sessions/{id}").delete(own::end_session))
        .service(web::resource("/me/device-keys").get(devices::list).post(devices::register))
        .service(web::resource("/me/device-keys/{id}").get(devices::one).delete(devices::revoke))
        .service(web::resource("/api-keys").get(api_keys::list).post(api_keys::make))
        .service(web::resource("/api-keys/{id}").get(api_keys::one).delete(api_keys::revoke))
        .service(web::resource("/users").get(list).post(create))
        .service(web::resource("/users/{id}").get(one).patch(change))
        .service(web::resource("/delegations").get(delegations::list).post(delegations::give))
        .service(
            web::resource("/delegations/{id}").get(delegations::one).delete(delegations::revoke),
        );
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(
    components(schemas(Side, ApiKeyStatus, KeyKind, DeviceKeyStatus)),
    paths(
        log_in,
        refresh,
        log_out,
        own::me,
        own::change_password,
        own::totp,
        own::begin_totp,
        own::confirm_totp,
        own::disable_totp,
        own::renew_recovery_codes,
        own::sessions,
        own::end_other_sessions,
        own::end_session,
        devices::list,
        devices::register,
        devices::one,
        devices::revoke,
        api_keys::list,
        api_keys::make,
        api_keys::one,
        api_keys::revoke,
        list,
        create,
        one,
        change,
        delegations::list,
        delegations::give,
        delegations::one,
        delegations::revoke,
    )
)]
pub struct IdentityApi;

/// Sign in. After 5 failures for an account or 20 from an address within 15 minutes: 429.
#[utoipa::path(
    post, path = "/api/v1/auth/login", tag = "identity", request_body = LogIn, security(()),
    responses(
        (status = 200, body = TokensView),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn log_in(app: Data<App>, request: HttpRequest, body: Body) -> Answer {
    let asked: LogIn = body.read()?;
    let address = client_address(&request, app.config.behind_proxy);
    let whence = Whence { address, agent: client_agent(&request) };
    let pair = identity::log_in(&app, &asked, whence).await?;
    Ok(HttpResponse::Ok().json(TokensView::from(pair)))
}

/// The next pair of tokens. A refresh token used twice ends its session: 401 `token_reused`.
#[utoipa::path(
    post, path = "/api/v1/auth/refresh", tag = "identity", request_body = Refresh, security(()),
    responses(
        (status = 200, body = TokensView),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn refresh(app: Data<App>, body: Body) -> Answer {
    let pair = identity::refresh(&app, &body.read::<Refresh>()?).await?;
    Ok(HttpResponse::Ok().json(TokensView::from(pair)))
}

/// Sign out: the session of the access token or, without a good one, of the refresh token.
#[utoipa::path(
    post, path = "/api/v1/auth/logout", tag = "identity", request_body = LogOut,
    security(("bearer" = []), ()),
    responses(
        (status = 204),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn log_out(app: Data<App>, request: HttpRequest, body: Body) -> Answer {
    let asked = body.asked_or_empty::<LogOut>()??;
    let actor = match bearer(request.headers()) {
        Some(token) => identity::authenticate(&app, token).await.ok(),
        None => None,
    };
    identity::log_out(&app, actor.as_ref(), &asked).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Users of one's organisation or jurisdiction, oldest first.
#[utoipa::path(
    get, path = "/api/v1/users", tag = "identity", params(ListUsers), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<UserView>),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ListUsers>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: ListUsers| pages::users(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &sheets::USERS, page).await
}

/// Make a user: the corps regulator for anyone, an administrator for its own organisation.
#[utoipa::path(
    post, path = "/api/v1/users", tag = "identity", request_body = CreateUser,
    params(super::CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = UserView),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 409, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn create(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<CreateUser>(&body)?;
    let done = identity::create_from(&app, &ctx, asked, body.bytes()?).await?;
    let made = Outcome::of(done, StatusCode::CREATED, as_it_stood(&app)).await?;
    let user = &made.value;
    let address = format!("/api/v1/users/{}", user.id);
    Ok(made.answer(user.version).insert_header((LOCATION, address)).json(UserView::from(&**user)))
}

/// One user.
#[utoipa::path(
    get, path = "/api/v1/users/{id}", tag = "identity", params(("id" = UserId, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = UserView),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let user = identity::one(&app, caller.actor(), segments.id("id", UserId::of)?).await?;
    Ok(HttpResponse::Ok().insert_header(etag(user.version)).json(UserView::from(&user)))
}

/// Change a user's rights, standing or password; its sessions end.
#[utoipa::path(
    patch, path = "/api/v1/users/{id}", tag = "identity", request_body = ChangeUser,
    params(("id" = UserId, Path), super::CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = UserView),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 403, body = ProblemBody, content_type = "application/problem+json"),
        (status = 404, body = ProblemBody, content_type = "application/problem+json"),
        (status = 412, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<ChangeUser>(&body)?;
    let id = segments.id("id", UserId::of)?;
    let done = identity::change(&app, &ctx, id, asked, body.bytes()?).await?;
    let changed = Outcome::of(done, StatusCode::OK, as_it_stood(&app)).await?;
    let user = &changed.value;
    Ok(changed.answer(user.version).json(UserView::from(&**user)))
}

/// What a repeat of a command on a user shows.
fn as_it_stood(
    app: &App,
) -> impl AsyncFnOnce(crate::db::FirstAnswer) -> Result<User, Problem> + '_ {
    async move |first| identity::as_at(app, UserId::of(first.subject.id), first.version).await
}

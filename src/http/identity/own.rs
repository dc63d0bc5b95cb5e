//! Oneself over HTTP: who one is, one's password, second factor and sessions.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use crate::app::App;
use crate::http::{Answer, Body, Caller, ProblemBody, Segments, etag};
use crate::identity::{
    self, ChangePassword, ConfirmTotp, DisableTotp, Enrolled, MeView, RenewRecoveryCodes,
    SessionView, TotpState,
};
use crate::ids::SessionId;
use crate::wire::Nothing;

/// Who is signed in, for which organisation, with which rights.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "identity", security(("bearer" = [])),
    responses(
        (status = 200, body = MeView),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn me(app: Data<App>, caller: Caller) -> Answer {
    let me = identity::me(&app, caller.actor()).await?;
    Ok(HttpResponse::Ok().insert_header(etag(me.user.version)).json(MeView::from(&me)))
}

/// A new password for oneself; one's other sessions end. After a reset by an administrator it is
/// the only thing that one can do.
#[utoipa::path(
    post, path = "/api/v1/me/password", tag = "identity", request_body = ChangePassword,
    security(("bearer" = [])),
    responses(
        (status = 204),
        (status = 401, body = ProblemBody, content_type = "application/problem+json"),
        (status = 422, body = ProblemBody, content_type = "application/problem+json"),
        (status = 429, body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change_password(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<ChangePassword>(&body)?;
    identity::change_password(&app, &ctx, &asked?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Whether one's second factor is on.
#[derive(Serialize, ToSchema)]
pub struct TotpStateView {
    pub enabled: bool,
    /// Recovery codes not used yet.
    pub recovery_codes_left: i64,
}

/// A new second factor's secret, shown once.
#[derive(Serialize, ToSchema)]
pub struct TotpBegunView {
    /// Base32, to be typed into an authenticator.
    pub secret: String,
    /// The same for a QR code.
    pub otpauth_url: String,
}

/// Recovery codes, shown once. Each signs one in once, in the place of a code.
#[derive(Serialize, ToSchema)]
pub struct TotpOnView {
    pub recovery_codes: Vec<String>,
}

impl From<&Enrolled> for TotpOnView {
    fn from(enrolled: &Enrolled) -> Self {
        let codes = enrolled.recovery_codes.iter();
        Self { recovery_codes: codes.map(|code| code.reveal().clone()).collect() }
    }
}

/// Whether one's second factor is on, and how many recovery codes are left.
#[utoipa::path(
    get, path = "/api/v1/me/totp", tag = "identity", security(("bearer" = [])),
    responses((status = 200, body = TotpStateView)),
)]
pub async fn totp(app: Data<App>, caller: Caller) -> Answer {
    let TotpState { enabled, recovery_codes_left } =
        identity::totp::state(&app, &caller.reading()).await?;
    Ok(HttpResponse::Ok().json(TotpStateView { enabled, recovery_codes_left }))
}

/// Begin a second factor: a secret for an authenticator, shown once. It counts from the
/// confirmation on; beginning again makes another secret.
#[utoipa::path(
    post, path = "/api/v1/me/totp", tag = "identity", security(("bearer" = [])),
    responses(
        (status = 201, body = TotpBegunView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn begin_totp(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, nothing) = caller.command_or_empty::<Nothing>(&body)?;
    nothing?;
    let begun = identity::totp::begin(&app, &ctx).await?;
    let (secret, otpauth_url) = (begun.secret.reveal().clone(), begun.otpauth_url.reveal().clone());
    Ok(HttpResponse::Created().json(TotpBegunView { secret, otpauth_url }))
}

/// Confirm a second factor with a code: it is on, and one's other sessions end.
#[utoipa::path(
    post, path = "/api/v1/me/totp/confirm", tag = "identity", request_body = ConfirmTotp,
    security(("bearer" = [])),
    responses(
        (status = 200, body = TotpOnView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn confirm_totp(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<ConfirmTotp>(&body)?;
    let enrolled = identity::totp::confirm(&app, &ctx, &asked?).await?;
    Ok(HttpResponse::Ok().json(TotpOnView::from(&enrolled)))
}

/// New recovery codes in the place of the old, which are void: with the password and a code.
#[utoipa::path(
    post, path = "/api/v1/me/totp/recovery-codes", tag = "identity",
    request_body = RenewRecoveryCodes, security(("bearer" = [])),
    responses(
        (status = 200, body = TotpOnView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn renew_recovery_codes(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<RenewRecoveryCodes>(&body)?;
    let renewed = identity::totp::renew(&app, &ctx, &asked?).await?;
    Ok(HttpResponse::Ok().json(TotpOnView::from(&renewed)))
}

/// Switch the second factor off: with the password and a code.
#[utoipa::path(
    post, path = "/api/v1/me/totp/disable", tag = "identity", request_body = DisableTotp,
    security(("bearer" = [])),
    responses(
        (status = 204),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn disable_totp(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<DisableTotp>(&body)?;
    identity::totp::disable(&app, &ctx, &asked?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// One's open sessions.
#[derive(Serialize, ToSchema)]
pub struct SessionList {
    pub data: Vec<SessionView>,
}

/// One's open sessions, newest first.
#[utoipa::path(
    get, path = "/api/v1/me/sessions", tag = "identity", security(("bearer" = [])),
    responses((status = 200, body = SessionList)),
)]
pub async fn sessions(app: Data<App>, caller: Caller) -> Answer {
    let ctx = caller.reading();
    let open = identity::own_sessions(&app, &ctx).await?;
    let data = open.iter().map(|one| SessionView::of(one, ctx.actor.session_id)).collect();
    Ok(HttpResponse::Ok().json(SessionList { data }))
}

/// End all sessions of one's own but this one.
#[utoipa::path(
    delete, path = "/api/v1/me/sessions", tag = "identity", security(("bearer" = [])),
    responses((status = 204)),
)]
pub async fn end_other_sessions(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, nothing) = caller.command_or_empty::<Nothing>(&body)?;
    nothing?;
    identity::end_other_sessions(&app, &ctx).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// End one session of one's own, wherever it is.
#[utoipa::path(
    delete, path = "/api/v1/me/sessions/{id}", tag = "identity",
    params(("id" = SessionId, Path)), security(("bearer" = [])),
    responses(
        (status = 204),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn end_session(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, nothing) = caller.command_or_empty::<Nothing>(&body)?;
    let id = segments.id("id", SessionId::of)?;
    nothing?;
    identity::end_session(&app, &ctx, id).await?;
    Ok(HttpResponse::NoContent().finish())
}

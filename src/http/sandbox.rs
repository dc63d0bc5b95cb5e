//! The sandbox's clock: read it, move it forward; and the mail that it caught; whoever is signed
//! in. In any other mode these paths do not exist.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Answer, Body, Caller};
use crate::app::App;
use crate::clock::rfc3339;
use crate::notify::{Catcher, CaughtMail};
use crate::sandbox;
use crate::wire::wire;

pub(super) fn routes(config: &mut ServiceConfig) {
    let clock = web::resource("/sandbox/clock");
    config.service(clock.route(web::get().to(clock_now)).route(web::post().to(set_clock)));
    config.service(web::resource("/sandbox/mail").get(caught_mail));
}

wire! {
    /// Where to move the sandbox's clock.
    pub struct SetClock {
        /// Not earlier than the clock's own time; it runs on from there.
        pub now: DateTime<Utc>,
    }
}

/// The time that deadlines, working days, rules and ids follow.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ClockNow {
    #[schema(value_type = DateTime<Utc>)]
    pub now: String,
}

/// The time that was set.
#[derive(Serialize, utoipa::ToSchema)]
pub struct ClockSet {
    #[schema(value_type = DateTime<Utc>)]
    pub now: String,
    /// The clock-driven work due by then is done; false when 30 s ran out.
    pub settled: bool,
}

/// What time it is in the sandbox.
#[utoipa::path(get, path = "/api/v1/sandbox/clock", tag = "sandbox",
    responses((status = 200, description = "The time.", body = ClockNow)))]
pub async fn clock_now(app: Data<App>, _caller: Caller) -> Answer {
    Ok(HttpResponse::Ok().json(ClockNow { now: rfc3339(app.clock.now()) }))
}

/// Move the sandbox's clock forward, and wait for what is due by then.
#[utoipa::path(post, path = "/api/v1/sandbox/clock", tag = "sandbox", request_body = SetClock,
    responses((status = 200, description = "The clock was moved.", body = ClockSet)))]
pub async fn set_clock(app: Data<App>, _caller: Caller, body: Body) -> Answer {
    let asked: SetClock = body.read()?;
    let settled = sandbox::advance(&app, asked.now).await?;
    Ok(HttpResponse::Ok().json(ClockSet { now: rfc3339(asked.now), settled }))
}

/// The mail of a sandbox, which leaves it never.
#[derive(Serialize, utoipa::ToSchema)]
pub struct CaughtMails {
    /// The newest first, as many as are kept.
    pub data: Vec<CaughtMail>,
}

/// The mail that would have been sent: a sandbox catches it.
#[utoipa::path(get, path = "/api/v1/sandbox/mail", tag = "sandbox",
    responses((status = 200, description = "The newest mail.", body = CaughtMails)))]
pub async fn caught_mail(app: Data<App>, _caller: Caller) -> Answer {
    let data = app.notify.catcher().map(Catcher::mails).unwrap_or_default();
    Ok(HttpResponse::Ok().json(CaughtMails { data }))
}

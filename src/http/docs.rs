//! What there is to read about the API: its OpenAPI document, that document to try out, and the
//! list of problem codes.
//!
//! Swagger UI comes out of the binary (sites behind a government firewall have no CDN) and is the
//! one thing here that runs scripts; its policy allows its own files and calls to us, no more.

use std::sync::{Arc, LazyLock};

use actix_web::HttpResponse;
use actix_web::http::header::{CONTENT_SECURITY_POLICY, LOCATION};
use actix_web::web::{self, ServiceConfig};
use utoipa_swagger_ui::Config;

use super::{Answer, Segments, openapi, problem_list};
use crate::problem::Problem;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/openapi.json").route(web::get().to(document)))
        .service(web::resource("/").route(web::get().to(from_the_door)))
        .service(web::resource("/docs").route(web::get().to(to_docs)))
        .service(web::resource("/docs/problems").route(web::get().to(problems)))
        .service(web::resource("/docs/{file:.*}").route(web::get().to(ui)));
}

/// Swagger UI sets styles on elements and shows small images that it brings as data.
const UI_POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; connect-src 'self'; font-src 'self'; frame-ancestors 'none'; \
     base-uri 'none'; form-action 'none'";

const PAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; \
     base-uri 'none'; form-action 'none'";

static UI: LazyLock<Arc<Config<'static>>> = LazyLock::new(|| {
    // Without "none" it would send our address to validator.swagger.io.
    Arc::new(Config::from("/openapi.json").validator_url("none"))
});

/// This document.
#[utoipa::path(get, path = "/openapi.json", tag = "operations", security(()), responses(
    (status = 200, description = "OpenAPI 3.1.", body = Object,
        content_type = "application/json")))]
pub async fn document() -> HttpResponse {
    HttpResponse::Ok().content_type("application/json").body(openapi::text())
}

/// Whoever opens the bare address in a browser. Not for ever: a console will stand here.
async fn from_the_door() -> HttpResponse {
    HttpResponse::TemporaryRedirect().insert_header((LOCATION, "/docs/")).finish()
}

async fn to_docs() -> HttpResponse {
    HttpResponse::PermanentRedirect().insert_header((LOCATION, "/docs/")).finish()
}

async fn ui(segments: Segments) -> Answer {
    let name = segments.text("file")?;
    let file = utoipa_swagger_ui::serve(&name, Arc::clone(&UI)).map_err(Problem::internal)?;
    let file = file.ok_or_else(Problem::not_found)?;
    let mut answer = HttpResponse::Ok();
    answer.content_type(file.content_type).insert_header((CONTENT_SECURITY_POLICY, UI_POLICY));
    Ok(answer.body(file.bytes.into_owned()))
}

/// Every problem code, for people: `type` of a problem leads here.
async fn problems() -> HttpResponse {
    let mut answer = HttpResponse::Ok();
    answer.content_type("text/html; charset=utf-8");
    answer.insert_header((CONTENT_SECURITY_POLICY, PAGE_POLICY));
    answer.body(problem_list::html())
}

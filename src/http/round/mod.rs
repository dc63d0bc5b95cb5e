//! Collection rounds over HTTP. Each handler extracts, calls one use case and answers.

mod answers;
mod read;
mod steps;

use actix_web::web::{self, ServiceConfig};

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/collection-rounds").get(read::list).post(steps::plan))
        .service(web::resource("/collection-rounds/{id}").get(read::one).patch(steps::change))
        .service(web::resource("/collection-rounds/{id}/stops").post(steps::add_stop))
        .service(web::resource("/collection-rounds/{id}/stops/bulk").post(steps::stops))
        .service(web::resource("/collection-rounds/{id}/stops/{n}").post(steps::stop))
        .service(web::resource("/collection-rounds/{id}/stops/{n}/confirm").post(steps::confirm))
        .service(web::resource("/collection-rounds/{id}/transport-card").get(read::transport_card))
        .service(web::resource("/collection-rounds/{id}/weigh-in").post(steps::weigh_in))
        .service(web::resource("/collection-rounds/{id}/complete").post(steps::complete))
        .service(web::resource("/collection-rounds/{id}/cancel").post(steps::cancel));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    read::list,
    read::one,
    read::transport_card,
    steps::plan,
    steps::change,
    steps::add_stop,
    steps::stop,
    steps::stops,
    steps::confirm,
    steps::weigh_in,
    steps::complete,
    steps::cancel,
))]
pub struct RoundApi;

//! Manifests over HTTP: file, step, read. Each handler extracts, calls one use case and answers.

mod amendments;
mod answers;
mod attachments;
mod bulk;
mod read;
mod sheet;
mod steps;
mod transport;

use actix_web::web::{self, ServiceConfig};

use crate::manifest::{AttachmentKind, FileName};
use crate::wire::Sha256Hex;

pub use read::{by_number, events, list, one, preflight, transitions};
pub use steps::{
    arrive, cancel, change_draft, complete, depart, file, file_draft, receive, send_back, send_on,
};
pub use transport::{countersign, hand_over, incident, signing_code, stop};

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/manifests").get(list).post(file))
        .service(web::resource("/manifests/bulk").post(bulk::bulk))
        .service(web::resource("/manifests/by-number/{number}").get(by_number))
        .service(web::resource("/manifests/{id}").get(one).patch(change_draft))
        .service(web::resource("/manifests/{id}/file").post(file_draft))
        .service(web::resource("/manifests/{id}/depart").post(depart))
        .service(web::resource("/manifests/{id}/hand-over").post(hand_over))
        .service(web::resource("/manifests/{id}/stops").post(stop))
        .service(web::resource("/manifests/{id}/incidents").post(incident))
        .service(web::resource("/manifests/{id}/events/{seq}/countersign").post(countersign))
        .service(web::resource("/me/signing-codes").post(signing_code))
        .service(web::resource("/manifests/{id}/arrive").post(arrive))
        .service(web::resource("/manifests/{id}/receive").post(receive))
        .service(web::resource("/manifests/{id}/return").post(send_back))
        .service(web::resource("/manifests/{id}/forward").post(send_on))
        .service(web::resource("/manifests/{id}/complete").post(complete))
        .service(web::resource("/manifests/{id}/cancel").post(cancel))
        .service(web::resource("/manifests/{id}/events").get(events))
        .service(
            web::resource("/manifests/{id}/attachments")
                .get(attachments::list)
                .post(attachments::attach),
        )
        .service(web::resource("/manifests/{id}/attachments/{sha256}").get(attachments::one))
        .service(
            web::resource("/manifests/{id}/amendments")
                .get(amendments::list)
                .post(amendments::propose),
        )
        .service(web::resource("/manifests/{id}/amendments/{n}").get(amendments::one))
        .service(web::resource("/manifests/{id}/amendments/{n}/approve").post(amendments::approve))
        .service(web::resource("/manifests/{id}/amendments/{n}/reject").post(amendments::reject))
        .service(web::resource("/manifests/{id}/preflight").get(preflight))
        .service(web::resource("/sites/{id}/medical-sheets/{month}").get(sheet::monthly))
        .service(web::resource("/transitions").get(transitions));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(
    components(schemas(AttachmentKind, FileName, Sha256Hex)),
    paths(
        read::list,
        read::one,
        read::by_number,
        read::events,
        read::preflight,
        read::transitions,
        steps::file,
        steps::change_draft,
        steps::file_draft,
        steps::depart,
        transport::hand_over,
        transport::stop,
        transport::incident,
        transport::countersign,
        transport::signing_code,
        steps::arrive,
        steps::receive,
        steps::send_back,
        steps::send_on,
        steps::complete,
        steps::cancel,
        bulk::bulk,
        amendments::propose,
        amendments::approve,
        amendments::reject,
        amendments::list,
        amendments::one,
        sheet::monthly,
        attachments::attach,
        attachments::list,
        attachments::one,
    )
)]
pub struct ManifestApi;

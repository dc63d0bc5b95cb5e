//! The registers and the catalogue over HTTP. Each handler extracts, calls one use case and
//! answers.

pub(super) mod answers;
mod catalogue;
mod co_disposal_facilities;
mod containers;
mod drivers;
mod expiries;
mod histories;
mod ledger_entries;
mod licences;
mod management_plans;
mod organisations;
mod producers;
mod records;
mod reviews;
mod sites;
mod storage_areas;
mod transfer_approvals;
mod vehicles;
mod waste_streams;

use actix_web::web::{self, ServiceConfig};

pub use histories::HistoryApi;

use crate::app::App;
use crate::ctx::Ctx;
use crate::http::{Body, Caller};
use crate::problem::Problem;
use crate::registry;
use crate::wire::{Asked, Decode};

/// The context and the content of a registration; 403 where it is in another's name, whatever else
/// is wrong with it.
pub(super) async fn registration<T: Decode>(
    app: &App,
    caller: &Caller,
    body: &Body,
) -> Result<(Ctx, Asked<T>), Problem> {
    let (ctx, asked) = caller.command::<T>(body)?;
    if asked.is_err() {
        registry::refuse_anothers(app, &ctx.actor, body.bytes()?).await?;
    }
    Ok((ctx, asked))
}

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(
        web::resource("/organisations").get(organisations::list).post(organisations::register),
    )
    .service(
        web::resource("/organisations/{id}").get(organisations::one).patch(organisations::change),
    )
    .service(web::resource("/sites").get(sites::list).post(sites::register))
    .service(web::resource("/sites/{id}").get(sites::one).patch(sites::change))
    .service(web::resource("/licences").get(licences::list).post(licences::grant))
    .service(web::resource("/licences/{id}").get(licences::one).patch(licences::change))
    .service(web::resource("/vehicles").get(vehicles::list).post(vehicles::register))
    .service(web::resource("/vehicles/{id}").get(vehicles::one).patch(vehicles::change))
    .service(web::resource("/drivers").get(drivers::list).post(drivers::register))
    .service(web::resource("/drivers/{id}").get(drivers::one).patch(drivers::change))
    .service(web::resource("/expiries").get(expiries::list))
    .service(web::resource("/storage-areas").get(storage_areas::list).post(storage_areas::register))
    .service(
        web::resource("/storage-areas/{id}").get(storage_areas::one).patch(storage_areas::change),
    )
    .service(web::resource("/waste-streams").get(waste_streams::list).post(waste_streams::register))
    .service(
        web::resource("/waste-streams/{id}").get(waste_streams::one).patch(waste_streams::change),
    )
    .service(
        web::resource("/management-plans")
            .get(management_plans::list)
            .post(management_plans::register),
    )
    .service(
        web::resource("/management-plans/{id}")
            .get(management_plans::one)
            .patch(management_plans::change),
    )
    .service(
        web::resource("/transfer-approvals")
            .get(transfer_approvals::list)
            .post(transfer_approvals::register),
    )
    .service(
        web::resource("/transfer-approvals/{id}")
            .get(transfer_approvals::one)
            .patch(transfer_approvals::change),
    )
    .service(web::resource("/ledger-entries").get(ledger_entries::list).post(ledger_entries::enter))
    .service(web::resource("/ledger-entries/bulk").post(ledger_entries::bulk))
    .service(web::resource("/ledger-entries/{id}").get(ledger_entries::one))
    .service(web::resource("/producers").get(producers::list))
    .configure(records)
    .configure(reviews)
    .configure(histories::routes)
    .service(web::resource("/containers").get(containers::list).post(containers::register))
    .service(web::resource("/containers/{id}").get(containers::one).patch(containers::change))
    .service(web::resource("/containers/{id}/qr.svg").get(containers::qr))
    .service(web::resource("/catalogue/wastes").get(catalogue::wastes))
    .service(web::resource("/catalogue/editions").get(catalogue::editions))
    .service(web::resource("/catalogue/rule-packs").get(catalogue::rule_packs))
    .service(web::resource("/catalogue/methods").get(catalogue::methods))
    .service(web::resource("/catalogue/exemptions").get(catalogue::exemptions))
    .service(web::resource("/catalogue/forms").get(catalogue::forms))
    .service(web::resource("/catalogue/packaging").get(catalogue::packaging))
    .service(web::resource("/catalogue/hazards").get(catalogue::hazards))
    .service(web::resource("/catalogue/sealed-fields").get(catalogue::sealed_fields))
    .service(web::resource("/divisions").get(catalogue::divisions))
    .service(web::resource("/calendar").get(catalogue::calendar));
}

fn records(cfg: &mut ServiceConfig) {
    use records::{activity, emergency_plan, facility_day, insurance, risk_source};
    macro_rules! register {
        ($path:literal, $handlers:ident) => {
            cfg.service(web::resource($path).get($handlers::list).post($handlers::register))
                .service(
                    web::resource(concat!($path, "/{id}"))
                        .get($handlers::one)
                        .patch($handlers::change),
                )
        };
    }
    register!("/activity", activity);
    register!("/insurance-policies", insurance);
    register!("/emergency-plans-filed", emergency_plan);
    register!("/risk-sources", risk_source);
    register!("/facility-days", facility_day);
    register!("/co-disposal-facilities", co_disposal_facilities);
}

fn reviews(cfg: &mut ServiceConfig) {
    use reviews::{emergency_plan, insurance, management_plan, risk_source};
    cfg.service(web::resource("/management-plans/{id}/review").post(management_plan::review))
        .service(web::resource("/risk-sources/{id}/review").post(risk_source::review))
        .service(web::resource("/emergency-plans-filed/{id}/review").post(emergency_plan::review))
        .service(web::resource("/insurance-policies/{id}/review").post(insurance::review));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(
        organisations::list,
        organisations::one,
        organisations::register,
        organisations::change,
        sites::list,
        sites::one,
        sites::register,
        sites::change,
        licences::list,
        licences::one,
        licences::grant,
        licences::change,
        vehicles::list,
        vehicles::one,
        vehicles::register,
        vehicles::change,
        drivers::list,
        drivers::one,
        drivers::register,
        drivers::change,
        storage_areas::list,
        storage_areas::one,
        storage_areas::register,
        storage_areas::change,
        waste_streams::list,
        waste_streams::one,
        waste_streams::register,
        waste_streams::change,
        management_plans::list,
        management_plans::one,
        management_plans::register,
        management_plans::change,
        expiries::list,
        transfer_approvals::list,
        transfer_approvals::one,
        transfer_approvals::register,
        transfer_approvals::change,
        ledger_entries::list,
        ledger_entries::one,
        ledger_entries::enter,
        ledger_entries::bulk,
        records::activity::list,
        records::activity::one,
        records::activity::register,
        records::activity::change,
        co_disposal_facilities::list,
        co_disposal_facilities::one,
        co_disposal_facilities::register,
        co_disposal_facilities::change,
        records::facility_day::list,
        records::facility_day::one,
        records::facility_day::register,
        records::facility_day::change,
        records::risk_source::list,
        records::risk_source::one,
        records::risk_source::register,
        records::risk_source::change,
        records::emergency_plan::list,
        records::emergency_plan::one,
        records::emergency_plan::register,
        records::emergency_plan::change,
        records::insurance::list,
        records::insurance::one,
        records::insurance::register,
        records::insurance::change,
        reviews::management_plan::review,
        reviews::risk_source::review,
        reviews::emergency_plan::review,
        reviews::insurance::review,
        producers::list,
        containers::list,
        containers::one,
        containers::register,
        containers::change,
        containers::qr,
        catalogue::wastes,
        catalogue::editions,
        catalogue::rule_packs,
        catalogue::methods,
        catalogue::exemptions,
        catalogue::forms,
        catalogue::packaging,
        catalogue::hazards,
        catalogue::sealed_fields,
        catalogue::divisions,
        catalogue::calendar,
    ),
    components(schemas(super::conditions::WaitFor))
)]
pub struct RegistryApi;

//! Histories over HTTP: what changed of an entry, when and by whom. One line a register.

macro_rules! histories {
    ($(
        mod $module:ident of $kind:ident, $id:ident at $path:tt as $operation:tt;
    )+) => {
        $(pub mod $module {
            use actix_web::HttpResponse;
            use actix_web::web::Data;

            use crate::app::App;
            use crate::decision::SubjectKind;
            use crate::http::{Answer, Caller, ProblemBody, Query, Segments};
            use crate::ids::$id;
            use crate::registry::history::{self, EntryChangeView, HistoryQuery};
            use crate::wire::Page;

            /// Every change of it, oldest first: who, when, and what was before and after. To those
            /// who see the whole of what it belongs to, and to nobody else.
            #[utoipa::path(
                get, path = $path, tag = "registry", operation_id = $operation,
                params(("id" = $id, Path), HistoryQuery), security(("bearer" = [])),
                responses(
                    (status = 200, body = Page<EntryChangeView>),
                    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
                    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
                ),
            )]
            pub async fn list(
                app: Data<App>,
                caller: Caller,
                segments: Segments,
                query: Query<HistoryQuery>,
            ) -> Answer {
                let (asked, ctx) = (query.get()?, caller.reading());
                let entry = (SubjectKind::$kind, segments.id("id", $id::of)?.uuid());
                let page = history::page(&app, &ctx, entry, &asked).await?;
                Ok(HttpResponse::Ok().json(page))
            }
        })+

        pub fn routes(cfg: &mut actix_web::web::ServiceConfig) {
            $({
                let path = $path.trim_start_matches(crate::http::API);
                cfg.service(actix_web::web::resource(path).get($module::list));
            })+
        }

        /// The part of the OpenAPI document that these handlers are.
        #[derive(utoipa::OpenApi)]
        #[openapi(paths($($module::list),+))]
        pub struct HistoryApi;
    };
}

histories! {
    mod organisations of Organisation, OrganisationId
        at "/api/v1/organisations/{id}/history" as "organisation_history";
    mod sites of Site, SiteId at "/api/v1/sites/{id}/history" as "site_history";
    mod storage_areas of StorageArea, StorageAreaId
        at "/api/v1/storage-areas/{id}/history" as "storage_area_history";
    mod licences of Licence, LicenceId
        at "/api/v1/licences/{id}/history" as "licence_history";
    mod vehicles of Vehicle, VehicleId
        at "/api/v1/vehicles/{id}/history" as "vehicle_history";
    mod drivers of Driver, DriverId at "/api/v1/drivers/{id}/history" as "driver_history";
    mod waste_streams of WasteStream, WasteStreamId
        at "/api/v1/waste-streams/{id}/history" as "waste_stream_history";
    mod management_plans of ManagementPlan, ManagementPlanId
        at "/api/v1/management-plans/{id}/history" as "plan_history";
    mod transfer_approvals of TransferApproval, ApprovalId
        at "/api/v1/transfer-approvals/{id}/history" as "approval_history";
    mod transfer_applications of TransferApplication, TransferApplicationId
        at "/api/v1/transfer-applications/{id}/history" as "transfer_application_history";
    mod activity of Activity, ActivityId
        at "/api/v1/activity/{id}/history" as "activity_history";
    mod co_disposal_facilities of CoDisposalFacility, CoDisposalFacilityId
        at "/api/v1/co-disposal-facilities/{id}/history" as "co_disposal_facility_history";
    mod facility_days of FacilityDay, FacilityDayId
        at "/api/v1/facility-days/{id}/history" as "facility_day_history";
    mod risk_sources of RiskSource, RiskSourceId
        at "/api/v1/risk-sources/{id}/history" as "risk_source_history";
    mod emergency_plans_filed of EmergencyPlanFiled, EmergencyPlanFiledId
        at "/api/v1/emergency-plans-filed/{id}/history" as "emergency_plan_filed_history";
    mod insurance_policies of InsurancePolicy, InsurancePolicyId
        at "/api/v1/insurance-policies/{id}/history" as "insurance_policy_history";
}

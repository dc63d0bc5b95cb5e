//! What handlers of the registers answer with.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::http::header::LOCATION;
use serde::Serialize;
use serde_json::Value;

use crate::ctx::Ctx;
use crate::decision::SubjectKind;
use crate::http::{REPLAYED, etag, fault_json};
use crate::registry::{Answered, Entry};

/// An entry, with what was let pass beside it.
#[derive(Serialize)]
struct WithWarnings<V> {
    #[serde(flatten)]
    view: V,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<Value>,
}

/// One entry as it stands.
pub fn shown(version: i64, view: impl Serialize) -> HttpResponse {
    HttpResponse::Ok().insert_header(etag(version)).json(view)
}

/// The answer of a command.
pub fn answered<T: Entry>(ctx: &Ctx, done: &Answered<T>, view: impl Serialize) -> HttpResponse {
    let status = StatusCode::from_u16(done.status).unwrap_or(StatusCode::OK);
    let mut answer = HttpResponse::build(status);
    answer.insert_header(etag(done.version));
    if status == StatusCode::CREATED && !ctx.validate_only {
        let address = format!("/api/v1/{}/{}", folder(T::KIND), done.value.uuid());
        answer.insert_header((LOCATION, address));
    }
    if done.replayed {
        answer.insert_header((REPLAYED, "true"));
    }
    let warnings = done.warnings.iter().map(|fault| fault_json(fault, ctx.lang)).collect();
    answer.json(WithWarnings { view, warnings })
}

/// Where entries of a kind are found.
const fn folder(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Manifest => "manifests",
        SubjectKind::Organisation => "organisations",
        SubjectKind::Site => "sites",
        SubjectKind::Licence => "licences",
        SubjectKind::Vehicle => "vehicles",
        SubjectKind::Driver => "drivers",
        SubjectKind::User => "users",
        SubjectKind::WasteStream => "waste-streams",
        SubjectKind::LedgerEntry => "ledger-entries",
        SubjectKind::StorageArea => "storage-areas",
        SubjectKind::TransferApproval => "transfer-approvals",
        SubjectKind::ManagementPlan => "management-plans",
        SubjectKind::Container => "containers",
        SubjectKind::Inspection => "inspections",
        SubjectKind::Delegation => "delegations",
        SubjectKind::ApiKey => "api-keys",
        SubjectKind::SignIn => "me/sessions",
        SubjectKind::Round => "collection-rounds",
        SubjectKind::Trip => "trips",
        SubjectKind::DeviceKey => "me/device-keys",
        SubjectKind::Activity => "activity",
        SubjectKind::CoDisposalFacility => "co-disposal-facilities",
        SubjectKind::FacilityDay => "facility-days",
        SubjectKind::RiskSource => "risk-sources",
        SubjectKind::EmergencyPlanFiled => "emergency-plans-filed",
        SubjectKind::InsurancePolicy => "insurance-policies",
        SubjectKind::Assessment => "capacity/assessments",
        SubjectKind::EmergencyPlan => "capacity/emergency-plans",
        SubjectKind::TransferApplication => "transfer-applications",
        SubjectKind::Report => "reports",
        SubjectKind::Anomaly => "anomalies",
        SubjectKind::RuleSetting => "anomaly-rules",
        SubjectKind::Track => "telemetry",
        SubjectKind::Webhook => "webhooks",
        SubjectKind::Subscription => "subscriptions",
    }
}

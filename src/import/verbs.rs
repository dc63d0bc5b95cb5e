//! The command that an entry of each kind is, and how one that is there already is shown.

use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::kinds::Kind;
use crate::app::App;
use crate::ctx::Ctx;
use crate::ids::{
    ApprovalId, CoDisposalFacilityId, DriverId, LedgerEntryId, LicenceId, ManagementPlanId,
    OrganisationId, SiteId, StorageAreaId, VehicleId, WasteStreamId,
};
use crate::manifest::bulk;
use crate::problem::Problem;
use crate::registry::co_disposal::{self, CoDisposalFacilityView};
use crate::registry::record::activity::Activity;
use crate::registry::record::emergency_plan::EmergencyPlanFiled;
use crate::registry::record::facility_day::FacilityDay;
use crate::registry::record::insurance::InsurancePolicy;
use crate::registry::record::risk_source::RiskSource;
use crate::registry::record::{self, Record};
use crate::registry::{
    DriverView, LedgerEntryView, LicenceView, ManagementPlanView, OrganisationView, SiteView,
    StorageArea, StorageAreaView, TransferApprovalView, VehicleView, WasteStreamView, approval,
    driver, ledger, licence, organisation, plan, site, storage_area, vehicle, waste_stream,
};
use crate::trip;
use crate::wire::{Decode, asked};

/// What a command came to.
pub enum Ran {
    New,
    /// It was done before.
    Known,
    /// A storage area, which the next one of its site has to know in one commit with it.
    Area(StorageArea),
}

/// Runs the command: the API's own, on the API's own body. `earlier` are storage areas that are
/// decided already and go in the same commit.
pub async fn run(
    app: &App,
    ctx: &Ctx,
    (kind, body): (Kind, &[u8]),
    earlier: &[StorageArea],
) -> Result<Ran, Problem> {
    match kind {
        Kind::Organisations => organisation::register(app, ctx, asked(body)?).await.map(drop),
        Kind::Sites => site::register(app, ctx, asked(body)?).await.map(drop),
        Kind::Licences => licence::grant(app, ctx, asked(body)?).await.map(drop),
        Kind::Vehicles => vehicle::register(app, ctx, asked(body)?).await.map(drop),
        Kind::Drivers => driver::register(app, ctx, asked(body)?).await.map(drop),
        Kind::StorageAreas => {
            let done = storage_area::register_after(app, ctx, asked(body)?, earlier).await?;
            return Ok(Ran::Area(done.value));
        }
        Kind::WasteStreams => waste_stream::register(app, ctx, asked(body)?).await.map(drop),
        Kind::ManagementPlans => plan::register(app, ctx, asked(body)?).await.map(drop),
        Kind::TransferApprovals => approval::register(app, ctx, asked(body)?).await.map(drop),
        Kind::Activity => tell::<Activity>(app, ctx, body).await,
        Kind::FacilityDays => tell::<FacilityDay>(app, ctx, body).await,
        Kind::RiskSources => tell::<RiskSource>(app, ctx, body).await,
        Kind::EmergencyPlansFiled => tell::<EmergencyPlanFiled>(app, ctx, body).await,
        Kind::InsurancePolicies => tell::<InsurancePolicy>(app, ctx, body).await,
        Kind::CoDisposalFacilities => co_disposal::register(app, ctx, asked(body)?).await.map(drop),
        Kind::LedgerEntries => ledger::enter(app, ctx, asked(body)?).await.map(drop),
        Kind::Manifests => {
            let taken = bulk::take(app, ctx, &[body], trip::lent).await.pop();
            let none = || Problem::internal("a line without an answer");
            let kept = taken.ok_or_else(none)?.outcome?;
            return Ok(if kept.is_known { Ran::Known } else { Ran::New });
        }
    }?;
    Ok(Ran::New)
}

/// The entry as the API shows it to this actor.
pub async fn show(app: &App, ctx: &Ctx, kind: Kind, id: Uuid) -> Result<Value, Problem> {
    match kind {
        Kind::Organisations => {
            let known = organisation::show(app, ctx, OrganisationId::of(id)).await?;
            value(&OrganisationView::from(&*known))
        }
        Kind::Sites => value(&SiteView::from(&*site::show(app, SiteId::of(id)).await?)),
        Kind::Licences => value(&LicenceView::from(&*licence::show(app, LicenceId::of(id)).await?)),
        Kind::Vehicles => {
            value(&VehicleView::from(&*vehicle::show(app, ctx, VehicleId::of(id)).await?))
        }
        Kind::Drivers => {
            let (known, person) = driver::show(app, ctx, DriverId::of(id)).await?;
            value(&DriverView::of(&known, &person))
        }
        Kind::StorageAreas => {
            let (area, stored) = storage_area::show(app, ctx, StorageAreaId::of(id)).await?;
            value(&StorageAreaView::of(&area, stored))
        }
        Kind::WasteStreams => {
            let known = waste_stream::show(app, ctx, WasteStreamId::of(id)).await?;
            value(&WasteStreamView::from(&*known))
        }
        Kind::ManagementPlans => {
            let known = plan::show(app, ctx, ManagementPlanId::of(id)).await?;
            value(&ManagementPlanView::from(&*known))
        }
        Kind::TransferApprovals => {
            let known = approval::show(app, ctx, ApprovalId::of(id)).await?;
            value(&TransferApprovalView::from(&*known))
        }
        Kind::Activity => told::<Activity>(app, ctx, id).await,
        Kind::FacilityDays => told::<FacilityDay>(app, ctx, id).await,
        Kind::RiskSources => told::<RiskSource>(app, ctx, id).await,
        Kind::EmergencyPlansFiled => told::<EmergencyPlanFiled>(app, ctx, id).await,
        Kind::InsurancePolicies => told::<InsurancePolicy>(app, ctx, id).await,
        Kind::CoDisposalFacilities => {
            let id = CoDisposalFacilityId::of(id);
            let (known, contact) = co_disposal::show(app, ctx, id).await?;
            value(&CoDisposalFacilityView::of(&known, &contact))
        }
        Kind::LedgerEntries => {
            let entry = ledger::show(app, ctx, LedgerEntryId::of(id)).await?;
            value(&LedgerEntryView::from(&entry))
        }
        // Known by their filing (`manifest::bulk`), and so never asked for here.
        Kind::Manifests => Err(Problem::not_found()),
    }
}

/// A record, as its register takes it.
async fn tell<T: Record<New: Decode>>(app: &App, ctx: &Ctx, body: &[u8]) -> Result<(), Problem> {
    record::register::<T>(app, ctx, asked(body)?).await.map(drop)
}

/// A record as its register shows it.
async fn told<T: Record<View: Serialize>>(
    app: &App,
    ctx: &Ctx,
    id: Uuid,
) -> Result<Value, Problem> {
    value(&T::View::from(&*record::show::<T>(app, ctx, id).await?))
}

fn value(view: &impl Serialize) -> Result<Value, Problem> {
    serde_json::to_value(view).map_err(Problem::internal)
}

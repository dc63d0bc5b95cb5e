//! The lists as the API shows them, a page at a time: what HTTP answers and what `liandan export`
//! writes is the same.

use crate::anomaly::{self, AnomalyFilter, AnomalyView, anomaly_view};
use crate::app::App;
use crate::capacity::{
    self, AssessmentFilter, EmergencyPlanFilter, EmergencyPlanView, KeptAssessmentView,
};
use crate::catalogue::{
    Catalogue, DivisionView, EditionView, ExemptionView, FormView, HazardView, MethodView,
    PackagingView,
};
use crate::clock::legal_day;
use crate::container::{self, ContainerFilter, ContainerView};
use crate::ctx::Ctx;
use crate::db;
use crate::identity::delegation::{self, Delegation, DelegationView, ListDelegations};
use crate::identity::keys::{self, ApiKey, ApiKeyView, ListApiKeys};
use crate::identity::{self, ListUsers, UserView};
use crate::inspection::{self, Inspection, InspectionFilter, InspectionView, inspection_view};
use crate::manifest::{self, AnyManifest, Draft, Look, ManifestFilter, draft_view};
use crate::problem::Problem;
use crate::registry::application::{self, TransferApplicationQuery, TransferApplicationView};
use crate::registry::co_disposal::{self, CoDisposalFacilityQuery, CoDisposalFacilityView};
use crate::registry::lists::{
    self, DriverQuery, LedgerQuery, LicenceQuery, ManagementPlanQuery, OrganisationQuery,
    SiteQuery, StorageAreaQuery, TransferApprovalQuery, VehicleQuery, WasteStreamQuery,
};
use crate::registry::producer::{self, ProducerQuery, ProducerView};
use crate::registry::record::{self, Record};
use crate::registry::{
    DriverView, LedgerEntryView, LicenceView, ManagementPlanView, OrganisationView, SiteView,
    StorageAreaView, TransferApprovalView, VehicleView, WasteStreamView,
};
use crate::report::{self, ReportDutyView, ReportQuery};
use crate::round::{self, RoundFilter, RoundListed};
use crate::trip::{self, TripFilter, TripView};
use crate::wire::Page;

type Paged<V> = Result<Page<V>, Problem>;

pub async fn organisations(
    app: &App,
    ctx: &Ctx,
    asked: &OrganisationQuery,
) -> Paged<OrganisationView> {
    let rows = lists::organisations(app, &ctx.actor, asked).await?;
    Page::of(rows, asked.limit, |one| one.id, |one| OrganisationView::from(&*one))
}

/// Open to all who are signed in.
pub async fn sites(app: &App, _: &Ctx, asked: &SiteQuery) -> Paged<SiteView> {
    let rows = lists::sites(app, asked).await?;
    Page::of(rows, asked.limit, |one| one.id, |one| SiteView::from(&*one))
}

/// Open to all who are signed in.
pub async fn licences(app: &App, _: &Ctx, asked: &LicenceQuery) -> Paged<LicenceView> {
    let rows = lists::licences(app, asked).await?;
    Page::of(rows, asked.limit, |one| one.id, |one| LicenceView::from(&*one))
}

pub async fn vehicles(app: &App, ctx: &Ctx, asked: &VehicleQuery) -> Paged<VehicleView> {
    let rows = lists::vehicles(app, &ctx.actor, asked).await?;
    Page::of(rows, asked.limit, |one| one.id, |one| VehicleView::from(&*one))
}

pub async fn drivers(app: &App, ctx: &Ctx, asked: &DriverQuery) -> Paged<DriverView> {
    let rows = lists::drivers(app, &ctx.actor, asked).await?;
    Page::of(rows, asked.limit, |one| one.0.id, |one| DriverView::of(&one.0, &one.1))
}

pub async fn storage_areas(
    app: &App,
    ctx: &Ctx,
    asked: &StorageAreaQuery,
) -> Paged<StorageAreaView> {
    let rows = lists::storage_areas(app, &ctx.actor, asked).await?;
    Page::of(rows, asked.limit, |one| one.0.id, |one| StorageAreaView::of(&one.0, one.1))
}

pub async fn waste_streams(
    app: &App,
    ctx: &Ctx,
    asked: &WasteStreamQuery,
) -> Paged<WasteStreamView> {
    let rows = lists::waste_streams(app, &ctx.actor, asked).await?;
    Page::of(rows, asked.limit, |one| one.id, |one| WasteStreamView::from(&*one))
}

pub async fn management_plans(
    app: &App,
    ctx: &Ctx,
    asked: &ManagementPlanQuery,
) -> Paged<ManagementPlanView> {
    let rows = lists::management_plans(app, &ctx.actor, asked).await?;
    Page::of(rows, asked.limit, |one| one.id, |one| ManagementPlanView::from(&*one))
}

pub async fn transfer_approvals(
    app: &App,
    ctx: &Ctx,
    asked: &TransferApprovalQuery,
) -> Paged<TransferApprovalView> {
    let rows = lists::transfer_approvals(app, &ctx.actor, asked).await?;
    Page::of(rows, asked.limit, |one| one.id, |one| TransferApprovalView::from(&*one))
}

pub async fn producers(app: &App, ctx: &Ctx, asked: &ProducerQuery) -> Paged<ProducerView> {
    let rows = producer::list(app, ctx, asked).await?;
    Page::of(rows, asked.limit, |one| one.id, |one| ProducerView::from(&one))
}

pub async fn co_disposal_facilities(
    app: &App,
    ctx: &Ctx,
    asked: &CoDisposalFacilityQuery,
) -> Paged<CoDisposalFacilityView> {
    let rows = co_disposal::list(app, &ctx.actor, asked).await?;
    Page::of(rows, asked.limit, |one| one.0.id, |one| CoDisposalFacilityView::of(&one.0, &one.1))
}

/// A register of the form that `registry::record` has.
pub async fn records<T: Record>(app: &App, ctx: &Ctx, asked: &T::Query) -> Paged<T::View> {
    let rows = record::list::<T>(app, &ctx.actor, asked).await?;
    let (limit, _) = T::page(asked);
    Page::of(rows, limit, |one| one.uuid(), |one| T::View::from(&*one))
}

pub async fn ledger_entries(app: &App, ctx: &Ctx, asked: &LedgerQuery) -> Paged<LedgerEntryView> {
    let rows = lists::ledger_entries(app, &ctx.actor, asked).await?;
    Page::of(rows, asked.limit, |one| one.id, |one| LedgerEntryView::from(&one))
}

pub async fn containers(app: &App, ctx: &Ctx, asked: &ContainerFilter) -> Paged<ContainerView> {
    let rows = container::page(&app.pool, &ctx.actor, asked).await?;
    Page::of(rows, asked.limit, |one| one.id, |one| ContainerView::of(&one, &app.catalogue))
}

pub async fn inspections(app: &App, ctx: &Ctx, asked: &InspectionFilter) -> Paged<InspectionView> {
    let rows = inspection::page(&app.pool, &ctx.actor, asked).await?;
    let show = |one: Inspection| inspection_view(&one, &ctx.actor);
    Page::of(rows, asked.limit, |one| one.id, show)
}

pub async fn trips(app: &App, ctx: &Ctx, asked: &TripFilter) -> Paged<TripView> {
    let rows = trip::page(&app.pool, &ctx.actor, asked).await?;
    let heads = trip::heads(app, rows.iter()).await?;
    let show = |one: &trip::Stored| trip::view((one.id, &one.trip), &ctx.actor, &heads);
    let rows: Vec<TripView> = rows.iter().filter_map(show).collect();
    Page::of(rows, asked.limit, |one| one.id, |one| one)
}

pub async fn rounds(app: &App, ctx: &Ctx, asked: &RoundFilter) -> Paged<RoundListed> {
    let rows = round::page(&app.pool, &ctx.actor, asked).await?;
    let rows: Vec<RoundListed> =
        rows.iter().filter_map(|one| round::listed(one, &ctx.actor)).collect();
    Page::of(rows, asked.limit, |one| one.id, |one| one)
}

pub async fn users(app: &App, ctx: &Ctx, asked: &ListUsers) -> Paged<UserView> {
    let rows = identity::list(app, &ctx.actor, asked).await?;
    Page::of(rows, asked.limit, |one| one.id, |one| UserView::from(&one))
}

pub async fn api_keys(app: &App, ctx: &Ctx, asked: &ListApiKeys) -> Paged<ApiKeyView> {
    let rows = keys::list(app, &ctx.actor, asked).await?;
    let show = |(key, version): (ApiKey, i64)| ApiKeyView::of(&key, version);
    Page::of(rows, asked.limit, |(key, _)| key.id, show)
}

pub async fn delegations(app: &App, ctx: &Ctx, asked: &ListDelegations) -> Paged<DelegationView> {
    let rows = delegation::list(app, &ctx.actor, asked).await?;
    let show = |(one, version): (Delegation, i64)| DelegationView::of(&one, version);
    Page::of(rows, asked.limit, |(one, _)| one.id, show)
}

/// Filed ones, or one's drafts.
pub async fn manifests(app: &App, ctx: &Ctx, asked: &ManifestFilter) -> Paged<AnyManifest> {
    if asked.asks_for_drafts() {
        let (before, rows) = (asked.cursor.map(|cursor| cursor.0), asked.limit.rows_to_read());
        let drafts = manifest::list_drafts(&app.pool, &ctx.actor, before, rows).await?;
        let show = |draft: Draft| AnyManifest::Draft(draft_view(&draft, &ctx.actor));
        return Page::of(drafts, asked.limit, |draft| draft.id, show);
    }
    let rows = manifest::page(&app.pool, &ctx.actor, asked).await?;
    let ids: Vec<_> = rows.iter().flat_map(|row| manifest::accounts(&row.manifest)).collect();
    let balances = db::balances_of(&app.pool, &ids).await?;
    let standings = manifest::standings(&app.pool, rows.iter().map(|row| &row.manifest)).await?;
    let (balances, standings) = (&balances, &standings);
    let look = Look { app, actor: &ctx.actor, lang: ctx.lang, balances, standings };
    let show = |row: manifest::Stored| {
        AnyManifest::Filed(Box::new(manifest::view(row.id, &row.manifest, row.contact, &look)))
    };
    Page::of(rows, asked.limit, |row| row.id, show)
}

pub fn editions(catalogue: &Catalogue) -> Vec<EditionView<'_>> {
    catalogue.editions().iter().map(EditionView::from).collect()
}

pub fn methods(catalogue: &Catalogue) -> Vec<MethodView<'_>> {
    catalogue.methods().iter().map(MethodView::from).collect()
}

pub fn forms(catalogue: &Catalogue) -> Vec<FormView<'_>> {
    catalogue.forms().iter().map(FormView::from).collect()
}

pub fn packaging(catalogue: &Catalogue) -> Vec<PackagingView<'_>> {
    catalogue.packagings().iter().map(PackagingView::from).collect()
}

pub fn hazards(catalogue: &Catalogue) -> Vec<HazardView<'_>> {
    catalogue.hazards().iter().map(HazardView::from).collect()
}

/// Of all editions.
pub fn exemptions(catalogue: &Catalogue) -> Vec<ExemptionView<'_>> {
    catalogue.exemptions().iter().map(ExemptionView::from).collect()
}

pub fn divisions(catalogue: &Catalogue) -> Vec<DivisionView<'_>> {
    catalogue.divisions().iter().map(DivisionView::from).collect()
}

pub async fn assessments(
    app: &App,
    ctx: &Ctx,
    asked: &AssessmentFilter,
) -> Paged<KeptAssessmentView> {
    let rows = capacity::list(app, &ctx.actor, asked).await?;
    Page::of(rows, asked.limit, |one| one.id, |one| KeptAssessmentView::from(&one))
}

pub async fn emergency_plans(
    app: &App,
    ctx: &Ctx,
    asked: &EmergencyPlanFilter,
) -> Paged<EmergencyPlanView> {
    let (rows, today) = (capacity::list_plans(app, ctx, asked).await?, legal_day(ctx.now));
    Page::of(rows, asked.limit, |one| one.id, |one| EmergencyPlanView::on(&one, today))
}

pub async fn transfer_applications(
    app: &App,
    ctx: &Ctx,
    asked: &TransferApplicationQuery,
) -> Paged<TransferApplicationView> {
    let rows = application::list(app, ctx, asked).await?;
    let about = (application::clocks(app), legal_day(ctx.now));
    Page::of(rows, asked.limit, |one| one.id, |one| TransferApplicationView::on(&one, about))
}

pub async fn reports(app: &App, ctx: &Ctx, asked: &ReportQuery) -> Paged<ReportDutyView> {
    let rows = report::list(app, ctx, asked).await?;
    Page::of(rows, asked.limit, report::Duty::key, ReportDutyView::from)
}

pub async fn anomalies(app: &App, ctx: &Ctx, asked: &AnomalyFilter) -> Paged<AnomalyView> {
    let rows = anomaly::list(app, ctx, asked).await?;
    let key = |one: &anomaly::Stored| asked.sort.key(one.case.key());
    let names = anomaly::names(&app.pool, &rows).await?;
    Page::of(rows, asked.limit, key, |one| anomaly_view(app, ctx, (&one, &names)))
}

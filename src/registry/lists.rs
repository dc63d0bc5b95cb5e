//! The lists of the registers: what a query asks for, and which rows the asker may see.
//!
//! Organisations, sites and licences are open to all who are signed in; regulators' own bodies are
//! named only to those who see them (`policy::names_party`). The others show what is one's own or
//! in one's jurisdiction. In the order of registration.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::access::Scope;
use super::cache::Known;
use super::entry::Slice;
use super::model::{
    Driver, LedgerEntry, LedgerKind, Licence, LicenceStatus, ManagementPlan, Organisation, Part,
    Person, Site, SiteKind, Standing, StorageArea, TransferApproval, Vehicle, WasteStream,
};
use super::place::DivisionNumber;
use super::review::EntryReviewStatus;
use super::store;
use crate::app::App;
use crate::catalogue::WasteCode;
use crate::ctx::Actor;
use crate::ids::{OrganisationId, SiteId};
use crate::problem::Problem;
use crate::units::Grams;
use crate::wire::{BoundedText, Cursor, PageLimit, Whole, paged, wire};

wire! {
    /// Which organisations to list.
    pub struct OrganisationQuery {
        /// Part of the name or of the USCC.
        pub q: Option<BoundedText<1, 100>>,
        pub role: Option<Part>,
        pub division: Option<DivisionNumber>,
        pub status: Option<Standing>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }

    /// Which sites to list.
    pub struct SiteQuery {
        pub organisation_id: Option<OrganisationId>,
        pub division: Option<DivisionNumber>,
        pub kind: Option<SiteKind>,
        /// A key supervised unit (重点监管单位).
        pub is_key_unit: Option<bool>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }

    /// Which licences to list.
    pub struct LicenceQuery {
        pub organisation_id: Option<OrganisationId>,
        pub site_id: Option<SiteId>,
        pub status: Option<LicenceStatus>,
        /// Named by a line, or in a category that a line names.
        pub waste_code: Option<WasteCode>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }

    /// Which vehicles to list.
    pub struct VehicleQuery {
        pub organisation_id: Option<OrganisationId>,
        /// Part of the plate.
        pub q: Option<BoundedText<1, 20>>,
        pub status: Option<Standing>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }

    /// Which drivers to list.
    pub struct DriverQuery {
        pub organisation_id: Option<OrganisationId>,
        pub status: Option<Standing>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }

    /// Which storage areas to list.
    pub struct StorageAreaQuery {
        pub site_id: Option<SiteId>,
        pub status: Option<Standing>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }

    /// Which waste streams to list.
    pub struct WasteStreamQuery {
        pub site_id: Option<SiteId>,
        pub waste_code: Option<WasteCode>,
        pub status: Option<Standing>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }

    /// Which management plans to list.
    pub struct ManagementPlanQuery {
        pub site_id: Option<SiteId>,
        pub year: Option<Whole<2000, 2999>>,
        /// How its review stands: `submitted` is what waits.
        pub review: Option<EntryReviewStatus>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }

    /// Which transfer approvals to list.
    pub struct TransferApprovalQuery {
        /// Either end.
        pub site_id: Option<SiteId>,
        pub status: Option<Standing>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }

    /// Which ledger entries to list.
    pub struct LedgerQuery {
        pub site_id: Option<SiteId>,
        pub waste_code: Option<WasteCode>,
        pub kind: Option<LedgerKind>,
        /// `occurred_at` at or after.
        pub from: Option<DateTime<Utc>>,
        /// `occurred_at` before.
        pub to: Option<DateTime<Utc>>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }
}

paged!(
    OrganisationQuery,
    SiteQuery,
    LicenceQuery,
    VehicleQuery,
    DriverQuery,
    StorageAreaQuery,
    WasteStreamQuery,
    ManagementPlanQuery,
    TransferApprovalQuery,
    LedgerQuery,
);

fn slice(limit: PageLimit, cursor: Option<Cursor<Uuid>>) -> Slice {
    Slice { after: cursor.map(|cursor| cursor.0), rows_max: limit.rows_to_read() }
}

pub async fn organisations(
    app: &App,
    actor: &Actor,
    query: &OrganisationQuery,
) -> Result<Vec<Known<Organisation>>, Problem> {
    let filter = store::OrganisationFilter {
        q: query.q.as_ref().map(|text| text.as_str().to_owned()),
        role: query.role,
        division: query.division.as_ref().map(|number| number.as_str().to_owned()),
        status: query.status,
        bodies: Some(Scope::of(actor)),
    };
    store::organisations(&app.pool, &filter, slice(query.limit, query.cursor)).await
}

pub async fn sites(app: &App, query: &SiteQuery) -> Result<Vec<Known<Site>>, Problem> {
    let filter = store::SiteFilter {
        organisation_id: query.organisation_id,
        division: query.division.as_ref().map(|number| number.as_str().to_owned()),
        kind: query.kind,
        is_key_unit: query.is_key_unit,
    };
    store::sites(&app.pool, &filter, slice(query.limit, query.cursor)).await
}

pub async fn licences(app: &App, query: &LicenceQuery) -> Result<Vec<Known<Licence>>, Problem> {
    let category = query.waste_code.and_then(|code| code.category());
    let filter = store::LicenceFilter {
        organisation_id: query.organisation_id,
        site_id: query.site_id,
        status: query.status,
        waste_code: query.waste_code.map(|code| code.to_string()),
        category: category.map(|category| category.to_string()),
    };
    store::licences(&app.pool, &filter, slice(query.limit, query.cursor)).await
}

pub async fn vehicles(
    app: &App,
    actor: &Actor,
    query: &VehicleQuery,
) -> Result<Vec<Known<Vehicle>>, Problem> {
    let filter = store::VehicleFilter {
        organisation_id: query.organisation_id,
        q: query.q.as_ref().map(|text| text.as_str().to_owned()),
        status: query.status,
    };
    let slice = slice(query.limit, query.cursor);
    store::vehicles(&app.pool, &Scope::of(actor), &filter, slice).await
}

pub async fn drivers(
    app: &App,
    actor: &Actor,
    query: &DriverQuery,
) -> Result<Vec<(Known<Driver>, Person)>, Problem> {
    let filter =
        store::DriverFilter { organisation_id: query.organisation_id, status: query.status };
    let slice = slice(query.limit, query.cursor);
    store::drivers(&app.pool, &Scope::of(actor), &filter, slice).await
}

/// Areas with what lies in them.
pub async fn storage_areas(
    app: &App,
    actor: &Actor,
    query: &StorageAreaQuery,
) -> Result<Vec<(Known<StorageArea>, Grams)>, Problem> {
    let filter = store::StorageAreaFilter { site_id: query.site_id, status: query.status };
    let slice = slice(query.limit, query.cursor);
    let areas = store::storage_areas(&app.pool, &Scope::of(actor), &filter, slice).await?;
    let ids: Vec<_> = areas.iter().map(|area| area.id).collect();
    let stored = store::stored_in(&app.pool, &ids).await?;
    let with = |area: Known<StorageArea>| {
        let mass = stored.get(&area.id).copied().unwrap_or_default();
        (area, mass)
    };
    Ok(areas.into_iter().map(with).collect())
}

pub async fn waste_streams(
    app: &App,
    actor: &Actor,
    query: &WasteStreamQuery,
) -> Result<Vec<Known<WasteStream>>, Problem> {
    let filter = store::WasteStreamFilter {
        site_id: query.site_id,
        waste_code: query.waste_code.map(|code| code.to_string()),
        status: query.status,
    };
    let slice = slice(query.limit, query.cursor);
    store::waste_streams(&app.pool, &Scope::of(actor), &filter, slice).await
}

pub async fn management_plans(
    app: &App,
    actor: &Actor,
    query: &ManagementPlanQuery,
) -> Result<Vec<Known<ManagementPlan>>, Problem> {
    let filter = store::PlanFilter {
        site_id: query.site_id,
        year: query.year.map(Whole::get),
        review: query.review,
    };
    let slice = slice(query.limit, query.cursor);
    store::plans(&app.pool, &Scope::of(actor), &filter, slice).await
}

pub async fn transfer_approvals(
    app: &App,
    actor: &Actor,
    query: &TransferApprovalQuery,
) -> Result<Vec<Known<TransferApproval>>, Problem> {
    let filter = store::ApprovalFilter { site_id: query.site_id, status: query.status };
    let slice = slice(query.limit, query.cursor);
    store::approvals(&app.pool, &Scope::of(actor), &filter, slice).await
}

pub async fn ledger_entries(
    app: &App,
    actor: &Actor,
    query: &LedgerQuery,
) -> Result<Vec<LedgerEntry>, Problem> {
    let filter = store::LedgerFilter {
        site_id: query.site_id,
        waste_code: query.waste_code.map(|code| code.to_string()),
        kind: query.kind,
        from: query.from,
        to: query.to,
    };
    let slice = slice(query.limit, query.cursor);
    store::ledger_entries(&app.pool, &Scope::of(actor), &filter, slice).await
}

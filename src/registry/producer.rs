//! Producers and their management class (管理类别), by which their reports are due: 重点 key, 简化
//! simplified, 登记 registered.
//!
//! HJ 1259-2022: key from 100 t a year at one site, with treatment of its own, or as a holder of an
//! operating licence; simplified from 10 t; registered below. The yearly quantity is the largest of
//! the last three years; the year that runs counts as far as it has come, so that a young site or
//! one that grows is not taken for small.
//!
//! Nobody enters a class: it follows from the ledgers, the sites and the licences, and is shown
//! with the figures that make it. Of ledgers the entries `produced` count, of any hazardous waste;
//! what a `correction` was for, the ledger does not say.

use chrono::{Datelike, NaiveDate, NaiveTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Scope;
use super::entry::Slice;
use super::model::Standing;
use super::place::DivisionNumber;
use super::store;
use crate::app::App;
use crate::clock::{beijing, legal_day};
use crate::ctx::Ctx;
use crate::ids::{LicenceId, OrganisationId, SiteId};
use crate::problem::Problem;
use crate::units::{Grams, Kg};
use crate::wire::{Cursor, PageLimit, api_enum, paged, wire};

api_enum! {
    /// Management class of a producer (HJ 1259-2022): key (重点), simplified (简化), registered (登记).
    pub enum ManagementClass {
        Key = "key",
        Simplified = "simplified",
        Registered = "registered",
    }

    /// What makes a producer's class more than the least.
    pub enum ClassReason {
        Quantity = "quantity",
        OwnTreatment = "own_treatment",
        Licence = "licence",
    }
}

wire! {
    /// Which producers to list.
    pub struct ProducerQuery {
        pub class: Option<ManagementClass>,
        pub division: Option<DivisionNumber>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }
}

paged!(ProducerQuery);

const LEGAL_BASIS: &str = "HJ 1259-2022";

/// From how much a year at one site on.
pub const KEY_FROM: Grams = Grams(100_000_000);
pub const SIMPLIFIED_FROM: Grams = Grams(10_000_000);

/// Whole years that count, before the one that runs.
const YEARS_BEFORE: i32 = 3;

/// A producer as the registers and ledgers show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Producer {
    pub id: OrganisationId,
    pub name: String,
    pub uscc: String,
    pub division: String,
    pub status: Standing,
    pub class: ManagementClass,
    pub largest: Grams,
    /// Where and in which year; `None` where nothing was produced.
    pub largest_at: Option<(SiteId, i64)>,
    pub treats_itself: bool,
    pub licences: Vec<LicenceId>,
    pub key_units: Vec<SiteId>,
}

/// A producer and its management class.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProducerView {
    /// Of the organisation.
    pub id: OrganisationId,
    pub name: String,
    pub uscc: String,
    pub division: String,
    pub status: Standing,
    pub management_class: ManagementClass,
    /// Empty where it is registered alone.
    pub reasons: Vec<ClassReason>,
    /// The largest yearly quantity at one site, of the last three years and the one that runs.
    pub largest_kg: Kg,
    #[schema(required)]
    pub largest_year: Option<i64>,
    #[schema(required)]
    pub largest_site_id: Option<SiteId>,
    /// It has a treatment site, or its ledgers tell of treatment in these years.
    pub treats_itself: bool,
    /// Operating licences that it holds today.
    pub licence_ids: Vec<LicenceId>,
    /// Its sites that are key supervised units (重点监管单位).
    pub key_unit_site_ids: Vec<SiteId>,
    #[schema(value_type = String)]
    pub legal_basis: &'static str,
}

impl From<&Producer> for ProducerView {
    fn from(it: &Producer) -> Self {
        let reasons = [
            (it.largest >= SIMPLIFIED_FROM, ClassReason::Quantity),
            (it.treats_itself, ClassReason::OwnTreatment),
            (!it.licences.is_empty(), ClassReason::Licence),
        ];
        Self {
            id: it.id,
            name: it.name.clone(),
            uscc: it.uscc.clone(),
            division: it.division.clone(),
            status: it.status,
            management_class: it.class,
            reasons: reasons.into_iter().filter(|(holds, _)| *holds).map(|(_, why)| why).collect(),
            largest_kg: Kg(it.largest),
            largest_year: it.largest_at.map(|(_, year)| year),
            largest_site_id: it.largest_at.map(|(site, _)| site),
            treats_itself: it.treats_itself,
            licence_ids: it.licences.clone(),
            key_unit_site_ids: it.key_units.clone(),
            legal_basis: LEGAL_BASIS,
        }
    }
}

/// When the years that count begin, and the day on which a licence must be in force.
pub struct Span {
    pub from: chrono::DateTime<Utc>,
    pub today: NaiveDate,
}

impl Span {
    fn at(now: chrono::DateTime<Utc>) -> Self {
        let today = legal_day(now);
        let first = NaiveDate::from_ymd_opt(today.year() - YEARS_BEFORE, 1, 1).unwrap_or(today);
        let midnight = first.and_time(NaiveTime::MIN).and_local_timezone(beijing()).single();
        Self { from: midnight.map_or(now, |time| time.to_utc()), today }
    }
}

/// Producers that the actor may see whole, in the order of registration.
pub async fn list(app: &App, ctx: &Ctx, asked: &ProducerQuery) -> Result<Vec<Producer>, Problem> {
    let filter = store::ProducerFilter {
        class: asked.class,
        division: asked.division.as_ref().map(|number| number.as_str().to_owned()),
        scope: Scope::of(&ctx.actor),
        span: Span::at(ctx.now),
    };
    let after = asked.cursor.map(|cursor| cursor.0);
    let slice = Slice { after, rows_max: asked.limit.rows_to_read() };
    store::producers(&app.pool, &filter, slice).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_years_that_count_begin_in_beijing() {
        let from = |now: &str| Span::at(now.parse().unwrap()).from.to_rfc3339();
        assert_eq!(from("2026-11-25T02:00:00Z"), "2022-12-31T16:00:00+00:00");
        assert_eq!(from("2026-12-31T15:59:59Z"), "2022-12-31T16:00:00+00:00");
        assert_eq!(from("2026-12-31T16:00:00Z"), "2023-12-31T16:00:00+00:00");
    }
}

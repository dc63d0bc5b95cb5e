//! What is due: a site, a period, the class of its organisation, and how it stands with the report.
//!
//! A report is owed by each site of a producer that is not closed, for the periods that its class
//! asks for: a site that produces, unless its kind of business makes kitchen waste alone, and any
//! site whose ledger tells of hazardous waste. None is owed of a time before the site was
//! registered, unless its ledger reaches back. The class is that of the day on which the period
//! ended: nobody is late with the months of January to May for having grown in June.

use std::ops::Bound;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use uuid::Uuid;

use super::asked::{ReportQuery, ReportStatus};
use super::duty_store::{self, DutyFilter};
use super::period::{Period, Term};
use super::shown::ReportDutyView;
use crate::app::App;
use crate::catalogue::Catalogue;
use crate::clock::{legal_day, rfc3339};
use crate::ctx::Ctx;
use crate::db::Pool;
use crate::ids::{OrganisationId, ReportId, SiteId};
use crate::limits::REPORT_SITES_AT_ONCE;
use crate::problem::Problem;
use crate::registry::Scope;
use crate::registry::producer::{ClassReason, ManagementClass};

/// A site and a period of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    pub site_id: SiteId,
    pub organisation_id: OrganisationId,
    pub division: String,
    pub period: Period,
    pub due_on: NaiveDate,
    pub is_required: bool,
    pub class: ManagementClass,
    pub reasons: Vec<ClassReason>,
    /// The newest version of what was submitted.
    pub filed: Option<Filed>,
    pub status: ReportStatus,
    pub is_late: bool,
}

/// What was submitted of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    pub id: ReportId,
    pub version: i64,
    pub due_on: NaiveDate,
    pub is_required: bool,
    pub class: ManagementClass,
    pub reasons: Vec<ClassReason>,
    pub submitted_at: DateTime<Utc>,
    pub made_at: DateTime<Utc>,
    pub content_sha256: String,
}

impl Duty {
    /// Its place in the list.
    pub fn key(&self) -> (Uuid, i64) {
        (self.site_id.uuid(), self.period.rank())
    }
}

impl From<Duty> for ReportDutyView {
    /// Of what was submitted, what it says.
    fn from(duty: Duty) -> Self {
        let filed = duty.filed;
        let amended = filed.as_ref().filter(|filed| filed.version > 1);
        Self {
            id: filed.as_ref().map(|filed| filed.id),
            site_id: duty.site_id,
            organisation_id: duty.organisation_id,
            division: duty.division,
            period: duty.period.into(),
            due_on: filed.as_ref().map_or(duty.due_on, |filed| filed.due_on),
            is_required: filed.as_ref().map_or(duty.is_required, |filed| filed.is_required),
            status: duty.status,
            is_late: duty.is_late,
            management_class: filed.as_ref().map_or(duty.class, |filed| filed.class),
            version: filed.as_ref().map_or(0, |filed| filed.version),
            submitted_at: filed.as_ref().map(|filed| rfc3339(filed.submitted_at)),
            amended_at: amended.map(|filed| rfc3339(filed.made_at)),
            content_sha256: filed.as_ref().map(|filed| filed.content_sha256.clone()),
            class_reasons: filed.map_or(duty.reasons, |filed| filed.reasons),
        }
    }
}

/// Kinds of business that make kitchen waste alone, in both spellings.
fn of_kitchens(catalogue: &Catalogue) -> Vec<String> {
    let kinds = catalogue.organisation_kinds().iter();
    let kitchens = kinds.filter(|kind| &*kind.default_streams == "kitchen");
    kitchens.flat_map(|kind| [kind.kind.to_string(), kind.api_kind.to_string()]).collect()
}

/// The periods of these years that have begun, with their terms.
fn begun(
    years: impl Iterator<Item = i32>,
    today: NaiveDate,
    catalogue: &Catalogue,
) -> Result<Vec<(Period, Term)>, Problem> {
    let periods = years.flat_map(Period::all_of).filter(|period| period.first() <= today);
    periods.map(|period| Ok((period, Term::of(period, catalogue)?))).collect()
}

/// What is due and what was submitted, of the sites that the actor sees.
pub async fn list(app: &App, ctx: &Ctx, asked: &ReportQuery) -> Result<Vec<Duty>, Problem> {
    let today = legal_day(ctx.now);
    let this = today.year();
    let years = match asked.year {
        Some(year) => {
            let year = i32::try_from(year.get()).unwrap_or(this);
            year..=year
        }
        None => this - 1..=this,
    };
    let mut periods = begun(years, today, &app.catalogue)?;
    periods.retain(|(period, _)| asked.period.is_none_or(|kind| kind == period.kind));
    if periods.is_empty() {
        return Ok(Vec::new());
    }
    let filter = DutyFilter {
        scope: Scope::of(&ctx.actor),
        site_id: asked.site_id,
        division: asked.division.as_ref().map(|number| number.as_str().to_owned()),
        status: asked.status,
        all: false,
        today,
        kitchen: of_kitchens(&app.catalogue),
    };
    let after = asked.cursor.map(|cursor| cursor.0);
    page(&app.pool, &periods, &filter, (after, asked.limit.rows_to_read())).await
}

/// Looks at more and more sites until the page is full: where few have what is asked for, a page
/// costs as many statements as the jurisdiction has thousands of sites, and none is ever large.
async fn page(
    pool: &Pool,
    periods: &[(Period, Term)],
    filter: &DutyFilter,
    (after, rows_max): (Option<(Uuid, i64)>, i64),
) -> Result<Vec<Duty>, Problem> {
    let year = |(period, _): &(Period, Term)| i16::try_from(period.year).unwrap_or_default();
    let years: Vec<i16> = periods.iter().map(year).collect();
    let mut from = after.map_or(Bound::Unbounded, |(site, _)| Bound::Included(site));
    let (mut found, mut window) = (Vec::new(), rows_max.min(REPORT_SITES_AT_ONCE));
    loop {
        let sites = duty_store::sites(pool, filter, &years, (from, window)).await?;
        let left = rows_max - found.len() as i64;
        let slice = (after, left);
        found.extend(duty_store::duties(pool, periods, (&sites, filter), slice).await?);
        let is_last = (sites.len() as i64) < window;
        match sites.last() {
            Some(last) if !is_last && (found.len() as i64) < rows_max => {
                from = Bound::Excluded(*last);
            }
            _ => return Ok(found),
        }
        window = (window * 4).min(REPORT_SITES_AT_ONCE);
    }
}

/// How it stands with one period of a site, whether its report is owed or not; and its term.
pub async fn one(
    app: &App,
    ctx: &Ctx,
    (site, period): (SiteId, Period),
) -> Result<(Duty, Term), Problem> {
    let term = Term::of(period, &app.catalogue)?;
    let filter = DutyFilter {
        scope: Scope::All,
        site_id: Some(site),
        division: None,
        status: None,
        all: true,
        today: legal_day(ctx.now),
        kitchen: of_kitchens(&app.catalogue),
    };
    let periods = [(period, term.clone())];
    let sites = [site.uuid()];
    let found = duty_store::duties(&app.pool, &periods, (&sites, &filter), (None, 1)).await?;
    let duty = found.into_iter().next().ok_or_else(|| Problem::internal("a site of no class"))?;
    Ok((duty, term))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn restaurants_make_kitchen_waste_alone_and_hospitals_do_not() {
        let kitchens = of_kitchens(&Catalogue::load().unwrap());
        let is_one = |kind: &str| kitchens.iter().any(|one| one == kind);
        assert!(is_one("restaurant") && is_one("school_canteen") && is_one("kitchen_plant"));
        assert!(!is_one("hospital") && !is_one("chemical") && !is_one("other"));
    }

    #[test]
    fn periods_that_have_not_begun_are_not_told_of() {
        let catalogue = Catalogue::load().unwrap();
        let count = |years: std::ops::RangeInclusive<i32>, today: &str| {
            begun(years, today.parse().unwrap(), &catalogue).unwrap().len()
        };
        // January, the first quarter and the year.
        assert_eq!(count(2026..=2026, "2026-01-01"), 3);
        assert_eq!(count(2025..=2026, "2026-12-31"), 34);
        assert_eq!(count(2027..=2027, "2026-12-31"), 0);
    }
}

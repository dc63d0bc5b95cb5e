//! Sites (场所): places of an organisation, public to all who are signed in.
//!
//! Registered by the organisation's administrator or the regulator of the division it lies in.
//! Its storage capacity is the sum of its storage areas and changes with them alone
//! (`storage_area.rs`). Closed is final.

use super::access::{administers, could_administer};
use super::cache::Known;
use super::change::{Answered, Entered, commit, patched, set, unchanged, words};
use super::model::{FacilityKind, HospitalGrade, Organisation, Place, Site, SiteKind, Standing};
use super::place::{DivisionNumber, RegionCode};
use super::standing::{may_move, still_open, takes_entries};
use super::store;
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::decision::Decision;
use crate::identity::policy;
use crate::ids::{OrganisationId, SiteId};
use crate::problem::{Fault, Problem};
use crate::wire::{Asked, BoundedText, Change, Location, Patch, Whole, wire};

type Beds = Whole<0, 100_000>;
type Seats = Whole<0, 1_000_000>;

wire! {
    /// A site to register.
    pub struct NewSite {
        pub organisation_id: OrganisationId,
        pub name: BoundedText<1, 200>,
        pub kind: SiteKind,
        /// Kind of business: `hospital`, `restaurant`, … or free words.
        pub business: Option<BoundedText<1, 100>>,
        pub facility_kind: Option<FacilityKind>,
        pub division: DivisionNumber,
        pub regiment: Option<BoundedText<1, 100>>,
        pub region_code: RegionCode,
        pub park: Option<BoundedText<1, 200>>,
        pub location: Option<Location>,
        pub beds: Option<Beds>,
        pub seats: Option<Seats>,
        /// Of a medical institution.
        pub grade: Option<HospitalGrade>,
    }

    /// What changes of a site.
    pub struct SitePatch {
        pub name: Change<BoundedText<1, 200>>,
        pub kind: Change<SiteKind>,
        pub business: Patch<BoundedText<1, 100>>,
        pub facility_kind: Patch<FacilityKind>,
        pub division: Change<DivisionNumber>,
        pub regiment: Patch<BoundedText<1, 100>>,
        pub region_code: Change<RegionCode>,
        pub park: Patch<BoundedText<1, 200>>,
        pub location: Patch<Location>,
        pub beds: Patch<Beds>,
        pub seats: Patch<Seats>,
        pub grade: Patch<HospitalGrade>,
        pub status: Change<Standing>,
        /// A key supervised unit (重点监管单位): the regulators' to say.
        pub is_key_unit: Change<bool>,
    }
}

/// Registers a site.
pub async fn register(
    app: &App,
    ctx: &Ctx,
    asked: Asked<NewSite>,
) -> Result<Answered<Site>, Problem> {
    could_administer(&ctx.actor)?;
    let new = asked?;
    let id = SiteId::of(app.mint.uuid(ctx.now));
    let read = async |freshness: Freshness| {
        app.registers.organisation(&app.pool, new.organisation_id, freshness).await
    };
    commit(app, ctx, read, |owner| decide_new(id, owner.as_ref(), &new, ctx)).await
}

fn decide_new(
    id: SiteId,
    owner: Option<&Known<Organisation>>,
    new: &NewSite,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let owner = owner.filter(|owner| policy::names_party(&ctx.actor, owner));
    let owner = owner.ok_or_else(|| Fault::unknown_reference("/organisation_id"))?;
    policy::require(administers(&ctx.actor, new.division.as_str(), owner.id))?;
    let withdrawn = takes_entries(owner.status, "/organisation_id");
    Problem::unless_empty(withdrawn.into_iter().collect())?;
    let site = Site {
        id,
        organisation_id: new.organisation_id,
        name: words(&new.name),
        kind: new.kind,
        business: new.business.as_ref().map(words),
        facility_kind: new.facility_kind.map(|kind| kind.to_string()),
        division: new.division.as_str().to_owned(),
        regiment: new.regiment.as_ref().map(words),
        region_code: new.region_code.as_str().to_owned(),
        park: new.park.as_ref().map(words),
        location: new.location.map(place),
        beds: new.beds.map(Whole::get),
        seats: new.seats.map(Whole::get),
        grade: new.grade,
        storage_capacity_g: None,
        status: Standing::Active,
        is_key_unit: false,
    };
    let rows = vec![store::insert_site(&site)];
    let mut entered = Entered::new(site, None, rows);
    entered.guards.push(owner.guard);
    entered.decision(ctx)
}

/// One site: a public register.
pub async fn show(app: &App, id: SiteId) -> Result<Known<Site>, Problem> {
    let found = app.registers.site(&app.pool, id, Freshness::Fresh).await?;
    found.ok_or_else(Problem::not_found)
}

/// Changes a site.
pub async fn change(
    app: &App,
    ctx: &Ctx,
    id: SiteId,
    asked: Asked<SitePatch>,
) -> Result<Answered<Site>, Problem> {
    let read = async |freshness: Freshness| {
        let found = app.registers.site(&app.pool, id, freshness).await?;
        found.ok_or_else(Problem::not_found)
    };
    commit(app, ctx, read, |known| decide_change(known, &asked, ctx)).await
}

fn decide_change(
    known: &Known<Site>,
    asked: &Asked<SitePatch>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let before = &*known.value;
    policy::require(administers(&ctx.actor, &before.division, before.organisation_id))?;
    ctx.expect_version(known.guard.version)?;
    still_open(before.status)?;
    let patch = asked.as_ref().map_err(Clone::clone)?;
    let after = patch_site(before, patch);
    let registrar = policy::regulates(&ctx.actor, &before.division);
    may_move(registrar, before.status, after.status)?;
    policy::require(registrar || after.is_key_unit == before.is_key_unit)?;
    // Nobody hands a site over to a division that it does not regulate.
    policy::require(administers(&ctx.actor, &after.division, before.organisation_id))?;
    if after == *before {
        return Ok(unchanged(before, known.guard.version, ctx));
    }
    let rows = vec![store::update_site(&after)];
    Entered::new(after, Some(known.guard.version), rows).decision(ctx)
}

fn patch_site(before: &Site, patch: &SitePatch) -> Site {
    Site {
        id: before.id,
        organisation_id: before.organisation_id,
        name: set(&patch.name, &before.name, words),
        kind: set(&patch.kind, &before.kind, |kind| *kind),
        business: patched(&patch.business, before.business.as_ref(), words),
        facility_kind: patched(&patch.facility_kind, before.facility_kind.as_ref(), |kind| {
            kind.to_string()
        }),
        division: set(&patch.division, &before.division, |number| number.as_str().to_owned()),
        regiment: patched(&patch.regiment, before.regiment.as_ref(), words),
        region_code: set(&patch.region_code, &before.region_code, |code| code.as_str().to_owned()),
        park: patched(&patch.park, before.park.as_ref(), words),
        location: patched(&patch.location, before.location.as_ref(), |location| place(*location)),
        beds: patched(&patch.beds, before.beds.as_ref(), |beds| beds.get()),
        seats: patched(&patch.seats, before.seats.as_ref(), |seats| seats.get()),
        grade: patched(&patch.grade, before.grade.as_ref(), |grade| *grade),
        storage_capacity_g: before.storage_capacity_g,
        status: set(&patch.status, &before.status, |status| *status),
        is_key_unit: set(&patch.is_key_unit, &before.is_key_unit, |is_it| *is_it),
    }
}

fn place(location: Location) -> Place {
    Place { lon_e6: i64::from(location.lon_e6), lat_e6: i64::from(location.lat_e6) }
}

//! Drivers and escorts: registered by the carrier's administrator or its regulators.
//!
//! Name, phone and licence number are personal data: they live in the row and never in an event,
//! so that they can expire (domain.md, "Retention"). An answer joins them from the row, also the
//! answer to a repeated request.

use super::access::{administers, could_administer};
use super::cache::Known;
use super::change::{Answered, Entered, commit, patched, set, unchanged, words};
use super::model::{Driver, Organisation, Person, Standing};
use super::standing::{at_first, may_move, still_open, takes_entries};
use super::store;
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::decision::Decision;
use crate::identity::policy;
use crate::ids::{DriverId, OrganisationId};
use crate::problem::{Fault, Problem};
use crate::wire::{Asked, BoundedText, Change, Patch, wire};

wire! {
    /// A driver to register.
    pub struct NewDriver {
        pub organisation_id: OrganisationId,
        pub name: BoundedText<1, 100>,
        pub phone: BoundedText<1, 30>,
        pub licence_no: BoundedText<1, 50>,
        /// Last valid day of the qualification, Beijing.
        pub licence_valid_to: Option<chrono::NaiveDate>,
        /// `active` when absent.
        pub status: Option<Standing>,
    }

    /// What changes of a driver.
    pub struct DriverPatch {
        pub name: Change<BoundedText<1, 100>>,
        pub phone: Change<BoundedText<1, 30>>,
        pub licence_no: Change<BoundedText<1, 50>>,
        pub licence_valid_to: Patch<chrono::NaiveDate>,
        pub status: Change<Standing>,
    }
}

/// Registers a driver.
pub async fn register(
    app: &App,
    ctx: &Ctx,
    asked: Asked<NewDriver>,
) -> Result<(Answered<Driver>, Person), Problem> {
    could_administer(&ctx.actor)?;
    let new = asked?;
    let id = DriverId::of(app.mint.uuid(ctx.now));
    let read = async |freshness: Freshness| {
        app.registers.organisation(&app.pool, new.organisation_id, freshness).await
    };
    let decide = |owner: &Option<_>| decide_new(id, owner.as_ref(), &new, ctx);
    let done: Answered<Driver> = commit(app, ctx, read, decide).await?;
    let person = if done.replayed { now(app, done.value.id).await? } else { person_of(&new) };
    Ok((done, person))
}

/// The personal data as it stands.
async fn now(app: &App, id: DriverId) -> Result<Person, Problem> {
    store::person(&app.pool, id).await?.ok_or_else(Problem::not_found)
}

fn person_of(new: &NewDriver) -> Person {
    Person { name: words(&new.name), phone: words(&new.phone), licence_no: words(&new.licence_no) }
}

fn decide_new(
    id: DriverId,
    owner: Option<&Known<Organisation>>,
    new: &NewDriver,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let owner = owner.filter(|owner| policy::names_party(&ctx.actor, owner));
    let owner = owner.ok_or_else(|| Fault::unknown_reference("/organisation_id"))?;
    policy::require(administers(&ctx.actor, &owner.division, owner.id))?;
    let registrar = policy::regulates(&ctx.actor, &owner.division);
    let status = at_first(registrar, new.status)?;
    let withdrawn = takes_entries(owner.status, "/organisation_id");
    Problem::unless_empty(withdrawn.into_iter().collect())?;
    let driver =
        Driver { id, organisation_id: owner.id, licence_valid_to: new.licence_valid_to, status };
    let rows = vec![store::insert_driver(&driver, &person_of(new))];
    let mut entered = Entered::new(driver, None, rows);
    entered.guards.push(owner.guard);
    entered.decision(ctx)
}

/// What is known of a driver.
struct Facts {
    driver: Known<Driver>,
    person: Person,
    owner: Known<Organisation>,
}

async fn read_one(app: &App, id: DriverId, freshness: Freshness) -> Result<Facts, Problem> {
    let found = app.registers.driver(&app.pool, id, freshness).await?;
    let driver = found.ok_or_else(Problem::not_found)?;
    let owner = app.registers.organisation(&app.pool, driver.organisation_id, freshness).await?;
    let owner = owner.ok_or_else(|| Problem::internal("a driver of no organisation"))?;
    let person = now(app, id).await?;
    Ok(Facts { driver, person, owner })
}

/// One driver with personal data, to whoever may see it.
pub async fn show(app: &App, ctx: &Ctx, id: DriverId) -> Result<(Known<Driver>, Person), Problem> {
    let facts = read_one(app, id, Freshness::Fresh).await?;
    policy::allow(policy::sees_organisation(&ctx.actor, &facts.owner), true)?;
    Ok((facts.driver, facts.person))
}

/// Changes a driver.
pub async fn change(
    app: &App,
    ctx: &Ctx,
    id: DriverId,
    asked: Asked<DriverPatch>,
) -> Result<(Answered<Driver>, Person), Problem> {
    let read = async |freshness: Freshness| read_one(app, id, freshness).await;
    let decide = |facts: &Facts| decide_change(facts, &asked, ctx);
    let done: Answered<Driver> = commit(app, ctx, read, decide).await?;
    let person = now(app, id).await?;
    match &asked {
        // Only tried, the row is as it was; committed, the patch changes nothing any more.
        Ok(patch) if !done.replayed => Ok((done, patch_person(&person, patch))),
        Ok(_) | Err(_) => Ok((done, person)),
    }
}

fn patch_person(was: &Person, patch: &DriverPatch) -> Person {
    Person {
        name: set(&patch.name, &was.name, words),
        phone: set(&patch.phone, &was.phone, words),
        licence_no: set(&patch.licence_no, &was.licence_no, words),
    }
}

fn decide_change(
    facts: &Facts,
    asked: &Asked<DriverPatch>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let Facts { driver: known, person: was, owner } = facts;
    let sees = policy::sees_organisation(&ctx.actor, owner);
    policy::allow(sees, administers(&ctx.actor, &owner.division, owner.id))?;
    ctx.expect_version(known.guard.version)?;
    let before = &*known.value;
    still_open(before.status)?;
    let patch = asked.as_ref().map_err(Clone::clone)?;
    let valid_to = before.licence_valid_to.as_ref();
    let after = Driver {
        id: before.id,
        organisation_id: before.organisation_id,
        licence_valid_to: patched(&patch.licence_valid_to, valid_to, |day| *day),
        status: set(&patch.status, &before.status, |status| *status),
    };
    let person = patch_person(was, patch);
    let registrar = policy::regulates(&ctx.actor, &owner.division);
    may_move(registrar, before.status, after.status)?;
    if after == *before && person == *was {
        return Ok(unchanged(before, known.guard.version, ctx));
    }
    let rows = vec![store::update_driver(&after, &person)];
    Entered::new(after, Some(known.guard.version), rows).decision(ctx)
}

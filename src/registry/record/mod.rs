//! Records (登记信息): what is told of a site or an organisation and leaned on by no filing. One form
//! for all of them: told by those whose it is to tell, read by its own people and its regulators,
//! changed under its version; the events keep what it was.
//!
//! Must hold: a register says only what its entries hold, who tells them and what is wrong with
//! one ([`Record`]). Rights, order of refusals, journal and rows are written once, here and in
//! `store/record.rs`. What an entry belongs to never changes.

/// Bed-days, visits, meals and output by month.
pub mod activity;
/// An emergency plan filed with an authority (应急预案备案).
pub mod emergency_plan;
/// How a treatment facility ran on a day (设施运行日报).
pub mod facility_day;
/// An insurance against harm to the environment (环境污染责任保险).
pub mod insurance;
mod owner;
/// What of a site could do harm (环境风险源).
pub mod risk_source;

use chrono::NaiveDate;
use uuid::Uuid;

use super::access::Scope;
use super::cache::Known;
use super::change::{Answered, Entered, commit, unchanged};
use super::entry::Slice;
use super::review::{self, NewReview, Reviewed, Under};
use super::standing::takes_entries;
use super::store::{self, Narrow, Stored};
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::{Actor, Ctx};
use crate::decision::Decision;
use crate::identity::policy;
use crate::ids::OrganisationId;
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::wire::{Asked, Cursor, PageLimit, api_enum};

pub use owner::{Owner, OwnerId, Writers};

api_enum! {
    /// Whether a record holds. What was closed may be opened again: its events tell.
    pub enum InForce {
        Active = "active",
        Closed = "closed",
    }
}

/// An entry of a register of this form.
pub trait Record: Stored + PartialEq {
    type New;
    type Patch;
    type Query;
    type View: for<'a> From<&'a Self>;

    /// Who tells of it.
    const WRITERS: Writers;

    fn owner(&self) -> OwnerId;

    fn owner_asked(new: &Self::New) -> OwnerId;

    /// The entry as it is asked for. What is wrong goes to `findings`.
    fn made(id: Uuid, new: &Self::New, about: &About<'_>, findings: &mut Findings) -> Self;

    /// The entry after a patch.
    #[must_use]
    fn patched(&self, patch: &Self::Patch, about: &About<'_>, findings: &mut Findings) -> Self;

    /// What is told of it after a change, and to whom.
    fn told(&self, _before: Option<&Self>) -> Vec<(&'static str, Option<OrganisationId>)> {
        Vec::new()
    }

    fn page(query: &Self::Query) -> (PageLimit, Option<Cursor<Uuid>>);

    /// What a list shows of those that one may see.
    fn narrow(query: &Self::Query) -> Vec<Narrow>;
}

/// What an entry is judged by.
pub struct About<'a> {
    pub owner: &'a Owner,
    pub ctx: &'a Ctx,
}

/// Registers an entry.
pub async fn register<T: Record>(
    app: &App,
    ctx: &Ctx,
    asked: Asked<T::New>,
) -> Result<Answered<T>, Problem> {
    policy::require(T::WRITERS.could(&ctx.actor))?;
    let new = asked?;
    let id = app.mint.uuid(ctx.now);
    let owner = T::owner_asked(&new);
    let read = async |freshness: Freshness| Owner::read(app, owner, freshness).await;
    let decide = |found: &Option<Owner>| decide_new::<T>(id, (owner, found.as_ref()), &new, ctx);
    commit(app, ctx, read, decide).await
}

fn decide_new<T: Record>(
    id: Uuid,
    (asked, owner): (OwnerId, Option<&Owner>),
    new: &T::New,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let owner = owner.filter(|owner| owner.may_be_named(&ctx.actor));
    let owner = owner.ok_or_else(|| Fault::unknown_reference(asked.pointer()))?;
    policy::require(T::WRITERS.may(&ctx.actor, owner))?;
    let mut findings = Findings::new();
    findings.faults.extend(takes_entries(owner.standing(), asked.pointer()));
    let entry = T::made(id, new, &About { owner, ctx }, &mut findings);
    findings.settle()?;
    let (rows, told) = (vec![store::insert_record(&entry)], entry.told(None));
    let mut entered = Entered::new(entry, None, rows);
    entered.told = told;
    entered.guards.push(owner.guard());
    entered.decision(ctx)
}

async fn read_one<T: Record>(
    app: &App,
    id: Uuid,
    freshness: Freshness,
) -> Result<(Known<T>, Owner), Problem> {
    let entry: Known<T> = store::record(&app.pool, id).await?.ok_or_else(Problem::not_found)?;
    let owner = Owner::read(app, entry.owner(), freshness).await?;
    Ok((entry, owner.ok_or_else(|| Problem::internal("a record of nothing"))?))
}

/// One entry, to whoever may see what it belongs to.
pub async fn show<T: Record>(app: &App, ctx: &Ctx, id: Uuid) -> Result<Known<T>, Problem> {
    let (entry, owner) = read_one::<T>(app, id, Freshness::Fresh).await?;
    policy::allow(owner.is_seen_by(&ctx.actor), true)?;
    Ok(entry)
}

/// Changes an entry.
pub async fn change<T: Record>(
    app: &App,
    ctx: &Ctx,
    id: Uuid,
    asked: Asked<T::Patch>,
) -> Result<Answered<T>, Problem> {
    let read = async |freshness: Freshness| read_one::<T>(app, id, freshness).await;
    commit(app, ctx, read, |facts| decide_change(facts, &asked, ctx)).await
}

fn decide_change<T: Record>(
    (known, owner): &(Known<T>, Owner),
    asked: &Asked<T::Patch>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    policy::allow(owner.is_seen_by(&ctx.actor), T::WRITERS.may(&ctx.actor, owner))?;
    ctx.expect_version(known.guard.version)?;
    let patch = asked.as_ref().map_err(Clone::clone)?;
    let mut findings = Findings::new();
    let after = known.value.patched(patch, &About { owner, ctx }, &mut findings);
    findings.settle()?;
    if after == *known.value {
        return Ok(unchanged(&*known.value, known.guard.version, ctx));
    }
    let rows = vec![store::update_record(&after)];
    let told = after.told(Some(&*known.value));
    let mut entered = Entered::new(after, Some(known.guard.version), rows);
    entered.told = told;
    entered.decision(ctx)
}

/// Reviews an entry, as a regulator.
pub async fn review<T: Record + Reviewed>(
    app: &App,
    ctx: &Ctx,
    id: Uuid,
    asked: Asked<NewReview>,
) -> Result<Answered<T>, Problem> {
    let read = async |freshness: Freshness| read_one::<T>(app, id, freshness).await;
    let decide = |(entry, owner): &(Known<T>, Owner)| {
        let under = Under {
            entry,
            organisation: owner.organisation_id(),
            division: owner.division(),
            is_seen: owner.is_seen_by(&ctx.actor),
        };
        review::decide(&under, &asked, store::update_record, ctx)
    };
    commit(app, ctx, read, decide).await
}

/// Entries that the actor may see, in the order of registration.
pub async fn list<T: Record>(
    app: &App,
    actor: &Actor,
    asked: &T::Query,
) -> Result<Vec<Known<T>>, Problem> {
    let (limit, cursor) = T::page(asked);
    let slice = Slice { after: cursor.map(|cursor| cursor.0), rows_max: limit.rows_to_read() };
    store::records(&app.pool, &Scope::of(actor), T::narrow(asked), slice).await
}

/// Two days of which the second is the last: it is not before the first.
fn span(first: NaiveDate, last: NaiveDate) -> Option<Fault> {
    let detail = || {
        Text::new("有效期止不应早于有效期起。", "The last day must not be before the first one.")
    };
    (last < first).then(|| Fault::new(Code::InvalidValue, "/valid_to", detail()))
}

//! Storage areas (贮存设施, 贮存点) of a site.
//!
//! Must hold: a site's storage capacity is the sum of its active areas, in the site's row, on its
//! chain (`storage_changed`, with the whole site) and in the account that filings to it reserve
//! from. So a change of an area is a change of its site, in one commit, and two of them on one
//! site cannot both be decided on the same sum.
//!
//! A new area only tells what is there, so its limit is set even where more lies there already;
//! lowering or closing one below what it holds is 409 `capacity_in_use`.

use super::access::{could_keep_books, keeps_books};
use super::cache::Known;
use super::change::{Along, Answered, Entered, commit, event, set, unchanged, words};
use super::entry::Entry;
use super::model::{Site, Standing, StorageArea, StorageKind};
use super::standing::{may_move, still_open, takes_entries};
use super::store;
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::decision::{Account, AccountKind, Decision, LimitChange, Move, Policy, Post};
use crate::identity::policy;
use crate::ids::{SiteId, StorageAreaId};
use crate::problem::{Code, Fault, Problem, Text};
use crate::units::Grams;
use crate::wire::{Asked, BoundedText, Change, PositiveKg, wire};

wire! {
    /// A storage area to register.
    pub struct NewStorageArea {
        pub site_id: SiteId,
        pub name: BoundedText<1, 200>,
        pub kind: StorageKind,
        pub capacity_kg: PositiveKg,
    }

    /// What changes of a storage area.
    pub struct StorageAreaPatch {
        pub name: Change<BoundedText<1, 200>>,
        pub capacity_kg: Change<PositiveKg>,
        pub status: Change<Standing>,
    }
}

/// What a 贮存点 may hold at any time (GB 18597-2023 8.3.5; limits.csv LM01).
const POINT_MAX: Grams = Grams(3_000_000);

/// The account of what lies in an area.
pub fn area_account(area: StorageAreaId) -> Account {
    Account::new(AccountKind::StorageArea, area.uuid(), "", 0)
}

/// The account of what lies at a site and is on its way there.
pub fn site_storage_account(site: SiteId) -> Account {
    Account::new(AccountKind::SiteStorage, site.uuid(), "", 0)
}

/// A site with all its areas.
struct Facts {
    site: Known<Site>,
    areas: Vec<StorageArea>,
}

async fn read_site(app: &App, id: SiteId, freshness: Freshness) -> Result<Option<Facts>, Problem> {
    let Some(site) = app.registers.site(&app.pool, id, freshness).await? else { return Ok(None) };
    // Read after the site: an area added in between makes the site's version stale.
    let areas = store::storage_areas_of(&app.pool, id).await?;
    Ok(Some(Facts { site, areas }))
}

/// Registers a storage area.
pub async fn register(
    app: &App,
    ctx: &Ctx,
    asked: Asked<NewStorageArea>,
) -> Result<Answered<StorageArea>, Problem> {
    register_after(app, ctx, asked, &[]).await
}

/// The same in one commit with `earlier` ones, which are decided already: their site then holds
/// what all of them hold.
pub async fn register_after(
    app: &App,
    ctx: &Ctx,
    asked: Asked<NewStorageArea>,
    earlier: &[StorageArea],
) -> Result<Answered<StorageArea>, Problem> {
    could_keep_books(&ctx.actor)?;
    let new = asked?;
    let id = StorageAreaId::of(app.mint.uuid(ctx.now));
    let read = async |freshness: Freshness| {
        let mut facts = read_site(app, new.site_id, freshness).await?;
        if let Some(facts) = &mut facts {
            let there = earlier.iter().filter(|area| area.site_id == new.site_id);
            facts.areas.extend(there.cloned());
        }
        Ok(facts)
    };
    commit(app, ctx, read, |facts| decide_new(id, facts.as_ref(), &new, ctx)).await
}

fn decide_new(
    id: StorageAreaId,
    facts: Option<&Facts>,
    new: &NewStorageArea,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let facts = facts.ok_or_else(|| Fault::unknown_reference("/site_id"))?;
    policy::require(keeps_books(&ctx.actor, &facts.site))?;
    let mut faults: Vec<Fault> = Vec::new();
    faults.extend(point_limit(new.kind, new.capacity_kg.grams()));
    faults.extend(takes_entries(facts.site.status, "/site_id"));
    Problem::unless_empty(faults)?;
    let area = StorageArea {
        id,
        site_id: new.site_id,
        name: words(&new.name),
        kind: new.kind,
        capacity_g: new.capacity_kg.grams(),
        status: Standing::Active,
    };
    let rows = vec![store::insert_storage_area(&area)];
    let moves = |site: &Site| vec![limits(&area, site, Policy::Warn, "/capacity_kg")];
    with_site(facts, Entered::new(area.clone(), None, rows), moves, ctx)
}

/// Changes a storage area.
pub async fn change(
    app: &App,
    ctx: &Ctx,
    id: StorageAreaId,
    asked: Asked<StorageAreaPatch>,
) -> Result<Answered<StorageArea>, Problem> {
    let read = async |freshness: Freshness| {
        let found = store::storage_area(&app.pool, id).await?;
        let area = found.ok_or_else(Problem::not_found)?;
        let facts = read_site(app, area.site_id, freshness).await?;
        Ok((area, facts.ok_or_else(|| Problem::internal("a storage area of no site"))?))
    };
    commit(app, ctx, read, |(area, facts)| decide_change(area, facts, &asked, ctx)).await
}

fn decide_change(
    known: &Known<StorageArea>,
    facts: &Facts,
    asked: &Asked<StorageAreaPatch>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let site = &facts.site;
    policy::allow(policy::sees_site(&ctx.actor, site), keeps_books(&ctx.actor, site))?;
    ctx.expect_version(known.guard.version)?;
    let before = &*known.value;
    still_open(before.status)?;
    let patch = asked.as_ref().map_err(Clone::clone)?;
    let after = StorageArea {
        name: set(&patch.name, &before.name, words),
        capacity_g: set(&patch.capacity_kg, &before.capacity_g, |mass| mass.grams()),
        status: set(&patch.status, &before.status, |status| *status),
        ..before.clone()
    };
    let registrar = policy::regulates(&ctx.actor, &site.division);
    may_move(registrar, before.status, after.status)?;
    Problem::unless_empty(point_limit(after.kind, after.capacity_g).into_iter().collect())?;
    if after == *before {
        return Ok(unchanged(before, known.guard.version, ctx));
    }
    let pointer = if after.status == before.status { "/capacity_kg" } else { "/status" };
    let rows = vec![store::update_storage_area(&after)];
    let moves = |site: &Site| vec![limits(&after, site, Policy::Enforce, pointer)];
    let entered = Entered::new(after.clone(), Some(known.guard.version), rows);
    with_site(facts, entered, moves, ctx)
}

/// The area's change together with its site's, where the sum has changed.
fn with_site(
    facts: &Facts,
    mut entered: Entered<StorageArea>,
    moves: impl Fn(&Site) -> Vec<Move>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let site = Site {
        storage_capacity_g: capacity(&facts.areas, &entered.value),
        ..(*facts.site.value).clone()
    };
    entered.moves = moves(&site);
    if site == *facts.site.value {
        entered.guards.push(facts.site.guard);
        return entered.decision(ctx);
    }
    let subject = site.subject();
    let event = event(ctx, subject, "storage_changed", &site)?;
    entered.rows.push(store::update_site(&site));
    entered.along = Some(Along { subject, read_at: Some(facts.site.guard.version), event });
    entered.stale.push(subject);
    entered.decision(ctx)
}

/// The sum of the active areas, `changed` as it is now; `None` where none is active.
fn capacity(areas: &[StorageArea], changed: &StorageArea) -> Option<Grams> {
    let others = areas.iter().filter(|area| area.id != changed.id);
    let active = others.chain([changed]).filter(|area| area.status == Standing::Active);
    active.map(|area| area.capacity_g).reduce(std::ops::Add::add)
}

fn limits(area: &StorageArea, site: &Site, policy: Policy, pointer: &str) -> Move {
    // A closed area holds nothing; a suspended one keeps what lies there.
    let holds = if area.status == Standing::Closed { 0 } else { area.capacity_g.0 };
    let post = |account, limit| Post {
        account,
        limit: LimitChange::Set(limit),
        used: 0,
        reserved: 0,
        policy,
    };
    Move {
        choices: vec![vec![
            post(area_account(area.id), Some(holds)),
            post(site_storage_account(site.id), site.storage_capacity_g.map(|grams| grams.0)),
        ]],
        refusal: Code::CapacityInUse,
        pointer: pointer.to_owned(),
        asked: holds,
    }
}

fn point_limit(kind: StorageKind, capacity: Grams) -> Option<Fault> {
    if kind != StorageKind::Point || capacity <= POINT_MAX {
        return None;
    }
    let detail = Text::new(
        "贮存点实时贮存量不应超过 3 吨（GB 18597-2023 8.3.5）。",
        "A storage point holds at most 3 t at any time (GB 18597-2023 8.3.5).",
    );
    Some(Fault::new(Code::OutOfRange, "/capacity_kg", detail))
}

/// One area and what lies in it, to whoever may see its site.
pub async fn show(
    app: &App,
    ctx: &Ctx,
    id: StorageAreaId,
) -> Result<(Known<StorageArea>, Grams), Problem> {
    let area = store::storage_area(&app.pool, id).await?.ok_or_else(Problem::not_found)?;
    let site = app.registers.site(&app.pool, area.site_id, Freshness::Fresh).await?;
    let site = site.ok_or_else(|| Problem::internal("a storage area of no site"))?;
    policy::allow(policy::sees_site(&ctx.actor, &site), true)?;
    Ok((area, stored(app, id).await?))
}

/// What lies in an area.
pub async fn stored(app: &App, id: StorageAreaId) -> Result<Grams, Problem> {
    let stored = store::stored_in(&app.pool, &[id]).await?;
    Ok(stored.get(&id).copied().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn area(n: u8, tonnes: i64, status: Standing) -> StorageArea {
        StorageArea {
            id: StorageAreaId::of(Uuid::from_bytes([n; 16])),
            site_id: SiteId::of(Uuid::from_bytes([9; 16])),
            name: "x".into(),
            kind: StorageKind::Facility,
            capacity_g: Grams(tonnes * 1_000_000),
            status,
        }
    }

    #[test]
    fn the_site_holds_what_its_active_areas_hold() {
        let old = [area(1, 5, Standing::Active), area(2, 7, Standing::Suspended)];
        let sum = |changed: &StorageArea| capacity(&old, changed).map(|grams| grams.0 / 1_000_000);
        assert_eq!(sum(&area(3, 2, Standing::Active)), Some(7));
        assert_eq!(sum(&area(1, 6, Standing::Active)), Some(6));
        assert_eq!(sum(&area(2, 7, Standing::Active)), Some(12));
        assert_eq!(sum(&area(1, 5, Standing::Closed)), None);
    }

    #[test]
    fn a_point_holds_three_tonnes_and_not_a_gram_more() {
        assert!(point_limit(StorageKind::Point, Grams(3_000_000)).is_none());
        assert!(point_limit(StorageKind::Point, Grams(3_000_001)).is_some());
        assert!(point_limit(StorageKind::Facility, Grams(3_000_001)).is_none());
    }
}

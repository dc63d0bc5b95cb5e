//! The ledger (台账): the mass balance of a site, entry by entry.
//!
//! What is on hand of a code at a site is an account; each kind of entry moves it one way. Where
//! the law binds hardest, hazardous waste, nothing leaves that the ledger does not hold (409
//! `insufficient_on_hand`); for medical and kitchen waste, which must move whatever the books say,
//! that is a warning, and the account shows a negative balance (capacity.md). Entries never
//! change: a correction is a new one. An entry made by hand has an event of its own; one that
//! follows from a manifest's event has none and is written by the manifest room (`ledger_row`).
//!
//! What lies in a storage area is what entries that name it put in and take out. An area too full
//! is recorded and warned of: the waste lies there, whether the books like it or not.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::access::{could_keep_books, keeps_books};
use super::cache::Known;
use super::change::{After, Answered, commit, event, words};
use super::entry::Entry;
use super::licence_lines::not_listed;
use super::model::{LedgerEntry, LedgerKind, Site, Standing, StorageArea};
use super::storage_area::area_account;
use super::store;
use crate::app::App;
use crate::catalogue::{Catalogue, Stream, WasteCode};
use crate::clock::legal_day;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::decision::{
    Account, AccountKind, Decision, LimitChange, Move, Policy, Post, Settled, Written,
};
use crate::identity::policy;
use crate::ids::{ContainerId, LedgerEntryId, SiteId, StorageAreaId};
use crate::limits::AHEAD_MINUTES_MAX;
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::units::Grams;
use crate::wire::{Asked, BoundedText, SignedKg, wire};

wire! {
    /// An entry of a site's ledger.
    pub struct NewLedgerEntry {
        pub site_id: SiteId,
        pub kind: LedgerKind,
        pub waste_code: WasteCode,
        /// More than zero; a correction has a sign.
        pub mass_kg: SignedKg,
        /// Now, when absent.
        pub occurred_at: Option<DateTime<Utc>>,
        pub storage_area_id: Option<StorageAreaId>,
        pub container_id: Option<ContainerId>,
        pub batch_number: Option<BoundedText<1, 100>>,
        /// Your own id, once per site for ever.
        pub external_id: Option<BoundedText<1, 100>>,
        pub note: BoundedText<0, 1000> = BoundedText::default(),
    }
}

/// The account of what a site has on hand of a code: its limit is the mass on hand.
pub fn on_hand_account(site: SiteId, waste_code: &str) -> Account {
    Account::new(AccountKind::OnHand, site.uuid(), waste_code, 0)
}

/// Whether the ledger must hold what leaves (capacity.md): enforced for hazardous waste, a warning
/// for the others. It goes by the code and not by the manifest: one account has one rule, also
/// where chemical or pharmaceutical medical waste travels as hazardous waste.
pub fn on_hand_policy(waste_code: WasteCode) -> Policy {
    match waste_code.stream() {
        Stream::Hazardous => Policy::Enforce,
        Stream::Medical | Stream::Kitchen => Policy::Warn,
    }
}

/// What an entry does to the mass on hand.
pub fn on_hand_change(kind: LedgerKind, mass: Grams) -> Grams {
    match kind {
        LedgerKind::Produced | LedgerKind::BroughtIn | LedgerKind::Correction => mass,
        LedgerKind::MovedOut | LedgerKind::SelfTreated | LedgerKind::Loss => -mass,
        LedgerKind::Stored | LedgerKind::TakenOut => Grams::ZERO,
    }
}

/// What an entry does to the storage area that it names.
pub fn area_change(kind: LedgerKind, mass: Grams) -> Grams {
    match kind {
        LedgerKind::Stored => mass,
        LedgerKind::TakenOut => -mass,
        LedgerKind::Produced
        | LedgerKind::BroughtIn
        | LedgerKind::Correction
        | LedgerKind::MovedOut
        | LedgerKind::SelfTreated
        | LedgerKind::Loss => on_hand_change(kind, mass),
    }
}

/// What an entry names.
struct Facts {
    site: Option<Known<Site>>,
    area: Option<Known<StorageArea>>,
    /// Where the container was filled; that never changes.
    container_at: Option<SiteId>,
}

/// Makes an entry.
pub async fn enter(
    app: &App,
    ctx: &Ctx,
    asked: Asked<NewLedgerEntry>,
) -> Result<Answered<LedgerEntry>, Problem> {
    could_keep_books(&ctx.actor)?;
    let new = asked?;
    let id = LedgerEntryId::of(app.mint.uuid(ctx.now));
    let read = async |freshness: Freshness| {
        let site = app.registers.site(&app.pool, new.site_id, freshness).await?;
        let area = match new.storage_area_id {
            Some(area) => store::storage_area(&app.pool, area).await?,
            None => None,
        };
        let container_at = match new.container_id {
            Some(container) => store::filled_at(&app.pool, container).await?,
            None => None,
        };
        Ok(Facts { site, area, container_at })
    };
    commit(app, ctx, read, |facts| decide(id, facts, &new, &app.catalogue, ctx)).await
}

fn decide(
    id: LedgerEntryId,
    facts: &Facts,
    new: &NewLedgerEntry,
    catalogue: &Catalogue,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let Facts { site, area, container_at } = facts;
    let site = site.as_ref().ok_or_else(|| Fault::unknown_reference("/site_id"))?;
    policy::require(keeps_books(&ctx.actor, site))?;
    policy::require(policy::decides_stream(&ctx.actor, new.waste_code.stream()))?;
    let area = area.as_ref().filter(|area| area.site_id == site.id);
    let mut findings = Findings::new();
    look(new, catalogue, ctx, &mut findings);
    look_at_places(new, site, area, &mut findings);
    if new.container_id.is_some() && *container_at != Some(site.id) {
        findings.refuse(Fault::unknown_reference("/container_id"));
    }
    findings.settle()?;
    let mass = new.mass_kg.grams();
    let entry = LedgerEntry {
        id,
        site_id: site.id,
        kind: new.kind,
        waste_code: new.waste_code.to_string(),
        mass_g: mass,
        occurred_at: new.occurred_at.unwrap_or(ctx.now),
        recorded_at: ctx.now,
        storage_area_id: new.storage_area_id,
        container_id: new.container_id,
        manifest_id: None,
        manifest_line: None,
        batch_number: new.batch_number.as_ref().map(words),
        external_id: new.external_id.as_ref().map(words),
        note: words(&new.note),
    };
    let on_hand = on_hand_move(&entry, new.waste_code);
    let stored = area.and_then(|area| area_move(&entry, area));
    let subject = entry.subject();
    let of_hand = on_hand.is_some();
    let finish = {
        let ctx = ctx.clone();
        move |settled: &Settled| write(&entry, settled, of_hand, &ctx)
    };
    let mut decision = Decision::new(subject, ctx, 201, Box::new(finish));
    decision.lean_on([site.guard]);
    decision.lean_on(area.map(|area| area.guard));
    decision.advance(subject, None);
    decision.moves = on_hand.into_iter().chain(stored).collect();
    Ok(decision)
}

fn look(new: &NewLedgerEntry, catalogue: &Catalogue, ctx: &Ctx, findings: &mut Findings) {
    if catalogue.find(new.waste_code, legal_day(ctx.now)).is_none() {
        findings.refuse(not_listed(new.waste_code, "/waste_code"));
    }
    let mass = new.mass_kg.grams();
    let fits = if new.kind == LedgerKind::Correction { mass.0 != 0 } else { mass.0 > 0 };
    if !fits {
        let detail = Text::new(
            "质量须大于 0；更正可为负，但不得为 0。",
            "The mass must be more than 0; a correction may be negative, not 0.",
        );
        findings.refuse(Fault::new(Code::MassOutOfRange, "/mass_kg", detail));
    }
    let latest = ctx.now + TimeDelta::minutes(AHEAD_MINUTES_MAX);
    if new.occurred_at.is_some_and(|time| time > latest) {
        let detail = Text::new(
            format!("发生时间最多可比现在晚 {AHEAD_MINUTES_MAX} 分钟。"),
            format!("At most {AHEAD_MINUTES_MAX} minutes ahead of now."),
        );
        findings.refuse(Fault::new(Code::NotYet, "/occurred_at", detail));
    }
}

/// A closed place has no ledger to go on with; a suspended one still tells what happens there.
fn look_at_places(
    new: &NewLedgerEntry,
    site: &Site,
    area: Option<&Known<StorageArea>>,
    findings: &mut Findings,
) {
    let closed = |pointer: &str| {
        Fault::new(Code::RightWithdrawn, pointer, Text::new("已注销。", "This is closed."))
    };
    if site.status == Standing::Closed {
        findings.refuse(closed("/site_id"));
    }
    match area {
        Some(area) if area.status == Standing::Closed => {
            findings.refuse(closed("/storage_area_id"));
        }
        None if new.storage_area_id.is_some() => {
            findings.refuse(Fault::unknown_reference("/storage_area_id"));
        }
        Some(_) | None => {}
    }
}

fn on_hand_move(entry: &LedgerEntry, waste_code: WasteCode) -> Option<Move> {
    let change = on_hand_change(entry.kind, entry.mass_g);
    let post = Post {
        account: on_hand_account(entry.site_id, waste_code.as_str()),
        limit: LimitChange::Add(change.0),
        used: 0,
        reserved: 0,
        policy: on_hand_policy(waste_code),
    };
    (change != Grams::ZERO).then(|| moved(post, entry))
}

fn area_move(entry: &LedgerEntry, area: &StorageArea) -> Option<Move> {
    let change = area_change(entry.kind, entry.mass_g);
    let post = Post {
        account: area_account(area.id),
        limit: LimitChange::Set(Some(area.capacity_g.0)),
        used: change.0,
        reserved: 0,
        policy: Policy::Warn,
    };
    (change != Grams::ZERO).then(|| moved(post, entry))
}

fn moved(post: Post, entry: &LedgerEntry) -> Move {
    Move {
        choices: vec![vec![post]],
        refusal: Code::InsufficientOnHand,
        pointer: "/mass_kg".to_owned(),
        asked: entry.mass_g.0.abs(),
    }
}

/// The entry as it is recorded, with what the lock let pass as warnings.
fn write(
    entry: &LedgerEntry,
    settled: &Settled,
    of_hand: bool,
    ctx: &Ctx,
) -> Result<Written, Problem> {
    let entry = LedgerEntry { recorded_at: settled.recorded_at, ..entry.clone() };
    let mut event = event(ctx, entry.subject(), "ledger_entry", &entry)?;
    event.occurred_at = entry.occurred_at;
    let mut excess = settled.excess.iter().copied();
    let short = of_hand && excess.next().unwrap_or(false);
    let full = excess.next().unwrap_or(false);
    let mut warnings = Vec::new();
    if short {
        let detail = Text::new("台账余量不足，已记录。", "The ledger does not hold this mass.");
        warnings.push(Fault::new(Code::LedgerShort, "/mass_kg", detail));
    }
    if full {
        let detail = Text::new("超出贮存能力，已记录。", "More than this area may hold.");
        warnings.push(Fault::new(Code::Other, "/storage_area_id", detail));
    }
    let rows = vec![store::insert_ledger_entry(&entry)];
    let after = After { status: 201, value: entry, version: 1, warnings, stale: Vec::new() };
    Ok(Written { events: vec![event], rows, notices: Vec::new(), output: Arc::new(after) })
}

/// One entry, to whoever may see its site.
pub async fn show(app: &App, ctx: &Ctx, id: LedgerEntryId) -> Result<LedgerEntry, Problem> {
    let entry = store::ledger_entry(&app.pool, id).await?.ok_or_else(Problem::not_found)?;
    let site = app.registers.site(&app.pool, entry.site_id, Freshness::Cached).await?;
    let site = site.ok_or_else(|| Problem::internal("a ledger entry of no site"))?;
    policy::allow(policy::sees_site(&ctx.actor, &site), true)?;
    Ok(entry)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_moves_what_is_on_hand_and_what_lies_in_the_area() {
        use LedgerKind as K;
        let ten = Grams(10);
        let both = |kind| (on_hand_change(kind, ten).0, area_change(kind, ten).0);
        assert_eq!(both(K::Produced), (10, 10));
        assert_eq!(both(K::BroughtIn), (10, 10));
        assert_eq!(both(K::Stored), (0, 10));
        assert_eq!(both(K::TakenOut), (0, -10));
        assert_eq!(both(K::MovedOut), (-10, -10));
        assert_eq!(both(K::SelfTreated), (-10, -10));
        assert_eq!(both(K::Loss), (-10, -10));
        assert_eq!(on_hand_change(K::Correction, Grams(-3)), Grams(-3));
    }

    #[test]
    fn hazardous_waste_must_be_on_hand_and_the_others_only_warn() {
        let policy = |code: &str| on_hand_policy(WasteCode::parse(code).unwrap());
        assert_eq!(policy("900-249-08"), Policy::Enforce);
        assert_eq!(policy("841-001-01"), Policy::Warn);
        assert_eq!(policy("841-004-01"), Policy::Warn);
        assert_eq!(policy("CY-01"), Policy::Warn);
    }
}

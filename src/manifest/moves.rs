//! Which accounts a manifest moves, and how, at each step of its life. Pure.
//!
//! Filing reserves: on a covering licence line (and the limit its lines share), on the receiver's
//! storage, on the producer's mass on hand, on the approval it travels under. Departure books the
//! producer's mass out; receipt turns what licence and approval reserved into use by what was
//! accepted and frees the rest; cancel frees all.

use super::event::{Filed, Item};
use super::evolve::Manifest;
use super::linked::Kind;
use super::{opened, policy};
use chrono::{Datelike, NaiveDate};

use crate::catalogue::{Stream, WasteCode};
use crate::decision::{Account, LimitChange, Move, Policy, Post};
use crate::ids::{ApprovalId, ManagementPlanId, SiteId, StorageAreaId};
use crate::problem::Code;
use crate::registry::approval::approval_account;
use crate::registry::ledger::{on_hand_account, on_hand_policy};
use crate::registry::plan::plan_account;
use crate::registry::storage_area::{area_account, site_storage_account};
use crate::registry::{
    Licence, LicenceLine, PlanLine, StorageArea, TransferApproval, line_account, shared_account,
};
use crate::units::Grams;

/// A change of used and reserved mass that leaves the limit as it is.
fn post(account: Account, used: Grams, reserved: Grams, policy: Policy) -> Post {
    Post { account, limit: LimitChange::Keep, used: used.0, reserved: reserved.0, policy }
}

fn single(posts: Vec<Post>, refusal: Code, pointer: String, asked: Grams) -> Move {
    Move { choices: vec![posts], refusal, pointer, asked: asked.0 }
}

/// Reserves an item's mass on the first of the covering lines that has room.
pub fn reserve_licence<'a>(
    covering: impl Iterator<Item = (&'a Licence, &'a LicenceLine)>,
    year: i64,
    mass: Grams,
    stream: Stream,
    pointer: String,
) -> Move {
    let policy = policy::capacity(stream);
    let choice = |(licence, line): (&Licence, &LicenceLine)| {
        let (id, year) = (licence.id, year as i32);
        let set =
            |grams: Option<Grams>| LimitChange::Set(grams.map(|grams| licence.with_factor(grams)));
        let on_line = post(line_account(id, line.line, year), Grams::ZERO, mass, policy);
        let shared = post(shared_account(id, year), Grams::ZERO, mass, policy);
        vec![
            Post { limit: set(Some(line.annual_g)), ..on_line },
            Post { limit: set(licence.annual_limit_g), ..shared },
        ]
    };
    let choices = covering.map(choice).collect();
    Move { choices, refusal: Code::CapacityExceeded, pointer, asked: mass.0 }
}

pub fn reserve_storage(
    site: SiteId,
    capacity: Grams,
    mass: Grams,
    stream: Stream,
    pointer: String,
) -> Move {
    let on_site = post(site_storage_account(site), Grams::ZERO, mass, policy::storage(stream));
    let posts = vec![Post { limit: LimitChange::Set(Some(capacity.0)), ..on_site }];
    single(posts, Code::StorageFull, pointer, mass)
}

/// Reserves the producer's mass on hand; `produce` books it as produced first.
pub fn reserve_on_hand(
    site: SiteId,
    code: WasteCode,
    mass: Grams,
    produce: bool,
    pointer: String,
) -> Move {
    let account = on_hand_account(site, code.as_str());
    let on_hand = post(account, Grams::ZERO, mass, on_hand_policy(code));
    let limit = if produce { LimitChange::Add(mass.0) } else { LimitChange::Keep };
    single(vec![Post { limit, ..on_hand }], Code::InsufficientOnHand, pointer, mass)
}

/// Reserves an item's mass on the approval that the movement is under.
pub fn reserve_approval(approval: &TransferApproval, mass: Grams, pointer: String) -> Move {
    let account = approval_account(approval.id);
    let on_approval = post(account, Grams::ZERO, mass, Policy::Enforce);
    let posts = vec![Post { limit: LimitChange::Set(Some(approval.mass_g.0)), ..on_approval }];
    single(posts, Code::ApprovalExhausted, pointer, mass)
}

/// Reserves an item's mass on the producer's plan, which never refuses (Order 23 Art. 14).
pub fn reserve_plan(plan: ManagementPlanId, line: &PlanLine, mass: Grams, at: String) -> Move {
    let on_plan = post(plan_account(plan, &line.waste_code), Grams::ZERO, mass, Policy::Warn);
    let posts = vec![Post { limit: LimitChange::Set(Some(line.annual_g.0)), ..on_plan }];
    single(posts, Code::OutsidePlan, at, mass)
}

/// The account of an item's planned mass.
pub fn planned(item: &Item) -> Option<Account> {
    item.plan_id.map(|plan| plan_account(plan, &item.waste_code))
}

/// The account of the approval that the manifest travels under.
fn approved(manifest: &Manifest) -> Option<Account> {
    manifest.filed.transfer_approval_id.map(ApprovalId::of).map(approval_account)
}

/// Books what was reserved on hand as gone, and what was stored of other manifests as sent on: at
/// departure, or at the first step after it.
pub fn move_out(filed: &Filed) -> Vec<Move> {
    let book = |item: &Item| {
        let own = item.own_g();
        let account = on_hand_account(filed.producer_site_id, &item.waste_code);
        let gone = post(account, Grams::ZERO, -own, Policy::Warn);
        let posts = vec![Post { limit: LimitChange::Add(-own.0), ..gone }];
        (own.0 > 0).then(|| single(posts, Code::InsufficientOnHand, String::new(), own))
    };
    let mut moves: Vec<Move> = filed.items.iter().filter_map(book).collect();
    if filed.purpose() == Kind::Manifest {
        for source in filed.items.iter().flat_map(Item::stored_sources) {
            moves.push(free_storage(filed.producer_site_id, source.mass_g));
            moves.extend(source.storage_area_id.map(|area| take_out(area, source.mass_g)));
        }
    }
    moves
}

/// The posts' accounts that hold an item's mass, its producer's ledger apart.
pub fn holdings(item: &Item, receiver: SiteId, approval: Option<Account>) -> Vec<Account> {
    let mut accounts = licence_accounts(item, item.year);
    accounts.extend(opened::account(item, None));
    if item.storage {
        accounts.push(site_storage_account(receiver));
    }
    accounts.extend(approval);
    accounts.extend(planned(item));
    accounts
}

/// What takes an item off the producer's ledger again: what it holds of the mass on hand or, of a
/// load that has left, what it was booked out by; and what was booked as produced with it.
pub fn taken_on_hand(site: SiteId, item: &Item, has_left: bool) -> Post {
    let mass = item.own_g();
    let produced = if item.produce { mass } else { Grams::ZERO };
    let (left, held) = if has_left { (mass, Grams::ZERO) } else { (Grams::ZERO, mass) };
    let account = on_hand_account(site, &item.waste_code);
    let limit = LimitChange::Add((left - produced).0);
    Post { limit, ..post(account, Grams::ZERO, -held, Policy::Warn) }
}

/// Frees everything that filing reserved.
pub fn release(manifest: &Manifest) -> Vec<Move> {
    let mut moves = Vec::new();
    let filed = &manifest.filed;
    for item in &filed.items {
        let mass = item.mass_g;
        let free = |account| post(account, Grams::ZERO, -mass, Policy::Warn);
        let own = item.own_g();
        let on_hand = on_hand_account(filed.producer_site_id, &item.waste_code);
        let mut posts = Vec::new();
        if own.0 > 0 {
            posts.push(post(on_hand, Grams::ZERO, -own, Policy::Warn));
        }
        let held = holdings(item, filed.receiver_site_id, approved(manifest));
        posts.extend(held.into_iter().map(free));
        moves.push(single(posts, Code::CapacityExceeded, String::new(), mass));
    }
    moves
}

/// The licence accounts of an item in a year: its line, and the one that all lines share. That one
/// is moved whether or not a limit is set on it: a limit that is set later finds in it, under the
/// lock, all that the lines hold (capacity.md).
pub fn licence_accounts(item: &Item, year: Option<i64>) -> Vec<Account> {
    let (Some(licence), Some(line), Some(year)) = (item.licence_id, item.licence_line, year) else {
        return Vec::new();
    };
    vec![line_account(licence, line, year as i32), shared_account(licence, year as i32)]
}

/// The limits of an item's line and of its licence in force, for a year that has no account yet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Limits {
    pub line: Option<i64>,
    pub shared: Option<i64>,
}

/// Turns an item's reservation into use by what was accepted and frees the rest. `on` is the day of
/// the receipt: when its year is not the planned one, the reservation moves with it.
pub fn receive(
    manifest: &Manifest,
    item: &Item,
    accepted: Grams,
    (on, limits): (NaiveDate, Limits),
    (stream, pointer): (Stream, String),
) -> Move {
    let policy = policy::capacity(stream);
    let (mass, year) = (item.mass_g, i64::from(on.year()));
    let mut posts = Vec::new();
    if item.year == Some(year) {
        let accounts = licence_accounts(item, item.year).into_iter();
        posts.extend(accounts.map(|account| post(account, accepted, -mass, policy)));
    } else {
        let old = licence_accounts(item, item.year).into_iter();
        posts.extend(old.map(|account| post(account, Grams::ZERO, -mass, Policy::Warn)));
        let known = [limits.line, limits.shared];
        for (account, limit) in
            licence_accounts(item, item.year.map(|_| year)).into_iter().zip(known)
        {
            let used = post(account, accepted, Grams::ZERO, policy);
            let limit = limit.map_or(LimitChange::Keep, |limit| LimitChange::Set(Some(limit)));
            posts.push(Post { limit, ..used });
        }
    }
    let by_plan = item.opened.iter();
    posts.extend(by_plan.flat_map(|opened| opened.receive((mass, accepted), on, stream)));
    let taken = |account| post(account, accepted, -mass, Policy::Warn);
    posts.extend(planned(item).map(taken));
    let site = manifest.filed.receiver_site_id;
    if manifest.filed.purpose() == Kind::Return {
        // It is the producer's own again, by its ledger.
        let account = on_hand_account(site, &item.waste_code);
        let back = post(account, Grams::ZERO, Grams::ZERO, Policy::Warn);
        posts.push(Post { limit: LimitChange::Add(accepted.0), ..back });
    }
    single(posts, Code::CapacityExceeded, pointer, accepted)
}

/// Turns an item's part of the receiver's storage into what lies there; a return goes back on the
/// producer's ledger instead. More than was filed must fit, as it must under the licence; what was
/// filed before the storage was told of has nothing reserved, and is let in.
pub fn take_in(
    manifest: &Manifest,
    item: &Item,
    accepted: Grams,
    (stream, pointer): (Stream, String),
) -> Option<Move> {
    let (policy, reserved) = if item.storage {
        (policy::storage(stream), -item.mass_g)
    } else {
        (Policy::Warn, Grams::ZERO)
    };
    let account = site_storage_account(manifest.filed.receiver_site_id);
    let stored = post(account, accepted, reserved, policy);
    let is_return = manifest.filed.purpose() == Kind::Return;
    (!is_return).then(|| single(vec![stored], Code::StorageFull, pointer, accepted))
}

/// Turns an item's part of the approved mass into use by what was accepted and frees the rest.
pub fn use_approval(
    manifest: &Manifest,
    item: &Item,
    accepted: Grams,
    (stream, pointer): (Stream, String),
) -> Option<Move> {
    let policy = policy::approved_at_the_gate(stream);
    let used = post(approved(manifest)?, accepted, -item.mass_g, policy);
    Some(single(vec![used], Code::ApprovalExhausted, pointer, accepted))
}

/// What was accepted lies in the area that the receiver named. An area too full only shows it: the
/// waste is there, whether the books like it or not.
pub fn put_in(area: &StorageArea, accepted: Grams) -> Move {
    let stored = post(area_account(area.id), accepted, Grams::ZERO, Policy::Warn);
    let posts = vec![Post { limit: LimitChange::Set(Some(area.capacity_g.0)), ..stored }];
    single(posts, Code::StorageFull, String::new(), accepted)
}

/// Takes what was treated out of the area that it was put in. Where people have told the ledger
/// already that it left, there is nothing to take: the second choice leaves the area as it is.
pub fn take_out(area: StorageAreaId, mass: Grams) -> Move {
    let taken = post(area_account(area), -mass, Grams::ZERO, Policy::Warn);
    let choices = vec![vec![taken], Vec::new()];
    Move { choices, refusal: Code::StorageFull, pointer: String::new(), asked: mass.0 }
}

/// Frees storage by what was treated.
pub fn treat(manifest: &Manifest, mass: Grams) -> Move {
    free_storage(manifest.filed.receiver_site_id, mass)
}

fn free_storage(site: SiteId, mass: Grams) -> Move {
    let posts = vec![post(site_storage_account(site), -mass, Grams::ZERO, Policy::Warn)];
    single(posts, Code::StorageFull, String::new(), mass)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::{DateTime, Utc};
    use serde_json::{Value, json};
    use uuid::Uuid;

    use super::super::event::{Happening, Stamped};
    use super::super::evolve::evolve;
    use super::*;

    const MASS: Grams = Grams(10_000);

    fn id(n: u8) -> Uuid {
        Uuid::from_bytes([n; 16])
    }

    /// Two items of one code; `bound` says whether licence, storage, approval and plan hold them.
    fn manifest(bound: bool) -> Manifest {
        let party = json!({"organisation_id": id(1), "name": "x", "uscc": "x", "site_name": "x",
            "division": "01", "region_code": "659002"});
        let item = |line: i64| {
            let mut item = json!({"line": line, "waste_code": "900-249-08", "name": "x",
                "form": "liquid", "hazards": ["T"], "mass_g": MASS, "method": "R9",
                "packages": []});
            if bound {
                let held = json!({"licence_id": id(4), "licence_line": line, "year": 2026,
                    "shared": true, "storage": true, "plan_id": id(6)});
                item.as_object_mut().unwrap().extend(held.as_object().unwrap().clone());
            }
            item
        };
        let approval = if bound { json!(id(5)) } else { Value::Null };
        let filed = json!({"number": "20266601000001", "stream": "hazardous", "kind": "manifest",
            "edition": "2021", "producer_site_id": id(2), "producer": party,
            "receiver_site_id": id(3), "receiver": party, "legs": [],
            "planned_departure_on": "2026-12-31", "items": [item(1), item(2)],
            "transfer_approval_id": approval});
        let at: DateTime<Utc> = "2026-12-01T00:00:00Z".parse().unwrap();
        let filed = Happening::Filed(serde_json::from_value(filed).unwrap());
        evolve(
            None,
            &Stamped { happening: filed, occurred_at: at, recorded_at: at, signed_for: None },
        )
        .unwrap()
    }

    /// Used and reserved mass that moves change, account by account; what changes nothing is left
    /// out.
    fn sums(moves: &[Move], of: impl Fn(&Post) -> i64) -> BTreeMap<Uuid, i64> {
        let mut sums = BTreeMap::new();
        for post in moves.iter().flat_map(|one| &one.choices[0]) {
            *sums.entry(post.account.id).or_insert(0) += of(post);
        }
        sums.retain(|_, grams| *grams != 0);
        sums
    }

    fn received(manifest: &Manifest, accepted: Grams, year: i32) -> Vec<Move> {
        let on = NaiveDate::from_ymd_opt(year, 12, 31).unwrap();
        let at = || (Stream::Hazardous, String::new());
        let limits = Limits::default();
        let step = |item: &Item| {
            let mut moves = vec![receive(manifest, item, accepted, (on, limits), at())];
            moves.extend(take_in(manifest, item, accepted, at()));
            moves.extend(use_approval(manifest, item, accepted, at()));
            moves
        };
        manifest.filed.items.iter().flat_map(step).collect()
    }

    /// Whatever is accepted, in whichever year: a manifest that comes to its end has freed every
    /// gram that it reserved, as a cancelled one has.
    #[test]
    fn departure_and_receipt_free_what_a_cancel_frees() {
        for bound in [false, true] {
            let manifest = manifest(bound);
            let freed = sums(&release(&manifest), |post| post.reserved);
            assert_eq!(freed.len(), if bound { 7 } else { 1 });
            for (accepted, year) in [(0, 2026), (1, 2026), (10_000, 2026), (12_345, 2027)] {
                let mut moves = move_out(&manifest.filed);
                moves.extend(received(&manifest, Grams(accepted), year));
                assert_eq!(sums(&moves, |post| post.reserved), freed, "{accepted} in {year}");
            }
        }
    }

    /// What is accepted is used wherever it was reserved, in the year of the receipt, and nowhere
    /// else but in the storage that it lies in.
    #[test]
    fn what_is_accepted_is_used_and_no_more() {
        let accepted = Grams(4_000);
        for year in [2026, 2027] {
            let used = sums(&received(&manifest(true), accepted, year), |post| post.used);
            let account = |account: Account, grams: i64| (account.id, grams);
            let licence = crate::ids::LicenceId::of(id(4));
            let (both, one) = (2 * accepted.0, accepted.0);
            let wanted = BTreeMap::from([
                account(line_account(licence, 1, year), one),
                account(line_account(licence, 2, year), one),
                account(shared_account(licence, year), both),
                account(site_storage_account(SiteId::of(id(3))), both),
                account(approval_account(ApprovalId::of(id(5))), both),
                account(plan_account(ManagementPlanId::of(id(6)), "900-249-08"), both),
            ]);
            assert_eq!(used, wanted);
        }
    }
}

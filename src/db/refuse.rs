//! The refusal of a move that found no room: which account, what it holds, what was asked.

use serde_json::{Value, json};

use super::settle::View;
use crate::decision::{Account, AccountKind, Balance, LimitChange, Move, Policy, Post};
use crate::problem::{Fault, Text};
use crate::units::{Grams, Kg};

/// Names the choice with most left (capacity.md), and of it the account with least.
pub(super) fn refuse(view: &View, wanted: &Move) -> Fault {
    let left = |balance: &Balance| balance.left().unwrap_or(i64::MAX);
    let tightest = |posts: &Vec<Post>| {
        let enforced = posts.iter().filter(|post| post.policy == Policy::Enforce);
        let seen = enforced.map(|post| (post.clone(), before(view.balance(post), post)));
        seen.min_by_key(|(_, balance)| left(balance))
    };
    let best = wanted.choices.iter().filter_map(tightest).max_by_key(|(_, balance)| left(balance));
    let Some((post, balance)) = best else {
        let detail = Text::new("余量不足。", "No room is left.");
        return Fault::new(wanted.refusal, &*wanted.pointer, detail);
    };
    explain(wanted, &post, balance)
}

/// The account as the refusal shows it: under the limit in force, before the move.
fn before(now: Balance, post: &Post) -> Balance {
    match post.limit {
        LimitChange::Set(limit) => Balance { limit, ..now },
        LimitChange::Keep | LimitChange::Add(_) => now,
    }
}

fn explain(wanted: &Move, post: &Post, now: Balance) -> Fault {
    let account = &post.account;
    let limit = now.limit.unwrap_or(0);
    let left = (limit - now.used - now.reserved).max(0);
    let detail = sentence(account, wanted.asked, left);
    let fault =
        Fault::new(wanted.refusal, &*wanted.pointer, detail).with("asked_kg", kg(wanted.asked));
    match account.kind {
        AccountKind::LicenceLine | AccountKind::LicenceShared => fault
            .with("licence_id", account.owner.to_string())
            .with("licence_line", licence_line(account))
            .with("year", account.year)
            .with("permitted_kg", kg(limit))
            .with("used_kg", kg(now.used))
            .with("reserved_kg", kg(now.reserved))
            // What the same act had reserved counts as room for it (over-receipt).
            .with("acceptable_kg", kg(left + (-post.reserved).max(0))),
        AccountKind::OnHand => fault
            .with("site_id", account.owner.to_string())
            .with("waste_code", account.item.clone())
            .with("on_hand_kg", kg(limit))
            .with("reserved_kg", kg(now.reserved)),
        AccountKind::Approval => fault
            .with("transfer_approval_id", account.owner.to_string())
            .with("approved_kg", kg(limit))
            .with("used_kg", kg(now.used))
            .with("reserved_kg", kg(now.reserved))
            .with("acceptable_kg", kg(left + (-post.reserved).max(0))),
        AccountKind::CoDisposalDay => fault
            .with("co_disposal_facility_id", account.owner.to_string())
            .with("on", account.item.clone())
            .with("permitted_kg", kg(limit))
            .with("used_kg", kg(now.used))
            .with("reserved_kg", kg(now.reserved)),
        AccountKind::SiteStorage | AccountKind::StorageArea | AccountKind::PlanLine => fault
            .with("capacity_kg", kg(limit))
            .with("used_kg", kg(now.used))
            .with("reserved_kg", kg(now.reserved)),
    }
}

fn sentence(account: &Account, asked: i64, left: i64) -> Text {
    let (asked, left) = (Grams(asked).to_kg_text(), Grams(left).to_kg_text());
    let (year, item) = (account.year, &account.item);
    match account.kind {
        AccountKind::LicenceLine | AccountKind::LicenceShared => Text::new(
            format!("{year} 年许可量不足：申请 {asked} kg，余 {left} kg。"),
            format!("Not enough licensed capacity in {year}: asked {asked} kg, {left} kg left."),
        ),
        AccountKind::OnHand => Text::new(
            format!("台账中 {item} 余量不足：需要 {asked} kg，可用 {left} kg。"),
            format!("The ledger does not hold enough {item}: asked {asked} kg, {left} kg free."),
        ),
        AccountKind::SiteStorage | AccountKind::StorageArea => Text::new(
            format!("贮存能力不足：需要 {asked} kg，余 {left} kg。"),
            format!("Not enough storage: asked {asked} kg, {left} kg left."),
        ),
        AccountKind::PlanLine => Text::new(
            format!("超出管理计划：需要 {asked} kg，余 {left} kg。"),
            format!("Beyond the management plan: asked {asked} kg, {left} kg left."),
        ),
        AccountKind::CoDisposalDay => Text::new(
            format!("协同处置设施 {item} 的日处置量不足：需要 {asked} kg，余 {left} kg。"),
            format!(
                "The facility has not enough left on {item}: asked {asked} kg, {left} kg left."
            ),
        ),
        AccountKind::Approval => Text::new(
            format!("审批量不足：需要 {asked} kg，余 {left} kg。"),
            format!("Not enough approved mass: asked {asked} kg, {left} kg left."),
        ),
    }
}

fn kg(grams: i64) -> Value {
    json!(Kg(Grams(grams)))
}

/// The line's number; null for the limit that all lines share.
fn licence_line(account: &Account) -> Value {
    if account.kind == AccountKind::LicenceLine {
        account.item.parse::<i64>().map_or(Value::Null, Value::from)
    } else {
        Value::Null
    }
}

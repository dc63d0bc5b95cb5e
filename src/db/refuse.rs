//! The refusal of a move that found no room: which account, what it holds, what was asked.

use serde_json::{Value, json};

use super::settle::View;
use crate::decision::{Account, AccountKind, Balance, LimitChange, Move, Policy, Post};
use crate::problem::{Code, Fault, Text};
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
        return too_little(view, wanted);
    };
    explain(wanted, &post, balance)
}

/// No limit stands in the way: more is taken out of a storage area than lies there.
fn too_little(view: &View, wanted: &Move) -> Fault {
    let mut posts = wanted.choices.iter().flatten();
    let there = posts.find(|post| view.balance(post).used + post.used < 0);
    let lies = there.map_or(0, |post| view.balance(post).used);
    let (asked, lies_kg) = (Grams(wanted.asked).to_kg_text(), Grams(lies).to_kg_text());
    let detail = Text::new(
        format!("该贮存设施内没有这么多：取出 {asked} kg，其中现存 {lies_kg} kg。"),
        format!("The storage area does not hold this: asked {asked} kg, {lies_kg} kg lie there."),
    );
    Fault::new(wanted.refusal, &*wanted.pointer, detail)
        .with("asked_kg", kg(wanted.asked))
        .with("stored_kg", kg(lies))
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
    // What the same act had reserved counts as room for it (over-receipt).
    let acceptable = left + (-post.reserved).max(0);
    let detail = sentence(wanted, post, (now, left));
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
            .with("acceptable_kg", kg(acceptable)),
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
            .with("acceptable_kg", kg(acceptable)),
        AccountKind::CoDisposalDay => fault
            .with("co_disposal_facility_id", account.owner.to_string())
            .with("on", account.item.clone())
            .with("permitted_kg", kg(limit))
            .with("used_kg", kg(now.used))
            .with("reserved_kg", kg(now.reserved)),
        AccountKind::SiteStorage | AccountKind::StorageArea | AccountKind::PlanLine => fault
            .with("capacity_kg", kg(limit))
            .with("used_kg", kg(now.used))
            .with("reserved_kg", kg(now.reserved))
            .with("acceptable_kg", kg(acceptable)),
    }
}

fn sentence(wanted: &Move, post: &Post, (now, left): (Balance, i64)) -> Text {
    let account = &post.account;
    let (asked, left) = (Grams(wanted.asked).to_kg_text(), Grams(left).to_kg_text());
    if wanted.refusal == Code::CapacityInUse {
        let held = Grams(now.used.saturating_add(now.reserved)).to_kg_text();
        return Text::new(
            format!("已使用和预留 {held} kg，上限不能减为 {asked} kg。"),
            format!("{held} kg are used and reserved: the limit cannot be cut to {asked} kg."),
        );
    }
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

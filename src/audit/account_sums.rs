//! What all manifests together hold of each account and have written in each ledger, summed up as
//! they are replayed, and compared with what accounts and ledgers say.

use std::collections::HashMap;

use uuid::Uuid;

use super::finding::{Check, Finding, Findings};
use super::store::{AccountRow, LedgerRow};
use crate::decision::{Account, AccountKind};
use crate::manifest::{Manifest, booked, holds};
use crate::problem::Text;
use crate::registry::ledger::on_hand_change;
use crate::registry::{Ceiling, LedgerKind};
use crate::units::Grams;

/// Used and reserved grams.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Sum {
    used: i64,
    reserved: i64,
}

#[derive(Debug, Default)]
pub struct Sums {
    accounts: HashMap<Uuid, Sum>,
    /// By site and code: what manifests' entries add to what is on hand.
    booked: HashMap<(Uuid, String), i64>,
    /// By site and code: what all entries add.
    on_hand: HashMap<(Uuid, String), i64>,
    /// By kind, owner and item: what an account may hold, as the registers say.
    ceilings: HashMap<(i16, Uuid, String), Option<i64>>,
    /// Accounts that were compared.
    pub compared: u64,
}

impl Sums {
    pub fn add(&mut self, manifest: &Manifest) {
        for hold in holds(manifest) {
            let sum = self.accounts.entry(hold.account.id).or_default();
            sum.used += hold.used;
            sum.reserved += hold.reserved;
        }
        for (site, code, mass) in booked(manifest) {
            *self.booked.entry((site.uuid(), code.to_owned())).or_default() += mass.0;
        }
    }

    /// With what others hold, have booked and may hold.
    pub fn extend(&mut self, other: Self) {
        for (id, more) in other.accounts {
            let sum = self.accounts.entry(id).or_default();
            sum.used += more.used;
            sum.reserved += more.reserved;
        }
        for (key, mass) in other.booked {
            *self.booked.entry(key).or_default() += mass;
        }
        self.ceilings.extend(other.ceilings);
    }

    pub fn limit(&mut self, ceilings: Vec<Ceiling>) {
        let named = |one: Ceiling| ((one.kind.number(), one.owner, one.item), one.limit);
        self.ceilings.extend(ceilings.into_iter().map(named));
    }

    /// Compares the ledgers, and keeps what they add up to for the accounts of what is on hand.
    pub fn ledgers(&mut self, rows: &[LedgerRow], findings: &mut Findings) {
        let mut of_manifests: HashMap<(Uuid, String), i64> = HashMap::new();
        for row in rows {
            let Some(kind) = LedgerKind::parse(&row.kind) else {
                let text = Text::new(
                    format!("台账中有未知的记录类型 {}。", row.kind),
                    format!("The ledger of site {} has entries of kind {}.", row.site_id, row.kind),
                );
                findings.add(Finding::new(Check::Ledger, text));
                continue;
            };
            if row.misnamed > 0 {
                findings.add(Finding::new(Check::Ledger, misnamed(row)));
            }
            let key = (row.site_id, row.waste_code.clone());
            let add = |grams| on_hand_change(kind, Grams(grams)).0;
            *of_manifests.entry(key.clone()).or_default() += add(row.of_manifests_g);
            *self.on_hand.entry(key).or_default() += add(row.all_g);
        }
        let mut keys: Vec<&(Uuid, String)> = of_manifests.keys().collect();
        keys.extend(self.booked.keys().filter(|key| !of_manifests.contains_key(key)));
        keys.sort();
        for key in keys {
            let (is, should) = (of(&of_manifests, key), of(&self.booked, key));
            if is != should {
                let (site, code) = key;
                let text = Text::new(
                    format!("场所 {site} 的 {code} 台账：联单应记 {should} g，实记 {is} g。"),
                    format!(
                        "The ledger of site {site} has {is} g of {code} by manifests; their events \
                         make {should} g."
                    ),
                );
                findings.add(Finding::new(Check::Ledger, text));
            }
        }
    }

    /// Compares accounts with what the manifests hold of them. Each is asked for once.
    pub fn account(&mut self, row: &AccountRow, findings: &mut Findings) {
        let should = self.accounts.remove(&row.id).unwrap_or_default();
        self.ceiling(row, findings);
        for text in [other_account(row), other_leniency(row)].into_iter().flatten() {
            findings.add(Finding::new(Check::Account, text));
        }
        // People empty storage areas through the ledger as well, whichever came first.
        if row.kind == AccountKind::StorageArea.number() {
            return;
        }
        self.compared += 1;
        if (row.used_g, row.reserved_g) != (should.used, should.reserved) {
            let text = Text::new(
                format!(
                    "账户 {}：联单占用 {} g、预留 {} g，账面占用 {} g、预留 {} g。",
                    name(row),
                    should.used,
                    should.reserved,
                    row.used_g,
                    row.reserved_g
                ),
                format!(
                    "Account {} says {} g used and {} g reserved; by the manifests it is {} g \
                     and {} g.",
                    name(row),
                    row.used_g,
                    row.reserved_g,
                    should.used,
                    should.reserved
                ),
            );
            findings.add(Finding::new(Check::Account, text));
        }
        if row.kind == AccountKind::OnHand.number() {
            self.on_hand(row, findings);
        }
    }

    /// What an account may hold is what the licence, the storage, the approval says.
    fn ceiling(&self, row: &AccountRow, findings: &mut Findings) {
        let key = (row.kind, row.owner_id, row.item.clone());
        let Some(should) = self.ceilings.get(&key) else { return };
        if row.limit_g != *should {
            let grams = |limit: Option<i64>| limit.map_or("-".to_owned(), |g| format!("{g} g"));
            let (is, should) = (grams(row.limit_g), grams(*should));
            let text = Text::new(
                format!("账户 {}：上限 {is}，登记为 {should}。", name(row)),
                format!("Account {} may hold {is}; by the register it is {should}.", name(row)),
            );
            findings.add(Finding::new(Check::Account, text));
        }
    }

    /// The limit of an account of what is on hand is what the ledger adds up to.
    fn on_hand(&mut self, row: &AccountRow, findings: &mut Findings) {
        let key = (row.owner_id, row.item.clone());
        let entries = self.on_hand.remove(&key).unwrap_or(0);
        let limit = row.limit_g.unwrap_or(0);
        if limit != entries {
            let text = Text::new(
                format!("账户 {}：在库 {limit} g，台账合计 {entries} g。", name(row)),
                format!(
                    "Account {} says {limit} g on hand; the entries add up to {entries} g.",
                    name(row)
                ),
            );
            findings.add(Finding::new(Check::Account, text));
        }
    }

    /// What is held of accounts that are not there. After all accounts.
    pub fn missing(&self, findings: &mut Findings) {
        for (id, sum) in self.accounts.iter().filter(|(_, sum)| **sum != Sum::default()) {
            let text = Text::new(
                format!("缺少账户 {id}：联单占用 {} g、预留 {} g。", sum.used, sum.reserved),
                format!(
                    "Account {id} is missing: manifests use {} g and reserve {} g of it.",
                    sum.used, sum.reserved
                ),
            );
            findings.add(Finding::new(Check::Account, text));
        }
        for ((site, code), grams) in self.on_hand.iter().filter(|(_, grams)| **grams != 0) {
            let text = Text::new(
                format!("缺少场所 {site} 的 {code} 在库账户：台账合计 {grams} g。"),
                format!("Site {site} has no account of {code}; its entries add up to {grams} g."),
            );
            findings.add(Finding::new(Check::Account, text));
        }
    }
}

fn of(sums: &HashMap<(Uuid, String), i64>, key: &(Uuid, String)) -> i64 {
    sums.get(key).copied().unwrap_or(0)
}

/// An account's id is made of what it counts.
fn other_account(row: &AccountRow) -> Option<Text> {
    let kind = AccountKind::from_number(row.kind);
    let year = i32::from(row.year);
    let is_it = |kind| Account::new(kind, row.owner_id, row.item.as_str(), year).id == row.id;
    if kind.is_some_and(is_it) {
        return None;
    }
    let (id, name) = (row.id, name(row));
    Some(Text::new(
        format!("账户 {id} 不是 {name} 的账户：种类、所属、项目或年份被改动。"),
        format!("Account {id} is none of {name}: kind, owner, item or year was altered."),
    ))
}

/// `lenient` says that the account is over its limit: nothing else lets it.
fn other_leniency(row: &AccountRow) -> Option<Text> {
    let held = row.used_g.saturating_add(row.reserved_g);
    let is_over = row.limit_g.is_some_and(|limit| held > limit);
    let name = name(row);
    (row.lenient != is_over).then(|| {
        Text::new(
            format!("账户 {name}：lenient 为 {}，与是否超限不符。", row.lenient),
            format!(
                "Account {name}: lenient is {}, which is not whether it is over its limit.",
                row.lenient
            ),
        )
    })
}

fn misnamed(row: &LedgerRow) -> Text {
    let LedgerRow { site_id, waste_code, kind, misnamed, .. } = row;
    Text::new(
        format!(
            "场所 {site_id} 的 {waste_code} 台账（{kind}）：联单的 {misnamed} 条记录带有外部编号或批号。"
        ),
        format!(
            "The ledger of site {site_id} has {misnamed} entries of {waste_code} ({kind}) by \
             manifests with an external id or a batch number: no manifest gives one."
        ),
    )
}

/// What an account counts: kind, owner, item, year.
fn name(row: &AccountRow) -> String {
    let AccountRow { kind, owner_id, item, year, .. } = row;
    format!("{kind}/{owner_id}/{item}/{year}")
}

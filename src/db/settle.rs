//! Judging a batch in memory: pure, so that the committer, `preflight` and the tests ask the same.
//!
//! A [`Book`] holds what was looked up under the lock. Decisions are settled in order, each seeing
//! what those before it in the batch have done. What must hold: a decision that is refused, stale
//! or a repeat leaves no mark on the book, so it takes no number and touches no neighbour.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::look::accounts_of;
use super::refuse::refuse;
use crate::decision::{
    AccountKind, Balance, Decision, LimitChange, Move, Policy, Post, Serial, Settled, Subject,
};
use crate::problem::{Code, Fault, Problem, Text};

/// The head of a chain, as looked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub year: i16,
    pub version: i64,
    pub leaf: [u8; 32],
    pub recorded_at: DateTime<Utc>,
}

/// A first answer, as looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAnswer {
    pub fingerprint: [u8; 32],
    pub status: i16,
    pub subject: Subject,
    pub version: i64,
    pub wall: DateTime<Utc>,
}

/// How long a first answer is kept, in hours of wall time (api.md, "Idempotency-Key").
pub const KEY_HOURS: i64 = 24;

impl FirstAnswer {
    pub fn has_expired(&self, wall: DateTime<Utc>) -> bool {
        wall - self.wall > TimeDelta::hours(KEY_HOURS)
    }
}

/// What is known of the database, true while its log stands at `next_position`: every commit that
/// changes anything in here moves the log.
#[derive(Clone, Debug, Default)]
pub struct Book {
    pub next_position: i64,
    pub heads: HashMap<Uuid, Head>,
    pub accounts: HashMap<Uuid, Balance>,
    /// Accounts that were looked for and are not there.
    pub no_accounts: HashSet<Uuid>,
    pub serials: HashMap<String, i64>,
    pub keys: HashMap<(Uuid, String), FirstAnswer>,
}

impl Book {
    /// Whether a decision can be judged on this book. A new subject and a new key need not be
    /// known: the database refuses one that exists.
    pub fn tells(&self, decision: &Decision) -> bool {
        let guards = decision.guards.iter().map(|guard| guard.subject);
        let grows = decision.advances.iter().filter(|grow| grow.version.is_some());
        let mut subjects = guards.chain(grows.map(|grow| grow.subject));
        let mut accounts = accounts_of(decision).map(|account| account.id);
        subjects.all(|subject| self.heads.contains_key(&subject.id))
            && accounts.all(|id| self.accounts.contains_key(&id) || self.no_accounts.contains(&id))
            && decision.numbers.iter().all(|serial| self.serials.contains_key(&serial.prefix))
    }

    /// Takes over what `newer` knows; where both know something, it is the newer.
    pub fn learn(&mut self, newer: Self) {
        self.next_position = newer.next_position;
        self.heads.extend(newer.heads);
        self.accounts.extend(newer.accounts);
        self.no_accounts.extend(newer.no_accounts);
        self.serials.extend(newer.serials);
        self.keys.extend(newer.keys);
    }

    /// How many things it knows.
    pub fn size(&self) -> usize {
        self.heads.len() + self.accounts.len() + self.no_accounts.len() + self.keys.len()
    }
}

/// What becomes of a decision.
#[derive(Debug)]
pub enum Verdict {
    Settled(Settled),
    /// These facts have moved since they were read.
    Stale(Vec<Subject>),
    /// The key was seen with this very request: its first answer again.
    Replayed(FirstAnswer),
    Refused(Problem),
}

/// Judges one decision against the book, and changes nothing.
pub fn judge(book: &Book, decision: &Decision) -> Verdict {
    if let Some(key) = &decision.key {
        let seen = book.keys.get(&(key.organisation_id.uuid(), key.key.clone()));
        if let Some(first) = seen.filter(|first| !first.has_expired(key.wall)) {
            return if first.fingerprint == key.fingerprint {
                Verdict::Replayed(first.clone())
            } else {
                Verdict::Refused(key_reused())
            };
        }
    }
    let stale = stale_facts(book, decision);
    if !stale.is_empty() {
        return Verdict::Stale(stale);
    }
    let moved = move_accounts(book, &decision.moves);
    match (moved, take_numbers(book, &decision.numbers)) {
        (Ok(moved), Ok(numbers)) => Verdict::Settled(Settled {
            numbers,
            picks: moved.picks,
            excess: moved.excess,
            balances: moved.balances,
            recorded_at: recorded_at(book, decision),
        }),
        (Err(problem), _) | (_, Err(problem)) => Verdict::Refused(problem),
    }
}

/// Writes a settled decision's effect on counters into the book, for the decisions after it.
pub fn enter(book: &mut Book, decision: &Decision, settled: &Settled) {
    for (id, balance) in &settled.balances {
        book.accounts.insert(*id, *balance);
    }
    for serial in &decision.numbers {
        *book.serials.entry(serial.prefix.clone()).or_insert(0) += 1;
    }
}

pub fn key_reused() -> Problem {
    let detail = Text::new(
        "这个幂等键已用于内容不同的请求。",
        "This idempotency key was used with a different request.",
    );
    Problem::new(Code::IdempotencyKeyReused, detail)
}

/// The capacity faults that these moves would meet on `balances`, for answers that list every
/// fault at once (`validate_only`, preflight, and refusals for other reasons).
pub fn faults_of(balances: &HashMap<Uuid, Balance>, moves: &[Move]) -> Vec<Fault> {
    let book = Book { accounts: balances.clone(), ..Book::default() };
    move_accounts(&book, moves).err().map_or_else(Vec::new, |problem| problem.faults().to_vec())
}

/// What settling would give on an unlocked reading: for previews, which take no number.
pub fn preview(balances: HashMap<Uuid, Balance>, decision: &Decision) -> Result<Settled, Problem> {
    let book = Book { accounts: balances, ..Book::default() };
    let moved = move_accounts(&book, &decision.moves)?;
    let (picks, excess, balances) = (moved.picks, moved.excess, moved.balances);
    Ok(Settled { numbers: Vec::new(), picks, excess, balances, recorded_at: decision.now })
}

fn stale_facts(book: &Book, decision: &Decision) -> Vec<Subject> {
    let version = |subject: &Subject| book.heads.get(&subject.id).map(|head| head.version);
    let mut stale = Vec::new();
    for guard in &decision.guards {
        if version(&guard.subject) != Some(guard.version) {
            stale.push(guard.subject);
        }
    }
    for grow in &decision.advances {
        if version(&grow.subject) != grow.version {
            stale.push(grow.subject);
        }
    }
    stale
}

/// Business time, raised where an event before it on the same subject was recorded later.
fn recorded_at(book: &Book, decision: &Decision) -> DateTime<Utc> {
    let before = decision.advances.iter().filter_map(|grow| book.heads.get(&grow.subject.id));
    before.map(|head| head.recorded_at).fold(decision.now, Ord::max)
}

fn take_numbers(book: &Book, serials: &[Serial]) -> Result<Vec<String>, Problem> {
    let mut taken: HashMap<&str, i64> = HashMap::new();
    let mut numbers = Vec::with_capacity(serials.len());
    for serial in serials {
        let before = || book.serials.get(&serial.prefix).copied().unwrap_or(0);
        let last = taken.entry(&serial.prefix).or_insert_with(before);
        *last += 1;
        if *last >= 10_i64.pow(u32::from(serial.digits)) {
            let detail = Text::new(
                format!("编号前缀 {} 的流水号已用尽。", serial.prefix),
                format!("All serial numbers of prefix {} are used.", serial.prefix),
            );
            return Err(Problem::new(Code::NumbersExhausted, detail));
        }
        let width = usize::from(serial.digits);
        numbers.push(format!("{}{last:0width$}", serial.prefix));
    }
    Ok(numbers)
}

/// Accounts moved by a decision, before the book takes them over.
#[derive(Default)]
struct Moved {
    picks: Vec<usize>,
    excess: Vec<bool>,
    balances: Vec<(Uuid, Balance)>,
}

fn move_accounts(book: &Book, moves: &[Move]) -> Result<Moved, Problem> {
    let mut moved = Moved::default();
    let mut faults = Vec::new();
    for wanted in moves {
        let view = View { book, moved: &moved.balances };
        if let Some(fit) = first_fit(&view, wanted)? {
            for (id, balance) in fit.after {
                match moved.balances.iter_mut().find(|(known, _)| *known == id) {
                    Some(entry) => entry.1 = balance,
                    None => moved.balances.push((id, balance)),
                }
            }
            moved.picks.push(fit.choice);
            moved.excess.push(fit.excess);
        } else {
            faults.push(refuse(&view, wanted));
        }
    }
    Problem::unless_empty(faults).map(|()| moved)
}

/// The balances that a decision sees: its own earlier moves over the book's.
pub(super) struct View<'a> {
    book: &'a Book,
    moved: &'a [(Uuid, Balance)],
}

impl View<'_> {
    pub(super) fn balance(&self, post: &Post) -> Balance {
        let id = post.account.id;
        let own = self.moved.iter().find(|(known, _)| *known == id).map(|(_, balance)| *balance);
        own.or_else(|| self.book.accounts.get(&id).copied())
            .unwrap_or_else(|| fresh(post.account.kind))
    }
}

/// An account that has no row yet: nothing is on hand, and nothing else is limited until set.
pub fn fresh(kind: AccountKind) -> Balance {
    let limit = (kind == AccountKind::OnHand).then_some(0);
    Balance { limit, ..Balance::default() }
}

struct Fit {
    choice: usize,
    excess: bool,
    after: Vec<(Uuid, Balance)>,
}

fn first_fit(view: &View, wanted: &Move) -> Result<Option<Fit>, Problem> {
    for (choice, posts) in wanted.choices.iter().enumerate() {
        if let Some((excess, after)) = fit_all(view, posts)? {
            return Ok(Some(Fit { choice, excess, after }));
        }
    }
    Ok(None)
}

type Fitted = (bool, Vec<(Uuid, Balance)>);

fn fit_all(view: &View, posts: &[Post]) -> Result<Option<Fitted>, Problem> {
    let mut after: Vec<(Uuid, Balance)> = Vec::with_capacity(posts.len());
    let mut excess = false;
    for post in posts {
        let earlier = after.iter().position(|(id, _)| *id == post.account.id);
        let now = earlier.map_or_else(|| view.balance(post), |n| after[n].1);
        let Some(next) = apply(now, post)? else { return Ok(None) };
        excess |= next.lenient && post.policy == Policy::Warn;
        match earlier {
            Some(n) => after[n].1 = next,
            None => after.push((post.account.id, next)),
        }
    }
    Ok(Some((excess, after)))
}

/// The balance after a post, or `None` where it has no room.
fn apply(now: Balance, post: &Post) -> Result<Option<Balance>, Problem> {
    let limit = match post.limit {
        LimitChange::Keep => now.limit,
        LimitChange::Set(limit) => limit,
        LimitChange::Add(grams) => now.limit.map(|limit| limit.saturating_add(grams)),
    };
    let used = now.used.saturating_add(post.used);
    let reserved = now.reserved.saturating_add(post.reserved);
    if used < 0 || reserved < 0 {
        let account = &post.account;
        // What lies in a storage area is told by people: to take more than is there is the
        // teller's mistake, and a refusal. All other counters move by what they hold already.
        if account.kind == AccountKind::StorageArea {
            return Ok(None);
        }
        return Err(Problem::internal(format!("account {account:?} would fall below zero")));
    }
    let after = Balance { limit, used, reserved, lenient: false };
    if after.left().is_none_or(|left| left >= 0) {
        return Ok(Some(after));
    }
    // What only frees room, or leaves it as it was, passes even where the account is over already
    // (a limit cut by a policy, an excess that a warn policy let through).
    let worse = match (now.left(), after.left()) {
        (Some(before), Some(after)) => after < before,
        (None, _) => true,
        (_, None) => false,
    };
    let passes = post.policy == Policy::Warn || !worse;
    Ok(passes.then_some(Balance { lenient: true, ..after }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::Account;
    use proptest::prelude::*;

    fn line(n: u8) -> Account {
        Account::new(AccountKind::LicenceLine, Uuid::from_bytes([7; 16]), n.to_string(), 2026)
    }

    fn reserve(choices: &[u8], grams: i64, limit: i64, policy: Policy) -> Move {
        let post = |n: &u8| Post {
            account: line(*n),
            limit: LimitChange::Set(Some(limit)),
            used: 0,
            reserved: grams,
            policy,
        };
        Move {
            choices: choices.iter().map(|n| vec![post(n)]).collect(),
            refusal: Code::CapacityExceeded,
            pointer: "/items/0/mass_kg".into(),
            asked: grams,
        }
    }

    #[test]
    fn the_lowest_line_with_room_is_taken_and_the_limit_itself_still_fits() {
        let book = Book::default();
        let moves = [
            reserve(&[1, 2], 600, 1000, Policy::Enforce),
            reserve(&[1, 2], 600, 1000, Policy::Enforce),
        ];
        let moved = move_accounts(&book, &moves).unwrap();
        assert_eq!(moved.picks, vec![0, 1]);
        let exact = [reserve(&[1], 1000, 1000, Policy::Enforce)];
        assert!(move_accounts(&book, &exact).is_ok());
        let over = [reserve(&[1], 1001, 1000, Policy::Enforce)];
        let problem = move_accounts(&book, &over).err().unwrap();
        assert_eq!(problem.code(), Code::CapacityExceeded);
        assert_eq!(problem.lead().extra["permitted_kg"], 1);
    }

    #[test]
    fn a_warn_policy_passes_and_marks_the_excess() {
        let moved = move_accounts(&Book::default(), &[reserve(&[1], 5, 4, Policy::Warn)]).unwrap();
        assert_eq!(moved.excess, vec![true]);
        assert!(moved.balances[0].1.lenient);
    }

    #[test]
    fn serials_end_at_the_last_number_of_their_width() {
        let serial = Serial { prefix: "20266601".into(), digits: 6 };
        let two = [serial.clone(), serial.clone()];
        let mut book = Book::default();
        book.serials.insert(serial.prefix.clone(), 999_997);
        assert_eq!(take_numbers(&book, &two).unwrap(), ["20266601999998", "20266601999999"]);
        book.serials.insert(serial.prefix.clone(), 999_998);
        assert_eq!(take_numbers(&book, &[serial]).unwrap(), ["20266601999999"]);
        assert_eq!(take_numbers(&book, &two).err().unwrap().code(), Code::NumbersExhausted);
    }

    proptest! {
        /// Whatever is asked in whatever order, an enforced account never passes its limit.
        #[test]
        fn enforced_accounts_are_never_oversold(asks in prop::collection::vec((0..4u8, 1..700i64), 1..60)) {
            let mut book = Book::default();
            for (from, grams) in asks {
                let lines: Vec<u8> = (from..4).collect();
                if let Ok(moved) = move_accounts(&book, &[reserve(&lines, grams, 1000, Policy::Enforce)]) {
                    for (id, balance) in moved.balances {
                        prop_assert!(balance.left().unwrap() >= 0 && !balance.lenient);
                        book.accounts.insert(id, balance);
                    }
                }
            }
        }
    }
}

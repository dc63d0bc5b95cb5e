//! Every order in which people who share a licence can read and commit: in each state that anybody
//! could read, permitted >= used + reserved, the limit is the licence's, and the counters are what
//! the manifests hold.
//!
//! The model is small and whole: actors with a few acts each, an act in two steps, as in
//! `command.rs`: facts are read, then what was decided on them is judged under the lock. Who steps
//! next is tried in every way, or drawn by chance where there are too many. Decisions are made by
//! the functions that the program runs on (`moves.rs`, `licence_capacity.rs`, `db/settle.rs`).

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

use super::event::{Happening, Item, Stamped};
use super::evolve::{Manifest, evolve};
use super::moves::{self, Limits};
use crate::catalogue::Stream;
use crate::db::{Book, Head, Verdict, enter, judge};
use crate::decision::{Balance, Decision, Guard, Move, Settled, Subject, SubjectKind, Written};
use crate::registry::rows::LicenceAccount;
use crate::registry::{Licence, LicenceStatus, granted, new_limits};
use crate::units::Grams;

/// What somebody does.
#[derive(Clone, Copy, Debug)]
enum Act {
    File(i64),
    /// The actor's newest manifest that is on its way: what of it is accepted, in which year.
    Receive(i64, i32),
    Cancel,
    /// A line is permitted so much from now on.
    Permit(i64, i64),
    /// All lines together; none: without a limit.
    Share(Option<i64>),
    Suspend,
}

#[derive(Clone)]
struct Actor {
    acts: Vec<Act>,
    /// The licence and its version, once read.
    read: Option<(Licence, i64)>,
    on_the_way: Vec<Manifest>,
}

#[derive(Clone)]
struct Model {
    book: Book,
    licence: Licence,
    version: i64,
    actors: Vec<Actor>,
    /// (account, used, reserved) that came of receipts, which nothing undoes.
    used: BTreeMap<Uuid, i64>,
    /// Whether commits lean on what was read; they always do, but for one test.
    leans: bool,
}

const YEAR: i32 = 2026;

fn now() -> DateTime<Utc> {
    "2026-11-25T02:00:00Z".parse().unwrap()
}

/// A manifest of one item on a line of the licence.
fn manifest(licence: &Licence, line: i64, grams: i64) -> Manifest {
    let id = |n: u8| Uuid::from_bytes([n; 16]);
    let party = json!({"organisation_id": id(2), "name": "x", "uscc": "x", "site_name": "x",
        "division": "01", "region_code": "659002"});
    let item = json!({"line": 1, "waste_code": "900-249-08", "name": "x", "form": "liquid",
        "hazards": ["T"], "mass_g": grams, "method": "R9", "packages": [],
        "licence_id": licence.id, "licence_line": line, "year": YEAR, "shared": true,
        "source_items": [{"manifest_id": id(7), "line": 1, "mass_g": grams}]});
    let filed = json!({"number": "20266601000001", "stream": "hazardous", "kind": "manifest",
        "edition": "2021", "producer_site_id": id(3), "producer": party,
        "receiver_site_id": id(4), "receiver": party, "legs": [],
        "planned_departure_on": "2026-12-31", "items": [item]});
    let happening = Happening::Filed(serde_json::from_value(filed).unwrap());
    let at = now();
    evolve(None, &Stamped { happening, occurred_at: at, recorded_at: at, signed_for: None })
        .unwrap()
}

impl Model {
    fn new(lines: &[i64], shared: Option<i64>, scripts: &[Vec<Act>]) -> Self {
        let licence = granted(lines, shared, 1000);
        let mut book = Book::default();
        let head = Head { year: 2026, version: 1, leaf: [0; 32], recorded_at: now() };
        book.heads.insert(licence.id.uuid(), head);
        let actor = |acts: &Vec<Act>| Actor {
            acts: acts.iter().rev().copied().collect(),
            read: None,
            on_the_way: Vec::new(),
        };
        let actors = scripts.iter().map(actor).collect();
        Self { book, licence, version: 1, actors, used: BTreeMap::new(), leans: true }
    }

    fn subject(&self) -> Subject {
        Subject::new(SubjectKind::Licence, self.licence.id.uuid())
    }

    /// Who has anything left to do.
    fn active(&self) -> Vec<usize> {
        (0..self.actors.len()).filter(|n| !self.actors[*n].acts.is_empty()).collect()
    }

    /// An actor's next step: it reads, or it commits what it decides on what it has read.
    fn step(&mut self, n: usize) {
        let act = *self.actors[n].acts.last().unwrap();
        let Some((known, version)) = self.actors[n].read.take() else {
            self.actors[n].read = Some((self.licence.clone(), self.version));
            return;
        };
        let Some((moves, after)) = self.decided(n, act, &known) else {
            self.actors[n].acts.pop();
            return;
        };
        let leans = self.leans && self.sets_limits(n, act);
        let decision = self.decision(moves, (after.is_some(), leans), version);
        match judge(&self.book, &decision) {
            Verdict::Settled(settled) => {
                enter(&mut self.book, &decision, &settled);
                self.done(n, act, &settled);
                if let Some(after) = after {
                    self.licence = after;
                    self.version += 1;
                    let id = self.licence.id.uuid();
                    self.book.heads.get_mut(&id).unwrap().version = self.version;
                }
                self.actors[n].acts.pop();
            }
            // Read again, decide again.
            Verdict::Stale(_) => {}
            Verdict::Refused(_) => drop(self.actors[n].acts.pop()),
            Verdict::Replayed(_) => panic!("nobody repeats a key"),
        }
        self.holds();
    }

    /// Whether an act sets limits by the licence that it read, and so leans on it.
    fn sets_limits(&self, n: usize, act: Act) -> bool {
        let newest = self.actors[n].on_the_way.last();
        match act {
            Act::File(_) => true,
            Act::Receive(_, year) => {
                newest.is_some_and(|manifest| manifest.filed.items[0].year != Some(i64::from(year)))
            }
            Act::Cancel | Act::Permit(..) | Act::Share(_) | Act::Suspend => false,
        }
    }

    /// The moves of an act on the licence as it was read, and the licence that comes of it.
    fn decided(&self, n: usize, act: Act, known: &Licence) -> Option<(Vec<Move>, Option<Licence>)> {
        let newest = self.actors[n].on_the_way.last();
        let changed = |after: Licence| {
            let account = LicenceAccount { line: 1, year: YEAR, balance: Balance::default() };
            let moves = new_limits(known, &after, &[account], YEAR);
            Some((moves, Some(after)))
        };
        match act {
            Act::File(grams) => {
                if known.status != LicenceStatus::Active {
                    return None;
                }
                let lines = known.lines.iter().map(|line| (known, line));
                let (stream, year) = (Stream::Hazardous, i64::from(YEAR));
                let wanted =
                    moves::reserve_licence(lines, year, Grams(grams), stream, String::new());
                Some((vec![wanted], None))
            }
            Act::Receive(accepted, year) => {
                let (manifest, on) = (newest?, NaiveDate::from_ymd_opt(year, 12, 31)?);
                let item = &manifest.filed.items[0];
                let at = (Stream::Hazardous, String::new());
                let accepted = Grams(accepted);
                let limits = limits(known, item);
                Some((vec![moves::receive(manifest, item, accepted, (on, limits), at)], None))
            }
            Act::Cancel => Some((moves::release(newest?), None)),
            Act::Permit(line, grams) => {
                let mut after = known.clone();
                after.lines[usize::try_from(line).unwrap() - 1].annual_g = Grams(grams);
                changed(after)
            }
            Act::Share(grams) => {
                changed(Licence { annual_limit_g: grams.map(Grams), ..known.clone() })
            }
            Act::Suspend => changed(Licence { status: LicenceStatus::Suspended, ..known.clone() }),
        }
    }

    fn decision(&self, moves: Vec<Move>, (grows, leans): (bool, bool), version: i64) -> Decision {
        let subject = self.subject();
        let guard = Guard { subject, version };
        let grow = crate::decision::Advance { subject, version: Some(version) };
        Decision {
            subject,
            now: now(),
            guards: leans.then_some(guard).into_iter().collect(),
            advances: grows.then_some(grow).into_iter().collect(),
            moves,
            numbers: Vec::new(),
            key: None,
            finish: Box::new(|_: &Settled| -> Result<Written, _> { unreachable!("never written") }),
        }
    }

    fn done(&mut self, n: usize, act: Act, settled: &Settled) {
        match act {
            Act::File(grams) => {
                let line = i64::try_from(settled.picks[0]).unwrap() + 1;
                let filed = manifest(&self.licence, line, grams);
                self.actors[n].on_the_way.push(filed);
            }
            Act::Receive(accepted, year) => {
                let manifest = self.actors[n].on_the_way.pop().unwrap();
                let item = &manifest.filed.items[0];
                for account in moves::licence_accounts(item, Some(i64::from(year))) {
                    *self.used.entry(account.id).or_default() += accepted;
                }
            }
            Act::Cancel => drop(self.actors[n].on_the_way.pop()),
            Act::Permit(..) | Act::Share(_) | Act::Suspend => {}
        }
    }

    /// What must hold in every committed state.
    fn holds(&self) {
        let mut reserved: BTreeMap<Uuid, i64> = BTreeMap::new();
        for manifest in self.actors.iter().flat_map(|actor| &actor.on_the_way) {
            let item = &manifest.filed.items[0];
            for account in moves::licence_accounts(item, item.year) {
                *reserved.entry(account.id).or_default() += item.mass_g.0;
            }
        }
        let lines = self.licence.lines.iter().flat_map(|line| {
            let limit = Some(line.annual_g.0);
            [YEAR, YEAR + 1].map(|year| {
                (crate::registry::line_account(self.licence.id, line.line, year), limit)
            })
        });
        let shared = [YEAR, YEAR + 1].map(|year| {
            let account = crate::registry::shared_account(self.licence.id, year);
            (account, self.licence.annual_limit_g.map(|mass| mass.0))
        });
        for (account, limit) in lines.chain(shared) {
            let Some(balance) = self.book.accounts.get(&account.id) else { continue };
            let taken = balance.used + balance.reserved;
            assert!(balance.limit.is_none_or(|limit| limit >= taken), "oversold: {balance:?}");
            assert_eq!(balance.limit, limit, "the limit is not the licence's");
            let sums = [&self.used, &reserved].map(|sums| sums.get(&account.id).copied());
            let held = sums.map(Option::unwrap_or_default);
            assert_eq!([balance.used, balance.reserved], held, "the counters are not the sums");
        }
    }

    /// Every order from here on; how many there are.
    fn explore(&self) -> usize {
        let active = self.active();
        if active.is_empty() {
            return 1;
        }
        let next = |n: usize| {
            let mut model = self.clone();
            model.step(n);
            model.explore()
        };
        active.into_iter().map(next).sum()
    }
}

fn limits(licence: &Licence, item: &Item) -> Limits {
    let line = licence.lines.iter().find(|line| Some(line.line) == item.licence_line);
    Limits {
        line: line.map(|line| line.annual_g.0),
        shared: licence.annual_limit_g.map(|mass| mass.0),
    }
}

/// 100 g a line, 150 together; what three ask for is more than that.
fn crowd() -> Model {
    let scripts = [
        vec![Act::File(60), Act::Receive(50, 2026)],
        vec![Act::File(70), Act::Cancel],
        vec![Act::Permit(1, 65)],
    ];
    Model::new(&[100, 100], Some(150), &scripts)
}

#[test]
fn no_order_of_filing_receiving_and_cutting_oversells() {
    assert!(crowd().explore() > 3000);
    let over_the_year = [
        vec![Act::File(80)],
        vec![Act::File(80), Act::Receive(80, 2027)],
        vec![Act::Share(Some(90))],
    ];
    assert!(Model::new(&[100, 100], Some(150), &over_the_year).explore() >= 420);
    let suspended = [vec![Act::File(80), Act::Cancel], vec![Act::File(30)], vec![Act::Suspend]];
    assert!(Model::new(&[100, 100], Some(150), &suspended).explore() >= 420);
}

/// A limit over all lines that is set while manifests are on their way: it finds what they hold,
/// and what becomes of them moves it, in whichever order.
#[test]
fn a_shared_limit_set_late_finds_what_was_reserved_before() {
    let late = [
        vec![Act::File(60), Act::Receive(50, 2026), Act::File(40)],
        vec![Act::File(70), Act::Cancel],
        vec![Act::Share(Some(90))],
    ];
    assert!(Model::new(&[100, 100], None, &late).explore() > 3000);
}

/// The checker sees what it is for: without the guard on the licence's version, somebody who read
/// it before the cut puts the old limit back.
#[test]
fn without_guards_an_order_is_found_that_breaks_it() {
    let broken = std::panic::catch_unwind(|| {
        let mut model = crowd();
        model.leans = false;
        model.explore()
    });
    assert!(broken.is_err());
}

fn acts() -> impl Strategy<Value = Vec<Act>> {
    let act = prop_oneof![
        4 => (1..60i64).prop_map(Act::File),
        3 => (0..70i64, 2026..=2027i32).prop_map(|(kg, year)| Act::Receive(kg, year)),
        1 => Just(Act::Cancel),
        1 => (1..=3i64, 0..150i64).prop_map(|(line, grams)| Act::Permit(line, grams)),
        1 => (0..300i64).prop_map(|grams| Act::Share(Some(grams))),
        1 => Just(Act::Share(None)),
    ];
    prop::collection::vec(act, 1..8)
}

proptest! {
    /// Many people and long scripts, in an order by chance.
    #[test]
    fn no_order_by_chance_oversells(
        scripts in prop::collection::vec(acts(), 2..9),
        order in prop::collection::vec(any::<prop::sample::Index>(), 600),
    ) {
        let mut model = Model::new(&[100, 80, 60], Some(200), &scripts);
        for choice in order {
            let active = model.active();
            if active.is_empty() {
                break;
            }
            model.step(*choice.get(&active));
        }
    }
}

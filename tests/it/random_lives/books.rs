//! What must hold of the whole: the log, the numbers, and every counter recomputed from events.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tokio_postgres::Client as Db;

use super::bodies::grams;
use super::chain::Account;
use super::stage::{People, Stage};

/// Kind (as in `account.kind`), owner, item, year.
type Key = (i16, String, String, i16);

const LINE: i16 = 1;
const SHARED: i16 = 2;
const ON_HAND: i16 = 3;
const STORAGE: i16 = 4;

/// Limit, used and reserved grams.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Sums {
    limit: Option<i64>,
    used: i64,
    reserved: i64,
}

/// Everything wrong with the books, when nothing moves.
pub async fn check(db: &Db, stage: &Stage, people: &People, all: &[Account]) -> Vec<String> {
    let mut wrong = log(db).await;
    wrong.extend(numbers(db, all).await);
    wrong.extend(accounts(db, all).await);
    wrong.extend(ledgers(db, stage, people).await);
    wrong
}

/// Positions are dense, and the log ends where its head says.
async fn log(db: &Db) -> Vec<String> {
    let sql = "SELECT count(*), min(position), max(position) + 1,
            (SELECT next_position FROM log_head),
            (SELECT count(*) FROM subject s WHERE version <>
                (SELECT count(*) FROM event WHERE subject_id = s.id)),
            (SELECT count(*) FROM event e WHERE kind = 'filed' AND NOT EXISTS
                (SELECT FROM manifest WHERE id = e.subject_id))
        FROM event";
    let row = db.query_one(sql, &[]).await.unwrap();
    let told: Vec<i64> = (0..6).map(|n| row.get(n)).collect();
    let dense = told[1] == 0 && told[0] == told[2] && told[2] == told[3];
    if dense && told[4..] == [0, 0] { Vec::new() } else { vec![format!("the log: {told:?}")] }
}

/// Of each prefix 1, 2, 3 ... without gaps, and the serial at the last.
async fn numbers(db: &Db, all: &[Account]) -> Vec<String> {
    let mut given: BTreeMap<&str, BTreeSet<i64>> = BTreeMap::new();
    let mut wrong = Vec::new();
    for account in all {
        // Year 4, place 4; kitchen: C before them.
        let prefix = if account.stream == "kitchen" { 9 } else { 8 };
        let digits = if account.stream == "kitchen" { 8 } else { 6 };
        let (prefix, serial) = account.number.split_at(prefix);
        let new = given.entry(prefix).or_default().insert(serial.parse().unwrap());
        if !new || serial.len() != digits {
            wrong.push(format!("the number {}", account.number));
        }
    }
    let rows = db.query("SELECT prefix, last FROM serial WHERE last > 0", &[]).await.unwrap();
    let last: BTreeMap<String, i64> = rows.iter().map(|row| (row.get(0), row.get(1))).collect();
    for (prefix, serials) in &given {
        let wanted: BTreeSet<i64> = (1..=serials.len() as i64).collect();
        if *serials != wanted || last.get(*prefix) != Some(&(serials.len() as i64)) {
            wrong.push(format!("{prefix}: {serials:?}, last {:?}", last.get(*prefix)));
        }
    }
    if last.len() != given.len() {
        wrong.push(format!("serials {last:?} of {:?}", given.keys()));
    }
    wrong
}

/// Used and reserved mass of every licence line, storage and ledger, from events.
fn recomputed(all: &[Account], produced: BTreeMap<(String, String), i64>) -> BTreeMap<Key, Sums> {
    let mut sums: BTreeMap<Key, Sums> = BTreeMap::new();
    for ((site, code), mass) in produced {
        sums.entry((ON_HAND, site, code, 0)).or_default().limit = Some(mass);
    }
    for account in all {
        for item in &account.items {
            let waits = !account.received && !account.cancelled;
            let mut book = |key: Key, used: i64, reserved: i64| {
                let sums = sums.entry(key).or_default();
                sums.used += used;
                sums.reserved += reserved;
            };
            if let Some((licence, line, year)) = &item.reserved_on {
                let year = if waits { *year } else { item.used_in.unwrap_or(*year) };
                let year = i16::try_from(year).unwrap();
                let reserved = if waits { item.shipped } else { 0 };
                let key = (LINE, licence.clone(), line.to_string(), year);
                book(key, item.accepted, reserved);
                book((SHARED, licence.clone(), "0".to_owned(), year), item.accepted, reserved);
            }
            let to_store = if item.storage && waits { item.shipped } else { 0 };
            let stored = item.accepted - item.treated;
            book((STORAGE, account.receiver_site.clone(), String::new(), 0), stored, to_store);
            let here = if account.moved_out || account.cancelled { 0 } else { item.shipped };
            let on_hand = (ON_HAND, account.producer_site.clone(), item.code.clone(), 0);
            book(on_hand.clone(), 0, here);
            let gone = if account.moved_out { item.shipped } else { 0 };
            let made = if item.produced { item.shipped } else { 0 };
            let limit = &mut sums.get_mut(&on_hand).unwrap().limit;
            *limit = Some(limit.unwrap_or(0) + made - gone);
        }
    }
    sums
}

async fn accounts(db: &Db, all: &[Account]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut wanted = recomputed(all, hand_made(db).await);
    let sql = "SELECT kind, owner_id::text, item, year, limit_g, used_g, reserved_g, lenient,
            coalesce((SELECT number FROM licence WHERE id = owner_id), '')
        FROM account";
    for row in db.query(sql, &[]).await.unwrap() {
        let key: Key = (row.get(0), row.get(1), row.get(2), row.get(3));
        let stored = Sums { limit: row.get(4), used: row.get(5), reserved: row.get(6) };
        let sums = wanted.remove(&key).unwrap_or_default();
        if (sums.used, sums.reserved) != (stored.used, stored.reserved)
            || (key.0 == ON_HAND && sums.limit.unwrap_or(0) != stored.limit.unwrap_or(0))
        {
            wrong.push(format!("{key:?} has {stored:?}, the events say {sums:?}"));
        }
        let left = stored.limit.map(|limit| limit - stored.used - stored.reserved);
        let lenient: bool = row.get(7);
        // Only medical waste passes what its licence permits; the others' ledgers only warn.
        let number: String = row.get(8);
        let may_pass = match key.0 {
            LINE | SHARED => number == "生涯-3",
            ON_HAND => !key.2.ends_with("-08"),
            _ => true,
        };
        let is_over = left.is_some_and(|left| left < 0);
        let broken = if may_pass { is_over && !lenient } else { is_over || lenient };
        if broken {
            wrong.push(format!("{key:?} of {number} is over its limit: {stored:?} {lenient}"));
        }
    }
    wanted.retain(|_, sums| (sums.used, sums.reserved, sums.limit.unwrap_or(0)) != (0, 0, 0));
    wrong.extend(wanted.iter().map(|(key, sums)| format!("{key:?} has no row: {sums:?}")));
    wrong.extend(permitted(db).await);
    wrong
}

/// What was entered by hand, from its events.
async fn hand_made(db: &Db) -> BTreeMap<(String, String), i64> {
    let mut sums = BTreeMap::new();
    let sql = "SELECT body FROM event WHERE kind = 'ledger_entry'";
    for row in db.query(sql, &[]).await.unwrap() {
        let body: Value = serde_json::from_str(row.get(0)).unwrap();
        let data = &body["data"];
        assert_eq!(data["kind"], "produced");
        let text = |name: &str| data[name].as_str().unwrap().to_owned();
        let sum = sums.entry((text("site_id"), text("waste_code"))).or_insert(0);
        *sum += data["mass_g"].as_i64().unwrap();
    }
    sums
}

/// Every line's account has the limit that the licence gives it.
async fn permitted(db: &Db) -> Vec<String> {
    let sql = "SELECT number, line, year, limit_g, annual_g
        FROM account JOIN licence_line ON licence_id = owner_id AND line::text = item
            JOIN licence ON licence.id = licence_id
        WHERE account.kind = 1 AND limit_g IS DISTINCT FROM annual_g";
    let rows = db.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| format!("a limit: {row:?}")).collect()
}

/// What is on hand is what the entries that anybody can read add up to.
async fn ledgers(db: &Db, stage: &Stage, people: &People) -> Vec<String> {
    let mut wrong = Vec::new();
    for (site, producer) in stage.producer_sites.iter().zip(&people.producers) {
        let mut sums: BTreeMap<String, i64> = BTreeMap::new();
        let mut cursor = String::new();
        loop {
            let path = format!("/ledger-entries?site_id={site}&limit=500{cursor}");
            let page = producer.get(&path).await.ok();
            for entry in page.get("/data").as_array().unwrap() {
                let mass = grams(&entry["mass_kg"]);
                let code = entry["waste_code"].as_str().unwrap().to_owned();
                let gone = entry["kind"] == "moved_out";
                *sums.entry(code).or_default() += if gone { -mass } else { mass };
            }
            match page.get("/next_cursor").as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        let sql = "SELECT item, limit_g FROM account
            WHERE kind = 3 AND owner_id = $1::text::uuid AND limit_g <> 0";
        let rows = db.query(sql, &[site]).await.unwrap();
        let stored: BTreeMap<String, i64> =
            rows.iter().map(|row| (row.get(0), row.get(1))).collect();
        sums.retain(|_, mass| *mass != 0);
        if sums != stored {
            wrong.push(format!("{site}: the ledger says {sums:?}, on hand are {stored:?}"));
        }
    }
    wrong
}

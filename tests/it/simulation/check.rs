//! What must hold after each step, and after some of them.

use std::collections::BTreeMap;

use liandan::decision::SubjectKind;
use tokio_postgres::Client as Db;

use super::books::{Key, ON_HAND, Sums};
use super::model::{Change, Manifest, Model, Shows};
use super::stage::Stage;
use crate::random_lives::bodies::grams;
use crate::random_lives::chain;
use crate::support::{Answer, Client};

/// How far the log was read, and how many events it had to there.
#[derive(Default)]
pub struct Log {
    next: i64,
    events: i64,
}

impl Log {
    /// Events so far, but for sign-ins, which are told after their answer. Only what is new is
    /// read.
    pub async fn read(&mut self, db: &Db) -> i64 {
        let sql =
            "SELECT coalesce(max(position) + 1, $1), count(*) FILTER (WHERE subject_kind <> $2)
            FROM event WHERE position >= $1";
        let row = db.query_one(sql, &[&self.next, &SubjectKind::SignIn.number()]).await.unwrap();
        (self.next, self.events) = (row.get(0), self.events + row.get::<_, i64>(1));
        self.events
    }
}

/// Every counter is the model's, and no event came that it does not know.
pub async fn books(db: &Db, model: &Model, log: &mut Log) -> Result<(), String> {
    let head = log.read(db).await;
    if head != model.events {
        return Err(format!("{head} events, the model has {}", model.events));
    }
    let sql = "SELECT kind, owner_id::text, item, year, limit_g, used_g, reserved_g FROM account";
    let mut stored: BTreeMap<Key, Sums> = BTreeMap::new();
    for row in db.query(sql, &[]).await.unwrap() {
        let key = (row.get(0), row.get(1), row.get(2), row.get(3));
        let sums = Sums { limit: row.get(4), used: row.get(5), reserved: row.get(6) };
        stored.insert(key, sums);
    }
    for key in stored.keys().chain(model.books.0.keys()) {
        let of = |books: &BTreeMap<Key, Sums>| {
            let sums = books.get(key).copied().unwrap_or_default();
            let limit = if key.0 == ON_HAND { sums.limit.unwrap_or(0) } else { 0 };
            (sums.used, sums.reserved, limit)
        };
        if of(&stored) != of(&model.books.0) {
            let (stored, known) = (of(&stored), of(&model.books.0));
            return Err(format!("{key:?} has {stored:?} (used, reserved, on hand), not {known:?}"));
        }
    }
    Ok(())
}

/// What is told of an item.
const MASSES: [&str; 7] =
    ["mass_kg", "accepted_kg", "refused_kg", "treated_kg", "lost_kg", "sent_on_kg", "stored_kg"];

/// The rows of manifests that a step of another has changed.
pub async fn rows(db: &Db, model: &Model, those: &[usize]) -> Result<(), String> {
    for manifest in those.iter().map(|at| &model.manifests[*at]) {
        let sql = "SELECT status, (SELECT version FROM subject WHERE subject.id = manifest.id),
            limbo_g, shipped_g,
            json_array_length(coalesce(state -> 'amendments' -> 'open', '[]'))::bigint
            FROM manifest WHERE id = $1::text::uuid";
        let row = db.query_one(sql, &[&manifest.id]).await.unwrap();
        let stored: (&str, [i64; 4]) = (row.get(0), [1, 2, 3, 4].map(|n| row.get(n)));
        let limbo = manifest.limbo().map_or(0, |(_, mass)| mass);
        let shipped = manifest.items.iter().map(|item| item.shipped).sum();
        let waiting = manifest.open.len() as i64;
        if stored != (manifest.status, [manifest.version, limbo, shipped, waiting]) {
            return Err(format!("{stored:?} is stored, not {manifest:?}"));
        }
    }
    Ok(())
}

/// An answer shows the manifest that the model has, or its amendment.
pub fn shown(change: &Change, stage: &Stage, answer: &Answer) -> Result<(), String> {
    other(change, answer)?;
    let Some(manifest) = &change.manifest else { return Ok(()) };
    if !matches!(change.shows, Shows::Manifest) {
        return Ok(());
    }
    let told = (answer.str("/status"), answer.version());
    if told != (manifest.status, manifest.version) {
        let (status, version) = (manifest.status, manifest.version);
        return Err(format!("not {status} v{version}: {}", answer.shown()));
    }
    if manifest.status == "draft" {
        return Ok(());
    }
    let limbo = answer.get("/limbo");
    if let Some(holder) = limbo["holder_id"].as_str()
        && stage.organisations[&*manifest.holder()] != holder
    {
        return Err(format!("it is not {} that has it: {}", manifest.holder(), answer.shown()));
    }
    let limbo = limbo["custody"].as_str().map(|word| (word, grams(&limbo["mass_kg"])));
    if limbo != manifest.limbo() || answer.str("/kind") != manifest.kind {
        return Err(format!("not {:?} in limbo: {}", manifest.limbo(), answer.shown()));
    }
    let aboard = answer.get("/on_board").as_array().unwrap().iter();
    let aboard: Vec<i64> = aboard.map(|one| grams(&one["mass_kg"])).collect();
    let known: Vec<i64> = manifest.aboard.iter().map(|(_, mass)| *mass).collect();
    let is_whole = aboard.is_empty() || aboard.iter().sum::<i64>() == manifest.on_the_way();
    if aboard != known || !is_whole {
        return Err(format!("not {known:?} g on board: {}", answer.shown()));
    }
    for (n, (item, told)) in
        manifest.items.iter().zip(answer.get("/items").as_array().unwrap()).enumerate()
    {
        let told = MASSES.map(|field| grams(&told[field]));
        let known = [item.shipped, item.accepted, item.refused, item.treated, item.lost];
        if told[..5] != known || told[5..] != [item.sent_on, manifest.stored(n)] {
            return Err(format!("not {item:?}: {}", answer.shown()));
        }
    }
    Ok(())
}

/// An answer that shows something else than a manifest.
fn other(change: &Change, answer: &Answer) -> Result<(), String> {
    let holds = match &change.shows {
        Shows::Manifest => true,
        Shows::Amendment { n, status } => {
            let version = change.manifest.as_ref().map_or(0, |manifest| manifest.version);
            answer.get("/n") == *n
                && (answer.str("/status"), answer.version()) == (*status, version)
        }
        Shows::Round { status, version } => {
            answer.get("/version") == *version
                && (answer.str("/status"), answer.version()) == (*status, *version)
        }
        Shows::Stop { status, version } => {
            (answer.str("/status"), answer.version()) == (*status, *version)
        }
        Shows::Split { masses, version } => {
            let split = answer.get("/split").as_array().unwrap().iter();
            let split: Vec<i64> = split.map(|one| grams(&one["mass_kg"])).collect();
            (&split, answer.version()) == (masses, *version)
        }
    };
    if holds { Ok(()) } else { Err(format!("not {:?}: {}", change.shows, answer.shown())) }
}

/// Of manifests, one whose answers are read again: each step's answer was held against the model.
const ANSWERS_OF: usize = 4;

/// Chains, rows and folds of these, some of their answers, and the log as a whole.
pub async fn chains(
    db: &Db,
    corps: &Client,
    manifests: impl Iterator<Item = &Manifest>,
) -> Result<(), String> {
    let filed = manifests.filter(|one| !["draft", ""].contains(&one.status));
    for (n, manifest) in filed.enumerate() {
        let reads = n.is_multiple_of(ANSWERS_OF).then_some(corps);
        let (wrong, _) = chain::check(db, reads, &manifest.id).await;
        if !wrong.is_empty() {
            return Err(wrong.join("\n"));
        }
    }
    let sql = "SELECT count(*) = max(position) + 1 AND min(position) = 0
            AND max(position) + 1 = (SELECT next_position FROM log_head)
            AND NOT EXISTS (SELECT FROM subject s WHERE version <>
                (SELECT count(*) FROM event WHERE subject_id = s.id))
        FROM event";
    let whole: bool = db.query_one(sql, &[]).await.unwrap().get(0);
    if whole { Ok(()) } else { Err("the log has gaps, or a chain more events than it says".into()) }
}

//! What must hold after each step, and after some of them.

use std::collections::BTreeMap;

use liandan::decision::SubjectKind;
use tokio_postgres::Client as Db;

use super::model::{Key, Manifest, Model, ON_HAND, Sums};
use crate::random_lives::bodies::grams;
use crate::random_lives::chain;
use crate::support::{Answer, Client};

/// Events so far, but for sign-ins, which are told after their answer.
pub async fn events(db: &Db) -> i64 {
    let sql = "SELECT count(*) FROM event WHERE subject_kind <> $1";
    db.query_one(sql, &[&SubjectKind::SignIn.number()]).await.unwrap().get(0)
}

/// Every counter is the model's, and no event came that it does not know.
pub async fn books(db: &Db, model: &Model) -> Result<(), String> {
    let head = events(db).await;
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

/// An answer shows the manifest that the model has.
pub fn shown(manifest: Option<&Manifest>, answer: &Answer) -> Result<(), String> {
    let Some(manifest) = manifest else { return Ok(()) };
    let told = (answer.str("/status"), answer.version());
    if told != (manifest.status, manifest.version) {
        let (status, version) = (manifest.status, manifest.version);
        return Err(format!("not {status} v{version}: {}", answer.shown()));
    }
    if manifest.status == "draft" {
        return Ok(());
    }
    for (item, told) in manifest.items.iter().zip(answer.get("/items").as_array().unwrap()) {
        let told = ["mass_kg", "accepted_kg", "refused_kg", "treated_kg", "lost_kg"]
            .map(|field| grams(&told[field]));
        if told != [item.shipped, item.accepted, item.refused, item.treated, item.lost] {
            return Err(format!("not {item:?}: {}", answer.shown()));
        }
    }
    Ok(())
}

/// Chains, rows, folds and answers of these, and the log as a whole.
pub async fn chains(
    db: &Db,
    corps: &Client,
    manifests: impl Iterator<Item = &Manifest>,
) -> Result<(), String> {
    for manifest in manifests.filter(|one| !["draft", ""].contains(&one.status)) {
        let (wrong, _) = chain::check(db, corps, &manifest.id).await;
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

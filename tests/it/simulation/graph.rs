//! The graph of masses: what of it is stored, and whether any gram is there twice or nowhere.

use std::collections::BTreeMap;

use serde_json::Value;
use tokio_postgres::Client as Db;

use super::model::{Manifest, Model};
use crate::random_lives::bodies::grams;
use crate::support::{Answer, Client};

/// From and to, each a manifest and a line from 1; mass, and whether it was given back.
type Edge = (String, i16, String, i16, &'static str, i64, bool);

/// The edges that are stored are the model's.
pub async fn edges((db, model): (&Db, &Model)) -> Result<(), String> {
    let sql = "SELECT from_id::text, from_line, to_id::text, to_line, bond, mass_g, given_back
        FROM mass_edge";
    let bond = |word: &str| {
        ["return", "forward", "onward"].into_iter().find(|one| *one == word).unwrap_or("?")
    };
    let row = |row: tokio_postgres::Row| -> Edge {
        let place = (row.get(0), row.get(1), row.get(2), row.get(3));
        (place.0, place.1, place.2, place.3, bond(row.get(4)), row.get(5), row.get(6))
    };
    let mut stored: Vec<Edge> = db.query(sql, &[]).await.unwrap().into_iter().map(row).collect();
    let mut known: Vec<Edge> =
        model.manifests.iter().flat_map(|one| edges_of(model, one)).collect();
    stored.sort();
    known.sort();
    let Some(n) = (0..stored.len().max(known.len())).find(|n| stored.get(*n) != known.get(*n))
    else {
        return Ok(());
    };
    Err(format!("the edge {:?} is stored, not {:?}", stored.get(n), known.get(n)))
}

fn edges_of<'a>(model: &'a Model, manifest: &'a Manifest) -> impl Iterator<Item = Edge> + 'a {
    let bond = if manifest.is_plain() { "onward" } else { manifest.kind };
    let lines = (1..).zip(&manifest.items);
    lines.flat_map(move |(to_line, item)| {
        item.sources.iter().map(move |source| {
            let from = model.manifests[source.at].id.clone();
            let from_line = i16::try_from(source.line + 1).unwrap();
            let given_back = manifest.status == "cancelled";
            (from, from_line, manifest.id.clone(), to_line, bond, source.mass, given_back)
        })
    })
}

/// What the rows of manifests and edges say, each gram once: nobody has sent on more than there
/// was, and all that ever left a producer, with what was found too much or too little at gates, is
/// under way, lost, held, stored, treated or home again.
pub async fn masses((db, _): (&Db, &Model)) -> Result<(), String> {
    let sql = "WITH line AS (
        SELECT m.id, i.n AS line, m.status, m.state -> 'filed' ->> 'kind' = 'return' AS home,
               m.state -> 'received' IS NOT NULL AS received,
               (i.one ->> 'mass_g')::bigint AS shipped,
               (p.one ->> 'accepted_g')::bigint AS accepted,
               (p.one ->> 'refused_g')::bigint AS refused,
               (p.one ->> 'treated_g')::bigint AS treated, (p.one ->> 'lost_g')::bigint AS lost,
               (SELECT coalesce(sum(mass_g), 0)::bigint FROM mass_edge
                 WHERE to_id = m.id AND to_line = i.n) AS others,
               (SELECT coalesce(sum(mass_g), 0)::bigint FROM mass_edge
                 WHERE from_id = m.id AND from_line = i.n AND NOT given_back
                   AND bond <> 'onward') AS taken,
               (SELECT coalesce(sum(mass_g), 0)::bigint FROM mass_edge
                 WHERE from_id = m.id AND from_line = i.n AND NOT given_back
                   AND bond = 'onward') AS sent_on
          FROM manifest m,
               json_array_elements(m.state -> 'filed' -> 'items') WITH ORDINALITY AS i (one, n)
          JOIN LATERAL json_array_elements(m.state -> 'progress') WITH ORDINALITY AS p (one, n)
               ON p.n = i.n)
        SELECT coalesce(sum(shipped - others), 0)::bigint,
               coalesce(sum(CASE WHEN received THEN accepted + refused + lost - shipped
                                 ELSE 0 END), 0)::bigint,
               coalesce(sum(CASE WHEN received THEN lost + refused - taken + accepted - sent_on
                                 ELSE shipped END), 0)::bigint,
               count(*) FILTER (WHERE others > shipped OR taken > refused OR lost > shipped
                                OR treated + sent_on > accepted
                                OR (taken + sent_on > 0 AND NOT received)
                                OR (home AND treated + sent_on > 0))
          FROM line WHERE status <> 'cancelled'";
    let row = db.query_one(sql, &[]).await.unwrap();
    let told: Vec<i64> = (0..4).map(|n| row.get(n)).collect();
    let holds = told[0] + told[1] == told[2] && told[3] == 0;
    let what = "own mass, found at gates, where all is, lines with more than there is";
    if holds { Ok(()) } else { Err(format!("{what}: {told:?}")) }
}

/// Rounds and trips stand where the model has them.
pub async fn together((db, model): (&Db, &Model)) -> Result<(), String> {
    let sql = "SELECT id::text, status, state FROM collection_round
        UNION ALL SELECT id::text, status, state FROM trip";
    let mut stored: BTreeMap<String, (String, i64)> = BTreeMap::new();
    for row in db.query(sql, &[]).await.unwrap() {
        let version = row.get::<_, Value>(2)["version"].as_i64().unwrap();
        stored.insert(row.get(0), (row.get(1), version));
    }
    let rounds = model.rounds.iter().map(|one| (&one.id, one.status, one.version));
    let trips = model.trips.iter().map(|one| (&one.id, one.status, one.version));
    for (id, status, version) in rounds.chain(trips) {
        let there = stored.remove(id);
        if there != Some((status.to_owned(), version)) {
            return Err(format!("{id} is {there:?}, not {status} v{version}"));
        }
    }
    if stored.is_empty() { Ok(()) } else { Err(format!("rounds or trips: {stored:?}")) }
}

/// The list of refused mass without a place is the model's.
pub async fn limbo(corps: &Client, model: &Model) -> Result<(), String> {
    let mut listed: BTreeMap<String, (String, i64)> = BTreeMap::new();
    let mut cursor = String::new();
    loop {
        let page = corps.get(&format!("/manifests?limbo=true&limit=200{cursor}")).await.ok();
        for one in page.get("/data").as_array().unwrap() {
            let limbo = &one["limbo"];
            let told = (limbo["custody"].as_str().unwrap().to_owned(), grams(&limbo["mass_kg"]));
            listed.insert(one["id"].as_str().unwrap().to_owned(), told);
        }
        match page.get("/next_cursor").as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    for manifest in &model.manifests {
        let known = manifest.limbo().map(|(word, mass)| (word.to_owned(), mass));
        let told = listed.remove(&manifest.id);
        if told != known {
            return Err(format!("{}: the list of limbo has {told:?}, not {known:?}", manifest.id));
        }
    }
    if listed.is_empty() { Ok(()) } else { Err(format!("in limbo: {listed:?}")) }
}

/// Of a manifest that mass has come from or gone to: in whose hands its refused mass is, and that
/// its chain has each gram once, upstream and downstream.
pub async fn whereabouts(corps: &Client, model: &Model, at: usize) -> Result<(), String> {
    let manifest = &model.manifests[at];
    let goes_on = manifest.items.iter().any(|item| item.taken + item.sent_on > 0);
    let is_linked = goes_on || manifest.items.iter().any(|item| !item.sources.is_empty());
    if manifest.status.is_empty() || manifest.status == "draft" || !is_linked {
        return Ok(());
    }
    let answer = corps.get(&format!("/manifests/{}", manifest.id)).await.ok();
    custodies(model, at, &answer)?;
    let chain = corps.get(&format!("/audit/chains/{}", manifest.id)).await.ok();
    if chain.json["is_truncated"] == true {
        return Ok(());
    }
    // Where a gate found more than was declared of it, all of it is somewhere now.
    let grew = |one: &Manifest| one.items.iter().any(|it| !it.sources.is_empty() && it.is_more());
    let may_grow_on = model.manifests.iter().any(grew);
    let is_sent = manifest.status != "cancelled";
    for (n, item) in (1..).zip(&manifest.items) {
        let sum = |list: &str| -> i64 {
            let of_line = chain.get(list).as_array().unwrap().iter().filter(|one| one["line"] == n);
            of_line.map(|one| grams(&one["mass_kg"])).sum()
        };
        let (came, is) = (sum("/sources"), sum("/whereabouts"));
        let known = (if is_sent { item.shipped } else { 0 }, item.found());
        let holds = came == known.0 && (is == known.1 || (may_grow_on && is > known.1));
        if !holds {
            return Err(format!("line {n}: {:?}, not {known:?}: {}", (came, is), chain.shown()));
        }
    }
    Ok(())
}

/// Refused mass of each line by custody.
fn custodies(model: &Model, at: usize, answer: &Answer) -> Result<(), String> {
    let manifest = &model.manifests[at];
    for (n, item) in manifest.items.iter().enumerate() {
        let mut known: BTreeMap<&str, i64> = BTreeMap::from([("held", item.held())]);
        for other in model.manifests.iter().filter(|one| one.status != "cancelled") {
            let is_home = ["accepted", "partly_accepted", "completed"].contains(&other.status);
            if !["forward", "return"].contains(&other.kind) {
                continue;
            }
            for item in &other.items {
                let its = item.sources.iter().filter(|source| (source.at, source.line) == (at, n));
                let taken: i64 = its.map(|source| source.mass).sum();
                let home = if is_home { (taken - item.refused).max(0) } else { 0 };
                let (here, rest) = match other.kind {
                    "forward" => (("forwarded", taken), ("forwarded", 0)),
                    // What was refused once more has not come home.
                    _ => (("returned", home), ("returning", taken - home)),
                };
                for (word, mass) in [here, rest] {
                    *known.entry(word).or_default() += mass;
                }
            }
        }
        known.retain(|_, mass| *mass > 0);
        let mut told: BTreeMap<&str, i64> = BTreeMap::new();
        let list: &Vec<Value> = answer.get(&format!("/items/{n}/refused")).as_array().unwrap();
        for one in list {
            *told.entry(one["custody"].as_str().unwrap()).or_default() += grams(&one["mass_kg"]);
        }
        if told != known {
            return Err(format!("line {}: {told:?}, not {known:?}: {}", n + 1, answer.shown()));
        }
    }
    Ok(())
}

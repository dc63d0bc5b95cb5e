//! The log that anyone can check: over HTTP, by a second verifier that knows none of our code.

mod deceits;
mod growth;
pub mod independent;
mod killed;
mod offline;
mod program;
mod standing;
mod vectors;
pub mod watcher;

use std::time::{Duration, Instant};

use futures_util::future::join;
use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, Method, World};
use independent::{
    Hash, Head, consistent, entries, leaf, open, path, root, root_above, tlog_proof,
};

const BYTES: &str = "application/octet-stream";
const TEXT: &str = "text/plain; charset=utf-8";

/// The verifier key, which whoever checks has from elsewhere.
async fn key(client: &Client) -> String {
    client.nobody().get("/custody/key").await.is(200).text
}

/// The newest checkpoint, opened.
async fn head(client: &Client) -> Head {
    let answer = client.nobody().get("/custody/checkpoint").await.is(200);
    open(&answer.text, &key(client).await)
}

async fn tile(client: &Client, level: u32, n: u64, width: u64) -> Answer {
    let part = if width < 256 { format!(".p/{width}") } else { String::new() };
    client.get(&format!("/custody/tile/{level}/{}{part}", path(n))).await
}

/// All leaf hashes of a log of so many entries, by its tiles of the lowest level.
async fn leaves(client: &Client, size: u64) -> Vec<Hash> {
    let mut found: Vec<Hash> = Vec::new();
    while (found.len() as u64) < size {
        let at = found.len() as u64;
        let answer = tile(client, 0, at / 256, (size - at).min(256)).await.is(200);
        found.extend(answer.bytes.chunks(32).map(|hash| <Hash>::try_from(hash).unwrap()));
    }
    found
}

async fn life(cast: &Cast) -> String {
    let manifest = cast.accepted(&cast.oil(&json!(812.5))).await.id();
    let treated = json!({"treatments": [{"line": 1, "method": "R9", "mass_kg": 812.5,
        "completed_on": "2026-11-25"}]});
    cast.receiver.post(&format!("/manifests/{manifest}/complete"), &treated).await.ok();
    manifest
}

#[tokio::test]
async fn anyone_follows_the_log_and_finds_in_it_what_was_signed() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(10_000).await;
    life(&cast).await;
    world.publish().await;
    let nobody = world.client();
    let head = head(&nobody).await;
    assert_eq!(head.origin, "liandan.example/test");
    assert_eq!(head.size as i64, world.rows("event").await);
    let leaves = leaves(&nobody, head.size).await;
    assert_eq!(root(&leaves), head.root);
    let path = format!("/custody/tile/entries/000.p/{}", head.size);
    let answer = cast.corps.get(&path).await.is(200);
    let bodies = entries(&answer.bytes);
    assert_eq!(bodies.len(), leaves.len());
    for (body, hash) in bodies.iter().zip(&leaves) {
        assert_eq!(leaf(body), *hash);
        let body: Value = serde_json::from_slice(body).unwrap();
        assert_eq!(body["origin"], head.origin);
    }
    cast.producer.get(&path).await.is(403).refused_as("forbidden");
    nobody.get(&path).await.is(401).refused_as("unauthorized");
}

#[tokio::test]
async fn types_and_caching_are_as_the_specification_asks() {
    let world = World::start().await;
    growth::fill(&world, 300).await;
    world.publish().await;
    let nobody = world.client();
    let of = |answer: &Answer| {
        (answer.header("content-type").to_owned(), answer.header("cache-control").to_owned())
    };
    let for_ever = "public, max-age=31536000, immutable".to_owned();
    let full = tile(&nobody, 0, 0, 256).await.is(200);
    assert_eq!((of(&full), full.bytes.len()), ((BYTES.to_owned(), for_ever.clone()), 8192));
    let partial = tile(&nobody, 1, 0, 1).await.is(200);
    assert_eq!((of(&partial), partial.bytes.len()), ((BYTES.to_owned(), for_ever), 32));
    for path in ["/custody/checkpoint", "/custody/key", "/custody/keys"] {
        let answer = nobody.get(path).await.is(200);
        assert_eq!(of(&answer), (TEXT.to_owned(), "no-cache".to_owned()), "{path}");
    }
    let corps = world.corps().await;
    let bundle = corps.get("/custody/tile/entries/000").await.is(200);
    assert_eq!(of(&bundle), (BYTES.to_owned(), "private, no-store".to_owned()));
    let head = nobody.call(Method::HEAD, "/custody/tile/0/000").send_unchecked().await;
    assert_eq!((head.status, head.bytes.len()), (200, 0));
}

#[tokio::test]
async fn a_tile_that_is_not_there_or_is_misspelt_is_not_found() {
    let world = World::start().await;
    growth::fill(&world, 300).await;
    let nobody = world.client();
    // The tree is not published: the newest checkpoint is of nothing.
    nobody.get("/custody/checkpoint").await.is(503).refused_as("busy");
    world.publish().await;
    let size = head(&nobody).await.size;
    assert!((257..510).contains(&size), "{size}");
    let width = size - 256;
    for wrong in [
        "0/001".to_owned(),
        format!("0/001.p/{}", width + 1),
        "0/002".to_owned(),
        "0/002.p/1".to_owned(),
        "1/000".to_owned(),
        "1/000.p/2".to_owned(),
        "2/000.p/1".to_owned(),
        "64/000".to_owned(),
        "63/000.p/1".to_owned(),
        "00/000".to_owned(),
        "-1/000".to_owned(),
        "0/0".to_owned(),
        "0/000.p/0".to_owned(),
        "0/000.p/256".to_owned(),
        "0/000.p/01".to_owned(),
        "0/x000/000".to_owned(),
        "0/x001/000".to_owned(),
        "0/x001%2F000".to_owned(),
        "0/000/".to_owned(),
        "0/x999/x999/x999/x999/x999/x999/999".to_owned(),
        "entries/001".to_owned(),
        "entries/0".to_owned(),
        "x/000".to_owned(),
    ] {
        let corps = world.corps().await;
        let answer = corps.get(&format!("/custody/tile/{wrong}")).await;
        assert_eq!(answer.status, 404, "{wrong}: {}", answer.shown());
    }
    let all = leaves(&nobody, size).await;
    for part in [1, width - 1, width] {
        let answer = tile(&nobody, 0, 1, part).await.is(200);
        assert_eq!(answer.bytes, all[256..256 + part as usize].concat());
    }
    // Of a full one as well: it was partial once.
    assert_eq!(tile(&nobody, 0, 0, 17).await.is(200).bytes, all[..17].concat());
}

#[tokio::test]
async fn a_bundle_needs_nobody_to_be_believed() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(10_000).await;
    let manifest = life(&cast).await;
    world.publish().await;
    let key = key(&cast.corps).await;
    let events = cast.producer.get(&format!("/manifests/{manifest}/events")).await.is(200);
    let mut told: Option<Value> = None;
    for client in [&cast.producer, &cast.carrier, &cast.receiver, &cast.corps] {
        let answer = client.get(&format!("/manifests/{manifest}/custody")).await.is(200);
        let (_, bodies) = independent::bundle(&answer.json, &key);
        let kinds: Vec<&str> = bodies.iter().map(|body| body["kind"].as_str().unwrap()).collect();
        assert_eq!(kinds, ["filed", "departed", "arrived", "received", "completed"]);
        assert_eq!(told.get_or_insert_with(|| answer.json.clone()), &answer.json);
        for (seen, event) in answer.get("/events").as_array().unwrap().iter().zip(0..) {
            let listed = &events.json["data"][event];
            assert_eq!(seen["index"], listed["index"]);
            let body = seen["body"].as_str().unwrap();
            assert_eq!(hex::encode(leaf(body.as_bytes())), listed["leaf_hash"]);
            let text = client.get(&format!("/manifests/{manifest}/events/{event}/proof")).await;
            assert_eq!(text.header("content-type"), TEXT);
            let (index, mut path, note) = tlog_proof(&text.is(200).text);
            assert_eq!(seen["index"], index);
            let head = open(&note, &key);
            let found = root_above(leaf(body.as_bytes()), (index, head.size), &mut path);
            assert!(found == head.root && path.is_empty());
        }
    }
    let nothing = cast.producer.get(&format!("/manifests/{manifest}/events/5/proof")).await;
    nothing.is(404).refused_as("not_found");
    let strange = cast.stranger.get(&format!("/manifests/{manifest}/custody")).await;
    strange.is(404).refused_as("not_found");
}

#[tokio::test]
async fn every_published_log_begins_with_every_earlier_one() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    let nobody = world.client();
    let mut heads = Vec::new();
    for _ in 0..6 {
        cast.produce(1).await;
        cast.produce(1).await;
        world.publish().await;
        heads.push(head(&nobody).await);
    }
    let between = async |from: u64, to: u64| {
        let path = format!("/custody/proof/consistency?from={from}&to={to}");
        let answer = nobody.get(&path).await.is(200);
        assert_eq!((&answer.json["from"], &answer.json["to"]), (&json!(from), &json!(to)));
        independent::hashes(&answer.json["proof"])
    };
    for (n, new) in heads.iter().enumerate() {
        for old in &heads[..=n] {
            consistent(old, new, &between(old.size, new.size).await);
        }
        assert!(between(0, new.size).await.is_empty());
    }
    let size = heads[5].size;
    // Any two sizes, published or not.
    let all = leaves(&nobody, size).await;
    let at = |size: u64| Head { origin: String::new(), size, root: root(&all[..size as usize]) };
    for from in 1..=size {
        consistent(&at(from), &at(size), &between(from, size).await);
    }
    let refused = async |query: String, field: &str| {
        let answer = nobody.get(&format!("/custody/proof/consistency?{query}")).await.is(422);
        assert_eq!(answer.json["errors"][0]["pointer"], format!("/query/{field}"), "{query}");
    };
    refused(format!("from={}&to={}", 5, 4), "from").await;
    refused(format!("from=1&to={}", size + 1), "to").await;
    refused(format!("from=-1&to={size}"), "from").await;
    refused("from=1".to_owned(), "to").await;
    refused(format!("from=1&to={size}&more=1"), "more").await;
}

/// A bundle ends with the newest event: what is not published yet is waited for, five seconds.
#[tokio::test]
async fn a_bundle_waits_for_the_newest_event_to_be_published() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(10_000).await;
    let filed = cast.filed(&cast.oil(&json!(10))).await.id();
    world.publish().await;
    let path = format!("/manifests/{filed}/custody");
    let first = cast.producer.get(&path).await.is(200);
    cast.carrier.post(&format!("/manifests/{filed}/depart"), &json!({})).await.ok();
    let publish = async {
        // Not before the request waits: then there is nothing to see.
        while world.app.custody.waiting() == 0 {
            tokio::task::yield_now().await;
        }
        world.publish().await;
    };
    let (second, ()) = join(cast.producer.get(&path), publish).await;
    let of = |answer: &Answer| answer.json["events"].as_array().unwrap().len();
    assert_eq!((of(&first), of(&second.is(200))), (1, 2));
    cast.receiver.post(&format!("/manifests/{filed}/arrive"), &json!({})).await.ok();
    let begun = Instant::now();
    let late = cast.producer.get(&path).await.is(503).refused_as("busy");
    assert!(!late.header("retry-after").is_empty());
    let waited = begun.elapsed();
    assert!(waited >= Duration::from_secs(5) && waited < Duration::from_secs(8), "{waited:?}");
}

#[tokio::test]
async fn keys_of_before_are_told_after_the_one_in_use() {
    let world = World::start().await;
    world.publish().await;
    let nobody = world.client();
    let own = key(&nobody).await;
    assert_eq!(nobody.get("/custody/keys").await.is(200).text, format!("{own}\n"));
    let older = crate::support::log_keys(&[8]).verifiers().next().unwrap().to_string();
    let note = "INSERT INTO log_key (verifier_key, first_used_at) VALUES ($1, '2025-01-01')";
    world.database.superuser().await.execute(note, &[&older]).await.unwrap();
    assert_eq!(nobody.get("/custody/keys").await.is(200).text, format!("{own}\n{older}\n"));
}

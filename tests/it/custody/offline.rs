//! `liandan verify`: with a bundle, a key and nothing else. Whatever was touched is named, and so
//! is what the log itself has signed and should not have.

use liandan::custody::{Given, Older, VerifierKey, Wrong, verify};
use liandan::journal::canonical;
use serde_json::{Value, json};

use super::head;
use super::independent::{Hash, hash, leaf, node, root};
use crate::support::{Cast, World, log_keys};

const ORIGIN: &str = "liandan.example/test";

fn keys(seed: u8) -> Vec<VerifierKey> {
    log_keys(&[seed]).verifiers().collect()
}

pub fn judged(bundle: &str) -> Result<usize, Wrong> {
    let given = Given { bundle, keys: &keys(7), witnesses: &[], older: None };
    verify(&given).map(|verified| verified.bundle.events.len())
}

/// Where it is wrong, and what is said of it in English.
#[track_caller]
pub fn wrong(bundle: &Value) -> (String, String) {
    let wrong = judged(&bundle.to_string()).expect_err("it is wrong");
    assert!(!wrong.text.zh.is_empty() && wrong.text.zh != wrong.text.en);
    (wrong.at, wrong.text.en)
}

/// A load of which some is lost on the way, some is refused and sent back, and the rest treated;
/// with an amendment before. Its bundle, and that of the return.
async fn eventful(world: &World, cast: &Cast) -> (Value, Value) {
    let filed = cast.filed(&cast.oil(&json!(100))).await.id();
    let path = format!("/manifests/{filed}");
    let amendment = json!({"changes": {"items": [{"line": 1, "mass_kg": 90}]},
        "reason": "wrong_data"});
    cast.producer.post(&format!("{path}/amendments"), &amendment).await.ok();
    for client in [&cast.carrier, &cast.receiver] {
        client.post(&format!("{path}/amendments/1/approve"), &json!({})).await;
    }
    cast.carrier.post(&format!("{path}/depart"), &json!({"loaded_kg": 90})).await.ok();
    let spill = json!({"kind": "spill", "note": "x", "items": [{"line": 1, "lost_kg": 10}]});
    cast.carrier.post(&format!("{path}/incidents"), &spill).await.ok();
    cast.receiver.post(&format!("{path}/arrive"), &json!({"gross_kg": 900})).await.ok();
    let received = json!({"decision": "partial", "gross_kg": 900, "tare_kg": 800,
        "items": [{"line": 1, "accepted_kg": 60, "refused_kg": 19, "reason": "damaged"}]});
    cast.receiver.post(&format!("{path}/receive"), &received).await.ok();
    let back = json!({"planned_departure_on": "2026-11-25", "items": [{"line": 1, "mass_kg": 19}],
        "legs": [{"carrier_id": cast.carrier_id, "vehicle_id": cast.vehicle,
                  "driver_id": cast.driver}], "depart_now": true});
    let back = cast.receiver.post(&format!("{path}/return"), &back).await.ok().id();
    for mass in [20, 40] {
        let treated = json!({"treatments": [{"line": 1, "method": "R9", "mass_kg": mass,
            "completed_on": "2026-11-25"}]});
        cast.receiver.post(&format!("{path}/complete"), &treated).await.ok();
    }
    (bundle_of(world, cast, &filed).await, bundle_of(world, cast, &back).await)
}

async fn bundle_of(world: &World, cast: &Cast, id: &str) -> Value {
    world.publish().await;
    cast.corps.get(&format!("/manifests/{id}/custody")).await.is(200).json
}

pub async fn eventful_world() -> (World, Cast, Value, Value) {
    let world = World::start().await;
    let cast = Cast::new(&world, 100_000).await;
    cast.produce(10_000).await;
    let (bundle, back) = eventful(&world, &cast).await;
    (world, cast, bundle, back)
}

#[tokio::test]
async fn whatever_is_touched_is_named() {
    let (_world, _cast, bundle, back) = eventful_world().await;
    assert!(bundle.to_string().contains("amendment_approved"));
    assert_eq!(judged(&bundle.to_string()).unwrap(), 10);
    assert!(judged(&back.to_string()).unwrap() >= 2);
    for (pointer, text) in scalars(&bundle, String::new()) {
        let step = if pointer.ends_with("/body") { 29 } else { 3 };
        for at in (0..text.chars().count().max(1)).step_by(step) {
            if pointer == "/subject/id" && text.as_bytes()[at] == b'-' {
                continue;
            }
            let mut touched = bundle.clone();
            let value = touched.pointer_mut(&pointer).unwrap();
            *value = match &*value {
                Value::Number(number) => json!(number.as_u64().unwrap() + 1),
                _ => json!(flipped(&text, at)),
            };
            let (named, _) = wrong(&touched);
            let wanted = match pointer.as_str() {
                // Each event says whose it is.
                "/subject/id" | "/subject/kind" => "/events/0/body/subject",
                other => &other[..second(other)],
            };
            assert!(named.starts_with(wanted), "{pointer} {at}: {named}");
        }
    }
}

/// Where the first two parts of a pointer end: `/events/3`.
fn second(pointer: &str) -> usize {
    pointer.match_indices('/').nth(2).map_or(pointer.len(), |(at, _)| at)
}

/// Every text and number, with its JSON pointer.
fn scalars(value: &Value, pointer: String) -> Vec<(String, String)> {
    match value {
        Value::Object(members) => {
            members.iter().flat_map(|(name, of)| scalars(of, format!("{pointer}/{name}"))).collect()
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            items.flat_map(|(n, of)| scalars(of, format!("{pointer}/{n}"))).collect()
        }
        Value::String(text) => vec![(pointer, text.clone())],
        _ => vec![(pointer, String::new())],
    }
}

/// With another letter in one place; digits stay digits, so that an id stays an id.
fn flipped(text: &str, at: usize) -> String {
    let other = |letter: char| match letter {
        '-' => '-',
        '0'..='8' => char::from(letter as u8 + 1),
        'a' => 'b',
        _ if letter == '9' || letter.is_ascii_lowercase() => 'a',
        _ => 'x',
    };
    let flip = |(n, letter)| if n == at { other(letter) } else { letter };
    let flipped: String = text.chars().enumerate().map(flip).collect();
    if flipped == text { format!("{text}0") } else { flipped }
}

#[tokio::test]
async fn an_event_that_is_missing_or_moved_is_named() {
    let (_world, _cast, bundle, _) = eventful_world().await;
    let changed = |change: &dyn Fn(&mut Vec<Value>)| {
        let mut bundle = bundle.clone();
        change(bundle["events"].as_array_mut().unwrap());
        wrong(&bundle).0
    };
    assert_eq!(changed(&|events| drop(events.remove(0))), "/events/0/body/seq");
    assert_eq!(changed(&|events| drop(events.remove(3))), "/events/3/body/seq");
    assert_eq!(changed(&|events| events.swap(2, 3)), "/events/2/body/seq");
    assert_eq!(changed(&|events| events.insert(1, events[0].clone())), "/events/1/body/seq");
    assert_eq!(changed(&|events| events.clear()), "/events");
    let proof = |events: &mut Vec<Value>| events[1]["proof"].as_array_mut().unwrap().pop();
    assert_eq!(changed(&|events| drop(proof(events))), "/events/1");
    let longer = |events: &mut Vec<Value>| {
        let again = events[1]["proof"][0].clone();
        events[1]["proof"].as_array_mut().unwrap().push(again);
    };
    assert_eq!(changed(&longer), "/events/1");
    assert_eq!(changed(&|events| events[1]["proof"][0] = json!("AAAA")), "/events/1/proof");
    let mut other = bundle.clone();
    other["events"][0]["index"] = json!(u64::MAX);
    assert_eq!(wrong(&other).0, "/events/0/index");
    assert_eq!(judged("{}").unwrap_err().at, "");
    let given = Given { bundle: &bundle.to_string(), keys: &keys(8), witnesses: &[], older: None };
    assert_eq!(verify(&given).err().unwrap().at, "/checkpoint");
}

/// What an operator would publish who has the key and means to deceive: whole, signed, provable,
/// and not what the rules allow.
pub struct Forger {
    pub bodies: Vec<Value>,
    pub subject: Value,
}

impl Forger {
    pub fn of(bundle: &Value) -> Self {
        let body = |event: &Value| serde_json::from_str(event["body"].as_str().unwrap()).unwrap();
        let bodies = bundle["events"].as_array().unwrap().iter().map(body).collect();
        Self { bodies, subject: bundle["subject"].clone() }
    }

    /// The place of the first event of a kind.
    pub fn place(&self, kind: &str) -> usize {
        self.bodies.iter().position(|body| body["kind"] == kind).unwrap()
    }

    /// With places and chain put right after a change, unless that is what was changed.
    pub fn linked(mut self) -> Self {
        let mut prev = "0".repeat(64);
        for (seq, body) in self.bodies.iter_mut().enumerate() {
            body["seq"] = json!(seq);
            body["prev"] = json!(prev);
            prev = hex::encode(leaf(canonical(body).unwrap().as_bytes()));
        }
        self
    }

    pub fn bundle(self) -> Value {
        let texts = self.bodies.iter().map(|body| canonical(body).unwrap()).collect();
        signed(texts, &self.subject)
    }
}

/// A log of these entries and no others, signed by the key.
fn signed(texts: Vec<String>, subject: &Value) -> Value {
    let leaves: Vec<Hash> = texts.iter().map(|text| leaf(text.as_bytes())).collect();
    let head =
        format!("{ORIGIN}\n{}\n{}\n", leaves.len(), liandan::custody::base64(&root(&leaves)));
    let event = |(index, text): (usize, String)| {
        let path = path(index, &leaves);
        let proof: Vec<String> = path.iter().map(liandan::custody::base64).collect();
        json!({"index": index, "body": text, "proof": proof})
    };
    let events: Vec<Value> = texts.into_iter().enumerate().map(event).collect();
    json!({"format": "liandan-custody/1", "subject": subject,
        "checkpoint": log_keys(&[7]).sign(&head), "events": events})
}

/// PATH(m, D[n]) by its definition.
fn path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let half = leaves.len().next_power_of_two() / 2;
    let (left, right) = leaves.split_at(half);
    let (mut path, beside) =
        if m < half { (path(m, left), root(right)) } else { (path(m - half, right), root(left)) };
    path.push(beside);
    path
}

pub type Change = Box<dyn Fn(&mut Value)>;

#[tokio::test]
async fn what_the_rules_do_not_allow_is_named_even_if_it_is_signed() {
    let (_world, cast, bundle, _) = eventful_world().await;
    let honest = Forger::of(&bundle).linked();
    assert_eq!(
        judged(&honest.bundle().to_string()).ok(),
        bundle["events"].as_array().map(Vec::len)
    );
    let strange = cast.stranger.get("/me").await.ok().str("/organisation/id").to_owned();
    let change = |change: fn(&mut Value)| -> Change { Box::new(change) };
    let cases: Vec<(&str, Change, &str)> = vec![
        ("received", change(|e| e["data"]["items"][0]["accepted_g"] = json!(60_001)), "shipped + "),
        ("received", change(|e| e["data"]["items"][0]["difference_g"] = json!(0)), "shipped + "),
        ("received", change(|e| e["data"]["decision"] = json!("accept")), "decision"),
        ("received", change(|e| e["data"]["items"] = json!([])), "every line"),
        ("received", change(|e| e["data"]["tare_g"] = json!(900_001)), "tare"),
        ("incident", change(|e| e["data"]["items"][0]["lost_g"] = json!(90_001)), "on the way"),
        ("completed", change(|e| e["data"]["treatments"][0]["mass_g"] = json!(60_001)), "more was"),
        ("completed", change(|e| e["data"]["final"] = json!(true)), "final"),
        ("return_filed", change(|e| e["data"]["items"][0]["mass_g"] = json!(19_001)), "mass"),
        ("filed", change(|e| e["data"]["items"][0]["mass_g"] = json!(0)), "weighs"),
        ("filed", change(|e| e["data"]["items"][0]["line"] = json!(2)), "line 2"),
        ("departed", change(|e| e["kind"] = json!("levitated")), "content"),
        ("departed", change(|e| e["data"]["by"] = json!(1)), "content"),
        (
            "arrived",
            change(|e| (e["kind"], e["data"]) = (json!("departed"), json!({"by": ["carrier"]}))),
            "table of moves",
        ),
        ("departed", change(|e| e["data"] = json!({"reason": "x"})), "content"),
        (
            "received",
            {
                let strange = strange.clone();
                Box::new(move |e| e["actor"]["organisation_id"] = json!(strange))
            },
            "no party",
        ),
    ];
    for (kind, change, words) in cases {
        let mut forger = Forger::of(&bundle);
        let place = forger.place(kind);
        change(&mut forger.bodies[place]);
        let (at, said) = wrong(&forger.linked().bundle());
        assert_eq!(at, format!("/events/{place}/body/data"), "{kind}: {said}");
        assert!(said.contains(words), "{kind}: {said}");
    }
}

type Rearranged = fn(&mut Vec<Value>);

#[tokio::test]
async fn a_chain_that_is_none_is_named_even_if_it_is_signed() {
    let (_world, _cast, bundle, back) = eventful_world().await;
    let cases: [(Rearranged, &str); 7] = [
        (|bodies| bodies[1]["origin"] = json!("liandan.example/other"), "/events/1/body/origin"),
        (|bodies| bodies[1]["subject"]["kind"] = json!("licence"), "/events/1/body/subject"),
        (|bodies| bodies[0]["v"] = json!(2), "/events/0/body/v"),
        (|bodies| bodies[2]["prev"] = json!("0".repeat(64)), "/events/2/body/prev"),
        (|bodies| bodies[2]["seq"] = json!(3), "/events/2/body/seq"),
        (
            |bodies| bodies[2]["recorded_at"] = json!("2020-01-01T00:00:00.000Z"),
            "/events/2/body/recorded_at",
        ),
        (|bodies| drop(bodies.remove(0)), "/events/0/body/seq"),
    ];
    for (change, wanted) in cases {
        let mut forger = Forger::of(&bundle);
        change(&mut forger.bodies);
        // Only time does not break the chain behind it.
        let forger = if wanted.ends_with("_at") { forger.linked() } else { forger };
        assert_eq!(wrong(&forger.bundle()).0, wanted);
    }
    let mut texts: Vec<String> =
        Forger::of(&bundle).bodies.iter().map(|body| canonical(body).unwrap()).collect();
    texts[0] = texts[0].replacen(',', ", ", 1);
    assert_eq!(wrong(&signed(texts.clone(), &bundle["subject"])).0, "/events/0/body");
    texts[0] = "x".to_owned();
    assert_eq!(wrong(&signed(texts, &bundle["subject"])).0, "/events/0/body");
    let mut of_the_other = back;
    of_the_other["subject"] = bundle["subject"].clone();
    assert_eq!(wrong(&of_the_other).0, "/events/0/body/subject");
    // A checkpoint of the key's that is none, or of another log.
    for text in ["x\n", "liandan.example/other\n1\nAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"]
    {
        let mut forged = bundle.clone();
        forged["checkpoint"] = json!(log_keys(&[7]).sign(text));
        assert_eq!(wrong(&forged).0, "/checkpoint");
    }
}

#[tokio::test]
async fn a_log_that_was_rewritten_is_found_by_whoever_kept_a_checkpoint() {
    let (world, cast, bundle, _) = eventful_world().await;
    let old = cast.corps.get("/custody/checkpoint").await.is(200).text;
    let from = head(&cast.corps).await.size;
    cast.produce(1).await;
    let id = bundle["subject"]["id"].as_str().unwrap();
    let new = bundle_of(&world, &cast, id).await;
    let to = head(&cast.corps).await.size;
    let path = format!("/custody/proof/consistency?from={from}&to={to}");
    let proof = cast.corps.nobody().get(&path).await.is(200).json;
    let judged = |bundle: &Value, old: &str, proof: &Value| {
        let (bundle, proof) = (bundle.to_string(), proof.to_string());
        let older = Some(Older { checkpoint: old, proof: &proof });
        let verified = verify(&Given { bundle: &bundle, keys: &keys(7), witnesses: &[], older });
        verified.map(|verified| verified.older).map_err(|wrong| wrong.at)
    };
    assert_eq!(judged(&new, &old, &proof), Ok(Some(from)));
    let mut touched = proof.clone();
    touched["proof"][0] = json!(liandan::custody::base64(&node([1; 32], [2; 32])));
    assert_eq!(judged(&new, &old, &touched), Err("consistency".to_owned()));
    touched["proof"][0] = json!("AAAA");
    assert_eq!(judged(&new, &old, &touched), Err("consistency".to_owned()));
    for name in ["from", "to"] {
        let mut touched = proof.clone();
        touched[name] = json!(touched[name].as_u64().unwrap() - 1);
        assert_eq!(judged(&new, &old, &touched), Err("consistency".to_owned()));
    }
    assert_eq!(judged(&new, &old, &json!({})), Err("consistency".to_owned()));
    assert_eq!(judged(&new, &flipped(&old, 0), &proof), Err("consistent-with".to_owned()));
    // Another history of as many entries, signed by the very same key.
    let rewritten = log_keys(&[7]).sign(&format!(
        "{ORIGIN}\n{from}\n{}\n",
        liandan::custody::base64(&hash("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="))
    ));
    assert_eq!(judged(&new, &rewritten, &proof), Err("consistency".to_owned()));
    let newest = new["checkpoint"].as_str().unwrap().to_owned();
    assert_eq!(judged(&bundle, &newest, &proof), Err("consistent-with".to_owned()));
    let same = json!({"from": to, "to": to, "proof": []});
    assert_eq!(judged(&new, &newest, &same), Ok(Some(to)));
    let empty = liandan::custody::base64(&liandan::custody::empty_root());
    let nothing = log_keys(&[7]).sign(&format!("{ORIGIN}\n0\n{empty}\n"));
    let from_nothing = json!({"from": 0, "to": to, "proof": []});
    assert_eq!(judged(&new, &nothing, &from_nothing), Ok(Some(0)));
}

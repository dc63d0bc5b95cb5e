//! A second verifier, written from custody.md and the pages that it names alone: nothing of ours is
//! called, and proofs are checked by the definitions of RFC 9162 rather than by its algorithms.

use aws_lc_rs::signature::{ED25519, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use sha2::{Digest, Sha256};

pub type Hash = [u8; 32];

pub fn leaf(body: &[u8]) -> Hash {
    Sha256::new().chain_update([0]).chain_update(body).finalize().into()
}

pub fn node(left: Hash, right: Hash) -> Hash {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

/// The largest power of two below `n`.
fn half(n: u64) -> u64 {
    let mut half = 1;
    while half * 2 < n {
        half *= 2;
    }
    half
}

pub fn root(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Sha256::digest([]).into(),
        [one] => *one,
        more => {
            let (left, right) = more.split_at(half(more.len() as u64) as usize);
            node(root(left), root(right))
        }
    }
}

pub fn hash(text: &str) -> Hash {
    STANDARD.decode(text).unwrap().try_into().unwrap()
}

pub fn hashes(list: &Value) -> Vec<Hash> {
    list.as_array().unwrap().iter().map(|one| hash(one.as_str().unwrap())).collect()
}

/// The root that an inclusion path leads to. `path` is used up from its end, which is at the top.
pub fn root_above(leaf: Hash, (index, size): (u64, u64), path: &mut Vec<Hash>) -> Hash {
    if size == 1 {
        return leaf;
    }
    let (left, beside) = (half(size), path.pop().expect("a longer path"));
    if index < left {
        node(root_above(leaf, (index, left), path), beside)
    } else {
        node(beside, root_above(leaf, (index - left, size - left), path))
    }
}

/// The roots of the old tree and of the new one that a consistency proof leads to.
fn roots(m: u64, n: u64, old: Option<Hash>, proof: &mut Vec<Hash>) -> (Hash, Hash) {
    if m == n {
        let same = old.unwrap_or_else(|| proof.pop().expect("a longer proof"));
        return (same, same);
    }
    let (left, beside) = (half(n), proof.pop().expect("a longer proof"));
    if m <= left {
        let (was, is) = roots(m, left, old, proof);
        (was, node(is, beside))
    } else {
        let (was, is) = roots(m - left, n - left, None, proof);
        (node(beside, was), node(beside, is))
    }
}

/// Panics unless the proof shows that the new log begins with the old one.
pub fn consistent(old: &Head, new: &Head, proof: &[Hash]) {
    if old.size == 0 || old.size == new.size {
        assert!(proof.is_empty() && (old.size == 0 || old.root == new.root));
        return;
    }
    let mut proof = proof.to_vec();
    assert!(old.size < new.size);
    assert_eq!(roots(old.size, new.size, Some(old.root), &mut proof), (old.root, new.root));
    assert!(proof.is_empty(), "a proof that is too long");
}

/// What a checkpoint says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

/// Opens a checkpoint. Panics unless it is to the letter and signed by the key.
pub fn open(note: &str, key: &str) -> Head {
    let (text, signatures) = note.rsplit_once("\n\n").unwrap();
    let text = format!("{text}\n");
    let (name, rest) = key.split_once('+').unwrap();
    let (id, public) = rest.split_once('+').unwrap();
    let public = STANDARD.decode(public).unwrap();
    assert_eq!((public[0], public.len()), (1, 33), "Ed25519");
    let said = Sha256::new().chain_update(name).chain_update(b"\n").chain_update(&public);
    assert_eq!(hex::encode(&said.finalize()[..4]), id, "the id of the key");
    assert!(signatures.ends_with('\n'));
    let by_key = signatures.lines().find_map(|line| {
        let (who, value) = line.strip_prefix("— ").unwrap().split_once(' ').unwrap();
        let value = STANDARD.decode(value).unwrap();
        (who == name && hex::encode(&value[..4]) == id).then(|| value[4..].to_vec())
    });
    let signature = by_key.expect("a signature by the key");
    UnparsedPublicKey::new(&ED25519, &public[1..]).verify(text.as_bytes(), &signature).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let [origin, size, root] = lines[..] else { panic!("three lines: {text}") };
    assert_eq!(origin, name, "the origin is the name of the key");
    let number: u64 = size.parse().unwrap();
    assert_eq!(number.to_string(), size);
    Head { origin: origin.to_owned(), size: number, root: hash(root) }
}

/// Checks a bundle whole: signature, proofs, chain. Answers with the checkpoint's head and the
/// events.
pub fn bundle(bundle: &Value, key: &str) -> (Head, Vec<Value>) {
    assert_eq!(bundle["format"], "liandan-custody/1");
    let head = open(bundle["checkpoint"].as_str().unwrap(), key);
    let mut prev = "0".repeat(64);
    let mut events = Vec::new();
    for (seq, event) in bundle["events"].as_array().unwrap().iter().enumerate() {
        let text = event["body"].as_str().unwrap();
        let leaf = leaf(text.as_bytes());
        let mut path = hashes(&event["proof"]);
        let index = event["index"].as_u64().unwrap();
        assert!(index < head.size);
        assert_eq!(root_above(leaf, (index, head.size), &mut path), head.root, "event {seq}");
        assert!(path.is_empty(), "a path that is too long");
        let body: Value = serde_json::from_str(text).unwrap();
        assert_eq!(canonical(&body), text);
        assert_eq!((&body["v"], &body["seq"]), (&Value::from(1), &Value::from(seq)));
        assert_eq!(body["origin"], head.origin);
        assert_eq!(body["subject"], bundle["subject"]);
        assert_eq!(body["prev"], prev, "event {seq}");
        prev = hex::encode(leaf);
        events.push(body);
    }
    (head, events)
}

/// RFC 8785 for what may be in a body: the keys are ASCII, the numbers integers.
fn canonical(value: &Value) -> String {
    match value {
        Value::Object(members) => {
            let mut names: Vec<&String> = members.keys().collect();
            names.sort();
            let member = |name: &&String| {
                format!("{}:{}", Value::from(name.as_str()), canonical(&members[name.as_str()]))
            };
            format!("{{{}}}", names.iter().map(member).collect::<Vec<_>>().join(","))
        }
        Value::Array(items) => {
            format!("[{}]", items.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        Value::Number(number) => {
            assert!(number.is_i64() || number.is_u64(), "{number}");
            number.to_string()
        }
        // serde_json writes the shortest escapes, and control characters in lower case.
        other => other.to_string(),
    }
}

/// The proof of one event, C2SP tlog-proof: its index, path and checkpoint.
pub fn tlog_proof(text: &str) -> (u64, Vec<Hash>, String) {
    let (above, checkpoint) = text.split_once("\n\n").unwrap();
    let mut lines = above.lines();
    assert_eq!(lines.next(), Some("c2sp.org/tlog-proof@v1"));
    let index = lines.next().unwrap().strip_prefix("index ").unwrap().parse().unwrap();
    (index, lines.map(hash).collect(), checkpoint.to_owned())
}

/// The bodies of an entry bundle.
pub fn entries(mut bytes: &[u8]) -> Vec<Vec<u8>> {
    let mut found = Vec::new();
    while let [high, low, rest @ ..] = bytes {
        let (body, after) = rest.split_at(usize::from(*high) << 8 | usize::from(*low));
        found.push(body.to_vec());
        bytes = after;
    }
    assert!(bytes.is_empty());
    found
}

/// The path of a tile: `x001/x234/067`.
pub fn path(n: u64) -> String {
    if n < 1000 { format!("{n:03}") } else { format!("{}/{:03}", above(n / 1000), n % 1000) }
}

fn above(n: u64) -> String {
    if n < 1000 { format!("x{n:03}") } else { format!("{}/x{:03}", above(n / 1000), n % 1000) }
}

/// When a witness cosigned a checkpoint's text, by the lines below it (C2SP tlog-cosignature).
/// Panics unless exactly one line is by the key, and right.
pub fn cosigned(text: &str, lines: &str, key: &str) -> u64 {
    let (name, rest) = key.split_once('+').unwrap();
    let (id, public) = rest.split_once('+').unwrap();
    let public = STANDARD.decode(public).unwrap();
    assert_eq!((public[0], public.len()), (4, 33), "a witness's key");
    let said = Sha256::new().chain_update(name).chain_update(b"\n").chain_update(&public);
    assert_eq!(hex::encode(&said.finalize()[..4]), id, "the id of the key");
    let by_key: Vec<Vec<u8>> = lines
        .lines()
        .filter_map(|line| line.strip_prefix("— ").unwrap().split_once(' '))
        .map(|(who, value)| (who, STANDARD.decode(value).unwrap()))
        .filter(|(who, value)| *who == name && hex::encode(&value[..4]) == id)
        .map(|(_, value)| value[4..].to_vec())
        .collect();
    let [value] = &by_key[..] else { panic!("one line by {name}: {lines}") };
    let (time, signature) = value.split_first_chunk::<8>().unwrap();
    let time = u64::from_be_bytes(*time);
    let message = format!("cosignature/v1\ntime {time}\n{text}");
    UnparsedPublicKey::new(&ED25519, &public[1..]).verify(message.as_bytes(), signature).unwrap();
    time
}

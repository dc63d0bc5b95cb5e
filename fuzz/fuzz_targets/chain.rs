//! Lines as the events of a bundle that is signed and proven: what they mean is judged, and told.
#![no_main]

use std::sync::LazyLock;

use liandan::custody::{
    Given, Hash, LogKeys, account, account_json, base64, private_text, root, verify,
};
use liandan::journal::leaf_hash;
use libfuzzer_sys::fuzz_target;
use serde_json::json;

const ORIGIN: &str = "liandan.example/test";

/// More events make nothing new.
const EVENTS_MAX: usize = 12;

static KEYS: LazyLock<LogKeys> =
    LazyLock::new(|| LogKeys::parse(&private_text(ORIGIN, &[7; 32])).unwrap());

/// PATH(m, D[n]) of RFC 9162, 2.1.3.1.
fn path(m: usize, leaves: &[Hash]) -> Vec<Hash> {
    if leaves.len() < 2 {
        return Vec::new();
    }
    let mut k = 1;
    while k * 2 < leaves.len() {
        k *= 2;
    }
    let (left, right) = leaves.split_at(k);
    if m < k {
        [path(m, left), vec![root(right)]].concat()
    } else {
        [path(m - k, right), vec![root(left)]].concat()
    }
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let bodies: Vec<&str> = text.lines().take(EVENTS_MAX).collect();
    let leaves: Vec<Hash> = bodies.iter().map(|body| leaf_hash(body)).collect();
    let subject = bodies.first().and_then(|body| {
        let body: serde_json::Value = serde_json::from_str(body).ok()?;
        Some(body["subject"].clone())
    });
    let event = |(n, body): (usize, &&str)| {
        let proof: Vec<String> = path(n, &leaves).iter().map(base64).collect();
        json!({"index": n, "body": body, "proof": proof})
    };
    let head = format!("{ORIGIN}\n{}\n{}\n", leaves.len(), base64(&root(&leaves)));
    let bundle = json!({
        "format": "liandan-custody/1", "subject": subject,
        "checkpoint": KEYS.sign(&head),
        "events": bodies.iter().enumerate().map(event).collect::<Vec<_>>(),
    });
    let (bundle, keys) = (bundle.to_string(), KEYS.verifiers().collect::<Vec<_>>());
    let given = Given { bundle: &bundle, keys: &keys, witnesses: &[], older: None };
    if let Ok(verified) = verify(&given) {
        assert!(!account(&verified).is_empty());
        assert_eq!(account_json(&verified)["verified"], true);
    }
});

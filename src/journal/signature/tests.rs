//! Signed events, good and tampered with: every part of statement and event is held to the other.

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::{BadSignature as Bad, BadStatement, check, first_bad};
use crate::journal::{canonical, leaf_hash};

const MANIFEST: &str = "01930d5e-0000-7000-8000-000000000001";
const USER: &str = "01930d5e-0000-7000-8000-000000000002";
const KEY: &str = "01930d5e-0000-7000-8000-000000000003";
const CARRIER: &str = "01930d5e-0000-7000-8000-000000000004";
const AT: &str = "2026-11-25T02:00:00.000Z";

struct Device(Ed25519KeyPair);

impl Device {
    fn new() -> Self {
        Self(Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap())
    }

    fn public(&self) -> String {
        STANDARD.encode(self.0.public_key().as_ref())
    }

    fn signature(&self, statement: &str) -> Value {
        let value = STANDARD.encode(self.0.sign(statement.as_bytes()));
        json!({"statement": statement, "alg": "ed25519", "key_id": KEY,
            "public_key": self.public(), "value": value})
    }
}

/// A statement, with nulls as they are signed.
fn statement(action: &str, body: &str, (after, counter): (Option<&str>, u64)) -> String {
    let after = after.map_or_else(|| "null".to_owned(), |after| format!("\"{after}\""));
    format!(
        "{{\"action\":\"{action}\",\"after\":{after},\"body\":{body},\
         \"device_counter\":{counter},\"occurred_at\":\"{AT}\",\
         \"subject\":{{\"id\":\"{MANIFEST}\",\"kind\":\"manifest\"}}}}"
    )
}

fn event(seq: u64, (kind, data): (&str, Value), signature: Option<&Value>) -> Value {
    let via = if signature.is_some() { "device_key" } else { "password" };
    json!({"v": 1, "origin": "x/y", "subject": {"kind": "manifest", "id": MANIFEST}, "seq": seq,
        "prev": "", "kind": kind, "actor": {"user_id": USER, "via": via}, "occurred_at": AT,
        "recorded_at": AT, "data": data, "signature": signature})
}

fn text(event: &Value) -> String {
    canonical(event).unwrap()
}

fn hash(body: &str) -> String {
    hex::encode(leaf_hash(body))
}

/// A filing, a signed departure and a signed receipt.
fn chain() -> Vec<Value> {
    let device = Device::new();
    let filed = event(0, ("filed", json!({"number": "1"})), None);
    let seen = hash(&text(&filed));
    let departs = r#"{"loaded_kg":812.5,"location":{"lat":40.55,"lon":81.28}}"#;
    let departs = statement("depart", departs, (Some(&seen), 1));
    let data = json!({"loaded_g": 812_500, "location": {"lon_e6": 81_280_000, "lat_e6": 40_550_000},
        "by": ["carrier"]});
    let departed = event(1, ("departed", data), Some(&device.signature(&departs)));
    let seen = hash(&text(&departed));
    let receives = format!(
        "{{\"decision\":\"partial\",\"items\":[{{\"accepted_kg\":800,\"line\":1,\
         \"reason\":\"damaged\",\"refused_kg\":12.5}}],\"occurred_at\":\"{AT}\"}}"
    );
    let receives = statement("receive", &receives, (Some(&seen), 2));
    let data = json!({"decision": "partial", "items": [{"line": 1, "accepted_g": 800_000,
        "refused_g": 12_500, "difference_g": 0, "reason": "damaged"}]});
    let received = event(2, ("received", data), Some(&device.signature(&receives)));
    vec![filed, departed, received]
}

fn broken(chain: &[Value]) -> Option<(usize, Bad)> {
    let texts: Vec<String> = chain.iter().map(text).collect();
    first_bad(texts.iter().map(String::as_str))
}

#[test]
fn a_signed_chain_is_good_and_tells_what_was_signed() {
    let chain = chain();
    assert_eq!(broken(&chain), None);
    assert_eq!(check(&text(&chain[0])), Ok(None));
    let checked = check(&text(&chain[1])).unwrap().unwrap();
    assert_eq!(checked.statement.action, "depart");
    assert_eq!(checked.seal.public_key, Device::new().public());
}

/// Whatever of the event is changed contradicts what was signed.
#[test]
fn an_event_that_says_something_else_than_its_statement_is_caught() {
    let other = "01930d5e-0000-7000-8000-00000000000f";
    for (n, pointer, to, wanted) in [
        (1, "/kind", json!("arrived"), Bad::Disagrees("action")),
        (1, "/subject/id", json!(other), Bad::Disagrees("subject")),
        (1, "/subject/kind", json!("round"), Bad::Disagrees("subject")),
        (1, "/occurred_at", json!("2026-11-25T02:00:00.001Z"), Bad::Disagrees("occurred_at")),
        (1, "/seq", json!(0), Bad::Disagrees("after")),
        (1, "/data/loaded_g", json!(812_501), Bad::Disagrees("body")),
        (1, "/data/loaded_g", Value::Null, Bad::Disagrees("body")),
        (1, "/data/location/lon_e6", json!(81_280_001), Bad::Disagrees("body")),
        (1, "/actor/via", json!("password"), Bad::NotByDevice),
        (1, "/signature", Value::Null, Bad::Missing),
        (1, "/signature/alg", json!("rsa"), Bad::Shape),
        (1, "/signature/alg", json!("es256"), Bad::Key),
        (1, "/signature/key_id", json!("x"), Bad::Shape),
        (1, "/signature/value", json!("AAAA"), Bad::Value),
        (2, "/data/decision", json!("accept"), Bad::Disagrees("body")),
        (2, "/data/items/0/accepted_g", json!(800_001), Bad::Disagrees("body")),
        (2, "/data/items/0/refused_g", json!(0), Bad::Disagrees("body")),
        (2, "/data/items/0/line", json!(2), Bad::Disagrees("body")),
        (2, "/data/items/0/reason", json!("other"), Bad::Disagrees("body")),
        (2, "/data/items", json!([]), Bad::Disagrees("body")),
    ] {
        let mut chain = chain();
        let place = chain[n].pointer_mut(pointer).unwrap();
        assert_ne!(*place, to);
        *place = to;
        assert_eq!(broken(&chain), Some((n, wanted)), "{pointer}");
    }
    let mut chain = chain();
    chain[2]["data"]["gross_g"] = json!(1);
    assert_eq!(broken(&chain), Some((2, Bad::Disagrees("body"))));
    chain[1]["signature"]["more"] = json!(1);
    assert_eq!(broken(&chain), Some((1, Bad::Shape)));
}

#[test]
fn a_statement_that_is_changed_is_not_the_one_that_was_signed() {
    let mut chain = chain();
    let signed = chain[1]["signature"]["statement"].as_str().unwrap().to_owned();
    chain[1]["signature"]["statement"] = json!(signed.replace("812.5", "812.6"));
    assert_eq!(broken(&chain), Some((1, Bad::Value)));
    let device = Device::new();
    chain[1]["signature"] = device.signature(&signed.replace("812.5", "812.50"));
    let wanted = Bad::Statement(BadStatement::NotCanonical);
    assert_eq!(broken(&chain), Some((1, wanted)));
    assert_eq!(check("{"), Err(Bad::NotJson));
    assert_eq!(check("[]"), Ok(None), "nothing is signed there");
}

#[test]
fn after_is_an_earlier_event_of_the_chain_and_the_counter_grows() {
    let device = Device::new();
    let mut all = chain();
    let (filed, departed) = (hash(&text(&all[0])), hash(&text(&all[1])));
    let departs = |after: &str, counter| {
        let body = r#"{"loaded_kg":812.5,"location":{"lat":40.55,"lon":81.28}}"#;
        device.signature(&statement("depart", body, (Some(after), counter)))
    };
    all[1]["signature"] = departs(&departed, 1);
    assert_eq!(broken(&all[..2]), Some((1, Bad::After)), "it was not there yet");
    all[1]["signature"] = departs(&"ab".repeat(32), 1);
    assert_eq!(broken(&all[..2]), Some((1, Bad::After)));
    // The receipt has the second number of the same device.
    let mut all = chain();
    all[1]["signature"] = departs(&filed, 2);
    let receives = all[2]["signature"]["statement"].as_str().unwrap();
    let receives = receives.replace(&departed, &hash(&text(&all[1])));
    all[2]["signature"] = device.signature(&receives);
    assert_eq!(broken(&all), Some((2, Bad::Counter)));
}

/// A hand-over that a second person signs in the same call, and one that signs later.
#[test]
fn a_second_signature_is_of_the_event_that_it_names() {
    let device = Device::new();
    let filed = event(0, ("filed", json!({})), None);
    let seen = hash(&text(&filed));
    let leg = json!({"carrier_id": CARRIER, "vehicle_id": USER, "driver_id": KEY});
    let body = format!("{{\"to_leg\":{}}}", canonical(&leg).unwrap());
    let handed_over = event(1, ("handed_over", json!({"to_leg": leg})), None);
    let hands = device.signature(&statement("hand_over", &body, (Some(&seen), 1)));
    let beside = event(2, ("countersigned", json!({"seq": 1})), Some(&hands));
    let mut all = vec![filed, handed_over, beside];
    assert_eq!(broken(&all), None);
    all[1]["data"]["to_leg"]["vehicle_id"] = json!(CARRIER);
    assert_eq!(broken(&all), Some((2, Bad::Disagrees("body"))));
    all[1]["kind"] = json!("stopped");
    assert_eq!(broken(&all), Some((2, Bad::Disagrees("action"))));
    all[2]["data"]["seq"] = json!(9);
    assert_eq!(broken(&all), Some((2, Bad::Unbound)));
    // Later, by the hash of the very event, or by its number and the hash of any from there on.
    let mut later = |body: &str, after: usize| {
        let after = hash(&text(&all[after]));
        let signature = device.signature(&statement("countersign", body, (Some(&after), 1)));
        all[2] = event(2, ("countersigned", json!({"seq": 1})), Some(&signature));
        broken(&all)
    };
    assert_eq!(later("{}", 1), None);
    assert_eq!(later("{}", 0), Some((2, Bad::Unbound)));
    assert_eq!(later(r#"{"seq":1}"#, 1), None);
    assert_eq!(later(r#"{"seq":1}"#, 0), Some((2, Bad::Unbound)));
    assert_eq!(later(r#"{"seq":0}"#, 1), Some((2, Bad::Disagrees("body"))));
}

#[test]
fn an_approval_names_its_amendment() {
    let device = Device::new();
    let filed = event(0, ("filed", json!({})), None);
    let proposed = event(1, ("amendment_proposed", json!({"n": 3})), None);
    let approves = |body: &str, after: &Value| {
        let after = hash(&text(after));
        let signature = device.signature(&statement("approve", body, (Some(&after), 1)));
        let approved = event(2, ("amendment_approved", json!({"n": 3})), Some(&signature));
        broken(&[filed.clone(), proposed.clone(), approved])
    };
    assert_eq!(approves("{}", &proposed), None);
    assert_eq!(approves("{}", &filed), Some((2, Bad::Unbound)));
    assert_eq!(approves(r#"{"n":3}"#, &filed), None);
    assert_eq!(approves(r#"{"n":2}"#, &proposed), Some((2, Bad::Disagrees("body"))));
}

#[test]
fn a_registered_key_signs_its_own_registration() {
    let device = Device::new();
    let body = json!({"alg": "ed25519", "public_key": device.public()});
    let registers = statement("register", &canonical(&body).unwrap(), (None, 0));
    let registers = registers.replace(MANIFEST, USER).replace("manifest", "user");
    let data = json!({"alg": "ed25519", "public_key": device.public()});
    let mut registered =
        event(0, ("device_key_registered", data), Some(&device.signature(&registers)));
    registered["subject"] = json!({"kind": "device_key", "id": KEY});
    assert!(check(&text(&registered)).unwrap().is_some());
    registered["data"]["public_key"] = json!("x");
    assert_eq!(check(&text(&registered)), Err(Bad::Disagrees("body")));
}

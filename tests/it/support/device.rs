//! A phone or a tablet that signs, as WebCrypto would: keys of both algorithms, statements in
//! canonical form, a counter of its own.

use std::sync::atomic::{AtomicI64, Ordering};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

use super::Client;

enum Pair {
    Ed25519(Ed25519KeyPair),
    Es256(EcdsaKeyPair),
}

pub struct Device {
    pair: Pair,
    counter: AtomicI64,
}

impl Device {
    pub fn ed25519() -> Self {
        let pair = Pair::Ed25519(Ed25519KeyPair::generate().unwrap());
        Self { pair, counter: AtomicI64::new(0) }
    }

    pub fn es256() -> Self {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        Self { pair: Pair::Es256(pair), counter: AtomicI64::new(0) }
    }

    pub fn alg(&self) -> &'static str {
        match self.pair {
            Pair::Ed25519(_) => "ed25519",
            Pair::Es256(_) => "es256",
        }
    }

    /// Base64 of the raw key.
    pub fn public(&self) -> String {
        match &self.pair {
            Pair::Ed25519(pair) => STANDARD.encode(pair.public_key().as_ref()),
            Pair::Es256(pair) => STANDARD.encode(pair.public_key().as_ref()),
        }
    }

    pub fn value(&self, text: &str) -> String {
        match &self.pair {
            Pair::Ed25519(pair) => STANDARD.encode(pair.sign(text.as_bytes())),
            Pair::Es256(pair) => {
                STANDARD.encode(pair.sign(&SystemRandom::new(), text.as_bytes()).unwrap())
            }
        }
    }

    /// The next number of the device's counter.
    pub fn count(&self) -> i64 {
        self.counter.fetch_add(1, Ordering::Relaxed)
    }

    /// A statement's text and the signature of it.
    pub fn proof(&self, statement: &Value) -> Value {
        let text = canonical(statement);
        json!({"value": self.value(&text), "statement": text})
    }

    /// The body that registers it for whoever `of` is.
    pub async fn registration(&self, of: &Client, now: DateTime<Utc>) -> Value {
        let me = of.get("/me").await.ok();
        let statement = json!({"action": "register", "after": null,
            "body": {"alg": self.alg(), "public_key": self.public()},
            "device_counter": self.count(), "occurred_at": time(now),
            "subject": {"id": me.str("/user/id"), "kind": "user"}});
        json!({"name": "手机", "alg": self.alg(), "public_key": self.public(),
            "signature": self.proof(&statement)})
    }
}

/// As `Date.prototype.toISOString` writes it.
pub fn time(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// RFC 8785 of what tests sign: ASCII keys, and numbers that serde_json writes as ECMAScript does.
/// Written apart from the program's own, so that each is held to the other.
pub fn canonical(value: &Value) -> String {
    match value {
        Value::Array(values) => {
            format!("[{}]", values.iter().map(canonical).collect::<Vec<_>>().join(","))
        }
        Value::Object(members) => {
            let mut sorted: Vec<(&String, &Value)> = Map::iter(members).collect();
            sorted.sort_by(|one, other| one.0.cmp(other.0));
            let member =
                |(name, value): (&String, &Value)| format!("{:?}:{}", name, canonical(value));
            format!("{{{}}}", sorted.into_iter().map(member).collect::<Vec<_>>().join(","))
        }
        other => other.to_string(),
    }
}

/// Somebody with a registered device.
pub struct Pen {
    pub device: Device,
    pub key_id: String,
    pub user_id: String,
    pub client: Client,
}

impl Pen {
    pub async fn of(client: &Client, device: Device, now: DateTime<Utc>) -> Self {
        let body = device.registration(client, now).await;
        let made = client.post("/me/device-keys", &body).await.is(201);
        let (key_id, user_id) = (made.id(), made.str("/user_id").to_owned());
        Self { device, key_id, user_id, client: client.clone() }
    }

    /// What a device says of a step on a manifest, after the event of this hash.
    pub fn statement(
        &self,
        (action, manifest): (&str, &str),
        after: &str,
        body: &Value,
        at: DateTime<Utc>,
    ) -> Value {
        json!({"action": action, "subject": {"id": manifest, "kind": "manifest"}, "after": after,
            "body": body, "occurred_at": time(at), "device_counter": self.device.count()})
    }

    /// The signature of a statement, as requests carry it.
    pub fn signs(&self, statement: &Value) -> Value {
        let mut signature = self.device.proof(statement);
        signature["alg"] = json!(self.device.alg());
        signature["key_id"] = json!(self.key_id);
        signature
    }

    /// The hash of the last event that its owner sees.
    pub async fn last(&self, manifest: &str) -> String {
        let events = self.client.get(&format!("/manifests/{manifest}/events")).await.ok();
        let last = events.get("/data").as_array().unwrap().last().unwrap();
        last["leaf_hash"].as_str().unwrap().to_owned()
    }

    /// The body with its owner's signature, after all that there is.
    pub async fn signed(
        &self,
        (action, manifest): (&str, &str),
        body: &Value,
        at: DateTime<Utc>,
    ) -> Value {
        let after = self.last(manifest).await;
        self.signed_after((action, manifest), &after, body, at)
    }

    /// The same after the event of this hash.
    pub fn signed_after(
        &self,
        what: (&str, &str),
        after: &str,
        body: &Value,
        at: DateTime<Utc>,
    ) -> Value {
        let signature = self.signs(&self.statement(what, after, body, at));
        let mut body = body.clone();
        body["signature"] = signature;
        body
    }
}

//! Checking what is signed in events that are stored: each by itself, and within its chain. Needs
//! no database and no network.

use std::collections::HashMap;

use serde_json::Value as Json;
use uuid::Uuid;

use super::agree::{contradicted, kind_of, names};
use super::key::PublicKey;
use super::seal::Seal;
use super::statement::{BadStatement, Statement};
use crate::clock::rfc3339;
use crate::journal::event::leaf_hash;

/// What is wrong with a signature in an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadSignature {
    #[error("the event is not JSON")]
    NotJson,
    #[error("the actor signed with a device key, and there is no signature")]
    Missing,
    #[error("there is a signature, and the actor did not sign with a device key")]
    NotByDevice,
    #[error("the signature does not have the members it must have")]
    Shape,
    #[error("the public key is none of its algorithm")]
    Key,
    #[error("the value is not the key's signature of the statement")]
    Value,
    #[error("the statement is none: {0}")]
    Statement(#[from] BadStatement),
    #[error("statement and event disagree: `{0}`")]
    Disagrees(&'static str),
    #[error("the statement's `after` is no earlier event of this chain")]
    After,
    #[error("the statement does not say which event or amendment it signs")]
    Unbound,
    #[error("the device's counter does not grow")]
    Counter,
    #[error("the same `key_id` is another key, or somebody else's, earlier in this chain")]
    Owner,
}

/// A signature that is good, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub seal: Seal,
    pub statement: Statement,
}

/// Checks the signature of one stored event: that it is the key's, and that statement and event
/// agree (action and kind, subject, time, and of the body all that the event records). `None` where
/// the event has none and needs none. Whether `after` is an event of the chain only the chain
/// tells: [`first_bad`]. That the key was the user's is told by the key's own chain.
///
/// Errors: what is wrong, the first of it.
pub fn check(event_body: &str) -> Result<Option<Checked>, BadSignature> {
    let event: Json = serde_json::from_str(event_body).map_err(|_| BadSignature::NotJson)?;
    check_event(&event)
}

fn check_event(event: &Json) -> Result<Option<Checked>, BadSignature> {
    let by_device = event["actor"]["via"].as_str() == Some("device_key");
    if event["signature"].is_null() {
        return if by_device { Err(BadSignature::Missing) } else { Ok(None) };
    }
    if !by_device {
        return Err(BadSignature::NotByDevice);
    }
    let seal: Seal =
        serde_json::from_value(event["signature"].clone()).map_err(|_| BadSignature::Shape)?;
    let key = PublicKey::parse(seal.alg, &seal.public_key).map_err(|_| BadSignature::Key)?;
    if !key.has_signed(seal.statement.as_bytes(), &seal.value) {
        return Err(BadSignature::Value);
    }
    let statement = Statement::parse(&seal.statement)?;
    agree(event, &seal, &statement)?;
    Ok(Some(Checked { seal, statement }))
}

fn agree(event: &Json, seal: &Seal, statement: &Statement) -> Result<(), BadSignature> {
    let kind = event["kind"].as_str().unwrap_or_default();
    if let Some(member) = contradicted(statement, (kind, &event["data"])) {
        return Err(BadSignature::Disagrees(member));
    }
    // A key is registered by its owner, before it has an id.
    let (of_kind, of) = if kind == "device_key_registered" {
        (Some("user"), &event["actor"]["user_id"])
    } else {
        (event["subject"]["kind"].as_str(), &event["subject"]["id"])
    };
    let (subject_kind, subject_id) = &statement.subject;
    if of_kind != Some(subject_kind) || of.as_str() != Some(&subject_id.to_string()) {
        return Err(BadSignature::Disagrees("subject"));
    }
    if kind == "device_key_registered" && !registers(event, seal) {
        return Err(BadSignature::Disagrees("body"));
    }
    if event["occurred_at"].as_str() != Some(&rfc3339(statement.occurred_at)) {
        return Err(BadSignature::Disagrees("occurred_at"));
    }
    let is_first = event["seq"].as_i64() == Some(0);
    if statement.after.is_none() != is_first {
        return Err(BadSignature::Disagrees("after"));
    }
    Ok(())
}

/// The key that is registered is the one that signs, and its id the subject's.
fn registers(event: &Json, seal: &Seal) -> bool {
    event["data"]["public_key"].as_str() == Some(&seal.public_key)
        && event["subject"]["id"].as_str() == Some(&seal.key_id.to_string())
}

/// The first event of a chain whose signature is bad, and why. `bodies`: of one subject, oldest
/// first, from the first on. Beside [`check`]: `after` is an earlier event, a second signature is
/// of the event that it names, each device's counter grows, and each key is one person's.
pub fn first_bad<'a>(bodies: impl IntoIterator<Item = &'a str>) -> Option<(usize, BadSignature)> {
    let mut chain = Chain::default();
    for (n, body) in bodies.into_iter().enumerate() {
        if let Err(bad) = chain.take(body) {
            return Some((n, bad));
        }
    }
    None
}

/// The events so far.
#[derive(Default)]
struct Chain {
    places: HashMap<[u8; 32], usize>,
    kinds: Vec<(String, Json)>,
    counters: HashMap<Uuid, i64>,
    /// The public key of each device key, and whose it is.
    owners: HashMap<Uuid, (String, Json)>,
}

impl Chain {
    fn take(&mut self, body: &str) -> Result<(), BadSignature> {
        let mut event: Json = serde_json::from_str(body).map_err(|_| BadSignature::NotJson)?;
        if let Some(checked) = check_event(&event)? {
            self.look(&event, &checked)?;
        }
        self.places.insert(leaf_hash(body), self.kinds.len());
        let kind = event["kind"].as_str().unwrap_or_default().to_owned();
        let data = event.get_mut("data").map(Json::take).unwrap_or_default();
        self.kinds.push((kind, data));
        Ok(())
    }

    fn look(&mut self, event: &Json, checked: &Checked) -> Result<(), BadSignature> {
        let statement = &checked.statement;
        let seen = statement.after.map(|after| self.places.get(&after).copied());
        let seen = match seen {
            Some(None) => return Err(BadSignature::After),
            Some(Some(place)) => Some(place),
            None => None,
        };
        self.bound(event, statement, seen)?;
        let key = checked.seal.key_id.uuid();
        let owner = (checked.seal.public_key.clone(), event["actor"]["user_id"].clone());
        if *self.owners.entry(key).or_insert_with(|| owner.clone()) != owner {
            return Err(BadSignature::Owner);
        }
        let before = self.counters.insert(key, statement.device_counter);
        if before.is_some_and(|before| before >= statement.device_counter) {
            return Err(BadSignature::Counter);
        }
        Ok(())
    }

    /// What is signed is named by the statement: by its number, or by the event it was read from.
    fn bound(
        &self,
        event: &Json,
        statement: &Statement,
        seen: Option<usize>,
    ) -> Result<(), BadSignature> {
        let data = &event["data"];
        let names = |name: &str| names(statement, name);
        match (event["kind"].as_str(), statement.action.as_str()) {
            (Some("countersigned"), "countersign") => {
                let signed = data["seq"].as_u64().and_then(|seq| usize::try_from(seq).ok());
                let is_seen = seen.zip(signed).is_some_and(|(seen, signed)| {
                    if names("seq") { signed <= seen } else { signed == seen }
                });
                if is_seen { Ok(()) } else { Err(BadSignature::Unbound) }
            }
            (Some("countersigned"), action) => {
                let signed = data["seq"].as_u64().and_then(|seq| usize::try_from(seq).ok());
                let step = signed.and_then(|seq| self.kinds.get(seq));
                let (kind, data) = step.ok_or(BadSignature::Unbound)?;
                if kind_of(action) != Some(kind) {
                    return Err(BadSignature::Disagrees("action"));
                }
                let member = contradicted(statement, (kind, data));
                member.map_or(Ok(()), |member| Err(BadSignature::Disagrees(member)))
            }
            (Some("amendment_approved"), _) if !names("n") => {
                let read = seen.and_then(|seen| self.kinds.get(seen));
                let is_told = read.is_some_and(|(_, told)| told["n"] == data["n"]);
                if is_told { Ok(()) } else { Err(BadSignature::Unbound) }
            }
            _ => Ok(()),
        }
    }
}

//! Whether a signature may be taken for what is done now: what the signer had seen of the manifest
//! is a part of it, and nothing has happened since that makes it mean something else. Pure.
//!
//! Newer events alone are no reason to refuse: a driver signs without network and uploads later,
//! when others have gone on. What refuses is a conflict: other content than was signed, or the same
//! step told before.

use chrono::{DateTime, Utc};
use serde_json::Value;

use super::facts::{Past, SealFacts};
use crate::ctx::Ctx;
use crate::identity::device::{self, Claim, Sealed};
use crate::manifest::act::claimed_since;
use crate::manifest::status::Action;
use crate::problem::{Code, Fault, Findings, Text};

/// What is signed. The numbers are those of the path, and those that the body tells, where it does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signs {
    /// A step that is being taken.
    Step(Action),
    /// An event that another has called.
    Event { seq: i64, told: Option<i64> },
    /// A proposed amendment.
    Amendment { n: i64, told: Option<i64> },
}

/// Every rule of a signature on a manifest that was filed at `since`. Errors: every fault.
pub fn judge(
    claim: &Claim<'_>,
    facts: &SealFacts,
    signs: Signs,
    (ctx, since): (&Ctx, DateTime<Utc>),
) -> Result<Sealed, Vec<Fault>> {
    let seen_at = facts.seen.as_ref().map(|seen| seen.recorded_at);
    let sealed = device::judge(claim, (facts.key.as_ref(), seen_at))?;
    let pointer = format!("{}/statement", claim.at);
    let mut findings = Findings::new();
    let body: Value = serde_json::from_str(&sealed.statement.body).unwrap_or_default();
    after(&pointer, facts, signs, &mut findings);
    for past in facts.since.iter().filter(|past| conflicts(signs, &body, past)) {
        findings.refuse(outdated(&pointer, past));
    }
    let mut times = Findings::new();
    claimed_since(Some(sealed.statement.occurred_at), ctx, since, &mut times);
    for fault in times.faults {
        findings.refuse(Fault { pointer: Some(pointer.clone()), ..fault });
    }
    if findings.faults.is_empty() { Ok(sealed) } else { Err(findings.faults) }
}

/// What the signer had seen is of this manifest and, where the body does not tell what is signed,
/// is that itself.
fn after(pointer: &str, facts: &SealFacts, signs: Signs, findings: &mut Findings) {
    let Some(seen) = &facts.seen else {
        let text = Text::new(
            "声明的 after 不是本联单任何一个事件的哈希。",
            "The statement's `after` is the hash of no event of this manifest.",
        );
        return findings.refuse(Fault::new(Code::UnknownReference, pointer, text));
    };
    let (is_bound, told) = match signs {
        Signs::Step(_) => (true, None),
        Signs::Event { seq, told: None } => (seen.seq == seq, None),
        Signs::Event { seq, told } => (seen.seq >= seq, told.map(|told| ("/seq", told == seq))),
        Signs::Amendment { n, told: None } => (seen.data["n"].as_i64() == Some(n), None),
        Signs::Amendment { n, told } => (true, told.map(|told| ("/n", told == n))),
    };
    if let Some((field, false)) = told {
        let text = Text::new("与地址中的编号不同。", "This is not the number in the path.");
        findings.refuse(Fault::new(Code::InvalidValue, field, text));
    }
    if !is_bound {
        let text = Text::new(
            "声明没有说明所签的是哪一项：after 应为该事件的哈希，或在请求中写明编号。",
            "The statement does not say what it signs: `after` is the hash of that event, or the \
             body tells its number.",
        );
        let fault = Fault::new(Code::StatementMismatch, pointer, text);
        findings.refuse(fault.with("member", "after"));
    }
}

/// Whether something that the signer had not seen makes the signature mean something else.
fn conflicts(signs: Signs, body: &Value, past: &Past) -> bool {
    let has_changed = past.kind == "amendment_approved" && past.data["final"] == true;
    match signs {
        // An event stays as it was recorded.
        Signs::Event { .. } => false,
        // Two devices tell the same hand-over: the second countersigns it.
        Signs::Step(Action::HandOver) if past.kind == "handed_over" => {
            same_leg(&body["to_leg"], &past.data["to_leg"])
        }
        Signs::Step(Action::Stop) if past.kind == "stopped" => {
            !past.data["to_vehicle_id"].is_null()
        }
        Signs::Amendment { .. } | Signs::Step(_) => has_changed,
    }
}

fn same_leg(asked: &Value, ridden: &Value) -> bool {
    let id = |value: &Value| value.as_str().map(str::to_ascii_lowercase);
    let same = |name: &str| id(&asked[name]).is_some() && id(&asked[name]) == id(&ridden[name]);
    ["carrier_id", "vehicle_id", "driver_id"].into_iter().all(same)
}

fn outdated(pointer: &str, past: &Past) -> Fault {
    let text = Text::new(
        format!("签名后联单又有新的事件 {}（seq {}），请看过后重新签名。", past.kind, past.seq),
        format!(
            "Since it was signed something else has happened ({}, seq {}): look at it and sign \
             anew.",
            past.kind, past.seq
        ),
    );
    let fault = Fault::new(Code::StatementOutdated, pointer, text);
    fault.with("seq", past.seq).with("kind", past.kind.clone())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn past(seq: i64, kind: &str, data: Value) -> Past {
        Past { seq, kind: kind.to_owned(), recorded_at: DateTime::<Utc>::MIN_UTC, data }
    }

    #[test]
    fn what_others_did_meanwhile_is_no_conflict_and_other_content_is() {
        let none = json!({});
        let approved = past(3, "amendment_approved", json!({"n": 1, "final": true}));
        let consent = past(3, "amendment_approved", json!({"n": 1, "final": false}));
        let step = Signs::Step(Action::Receive);
        for kind in ["countersigned", "arrived", "handed_over", "incident", "stopped"] {
            assert!(!conflicts(step, &none, &past(3, kind, json!({}))), "{kind}");
        }
        assert!(conflicts(step, &none, &approved) && !conflicts(step, &none, &consent));
        let amendment = Signs::Amendment { n: 2, told: None };
        assert!(conflicts(amendment, &none, &approved) && !conflicts(amendment, &none, &consent));
        assert!(!conflicts(Signs::Event { seq: 1, told: None }, &none, &approved));
    }

    #[test]
    fn the_same_hand_over_twice_is_a_conflict_and_the_next_one_is_not() {
        let leg =
            |carrier: &str| json!({"carrier_id": carrier, "vehicle_id": "v", "driver_id": "d"});
        let before = past(2, "handed_over", json!({"to_leg": leg("b")}));
        let step = Signs::Step(Action::HandOver);
        assert!(conflicts(step, &json!({"to_leg": leg("B")}), &before));
        assert!(!conflicts(step, &json!({"to_leg": leg("c")}), &before));
        assert!(!conflicts(step, &json!({}), &before));
        let moved = past(2, "stopped", json!({"to_vehicle_id": "v"}));
        assert!(conflicts(Signs::Step(Action::Stop), &json!({}), &moved));
        assert!(!conflicts(step, &json!({"to_leg": leg("c")}), &moved));
    }

    #[test]
    fn what_is_signed_is_named_by_its_number_or_by_what_was_seen() {
        let seen = |seen: Option<Past>, signs: Signs| {
            let facts = SealFacts { key: None, seen, since: Vec::new() };
            let mut findings = Findings::new();
            after("/signature/statement", &facts, signs, &mut findings);
            findings.faults.iter().map(|fault| fault.code).collect::<Vec<_>>()
        };
        let event = |told| Signs::Event { seq: 4, told };
        let at = |seq| Some(past(seq, "departed", json!({"n": 7})));
        assert_eq!(seen(at(4), event(None)), []);
        assert_eq!(seen(at(5), event(None)), [Code::StatementMismatch]);
        assert_eq!(seen(at(5), event(Some(4))), []);
        assert_eq!(seen(at(3), event(Some(4))), [Code::StatementMismatch]);
        assert_eq!(seen(at(4), event(Some(3))), [Code::InvalidValue]);
        let amendment = |n, told| Signs::Amendment { n, told };
        assert_eq!(seen(at(1), amendment(7, None)), []);
        assert_eq!(seen(at(1), amendment(8, None)), [Code::StatementMismatch]);
        assert_eq!(seen(at(1), amendment(8, Some(8))), []);
        assert_eq!(seen(at(1), amendment(8, Some(7))), [Code::InvalidValue]);
        assert_eq!(seen(None, Signs::Step(Action::Depart)), [Code::UnknownReference]);
    }
}

//! Whether an event could be what it says: times that can have been, words of the shape that the
//! lists have. What the gate refused when it was written, asked of the record alone. Which codes
//! there are is not asked: a list of tomorrow is not known to a verifier of today. Pure.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;

use crate::clock::{legal_day, rfc3339};
use crate::manifest::{Completed, Filed, HandedOver, Happening, Manifest};
use crate::problem::Text;

/// How far a person's clock may be ahead of the server's (domain.md, "Times").
const AHEAD: TimeDelta = TimeDelta::minutes(5);

/// The members that an event has.
const MEMBERS: [&str; 11] = [
    "actor",
    "data",
    "kind",
    "occurred_at",
    "origin",
    "prev",
    "recorded_at",
    "seq",
    "signature",
    "subject",
    "v",
];

/// The member of an event's body that this version of events does not have, or does not have so.
pub fn misshapen(body: &Value) -> Option<&str> {
    let known = |name: &&String| !MEMBERS.contains(&name.as_str());
    if let Some(other) = body.as_object().and_then(|all| all.keys().find(known)) {
        return Some(other);
    }
    let is_of = |name: &String| name == "kind" || name == "id";
    if !body["subject"].as_object().is_some_and(|all| all.keys().all(is_of)) {
        return Some("subject");
    }
    let is_time = |name: &&str| {
        let text = body[*name].as_str().unwrap_or_default();
        text.parse::<DateTime<Utc>>().is_ok_and(|time| rfc3339(time) == text)
    };
    ["occurred_at", "recorded_at"].into_iter().find(|name| !is_time(name))
}

/// What cannot have been so.
pub fn implausible(
    (occurred_at, recorded_at): (DateTime<Utc>, DateTime<Utc>),
    before: Option<&Manifest>,
    happening: &Happening,
) -> Option<Text> {
    if occurred_at > recorded_at + AHEAD {
        return Some(Text::new(
            "所记发生时间晚于记录时间。",
            "It is said to have happened after it was recorded.",
        ));
    }
    if let Some(before) = before
        && let Some(told) = out_of_order(happening)
        && told != (occurred_at < before.last_occurred_at)
    {
        return Some(Text::new(
            "是否补记（out_of_order）与时间不符。",
            "Whether it is out of order is not what the times say.",
        ));
    }
    match happening {
        Happening::Filed(filed) => unheard_of(filed),
        Happening::Completed(data) => treated(data, (before, recorded_at)),
        Happening::HandedOver(data) => before.and_then(|before| handed(data, before)),
        _ => weighed(happening),
    }
}

/// From whoever has the load, onto the leg that is next for whoever takes it.
fn handed(data: &HandedOver, before: &Manifest) -> Option<Text> {
    let HandedOver { to_leg, added, from_carrier_id, .. } = data;
    if before.delivering_carrier() != Some(*from_carrier_id) {
        return Some(Text::new(
            "交出方不是当时的承运人。",
            "It is handed over by a carrier that does not have the load.",
        ));
    }
    if (to_leg.n, *added) == before.leg_begun_by(to_leg.carrier_id) {
        return None;
    }
    let n = to_leg.n;
    Some(Text::new(
        format!("第 {n} 段不是接手承运人的下一段。"),
        format!("Leg {n} is not the next one of the carrier that takes the load."),
    ))
}

/// Nothing weighs less than nothing.
fn weighed(happening: &Happening) -> Option<Text> {
    let weights = match happening {
        Happening::Departed(data) => [data.loaded_g, None],
        Happening::Arrived(data) => [data.gross_g, None],
        Happening::Received(data) => [data.gross_g, data.tare_g],
        _ => return None,
    };
    let below = weights.into_iter().flatten().find(|mass| mass.0 < 0)?;
    let kg = below.to_kg_text();
    Some(Text::new(format!("重量为 {kg} kg。"), format!("Something weighs {kg} kg.")))
}

const fn out_of_order(happening: &Happening) -> Option<bool> {
    match happening {
        Happening::Departed(data) => Some(data.out_of_order),
        Happening::HandedOver(data) => Some(data.out_of_order),
        Happening::Stopped(data) => Some(data.out_of_order),
        Happening::Incident(data) => Some(data.out_of_order),
        Happening::Arrived(data) => Some(data.out_of_order),
        Happening::Received(data) => Some(data.out_of_order),
        Happening::Completed(data) => Some(data.out_of_order),
        _ => None,
    }
}

/// Numbers, codes and methods have their shapes.
fn unheard_of(filed: &Filed) -> Option<Text> {
    let number = Some(&filed.number).filter(|number| !is_word(number, 4));
    let codes = filed.items.iter().map(|item| &item.waste_code).find(|code| !is_word(code, 4));
    let methods = filed.items.iter().map(|item| &item.method).find(|method| !is_method(method));
    let word = number.or(codes).or(methods)?;
    Some(Text::new(
        format!("{word:?} 不是编号、代码或方式。"),
        format!("{word:?} is no number, code or method."),
    ))
}

/// Of letters, digits and hyphens, with a digit among them.
fn is_word(word: &str, shortest: usize) -> bool {
    let sound = |one: char| one.is_ascii_alphanumeric() || one == '-';
    word.len() >= shortest
        && word.chars().all(sound)
        && word.contains(|one: char| one.is_ascii_digit())
}

/// A letter or two, and a number (`R9`, `D10`, `Y11`, `K1`, `S1`).
fn is_method(word: &str) -> bool {
    word.starts_with(|one: char| one.is_ascii_uppercase()) && is_word(word, 2)
}

/// On a day from the receipt to the record, in Beijing, by a method.
fn treated(
    data: &Completed,
    (before, recorded_at): (Option<&Manifest>, DateTime<Utc>),
) -> Option<Text> {
    let received = before.and_then(|before| before.received.as_ref());
    let from = received.map(|step| legal_day(step.occurred_at));
    let to = legal_day(recorded_at + AHEAD);
    data.treatments.iter().find_map(|one| {
        let day = one.completed_on;
        if from.is_none_or(|from| from <= day) && day <= to && is_method(&one.method) {
            return None;
        }
        let method = &one.method;
        Some(Text::new(
            format!("{day} 以 {method:?} 利用处置：不在接收与记录之间，或不是方式。"),
            format!(
                "Treated on {day} by {method:?}: not between receipt and record, or no method."
            ),
        ))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_and_times_are_those_of_this_version() {
        let body = json!({"occurred_at": "2026-11-25T02:00:00.000Z",
            "recorded_at": "2026-11-25T02:00:00.000Z", "v": 1,
            "subject": {"kind": "manifest", "id": "x"}});
        assert_eq!(misshapen(&body), None);
        for time in ["2026-11-25T02:00:00Z", "2026-11-25T02:00:00.000+00:00", "", "yesterday"] {
            let mut other = body.clone();
            other["recorded_at"] = json!(time);
            assert_eq!(misshapen(&other), Some("recorded_at"), "{time}");
        }
        let mut other = body.clone();
        other["w"] = json!(1);
        assert_eq!(misshapen(&other), Some("w"));
        for subject in [json!({"kind": "manifest", "id": "x", "w": 1}), json!(["manifest", "x"])] {
            let mut other = body.clone();
            other["subject"] = subject;
            assert_eq!(misshapen(&other), Some("subject"));
        }
    }

    #[test]
    fn words_have_their_shapes() {
        for word in ["841-001-01", "CY-01", "20266601000001"] {
            assert!(is_word(word, 4), "{word}");
        }
        assert!(!is_word("hello", 4) && !is_word("", 4) && !is_word("900-249-08\n", 4));
        for method in ["R9", "D10", "Y11", "K1", "C3", "G29"] {
            assert!(is_method(method), "{method}");
        }
        assert!(!is_method("ZZ") && !is_method("9R") && !is_method(""));
    }
}

//! What a person or device signs, made before the server adds number, position and time
//! (custody.md): `{"action","subject","after","body","occurred_at","device_counter"}`.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::jcs::jcs;
use crate::wire::{Document, Node, Value};

/// The largest counter: what a JSON number holds exactly.
const COUNTER_MAX: i64 = (1 << 53) - 1;

/// Why a text is no statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadStatement {
    #[error("it is not JSON")]
    NotJson,
    #[error("it is not in canonical form (RFC 8785)")]
    NotCanonical,
    #[error("its member `{0}` is missing or not what it must be")]
    Member(&'static str),
    #[error("it has a member that a statement does not have")]
    Unknown,
}

/// A statement that is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// `depart`, `hand_over`, `receive`, `approve`, `countersign`, …
    pub action: String,
    /// What it is about: `manifest` and its id.
    pub subject: (String, Uuid),
    /// The leaf hash of the last event of the subject that the signer had seen; none where there
    /// was none.
    pub after: Option<[u8; 32]>,
    /// The command's body, canonical.
    pub body: String,
    /// To the millisecond, as events have it.
    pub occurred_at: DateTime<Utc>,
    /// Grows with every statement that a device signs; from 0.
    pub device_counter: i64,
}

const MEMBERS: [&str; 6] = ["action", "after", "body", "device_counter", "occurred_at", "subject"];

impl Statement {
    /// Reads a statement, strictly: canonical, all six members and no other.
    pub fn parse(text: &str) -> Result<Self, BadStatement> {
        let document = Document::parse(text.as_bytes()).map_err(|_| BadStatement::NotJson)?;
        let root = &document.root;
        if jcs(root).as_deref() != Some(text) {
            return Err(BadStatement::NotCanonical);
        }
        let Value::Object(members) = &root.value else { return Err(BadStatement::NotJson) };
        if members.iter().any(|(name, _)| !MEMBERS.contains(&name.as_ref())) {
            return Err(BadStatement::Unknown);
        }
        let read = |name: &'static str| member(root, name).ok_or(BadStatement::Member(name));
        let bad = |name: &'static str| move || BadStatement::Member(name);
        let body = read("body")?;
        if !matches!(body.value, Value::Object(_)) {
            return Err(BadStatement::Member("body"));
        }
        Ok(Self {
            action: text_of(read("action")?).ok_or_else(bad("action"))?.to_owned(),
            subject: subject(read("subject")?).ok_or_else(bad("subject"))?,
            after: after(read("after")?)?,
            body: jcs(body).ok_or_else(bad("body"))?,
            occurred_at: time(read("occurred_at")?).ok_or_else(bad("occurred_at"))?,
            device_counter: counter(read("device_counter")?).ok_or_else(bad("device_counter"))?,
        })
    }
}

pub(super) fn member<'n, 'a>(node: &'n Node<'a>, name: &str) -> Option<&'n Node<'a>> {
    let Value::Object(members) = &node.value else { return None };
    members.iter().find(|(known, _)| known == name).map(|(_, node)| node)
}

pub(super) fn text_of<'n>(node: &'n Node<'_>) -> Option<&'n str> {
    match &node.value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

/// `{"id","kind"}`, as in events: the id in its one spelling.
fn subject(node: &Node<'_>) -> Option<(String, Uuid)> {
    let Value::Object(members) = &node.value else { return None };
    let id = text_of(member(node, "id")?)?;
    let kind = text_of(member(node, "kind")?)?;
    let uuid = Uuid::parse_str(id).ok()?;
    (members.len() == 2 && uuid.to_string() == id).then(|| (kind.to_owned(), uuid))
}

fn after(node: &Node<'_>) -> Result<Option<[u8; 32]>, BadStatement> {
    if node.is_null() {
        return Ok(None);
    }
    let read = |text: &str| {
        let mut hash = [0; 32];
        hex::decode_to_slice(text, &mut hash).ok()?;
        (hex::encode(hash) == text).then_some(hash)
    };
    text_of(node).and_then(read).map(Some).ok_or(BadStatement::Member("after"))
}

/// RFC 3339 in UTC with `Z` (api.md, "Habits"), no finer than events are.
fn time(node: &Node<'_>) -> Option<DateTime<Utc>> {
    let text = text_of(node)?;
    let is_utc = text.ends_with('Z') && text.as_bytes().get(10) == Some(&b'T');
    let time = DateTime::parse_from_rfc3339(text).ok().filter(|_| is_utc)?;
    let is_whole = time.timestamp_subsec_nanos().is_multiple_of(1_000_000);
    is_whole.then(|| time.with_timezone(&Utc))
}

fn counter(node: &Node<'_>) -> Option<i64> {
    let Value::Number(text) = &node.value else { return None };
    text.parse().ok().filter(|counter| (0..=COUNTER_MAX).contains(counter))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "01930d5e-0000-7000-8000-000000000001";

    fn good() -> String {
        let after = format!("ab{}", "0".repeat(62));
        format!(
            "{{\"action\":\"depart\",\"after\":\"{after}\",\"body\":{{\"loaded_kg\":812.5}},\
             \"device_counter\":7,\"occurred_at\":\"2026-11-25T02:00:00.123Z\",\
             \"subject\":{{\"id\":\"{ID}\",\"kind\":\"manifest\"}}}}"
        )
    }

    #[test]
    fn a_statement_is_read_as_it_says() {
        let read = Statement::parse(&good()).unwrap();
        assert_eq!(read.action, "depart");
        assert_eq!(read.subject, ("manifest".to_owned(), Uuid::parse_str(ID).unwrap()));
        assert_eq!(read.after.unwrap()[0], 0xab);
        assert_eq!(read.body, r#"{"loaded_kg":812.5}"#);
        assert_eq!(read.device_counter, 7);
        assert_eq!(read.occurred_at.timestamp_subsec_millis(), 123);
        let first = good().replace(&format!("\"ab{}\"", "0".repeat(62)), "null");
        assert_eq!(Statement::parse(&first).unwrap().after, None);
    }

    #[test]
    fn whatever_is_not_exactly_that_is_refused_and_named() {
        use BadStatement::{Member, NotCanonical, NotJson, Unknown};
        for (from, to, wanted) in [
            ("{\"action\"", "{ \"action\"", NotCanonical),
            ("812.5", "812.50", NotCanonical),
            ("\"depart\"", "\"d\\u0065part\"", NotCanonical),
            ("}}", "}", NotJson),
            (":7,", ":7,\"error\":1,", Unknown),
            (":7,", ":-1,", Member("device_counter")),
            (":7,", ":7.5,", Member("device_counter")),
            (":7,", ":9007199254740992,", Member("device_counter")),
            (":7,", ":\"7\",", Member("device_counter")),
            ("\"ab0", "\"AB0", Member("after")),
            ("\"ab0", "\"b0", Member("after")),
            (".123Z", ".123456Z", Member("occurred_at")),
            (".123Z", ".123+00:00", Member("occurred_at")),
            ("\"depart\"", "1", Member("action")),
            ("{\"loaded_kg\":812.5}", "[]", Member("body")),
            (",\"kind\":\"manifest\"", "", Member("subject")),
            ("01930d5e", "01930D5E", Member("subject")),
            ("\"action\":\"depart\",", "", Member("action")),
        ] {
            let text = good().replacen(from, to, 1);
            assert_ne!(text, good(), "{from}");
            assert_eq!(Statement::parse(&text), Err(wanted), "{from} -> {to}");
        }
        assert_eq!(Statement::parse("[]"), Err(NotJson));
        assert_eq!(Statement::parse(""), Err(NotJson));
    }
}

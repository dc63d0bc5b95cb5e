//! Query strings, read like documents: the same structs, types and faults. The pointer of a
//! parameter is `/query/<name>`; in a JSON body no pointer begins so, for no request has a field
//! `query`.

use std::borrow::Cow;

use crate::problem::{Code, Problem, Text};

use super::decode::{Asked, Decode, settle};
use super::faults::Faults;
use super::json::{Node, Value};
use super::path::Path;

/// Reads the parameters of `query` (what follows the `?`). The outer error is a 400: text that
/// cannot be decoded. A parameter without a value (`?status=`) counts as absent, which is what a
/// form with an empty field sends.
pub fn asked_in_query<T: Decode>(query: &str) -> Result<Asked<T>, Problem> {
    let node = parameters_of(query)?;
    let mut faults = Faults::new();
    let value = T::decode(&node, &Path::Root.key("query"), &mut faults);
    Ok(settle(value, faults))
}

fn parameters_of(query: &str) -> Result<Node<'_>, Problem> {
    let mut members: Vec<(Cow<'_, str>, Node<'_>)> = Vec::new();
    for (at, pair) in query.split('&').enumerate() {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let (name, value) = (decoded(name)?, decoded(value)?);
        if value.is_empty() {
            continue;
        }
        let node = Node { at, value: Value::Parameter(value) };
        match members.iter_mut().find(|(known, _)| *known == name) {
            Some((_, before)) => repeat(before, node),
            None => members.push((name, node)),
        }
    }
    Ok(Node { at: 0, value: Value::Object(members) })
}

/// A parameter given again makes a list; a type that is no list refuses it as of the wrong type.
fn repeat<'a>(before: &mut Node<'a>, again: Node<'a>) {
    if let Value::Array(nodes) = &mut before.value {
        nodes.push(again);
    } else {
        let at = before.at;
        let first = std::mem::replace(before, Node { at, value: Value::Null });
        before.value = Value::Array(vec![first, again]);
    }
}

fn decoded(text: &str) -> Result<Cow<'_, str>, Problem> {
    if !text.contains(['%', '+']) {
        return Ok(Cow::Borrowed(text));
    }
    let text = percent_decoded(&text.replace('+', " ")).ok_or_else(undecodable)?;
    if text.contains('\0') {
        let detail = Text::new("查询参数中不得有 U+0000。", "A parameter must not hold U+0000.");
        return Err(Problem::new(Code::NulCharacter, detail));
    }
    Ok(Cow::Owned(text))
}

/// The text with its `%XX` replaced, if the result is UTF-8.
pub fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' { escaped(rest.next(), rest.next())? } else { byte });
    }
    String::from_utf8(bytes).ok()
}

fn escaped(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16);
    u8::try_from(digit(high?)? * 16 + digit(low?)?).ok()
}

fn undecodable() -> Problem {
    let detail = Text::new(
        "查询参数不是合法的百分号编码 UTF-8 文本。",
        "The query is not percent-encoded UTF-8 text.",
    );
    Problem::new(Code::BadRequest, detail)
}

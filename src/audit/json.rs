//! JSON to be compared: read without copying its texts, and whatever the order of its members.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::Number;

/// Whether two texts are or say the same, or both are none. What is no JSON says nothing.
pub fn same_json(stored: Option<&[u8]>, made: Option<&str>) -> bool {
    let read = |text| serde_json::from_slice::<Json<'_>>(text).ok();
    match (stored, made.map(str::as_bytes)) {
        // As it was written: nearly all.
        (one, other) if one == other => true,
        (Some(one), Some(other)) => read(one).is_some_and(|one| Some(one) == read(other)),
        _ => false,
    }
}

/// A value, as far as it differs from others.
#[derive(Debug, PartialEq)]
pub enum Json<'a> {
    Null,
    Bool(bool),
    Number(Number),
    Text(Cow<'a, str>),
    List(Vec<Self>),
    /// In the order of their names.
    Members(Vec<(Text<'a>, Self)>),
}

/// A text that is borrowed where it has no escapes.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OfAny)
    }
}

struct OfAny;

impl<'de> Visitor<'de> for OfAny {
    type Value = Json<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, it: bool) -> Result<Self::Value, E> {
        Ok(Json::Bool(it))
    }

    fn visit_i64<E>(self, it: i64) -> Result<Self::Value, E> {
        Ok(Json::Number(it.into()))
    }

    fn visit_u64<E>(self, it: u64) -> Result<Self::Value, E> {
        Ok(Json::Number(it.into()))
    }

    fn visit_f64<E: Error>(self, it: f64) -> Result<Self::Value, E> {
        Number::from_f64(it).map(Json::Number).ok_or_else(|| E::custom("a number that is none"))
    }

    fn visit_borrowed_str<E>(self, it: &'de str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Borrowed(it)))
    }

    fn visit_str<E>(self, it: &str) -> Result<Self::Value, E> {
        Ok(Json::Text(Cow::Owned(it.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        let mut list = Vec::new();
        while let Some(it) = seq.next_element()? {
            list.push(it);
        }
        Ok(Json::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members: Vec<(Text<'de>, Json<'de>)> = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        members.sort_unstable_by(|(one, _), (other, _)| one.cmp(other));
        Ok(Json::Members(members))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Json<'_> {
        serde_json::from_str(text).unwrap()
    }

    #[test]
    fn the_order_of_members_and_the_way_of_writing_do_not_matter() {
        let one = r#"{"b": [1, -2, 1.5, true, null, "联\n"], "a": {"d": "x", "c": {}}}"#;
        let other = r#"{"a":{"c":{},"d":"\u0078"},"b":[1,-2,1.50,true,null,"\u8054\u000a"]}"#;
        assert_eq!(read(one), read(other));
    }

    #[test]
    fn everything_else_does() {
        let all = [
            "{}",
            "[]",
            "null",
            "0",
            "1",
            "-1",
            "1.5",
            "true",
            "false",
            "\"\"",
            "\"a\"",
            "[0]",
            "[0,1]",
            "[1,0]",
            r#"{"a":0}"#,
            r#"{"a":1}"#,
            r#"{"b":0}"#,
            r#"{"a":0,"b":0}"#,
            r#"{"a":null}"#,
        ];
        for (n, one) in all.iter().enumerate() {
            for (m, other) in all.iter().enumerate() {
                assert_eq!(read(one) == read(other), n == m, "{one} {other}");
            }
        }
    }
}

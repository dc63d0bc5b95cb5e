//! What a list's columns are called, and where in an entry their cells are found.

use std::borrow::Cow;

use serde_json::Value;

use crate::problem::Lang;

/// What a cell is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Text,
    /// A plain decimal number, as spreadsheets calculate with.
    Number,
}

/// A column of a list.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its heading in English: a name of the API, words joined by `_`.
    pub key: &'static str,
    pub zh: &'static str,
    /// Where an entry has it: a JSON pointer; a `*` takes all entries of a list.
    pub pointer: &'static str,
    pub kind: Kind,
}

impl Column {
    pub const fn heading(&self, lang: Lang) -> &'static str {
        match lang {
            Lang::Zh => self.zh,
            Lang::En => self.key,
        }
    }

    /// The cell of an entry; empty where it has none.
    pub fn of<'v>(&self, entry: &'v Value) -> Cow<'v, str> {
        text_of(entry, self.pointer)
    }
}

/// A list as a table.
#[derive(Clone, Copy, Debug)]
pub struct Sheet {
    /// The name of its file.
    pub name: &'static str,
    pub columns: &'static [Column],
}

pub const fn text(key: &'static str, zh: &'static str, pointer: &'static str) -> Column {
    Column { key, zh, pointer, kind: Kind::Text }
}

pub const fn number(key: &'static str, zh: &'static str, pointer: &'static str) -> Column {
    Column { key, zh, pointer, kind: Kind::Number }
}

/// Several values of one cell stand side by side.
const BETWEEN: &str = ";";

fn text_of<'v>(value: &'v Value, pointer: &str) -> Cow<'v, str> {
    if let Some((list, rest)) = pointer.split_once("/*") {
        let entries = value.pointer(list).and_then(Value::as_array);
        let cells = entries.into_iter().flatten().map(|entry| text_of(entry, rest));
        return Cow::Owned(cells.collect::<Vec<_>>().join(BETWEEN));
    }
    match value.pointer(pointer) {
        None | Some(Value::Null) => Cow::Borrowed(""),
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(Value::Array(list)) if list.iter().all(is_plain) => {
            let cells = list.iter().map(|entry| text_of(entry, ""));
            Cow::Owned(cells.collect::<Vec<_>>().join(BETWEEN))
        }
        Some(other) => Cow::Owned(other.to_string()),
    }
}

const fn is_plain(value: &Value) -> bool {
    !matches!(value, Value::Array(_) | Value::Object(_))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn cells_are_found_wherever_an_entry_has_them() {
        let entry = json!({"id": "a", "codes": ["x", "y"], "none": null, "mass": 1.5, "yes": true,
            "place": {"lon": 81.28}, "lines": [{"code": "p", "kg": 1}, {"code": "q", "kg": 2}]});
        for (pointer, cell) in [
            ("/id", "a"),
            ("/codes", "x;y"),
            ("/none", ""),
            ("/absent/deep", ""),
            ("/mass", "1.5"),
            ("/yes", "true"),
            ("/place/lon", "81.28"),
            ("/lines/*/code", "p;q"),
            ("/lines/*/kg", "1;2"),
            ("/place", "{\"lon\":81.28}"),
        ] {
            assert_eq!(text("", "", pointer).of(&entry), cell, "{pointer}");
        }
    }
}

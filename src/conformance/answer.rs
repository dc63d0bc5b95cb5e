//! An answer, and what a person is shown of it.

use serde_json::Value;

/// Characters of a body that a report shows.
const SHOWN_CHARS_MAX: usize = 1500;

/// Members whose values nobody is shown, sandbox or not.
const SECRETS: &[&str] = &["password", "access_token", "refresh_token", "secret", "code", "key"];

/// What came back. `json` is null where the body is none or is no JSON; status 0: nothing came.
#[derive(Clone, Debug)]
pub struct Answer {
    /// `POST /manifests`.
    pub asked: String,
    /// The body that was sent.
    pub sent: String,
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub bytes: Vec<u8>,
    pub text: String,
    pub json: Value,
}

impl Answer {
    /// Of a request that nothing came back for.
    pub fn none(asked: String, sent: String, why: &str) -> Self {
        let (headers, bytes, json) = (Vec::new(), Vec::new(), Value::Null);
        Self { asked, sent, status: 0, headers, bytes, text: why.to_owned(), json }
    }

    /// The first header of that name, or nothing.
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    }

    /// The member at this JSON pointer, or null.
    pub fn get(&self, pointer: &str) -> &Value {
        self.json.pointer(pointer).unwrap_or(&Value::Null)
    }

    /// The text at this JSON pointer, or nothing.
    pub fn str(&self, pointer: &str) -> &str {
        self.get(pointer).as_str().unwrap_or_default()
    }

    /// The id of the resource answered, or nothing.
    pub fn id(&self) -> String {
        self.str("/id").to_owned()
    }

    /// The members of a list.
    pub fn list(&self, pointer: &str) -> &[Value] {
        self.get(pointer).as_array().map(Vec::as_slice).unwrap_or_default()
    }

    /// What a list's members have at a pointer.
    pub fn each(&self, list: &str, pointer: &str) -> Vec<Value> {
        let at = |one: &Value| one.pointer(pointer).cloned().unwrap_or_default();
        self.list(list).iter().map(at).collect()
    }

    /// The version in the `ETag`, or -1.
    pub fn version(&self) -> i64 {
        self.header("etag").trim_matches('"').parse().unwrap_or(-1)
    }

    /// Request and answer as a report shows them, without secrets.
    pub fn shown(&self) -> String {
        let mut text = self.asked.clone();
        if !self.sent.is_empty() {
            text.push_str("\n  ");
            text.push_str(&readable(&self.sent));
        }
        text.push_str("\n  -> ");
        text.push_str(&self.status.to_string());
        text.push(' ');
        if self.status >= 400 && self.json.is_null() {
            text.push_str(self.header("content-type"));
        }
        text.push_str(&readable(&self.text));
        text
    }
}

/// A body without its secrets, cut where it is long.
fn readable(text: &str) -> String {
    let told = serde_json::from_str::<Value>(text).map_or_else(
        |_| text.to_owned(),
        |mut json| {
            hide(&mut json);
            json.to_string()
        },
    );
    let mut shown: String = told.chars().take(SHOWN_CHARS_MAX).collect();
    if shown.len() < told.len() {
        shown.push('…');
    }
    shown
}

fn hide(json: &mut Value) {
    match json {
        Value::Object(members) => {
            // A problem's code and a code of waste are for people to read.
            let is_secret = |name: &str, value: &Value, shows_itself: bool| {
                SECRETS.contains(&name) && value.is_string() && !(name == "code" && shows_itself)
            };
            let shows_itself = members.contains_key("detail") || members.contains_key("name");
            for (name, value) in members.iter_mut() {
                if is_secret(name, value, shows_itself) {
                    *value = Value::from("…");
                } else {
                    hide(value);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(hide),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_shown_a_secret_and_everybody_what_is_wrong() {
        let sent = r#"{"login":"a","password":"hunter2hunter2"}"#.to_owned();
        let mut answer = Answer::none("POST /auth/login".to_owned(), sent, "");
        answer.status = 422;
        answer.text = r#"{"code":"required","detail":"x","access_token":"t0k3n"}"#.to_owned();
        let shown = answer.shown();
        assert!(!shown.contains("hunter2") && !shown.contains("t0k3n"), "{shown}");
        assert!(shown.contains("required") && shown.contains("-> 422"), "{shown}");
    }
}

//! An answer and what may be asserted of it. Every failure shows the request and the whole body.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use reqwest::header::HeaderMap;
use serde_json::Value;

/// What came back. `json` is `null` where the body is none or is not JSON.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub json: Value,
    pub text: String,
    /// The body as it came.
    pub bytes: Vec<u8>,
    /// `POST /api/v1/…`, for messages.
    pub asked: String,
}

impl Answer {
    /// The members of a ZIP archive, by name; each is there once.
    pub fn members(self) -> BTreeMap<String, Vec<u8>> {
        let mut archive = zip::ZipArchive::new(Cursor::new(self.bytes)).unwrap();
        let mut members = BTreeMap::new();
        for n in 0..archive.len() {
            let mut member = archive.by_index(n).unwrap();
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            assert!(members.insert(member.name().unwrap().into_owned(), bytes).is_none());
        }
        members
    }

    /// A success of any kind.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert!((200..300).contains(&self.status), "{}", self.shown());
        self
    }

    #[track_caller]
    pub fn is(self, status: u16) -> Self {
        assert_eq!(self.status, status, "{}", self.shown());
        self
    }

    /// A refusal with this code leading, in problem form.
    #[track_caller]
    pub fn refused_as(self, code: &str) -> Self {
        assert!(self.status >= 400, "{}", self.shown());
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.shown());
        assert_eq!(self.json["code"], code, "{}", self.shown());
        assert_eq!(self.json["status"], self.status, "{}", self.shown());
        assert_eq!(self.json["request_id"], self.header("x-request-id"), "{}", self.shown());
        self
    }

    /// After [`Self::refused_as`]: the leading fault is at this field.
    #[track_caller]
    pub fn at(self, pointer: &str) -> Self {
        assert_eq!(self.json["errors"][0]["pointer"], pointer, "{}", self.shown());
        self
    }

    /// Among all faults told is this one.
    #[track_caller]
    pub fn tells(self, code: &str, pointer: &str) -> Self {
        let told = self.json["errors"].as_array().map(Vec::as_slice).unwrap_or_default();
        let found = told.iter().any(|one| one["code"] == code && one["pointer"] == pointer);
        assert!(found, "no {code} at {pointer}: {}", self.shown());
        self
    }

    /// A success that warns of this.
    #[track_caller]
    pub fn warns(self, code: &str) -> Self {
        let warnings = self.json["warnings"].as_array().map(Vec::as_slice).unwrap_or_default();
        assert!(warnings.iter().any(|one| one["code"] == code), "{}", self.shown());
        self
    }

    /// The member at this JSON pointer.
    #[track_caller]
    pub fn get(&self, pointer: &str) -> &Value {
        self.json.pointer(pointer).unwrap_or_else(|| panic!("no {pointer}: {}", self.shown()))
    }

    #[track_caller]
    pub fn str(&self, pointer: &str) -> &str {
        self.get(pointer).as_str().unwrap_or_else(|| panic!("{pointer}: {}", self.shown()))
    }

    /// The id of the resource answered.
    #[track_caller]
    pub fn id(&self) -> String {
        self.str("/id").to_owned()
    }

    /// The version in the `ETag`.
    #[track_caller]
    pub fn version(&self) -> i64 {
        let tag = self.header("etag").trim_matches('"');
        tag.parse().unwrap_or_else(|_| panic!("no version in ETag {tag:?}: {}", self.shown()))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    pub fn shown(&self) -> String {
        format!("{} -> {}\n{}", self.asked, self.status, self.text)
    }
}

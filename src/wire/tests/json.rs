//! The strict reader: what it refuses, and that it otherwise agrees with serde_json.

use std::borrow::Cow;

use proptest::prelude::*;
use serde_json::json;

use crate::problem::{Code, Problem};
use crate::wire::{Document, Node, Value};

fn refusal(text: impl AsRef<[u8]>) -> Problem {
    Document::parse(text.as_ref()).unwrap_err()
}

fn code_and_pointers(text: &str) -> (Code, Vec<String>) {
    let problem = refusal(text);
    let pointers = problem.faults().iter().map(|f| f.pointer.clone().unwrap_or_default());
    (problem.code(), pointers.collect())
}

#[test]
fn malformed_json_names_line_and_column() {
    let problem = refusal("{\n  \"名\": 1,\n  \"b\": }");
    assert_eq!(problem.code(), Code::MalformedJson);
    assert_eq!(problem.lead().extra["line"], json!(3));
    assert_eq!(problem.lead().extra["column"], json!(8));
    let bad_utf8 = refusal(b"[\"ab\xff\"]");
    assert_eq!(bad_utf8.code(), Code::MalformedJson);
    assert_eq!(bad_utf8.lead().extra["column"], json!(5));
}

#[test]
fn what_is_nearly_json_is_refused() {
    let nearly = [
        "",
        " ",
        "{",
        "[",
        "]",
        "}",
        "[1,]",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "[1 2]",
        "1 2",
        "01",
        "-",
        "+1",
        ".5",
        "1.",
        "1e",
        "1e+",
        "0x1",
        "NaN",
        "Infinity",
        "nul",
        "tru",
        "True",
        "\"",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\\u12g4\"",
        "\"\t\"",
        "\"\n\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "\u{feff}{}",
        "{} //",
        "[\u{a0}1]",
        "{\"a\" 1}",
        "{\"a\":}",
        "{,}",
        "\0",
    ];
    for text in nearly {
        assert_eq!(refusal(text).code(), Code::MalformedJson, "{text:?}");
        assert!(serde_json::from_str::<serde_json::Value>(text).is_err(), "{text:?}");
    }
}

#[test]
fn equal_keys_are_named_where_they_come_again() {
    let (code, pointers) = code_and_pointers(r#"{"b":{"x":1,"\u0078":2},"a":1,"a":2,"a":3}"#);
    assert_eq!(code, Code::DuplicateKey);
    assert_eq!(pointers, ["/b/x", "/a", "/a"]);
    let many: Vec<String> = (0..40).map(|index| format!("\"k{}\":1", index % 39)).collect();
    let (code, pointers) = code_and_pointers(&format!("{{{}}}", many.join(",")));
    assert_eq!((code, pointers), (Code::DuplicateKey, vec!["/k0".to_owned()]));
}

#[test]
fn u0000_is_refused_raw_and_escaped_in_text_and_keys() {
    for text in [r#"{"a":["x\u0000"]}"#, "{\"a\":[\"x\0y\"]}"] {
        assert_eq!(code_and_pointers(text), (Code::NulCharacter, vec!["/a/0".to_owned()]));
    }
    assert_eq!(code_and_pointers(r#"{"a":{"\u0000":1}}"#).0, Code::NulCharacter);
}

#[test]
fn hostile_depth_is_refused_without_recursing_into_it() {
    assert_eq!(refusal("[".repeat(1_000_000)).code(), Code::TooDeep);
    assert_eq!(refusal("{\"a\":".repeat(200_000)).code(), Code::TooDeep);
    let deepest = format!("{}{}", "[".repeat(32), "]".repeat(32));
    assert!(Document::parse(deepest.as_bytes()).is_ok());
    assert_eq!(refusal(format!("[{deepest}]")).code(), Code::TooDeep);
}

#[test]
fn hostile_keys_cost_neither_time_nor_a_long_answer() {
    let unique: Vec<String> = (0..100_000).map(|index| format!("\"{index}\":1")).collect();
    assert!(Document::parse(format!("{{{}}}", unique.join(",")).as_bytes()).is_ok());
    let equal = vec!["\"a\":1"; 100_000].join(",");
    assert_eq!(refusal(format!("{{{equal}}}")).faults().len(), crate::limits::FAULTS_MAX);
    let long = format!(r#"{{"{}":[{}"\u0000"]}}"#, "k".repeat(500_000), "\"\\u0000\",".repeat(200));
    let told: usize =
        refusal(long).faults().iter().filter_map(|f| f.pointer.as_ref()).map(String::len).sum();
    assert!(told < 50_000);
}

#[test]
fn positions_follow_the_document() {
    let text = r#"{"b":[{"x":1},{"y":2}],"a/b":3}"#;
    let document = Document::parse(text.as_bytes()).unwrap();
    let at = |pointer: &str| &text[document.position(pointer)..];
    assert!(at("/b/1/y").starts_with("2}"));
    assert!(at("/b/1/missing/deeper").starts_with("{\"y\""));
    assert!(at("/a~1b").starts_with('3'));
    assert_eq!(document.position(""), 0);
    assert_eq!(document.position("/query/limit"), 0);
}

fn to_serde(node: &Node<'_>) -> serde_json::Value {
    match &node.value {
        Value::Null => serde_json::Value::Null,
        Value::Bool(value) => json!(value),
        Value::Number(text) => serde_json::from_str(text).unwrap(),
        Value::String(text) | Value::Parameter(text) => json!(text),
        Value::Array(nodes) => nodes.iter().map(to_serde).collect(),
        Value::Object(members) => {
            members.iter().map(|(key, node)| (key.to_string(), to_serde(node))).collect()
        }
    }
}

fn any_json() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(json!(null)),
        any::<bool>().prop_map(|value| json!(value)),
        any::<i64>().prop_map(|value| json!(value)),
        any::<f64>()
            .prop_filter("finite", |value| value.is_finite())
            .prop_map(|value| json!(value)),
        "[^\0]{0,12}".prop_map(|value| json!(value)),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..8).prop_map(|values| json!(values)),
            prop::collection::hash_map("[^\0]{0,6}", inner, 0..24).prop_map(|map| json!(map)),
        ]
    })
}

proptest! {
    #[test]
    fn reads_what_serde_json_writes(value in any_json(), pretty in any::<bool>()) {
        let written = if pretty {
            serde_json::to_string_pretty(&value).unwrap()
        } else {
            serde_json::to_string(&value).unwrap()
        };
        let document = Document::parse(written.as_bytes()).unwrap();
        prop_assert_eq!(to_serde(&document.root), value);
    }

    /// On any bytes: no panic, and nothing accepted that serde_json refuses.
    #[test]
    fn accepts_no_more_than_serde_json(bytes in prop::collection::vec(any::<u8>(), 0..64)) {
        if let Ok(document) = Document::parse(&bytes) {
            let read: serde_json::Value = serde_json::from_slice(&bytes).unwrap();
            prop_assert_eq!(to_serde(&document.root), read);
        }
    }

    /// On text that looks like JSON the two agree both ways, but for what only we refuse.
    #[test]
    fn agrees_with_serde_json(text in r#"[\[\]{}:, "\\a0-9eE.+\-truefalsn]{0,24}"#) {
        let theirs = serde_json::from_str::<serde_json::Value>(&text);
        match Document::parse(text.as_bytes()) {
            Ok(document) => prop_assert_eq!(to_serde(&document.root), theirs.unwrap()),
            Err(problem) if problem.code() == Code::MalformedJson => {
                // serde_json refuses numbers beyond a double; we keep their text.
                prop_assert!(theirs.is_err(), "{text:?}");
            }
            Err(problem) => prop_assert_eq!(problem.code(), Code::DuplicateKey),
        }
    }

    #[test]
    fn borrows_what_is_not_escaped(text in "[a-z废矿物油]{0,20}") {
        let written = serde_json::to_string(&text).unwrap();
        let document = Document::parse(written.as_bytes()).unwrap();
        prop_assert_eq!(&document.root.value, &Value::String(Cow::Borrowed(&text)));
        prop_assert!(matches!(&document.root.value, Value::String(Cow::Borrowed(_))));
    }
}

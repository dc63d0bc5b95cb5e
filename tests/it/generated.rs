//! Files that are generated and committed: the OpenAPI document, the lists of problem codes and of
//! conformance scenarios.
//!
//! `LIANDAN_UPDATE=1 cargo test --test it generated` writes them anew.

use std::path::Path;

use crate::support::Contract;

/// Compares with the committed file, or writes it when asked to.
fn committed(path: &str, wanted: &str) {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var("LIANDAN_UPDATE").is_ok() {
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, wanted).unwrap();
    }
    let found = std::fs::read_to_string(&file).unwrap_or_default();
    assert!(
        found == wanted,
        "{path} is not what the code says: LIANDAN_UPDATE=1 cargo test --test it generated"
    );
}

#[test]
fn the_openapi_document_is_committed() {
    committed("api-spec/openapi.json", liandan::http::openapi::text());
}

#[test]
fn the_list_of_problem_codes_is_committed() {
    committed("docs/problems.md", &liandan::http::problem_list::markdown());
}

#[test]
fn the_list_of_conformance_scenarios_is_committed() {
    committed("docs/conformance.md", &liandan::conformance::markdown());
}

#[test]
fn every_operation_is_described_and_says_what_it_refuses_with() {
    let document: serde_json::Value = serde_json::from_str(liandan::http::openapi::text()).unwrap();
    let mut ids = std::collections::HashSet::new();
    for (method, path) in Contract::of_this_build().operations() {
        let operation = &document["paths"][&path][method.as_str().to_lowercase()];
        let name = format!("{method} {path}");
        assert!(operation["summary"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
        assert!(operation["responses"]["default"].is_object(), "{name}");
        assert!(operation["tags"].as_array().is_some_and(|tags| tags.len() == 1), "{name}");
        let id = operation["operationId"].as_str().unwrap().to_owned();
        assert!(ids.insert(id.clone()), "two operations are called {id}");
    }
}

#[test]
fn every_reference_of_the_document_leads_somewhere() {
    fn look(value: &serde_json::Value, whole: &serde_json::Value) {
        match value {
            serde_json::Value::Object(members) => {
                if let Some(target) = members.get("$ref").and_then(|target| target.as_str()) {
                    let pointer = target.strip_prefix('#').unwrap();
                    assert!(whole.pointer(pointer).is_some(), "{target} leads nowhere");
                }
                members.values().for_each(|member| look(member, whole));
            }
            serde_json::Value::Array(items) => items.iter().for_each(|item| look(item, whole)),
            _ => {}
        }
    }
    let document = serde_json::from_str(liandan::http::openapi::text()).unwrap();
    look(&document, &document);
}

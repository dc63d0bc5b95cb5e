//! The OpenAPI document as a judge: is this answer one that it promises?
//!
//! An operation or a status that it does not have fails the test, as does a body that does not fit
//! its schema. The schemas are compiled when first needed, each once in a run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use jsonschema::{Draft, Validator};
use reqwest::Method;
use serde_json::{Value, json};

use super::Answer;

/// The document of this build.
pub struct Contract {
    document: Value,
    compiled: Mutex<HashMap<String, Arc<Validator>>>,
}

impl Contract {
    pub fn of_this_build() -> &'static Self {
        static CONTRACT: OnceLock<Contract> = OnceLock::new();
        CONTRACT.get_or_init(|| Self {
            document: serde_json::from_str(liandan::http::openapi::text()).unwrap(),
            compiled: Mutex::default(),
        })
    }

    /// Every operation: method and path.
    pub fn operations(&self) -> Vec<(Method, String)> {
        let paths = self.document["paths"].as_object().unwrap();
        let of_path = |(path, item): (&String, &Value)| -> Vec<(Method, String)> {
            let methods = item.as_object().unwrap().keys();
            let known = methods.filter_map(|name| name.to_uppercase().parse().ok());
            known.map(|method| (method, path.clone())).collect()
        };
        paths.iter().flat_map(of_path).collect()
    }

    /// Panics unless the document promises this answer.
    #[track_caller]
    pub fn check(&self, method: &Method, path: &str, answer: &Answer) {
        let path = path.split('?').next().unwrap_or_default();
        let Some(template) = self.template(path) else {
            // What does not exist is not documented, and says so as everything else does.
            assert_eq!(answer.status, 404, "undocumented path: {}", answer.shown());
            return self.fits("#/components/schemas/Problem", answer);
        };
        let name = method.as_str().to_lowercase();
        let operation = &self.document["paths"][template][&name];
        if operation.is_null() {
            assert_eq!(answer.status, 405, "undocumented method: {}", answer.shown());
            return self.fits("#/components/schemas/Problem", answer);
        }
        let status = answer.status.to_string();
        let responses = &operation["responses"];
        let key = if responses[&status].is_null() && answer.status >= 400 {
            "default"
        } else {
            status.as_str()
        };
        let response = self.resolved(&responses[key]);
        assert!(!response.is_null(), "undocumented status: {}", answer.shown());
        let Some(content) = response["content"].as_object() else {
            assert!(answer.text.is_empty(), "an undocumented body: {}", answer.shown());
            return;
        };
        let kind = answer.header("content-type").split(';').next().unwrap_or_default();
        let media = content.get(kind);
        assert!(media.is_some(), "undocumented content type {kind:?}: {}", answer.shown());
        if kind.ends_with("json") && kind != "application/x-ndjson" {
            let schema = &media.unwrap()["schema"];
            self.fits_schema(&format!("{name} {template} {key} {kind}"), schema, answer);
        }
    }

    /// The documented path with the most literal parts: `by-number` goes before `{id}`.
    fn template(&self, path: &str) -> Option<&str> {
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |template: &&String| {
            let wanted: Vec<&str> = template.split('/').collect();
            // A tile's path has as many parts as its number needs (C2SP tlog-tiles).
            let is_as_long = match wanted.last() {
                Some(&"{tile}") => wanted.len() <= parts.len(),
                _ => wanted.len() == parts.len(),
            };
            is_as_long
                && wanted.iter().zip(&parts).all(|(wanted, part)| {
                    wanted == part || (wanted.starts_with('{') && !part.is_empty())
                })
        };
        let known = self.document["paths"].as_object().unwrap().keys();
        let literals =
            |template: &&String| template.split('/').filter(|p| !p.starts_with('{')).count();
        known.filter(fits).max_by_key(literals).map(String::as_str)
    }

    fn resolved<'a>(&'a self, value: &'a Value) -> &'a Value {
        let pointer = value["$ref"].as_str().and_then(|name| name.strip_prefix('#'));
        pointer.map_or(value, |pointer| self.document.pointer(pointer).unwrap_or(&Value::Null))
    }

    fn fits(&self, reference: &str, answer: &Answer) {
        self.fits_schema(reference, &json!({ "$ref": reference }), answer);
    }

    fn fits_schema(&self, name: &str, schema: &Value, answer: &Answer) {
        let validator = self.validator(name, schema);
        let faults: Vec<String> = validator
            .iter_errors(&answer.json)
            .map(|fault| format!("{}: {fault}", fault.instance_path()))
            .collect();
        assert!(
            faults.is_empty(),
            "not as documented ({name}):\n{}\n{}",
            faults.join("\n"),
            answer.shown()
        );
    }

    fn validator(&self, name: &str, schema: &Value) -> Arc<Validator> {
        let mut compiled = self.compiled.lock().unwrap();
        if let Some(known) = compiled.get(name) {
            return Arc::clone(known);
        }
        let mut whole = json!({ "components": self.document["components"] });
        whole["allOf"] = json!([schema]);
        let built = jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            // OpenAPI's own: int32, int64, password.
            .should_ignore_unknown_formats(true)
            .build(&whole);
        let validator = Arc::new(built.unwrap_or_else(|err| panic!("{name}: {err}")));
        compiled.insert(name.to_owned(), Arc::clone(&validator));
        validator
    }
}

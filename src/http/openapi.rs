//! The OpenAPI document: every room's operations, and what all of them share.
//!
//! Must hold: what is served is what is documented. A test compares the committed
//! `api-spec/openapi.json` with this, and every answer in every test is validated against it.

use std::sync::LazyLock;

use utoipa::OpenApi;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{Object, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, Http, HttpAuthScheme, SecurityScheme};
use utoipa::openapi::{
    Components, ContentBuilder, HeaderBuilder, OpenApi as Document, Ref, RefOr, Required, Response,
    ResponseBuilder, SecurityRequirement,
};

use super::anomaly::AnomalyApi;
use super::anomaly_rules::AnomalyRulesApi;
use super::application::ApplicationApi;
use super::audit::AuditApi;
use super::capacity::CapacityApi;
use super::changes::ChangesApi;
use super::custody::CustodyApi;
use super::emergency::EmergencyApi;
use super::evidence::EvidenceApi;
use super::identity::IdentityApi;
use super::imports::ImportApi;
use super::inspection::InspectionApi;
use super::manifest::ManifestApi;
use super::notify::{SubscriptionApi, WebhookApi};
use super::registry::{HistoryApi, RegistryApi};
use super::report::ReportApi;
use super::round::RoundApi;
use super::routes::API;
use super::telemetry::TelemetryApi;
use super::trip::TripApi;
use super::{FaultEntry, PROBLEM_JSON, ProblemBody, docs, door, health, sandbox, whole};
use crate::export::Format;
use crate::limits::IDEMPOTENCY_KEY_CHARS_MAX;

#[derive(OpenApi)]
#[openapi(
    info(
        title = "liandan 联单",
        description = "Electronic transfer manifests for hazardous, medical and kitchen waste.",
        license(name = "Apache-2.0", identifier = "Apache-2.0"),
    ),
    paths(health::healthz, health::readyz, health::metrics, docs::document),
    components(schemas(ProblemBody, FaultEntry))
)]
struct Root;

#[derive(OpenApi)]
#[openapi(paths(sandbox::clock_now, sandbox::set_clock, sandbox::caught_mail))]
struct Sandbox;

fn rooms() -> Vec<Document> {
    vec![
        ImportApi::openapi(),
        IdentityApi::openapi(),
        RegistryApi::openapi(),
        HistoryApi::openapi(),
        ManifestApi::openapi(),
        CustodyApi::openapi(),
        AuditApi::openapi(),
        EvidenceApi::openapi(),
        RoundApi::openapi(),
        TripApi::openapi(),
        CapacityApi::openapi(),
        ApplicationApi::openapi(),
        EmergencyApi::openapi(),
        ReportApi::openapi(),
        TelemetryApi::openapi(),
        AnomalyApi::openapi(),
        AnomalyRulesApi::openapi(),
        InspectionApi::openapi(),
        ChangesApi::openapi(),
        WebhookApi::openapi(),
        SubscriptionApi::openapi(),
        Sandbox::openapi(),
    ]
}

/// The document of this build.
pub fn document() -> Document {
    let mut document = Root::openapi();
    for room in rooms() {
        document.merge(room);
    }
    finish(&mut document);
    document
}

/// The document as it is served and committed.
pub fn text() -> &'static str {
    static TEXT: LazyLock<String> = LazyLock::new(|| {
        // Through a `Value`, whose keys are sorted: the order of declaration then changes nothing.
        let mut value = serde_json::to_value(document()).unwrap_or_default();
        allow_empty_words(&mut value);
        let mut text = serde_json::to_string_pretty(&value).unwrap_or_default();
        text.push('\n');
        text
    });
    &TEXT
}

/// An empty word of a query (`?site_id=`) is an absent one (`wire/query.rs`), whatever its type.
fn allow_empty_words(document: &mut serde_json::Value) {
    let paths = document["paths"].as_object_mut().into_iter().flatten();
    let operations = paths.filter_map(|(_, item)| item.get_mut("get"));
    for operation in operations {
        let parameters = operation.get_mut("parameters").and_then(|list| list.as_array_mut());
        for parameter in parameters.into_iter().flatten() {
            if parameter["in"] == "query" && parameter["required"] != true {
                parameter["allowEmptyValue"] = true.into();
            }
        }
    }
}

/// Adds to every operation what every operation has.
fn finish(document: &mut Document) {
    let components = document.components.get_or_insert_with(Components::new);
    components.responses.insert(PROBLEM.to_owned(), RefOr::T(problem()));
    components.add_security_scheme("bearer", bearer());
    components.add_security_scheme("api_key", api_key());
    document.security = Some(vec![SecurityRequirement::new::<_, [&str; 0], &str>("bearer", [])]);
    for (path, item) in &mut document.paths.paths {
        let operations = [
            ("get", &mut item.get),
            ("post", &mut item.post),
            ("put", &mut item.put),
            ("patch", &mut item.patch),
            ("delete", &mut item.delete),
        ];
        for (method, operation) in operations {
            if let Some(operation) = operation {
                let changes = method != "get";
                operation.operation_id = Some(operation_id(method, path));
                document_headers(operation, method, path);
                document_keys(operation, method, path);
                document_absent_bodies(operation, method, path);
                document_whole_lists(operation, method, path);
                document_refusals(operation, path.starts_with(API), changes);
            }
        }
    }
}

/// The headers that commands heed: `conditions.rs` reads them for all alike.
fn document_headers(operation: &mut Operation, method: &str, path: &str) {
    let path = path.strip_prefix(API).unwrap_or_default();
    let of_a_register = !["/auth/", "/me", "/sandbox/"].iter().any(|at| path.starts_with(at));
    if !of_a_register || method == "get" || path.is_empty() {
        return;
    }
    // Each line has an external id of its own.
    let has_lines = path.ends_with("/bulk") || path == "/imports";
    if method == "post" && !has_lines {
        let words = "Your own, new for each command: a repeat within 24 hours gets the first \
                     answer, with `Idempotent-Replayed: true`. Recommended.";
        let text = Object::builder()
            .schema_type(Type::String)
            .min_length(Some(1))
            .max_length(Some(IDEMPOTENCY_KEY_CHARS_MAX))
            .pattern(Some("^[ -~]+$"));
        heed(operation, "Idempotency-Key", text.build(), words);
    }
    if path.contains("{id}") {
        let words = "The `ETag` that you saw: 412 where the resource has changed since.";
        heed(operation, "If-Match", Object::with_type(Type::String), words);
    }
    if !has_lines {
        tell_position(operation);
    }
}

fn heed(operation: &mut Operation, name: &str, text: Object, words: &str) {
    let header = ParameterBuilder::new().name(name).parameter_in(ParameterIn::Header);
    let header = header.description(Some(words)).schema(Some(text)).build();
    operation.parameters.get_or_insert_with(Vec::new).push(header.into());
}

/// Every answer of a command says where it stands (`standing.rs`).
fn tell_position(operation: &mut Operation) {
    let words = "Position in the log of the command's last event; `proof` is by `wait=proof`.";
    for (status, answer) in &mut operation.responses.responses {
        if let RefOr::T(answer) = answer
            && status.starts_with('2')
        {
            let number = Object::with_type(Type::Integer);
            let header = HeaderBuilder::new().description(Some(words)).schema(Some(number)).build();
            answer.headers.insert("Log-Position".to_owned(), header.into());
        }
    }
}

/// Commands all of whose fields may be absent (`Caller::command_or_empty`): no body is `{}`.
const BODY_MAY_BE_ABSENT: &[(&str, &str)] = &[
    ("post", "/auth/logout"),
    ("delete", "/delegations/{id}"),
    ("delete", "/me/device-keys/{id}"),
    ("post", "/manifests/{id}/file"),
    ("post", "/manifests/{id}/depart"),
    ("post", "/manifests/{id}/arrive"),
    ("post", "/manifests/{id}/events/{seq}/countersign"),
    ("post", "/manifests/{id}/amendments/{n}/approve"),
    ("post", "/manifests/{id}/amendments/{n}/reject"),
    ("post", "/trips/{id}/depart"),
    ("post", "/trips/{id}/arrive"),
    ("post", "/collection-rounds/{id}/stops/{n}/confirm"),
    ("delete", "/webhooks/{id}"),
    ("post", "/webhooks/{id}/rotate-secret"),
    ("post", "/webhooks/{id}/ping"),
    ("post", "/webhooks/{id}/deliveries/{delivery_id}/redeliver"),
    ("delete", "/subscriptions/{id}"),
    ("post", "/notices/{id}/read"),
];

fn document_absent_bodies(operation: &mut Operation, method: &str, path: &str) {
    let path = path.strip_prefix(API).unwrap_or_default();
    if BODY_MAY_BE_ABSENT.contains(&(method, path))
        && let Some(RefOr::T(body)) = &mut operation.request_body
    {
        body.required = Some(Required::False);
    }
}

/// A list can be had whole, in other formats, and some answers as tables (`whole.rs`).
fn document_whole_lists(operation: &mut Operation, method: &str, path: &str) {
    let path = path.strip_prefix(API).unwrap_or_default();
    let is_list = method == "get" && whole::LISTS.contains(&path);
    if !is_list && !whole::TABLES.contains(&(method, path)) {
        return;
    }
    let Some(RefOr::T(answer)) = operation.responses.responses.get_mut("200") else { return };
    for format in Format::ALL {
        let text = Object::with_type(Type::String);
        let content = ContentBuilder::new().schema(Some(text)).build();
        answer.content.insert(format.media_type().to_owned(), content.into());
    }
    if !is_list {
        return;
    }
    let words = "With another `Accept`, the whole filtered list from `cursor` on, streamed: \
                 headings in the language asked for; cells that would be formulas begin with `'`.";
    let before = operation.description.take().unwrap_or_default();
    operation.description = Some(format!("{before}\n\n{words}").trim().to_owned());
}

/// An API key opens what its door says (`door.rs`), and that is what is documented.
fn document_keys(operation: &mut Operation, method: &str, path: &str) {
    let method = method.to_uppercase().parse().unwrap_or_default();
    if let Some(scopes) = door::scopes_for(&method, path)
        && let Some(security) = &mut operation.security
        && security.contains(&SecurityRequirement::new::<_, [&str; 0], &str>("bearer", []))
    {
        let scopes = scopes.iter().map(|scope| scope.as_str());
        security.push(SecurityRequirement::new("api_key", scopes));
    }
}

/// Unique by construction: handlers of different rooms share names.
fn operation_id(method: &str, path: &str) -> String {
    let path = path.strip_prefix(API).unwrap_or(path);
    let word = |part: &str| part.replace(['-', '.', '{', '}'], "_").trim_matches('_').to_owned();
    let parts = path.split('/').filter(|part| !part.is_empty()).map(word);
    std::iter::once(method.to_owned()).chain(parts).collect::<Vec<_>>().join("_")
}

const PROBLEM: &str = "Problem";

/// Refusals that any operation can answer, those of any below [`API`], and those of any that
/// changes something.
fn document_refusals(operation: &mut Operation, in_api: bool, changes: bool) {
    const READING: &[&str] = &["400", "401", "403", "404", "422", "429", "500", "503"];
    const CHANGING: &[&str] = &["409", "412", "413", "415"];
    let known = &mut operation.responses.responses;
    known.retain(|status, _| !status.ends_with("XX"));
    let reading = if in_api { READING } else { &[] };
    let changing = if in_api && changes { CHANGING } else { &[] };
    for status in reading.iter().chain(changing).chain(&["default"]) {
        known
            .entry((*status).to_owned())
            .or_insert_with(|| RefOr::Ref(Ref::from_response_name(PROBLEM)));
    }
}

fn problem() -> Response {
    let body = Ref::from_schema_name(PROBLEM);
    ResponseBuilder::new()
        .description(
            "A refusal or a fault (RFC 9457). `code` says which; `docs/problems.md` lists all.",
        )
        .content(PROBLEM_JSON, ContentBuilder::new().schema(Some(body)).build())
        .build()
}

fn api_key() -> SecurityScheme {
    let words = "A key of `POST /api-keys`. It needs one of the scopes named beside it; never send \
                 it together with `Authorization`.";
    SecurityScheme::ApiKey(ApiKey::Header(ApiKeyValue::with_description("X-Api-Key", words)))
}

fn bearer() -> SecurityScheme {
    let mut scheme = Http::new(HttpAuthScheme::Bearer);
    scheme.description =
        Some("The access token of `POST /auth/login`, good for 15 minutes.".into());
    SecurityScheme::Http(scheme)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    /// Of two types that share a name the document would show one in place of both.
    #[test]
    fn one_name_is_one_schema() {
        let mut known = BTreeMap::new();
        for room in rooms() {
            for (name, schema) in room.components.unwrap_or_default().schemas {
                let schema = serde_json::to_value(schema).unwrap();
                let before = known.entry(name.clone()).or_insert_with(|| schema.clone());
                assert_eq!(*before, schema, "{name}");
            }
        }
    }
}

//! From a [`Problem`] to the RFC 9457 answer that leaves, in the language asked for.
//!
//! A handler returns `Err(problem)`; `frame.rs`, which knows the request id, the language and the
//! body, renders it and logs it, once. What is rendered here without a frame (a bare test app) is
//! Chinese and has no request id.

use actix_web::body::BoxBody;
use actix_web::http::StatusCode;
use actix_web::http::header::{self, HeaderValue};
use actix_web::{HttpResponse, HttpResponseBuilder, ResponseError};
use serde_json::{Map, Value};

use crate::problem::{Code, Fault, Lang, Problem};

/// What every handler answers.
pub type Answer = Result<HttpResponse, Problem>;

/// The media type of every refusal.
pub const PROBLEM_JSON: &str = "application/problem+json";

/// Members of RFC 9457 and of ours that a fault's own members never replace.
const FIXED_MEMBERS: [&str; 7] =
    ["type", "title", "status", "detail", "code", "request_id", "errors"];

/// One entry of `errors`, and of `warnings` in an answer that succeeded.
pub fn fault_json(fault: &Fault, lang: Lang) -> Value {
    let mut entry = Map::new();
    // The whole document (RFC 6901's empty pointer) where no single field is at fault.
    entry.insert("pointer".to_owned(), fault.pointer.as_deref().unwrap_or_default().into());
    entry.insert("code".to_owned(), fault.code.as_str().into());
    entry.insert("detail".to_owned(), fault.detail.of(lang).into());
    for (name, value) in &fault.extra {
        entry.entry(name.as_str()).or_insert_with(|| value.clone());
    }
    Value::Object(entry)
}

/// The body of a refusal. A fault of ours shows the request id and nothing else.
pub fn problem_json(problem: &Problem, lang: Lang, request_id: Option<&str>) -> Value {
    let lead = problem.lead();
    let code = lead.code.as_str();
    let mut body = Map::new();
    body.insert("type".to_owned(), format!("/docs/problems#{code}").into());
    body.insert("title".to_owned(), lead.code.title(lang).into());
    body.insert("status".to_owned(), status(problem).as_u16().into());
    body.insert("detail".to_owned(), lead.detail.of(lang).into());
    body.insert("code".to_owned(), code.into());
    body.insert("request_id".to_owned(), request_id.into());
    let told: &[Fault] = if lead.code == Code::Internal { &[] } else { problem.faults() };
    let errors: Vec<Value> = told.iter().map(|fault| fault_json(fault, lang)).collect();
    body.insert("errors".to_owned(), errors.into());
    for (name, value) in told.first().iter().flat_map(|fault| &fault.extra) {
        if !FIXED_MEMBERS.contains(&name.as_str()) {
            body.insert(name.clone(), value.clone());
        }
    }
    Value::Object(body)
}

/// The whole answer to a refusal.
pub fn render(problem: &Problem, lang: Lang, request_id: Option<&str>) -> HttpResponse {
    let mut answer = HttpResponseBuilder::new(status(problem));
    answer.insert_header((header::CONTENT_TYPE, PROBLEM_JSON));
    answer.insert_header((header::CONTENT_LANGUAGE, language_tag(lang)));
    answer.insert_header((header::CACHE_CONTROL, PRIVATE));
    if let Some(seconds) = problem.retry_after_s {
        answer.insert_header((header::RETRY_AFTER, seconds));
    }
    if problem.status() == 401 {
        answer.insert_header((header::WWW_AUTHENTICATE, "Bearer realm=\"liandan\""));
    }
    answer.body(problem_json(problem, lang, request_id).to_string())
}

/// Answers are for the one who asked, and are never kept.
pub const PRIVATE: HeaderValue = HeaderValue::from_static("private, no-store");

pub const fn language_tag(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "zh-CN",
        Lang::En => "en",
    }
}

/// A warning that leads a problem is our slip, and must not leave as a success.
fn status(problem: &Problem) -> StatusCode {
    StatusCode::from_u16(problem.status())
        .ok()
        .filter(|status| status.is_client_error() || status.is_server_error())
        .unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl ResponseError for Problem {
    fn status_code(&self) -> StatusCode {
        status(self)
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        render(self, Lang::default(), None)
    }
}

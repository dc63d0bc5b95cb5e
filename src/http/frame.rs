//! The outermost layer: every answer, also one to an error of a layer inside or to a panic, leaves
//! with its request id, the security headers, and refusals in problem form; each request makes one
//! log line, and a fault of ours one more, with its cause.
//!
//! actix lets an `Err` of a middleware pass by the layers outside it; so does a panic. Both are
//! caught here. Wrap it last: `App::new().app_data(settings).….wrap(from_fn(frame))`.

use std::panic::AssertUnwindSafe;
use std::time::Instant;

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::StatusCode;
use actix_web::http::header::{
    ACCEPT_LANGUAGE, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, TRANSFER_ENCODING,
};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpMessage, HttpRequest, HttpResponse, ResponseError};
use futures_util::FutureExt;

use crate::clock::Clock;
use crate::command;
use crate::limits::{REQUEST_ID_CHARS_MAX, URI_BYTES_MAX};
use crate::mint::Mint;
use crate::problem::{Code, Lang, Problem, Text};
use crate::telemetry::{Metrics, Request};
use crate::wire::Document;

use super::answer::render;
use super::body::JsonBytes;
use super::headers::{self, REQUEST_ID};
use super::language;
use super::methods;
use super::standing;
use super::status::problem_of_status;

/// What the frame needs to know; `Data<FrameSettings>` of the app.
#[derive(Clone, Debug)]
pub struct FrameSettings {
    pub clock: Clock,
    pub mint: Mint,
    /// Whether clients reach us over TLS: only then may they be told to insist on it (HSTS).
    pub behind_tls: bool,
    /// Where answers are counted; `None` in a bare test app.
    pub metrics: Option<Metrics>,
}

impl Default for FrameSettings {
    fn default() -> Self {
        Self { clock: Clock::wall_clock(), mint: Mint::random(), behind_tls: false, metrics: None }
    }
}

/// What the frame knows of a request, for all who come after it.
#[derive(Clone, Debug)]
struct Framed {
    request_id: String,
    lang: Lang,
}

/// The id of this request, as answered in `X-Request-Id`.
pub fn request_id(request: &HttpRequest) -> String {
    request.extensions().get::<Framed>().map(|framed| framed.request_id.clone()).unwrap_or_default()
}

/// The language of the answer.
pub fn lang(request: &HttpRequest) -> Lang {
    request.extensions().get::<Framed>().map(|framed| framed.lang).unwrap_or_default()
}

/// A layer inside refuses so, and the access log still knows the route.
pub fn refuse(request: ServiceRequest, problem: Problem) -> ServiceResponse<BoxBody> {
    // Not `into_response`: that drops the error that the frame renders again.
    request.error_response(problem)
}

/// The layer itself, for `from_fn`.
pub async fn frame(
    mut request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let started = Instant::now();
    let settings = request.app_data::<Data<FrameSettings>>().cloned().unwrap_or_default();
    let framed = Framed {
        request_id: chosen_id(request.headers(), &settings),
        lang: language::accepted(header(request.headers(), ACCEPT_LANGUAGE.as_str())),
    };
    request.extensions_mut().insert(framed.clone());
    let method = request.method().clone();
    methods::head_as_get(&mut request);
    let log = |status, route: Option<String>, problem: Option<&Problem>| {
        let line = Line { framed: &framed, method: method.as_str(), route, status, started };
        count_answer(&line, settings.metrics.as_ref());
        log_answer(&line, problem);
    };
    let (answered, standings) = if let Some(problem) = uri_fault(&request) {
        (Ok(Ok(refuse(request, problem))), Vec::new())
    } else {
        let inner = AssertUnwindSafe(next.call(request)).catch_unwind();
        let (inner, standings) = command::noting(inner).await;
        (inner.map(|answer| answer.map(ServiceResponse::map_into_boxed_body)), standings)
    };
    match answered {
        Ok(Ok(answer)) => {
            let answer = standing::told(answer, &standings).await;
            let answer = methods::told(answer, &method);
            let problem = problem_in(&answer);
            let mut answer = in_problem_form(answer, problem.as_ref(), &framed);
            headers::dress(answer.headers_mut(), &framed.request_id, settings.behind_tls);
            log(answer.status(), answer.request().match_pattern(), problem.as_ref());
            Ok(answer)
        }
        // Without the request no `ServiceResponse` can be made: the error renders itself.
        Ok(Err(error)) => {
            let problem = problem_of(&error, error.as_response_error().status_code());
            log(problem.status_code(), None, Some(&problem));
            Err(FramedError { problem, framed, behind_tls: settings.behind_tls }.into())
        }
        Err(panic) => {
            let problem = Problem::internal(format!("panic: {}", panic_text(panic.as_ref())));
            log(problem.status_code(), None, Some(&problem));
            Err(FramedError { problem, framed, behind_tls: settings.behind_tls }.into())
        }
    }
}

/// An error that no layer may dress any more, so it brings all its headers itself.
#[derive(Debug)]
struct FramedError {
    problem: Problem,
    framed: Framed,
    behind_tls: bool,
}

impl std::fmt::Display for FramedError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.problem.fmt(f)
    }
}

impl ResponseError for FramedError {
    fn status_code(&self) -> StatusCode {
        self.problem.status_code()
    }

    fn error_response(&self) -> HttpResponse<BoxBody> {
        let Framed { request_id, lang } = &self.framed;
        let mut answer = render(&self.problem, *lang, Some(request_id));
        headers::dress(answer.headers_mut(), request_id, self.behind_tls);
        answer
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// The client's own id when it is short and plain (it goes into every log line), else a new one.
fn chosen_id(headers: &HeaderMap, settings: &FrameSettings) -> String {
    let given = header(headers, REQUEST_ID);
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    if (1..=REQUEST_ID_CHARS_MAX).contains(&given.len()) && given.bytes().all(plain) {
        return given.to_owned();
    }
    settings.mint.uuid(settings.clock.wall()).to_string()
}

/// PostgreSQL knows no U+0000, and no honest request line is this long.
fn uri_fault(request: &ServiceRequest) -> Option<Problem> {
    let uri = request.uri().path_and_query().map_or("", |uri| uri.as_str());
    if uri.contains("%00") {
        let detail =
            Text::new("路径或查询中不得有 U+0000。", "Path and query must not hold U+0000.");
        return Some(Problem::new(Code::NulCharacter, detail));
    }
    (uri.len() > URI_BYTES_MAX).then(|| {
        let detail = Text::new(
            format!("路径和查询超过 {URI_BYTES_MAX} 字节。"),
            format!("Path and query are longer than {URI_BYTES_MAX} bytes."),
        );
        Problem::new(Code::BadRequest, detail)
    })
}

/// The problem that an answer carries or stands for, its faults in the order of the body.
fn problem_in(answer: &ServiceResponse<BoxBody>) -> Option<Problem> {
    let status = answer.status();
    if status.as_u16() < 400 {
        return None;
    }
    if let Some(error) = answer.response().error() {
        let mut problem = problem_of(error, status);
        let body = answer.request().extensions().get::<JsonBytes>().cloned();
        if let Some(document) = body.as_ref().and_then(|body| Document::parse(&body.0).ok()) {
            problem.sort_by_document(|pointer| document.position(pointer));
        }
        return Some(problem);
    }
    // actix's own 404 and 405 are empty; a page of the console or a file has a type of its own.
    let kind = header(answer.headers(), CONTENT_TYPE.as_str());
    (kind.is_empty() || kind.starts_with("text/plain")).then(|| problem_of_status(status, None))
}

fn problem_of(error: &Error, status: StatusCode) -> Problem {
    error
        .as_error::<Problem>()
        .cloned()
        .unwrap_or_else(|| problem_of_status(status, Some(error.to_string())))
}

/// The answer rendered again with language and request id; what else its headers said is kept
/// (`Allow`, a rate limiter's figures).
fn in_problem_form(
    answer: ServiceResponse<BoxBody>,
    problem: Option<&Problem>,
    framed: &Framed,
) -> ServiceResponse<BoxBody> {
    let Some(problem) = problem else { return answer };
    let (request, before) = answer.into_parts();
    let mut rendered = render(problem, framed.lang, Some(&framed.request_id));
    for (name, value) in before.headers() {
        let of_the_body = [CONTENT_TYPE, CONTENT_LENGTH, TRANSFER_ENCODING].contains(name);
        if !of_the_body && !rendered.headers().contains_key(name) {
            rendered.headers_mut().append(name.clone(), value.clone());
        }
    }
    ServiceResponse::new(request, rendered)
}

struct Line<'a> {
    framed: &'a Framed,
    method: &'a str,
    /// The pattern, never the path: paths hold plates and numbers.
    route: Option<String>,
    status: StatusCode,
    started: Instant,
}

fn count_answer(line: &Line<'_>, metrics: Option<&Metrics>) {
    if let Some(metrics) = metrics {
        let route = line.route.as_deref().unwrap_or("-");
        let (status, seconds) = (line.status.as_u16(), line.started.elapsed().as_secs_f64());
        metrics.answered(&Request { method: line.method, route, status, seconds });
    }
}

fn log_answer(line: &Line<'_>, problem: Option<&Problem>) {
    let request_id = line.framed.request_id.as_str();
    let code = problem.map(|problem| problem.code().as_str());
    let route = line.route.as_deref().unwrap_or("-");
    tracing::info!(
        request.id = request_id,
        http.method = line.method,
        http.route = route,
        http.status = line.status.as_u16(),
        duration_ms = line.started.elapsed().as_secs_f64() * 1e3,
        problem.code = code,
        "request answered"
    );
    if let Some(cause) = problem.filter(|_| line.status.is_server_error()).and_then(cause) {
        tracing::error!(request.id = request_id, http.route = route, cause, "request failed");
    }
}

fn cause(problem: &Problem) -> Option<&str> {
    problem.cause.as_deref()
}

fn panic_text(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied()).unwrap_or("no message")
}

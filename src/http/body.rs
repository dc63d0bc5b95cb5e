//! The body of a request. It is read up to a bound and never refused while being extracted: the
//! handler asks, so that 401 comes before 413, that before 415, that before 400 (api.md).

use std::time::Duration;

use actix_web::dev::Payload;
use actix_web::http::Method;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap};
use actix_web::web::{Bytes, BytesMut};
use actix_web::{FromRequest, HttpMessage, HttpRequest};
use futures_util::future::LocalBoxFuture;
use futures_util::{FutureExt, StreamExt};

use crate::limits::{BODY_BYTES_MAX, BODY_READ_S_MAX};
use crate::problem::{Code, Problem, Text};
use crate::wire::{self, Asked, Decode};

/// A body of at most `MAX` bytes, or why it could not be read.
pub struct Body<const MAX: usize = BODY_BYTES_MAX> {
    bytes: Result<Bytes, Problem>,
    is_json: bool,
}

/// The JSON body in the request's extensions: `frame.rs` sorts faults by its order.
#[derive(Clone)]
pub struct JsonBytes(pub Bytes);

impl<const MAX: usize> Body<MAX> {
    /// The raw bytes, whatever they are: what an idempotency key's fingerprint covers.
    pub fn bytes(&self) -> Result<&Bytes, Problem> {
        self.bytes.as_ref().map_err(Clone::clone)
    }

    /// What is asked in JSON. The outer error is 413, 415 or 400; the inner one, 422, is for after
    /// the subject was looked at.
    pub fn asked<T: Decode>(&self) -> Result<Asked<T>, Problem> {
        wire::asked(self.json()?)
    }

    /// The bytes of one well-formed JSON document.
    pub fn document(&self) -> Result<&[u8], Problem> {
        let bytes = self.json()?;
        wire::Document::parse(bytes)?;
        Ok(bytes)
    }

    fn json(&self) -> Result<&Bytes, Problem> {
        let bytes = self.bytes()?;
        if !self.is_json {
            return Err(unsupported());
        }
        if bytes.is_empty() {
            let detail = Text::new("请求体为空，应为 JSON。", "The body is empty; JSON is needed.");
            return Err(Problem::new(Code::MalformedJson, detail));
        }
        Ok(bytes)
    }

    /// The same for a command all of whose fields may be absent: no body is `{}`.
    pub fn asked_or_empty<T: Decode>(&self) -> Result<Asked<T>, Problem> {
        if self.bytes()?.is_empty() { wire::asked(b"{}") } else { self.asked() }
    }

    /// What is asked, where nothing has to be looked at before its content.
    pub fn read<T: Decode>(&self) -> Result<T, Problem> {
        self.asked()?
    }
}

impl<const MAX: usize> FromRequest for Body<MAX> {
    type Error = std::convert::Infallible;
    type Future = LocalBoxFuture<'static, Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, payload) = (request.clone(), payload.take());
        async move {
            let is_json = is_json(request.method(), request.headers());
            let bytes = receive(request.headers(), payload, MAX).await;
            if let Ok(bytes) = &bytes
                && is_json
            {
                request.extensions_mut().insert(JsonBytes(bytes.clone()));
            }
            Ok(Self { bytes, is_json })
        }
        .boxed_local()
    }
}

/// The whole body in time, or the fault: too large (as announced or as sent), broken off, too slow.
pub(super) async fn receive(
    headers: &HeaderMap,
    payload: Payload,
    max: usize,
) -> Result<Bytes, Problem> {
    let announced = headers.get(CONTENT_LENGTH).and_then(|value| value.to_str().ok());
    let announced: usize = announced.and_then(|text| text.parse().ok()).unwrap_or(0);
    if announced > max {
        return Err(too_large(max));
    }
    let all = collect(payload, announced, max);
    // As slow for a larger body as for an ordinary one.
    let seconds = BODY_READ_S_MAX * (max.div_ceil(BODY_BYTES_MAX).max(1) as u64);
    tokio::time::timeout(Duration::from_secs(seconds), all).await.unwrap_or_else(|_slow| {
        let detail = Text::new("请求体传输过慢。", "The body took too long to arrive.");
        Err(Problem::new(Code::BadRequest, detail))
    })
}

async fn collect(mut payload: Payload, announced: usize, max: usize) -> Result<Bytes, Problem> {
    let mut whole = BytesMut::with_capacity(announced);
    while let Some(chunk) = payload.next().await {
        let chunk = chunk.map_err(|_broken| {
            let detail = Text::new("请求体不完整。", "The body broke off.");
            Problem::new(Code::BadRequest, detail)
        })?;
        if whole.len() + chunk.len() > max {
            return Err(too_large(max));
        }
        whole.extend_from_slice(&chunk);
    }
    Ok(whole.freeze())
}

pub(super) fn too_large(max: usize) -> Problem {
    let detail = Text::new(
        format!("请求体超过 {max} 字节。"),
        format!("The body is larger than {max} bytes."),
    );
    Problem::new(Code::PayloadTooLarge, detail)
}

fn unsupported() -> Problem {
    let detail = Text::new(
        "请求体应为 UTF-8、未压缩的 application/json（PATCH 也可为 application/merge-patch+json）。",
        "The body must be application/json in UTF-8, not compressed (for PATCH also \
         application/merge-patch+json).",
    );
    Problem::new(Code::UnsupportedMediaType, detail)
}

fn is_json(method: &Method, headers: &HeaderMap) -> bool {
    let text = |name| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let plain = matches!(text(CONTENT_ENCODING), "" | "identity");
    let mut parts = text(CONTENT_TYPE).split(';').map(str::trim);
    let kind = parts.next().unwrap_or_default();
    let known = kind.eq_ignore_ascii_case("application/json")
        || (*method == Method::PATCH && kind.eq_ignore_ascii_case("application/merge-patch+json"));
    let in_utf8 = |parameter: &str| {
        let (name, value) = parameter.split_once('=').unwrap_or((parameter, ""));
        !name.trim().eq_ignore_ascii_case("charset")
            || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
    };
    plain && known && parts.all(in_utf8)
}

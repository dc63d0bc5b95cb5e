//! What a request's head says about how it is to be done: `If-Match`, `Idempotency-Key`,
//! `?validate_only=true`, and the `ETag` that answers them.

use actix_web::HttpRequest;
use actix_web::http::header::{ETag, EntityTag, HeaderMap, IF_MATCH};
use sha2::{Digest, Sha256};

use crate::ctx::IdempotencyKey;
use crate::limits::IDEMPOTENCY_KEY_CHARS_MAX;
use crate::problem::{Code, Lang, Problem, Text};
use crate::wire::{Asked, Decode, api_enum, asked_in_query, wire};

use super::frame;

wire! {
    /// The query of a command.
    pub struct CommandQuery {
        /// Answer what would be answered, and write nothing.
        pub validate_only: bool = false,
        /// `proof`: answer when the command's events are in a checkpoint of the log, with one
        /// member more, `proof` (a CommandProof). It is null where that takes more than five
        /// seconds; the command stands all the same.
        pub wait: Option<WaitFor>,
    }
}

api_enum! {
    /// What a command's answer waits for, beside its commit.
    pub enum WaitFor { Proof = "proof" }
}

/// The parts of a `Ctx` that stand in the request itself; who asks and what time it is are added
/// by whoever authenticates.
#[derive(Clone, Debug)]
pub struct RequestParts {
    pub request_id: String,
    pub lang: Lang,
    pub key: Option<IdempotencyKey>,
    pub if_match: Option<i64>,
    pub validate_only: bool,
}

/// Reads the parts of a command; `body` is the raw body, which the key's fingerprint covers. The
/// outer error is a 400. Beside the parts is what is 422 in query and key, all of it: that is told
/// after the subject and its version were looked at, so a sound `If-Match` counts all the same.
pub fn parts(
    request: &HttpRequest,
    body: &[u8],
) -> Result<(RequestParts, Result<(), Problem>), Problem> {
    let (parts, query) = parts_with(request, body, |query: &CommandQuery| query.validate_only)?;
    Ok((parts, query.map(drop)))
}

/// The same of a command whose query says more than a command's usually does.
pub fn parts_with<Q: Decode>(
    request: &HttpRequest,
    body: &[u8],
    validate_only: impl Fn(&Q) -> bool,
) -> Result<(RequestParts, Asked<Q>), Problem> {
    let key = idempotency_key(request, body);
    let query = asked_in_query::<Q>(request.query_string());
    let query = match query {
        Ok(query) => query,
        Err(malformed) => {
            return Err(match key {
                Err(bad_key) => malformed.and(bad_key),
                Ok(_) => malformed,
            });
        }
    };
    let validate_only = query.as_ref().is_ok_and(validate_only);
    let (key, bad_key) = key.map_or_else(|bad| (None, Some(bad)), |key| (key, None));
    let parts = RequestParts {
        request_id: frame::request_id(request),
        lang: frame::lang(request),
        // What writes nothing has no first answer to repeat (api.md, "Habits").
        key: key.filter(|_| !validate_only),
        if_match: if_match(request.headers()),
        validate_only,
    };
    let asked = match (query, bad_key) {
        (Ok(query), None) => Ok(query),
        (Ok(_), Some(bad)) => Err(bad),
        (Err(faults), None) => Err(faults),
        (Err(faults), Some(bad)) => Err(faults.and(bad)),
    };
    Ok((parts, asked))
}

/// The parts of a reading request: no body, no key; its query is the handler's own to read.
pub fn reading_parts(request: &HttpRequest) -> RequestParts {
    RequestParts {
        request_id: frame::request_id(request),
        lang: frame::lang(request),
        key: None,
        if_match: None,
        validate_only: false,
    }
}

/// The strong tag of a version: `"7"`.
pub fn etag(version: i64) -> ETag {
    ETag(EntityTag::new_strong(version.to_string()))
}

/// A version that no resource has: what was asked for can never match.
const NO_VERSION: i64 = -1;

/// The version that `If-Match` names; `None` when there is none or any will do (`*`).
///
/// Of several, the newest: versions only grow, so a client that has seen the newest listed cannot
/// truly mean an older one. Weak tags, tags that are not ours and what is no tag at all match
/// nothing (RFC 9110 §13.1.1), which the use case answers with 412 as for any other version: who
/// asks for a condition is never served without it.
fn if_match(headers: &HeaderMap) -> Option<i64> {
    let mut newest = None;
    for value in headers.get_all(IF_MATCH) {
        let text = value.to_str().unwrap_or_default().trim();
        if text == "*" {
            return None;
        }
        newest = newest.max(text.split(',').map(|tag| version_of(tag.trim())).max());
    }
    newest
}

fn version_of(tag: &str) -> i64 {
    let inner = tag.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or_default();
    let ours = !inner.is_empty() && inner.bytes().all(|byte| byte.is_ascii_digit());
    if ours { inner.parse().unwrap_or(NO_VERSION) } else { NO_VERSION }
}

/// The key, with the fingerprint that tells a repeat from another request under the same key.
fn idempotency_key(request: &HttpRequest, body: &[u8]) -> Result<Option<IdempotencyKey>, Problem> {
    let mut given = request.headers().get_all("idempotency-key");
    let Some(value) = given.next() else { return Ok(None) };
    let key = value.to_str().unwrap_or_default();
    let printable = key.bytes().all(|byte| (0x20..0x7f).contains(&byte));
    let fits = (1..=IDEMPOTENCY_KEY_CHARS_MAX).contains(&key.len());
    if !fits || !printable || given.next().is_some() {
        let detail = Text::new(
            format!(
                "Idempotency-Key 应为一个 1 到 {IDEMPOTENCY_KEY_CHARS_MAX} 个可见 ASCII 字符的值。"
            ),
            format!(
                "Idempotency-Key must be one value of 1 to {IDEMPOTENCY_KEY_CHARS_MAX} printable \
                 ASCII characters."
            ),
        );
        return Err(Problem::new(Code::InvalidIdempotencyKey, detail));
    }
    let fingerprint = fingerprint(request.method().as_str(), request.path(), body);
    Ok(Some(IdempotencyKey { key: key.to_owned(), fingerprint }))
}

/// SHA-256 over method, path and the SHA-256 of the raw body, with a separator that neither method
/// nor path can hold.
pub fn fingerprint(method: &str, path: &str, body: &[u8]) -> [u8; 32] {
    Sha256::new()
        .chain_update(method)
        .chain_update(b"\n")
        .chain_update(path)
        .chain_update(b"\n")
        .chain_update(Sha256::digest(body))
        .finalize()
        .into()
}

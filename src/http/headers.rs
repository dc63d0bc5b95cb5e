//! The headers that every answer has, whoever made it.

use actix_web::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CROSS_ORIGIN_OPENER_POLICY,
    CROSS_ORIGIN_RESOURCE_POLICY, HeaderMap, HeaderName, HeaderValue, REFERRER_POLICY,
    STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};

use super::answer::PRIVATE;

/// The header that carries the request's id, both ways.
pub const REQUEST_ID: &str = "x-request-id";

/// JSON loads nothing, so nothing is allowed; pages bring a policy of their own, which stays.
const NOTHING: &str =
    "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

/// Adds what is missing; what an answer says itself (a page's policy, a file's caching) stays.
pub fn dress(headers: &mut HeaderMap, request_id: &str, behind_tls: bool) {
    let fixed = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (X_FRAME_OPTIONS, "DENY"),
        (CONTENT_SECURITY_POLICY, NOTHING),
        (REFERRER_POLICY, "no-referrer"),
        (CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
        (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
    ];
    for (name, value) in fixed {
        unless_there(headers, name, HeaderValue::from_static(value));
    }
    unless_there(headers, CACHE_CONTROL, PRIVATE);
    if behind_tls {
        let year = HeaderValue::from_static("max-age=31536000");
        unless_there(headers, STRICT_TRANSPORT_SECURITY, year);
    }
    if let Ok(id) = HeaderValue::from_str(request_id) {
        headers.insert(HeaderName::from_static(REQUEST_ID), id);
    }
}

fn unless_there(headers: &mut HeaderMap, name: HeaderName, value: HeaderValue) {
    if !headers.contains_key(&name) {
        headers.insert(name, value);
    }
}

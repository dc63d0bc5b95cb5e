//! HEAD and OPTIONS, which no table of routes lists: RFC 9110 gives every resource the one where it
//! has GET, and lets any be asked for its methods. No other origin is let in (no CORS): a browser
//! page of somebody else's has no business with waste manifests.

use actix_web::HttpResponse;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{ALLOW, HeaderValue};
use actix_web::http::{Method, StatusCode};

/// HEAD is answered as GET; actix leaves the body out when it writes.
pub fn head_as_get(request: &mut ServiceRequest) {
    if *request.method() == Method::HEAD {
        request.head_mut().method = Method::GET;
    }
}

/// Completes the methods that a 405 tells of; where it was OPTIONS that asked, they are the answer.
pub fn told(mut answer: ServiceResponse<BoxBody>, asked: &Method) -> ServiceResponse<BoxBody> {
    if answer.status() != StatusCode::METHOD_NOT_ALLOWED {
        return answer;
    }
    let Some(allowed) = answer.headers().get(ALLOW).and_then(completed) else { return answer };
    if *asked == Method::OPTIONS {
        let methods = HttpResponse::NoContent().insert_header((ALLOW, allowed)).finish();
        return answer.into_response(methods);
    }
    answer.headers_mut().insert(ALLOW, allowed);
    answer
}

fn completed(known: &HeaderValue) -> Option<HeaderValue> {
    let mut methods: Vec<&str> = known.to_str().ok()?.split(',').map(str::trim).collect();
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.push("OPTIONS");
    HeaderValue::from_str(&methods.join(", ")).ok()
}

//! The outermost layer.

use actix_web::{HttpMessage, HttpRequest};

use crate::problem::Lang;

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

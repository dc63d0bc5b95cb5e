//! The variable parts of a path. One that cannot name anything (an id that is no UUID) is a 404
//! like one that names nothing; it is told only when the handler asks, after 401, 413, 415, 400.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use uuid::Uuid;

use crate::problem::Problem;
use crate::wire::parse_uuid;

/// The path of the request at hand.
pub struct Segments(HttpRequest);

impl Segments {
    /// The id in `{name}`: `segments.id("id", ManifestId::of)?`.
    pub fn id<T>(&self, name: &str, of: impl Fn(Uuid) -> T) -> Result<T, Problem> {
        parse_uuid(&self.text(name)?).map(of).ok_or_else(Problem::not_found)
    }

    /// The number in `{name}`: a line, a stop, a sequence.
    pub fn number<T: std::str::FromStr>(&self, name: &str) -> Result<T, Problem> {
        let text = self.text(name)?;
        // `parse` also reads `+1`; one number has one path.
        let plain = text.bytes().all(|byte| byte.is_ascii_digit());
        plain.then(|| text.parse().ok()).flatten().ok_or_else(Problem::not_found)
    }

    /// The text in `{name}` as it stands in the path: what has one spelling is found by no other.
    pub fn raw(&self, name: &str) -> Result<&str, Problem> {
        self.0.match_info().get(name).ok_or_else(Problem::not_found)
    }

    /// The text in `{name}`, percent-decoded.
    pub fn text(&self, name: &str) -> Result<String, Problem> {
        let raw = self.0.match_info().get(name).ok_or_else(Problem::not_found)?;
        crate::wire::percent_decoded(raw).ok_or_else(Problem::not_found)
    }
}

impl FromRequest for Segments {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Ok(Self(request.clone())))
    }
}

//! The query of a reading request, as a struct declared with `wire!`.

use std::future::{Ready, ready};

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};

use crate::problem::Problem;
use crate::wire::{Asked, Decode, asked_in_query};

/// The query, or why it could not be read; the handler asks when it is its turn.
pub struct Query<T>(Result<Asked<T>, Problem>);

impl<T> Query<T> {
    /// The parameters; unknown ones are refused at `/query/<name>`.
    pub fn get(self) -> Result<T, Problem> {
        self.0?
    }
}

impl<T: Decode> FromRequest for Query<T> {
    type Error = std::convert::Infallible;
    type Future = Ready<Result<Self, Self::Error>>;

    fn from_request(request: &HttpRequest, _payload: &mut Payload) -> Self::Future {
        ready(Ok(Self(asked_in_query(request.query_string()))))
    }
}

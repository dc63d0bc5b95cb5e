//! What a command came to, as an answer: written now, written before under the same key, or only
//! tried (`validate_only`), which answers what it would have answered.

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, HttpResponseBuilder};

use crate::command::Done;
use crate::db::FirstAnswer;
use crate::problem::Problem;

use super::conditions::etag;

/// The header of an answer that repeats a first one.
pub const REPLAYED: &str = "Idempotent-Replayed";

/// The resource after a command, and how to say so.
pub struct Outcome<T> {
    pub value: Arc<T>,
    status: StatusCode,
    is_replayed: bool,
}

impl<T> Outcome<T> {
    /// `status` is that of the first answer; `as_it_stood` reads what a repeat shows.
    pub async fn of(
        done: Done<T>,
        status: StatusCode,
        as_it_stood: impl AsyncFnOnce(FirstAnswer) -> Result<T, Problem>,
    ) -> Result<Self, Problem> {
        match done {
            Done::Written { output, .. } | Done::Previewed { output, .. } => {
                Ok(Self { value: output, status, is_replayed: false })
            }
            Done::Replayed(first) => {
                let known = u16::try_from(first.status).ok();
                let status = known.and_then(|code| StatusCode::from_u16(code).ok());
                let status = status.ok_or_else(|| Problem::internal("a first answer's status"))?;
                let value = Arc::new(as_it_stood(first).await?);
                Ok(Self { value, status, is_replayed: true })
            }
        }
    }

    /// What was asked for was there already: 200 whatever the first answer's status would be. A
    /// repeat has its own.
    pub fn was_there(&mut self) {
        if !self.is_replayed {
            self.status = StatusCode::OK;
        }
    }

    /// The answer's head: status, `ETag`, and whether it is a repeat.
    pub fn answer(&self, version: i64) -> HttpResponseBuilder {
        let mut answer = HttpResponse::build(self.status);
        answer.insert_header(etag(version));
        if self.is_replayed {
            answer.insert_header((REPLAYED, "true"));
        }
        answer
    }
}

//! Where in the log the command of an answer stands: on every answer as a header, and in its body
//! as a proof where the client waits for one (`?wait=proof`).
//!
//! Done for all commands alike, by what they note as they commit (`command.rs`). What is added
//! never turns a success into a failure: what was committed stays committed.

use actix_web::HttpRequest;
use actix_web::body::{BoxBody, MessageBody as _};
use actix_web::dev::ServiceResponse;
use actix_web::http::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use actix_web::web::{Bytes, Data};

use crate::app::App;
use crate::command::Standing;
use crate::custody;
use crate::problem::Problem;

/// The header that says at which position of the log the command's last event stands.
pub const LOG_POSITION: &str = "log-position";

/// Adds what is known of where it stands.
pub async fn told(
    answer: ServiceResponse<BoxBody>,
    standings: &[Standing],
) -> ServiceResponse<BoxBody> {
    let app = answer.request().app_data::<Data<App>>().cloned();
    let Some(app) = app.filter(|_| answer.status().is_success() && !standings.is_empty()) else {
        return answer;
    };
    let positions = custody::positions(&app, standings).await.unwrap_or_else(untold);
    let Some(last) = positions.last() else { return answer };
    let mut answer = answer;
    answer.headers_mut().insert(HeaderName::from_static(LOG_POSITION), HeaderValue::from(*last));
    if waits(answer.request()) { with_proof(&app, answer, &positions).await } else { answer }
}

fn untold<T: Default>(problem: Problem) -> T {
    let cause = problem.cause;
    tracing::warn!(?cause, "an answer does not say where its event stands");
    T::default()
}

/// Whether the client waits for a proof; `conditions.rs` has refused any other word.
fn waits(request: &HttpRequest) -> bool {
    request.query_string().split('&').any(|pair| pair == "wait=proof")
}

/// The same answer with one member more.
async fn with_proof(
    app: &App,
    answer: ServiceResponse<BoxBody>,
    positions: &[u64],
) -> ServiceResponse<BoxBody> {
    let kind = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !kind.is_some_and(|kind| kind.starts_with("application/json")) {
        return answer;
    }
    let proof = custody::command_proof(app, positions).await.unwrap_or_else(untold);
    let proof = serde_json::to_string(&proof).unwrap_or_else(|_| "null".to_owned());
    answer.map_body(|_, body| match body.try_into_bytes() {
        Ok(bytes) => BoxBody::new(extended(&bytes, &proof)),
        Err(streaming) => streaming,
    })
}

/// A JSON object's text with a last member `proof`; what is no object stays as it is.
fn extended(object: &Bytes, proof: &str) -> Bytes {
    let Some(inner) = object.strip_suffix(b"}").filter(|inner| inner.starts_with(b"{")) else {
        return object.clone();
    };
    let comma = if inner.len() > 1 { "," } else { "" };
    let mut text = inner.to_vec();
    text.extend_from_slice(format!("{comma}\"proof\":{proof}}}").as_bytes());
    text.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_gets_one_member_more_and_nothing_else_changes() {
        let with = |text: &'static str| extended(&Bytes::from_static(text.as_bytes()), "null");
        assert_eq!(with(r#"{"a":1.50}"#), r#"{"a":1.50,"proof":null}"#);
        assert_eq!(with("{}"), r#"{"proof":null}"#);
        assert_eq!(with("[1]"), "[1]");
        assert_eq!(with(""), "");
    }
}

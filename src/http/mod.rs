//! HTTP: extract, convert, call, answer. The only room that knows actix.
//!
//! Extractors do not refuse, except [`Caller`] (401). They carry what is wrong, and the handler
//! asks in the order of api.md ("Where several hold"): the body (413, 415, 400), the subject
//! (404, 403), the content (422).

mod anomaly;
mod anomaly_rules;
mod answer;
mod application;
mod audit;
mod body;
mod bulk;
mod capacity;
mod changes;
mod conditions;
mod custody;
mod docs;
mod door;
mod emergency;
mod evidence;
mod extract;
mod frame;
mod headers;
mod health;
pub mod identity;
mod imports;
pub mod inspection;
mod language;
mod lines;
pub mod manifest;
mod methods;
mod multipart;
mod notify;
pub mod openapi;
mod outcome;
pub mod problem_list;
mod problem_schema;
mod query;
pub mod registry;
mod report;
pub mod round;
mod routes;
mod sandbox;
mod segments;
mod standing;
mod status;
mod telemetry;
#[cfg(test)]
mod tests;
mod trip;
mod unread;
mod upload;
mod whole;

pub use answer::{Answer, PROBLEM_JSON, fault_json, language_tag, problem_json, render};
pub use body::Body;
pub use conditions::{CommandQuery, RequestParts, etag, fingerprint, parts, reading_parts};
pub use extract::{Caller, bearer, client_address, client_agent};
pub use frame::{FrameSettings, frame, lang, refuse, request_id};
pub use health::MetricsPage;
pub use outcome::{Outcome, REPLAYED};
pub use problem_schema::{FaultEntry, ProblemBody};
pub use query::Query;
pub use routes::{API, metrics_alone, routes};
pub use segments::Segments;

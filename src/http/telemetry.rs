//! What devices tell, over HTTP: lines of JSON in, a line out for each; and what was told.

use actix_web::web::{self, Data, Payload, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::bulk::{self, Answered, Taken};
use super::{Answer, Caller, CommandQuery, ProblemBody, Query};
use crate::app::App;
use crate::clock::rfc3339;
use crate::reads::What;
use crate::track::{self, NewReading, Reading, TelemetryQuery};
use crate::units::{Grams, Kg, Quantity};

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/telemetry").get(show).post(tell));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(paths(show, tell), components(schemas(NewReading)))]
pub struct TelemetryApi;

/// What became of a reading.
#[derive(Serialize, ToSchema)]
pub struct TelemetryLine {
    /// From 1, as sent; empty lines count and are not answered.
    pub line: u64,
    pub status: u16,
    /// The readings of one vehicle or site that came together; the log has their hash.
    #[schema(required)]
    pub batch_id: Option<Uuid>,
    /// Why it was refused; null where it was not.
    #[schema(required, value_type = Option<ProblemBody>)]
    pub problem: Option<serde_json::Value>,
}

impl TelemetryLine {
    fn of(Answered { line, outcome, .. }: Answered<Option<Uuid>>) -> Self {
        match outcome {
            Ok(batch_id) => Self { line, status: 201, batch_id, problem: None },
            Err((status, problem)) => Self { line, status, batch_id: None, problem: Some(problem) },
        }
    }
}

/// Tell what devices read: positions, speeds and loads of vehicles, temperatures of stores and
/// furnaces, a `NewReading` a line. For the owner of the vehicle or site. The same readings sent
/// again, in the same request, are the same batch. Idempotency-Key is not heeded.
#[utoipa::path(
    post, path = "/api/v1/telemetry", tag = "telemetry",
    request_body(content = String, content_type = "application/x-ndjson"),
    params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = TelemetryLine, content_type = "application/x-ndjson"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn tell(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    payload: Payload,
) -> Answer {
    let ctx = bulk::context(&caller, &request)?;
    track::may_tell(&ctx.actor)?;
    let take = async |app: &App, ctx: &_, lines: &[&[u8]]| {
        let taken = track::take(app, ctx, lines).await.into_iter();
        taken.map(|one| Taken { external_id: None, outcome: one.outcome }).collect()
    };
    Ok(bulk::answer((app, caller, ctx), payload, (take, TelemetryLine::of), bulk::IN_ORDER))
}

/// One reading, as it was told.
#[derive(Serialize, ToSchema)]
pub struct ReadingView {
    pub kind: String,
    pub at: String,
    pub lon: Option<f64>,
    pub lat: Option<f64>,
    pub speed_kmh: Option<Quantity>,
    pub load_kg: Option<Kg>,
    pub celsius: Option<Quantity>,
    pub feeding: Option<bool>,
}

impl ReadingView {
    fn of(reading: &Reading) -> Self {
        let degrees = |e6: i64| e6 as f64 / 1e6;
        Self {
            kind: reading.kind.clone(),
            at: rfc3339(reading.at),
            lon: reading.place.map(|place| degrees(place.lon_e6)),
            lat: reading.place.map(|place| degrees(place.lat_e6)),
            speed_kmh: reading.speed_milli.map(Quantity),
            load_kg: reading.load_g.map(|mass| Kg(Grams(mass))),
            celsius: reading.celsius_milli.map(Quantity),
            feeding: reading.feeding,
        }
    }
}

/// The readings of a span, in the order of their times.
#[derive(Serialize, ToSchema)]
pub struct ReadingsView {
    pub data: Vec<ReadingView>,
}

/// What a vehicle's or a site's devices told in a span: for its owner, and its regulators.
#[utoipa::path(
    get, path = "/api/v1/telemetry", tag = "telemetry", params(TelemetryQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = ReadingsView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn show(app: Data<App>, caller: Caller, query: Query<TelemetryQuery>) -> Answer {
    let asked = query.get()?;
    let readings = track::readings(&app, &caller.reading(), &asked).await?;
    caller.looked(What::Track, &[]).await?;
    let data = readings.iter().map(ReadingView::of).collect();
    Ok(HttpResponse::Ok().json(ReadingsView { data }))
}

//! A small throw-away application to send requests to; the tests are in the files beside.

mod body;
mod conditions;
mod framing;
mod identity;
mod registry;

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::{Next, from_fn};
use actix_web::test::{TestRequest, init_service};
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer};
use serde_json::{Value, json};

use super::{Answer, Body, FrameSettings, Query, Segments, etag, fingerprint, frame, parts};
use crate::ids::ManifestId;
use crate::problem::{Code, Fault, Problem, Text};
use crate::wire::{BoundedText, Cursor, List, Page, PageLimit, PositiveKg, wire};

wire! {
    struct Thing {
        pub name: BoundedText<1, 20>,
        pub mass_kg: PositiveKg,
        pub parts: List<Part, 0, 10> = List::default(),
    }

    struct Part { pub mass_kg: PositiveKg }

    struct Nothing {}

    struct Things {
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<(u32, String)>>,
    }
}

/// Like every command: 413, 415, 400 from the body, 404 from the subject, then the content.
async fn make(request: HttpRequest, segments: Segments, body: Body) -> Answer {
    let asked = body.asked::<Thing>()?;
    let id = segments.id("id", ManifestId::of)?;
    let (parts, sound) = parts(&request, body.bytes()?)?;
    sound?;
    let thing = asked?;
    if thing.name.as_str() == "late" {
        let text = || Text::new("晚", "late");
        let late = |at: &str| Fault::new(Code::InvalidValue, at, text()).with("limit_kg", 5);
        Problem::unless_empty(vec![late("/parts"), late("/name")])?;
    }
    let said = json!({ "id": id, "key": parts.key.is_some(), "if_match": parts.if_match,
        "validate_only": parts.validate_only, "grams": thing.mass_kg.grams(),
        "parts": thing.parts.len() });
    Ok(HttpResponse::Created().insert_header(etag(7)).json(said))
}

async fn list(query: Query<Things>) -> Answer {
    let query = query.get()?;
    let after = query.cursor.map_or(0, |cursor| cursor.0.0);
    let rows: Vec<u32> =
        (after + 1..=60).take(usize::try_from(query.limit.rows_to_read()).unwrap()).collect();
    let page = Page::of(rows, query.limit, |row| (*row, "x".to_owned()), |row| row)?;
    Ok(HttpResponse::Ok().json(page))
}

async fn file(body: Body) -> Answer {
    body.asked_or_empty::<Nothing>()??;
    Ok(HttpResponse::NoContent().finish())
}

async fn broken() -> Answer {
    Err(Problem::internal("the disk said no"))
}

async fn panics() -> Answer {
    panic!("boom")
}

async fn errs(
    _request: ServiceRequest,
    _next: Next<impl MessageBody>,
) -> Result<ServiceResponse, Error> {
    Err(Problem::new(Code::Unauthorized, Text::new("未登录", "not signed in")).into())
}

struct Answered {
    status: u16,
    headers: HeaderMap,
    bytes: Bytes,
}

impl Answered {
    fn json(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap()
    }

    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// What every refusal must be, and its code.
    fn refused(&self) -> String {
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("x-content-type-options"), "nosniff");
        assert_eq!(self.header("cache-control"), "private, no-store");
        let body = self.json();
        assert_eq!(body["status"], json!(self.status));
        assert_eq!(body["request_id"], json!(self.header("x-request-id")));
        for member in ["type", "title", "detail"] {
            assert!(body[member].as_str().is_some_and(|text| !text.is_empty()), "{member}");
        }
        body["code"].as_str().unwrap().to_owned()
    }

    fn errors(&self) -> Vec<(String, String)> {
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let entries = self.json()["errors"].as_array().unwrap().clone();
        entries.iter().map(|entry| (text(&entry["code"]), text(&entry["pointer"]))).collect()
    }
}

fn routes(config: &mut ServiceConfig) {
    config
        .app_data(Data::new(FrameSettings { behind_tls: true, ..FrameSettings::default() }))
        .service(
            web::resource("/things/{id}").route(web::post().to(make)).route(web::patch().to(make)),
        )
        .service(web::resource("/things").route(web::get().to(list)))
        .service(web::resource("/file").route(web::post().to(file)))
        .service(web::resource("/broken").route(web::get().to(broken)))
        .service(web::resource("/panics").route(web::get().to(panics)))
        .service(web::scope("/closed").wrap(from_fn(errs)).route("", web::get().to(list)));
}

/// Answers as the server would: an `Err` of the whole application is rendered by itself.
async fn send(request: TestRequest) -> Answered {
    let app = init_service(App::new().configure(routes).wrap(from_fn(frame))).await;
    let response = match app.call(request.to_request()).await {
        Ok(answer) => answer.into_parts().1,
        Err(error) => HttpResponse::from_error(error),
    };
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = actix_web::body::to_bytes(response.into_body()).await.unwrap();
    Answered { status, headers, bytes }
}

const THING: &str = "/things/01890a5d-ac96-774b-bcce-b302099a8057";
const GOOD: &str = r#"{"name":"a","mass_kg":1.25}"#;

fn post(path: &str) -> TestRequest {
    TestRequest::with_uri(path)
        .method(Method::POST)
        .insert_header(("content-type", "application/json"))
}

async fn post_body(body: impl Into<Bytes>) -> Answered {
    send(post(THING).set_payload(body.into())).await
}

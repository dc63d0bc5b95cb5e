//! The frame, the body and the conditions through a small throw-away application.

use actix_web::body::MessageBody;
use actix_web::dev::{Service, ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::HeaderMap;
use actix_web::middleware::{Next, from_fn};
use actix_web::test::{TestRequest, init_service};
use actix_web::web::{self, Bytes, Data, ServiceConfig};
use actix_web::{App, Error, HttpRequest, HttpResponse, HttpServer};
use proptest::prelude::*;
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
    let parts = parts(&request, body.bytes()?)?;
    let thing = asked?;
    if thing.name.as_str() == "late" {
        let text = || Text::new("晚", "late");
        let late = |at: &str| Fault::new(Code::InvalidValue, at, text()).with("limit_kg", 5);
        Problem::unless_empty(vec![late("/parts"), late("/name")])?;
    }
    let said = json!({ "id": id, "key": parts.key.is_some(), "if_match": parts.if_match,
        "validate_only": parts.validate_only, "grams": thing.mass_kg.grams(), "parts": thing.parts.len() });
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

#[actix_web::test]
async fn a_good_request_is_answered_in_its_frame() {
    let answer = send(post(THING).set_payload(GOOD).insert_header(("X-Request-Id", "abc-1"))).await;
    assert_eq!((answer.status, answer.json()["grams"].clone()), (201, json!(1250)));
    assert_eq!(answer.header("etag"), "\"7\"");
    assert_eq!(answer.header("x-request-id"), "abc-1");
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    assert_eq!(answer.header("x-frame-options"), "DENY");
    let odd = send(post(THING).set_payload(GOOD).insert_header(("X-Request-Id", "a b\"c"))).await;
    assert_eq!(odd.header("x-request-id").len(), 36);
}

#[actix_web::test]
async fn each_bad_body_has_its_code() {
    let deep = "[".repeat(100_000);
    let cases: Vec<(Vec<u8>, u16, &str)> = vec![
        (b"{".to_vec(), 400, "malformed_json"),
        (b"".to_vec(), 400, "malformed_json"),
        (b"{\"name\":\"\xff\"}".to_vec(), 400, "malformed_json"),
        (br#"{"name":"a","name":"b"}"#.to_vec(), 400, "duplicate_key"),
        (br#"{"name":"a\u0000"}"#.to_vec(), 400, "nul_character"),
        (b"{\"name\":\"a\0\"}".to_vec(), 400, "nul_character"),
        (deep.into_bytes(), 400, "too_deep"),
        (vec![b' '; 10_000_000], 413, "payload_too_large"),
        (br#"{"name":"a","mass_kg":1.0001}"#.to_vec(), 422, "too_many_decimals"),
        (br#"{"name":"a","mass_kg":1e3}"#.to_vec(), 422, "invalid_value"),
        (br#"{"name":"a","mass_kg":-1}"#.to_vec(), 422, "mass_out_of_range"),
        (br#"{"name":"a","mass_kg":1e999}"#.to_vec(), 422, "invalid_value"),
        (br#"{"name":"a","mass_kg":99999999999999999999}"#.to_vec(), 422, "mass_out_of_range"),
        (
            br#"{"name":"a","mass_kg":1,"parts":[{"mass_kg":1,"x":1}]}"#.to_vec(),
            422,
            "unknown_field",
        ),
        (b"[]".to_vec(), 422, "wrong_type"),
        (b"null".to_vec(), 422, "required"),
    ];
    for (body, status, code) in cases {
        let shown = String::from_utf8_lossy(&body[..body.len().min(60)]).into_owned();
        let answer = post_body(body).await;
        assert_eq!((answer.status, answer.refused().as_str()), (status, code), "{shown}");
    }
}

/// Over a real connection, in chunks without a length: the client hears 413 although it never
/// stops sending.
#[actix_web::test]
async fn a_streamed_body_is_cut_at_the_same_bound() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let server = HttpServer::new(|| App::new().configure(routes).wrap(from_fn(frame))).workers(1);
    let server = server.disable_signals().bind(("127.0.0.1", 0)).unwrap();
    let address = server.addrs()[0];
    let running = server.run();
    let handle = running.handle();
    actix_web::rt::spawn(running);
    let mut client = tokio::net::TcpStream::connect(address).await.unwrap();
    let head = format!(
        "POST {THING} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ntransfer-encoding: chunked\r\n\r\n"
    );
    client.write_all(head.as_bytes()).await.unwrap();
    let chunk = format!("400\r\n{}\r\n", " ".repeat(1024));
    for _chunk in 0..1100 {
        if client.write_all(chunk.as_bytes()).await.is_err() {
            break;
        }
    }
    let mut answer = vec![0; 4096];
    let read = client.read(&mut answer).await.unwrap();
    let text = String::from_utf8_lossy(&answer[..read]).into_owned();
    assert!(text.starts_with("HTTP/1.1 413"), "{text}");
    assert!(text.contains("payload_too_large"), "{text}");
    handle.stop(false).await;
}

#[actix_web::test]
async fn faults_found_late_are_put_in_document_order_too() {
    let answer = post_body(r#"{"mass_kg":1,"name":"late","parts":[]}"#).await;
    assert_eq!(answer.status, 422);
    assert_eq!(answer.errors()[0].1, "/name");
    assert_eq!(answer.json()["limit_kg"], json!(5));
    assert_eq!(answer.json()["errors"][1]["limit_kg"], json!(5));
    let answer = post_body(r#"{"parts":[{"mass_kg":0},{}],"zzz":1}"#).await;
    let pointers: Vec<String> = answer.errors().into_iter().map(|(_, at)| at).collect();
    assert_eq!(pointers, ["/name", "/mass_kg", "/parts/0/mass_kg", "/parts/1/mass_kg", "/zzz"]);
}

#[actix_web::test]
async fn the_order_of_faults_is_that_of_the_contract() {
    let large = Bytes::from(vec![b'x'; 2_000_000]);
    let plain = |path| TestRequest::with_uri(path).method(Method::POST);
    let both = send(plain("/things/x").set_payload(large)).await;
    assert_eq!((both.status, both.refused().as_str()), (413, "payload_too_large"));
    let both = send(plain("/things/x").set_payload("{")).await;
    assert_eq!((both.status, both.refused().as_str()), (415, "unsupported_media_type"));
    assert_eq!(send(post("/things/x").set_payload("{")).await.status, 400);
    assert_eq!(send(post("/things/x").set_payload("{}")).await.status, 404);
    let both = send(post(THING).set_payload("{}").insert_header(("idempotency-key", ""))).await;
    assert_eq!((both.status, both.refused().as_str()), (422, "invalid_idempotency_key"));
}

#[actix_web::test]
async fn media_types_are_told_apart() {
    let cases = [
        ("application/json; charset=utf-8", Method::POST, 201),
        ("Application/JSON;charset=\"UTF-8\"", Method::POST, 201),
        ("application/json; charset=gbk", Method::POST, 415),
        ("application/merge-patch+json", Method::POST, 415),
        ("application/merge-patch+json", Method::PATCH, 201),
        ("text/json", Method::POST, 415),
        ("", Method::POST, 415),
    ];
    for (kind, method, status) in cases {
        let request =
            TestRequest::with_uri(THING).method(method).insert_header(("content-type", kind));
        assert_eq!(send(request.set_payload(GOOD)).await.status, status, "{kind}");
    }
    let packed = post(THING).insert_header(("content-encoding", "gzip")).set_payload(GOOD);
    assert_eq!(send(packed).await.status, 415);
    assert_eq!(send(TestRequest::with_uri("/file").method(Method::POST)).await.status, 204);
    assert_eq!(send(post("/file").set_payload("{\"a\":1}")).await.status, 422);
}

#[actix_web::test]
async fn what_has_no_handler_is_a_problem_too() {
    let unknown = send(TestRequest::with_uri("/nowhere")).await;
    assert_eq!((unknown.status, unknown.refused().as_str()), (404, "not_found"));
    let method = send(TestRequest::with_uri(THING).method(Method::DELETE)).await;
    assert_eq!((method.status, method.refused().as_str()), (405, "method_not_allowed"));
    assert!(method.header("allow").contains("POST") && method.header("allow").contains("PATCH"));
    let nul = send(TestRequest::with_uri("/things?cursor=a%00")).await;
    assert_eq!((nul.status, nul.refused().as_str()), (400, "nul_character"));
    let nul = send(TestRequest::with_uri("/thi%00ngs")).await;
    assert_eq!((nul.status, nul.refused().as_str()), (400, "nul_character"));
    let long = send(TestRequest::with_uri(&format!("/things?x={}", "y".repeat(10_000)))).await;
    assert_eq!((long.status, long.refused().as_str()), (400, "bad_request"));
}

#[actix_web::test]
async fn a_layer_that_errs_loses_neither_headers_nor_form() {
    let closed =
        send(TestRequest::with_uri("/closed").insert_header(("accept-language", "en"))).await;
    assert_eq!((closed.status, closed.refused().as_str()), (401, "unauthorized"));
    assert!(closed.header("www-authenticate").starts_with("Bearer"));
    assert_eq!(closed.header("content-language"), "en");
    assert_eq!(closed.json()["detail"], json!("not signed in"));
    assert_eq!(closed.json()["title"], json!("Not signed in"));
    assert_eq!(closed.json()["type"], json!("/docs/problems#unauthorized"));
}

#[actix_web::test]
async fn a_fault_of_ours_shows_the_request_id_and_nothing_else() {
    for path in ["/broken", "/panics"] {
        let answer = send(TestRequest::with_uri(path)).await;
        assert_eq!((answer.status, answer.refused().as_str()), (500, "internal"), "{path}");
        let shown = String::from_utf8(answer.bytes.to_vec()).unwrap();
        assert!(!shown.contains("disk") && !shown.contains("boom"));
        assert_eq!(answer.json()["errors"], json!([]));
    }
}

#[actix_web::test]
async fn conditions_are_read_from_head_and_query() {
    let said = async |name: &'static str, value: &str| {
        send(post(THING).set_payload(GOOD).insert_header((name, value))).await
    };
    for (value, version) in [
        ("\"7\"", json!(7)),
        ("\"7\", \"9\", \"8\"", json!(9)),
        ("*", json!(null)),
        ("W/\"7\"", json!(-1)),
        ("\"abc\"", json!(-1)),
        ("\"99999999999999999999\"", json!(-1)),
    ] {
        assert_eq!(said("if-match", value).await.json()["if_match"], version, "{value}");
    }
    for value in ["7", "\"7", "\"7\" \"8\"x", "W/7"] {
        let answer = said("if-match", value).await;
        assert_eq!((answer.status, answer.refused().as_str()), (400, "bad_request"), "{value}");
    }
    assert_eq!(said("idempotency-key", "k 1").await.json()["key"], json!(true));
    let long = "k".repeat(256);
    for value in ["", long.as_str(), "钥"] {
        assert_eq!(said("idempotency-key", value).await.refused(), "invalid_idempotency_key");
    }
    let only = post(&format!("{THING}?validate_only=true")).insert_header(("idempotency-key", "k"));
    let only = send(only.set_payload(GOOD)).await.json();
    assert_eq!((&only["validate_only"], &only["key"]), (&json!(true), &json!(false)));
    let unknown = send(post(&format!("{THING}?validate=true")).set_payload(GOOD)).await;
    assert_eq!(unknown.errors(), [("unknown_field".to_owned(), "/query/validate".to_owned())]);
}

#[actix_web::test]
async fn pages_follow_each_other_to_the_end() {
    let mut path = "/things?limit=25".to_owned();
    let mut seen = Vec::new();
    loop {
        let page = send(TestRequest::with_uri(&path)).await.json();
        seen.extend(page["data"].as_array().unwrap().clone());
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        path = format!("/things?limit=25&cursor={cursor}");
    }
    assert_eq!(seen.len(), 60);
    let whole = send(TestRequest::with_uri("/things?limit=60")).await.json();
    assert_eq!(whole["next_cursor"], json!(null));
    for (query, code, at) in [
        ("limit=0", "out_of_range", "/query/limit"),
        ("limit=501", "out_of_range", "/query/limit"),
        ("limit=x", "wrong_type", "/query/limit"),
        ("cursor=!!", "invalid_value", "/query/cursor"),
        ("cursor=WzFd", "invalid_value", "/query/cursor"),
        ("offset=1", "unknown_field", "/query/offset"),
    ] {
        let answer = send(TestRequest::with_uri(&format!("/things?{query}"))).await;
        assert_eq!(answer.errors(), [(code.to_owned(), at.to_owned())], "{query}");
    }
}

#[test]
fn a_fingerprint_depends_on_each_of_its_parts() {
    let one = fingerprint("POST", "/a", b"x");
    assert_eq!(one, fingerprint("POST", "/a", b"x"));
    assert_ne!(one, fingerprint("PATCH", "/a", b"x"));
    assert_ne!(one, fingerprint("POST", "/ax", b""));
    assert_ne!(one, fingerprint("POST", "/a", b"y"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// No input may give a 500.
    #[test]
    fn no_request_is_our_fault(
        path in "/(things|file|things/[!-~]{0,40}|[!-~]{0,20})(\\?[!-~]{0,40})?",
        body in prop::collection::vec(any::<u8>(), 0..200),
        header in "[ -~]{0,40}",
        which in 0usize..6,
    ) {
        let Ok(uri) = path.parse::<actix_web::http::Uri>() else { return Ok(()) };
        let name = ["if-match", "idempotency-key", "accept-language", "x-request-id", "content-type", "content-encoding"][which];
        let request = post(&uri.to_string()).insert_header((name, header)).set_payload(body);
        let answer = actix_web::rt::System::new().block_on(send(request));
        prop_assert!(answer.status < 500, "{} {}", answer.status, path);
        if answer.status >= 400 {
            answer.refused();
        }
    }
}

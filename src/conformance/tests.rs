//! Wrong servers, each a listener that says one thing to everybody: what is wrong with it is
//! reported. Scenario by scenario that is tried in `tests/it/conformance.rs`.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;

use super::client::{Client, Unplayable};
use super::{Account, Report, Settings, run};

/// A server that answers everything with these bytes and closes; it ends with the test's process.
fn says(answer: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base_url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let mut reader = BufReader::new(&stream);
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 2) {
                line.clear();
            }
            let _ = (&stream).write_all(answer.as_bytes());
        }
    });
    base_url
}

fn answers(status: u16, kind: &str, more: &str, body: &str) -> String {
    says(format!(
        "HTTP/1.1 {status} X\r\ncontent-type: {kind}\r\ncache-control: private, no-store\r\n\
         {more}content-length: {}\r\nconnection: close\r\n\r\n{body}",
        body.len()
    ))
}

/// What is told of the habits that an answer breaks.
fn broken(base_url: &str) -> String {
    let client = Client::new(base_url).unwrap();
    client.get("/manifests/x");
    let told = client.broken().into_iter().flat_map(|one| one.faults);
    told.collect::<Vec<_>>().join("; ")
}

const JSON: &str = "application/json";
const PROBLEM: &str = "application/problem+json";

#[test]
fn a_sound_answer_breaks_no_habit() {
    let body = r#"{"id":"01930d5e-7c1a-7000-8000-000000000001","mass_kg":812.5,"note":"x",
        "filed_at":"2026-11-25T02:00:00.123Z","planned_departure_on":"2026-11-25"}"#;
    assert_eq!(broken(&answers(200, JSON, "etag: \"3\"\r\n", body)), "");
    let problem = r#"{"type":"t","title":"t","detail":"d","status":404,"code":"not_found",
        "request_id":"r"}"#;
    assert_eq!(broken(&answers(404, PROBLEM, "", problem)), "");
}

#[test]
fn each_broken_habit_is_told() {
    let problem = |changed: &str, to: &str| {
        let whole = r#"{"type":"t","title":"t","detail":"d","status":422,"code":"required",
            "request_id":"r","errors":[{"pointer":"/a","code":"required","detail":"d"}]}"#;
        answers(422, PROBLEM, "", &whole.replace(changed, to))
    };
    let cases = [
        (answers(500, PROBLEM, "", "{}"), "500"),
        (answers(503, PROBLEM, "", "{}"), "Retry-After"),
        (answers(404, "text/html", "", "<h1>no</h1>"), "application/problem+json"),
        (problem("\"request_id\"", "\"rid\""), "/request_id"),
        (problem("422", "400"), "/status"),
        (problem("\"pointer\"", "\"field\""), "/errors"),
        (problem("\"errors\"", "\"faults\""), "/errors"),
        (problem("\"code\":\"required\",\n", "\"code\":\"Not Found\",\n"), "/code"),
        (answers(200, JSON, "", r#"{"mass_kg":0.30000000000000004}"#), "mass_kg"),
        (answers(200, JSON, "", r#"{"mass_kg":"1"}"#), "mass_kg"),
        (
            answers(200, JSON, "", r#"{"data":[{"filed_at":"2026-11-25 10:00"}]}"#),
            "/data/0/filed_at",
        ),
        (answers(200, JSON, "", r#"{"due_on":"25.11.2026"}"#), "/due_on"),
        (answers(200, JSON, "", r#"{"id":"f47ac10b-58cc-4372-a567-0e02b2c3d479"}"#), "/id"),
        (answers(200, JSON, "etag: W/\"3\"\r\n", "{}"), "ETag"),
        (answers(200, JSON, "", "{"), "JSON"),
        (says("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n".to_owned()), "Cache-Control"),
        (says("not HTTP at all\r\n\r\n".to_owned()), "no answer"),
        (says(String::new()), "no answer"),
    ];
    for (base_url, wanted) in cases {
        let told = broken(&base_url);
        assert!(told.contains(wanted), "{wanted}: {told:?}");
    }
}

fn played(base_url: &str, accounts: Vec<Account>) -> Report {
    let (base_url, only) = (base_url.to_owned(), Vec::new());
    run(&Settings { base_url, accounts, only, tag: 1 }, |_| {}).unwrap()
}

#[test]
fn a_server_that_lets_nobody_in_is_not_right() {
    let corps = Account {
        organisation: String::new(),
        role: "corps_regulator".to_owned(),
        login: "corps".to_owned(),
        password: "hunter2hunter2".to_owned(),
        organisation_id: String::new(),
        site_ids: Vec::new(),
    };
    for base_url in [answers(404, PROBLEM, "", "{}"), says(String::new())] {
        let report = played(&base_url, vec![corps.clone()]);
        assert!(!report.is_right());
        assert_eq!(report.outcomes.len(), 1, "without parties nothing is played");
        let text = report.outcomes[0].text();
        assert!(text.contains("POST /auth/login") && !text.contains("hunter2"), "{text}");
        assert_eq!(report.json()["ok"], false);
    }
    let report = played(&answers(200, JSON, "", "{}"), Vec::new());
    assert!(!report.is_right() && report.outcomes[0].text().contains("corps_regulator"));
}

#[test]
fn what_cannot_be_played_is_said_at_once() {
    for base_url in ["", "localhost:8080", "http://", "http://a/api/v1", "ftp://a"] {
        assert!(Client::new(base_url).is_err(), "{base_url}");
    }
    assert!(Client::new("https://sandbox.example:8443/").is_ok());
    let settings = Settings {
        base_url: "http://127.0.0.1:1".to_owned(),
        accounts: Vec::new(),
        only: vec!["feed".to_owned(), "feeds".to_owned()],
        tag: 1,
    };
    let unknown = run(&settings, |_| {}).unwrap_err();
    assert_eq!(unknown, Unplayable::NoScenario("feeds".to_owned()));
}

//! Many filings in one request: each line by the rules of one filing, answered in order while the
//! others still come, and safe to repeat.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;

use serde_json::{Value, json};

use crate::support::{Cast, Client, Method, World};

async fn send(client: &Client, query: &str, lines: &str) -> Vec<Value> {
    let call = client.call(Method::POST, &format!("/manifests/bulk{query}"));
    let answer = call.raw("application/x-ndjson", lines.to_owned()).send().await.is(200);
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn oil(cast: &Cast, external_id: &str, kg: &Value) -> Value {
    let mut body = cast.oil(kg);
    body["external_id"] = json!(external_id);
    body
}

fn text_of(lines: &[Value]) -> String {
    let lines: Vec<String> = lines.iter().map(Value::to_string).collect();
    lines.join("\n")
}

fn column(answers: &[Value], name: &str) -> Vec<Value> {
    answers.iter().map(|answer| answer[name].clone()).collect()
}

#[tokio::test]
async fn each_line_is_answered_in_order_and_a_broken_one_harms_no_other() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    cast.produce(100).await;
    let mut unknown = oil(&cast, "d", &json!(1));
    unknown["colour"] = json!("red");
    unknown["items"][0]["mass_kg"] = json!(0.0001);
    let sent = [
        oil(&cast, "a", &json!(10.5)).to_string(),
        "{\"stream\": ".to_owned(),
        String::new(),
        oil(&cast, "b", &json!(101)).to_string(),
        unknown.to_string(),
        format!("{}\r", oil(&cast, "e", &json!(20))),
        "[]".to_owned(),
        "x".repeat(300_000),
        // Without an id of its own, and without a line end.
        cast.oil(&json!(1)).to_string(),
    ];
    let answers = send(&cast.producer, "", &sent.join("\n")).await;
    assert_eq!(column(&answers, "line"), [1, 2, 4, 5, 6, 7, 8, 9].map(|n| json!(n)));
    let status = [201, 400, 409, 422, 201, 422, 413, 201].map(|n| json!(n));
    assert_eq!(column(&answers, "status"), status, "{answers:#?}");
    let ids = [json!("a"), Value::Null, json!("b"), json!("d"), json!("e")];
    assert_eq!(column(&answers, "external_id")[..5], ids);
    let codes: Vec<&Value> = answers.iter().map(|answer| &answer["problem"]["code"]).collect();
    assert_eq!(codes[1], "malformed_json");
    assert_eq!(codes[2], "capacity_exceeded");
    assert_eq!(codes[3], "unknown_field");
    assert_eq!(codes[6], "payload_too_large");
    let faults = answers[3]["problem"]["errors"].as_array().unwrap();
    let pointers: Vec<&Value> = faults.iter().map(|fault| &fault["pointer"]).collect();
    assert_eq!(pointers, ["/colour", "/items/0/mass_kg"]);
    for answer in answers.iter().filter(|answer| answer["status"] == 201) {
        let path = format!("/manifests/{}", answer["manifest_id"].as_str().unwrap());
        let shown = cast.producer.get(&path).await.is(200);
        assert_eq!(shown.json["number"], answer["number"]);
        assert_eq!(shown.json["external_id"], answer["external_id"]);
    }
    assert_eq!(world.rows("manifest").await, 3);
}

/// A refusal in bulk is word for word that of a single filing.
#[tokio::test]
async fn the_rules_are_those_of_one_filing() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    cast.produce(10).await;
    let mut bodies = vec![cast.oil(&json!(11)), cast.oil(&json!(101)), json!({}), json!(7)];
    for (pointer, value) in [
        ("/items/0/hazards", json!(["C"])),
        ("/items/0/packages/0/kind", json!("medical_box")),
        ("/legs/0/carrier_id", json!(cast.producer_id)),
        ("/receiver_site_id", json!("01a20000-0000-7000-8000-000000000000")),
        ("/planned_departure_on", json!("2020-01-01")),
    ] {
        let mut body = cast.oil(&json!(1));
        *body.pointer_mut(pointer).unwrap() = value;
        bodies.push(body);
    }
    let answers = send(&cast.producer, "", &text_of(&bodies)).await;
    for (body, answer) in bodies.iter().zip(&answers) {
        let single = cast.producer.post("/manifests", body).await.json;
        assert_eq!(answer["problem"]["code"], single["code"], "{body}");
        assert_eq!(answer["problem"]["errors"], single["errors"], "{body}");
        assert_eq!(answer["status"], single["status"], "{body}");
    }
    assert_eq!(answers.len(), bodies.len());
    world.has_no_rows_in(&["manifest"]).await;
}

#[tokio::test]
async fn a_repeat_answers_the_first_manifest_and_another_content_is_refused() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(1000).await;
    let lines = [oil(&cast, "a", &json!(10)), oil(&cast, "b", &json!(20))];
    // The second of an id waits for the first.
    let twice = text_of(&[lines[0].clone(), lines[1].clone(), lines[0].clone()]);
    let first = send(&cast.producer, "", &twice).await;
    assert_eq!(first[0]["manifest_id"], first[2]["manifest_id"]);
    assert_eq!(world.rows("manifest").await, 2);
    // Whatever has become of it, and however it is spelt.
    let path = format!("/manifests/{}", first[0]["manifest_id"].as_str().unwrap());
    cast.carrier.post(&format!("{path}/depart"), &json!({})).await.ok();
    let name = json!({ "name": "第一师更名后的单位" });
    cast.corps.patch(&format!("/organisations/{}", cast.producer_id), &name).await.ok();
    let mut spelt = oil(&cast, "a", &json!(10.000));
    spelt["note"] = Value::Null;
    spelt["draft"] = json!(false);
    let again = send(&cast.producer, "", &text_of(&[spelt, lines[1].clone()])).await;
    for name in ["status", "manifest_id", "number"] {
        assert_eq!(column(&again, name), column(&first[..2], name));
    }
    // One that was filed alone is known as well.
    let alone = oil(&cast, "c", &json!(30));
    let filed = cast.filed(&alone).await;
    let known = send(&cast.producer, "", &text_of(&[alone])).await;
    assert_eq!(known[0]["manifest_id"], filed.id());
    let mut others = vec![oil(&cast, "a", &json!(11)), oil(&cast, "b", &json!(20))];
    others[1]["producer_contact"] = json!({"person": "王"});
    others[1]["note"] = json!("x");
    for answer in send(&cast.producer, "", &text_of(&others)).await {
        assert_eq!(answer["status"], 409, "{answer}");
        assert_eq!(answer["problem"]["code"], "external_id_taken");
        assert_eq!(answer["problem"]["errors"][0]["pointer"], "/external_id");
    }
    assert_eq!(world.rows("manifest").await, 3);
}

#[tokio::test]
async fn two_at_once_with_the_same_lines_file_each_once() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(10_000).await;
    let line = |n: i64| oil(&cast, &format!("line-{n}"), &json!(n + 1));
    let text = text_of(&(0..40).map(line).collect::<Vec<_>>());
    let (one, two) = tokio::join!(send(&cast.producer, "", &text), send(&cast.producer, "", &text));
    assert_eq!(column(&one, "status"), vec![json!(201); 40], "{one:#?}");
    for name in ["status", "manifest_id", "number"] {
        assert_eq!(column(&one, name), column(&two, name));
    }
    assert_eq!(world.rows("manifest").await, 40);
}

#[tokio::test]
async fn trying_out_writes_nothing_and_drafts_are_kept_once() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    cast.produce(100).await;
    let lines = [oil(&cast, "a", &json!(10)), oil(&cast, "b", &json!(101))];
    let tried = send(&cast.producer, "?validate_only=true", &text_of(&lines)).await;
    assert_eq!(column(&tried, "status"), [json!(201), json!(409)]);
    assert_eq!(column(&tried, "manifest_id"), [Value::Null, Value::Null]);
    world.has_no_rows_in(&["manifest", "draft"]).await;
    let draft = json!({"draft": true, "external_id": "d", "stream": "hazardous"});
    let kept = send(&cast.carrier, "", &text_of(&[draft.clone(), draft])).await;
    assert_eq!(column(&kept, "status"), [json!(201), json!(201)], "{kept:#?}");
    assert_eq!(kept[0]["manifest_id"], kept[1]["manifest_id"]);
    assert_eq!(kept[0]["number"], Value::Null);
    let other = json!({"draft": true, "external_id": "d", "stream": "medical"});
    let refused = send(&cast.carrier, "", &text_of(&[other, lines[0].clone()])).await;
    assert_eq!(refused[0]["problem"]["code"], "external_id_taken");
    assert_eq!(world.rows("draft").await, 1);
}

#[tokio::test]
async fn who_sends_and_what_is_sent_is_looked_at_first() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let line = text_of(&[cast.oil(&json!(1))]);
    let post = |client: &Client, kind: &str| {
        client.call(Method::POST, "/manifests/bulk").raw(kind, line.clone())
    };
    let ndjson = "application/x-ndjson";
    post(&world.client(), ndjson).send().await.is(401).refused_as("unauthorized");
    let json = "application/json";
    post(&cast.producer, json).send().await.is(415).refused_as("unsupported_media_type");
    post(&cast.corps, ndjson).send().await.is(403).refused_as("forbidden");
    let call = cast.producer.call(Method::POST, "/manifests/bulk?colour=red");
    call.raw(ndjson, line.clone()).send().await.is(422).refused_as("unknown_field");
    // A carrier's role does not file.
    let user = json!({"organisation_id": cast.carrier_id, "login": "desk", "role": "carrier",
        "password": crate::support::PASSWORD});
    cast.corps.post("/users", &user).await.ok();
    let answers = send(&world.log_in("desk").await, "", &line).await;
    assert_eq!(answers[0]["problem"]["code"], "forbidden");
    assert_eq!(send(&cast.producer, "", "").await.len(), 0);
}

/// A bulk request over a bare socket, its body sent in chunks by hand.
struct Wire(TcpStream);

impl Wire {
    fn begin(client: &Client, path: &str) -> Self {
        let (address, token) = client.address_and_token();
        let mut socket = TcpStream::connect(address).unwrap();
        let head = format!(
            "POST /api/v1{path} HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
             content-type: application/x-ndjson\r\ntransfer-encoding: chunked\r\n\r\n"
        );
        socket.write_all(head.as_bytes()).unwrap();
        Self(socket)
    }

    fn send(&mut self, text: &str) {
        let chunk = format!("{:x}\r\n{text}\r\n", text.len());
        self.0.write_all(chunk.as_bytes()).unwrap();
    }
}

/// The next line of JSON, past heads and chunk sizes.
fn next_line(reader: &mut impl BufRead) -> Value {
    loop {
        let mut line = String::new();
        assert!(reader.read_line(&mut line).unwrap() > 0, "the answer ended");
        if line.starts_with('{') {
            return serde_json::from_str(&line).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn lines_are_answered_while_others_still_come() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    cast.produce(100).await;
    let mut wire = Wire::begin(&cast.producer, "/manifests/bulk");
    let mut reader = BufReader::new(wire.0.try_clone().unwrap());
    for n in 1..=3 {
        wire.send(&format!("{}\n", oil(&cast, &format!("{n}"), &json!(n))));
        let answer = next_line(&mut reader);
        assert_eq!((answer["line"].clone(), answer["status"].clone()), (json!(n), json!(201)));
    }
    // Half a line has no answer yet, and its end belongs to it.
    let line = format!("{}\n", oil(&cast, "4", &json!(4)));
    wire.send(&line[..60]);
    wire.send(&line[60..]);
    assert_eq!(next_line(&mut reader)["number"], "20266601000004");
    wire.0.write_all(b"0\r\n\r\n").unwrap();
    let mut rest = String::new();
    while !rest.ends_with("0\r\n\r\n") {
        assert!(reader.read_line(&mut rest).unwrap() > 0);
    }
}

/// Most clients send all before they read anything: neither side may wait for the other.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_client_that_sends_all_before_it_reads_is_answered() {
    const BROKEN: u64 = 60_000;
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    cast.produce(100).await;
    let place = json!({"kind": "position", "vehicle_id": cast.vehicle, "speed_kmh": 60,
        "at": "2026-11-25T01:00:00Z", "location": {"lon": 80.1, "lat": 41.0}});
    for (client, path, last, table) in [
        (&cast.producer, "/manifests/bulk", oil(&cast, "last", &json!(1)), "manifest"),
        (&cast.carrier, "/telemetry", place, "reading_batch"),
    ] {
        let mut wire = Wire::begin(client, path);
        // Two bytes a line out, some 400 back: far more than sockets hold.
        wire.send(&format!("{}{last}\n", "x\n".repeat(BROKEN as usize)));
        wire.0.write_all(b"0\r\n\r\n").unwrap();
        // Nobody has read anything, and everything is done.
        while world.rows(table).await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        let mut reader = BufReader::new(&wire.0);
        for n in 1..=BROKEN {
            let answer = next_line(&mut reader);
            assert_eq!((answer["line"].as_u64(), answer["status"].as_u64()), (Some(n), Some(400)));
        }
        assert_eq!(next_line(&mut reader)["status"], 201);
    }
}

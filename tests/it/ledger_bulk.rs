//! Many ledger entries in one request: in their order, each by the rules of one, safe to repeat.

use serde_json::{Value, json};

use crate::support::{Cast, Client, Method, PASSWORD, World};

async fn send(client: &Client, query: &str, lines: &str) -> Vec<Value> {
    let call = client.call(Method::POST, &format!("/ledger-entries/bulk{query}"));
    let answer = call.raw("application/x-ndjson", lines.to_owned()).send().await.is(200);
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn entry(cast: &Cast, (kind, kg, id): (&str, f64, &str)) -> Value {
    json!({"site_id": cast.producer_site, "kind": kind, "waste_code": "900-249-08",
        "mass_kg": kg, "external_id": id})
}

fn text_of(lines: &[Value]) -> String {
    lines.iter().flat_map(|line| [line.to_string(), "\n".to_owned()]).collect()
}

fn column(answers: &[Value], name: &str) -> Vec<Value> {
    answers.iter().map(|answer| answer[name].clone()).collect()
}

fn codes(answers: &[Value]) -> Vec<&str> {
    answers.iter().map(|answer| answer["problem"]["code"].as_str().unwrap_or_default()).collect()
}

/// Of many adding and taking lines in one group, each finds what those before it have left.
#[tokio::test]
async fn a_line_finds_what_the_lines_before_it_have_entered() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let mut lines = Vec::new();
    for n in 0..20 {
        lines.push(entry(&cast, ("produced", 10.0, &format!("in-{n}"))));
        lines.push(entry(&cast, ("moved_out", 10.0, &format!("out-{n}"))));
        lines.push(entry(&cast, ("loss", 0.001, &format!("more-{n}"))));
    }
    let answers = send(&cast.producer, "", &text_of(&lines)).await;
    assert_eq!(answers.len(), 60);
    for three in answers.chunks(3) {
        assert_eq!(codes(three), ["", "", "insufficient_on_hand"], "{three:#?}");
        assert_eq!(three[2]["problem"]["errors"][0]["on_hand_kg"], 0);
    }
    let numbers: Vec<u64> = answers.iter().map(|one| one["line"].as_u64().unwrap()).collect();
    assert!(numbers.is_sorted() && numbers[59] == 60);
    for (line, answer) in lines.iter().zip(&answers).filter(|(_, one)| one["status"] == 201) {
        let path = format!("/ledger-entries/{}", answer["ledger_entry_id"].as_str().unwrap());
        let shown = cast.producer.get(&path).await.is(200);
        assert_eq!(shown.json["external_id"], line["external_id"]);
        assert_eq!(shown.json["kind"], line["kind"]);
    }
    assert_eq!(world.rows("ledger_entry").await, 40);
}

/// A refusal in bulk is word for word that of a single entry, and harms no other line.
#[tokio::test]
async fn the_rules_are_those_of_one_entry() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let good = entry(&cast, ("produced", 1.0, "good"));
    let mut bodies = vec![json!({}), json!(7), json!([])];
    for (name, value) in [
        ("site_id", json!("01a20000-0000-7000-8000-000000000000")),
        ("site_id", json!(cast.receiver_site)),
        ("kind", json!("eaten")),
        ("waste_code", json!("123-456-08")),
        ("mass_kg", json!(0.0001)),
        ("mass_kg", json!(-1)),
        ("occurred_at", json!("2027-01-01T00:00:00Z")),
        ("storage_area_id", json!("01a20000-0000-7000-8000-000000000000")),
        ("colour", json!("red")),
        ("note", json!(7)),
    ] {
        let mut body = good.clone();
        body[name] = value;
        bodies.push(body);
    }
    let mut text = text_of(&bodies);
    text.push_str("{\"site_id\": \n\n");
    text.push_str(&good.to_string());
    let answers = send(&cast.producer, "", &text).await;
    for (body, answer) in bodies.iter().zip(&answers) {
        let single = cast.producer.post("/ledger-entries", body).await.json;
        for name in ["code", "errors", "status"] {
            assert_eq!(answer["problem"][name], single[name], "{body}");
        }
        assert_eq!(answer["status"], single["status"], "{body}");
        assert!(answer["ledger_entry_id"].is_null());
    }
    assert_eq!(answers[bodies.len()]["problem"]["code"], "malformed_json");
    let last = answers.last().unwrap();
    assert_eq!((&last["status"], &last["line"]), (&json!(201), &json!(bodies.len() + 3)));
    assert_eq!(world.rows("ledger_entry").await, 1);
    let tried = send(
        &cast.producer,
        "?validate_only=true",
        &text_of(&[entry(&cast, ("produced", 1.0, "tried"))]),
    )
    .await;
    assert_eq!((&tried[0]["status"], &tried[0]["ledger_entry_id"]), (&json!(201), &Value::Null));
    assert_eq!(world.rows("ledger_entry").await, 1);
}

#[tokio::test]
async fn a_repeat_answers_the_first_entry_and_another_content_is_refused() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let mut lines = vec![
        entry(&cast, ("produced", 10.0, "a")),
        entry(&cast, ("moved_out", 4.0, "b")),
        entry(&cast, ("produced", 10.0, "a")),
    ];
    lines[0]["occurred_at"] = json!("2026-11-24T02:00:00Z");
    lines[0]["batch_number"] = json!("批-1");
    lines[2]["batch_number"] = json!("批-1");
    let first = send(&cast.producer, "", &text_of(&lines)).await;
    assert_eq!(column(&first, "status"), [201, 201, 201].map(|n| json!(n)), "{first:#?}");
    assert_eq!(first[0]["ledger_entry_id"], first[2]["ledger_entry_id"]);
    // Who sends all of it again, by the corps as well as by the producer, enters nothing.
    for client in [&cast.producer, &cast.corps] {
        let again = send(client, "", &text_of(&lines)).await;
        assert_eq!(column(&again, "ledger_entry_id"), column(&first, "ledger_entry_id"));
    }
    // One that was entered alone is known as well.
    let alone = entry(&cast, ("produced", 2.0, "c"));
    let entered = cast.producer.post("/ledger-entries", &alone).await.ok();
    let known = send(&cast.producer, "", &text_of(&[alone])).await;
    assert_eq!(known[0]["ledger_entry_id"], entered.id());
    for (name, value) in [
        ("kind", json!("brought_in")),
        ("mass_kg", json!(9)),
        ("waste_code", json!("900-214-08")),
        ("occurred_at", json!("2026-11-24T02:00:01Z")),
        ("batch_number", json!("批-2")),
        ("note", json!("x")),
    ] {
        let mut other = lines[0].clone();
        other[name] = value;
        for query in ["", "?validate_only=true"] {
            let answers = send(&cast.producer, query, &text_of(&[other.clone()])).await;
            assert_eq!(codes(&answers), ["external_id_taken"], "{other}");
            assert_eq!(answers[0]["status"], 409);
            assert_eq!(answers[0]["problem"]["errors"][0]["pointer"], "/external_id");
        }
    }
    assert_eq!(world.rows("ledger_entry").await, 3);
}

#[tokio::test]
async fn two_at_once_enter_each_line_once() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let lines: Vec<Value> =
        (0..300).map(|n| entry(&cast, ("produced", 1.0, &format!("e{n}")))).collect();
    let text = text_of(&lines);
    let (one, two) = tokio::join!(send(&cast.producer, "", &text), send(&cast.corps, "", &text));
    assert_eq!(codes(&one), vec![""; 300]);
    assert_eq!(column(&one, "ledger_entry_id"), column(&two, "ledger_entry_id"));
    assert_eq!(world.rows("ledger_entry").await, 300);
}

#[tokio::test]
async fn others_learn_nothing_and_who_keeps_no_books_is_told_once() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    send(&cast.producer, "", &text_of(&[entry(&cast, ("produced", 1.0, "a"))])).await;
    let both = [entry(&cast, ("produced", 1.0, "a")), entry(&cast, ("produced", 1.0, "new"))];
    let answers = send(&cast.stranger, "", &text_of(&both)).await;
    assert_eq!(codes(&answers), ["forbidden", "forbidden"]);
    assert_eq!(world.rows("ledger_entry").await, 1);
    let reader = json!({"organisation_id": cast.producer_id, "login": "looks-only",
        "role": "reader", "password": PASSWORD});
    cast.corps.post("/users", &reader).await.ok();
    let call = |client: &Client, kind: &str| {
        client.call(Method::POST, "/ledger-entries/bulk").raw(kind, text_of(&both)).send()
    };
    let reader = world.log_in("looks-only").await;
    call(&reader, "application/x-ndjson").await.is(403).refused_as("forbidden");
    call(&world.client(), "application/x-ndjson").await.is(401);
    call(&cast.producer, "application/json").await.is(415).refused_as("unsupported_media_type");
}

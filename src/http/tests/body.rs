//! Bodies: what is refused, in which order, at which pointer.

use super::*;

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
        (br#"{"name":"a","mass_kg":1e999}"#.to_vec(), 422, "mass_out_of_range"),
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
        "POST {THING} HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
         transfer-encoding: chunked\r\n\r\n"
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

//! The frame: every answer has its headers, every refusal its form, nothing gives a 500.

use proptest::prelude::*;

use super::*;

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
        let names = [
            "if-match",
            "idempotency-key",
            "accept-language",
            "x-request-id",
            "content-type",
            "content-encoding",
        ];
        let name = names[which];
        let request = post(&uri.to_string()).insert_header((name, header)).set_payload(body);
        let answer = actix_web::rt::System::new().block_on(send(request));
        prop_assert!(answer.status < 500, "{} {}", answer.status, path);
        if answer.status >= 400 {
            answer.refused();
        }
    }
}

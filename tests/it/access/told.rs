//! Who gets to what of notifications.

use serde_json::json;

use super::case::{
    Case,
    Kind::{One, Open, Own},
    case, change, make, many,
};

/// Its own organisation, and nobody else: the corps neither.
const KEEPERS: &[&str] = &["producer"];

pub const CASES: &[Case] = &[
    many("GET /api/v1/webhooks", &[("webhooks", ""), ("webhooks", "status=active")]),
    case("GET /api/v1/webhooks/{id}", One("webhooks")),
    case("GET /api/v1/webhooks/{id}/deliveries", One("webhooks")),
    case(
        "GET /api/v1/webhooks/{id}/deliveries/{delivery_id}",
        Own("a webhook's own; of another's webhook 404 (notify/isolation.rs)"),
    ),
    case(
        "POST /api/v1/webhooks/{id}/deliveries/{delivery_id}/redeliver",
        Own("a webhook's own; of another's webhook 404 (notify/isolation.rs)"),
    ),
    make(
        "POST /api/v1/webhooks",
        &[
            "corps",
            "division",
            "elsewhere",
            "health",
            "producer",
            "carrier",
            "receiver",
            "stranger",
        ],
        |_| json!({"url": "https://hooks.example.com/y"}),
    ),
    change("PATCH /api/v1/webhooks/{id}", "webhooks", KEEPERS, r#"{"name": "x"}"#),
    change("DELETE /api/v1/webhooks/{id}", "webhooks", KEEPERS, "{}"),
    change("POST /api/v1/webhooks/{id}/rotate-secret", "webhooks", KEEPERS, "{}"),
    change("POST /api/v1/webhooks/{id}/ping", "webhooks", KEEPERS, "{}"),
    case("GET /api/v1/subscriptions", Own("oneself")),
    case("POST /api/v1/subscriptions", Own("for oneself alone")),
    case("GET /api/v1/subscriptions/{id}", Own("another's is 404 (notify/isolation.rs)")),
    case("PATCH /api/v1/subscriptions/{id}", Own("another's is 404 (notify/isolation.rs)")),
    case("DELETE /api/v1/subscriptions/{id}", Own("another's is 404 (notify/isolation.rs)")),
    case("GET /api/v1/notices", Own("oneself")),
    case("POST /api/v1/notices/{id}/read", Own("another's is 404 (notify/isolation.rs)")),
    case("GET /api/v1/unsubscribe", Open("the link is its own proof (notify/mail.rs)")),
    case("POST /api/v1/unsubscribe", Open("the link is its own proof (notify/mail.rs)")),
    case("GET /api/v1/sandbox/mail", Own("one mailbox for the whole sandbox")),
];

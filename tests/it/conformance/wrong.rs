//! Ways in which a deployment may be wrong, each with the scenario that must say so.

use serde_json::{Value, json};

pub struct Wrong {
    pub scenario: &'static str,
    /// The requests that it is about, `POST /manifests/*/receive`, and the answers, by status.
    pub on: &'static str,
    pub status: u16,
    pub how: How,
}

#[derive(Debug)]
pub enum How {
    Status(u16),
    Header(&'static str, &'static str),
    NoHeader(&'static str),
    /// The first such text of the body is another.
    Text(&'static str, &'static str),
    Json(fn(&mut Value)),
    /// The server is asked without a header, or for another path: it does not know the habit.
    AskWithout(&'static str),
    AskFor(&'static str, &'static str),
}

use How::{AskFor, AskWithout, Header, Json, NoHeader, Status, Text};

const fn wrong(scenario: &'static str, on: &'static str, status: u16, how: How) -> Wrong {
    Wrong { scenario, on, status, how }
}

fn without(json: &mut Value, name: &str) {
    json.as_object_mut().unwrap().remove(name);
}

fn list<'a>(json: &'a mut Value, pointer: &str) -> &'a mut Vec<Value> {
    json.pointer_mut(pointer).unwrap().as_array_mut().unwrap()
}

/// The number of the list's members that stay is smaller by one, where there are several.
fn lose_one(json: &mut Value, pointer: &str) {
    let list = list(json, pointer);
    if list.len() > 1 {
        list.remove(list.len() - 2);
    }
}

fn no_gaps(json: &mut Value) {
    json["gaps"] = json!([]);
}

fn unpointed(json: &mut Value) {
    without(&mut json["errors"][0], "pointer");
}

const FILE: &str = "POST /manifests";
const ONE: &str = "GET /manifests/*";
const EVENTS: &str = "GET /manifests/*/events";
const RECEIVE: &str = "POST /manifests/*/receive";
const FEED: &str = "GET /changes";

pub static WRONG: &[Wrong] = &[
    wrong("arrival", "POST /sites", 201, Json(|body| without(body, "park"))),
    wrong("arrival", "POST /licences", 201, Status(200)),
    wrong("identity.login", "POST /auth/login", 200, Json(|body| without(body, "token_type"))),
    wrong("identity.login", "GET /me", 401, Status(403)),
    wrong("identity.login", "POST /auth/login", 401, Header("content-type", "text/plain")),
    wrong("identity.refresh", "POST /auth/refresh", 401, Status(200)),
    wrong("identity.logout", "POST /auth/logout", 204, Status(404)),
    wrong("identity.roles", "POST /users", 403, Status(201)),
    wrong("errors.language", ONE, 404, AskWithout("accept-language")),
    wrong("errors.language", ONE, 404, Json(|body| without(body, "request_id"))),
    wrong("errors.language", ONE, 404, Json(|body| body["status"] = json!(400))),
    wrong("errors.malformed", FILE, 400, Status(422)),
    wrong("errors.malformed", FILE, 413, Status(400)),
    wrong("errors.content", FILE, 422, Json(|body| lose_one(body, "/errors"))),
    wrong("errors.content", FILE, 422, Json(|body| without(&mut body["errors"][0], "pointer"))),
    wrong("errors.order", "POST /manifests/*/complete", 412, Status(409)),
    wrong("registry.reference", "GET /divisions", 200, Json(|body| list(body, "/data").clear())),
    wrong("registry.faults", "POST /vehicles", 422, Json(|body| lose_one(body, "/errors"))),
    wrong("filing.answer", FILE, 201, Status(200)),
    wrong("filing.answer", FILE, 201, Json(|body| without(body, "deadlines"))),
    wrong("filing.answer", FILE, 201, NoHeader("location")),
    wrong("filing.answer", FILE, 201, NoHeader("cache-control")),
    wrong("filing.answer", FILE, 201, Json(|body| body["filed_at"] = json!("2026-11-25T10:00:00"))),
    wrong("filing.answer", ONE, 200, Json(|body| body["note"] = json!("another"))),
    wrong("filing.numbers", FILE, 201, Json(|body| body["number"] = json!("2026-66-1"))),
    wrong("filing.decimals", FILE, 201, Text("812.503", "812.5029999999999")),
    wrong("filing.decimals", FILE, 201, Text("0.001", "1e-3")),
    wrong("filing.validate_only", FILE, 201, AskFor("validate_only=true", "validate_only=false")),
    wrong("refusals.items", FILE, 422, Json(|body| body["errors"] = json!([]))),
    wrong("refusals.parties", FILE, 409, Status(422)),
    wrong("refusals.capacity", FILE, 409, Json(|body| without(body, "permitted_kg"))),
    wrong("refusals.capacity", FILE, 409, Status(201)),
    wrong("refusals.capacity", RECEIVE, 409, Json(|body| without(body, "acceptable_kg"))),
    wrong("refusals.licence", FILE, 409, Json(|body| body["code"] = json!("no"))),
    wrong("refusals.ledger", FILE, 409, Json(|body| body["code"] = json!("ledger_short"))),
    wrong("drafts.life", ONE, 404, Status(403)),
    wrong("drafts.life", "PATCH /manifests/*", 200, NoHeader("etag")),
    wrong("idempotency.replay", FILE, 201, AskWithout("idempotency-key")),
    wrong("idempotency.replay", FILE, 201, NoHeader("idempotent-replayed")),
    wrong("idempotency.reuse", FILE, 422, Status(201)),
    wrong("idempotency.at_once", FILE, 201, AskWithout("idempotency-key")),
    wrong("versions.manifest", "POST /manifests/*/depart", 200, AskWithout("if-match")),
    wrong("versions.manifest", ONE, 200, Header("etag", "W/\"2\"")),
    wrong("versions.register", "PATCH /sites/*", 200, Json(|body| body["name"] = json!(""))),
    wrong("lives.hazardous", EVENTS, 200, Json(|body| lose_one(body, "/data"))),
    wrong("lives.medical", RECEIVE, 200, Json(|body| body["status"] = json!("received"))),
    wrong(
        "lives.kitchen",
        "POST /manifests/*/arrive",
        200,
        Json(|body| {
            body["deadlines"] = json!([]);
        }),
    ),
    wrong(
        "lives.cancelled",
        "POST /manifests/*/depart",
        409,
        Json(|body| {
            without(body, "manifest_status");
        }),
    ),
    wrong(
        "receipt.masses",
        RECEIVE,
        200,
        Json(|body| {
            body["items"][0]["refused"] = json!([]);
        }),
    ),
    wrong("receipt.masses", EVENTS, 200, Text("-1875", "1875")),
    wrong("receipt.faults", RECEIVE, 422, Json(|body| body["code"] = json!("invalid_value"))),
    wrong("receipt.skipped", RECEIVE, 200, Json(|body| body["gaps"] = json!([]))),
    wrong("receipt.treatment", "POST /manifests/*/complete", 422, Status(200)),
    wrong(
        "receipt.refused",
        RECEIVE,
        200,
        Json(|body| {
            body["items"][0]["refused"][0]["custody"] = json!("gone");
        }),
    ),
    wrong("transitions.table", "GET /transitions", 200, Json(|body| lose_one(body, "/data"))),
    wrong(
        "transitions.agree",
        ONE,
        200,
        Json(|body| {
            body["allowed_actions"] = json!([{"action": "cancel", "fields": []}]);
        }),
    ),
    wrong("transitions.agree", "POST /manifests/*/receive", 409, Status(422)),
    wrong("lists.pages", "GET /manifests?cursor", 200, Json(|body| lose_one(body, "/data"))),
    wrong(
        "lists.pages",
        "GET /manifests?cursor",
        200,
        Json(|body| {
            let first = body["data"][0].clone();
            list(body, "/data").push(first);
        }),
    ),
    wrong("lists.filters", "GET /manifests?colour", 422, Status(200)),
    wrong("lists.filters", "GET /manifests", 200, AskFor("stream=kitchen", "stream=medical")),
    wrong("lists.formats", "GET /manifests", 200, Header("content-type", "application/json")),
    wrong("bulk.lines", "POST /manifests/bulk", 200, Text("\"line\":2", "\"line\":7")),
    wrong("containers.life", "GET /containers/*", 200, Text("shipped", "open")),
    wrong(
        "rounds.kitchen",
        "POST /collection-rounds/*/weigh-in",
        200,
        Json(|body| {
            lose_one(body, "/split");
        }),
    ),
    wrong("way.hand_over", "POST /manifests/*/hand-over", 200, Json(no_gaps)),
    wrong("way.hand_over", "POST /manifests/*/stops", 403, Status(200)),
    wrong("way.stops", EVENTS, 200, Text("\"remaining_g\":40000", "\"remaining_g\":60000")),
    wrong("way.stops", "POST /manifests/*/stops", 422, Status(409)),
    wrong("way.incidents", EVENTS, 200, Text("25500", "25000")),
    wrong("way.incidents", "POST /manifests/*/incidents", 422, Json(unpointed)),
    wrong("way.countersign", "POST /me/signing-codes", 201, Json(|body| without(body, "code"))),
    wrong("way.countersign", "POST /manifests/*/events/*/countersign", 409, Status(200)),
    wrong("linked.return", "POST /manifests/*/return", 201, Json(|body| without(body, "kind"))),
    wrong("linked.return", EVENTS, 200, Text("return_filed", "forward_filed")),
    wrong(
        "linked.forward",
        "POST /manifests/*/forward",
        201,
        Text("\"left_kg\":10", "\"left_kg\":50"),
    ),
    wrong("linked.forward", "POST /manifests/*/forward", 409, Status(201)),
    wrong(
        "amendments.agreed",
        "POST /manifests/*/amendments",
        201,
        Json(|body| without(body, "before")),
    ),
    wrong("amendments.agreed", ONE, 200, Text("80.5", "100")),
    wrong("amendments.refused", "POST /manifests/*/amendments", 409, Status(422)),
    wrong("roadside.look", "GET /roadside", 200, Json(|body| without(body, "attestation"))),
    wrong("roadside.look", "GET /roadside", 403, Status(200)),
    wrong("roadside.inspections", "GET /inspections/*", 404, Status(200)),
    wrong("grants.api_keys", "POST /api-keys", 409, Status(201)),
    wrong("grants.api_keys", "GET /manifests", 401, Status(200)),
    wrong("grants.delegations", EVENTS, 200, Text("on_behalf_of", "for")),
    wrong("imports.file", "POST /imports", 200, AskFor("dry_run=true", "dry_run=false")),
    wrong("imports.file", "POST /imports", 200, Text("\"line\":3", "\"line\":2")),
    wrong("rounds.confirm", ONE, 200, Json(|body| body["gaps"] = json!([{"step": "file"}]))),
    wrong("rounds.trip", "POST /trips/*/weigh", 200, Json(|body| body["net_kg"] = json!(1))),
    wrong("tenants.manifests", ONE, 404, Status(403)),
    wrong("tenants.registers", "PATCH /sites/*", 403, Status(200)),
    wrong("feed.order", FEED, 200, Json(|body| list(body, "/data").reverse())),
    wrong(
        "feed.order",
        FEED,
        200,
        Json(|body| {
            for change in list(body, "/data") {
                change["resource"]["version"] = json!(4);
            }
        }),
    ),
    wrong("feed.gap_free", FEED, 200, Json(|body| lose_one(body, "/data"))),
    wrong("feed.wait", FEED, 200, AskFor("wait=", "wait=0&limit=")),
    wrong("feed.own", FEED, 422, Status(200)),
    wrong("chain.events", EVENTS, 200, Json(|body| body["data"][1]["seq"] = json!(2))),
    wrong("chain.events", EVENTS, 200, Text("812500", "812500.0")),
    wrong("chain.bundle", EVENTS, 200, Status(500)),
    wrong("clock.forward", "POST /sandbox/clock", 200, Json(|body| body["settled"] = json!(false))),
    wrong("clock.forward", RECEIVE, 200, Json(|body| body["receipt"]["late"] = json!(false))),
];

//! Signing for another organisation: given, used, shown on what was signed, revoked.

use chrono::TimeDelta;
use liandan::app::App;
use liandan::ctx::{Actor, Ctx, Role, Via};
use liandan::ids::{OrganisationId, UserId};
use liandan::manifest::FileManifest;
use liandan::problem::{Code, Lang};
use liandan::wire::Decode;
use serde_json::{Value, json};

use crate::support::{Cast, Client, World};

struct Stage {
    world: World,
    cast: Cast,
    /// The stranger's organisation, which signs for others.
    agent: String,
}

impl Stage {
    async fn new() -> Self {
        let world = World::start().await;
        let cast = Cast::new(&world, 100_000).await;
        cast.produce(10_000).await;
        let agent = cast.stranger.get("/me").await.ok().str("/organisation/id").to_owned();
        Self { world, cast, agent }
    }

    fn wanted(&self, more: &Value) -> Value {
        let mut body = json!({"to_organisation_id": self.agent, "scopes": ["file"],
            "valid_to": "2026-12-31"});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        body
    }

    /// The producer lets the stranger's organisation sign.
    async fn given(&self, more: &Value) -> String {
        self.cast.producer.post("/delegations", &self.wanted(more)).await.is(201).id()
    }

    async fn refused(&self, by: &Client, more: &Value, code: &str, pointer: &str) {
        by.post("/delegations", &self.wanted(more)).await.refused_as(code).tells(code, pointer);
    }
}

async fn lists(client: &Client, path: &str) -> Vec<String> {
    let listed = client.get(path).await.is(200);
    let ids = listed.get("/data").as_array().unwrap().iter();
    ids.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn a_holder_files_for_the_producer_and_the_record_says_for_whom() {
    let stage = Stage::new().await;
    let (cast, agent) = (&stage.cast, &stage.cast.stranger);
    let oil = cast.oil(&json!(100));
    agent.post("/manifests", &oil).await.refused_as("unknown_reference").at("/producer_site_id");

    let delegation = stage.given(&json!({"site_ids": [cast.producer_site]})).await;
    let filed = agent.post("/manifests", &oil).await.is(201);
    let behalf = json!([{"organisation_id": cast.producer_id, "delegation_id": delegation}]);
    let signed = json!([{"step": "filed", "organisation_id": stage.agent,
        "on_behalf_of": behalf}]);
    assert_eq!(filed.get("/signed_for"), &signed);
    assert_eq!(filed.get("/producer/organisation_id"), &json!(cast.producer_id));

    let path = format!("/manifests/{}", filed.id());
    let events = cast.producer.get(&format!("{path}/events")).await.is(200);
    assert_eq!(events.get("/data/0/actor/organisation_id"), &json!(stage.agent));
    assert_eq!(events.get("/data/0/actor/on_behalf_of"), &behalf);
    // Found wherever a party finds it.
    let id = filed.id();
    assert_eq!(lists(agent, "/manifests").await, [id.as_str()]);
    let number = filed.str("/number");
    agent.get(&format!("/manifests/by-number/{number}")).await.is(200);
    let changes = agent.get("/changes?limit=500").await.is(200);
    let told = changes.get("/data").as_array().unwrap();
    assert!(told.iter().any(|one| one["subject"]["id"] == id));
    assert!(
        told.iter().any(|one| one["subject"]["id"] == delegation.as_str()
            && one["resource"]["status"] == "active")
    );

    // What it was not given it may not do, and each step says by whom it was signed.
    let receive = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 100, "refused_kg": 0}]});
    agent.post(&format!("{path}/receive"), &receive).await.refused_as("forbidden");
    let departed = agent.post(&format!("{path}/depart"), &json!({})).await.is(200);
    assert_eq!(departed.get("/signed_for/1/step"), "departed");
    assert_eq!(departed.get("/gaps/0/missing"), "carrier");
    cast.receiver.post(&format!("{path}/receive"), &receive).await.is(200);
    let seen = cast.receiver.get(&path).await.is(200);
    assert_eq!(seen.get("/signed_for").as_array().map(Vec::len), Some(2));
}

#[tokio::test]
async fn a_delegation_reaches_as_far_as_it_says() {
    let stage = Stage::new().await;
    let (cast, agent) = (&stage.cast, &stage.cast.stranger);
    stage.given(&json!({"streams": ["medical"], "valid_from": "2026-11-26"})).await;
    let early = agent.post("/manifests", &cast.medical()).await;
    early.refused_as("unknown_reference").at("/producer_site_id");
    stage.world.pass(TimeDelta::days(1));
    let mut medical = cast.medical();
    medical["planned_departure_on"] = json!("2026-11-26");
    let filed = agent.post("/manifests", &medical).await.is(201).id();
    let oil = agent.post("/manifests", &cast.oil(&json!(10))).await;
    oil.refused_as("unknown_reference").at("/producer_site_id");
    let own = cast.filed(&cast.oil(&json!(10))).await.id();
    agent.get(&format!("/manifests/{own}")).await.is(404);
    assert_eq!(lists(agent, "/manifests").await, [filed.as_str()]);
    // The last day counts, in Beijing; then it is over.
    stage.world.pass(TimeDelta::days(35));
    agent.get(&format!("/manifests/{filed}")).await.is(200);
    stage.world.pass(TimeDelta::days(1));
    agent.get(&format!("/manifests/{filed}")).await.is(404);
    assert_eq!(lists(agent, "/manifests").await, [""; 0]);
}

#[tokio::test]
async fn a_carrier_and_a_receiver_let_others_sign_too() {
    let stage = Stage::new().await;
    let (cast, agent) = (&stage.cast, &stage.cast.stranger);
    let to = |scope: &str| stage.wanted(&json!({"scopes": [scope]}));
    cast.carrier.post("/delegations", &to("carry")).await.is(201);
    cast.receiver.post("/delegations", &to("receive")).await.is(201);
    let path = format!("/manifests/{}", cast.filed(&cast.oil(&json!(10))).await.id());
    agent.post(&format!("{path}/cancel"), &json!({"reason": "other"})).await.is(403);
    agent.post(&format!("{path}/depart"), &json!({})).await.is(200);
    let arrived = agent.post(&format!("{path}/arrive"), &json!({})).await.is(200);
    let both = arrived.get("/signed_for/1/on_behalf_of").as_array().unwrap();
    assert_eq!(both.len(), 2, "as the carrier and as the receiver: {}", arrived.shown());
    let receive = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 10, "refused_kg": 0}]});
    let received = agent.post(&format!("{path}/receive"), &receive).await.is(200);
    assert_eq!(received.get("/signed_for/2/step"), "received");
    let audit = cast.corps.get(&format!("{path}/events")).await.is(200);
    assert_eq!(audit.get("/data/3/actor/on_behalf_of/0/organisation_id"), &json!(cast.receiver_id));
}

#[tokio::test]
async fn a_revoked_delegation_lets_nothing_through() {
    let stage = Stage::new().await;
    let (cast, agent) = (&stage.cast, &stage.cast.stranger);
    let delegation = stage.given(&json!({})).await;
    let oil = cast.oil(&json!(10));
    let filed = agent.post("/manifests", &oil).await.is(201).id();
    let path = format!("/delegations/{delegation}");
    let revoke = async |client: &Client, version: Option<i64>| {
        let call = client.call(crate::support::Method::DELETE, &path);
        match version {
            Some(version) => call.if_match(version).send().await,
            None => call.send().await,
        }
    };
    revoke(&cast.receiver, None).await.is(404);
    revoke(&cast.producer, Some(7)).await.refused_as("stale_version");
    revoke(&cast.producer, Some(1)).await.is(204);
    revoke(&cast.producer, None).await.is(204);
    let shown = cast.producer.get(&path).await.is(200);
    assert_eq!((shown.str("/status"), shown.version()), ("revoked", 2));
    agent.post("/manifests", &oil).await.refused_as("unknown_reference").at("/producer_site_id");
    agent.get(&format!("/manifests/{filed}")).await.is(404);
    // What was signed stays signed.
    let seen = cast.producer.get(&format!("/manifests/{filed}")).await.is(200);
    assert_eq!(seen.get("/signed_for/0/on_behalf_of/0/delegation_id"), &json!(delegation));
    // Its holder lays one down as well.
    let other = stage.given(&json!({})).await;
    let path = format!("/delegations/{other}");
    agent.call(crate::support::Method::DELETE, &path).send().await.is(204);
}

/// Who was admitted before the revocation and comes to the commit after it.
#[tokio::test]
async fn one_that_is_revoked_in_the_same_second_is_leaned_on() {
    let stage = Stage::new().await;
    let (cast, world) = (&stage.cast, &stage.world);
    let delegation = stage.given(&json!({})).await;
    let me = cast.stranger.get("/me").await.ok();
    let app = &world.app;
    let user = uuid::Uuid::parse_str(me.str("/user/id")).unwrap();
    let holder = OrganisationId::of(uuid::Uuid::parse_str(&stage.agent).unwrap());
    let mut actor = Actor {
        user_id: UserId::of(user),
        organisation_id: holder,
        role: Role::Admin,
        via: Via::Password,
        ..Actor::system()
    };
    actor.grants.hold(app.identity.mandates.of(app, holder).await.unwrap());
    let path = format!("/delegations/{delegation}");
    cast.producer.call(crate::support::Method::DELETE, &path).send().await.is(204);
    let asked: FileManifest = read(&cast.oil(&json!(10)));
    let refused = liandan::manifest::file(app, &ctx(app, actor), Ok(asked)).await.unwrap_err();
    assert_eq!(refused.code(), Code::RightWithdrawn);
    world.has_no_rows_in(&["manifest"]).await;
}

fn ctx(app: &App, actor: Actor) -> Ctx {
    let ctx = Ctx::unasked(actor, (app.clock.now(), app.clock.wall()), "late");
    Ctx { lang: Lang::En, ..ctx }
}

fn read<T: Decode>(body: &Value) -> T {
    liandan::wire::read(body.to_string().as_bytes()).unwrap()
}

#[tokio::test]
async fn what_one_has_not_one_does_not_give() {
    let stage = Stage::new().await;
    let cast = &stage.cast;
    let producer = &cast.producer;
    let own = json!({"to_organisation_id": cast.producer_id});
    stage.refused(producer, &own, "invalid_value", "/to_organisation_id").await;
    let nobody = json!({"to_organisation_id": "01a20000-0000-7000-8000-000000000000"});
    stage.refused(producer, &nobody, "unknown_reference", "/to_organisation_id").await;
    let receive = json!({"scopes": ["file", "receive"]});
    stage.refused(producer, &receive, "role_not_held", "/scopes/1").await;
    stage.refused(producer, &json!({"scopes": []}), "too_short", "/scopes").await;
    let others = json!({"site_ids": [cast.producer_site, cast.receiver_site]});
    stage.refused(producer, &others, "unknown_reference", "/site_ids/1").await;
    let past = json!({"valid_to": "2026-11-24"});
    stage.refused(producer, &past, "out_of_range", "/valid_to").await;
    let long = json!({"valid_to": "2029-12-31"});
    stage.refused(producer, &long, "out_of_range", "/valid_to").await;
    let carry = json!({"scopes": ["carry"], "site_ids": [cast.producer_site]});
    stage.refused(&cast.carrier, &carry, "invalid_value", "/site_ids").await;
    // Nobody passes on what it holds.
    stage.given(&json!({})).await;
    let on = json!({"to_organisation_id": cast.carrier_id, "scopes": ["file"],
        "site_ids": [cast.producer_site]});
    stage.refused(&cast.stranger, &on, "unknown_reference", "/site_ids/0").await;
    cast.corps.post("/delegations", &stage.wanted(&json!({}))).await.refused_as("forbidden");
}

#[tokio::test]
async fn a_repeat_gives_the_first_delegation_again() {
    let stage = Stage::new().await;
    let body = stage.wanted(&json!({}));
    let call = || {
        let call = stage.cast.producer.call(crate::support::Method::POST, "/delegations");
        call.json(&body).key("once")
    };
    let (one, two) = tokio::join!(call().send(), call().send());
    let (one, two) = (one.is(201), two.is(201));
    assert_eq!(one.id(), two.id());
    assert_eq!(one.json, call().send().await.is(201).json);
    assert_eq!(stage.world.rows("delegation").await, 1);
}

//! The producer signs its stop: on the spot, later, by somebody it trusts, or not at all.

use chrono::TimeDelta;
use futures_util::join;
use serde_json::{Value, json};

use super::cast::{Town, colleague, kinds};
use super::whole::the_row_is_the_fold;
use crate::support::{Answer, Client, Method, World};

/// A kitchen round with nothing collected, and its stops' manifests.
struct Round {
    world: World,
    town: Town,
    path: String,
    manifests: Vec<String>,
}

impl Round {
    async fn new(stops: u32) -> Self {
        let world = World::start().await;
        let town = Town::new(&world, stops, 100_000).await;
        let planned = town.planned(&town.round("kitchen", &Town::food(&json!(100)))).await;
        let stops = planned.get("/stops").as_array().unwrap().iter();
        let manifests = stops.map(|stop| stop["manifest_id"].as_str().unwrap().to_owned());
        let (manifests, path) =
            (manifests.collect(), format!("/collection-rounds/{}", planned.id()));
        Self { world, town, path, manifests }
    }

    /// Stop `n` is collected, and how to confirm it.
    async fn collected(&self, n: usize) -> String {
        self.town.collect(&self.path, n, &json!(80)).await.is(200);
        format!("{}/stops/{n}/confirm", self.path)
    }

    /// Gaps of a stop's manifest, as step and severity.
    async fn gaps(&self, n: usize) -> Vec<(String, String)> {
        let manifest = self.manifest(n).await;
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let gaps = manifest.get("/gaps").as_array().unwrap().iter();
        gaps.map(|gap| (text(&gap["step"]), text(&gap["severity"]))).collect()
    }

    async fn manifest(&self, n: usize) -> Answer {
        let corps = self.world.corps().await;
        corps.get(&format!("/manifests/{}", self.manifests[n - 1])).await.is(200)
    }

    async fn events(&self, n: usize) -> Value {
        let path = format!("/manifests/{}/events", self.manifests[n - 1]);
        self.town.cast.corps.get(&path).await.is(200).get("/data").clone()
    }
}

fn gap(step: &str, severity: &str) -> (String, String) {
    (step.to_owned(), severity.to_owned())
}

async fn keyed(client: &Client, path: &str, key: &str, body: &Value) -> Answer {
    client.call(Method::POST, path).key(key).json(body).send().await
}

const SIGNED: [&str; 4] = ["filed", "departed", "countersigned", "countersigned"];

#[tokio::test]
async fn a_confirmation_closes_the_manifests_gaps_once() {
    let round = Round::new(3).await;
    let (first, second) = (round.collected(1).await, round.collected(2).await);
    let (nothing, town) = (json!({}), &round.town);
    assert_eq!(round.gaps(1).await, [gap("file", "low"), gap("depart", "low")]);
    town.cast.carrier.post(&first, &nothing).await.is(403).refused_as("forbidden");
    town.cast.stranger.post(&first, &nothing).await.is(404).refused_as("not_found");
    town.producers[1].client.post(&first, &nothing).await.is(404);
    let client = &town.producers[0].client;
    let odd = client.post(&first, &json!({"colour": "red"})).await.is(422);
    odd.refused_as("unknown_field").at("/colour");
    let tried = client.post(&format!("{first}?validate_only=true"), &nothing).await.is(200);
    assert_eq!(tried.str("/confirmation"), "confirmed");
    assert_eq!(kinds(client, &round.manifests[0]).await, ["filed", "departed"]);
    let told = keyed(client, &first, "c", &nothing).await.is(200);
    assert_eq!(told.str("/confirmation"), "confirmed");
    let again = keyed(client, &first, "c", &nothing).await.is(200);
    assert_eq!((again.header("idempotent-replayed"), again.version()), ("true", told.version()));
    client.post(&first, &nothing).await.is(409).refused_as("already_decided");
    assert_eq!(round.gaps(1).await, []);
    assert_eq!(kinds(client, &round.manifests[0]).await, SIGNED);
    let events = round.events(1).await;
    for (at, seq) in [(2, 0), (3, 1)] {
        assert_eq!(events[at]["data"]["seq"], seq);
        assert_eq!(events[at]["actor"]["organisation_id"], json!(town.producers[0].id));
    }
    // Two at once: under one key both are the one, without a key the second is told so.
    let client = &town.producers[1].client;
    let (one, other) = join!(client.post(&second, &nothing), client.post(&second, &nothing));
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", one.text, other.text);
    assert_eq!(kinds(client, &round.manifests[1]).await, SIGNED);
    let third = round.collected(3).await;
    let client = &town.producers[2].client;
    let call = || keyed(client, &third, "both", &nothing);
    let (one, other) = join!(call(), call());
    assert_eq!(one.is(200).version(), other.is(200).version());
    assert_eq!(kinds(client, &round.manifests[2]).await, SIGNED);
    let id = round.path.rsplit('/').next().unwrap();
    the_row_is_the_fold(&round.world, id).await;
}

/// A person of the producer's, who has a code for the departure of a stop's draft.
async fn coded(round: &Round, client: &Client, n: usize) -> Value {
    let user = client.get("/me").await.ok().str("/user/id").to_owned();
    let asked = json!({"manifest_id": round.manifests[n - 1], "action": "depart"});
    let made = client.post("/me/signing-codes", &asked).await.is(201);
    json!({"user_id": user, "code": made.str("/code")})
}

#[tokio::test]
async fn a_code_confirms_on_the_spot() {
    let round = Round::new(3).await;
    let (town, carrier) = (&round.town, &round.town.cast.carrier);
    let (own, other) = (&town.producers[0].client, &town.producers[1].client);
    let draft = |action: &str| json!({"manifest_id": round.manifests[0], "action": action});
    own.post("/me/signing-codes", &draft("receive")).await.is(403);
    carrier.post("/me/signing-codes", &draft("depart")).await.is(403);
    let unseen = other.post("/me/signing-codes", &draft("depart")).await.is(422);
    unseen.refused_as("unknown_reference").at("/manifest_id");
    let code = coded(&round, own, 1).await;
    let stop = |countersign: &Value| {
        json!({"outcome": "collected", "items": [{"line": 1, "mass_kg": 80}],
            "countersign": countersign})
    };
    let path = format!("{}/stops/1", round.path);
    let wrong = json!({"user_id": code["user_id"], "code": "x"});
    let refused = carrier.post(&path, &stop(&wrong)).await.is(422);
    refused.refused_as("invalid_value").at("/countersign/code");
    let skipped = json!({"outcome": "skipped", "reason": "closed", "countersign": code});
    carrier.post(&path, &skipped).await.is(422).tells("invalid_value", "/countersign");
    // Another stop's code is none here.
    let foreign = coded(&round, other, 2).await;
    carrier.post(&path, &stop(&foreign)).await.is(422).at("/countersign/code");
    let body = stop(&code);
    let taken = keyed(carrier, &path, "s", &body).await.is(200);
    assert_eq!(taken.str("/confirmation"), "signed");
    assert!(taken.get("/confirm_by").is_null());
    let again = keyed(carrier, &path, "s", &body).await.is(200);
    assert_eq!(again.header("idempotent-replayed"), "true");
    assert_eq!(round.gaps(1).await, []);
    assert_eq!(kinds(own, &round.manifests[0]).await, SIGNED);
    let events = round.events(1).await;
    for at in [2, 3] {
        assert_eq!(events[at]["actor"]["via"], "one_time_code");
        assert_eq!(events[at]["actor"]["user_id"], code["user_id"]);
    }
    own.post(&format!("{path}/confirm"), &json!({})).await.is(409).refused_as("already_decided");
    // Two at once with one code collect once; in bulk a code is as good.
    let (path, body) = (format!("{}/stops/2", round.path), stop(&foreign));
    let (one, two) = join!(carrier.post(&path, &body), carrier.post(&path, &body));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 409], "{} {}", one.text, two.text);
    let mut third = stop(&coded(&round, &town.producers[2].client, 3).await);
    third["n"] = json!(3);
    let bulk = carrier.post(&format!("{}/stops/bulk", round.path), &json!([third])).await.is(200);
    assert_eq!(bulk.str("/data/0/stop/confirmation"), "signed", "{}", bulk.text);
    assert_eq!(round.gaps(3).await, []);
}

/// The second signature is another person's, and of the producer.
#[tokio::test]
async fn nobody_else_signs_for_the_producer() {
    let round = Round::new(1).await;
    let (town, path) = (&round.town, format!("{}/stops/1", round.path));
    let reader = colleague(&round.world, &town.cast.corps, &town.producers[0].id, "reader").await;
    let asked = json!({"manifest_id": round.manifests[0], "action": "depart"});
    reader.post("/me/signing-codes", &asked).await.is(403);
    town.collect(&round.path, 1, &json!(80)).await.is(200);
    reader.post(&format!("{path}/confirm"), &json!({})).await.is(403);
    assert_eq!(round.gaps(1).await.len(), 2);
}

#[tokio::test]
async fn a_delegate_confirms_for_the_producer() {
    let round = Round::new(2).await;
    let (cast, agent) = (&round.town.cast, &round.town.cast.stranger);
    let (first, second) = (round.collected(1).await, round.collected(2).await);
    agent.get(&round.path).await.is(404);
    let agency = agent.get("/me").await.ok().str("/organisation/id").to_owned();
    let given = json!({"to_organisation_id": agency, "scopes": ["file"], "streams": ["kitchen"],
        "valid_to": "2026-12-31"});
    let giver = &round.town.producers[0];
    let delegation = giver.client.post("/delegations", &given).await.is(201).id();
    let seen = agent.get(&round.path).await.is(200);
    assert_eq!(seen.get("/stops").as_array().unwrap().len(), 1);
    let listed = agent.get("/collection-rounds").await.is(200);
    assert_eq!(listed.get("/data").as_array().unwrap().len(), 1);
    agent.post(&second, &json!({})).await.is(404);
    let told = agent.post(&first, &json!({})).await.is(200);
    assert_eq!(told.str("/confirmation"), "confirmed");
    assert_eq!(round.gaps(1).await, []);
    let behalf = json!([{"organisation_id": giver.id, "delegation_id": delegation}]);
    let events = round.events(1).await;
    assert_eq!(events[2]["actor"]["on_behalf_of"], behalf);
    assert_eq!(events[3]["actor"]["organisation_id"], json!(agency));
    let ended = format!("/delegations/{delegation}");
    giver.client.call(Method::DELETE, &ended).send().await.ok();
    agent.get(&round.path).await.is(404);
    cast.corps.get(&round.path).await.is(200);
}

/// Silence is recorded when the period ends; who signs afterwards closes what it signs, and was
/// late all the same. Who has signed the manifest itself was not silent.
#[tokio::test]
async fn silence_is_recorded_and_stays() {
    let round = Round::new(2).await;
    let path = round.collected(1).await;
    round.collected(2).await;
    let own = &round.town.producers[1].client;
    for seq in [0, 1] {
        let sign = format!("/manifests/{}/events/{seq}/countersign", round.manifests[1]);
        own.post(&sign, &json!({})).await.is(200);
    }
    let corps = round.world.corps().await;
    let later = |hours| json!({"now": round.world.now() + TimeDelta::hours(hours)});
    corps.post("/sandbox/clock", &later(71)).await.is(200);
    assert_eq!(corps.get(&round.path).await.str("/stops/0/confirmation"), "pending");
    let moved = corps.post("/sandbox/clock", &later(2)).await.is(200);
    assert_eq!(*moved.get("/settled"), json!(true));
    let corps = round.world.corps().await;
    let seen = corps.get(&round.path).await.is(200);
    assert_eq!(seen.str("/stops/0/confirmation"), "silent");
    assert_eq!(seen.str("/stops/1/confirmation"), "confirmed");
    let silence = gap("confirm", "medium");
    assert_eq!(round.gaps(1).await, [gap("file", "low"), gap("depart", "low"), silence.clone()]);
    assert_eq!(round.gaps(2).await, []);
    let unconfirmed = &round.events(1).await[2];
    assert_eq!(
        (&unconfirmed["kind"], &unconfirmed["actor"]["via"]),
        (&json!("unconfirmed"), &json!("system"))
    );
    assert_eq!(unconfirmed["occurred_at"], "2026-11-28T02:00:00.000Z");
    let client = round.world.log_in("eater-0").await;
    let changes = client.get("/changes?limit=500").await.ok();
    let told = changes.get("/data").as_array().unwrap().iter();
    let told: Vec<&str> = told.map(|one| one["kind"].as_str().unwrap()).collect();
    assert!(told.contains(&"silent") && told.contains(&"unconfirmed"), "{told:?}");
    let late = client.post(&path, &json!({})).await.is(200);
    assert_eq!(late.str("/confirmation"), "confirmed");
    assert_eq!(round.gaps(1).await, [silence]);
    let id = round.path.rsplit('/').next().unwrap();
    the_row_is_the_fold(&round.world, id).await;
}

/// Who has filed ahead signs what was taken as well: then nothing is missing.
#[tokio::test]
async fn a_hospital_that_filed_ahead_signs_the_departure_too() {
    let round = Round::new(1).await;
    let client = &round.town.producers[0].client;
    let path = format!("{}/stops/1/confirm", round.path);
    client.post(&path, &json!({})).await.is(200);
    round.town.collect(&round.path, 1, &json!(100)).await.is(200);
    assert_eq!(round.gaps(1).await, [gap("depart", "low")]);
    client.post(&path, &json!({})).await.is(200);
    assert_eq!(round.gaps(1).await, []);
    client.post(&path, &json!({})).await.is(409).refused_as("already_decided");
}

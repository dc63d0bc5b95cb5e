//! The second person of a step signs, in the same call or later.

use serde_json::{Value, json};

use super::{Carrier, Way, gap, gaps, user};
use crate::support::{Answer, Client, Method};

/// Somebody who signs with a code.
struct Clerk {
    id: String,
    client: Client,
}

impl Clerk {
    async fn of(way: &Way, organisation: &str, (login, role): (&str, &str)) -> Self {
        let id = user(&way.cast.corps, organisation, login, role).await;
        Self { id, client: way.world.log_in(login).await }
    }

    async fn asks(&self, manifest: &str, action: &str) -> Answer {
        let body = json!({"manifest_id": manifest, "action": action});
        self.client.post("/me/signing-codes", &body).await
    }

    /// With a fresh code for a step.
    async fn signs(&self, manifest: &str, action: &str) -> Value {
        let made = self.asks(manifest, action).await.is(201);
        json!({"user_id": self.id, "code": made.str("/code")})
    }
}

/// Filed and not yet departed.
async fn filed(way: &Way) -> String {
    way.cast.filed(&way.cast.oil(&json!(10))).await.id()
}

async fn last_event(way: &Way, id: &str) -> Value {
    let events = way.cast.corps.get(&format!("/manifests/{id}/events")).await.ok();
    events.get("/data").as_array().unwrap().last().unwrap().clone()
}

#[tokio::test]
async fn both_sign_a_departure_in_one_call() {
    let way = Way::new().await;
    let clerk = Clerk::of(&way, &way.cast.producer_id, ("clerk", "producer")).await;
    let id = filed(&way).await;
    let made = clerk.asks(&id, "depart").await.is(201);
    let code = made.str("/code");
    assert!(code.len() == 6 && code.bytes().all(|one| one.is_ascii_digit()), "{code}");
    let countersign = json!({"user_id": clerk.id, "code": code});
    let body = json!({"loaded_kg": 10, "countersign": countersign});
    let path = format!("/manifests/{id}/depart");
    let call = || way.cast.carrier.call(Method::POST, &path).key("both").json(&body).send();
    let departed = call().await.ok();
    assert_eq!(departed.version(), 3);
    assert_eq!(*departed.get("/gaps"), json!([]));
    assert_eq!(*departed.get("/countersignatures/0/seq"), json!(1));
    assert_eq!(departed.str("/countersignatures/0/party"), "producer");
    assert_eq!(departed.str("/countersignatures/0/organisation_id"), way.cast.producer_id);
    let event = last_event(&way, &id).await;
    assert_eq!(event["kind"], "countersigned");
    assert_eq!(event["data"]["seq"], 1);
    assert_eq!(event["actor"]["via"], "one_time_code");
    assert_eq!(event["actor"]["user_id"], json!(clerk.id));
    assert_eq!(event["actor"]["role"], "producer");
    // The repeat is the first answer, although the code is used up.
    let again = call().await.ok();
    assert_eq!((again.version(), again.header("idempotent-replayed")), (3, "true"));
    // And it signs nothing else.
    let path = format!("/manifests/{id}/events/1/countersign");
    let used = json!({"user_id": clerk.id, "code": code});
    way.cast.carrier.post(&path, &used).await.is(422).refused_as("invalid_value").at("/code");
}

/// The producer signs later, by its own call: exactly once.
#[tokio::test]
async fn the_other_party_signs_later_by_its_own_call() {
    let way = Way::new().await;
    let path = way.path("events/1/countersign");
    let nothing = json!({});
    way.cast.receiver.post(&path, &nothing).await.is(403).refused_as("forbidden");
    way.cast.carrier.post(&path, &nothing).await.is(403).refused_as("forbidden");
    way.cast.corps.post(&path, &nothing).await.is(403);
    way.cast.stranger.post(&path, &nothing).await.is(404);
    for seq in ["2", "x", "99999999999999999999"] {
        let path = way.path(&format!("events/{seq}/countersign"));
        way.cast.producer.post(&path, &nothing).await.is(404);
    }
    let stale = way.cast.producer.call(Method::POST, &path).if_match(1).json(&nothing);
    stale.send().await.is(412);
    let call = || way.cast.producer.call(Method::POST, &path).key("later").json(&nothing).send();
    let (one, other) = futures_util::join!(call(), call());
    let (one, other) = (one.ok(), other.ok());
    assert_eq!((one.version(), other.version()), (3, 3));
    assert_eq!(*one.get("/gaps"), json!([]));
    let event = last_event(&way, &way.id).await;
    assert_eq!(
        (&event["kind"], &event["actor"]["via"]),
        (&json!("countersigned"), &json!("password"))
    );
    way.cast.producer.post(&path, &nothing).await.is(409).refused_as("already_decided");
    // What needs no second signature has none to give.
    let path = way.path("events/0/countersign");
    way.cast.producer.post(&path, &nothing).await.is(409).refused_as("already_decided");
}

/// The carrier types the clerk's code in, later.
#[tokio::test]
async fn the_other_party_signs_later_with_a_code() {
    let way = Way::new().await;
    let clerk = Clerk::of(&way, &way.cast.producer_id, ("clerk", "producer")).await;
    let path = way.path("events/1/countersign");
    let without = json!({"user_id": clerk.id});
    way.cast.carrier.post(&path, &without).await.is(422).refused_as("required").at("/code");
    let signed = clerk.signs(&way.id, "depart").await;
    let done = way.cast.carrier.post(&path, &signed).await.ok();
    assert_eq!(*done.get("/gaps"), json!([]));
    assert_eq!(last_event(&way, &way.id).await["actor"]["user_id"], json!(clerk.id));
    let odd = json!({"code": "123456", "signature": "x"});
    way.cast.carrier.post(&path, &odd).await.is(422).refused_as("wrong_type").at("/signature");
}

/// A code is of one person, for one step of one manifest, and of several the newest.
#[tokio::test]
async fn a_code_signs_what_it_is_for_and_nothing_else() {
    let way = Way::new().await;
    let clerk = Clerk::of(&way, &way.cast.producer_id, ("clerk", "producer")).await;
    let other = Clerk::of(&way, &way.cast.producer_id, ("other", "producer")).await;
    let (id, another) = (filed(&way).await, filed(&way).await);
    let depart = async |id: &str, countersign: &Value| {
        let body = json!({"countersign": countersign});
        way.cast.carrier.post(&format!("/manifests/{id}/depart"), &body).await
    };
    let refused = |answer: Answer| {
        answer.is(422).refused_as("invalid_value").at("/countersign/code");
    };
    let old = clerk.signs(&id, "depart").await;
    let of_a_stop = clerk.signs(&id, "stop").await;
    let of_another = clerk.signs(&another, "depart").await;
    let new = clerk.signs(&id, "depart").await;
    if old != new {
        refused(depart(&id, &old).await);
    }
    for wrong in [&of_a_stop, &of_another] {
        if wrong["code"] != new["code"] {
            refused(depart(&id, wrong).await);
        }
    }
    let mut of_other = new.clone();
    of_other["user_id"] = json!(other.id);
    refused(depart(&id, &of_other).await);
    of_other["user_id"] = json!(way.id);
    refused(depart(&id, &of_other).await);
    depart(&id, &new).await.ok();
    depart(&another, &of_another).await.ok();
}

/// Five wrong ones and the code is dead; a right one beside other faults is not worn out.
#[tokio::test]
async fn wrong_codes_are_counted_and_right_ones_are_not() {
    let way = Way::new().await;
    let clerk = Clerk::of(&way, &way.cast.producer_id, ("clerk", "producer")).await;
    let id = filed(&way).await;
    let path = format!("/manifests/{id}/depart");
    let depart = async |client: &Client, body: &Value| client.post(&path, body).await;
    let right = clerk.signs(&id, "depart").await;
    let wrong = json!({"user_id": clerk.id, "code": "x"});
    // Neither who may not depart nor a request that cannot be read tries it.
    for _ in 0..6 {
        let body = json!({"countersign": wrong});
        depart(&way.cast.receiver, &body).await.is(403);
        let odd = json!({"countersign": wrong, "odd": 1});
        depart(&way.cast.carrier, &odd).await.is(422).refused_as("unknown_field");
    }
    for _ in 0..7 {
        let late = json!({"countersign": right, "occurred_at": "2027-01-01T00:00:00Z"});
        let late = depart(&way.cast.carrier, &late).await.is(422).refused_as("not_yet");
        assert_eq!(late.get("/errors").as_array().unwrap().len(), 1);
    }
    for _ in 0..4 {
        let both = json!({"countersign": wrong, "occurred_at": "2027-01-01T00:00:00Z"});
        let both = depart(&way.cast.carrier, &both).await.is(422);
        both.tells("invalid_value", "/countersign/code").tells("not_yet", "/occurred_at");
    }
    let dry = format!("{path}?validate_only=true");
    let body = json!({"countersign": right});
    let preview = way.cast.carrier.post(&dry, &body).await.ok();
    assert_eq!(*preview.get("/gaps"), json!([]));
    // Trying it out counts as well: the fifth.
    let tried = way.cast.carrier.post(&dry, &json!({"countersign": wrong})).await;
    tried.is(422).refused_as("invalid_value");
    depart(&way.cast.carrier, &body).await.is(422).at("/countersign/code");
    let version = way.cast.corps.get(&format!("/manifests/{id}")).await.ok().version();
    assert_eq!(version, 1, "nothing was written");
    let fresh = json!({"countersign": clerk.signs(&id, "depart").await});
    depart(&way.cast.carrier, &fresh).await.ok();
}

#[tokio::test]
async fn a_code_runs_out_and_goes_with_its_user() {
    let way = Way::new().await;
    let clerk = Clerk::of(&way, &way.cast.producer_id, ("clerk", "producer")).await;
    let id = filed(&way).await;
    let path = format!("/manifests/{id}/depart");
    let signed = json!({"countersign": clerk.signs(&id, "depart").await});
    let db = way.world.database.superuser().await;
    db.batch_execute("UPDATE signing_code SET expires_at = created_at + interval '1 ms'")
        .await
        .unwrap();
    way.cast.carrier.post(&path, &signed).await.is(422).at("/countersign/code");
    let signed = json!({"countersign": clerk.signs(&id, "depart").await});
    let gone = json!({"status": "disabled"});
    way.cast.corps.patch(&format!("/users/{}", clerk.id), &gone).await.ok();
    way.cast.carrier.post(&path, &signed).await.is(422).at("/countersign/code");
}

/// Of two who use one code at the same time, one signs.
#[tokio::test]
async fn a_code_signs_once() {
    let way = Way::new().await;
    let mate = Clerk::of(&way, &way.cast.carrier_id, ("mate", "driver")).await;
    let body = json!({"kind": "stop", "reason": "other",
        "countersign": mate.signs(&way.id, "stop").await});
    let (one, other) =
        futures_util::join!(way.carrier("stops", &body), way.carrier("stops", &body));
    let mut told = [one.status, other.status];
    told.sort_unstable();
    assert_eq!(told, [200, 422], "{} {}", one.text, other.text);
    let used = "SELECT count(*) FILTER (WHERE is_used), count(*) FROM signing_code";
    let used = way.world.database.superuser().await.query_one(used, &[]).await.unwrap();
    assert_eq!((used.get::<_, i64>(0), used.get::<_, i64>(1)), (1, 1));
}

/// Who asks twice at once is given two codes and has one that signs; under one key, one code.
#[tokio::test]
async fn of_two_codes_asked_for_at_once_one_signs() {
    let way = Way::new().await;
    let clerk = Clerk::of(&way, &way.cast.producer_id, ("clerk", "producer")).await;
    let body = json!({"manifest_id": way.id, "action": "depart"});
    let call =
        || clerk.client.call(Method::POST, "/me/signing-codes").key("both").json(&body).send();
    let (one, other) = futures_util::join!(call(), call());
    let (made, told) = if one.status == 201 { (one, other) } else { (other, one) };
    made.is(201);
    told.is(409).refused_as("already_created");
    let (one, other) =
        futures_util::join!(clerk.asks(&way.id, "depart"), clerk.asks(&way.id, "depart"));
    let path = way.path("events/1/countersign");
    let mut told = Vec::new();
    for code in [one.is(201).str("/code"), other.is(201).str("/code")] {
        let signed = json!({"user_id": clerk.id, "code": code});
        told.push(way.cast.carrier.post(&path, &signed).await.status);
    }
    // Of the older one nothing is told, before as after the newer has signed.
    assert!([vec![422, 200], vec![200, 409], vec![200, 422]].contains(&told), "{told:?}");
}

/// A hand-over, a transshipment and a receipt, each signed by the second person.
#[tokio::test]
async fn every_step_has_its_second_person() {
    let way = Way::new().await;
    let own = Clerk::of(&way, &way.cast.carrier_id, ("own", "driver")).await;
    let second = Carrier::new(&way.world, &way.cast.corps, 1).await;
    // The driver of the vehicle that takes the load over, not the one who calls.
    let vehicle = super::vehicle(&way.cast.corps, &way.cast.carrier_id, "新A22222").await;
    let mut body = json!({"kind": "transship", "reason": "damaged", "to_vehicle_id": vehicle});
    body["countersign"] = own.signs(&way.id, "stop").await;
    let alone = own.client.post(&way.path("stops"), &body).await.is(422);
    alone.refused_as("invalid_value").at("/countersign/user_id");
    let over = way.carrier("stops", &body).await.ok();
    assert_eq!(gaps(&over), [gap("depart", "producer", "low")]);
    // Nobody of the next carrier's knows of it yet: it signs afterwards.
    let next = Clerk::of(&way, &second.id, ("next", "driver")).await;
    next.asks(&way.id, "hand_over").await.is(422).refused_as("unknown_reference");
    let over = way.carrier("hand-over", &json!({"to_leg": second.leg()})).await.ok();
    let seq = over.get("/gaps/1/seq").as_i64().unwrap();
    assert_eq!(over.str("/gaps/1/organisation_id"), second.id);
    let path = way.path(&format!("events/{seq}/countersign"));
    way.cast.carrier.post(&path, &json!({})).await.is(403);
    next.client.post(&path, &json!({})).await.ok();
    // And back, both at once.
    let back = json!({"to_leg": {"carrier_id": way.cast.carrier_id, "vehicle_id": vehicle,
        "driver_id": way.cast.driver}, "countersign": own.signs(&way.id, "hand_over").await});
    let back = second.client.post(&way.path("hand-over"), &back).await.ok();
    assert_eq!(gaps(&back), [gap("depart", "producer", "low")]);
    let receipt = json!({"decision": "accept",
        "items": [{"line": 1, "accepted_kg": 100, "refused_kg": 0}],
        "countersign": own.signs(&way.id, "receive").await});
    way.carrier("arrive", &json!({})).await.ok();
    let received = way.cast.receiver.post(&way.path("receive"), &receipt).await.ok();
    assert_eq!(gaps(&received), [gap("depart", "producer", "low")]);
    let signed = received.get("/countersignatures").as_array().unwrap();
    assert_eq!(signed.len(), 4);
}

/// Who signs nothing there gets no code; a code is shown once, and not for the asking without end.
#[tokio::test]
async fn codes_are_given_to_those_who_may_sign() {
    let way = Way::new().await;
    let asks = async |client: &Client, action: &str| {
        let body = json!({"manifest_id": way.id, "action": action});
        client.post("/me/signing-codes", &body).await
    };
    asks(&way.cast.receiver, "depart").await.is(403).refused_as("forbidden");
    asks(&way.cast.producer, "receive").await.is(403);
    asks(&way.cast.corps, "depart").await.is(403);
    let unseen = asks(&way.cast.stranger, "depart").await.is(422);
    unseen.refused_as("unknown_reference").at("/manifest_id");
    asks(&way.cast.producer, "arrive").await.is(422).refused_as("invalid_value").at("/action");
    let reader = Clerk::of(&way, &way.cast.producer_id, ("reads", "reader")).await;
    reader.asks(&way.id, "depart").await.is(403);
    let clerk = Clerk::of(&way, &way.cast.producer_id, ("clerk", "producer")).await;
    let body = json!({"manifest_id": way.id, "action": "depart"});
    let call =
        || clerk.client.call(Method::POST, "/me/signing-codes").key("once").json(&body).send();
    call().await.is(201);
    call().await.is(409).refused_as("already_created");
    for _ in 0..19 {
        clerk.asks(&way.id, "depart").await.is(201);
    }
    let many = clerk.asks(&way.id, "depart").await.is(429).refused_as("too_many_requests");
    assert!(many.header("retry-after").parse::<u32>().unwrap() <= 601);
    // Others are not kept from theirs.
    asks(&way.cast.producer, "depart").await.is(201);
}

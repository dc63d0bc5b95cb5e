//! What whoever holds the log's key could write and the rules would have refused: events by people
//! who may not, amendments that nobody agreed to, times and words that cannot be. Each is named.

use serde_json::{Value, json};

use super::offline::{Change, Forger, eventful_world, judged, wrong};

fn change(change: impl Fn(&mut Value) + 'static) -> Change {
    Box::new(change)
}

/// In the name of another organisation, in actor and data alike.
fn by(organisation: &str) -> Change {
    let organisation = organisation.to_owned();
    change(move |event| {
        event["actor"]["organisation_id"] = json!(organisation);
        if event["data"]["organisation_id"].is_string() {
            event["data"]["organisation_id"] = json!(organisation);
        }
    })
}

#[tokio::test]
async fn who_acted_and_what_was_agreed_to_is_asked_of_the_record() {
    let (_world, cast, bundle, _) = eventful_world().await;
    let own = |client: &crate::support::Client| {
        let client = client.clone();
        async move { client.get("/me").await.ok().str("/organisation/id").to_owned() }
    };
    let (strange, producer) = (own(&cast.stranger).await, own(&cast.producer).await);
    let actor = |name: &'static str, word: &'static str| {
        change(move |event| event["actor"][name] = json!(word))
    };
    let cases: Vec<(&str, Change, &str)> = vec![
        (
            "amendment_approved",
            change(|e| e["data"]["consents"] = json!([])),
            "nobody whose consent",
        ),
        ("amendment_approved", by(&producer), "nobody whose consent"),
        ("amendment_approved", by(&strange), "nobody whose consent"),
        ("amendment_approved", change(|e| e["data"]["n"] = json!(2)), "step"),
        ("amendment_proposed", by(&strange), "which the signer is not"),
        ("amendment_proposed", change(|e| e["data"]["needs"] = json!([])), "needs the consent"),
        ("amendment_proposed", change(|e| e["data"]["by"] = json!(["regulator"])), "a party, or"),
        ("amendment_proposed", actor("role", "corps_regulator"), "a party, or"),
        ("return_filed", by(&strange), "its receiver"),
        ("return_filed", by(&producer), "its receiver"),
        ("departed", change(|e| e["data"]["by"] = json!(["receiver"])), "which the signer is not"),
        ("departed", actor("role", "reader"), "Nobody of this role"),
        ("departed", actor("role", "king"), "Nobody of this role"),
        ("departed", actor("via", "telepathy"), "Nobody of this role"),
        ("departed", actor("role", "division_regulator"), "An authority corrects"),
        ("filed", change(|e| e["actor"] = json!({"via": "system"})), "no such step by itself"),
        ("received", change(|e| e["actor"] = json!({"via": "system"})), "no such step by itself"),
    ];
    for (kind, change, words) in cases {
        named(&bundle, (kind, &change), words);
    }
    // What takes effect is what was proposed and agreed to.
    let last = Forger::of(&bundle).bodies.iter().rposition(|body| body["data"]["final"] == true);
    let is_final =
        |body: &Value| body["kind"] == "amendment_approved" && body["data"]["final"] == true;
    let mut forger = Forger::of(&bundle);
    let place = forger.bodies.iter().position(is_final).or(last).unwrap();
    forger.bodies[place]["data"]["changes"]["items"][0]["mass_g"] = json!(80_000);
    let (at, said) = wrong(&forger.linked().bundle());
    assert_eq!(at, format!("/events/{place}/body/data"));
    assert!(said.contains("not what amendment 1 proposed"), "{said}");
}

/// The first event of a kind, changed so, is named in these words.
#[track_caller]
fn named(bundle: &Value, (kind, change): (&str, &Change), words: &str) {
    let mut forger = Forger::of(bundle);
    let place = forger.place(kind);
    change(&mut forger.bodies[place]);
    let (at, said) = wrong(&forger.linked().bundle());
    assert_eq!(at, format!("/events/{place}/body/data"), "{kind}: {said}");
    assert!(said.contains(words), "{kind}, {words}: {said}");
}

#[tokio::test]
async fn what_cannot_have_been_is_named() {
    let (_world, _cast, bundle, _) = eventful_world().await;
    let treated = |name: &'static str, value: Value| {
        change(move |event| event["data"]["treatments"][0][name] = value.clone())
    };
    let cases: Vec<(&str, Change, &str)> = vec![
        ("completed", treated("completed_on", json!("1999-01-01")), "not between"),
        ("completed", treated("completed_on", json!("2030-01-01")), "not between"),
        ("completed", treated("method", json!("ZZ")), "no method"),
        (
            "received",
            change(|e| {
                e["data"]["items"][0]["accepted_g"] = json!(79_000);
                e["data"]["items"][0]["refused_g"] = json!(0);
            }),
            "decision",
        ),
        ("departed", change(|e| e["data"]["out_of_order"] = json!(true)), "out of order"),
        (
            "departed",
            change(|e| e["occurred_at"] = json!("2027-01-01T00:00:00.000Z")),
            "after it was recorded",
        ),
        ("filed", change(|e| e["data"]["number"] = json!("")), "no number"),
        ("filed", change(|e| e["data"]["items"][0]["waste_code"] = json!("hello")), "no number"),
    ];
    for (kind, change, words) in cases {
        named(&bundle, (kind, &change), words);
    }
    let last = bundle["events"].as_array().unwrap().len() - 1;
    let shapes: [(&str, Change); 4] = [
        ("recorded_at", change(|e| e["recorded_at"] = json!("2026-11-25T09:00:00Z"))),
        ("recorded_at", change(|e| e["recorded_at"] = json!("2026-11-25T09:00:00.000+00:00"))),
        ("occurred_at", change(|e| e["occurred_at"] = json!("2026-11-25T02:00:00.000000Z"))),
        ("weather", change(|e| e["weather"] = json!("fine"))),
    ];
    for (member, change) in shapes {
        let mut forger = Forger::of(&bundle);
        change(&mut forger.bodies[last]);
        let (at, _) = wrong(&forger.linked().bundle());
        assert_eq!(at, format!("/events/{last}/body/{member}"));
    }
    let mut forger = Forger::of(&bundle);
    forger.bodies[last]["data"]["note"] = json!("x".repeat(65_536));
    assert_eq!(wrong(&forger.linked().bundle()).0, format!("/events/{last}/body"));
}

#[tokio::test]
async fn a_kind_of_subject_that_nobody_knows_escapes_no_question() {
    let (_world, _cast, bundle, _) = eventful_world().await;
    for (kind, wanted) in [("zebra", Err("/subject/kind".to_owned())), ("licence", Ok(10))] {
        let mut forger = Forger::of(&bundle);
        for body in &mut forger.bodies {
            body["subject"]["kind"] = json!(kind);
        }
        forger.subject["kind"] = json!(kind);
        let told = judged(&forger.linked().bundle().to_string());
        assert_eq!(told.map_err(|wrong| wrong.at), wanted, "{kind}");
    }
}

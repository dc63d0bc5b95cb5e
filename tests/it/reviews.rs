//! Reviews: the regulator of the place accepts or returns what was filed; what changes waits again.

use serde_json::{Value, json};

use crate::anomalies::regulator;
use crate::audit;
use crate::notify::{data, tell, world as telling};
use crate::support::{Answer, Cast, Client, Method, World};

/// One register: where it is, a lawful entry, a change of its content, and whether what is closed
/// may be opened again.
struct Register {
    path: &'static str,
    new: Value,
    patch: Value,
    reopens: bool,
}

fn registers(cast: &Cast) -> Vec<Register> {
    vec![
        Register {
            path: "/management-plans",
            new: json!({"site_id": cast.producer_site, "year": 2026,
                "lines": [{"waste_code": "900-249-08", "annual_kg": 100}]}),
            patch: json!({"lines": [{"waste_code": "900-249-08", "annual_kg": 200}]}),
            reopens: false,
        },
        Register {
            path: "/risk-sources",
            new: json!({"site_id": cast.producer_site, "name": "一号罐", "kind": "储罐",
                "level": "major", "substance": "废酸", "maximum_kg": 20_000}),
            patch: json!({"maximum_kg": 1.5}),
            reopens: true,
        },
        Register {
            path: "/emergency-plans-filed",
            new: json!({"site_id": cast.producer_site, "number": "备-1",
                "filed_on": "2026-11-25", "valid_to": "2029-11-24",
                "filed_with": "第一师生态环境局"}),
            patch: json!({"valid_to": "2028-11-24"}),
            reopens: true,
        },
        Register {
            path: "/insurance-policies",
            new: json!({"organisation_id": cast.producer_id, "insurer": "保险公司",
                "number": "保-1", "amount_yuan": 1000, "valid_from": "2026-01-01",
                "valid_to": "2026-12-31"}),
            patch: json!({"amount_yuan": 1}),
            reopens: true,
        },
    ]
}

fn status(answer: &Answer) -> &str {
    answer.str("/review/status")
}

fn verdict(word: &str, note: Option<&str>) -> Value {
    json!({"verdict": word, "note": note})
}

/// How many of a register wait.
async fn waiting(client: &Client, path: &str) -> usize {
    data(&client.get(&format!("{path}?review=submitted")).await.ok()).len()
}

#[tokio::test]
async fn what_is_filed_waits_and_the_regulator_of_the_place_says_whether_it_is_in_order() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let own = regulator(&world, &cast, ("01", "ecology")).await;
    let other = regulator(&world, &cast, ("02", "ecology")).await;
    let health = regulator(&world, &cast, ("01", "health")).await;
    for Register { path, new, patch, .. } in registers(&cast) {
        let made = cast.producer.post(path, &new).await.is(201);
        let waits = json!({"status": "submitted", "note": null, "reviewed_at": null,
            "reviewed_by": null});
        assert_eq!(made.get("/review"), &waits, "{path}");
        let (one, accept) = (format!("{path}/{}", made.id()), verdict("accepted", None));
        let review = format!("{one}/review");
        assert_eq!((waiting(&own, path).await, waiting(&other, path).await), (1, 0), "{path}");

        cast.stranger.post(&review, &accept).await.is(404);
        other.post(&review, &accept).await.is(404);
        health.post(&review, &accept).await.is(403);
        cast.producer.post(&review, &accept).await.is(403).refused_as("forbidden");
        own.post(&review, &verdict("returned", None)).await.is(422).tells("required", "/note");
        own.post(&review, &verdict("lost", None)).await.is(422).tells("invalid_value", "/verdict");
        let tried = own.post(&format!("{review}?validate_only=true"), &accept).await.is(200);
        assert_eq!((status(&tried), waiting(&own, path).await), ("accepted", 1), "{path}");

        let post = |version: i64, body: &Value| {
            let call = own.call(Method::POST, &review).key(&one).if_match(version);
            call.json(body).send()
        };
        post(2, &accept).await.is(412).refused_as("stale_version");
        let done = post(1, &accept).await.is(200);
        assert_eq!((done.version(), status(&done)), (2, "accepted"), "{path}");
        let by = own.get("/me").await.ok();
        assert_eq!(done.get("/review/reviewed_by/user_id"), by.get("/user/id"));
        assert_eq!(done.get("/review/reviewed_by/organisation_id"), by.get("/organisation/id"));
        assert!(done.get("/review/reviewed_at").is_string());
        assert_eq!(cast.producer.get(&one).await.ok().json, done.json, "{path}");
        let again = post(1, &accept).await.is(200);
        assert_eq!((again.header("idempotent-replayed"), &again.json), ("true", &done.json));
        // The same once more is no news; with another note it is.
        assert_eq!(own.post(&review, &accept).await.is(200).version(), 2, "{path}");
        let noted = own.post(&review, &verdict("accepted", Some("已核对"))).await.is(200);
        assert_eq!((noted.version(), noted.str("/review/note")), (3, "已核对"), "{path}");
        assert_eq!(waiting(&own, path).await, 0);

        // What changes is reviewed anew; what changes nothing is not.
        let changed = cast.producer.patch(&one, &patch).await.is(200);
        assert_eq!((status(&changed), changed.get("/review/note")), ("submitted", &json!(null)));
        own.post(&review, &verdict("returned", Some("容积有误"))).await.is(200);
        let same = cast.producer.patch(&one, &patch).await.is(200);
        assert_eq!((same.version(), status(&same)), (5, "returned"), "{path}");
        assert_eq!(waiting(&own, path).await, 0);
        let feed = cast.producer.get("/changes?limit=500").await.ok();
        let all = feed.get("/data").as_array().unwrap().iter();
        let kinds = all.filter(|one| one["subject"]["id"] == made.json["id"]);
        let kinds: Vec<&str> = kinds.map(|one| one["kind"].as_str().unwrap()).collect();
        let wanted = ["registered", "reviewed", "reviewed", "changed", "reviewed"];
        assert_eq!(kinds, wanted, "{path}");
        let table = own.call(Method::GET, path).header("accept", "text/csv").send().await.is(200);
        assert!(
            table.text.contains("审查状态") && table.text.contains("容积有误"),
            "{}",
            table.text
        );
    }
    world.publish().await;
    let report = audit::of(&world.database.app_url()).await;
    assert_eq!(audit::told(&report), Vec::<String>::new());
}

#[tokio::test]
async fn closing_needs_no_review_and_what_is_closed_gets_none() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    for Register { path, new, reopens, .. } in registers(&cast) {
        let made = cast.producer.post(path, &new).await.is(201);
        let one = format!("{path}/{}", made.id());
        let review = format!("{one}/review");
        cast.corps.post(&review, &verdict("accepted", None)).await.is(200);
        let closed = cast.producer.patch(&one, &json!({"status": "closed"})).await.is(200);
        assert_eq!((closed.version(), status(&closed)), (3, "accepted"), "{path}");
        let refused = cast.corps.post(&review, &verdict("returned", Some("x"))).await;
        refused.is(409).refused_as("illegal_transition");
        if reopens {
            let opened = cast.producer.patch(&one, &json!({"status": "active"})).await.is(200);
            assert_eq!(status(&opened), "submitted", "{path}: it holds anew");
        }
    }
}

#[tokio::test]
async fn a_plan_that_was_returned_holds_for_no_filing_until_it_is_filed_again() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(5000).await;
    let Register { path, new, patch, .. } = registers(&cast).remove(0);
    let plan = cast.producer.post(path, &new).await.is(201).id();
    let review = format!("{path}/{plan}/review");
    let file = async || cast.filed(&cast.oil(&json!(10))).await;
    let holds = |filed: &Answer| {
        let warnings = filed.get("/warnings").as_array().unwrap();
        filed.get("/management_plan_id") == &json!(plan) && warnings.is_empty()
    };
    assert!(holds(&file().await), "filing alone suffices");
    cast.corps.post(&review, &verdict("returned", Some("缺少附件"))).await.is(200);
    let outside = file().await.warns("outside_plan");
    assert!(outside.get("/management_plan_id").is_null());
    assert!(outside.shown().contains("已被退回"), "{}", outside.shown());
    let mut named = cast.oil(&json!(10));
    named["management_plan_id"] = json!(plan);
    let named = cast.filed(&named).await.warns("outside_plan");
    assert_eq!(named.get("/warnings").as_array().unwrap().len(), 1, "{}", named.shown());
    let actual = cast.producer.get(&format!("{path}/{plan}/actual")).await.ok();
    assert_eq!(
        (actual.str("/review_status"), actual.get("/planned_kg")),
        ("returned", &json!(100))
    );
    cast.producer.patch(&format!("{path}/{plan}"), &patch).await.is(200);
    assert!(holds(&file().await), "it was filed again");
    cast.corps.post(&review, &verdict("accepted", None)).await.is(200);
    assert!(holds(&file().await));
}

#[tokio::test]
async fn who_reviews_is_told_of_what_waits_and_whose_it_is_of_the_verdict() {
    let (world, cast) = telling().await;
    let own = regulator(&world, &cast, ("01", "ecology")).await;
    let other = regulator(&world, &cast, ("02", "ecology")).await;
    let health = regulator(&world, &cast, ("01", "health")).await;
    let notices = async |client: &Client| {
        tell(&world.app).await;
        let found = data(&client.get("/notices").await.is(200));
        let one =
            |one: &Value| (one["kind"].as_str().unwrap().to_owned(), one["title_zh"].to_string());
        found.iter().map(one).collect::<Vec<_>>()
    };
    let mut made = Vec::new();
    for Register { path, new, patch, .. } in registers(&cast) {
        let id = cast.producer.post(path, &new).await.is(201).id();
        // Changed while it waits: it is told of once.
        cast.producer.patch(&format!("{path}/{id}"), &patch).await.is(200);
        made.push(format!("{path}/{id}"));
    }
    let told = notices(&own).await;
    assert_eq!(told.len(), 4, "{told:?}");
    assert!(told.iter().all(|(kind, _)| kind == "review_requested"), "{told:?}");
    for client in [&other, &health, &cast.corps, &cast.producer, &cast.stranger] {
        assert_eq!(notices(client).await, []);
    }
    for one in &made {
        own.post(&format!("{one}/review"), &verdict("returned", Some("x"))).await.is(200);
    }
    let told = notices(&cast.producer).await;
    assert_eq!(told.len(), 4, "{told:?}");
    let is_said =
        |(kind, title): &(String, String)| kind == "review_decided" && title.contains("已退回");
    assert!(told.iter().all(is_said), "{told:?}");
    assert_eq!(notices(&own).await.len(), 4, "its own verdicts are no news");
    // Filed again, it waits again.
    cast.producer.patch(&made[1], &json!({"maximum_kg": 7})).await.is(200);
    assert_eq!(notices(&own).await.len(), 5);
    assert_eq!(notices(&cast.stranger).await, []);
}

//! Idempotency keys: the first answer again, never a second act.

use std::collections::BTreeSet;

use serde_json::json;

use crate::conformance::answer::Answer;
use crate::conformance::estate::Who;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};
use crate::conformance::together::together;

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "idempotency.replay",
        zh: "同一键同一请求：第一次的应答，按当时的样子",
        en: "the same key and body: the first answer, as it stood",
        page: "api.md, Habits",
        play: replay,
    },
    &Scenario {
        name: "idempotency.reuse",
        zh: "同一键另一请求：422；键按单位区分",
        en: "the same key with another body: 422; a key is its organisation's own",
        page: "api.md, Habits",
        play: reuse,
    },
    &Scenario {
        name: "idempotency.at_once",
        zh: "同一请求同时到达六次，只办一次",
        en: "one request that arrives six times at once is done once",
        page: "api.md, Habits",
        play: at_once,
    },
];

fn replay(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let body = stage.oil(10);
    let key = format!("replay-{}", cast.tag);
    let file = || cast.producer.client.call("POST", "/manifests").key(&key).json(&body).send();
    let first = stage.done(file())?;
    let again = file();
    let words =
        ("重复得同一联单、同一状态码、同一应答", "the repeat has the same manifest and status");
    stage.check(words, &again, |look| {
        look.status(201).is("/id", first.id()).is("/number", first.str("/number"));
        look.header("idempotent-replayed", "true");
        look.header("etag", first.header("etag"));
    });
    stage.check(
        ("首次应答不带重放标记", "the first is not marked as replayed"),
        &first,
        |look| {
            look.header("idempotent-replayed", "");
        },
    );
    let id = first.id();
    let path = format!("/manifests/{id}/depart");
    let depart = || cast.carrier.client.call("POST", &path).key(&key).json(&json!({})).send();
    let departed = depart();
    let words = ("另一单位用同一键不受影响", "another organisation's same key is another key");
    stage.check(words, &departed, |look| {
        look.status(200).is("/status", "in_transit").header("idempotent-replayed", "");
    });
    stage.step(Who::Receiver, &id, "arrive", &json!({}))?;
    let again = depart();
    let words = (
        "此后又有进展，重放仍是当时的样子",
        "it has gone on since: the repeat still shows it as it stood",
    );
    stage.check(words, &again, |look| {
        look.status(200).is("/status", "in_transit").is("/version", 2).header("etag", "\"2\"");
        look.header("idempotent-replayed", "true");
    });
    Ok(())
}

fn reuse(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let key = format!("reuse-{}", cast.tag);
    let client = &cast.producer.client;
    let call =
        |mass: u32| client.call("POST", "/manifests").key(&key).json(&stage.oil(mass)).send();
    let (first, other) = (call(10), call(11));
    let first = stage.done(first)?;
    stage.check(
        ("同一键另一请求体：422", "the same key, another body: 422"),
        &other,
        |look| {
            look.refused(422, "idempotency_key_reused");
        },
    );
    let path = format!("/manifests/{}/cancel", first.id());
    let elsewhere = client.call("POST", &path).key(&key).json(&json!({"reason": "other"})).send();
    stage.check(
        ("同一键另一路径：422", "the same key, another path: 422"),
        &elsewhere,
        |look| {
            look.refused(422, "idempotency_key_reused");
        },
    );
    let long = "k".repeat(10_000);
    let long = client.call("POST", "/manifests").key(&long).json(&stage.oil(1)).send();
    stage.check(
        ("过长的键被拒而不是被截断", "too long a key is refused, not cut"),
        &long,
        |look| {
            look.that((400..500).contains(&long.status), || long.status.to_string());
        },
    );
    Ok(())
}

fn at_once(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let body = stage.oil(10);
    let key = format!("at-once-{}", cast.tag);
    let call = || cast.producer.client.call("POST", "/manifests").key(&key).json(&body);
    let answers = together((0..6).map(|_| call()).collect());
    let ids: BTreeSet<String> = answers.iter().map(Answer::id).collect();
    let mut faults = Vec::new();
    if ids.len() != 1 || answers.iter().any(|answer| answer.status != 201) {
        let told: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        faults.push(format!("{told:?}, {} 张联单 / manifests: 应为 / wanted 1", ids.len()));
    }
    let replayed = answers.iter().filter(|one| one.header("idempotent-replayed") == "true").count();
    if replayed != 5 {
        faults.push(format!("idempotent-replayed: {replayed} 次 / times: 应为 / wanted 5"));
    }
    let shown: Vec<&Answer> = answers.iter().collect();
    stage.hold(("六个应答，一张联单", "six answers, one manifest"), faults, &shown);
    let Some(id) = ids.first().filter(|id| !id.is_empty()) else { return Ok(()) };
    let path = format!("/manifests/{id}/depart");
    let key = format!("depart-{}", cast.tag);
    let with_key = || cast.carrier.client.call("POST", &path).key(&key).json(&json!({}));
    let answers = together((0..4).map(|_| with_key()).collect());
    let mut faults = Vec::new();
    for answer in &answers {
        if answer.status != 200 || answer.version() != 2 {
            faults.push(format!(
                "{} version {}: 应为 / wanted 200, 2",
                answer.status,
                answer.version()
            ));
        }
    }
    let shown: Vec<&Answer> = answers.iter().collect();
    stage.hold(("步骤也是如此", "a step likewise"), faults, &shown);
    Ok(())
}

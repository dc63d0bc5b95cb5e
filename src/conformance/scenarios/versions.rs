//! ETags and If-Match, on manifests and registers.

use serde_json::json;

use crate::conformance::answer::Answer;
use crate::conformance::bodies::receipt;
use crate::conformance::estate::Who;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};
use crate::conformance::together::together;

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "versions.manifest",
        zh: "每办一步版本加一；If-Match 过期 412，两人同时改只成一个",
        en: "each step is one version more; a stale If-Match is 412; of two at once one wins",
        page: "api.md, Habits",
        play: manifest,
    },
    &Scenario {
        name: "versions.register",
        zh: "登记信息同样带 ETag，PATCH 认 If-Match，合并补丁只改所给字段",
        en: "registers have ETags, heed If-Match, and a merge patch changes what it names",
        page: "api.md, Habits",
        play: register,
    },
];

fn manifest(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let id = stage.filed(&stage.oil(10))?.id();
    let path = format!("/manifests/{id}");
    let depart = |version: i64| {
        let call = cast.carrier.client.call("POST", &format!("{path}/depart"));
        call.if_match(version).json(&json!({}))
    };
    let stale = depart(7).send();
    stage.check(("版本不符：412", "another version: 412"), &stale, |look| {
        look.refused(412, "stale_version");
    });
    let answers = together(vec![depart(1), depart(1)]);
    let taken = answers.iter().filter(|answer| answer.status == 200).count();
    let stale = answers.iter().filter(|answer| answer.status == 412).count();
    let mut faults = Vec::new();
    if (taken, stale) != (1, 1) {
        let told: Vec<u16> = answers.iter().map(|answer| answer.status).collect();
        faults.push(format!("{told:?}: 应为 / wanted 200 and 412"));
    }
    let shown: Vec<&Answer> = answers.iter().collect();
    stage.hold(
        ("同一版本上两人同时办：一成一 412", "two on one version: one 200, one 412"),
        faults,
        &shown,
    );
    let read = cast.producer.client.get(&path);
    stage.check(("ETag 就是版本", "the ETag is the version"), &read, |look| {
        look.is("/version", 2).header("etag", "\"2\"");
    });
    let arrived = stage.step(Who::Receiver, &id, "arrive", &json!({}))?;
    stage.check(("每步加一", "one more a step"), &arrived, |look| {
        look.is("/version", 3).header("etag", "\"3\"");
    });
    let weak = cast.receiver.client.call("POST", &format!("{path}/receive"));
    let weak = weak.header("if-match", "W/\"3\"").json(&receipt("accept", 10, 0)).send();
    let words = ("弱标签不匹配：不会改", "a weak tag matches nothing: no change");
    stage.check(words, &weak, |look| {
        look.that((400..500).contains(&weak.status), || weak.status.to_string());
    });
    Ok(())
}

fn register(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let client = &cast.producer.client;
    let path = format!("/sites/{}", cast.producer.site);
    let before = client.get(&path);
    let before = stage.done(before)?;
    stage.check(("场所带 ETag", "a site has its ETag"), &before, |look| {
        look.that(before.version() >= 1, || format!("ETag {:?}", before.header("etag")));
    });
    let call = || client.call("PATCH", &path);
    let stale = call().if_match(before.version() + 5).json(&json!({"park": "一区"})).send();
    stage.check(("If-Match 过期：412", "a stale If-Match: 412"), &stale, |look| {
        look.refused(412, "stale_version");
    });
    let changed = call().if_match(before.version()).json(&json!({"park": "一区"})).send();
    stage.check(
        ("只改所给字段，版本加一", "what is named changes, one version more"),
        &changed,
        |look| {
            look.status(200).is("/park", "一区").is("/name", before.str("/name"));
            look.header("etag", &format!("\"{}\"", before.version() + 1));
        },
    );
    let merge = call().raw("application/merge-patch+json", r#"{"park":null}"#).send();
    stage.check(
        ("null 清空；合并补丁的类型也接受", "null empties; its own type is taken"),
        &merge,
        |look| {
            look.status(200).is("/park", serde_json::Value::Null);
        },
    );
    let unknown = call().json(&json!({"colour": "black"})).send();
    stage.check(("未知字段：422", "an unknown field: 422"), &unknown, |look| {
        look.refused(422, "unknown_field").pointing("/colour");
    });
    Ok(())
}

//! Drafts: kept, changed, seen by their side alone, filed or taken away.

use serde_json::{Value, json};

use crate::conformance::estate::Who;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[&Scenario {
    name: "drafts.life",
    zh: "草稿无编号，只有本方可见，可改、可填报、可删除",
    en: "a draft has no number and is seen by its side alone; changed, filed, taken away",
    page: "api.md, Manifests; domain.md, save draft",
    play: life,
}];

fn life(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let client = cast.producer.client.clone();
    let mut body = stage.oil(10);
    body["draft"] = json!(true);
    if let Some(members) = body.as_object_mut() {
        members.remove("receiver_site_id");
    }
    let saved = client.post("/manifests", &body);
    stage.need(("草稿可不完整：201", "a draft may be incomplete: 201"), &saved, |look| {
        look.status(201).is("/status", "draft").is("/number", Value::Null);
    })?;
    let path = format!("/manifests/{}", saved.id());
    for who in [Who::Receiver, Who::Stranger] {
        let seen = cast.client(who).get(&path);
        let words = (format!("{who:?} 看不见：404"), format!("{who:?} does not see it: 404"));
        stage.check(words, &seen, |look| {
            look.status(404);
        });
    }
    let seen = cast.corps.get(&path);
    stage.check(
        ("主管部门看不见：404", "the regulator does not see it: 404"),
        &seen,
        |look| {
            look.status(404);
        },
    );
    changed(stage, &path);
    let step = client.post(&format!("{path}/depart"), &json!({}));
    stage.check(("草稿不能出发：409", "a draft does not depart: 409"), &step, |look| {
        look.refused(409, "illegal_transition").is("/manifest_status", "draft");
    });
    let filed = client.post(&format!("{path}/file"), &json!({}));
    stage.check(
        ("填报后得编号，标识不变", "filed, it has a number and its id"),
        &filed,
        |look| {
            look.status(201).is("/id", saved.id()).is("/status", "filed").has("/number");
        },
    );
    taken_away(stage, &body)
}

/// It is changed by merge patches until it can be filed.
fn changed(stage: &mut Stage, path: &str) {
    let cast = stage.cast.clone();
    let client = &cast.producer.client;
    let early = client.post(&format!("{path}/file"), &json!({}));
    stage.check(
        ("不完整不能填报：422", "incomplete, it is not filed: 422"),
        &early,
        |look| {
            look.status(422).tells("required", "/receiver_site_id");
        },
    );
    let change = json!({"receiver_site_id": cast.receiver.site, "note": "补"});
    let call = || client.call("PATCH", path).json(&change);
    let stale = call().if_match(9).send();
    stage.check(("If-Match 过期：412", "a stale If-Match: 412"), &stale, |look| {
        look.refused(412, "stale_version");
    });
    let changed = call().if_match(1).send();
    stage.check(("PATCH 补全", "PATCH completes it"), &changed, |look| {
        look.status(200).is("/receiver_site_id", &*cast.receiver.site).is("/note", "补");
        look.header("etag", "\"2\"");
    });
    let emptied = client.patch(path, &json!({"note": null}));
    stage.check(("合并补丁：null 清空", "merge patch: null empties"), &emptied, |look| {
        look.status(200).that(emptied.str("/note").is_empty(), || "/note".to_owned());
    });
}

fn taken_away(stage: &mut Stage, draft: &Value) -> Played {
    let client = stage.cast.producer.client.clone();
    let second = client.post("/manifests", draft);
    let second = format!("/manifests/{}", stage.done(second)?.id());
    let cancelled = client.post(&format!("{second}/cancel"), &json!({"reason": "not_needed"}));
    stage.check(("撤销草稿：204", "a draft's cancel: 204"), &cancelled, |look| {
        look.status(204);
    });
    let gone = client.get(&second);
    stage.check(("草稿随之删除：404", "it is gone: 404"), &gone, |look| {
        look.status(404);
    });
    Ok(())
}

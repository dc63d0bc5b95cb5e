//! What narrows and what widens a right: API keys and delegations.

use serde_json::{Value, json};

use crate::conformance::answer::Answer;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "grants.api_keys",
        zh: "API 密钥：只显示一次，限于所给范围，可撤销",
        en: "an API key is shown once, does what its scope says, and is revocable",
        page: "api.md, Identity (/api-keys) and Habits (X-Api-Key)",
        play: api_keys,
    },
    &Scenario {
        name: "grants.delegations",
        zh: "委托：受托单位代为填报，联单写明代何人签，撤销后不再",
        en: "a delegation: another files for it, the record says for whom, until it is revoked",
        page: "api.md, Identity (/delegations)",
        play: delegations,
    },
];

fn api_keys(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let producer = &cast.producer.client;
    let wanted = json!({"name": "地磅", "scopes": ["read"]});
    let key = format!("conformance-key-{:x}", cast.tag);
    let make = || producer.call("POST", "/api-keys").json(&wanted).key(&key).send();
    let made = make();
    stage.need(("建立密钥：201，显示一次", "made: 201, shown once"), &made, |look| {
        look.status(201).has("/id").has("/key");
    })?;
    let again = make();
    let words = ("秘密不再重放：409", "a secret is never replayed: 409");
    stage.check(words, &again, |look| {
        look.refused(409, "already_created");
    });
    let odd = producer.post("/api-keys", &json!({"name": "x", "scopes": ["everything"]}));
    stage.check(("没有这个范围：422", "no such scope: 422"), &odd, |look| {
        look.status(422).pointing("/scopes/0");
    });
    let secret = made.str("/key");
    let nobody = stage.nobody();
    let ask = |method: &str, path: &str, body: Option<&Value>| -> Answer {
        let call = nobody.call(method, path).header("x-api-key", secret);
        match body {
            Some(body) => call.json(body).send(),
            None => call.send(),
        }
    };
    let read = ask("GET", "/manifests?limit=1", None);
    stage.check(("以密钥读取", "it reads"), &read, |look| {
        look.status(200);
    });
    let oil = stage.oil(1);
    let writes = ask("POST", "/manifests", Some(&oil));
    stage.check(("范围之外：403", "beyond its scope: 403"), &writes, |look| {
        look.status(403);
    });
    let path = format!("/api-keys/{}", made.id());
    let shown = producer.get(&path);
    stage.check(("此后不再显示", "never shown again"), &shown, |look| {
        look.status(200).that(!shown.text.contains(secret), || "/key".to_owned());
    });
    let ended = producer.call("DELETE", &path).send();
    stage.check(("撤销", "revoked"), &ended, |look| {
        look.ok();
    });
    let after = ask("GET", "/manifests?limit=1", None);
    stage.check(("撤销后：401", "then: 401"), &after, |look| {
        look.refused(401, "unauthorized");
    });
    Ok(())
}

fn delegations(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let (producer, agent) = (&cast.producer.client, &cast.stranger.client);
    let mut oil = stage.oil(5);
    oil["note"] = json!("委托填报");
    let before = agent.post("/manifests", &oil);
    let words = ("没有委托：看不见其场所", "without one its site is not theirs");
    stage.check(words, &before, |look| {
        look.refused(422, "unknown_reference").pointing("/producer_site_id");
    });
    let wanted = json!({"to_organisation_id": cast.stranger.organisation, "scopes": ["file"],
        "valid_to": stage.day(30)});
    let bare = producer.post("/delegations", &json!({}));
    stage.check(
        ("须写明何人、何事、何期：422", "whom, what, how long: 422"),
        &bare,
        |look| {
            for pointer in ["/to_organisation_id", "/scopes", "/valid_to"] {
                look.status(422).tells("required", pointer);
            }
        },
    );
    let given = producer.post("/delegations", &wanted);
    stage.need(("给予委托", "given"), &given, |look| {
        look.status(201).has("/id");
    })?;
    let filed = agent.post("/manifests", &oil);
    stage.need(("代为填报", "filed for the producer"), &filed, |look| {
        look.status(201).is("/producer/organisation_id", &*cast.producer.organisation);
    })?;
    let events = producer.get(&format!("/manifests/{}/events", filed.id()));
    stage.check(("记录写明代何人签", "the record says for whom"), &events, |look| {
        look.is("/data/0/actor/organisation_id", &*cast.stranger.organisation);
        let behalf = "/data/0/actor/on_behalf_of/0/organisation_id";
        look.is(behalf, &*cast.producer.organisation);
    });
    let path = format!("/delegations/{}", given.id());
    let foreign = cast.receiver.client.call("DELETE", &path).send();
    stage.check(("别家不能撤销：404", "another does not revoke it: 404"), &foreign, |look| {
        look.status(404);
    });
    let ended = producer.call("DELETE", &path).send();
    stage.check(("撤销", "revoked"), &ended, |look| {
        look.ok();
    });
    let after = agent.post("/manifests", &oil);
    stage.check(("撤销后不再", "then no more"), &after, |look| {
        look.refused(422, "unknown_reference").pointing("/producer_site_id");
    });
    Ok(())
}

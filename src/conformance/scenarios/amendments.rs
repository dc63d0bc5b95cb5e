//! Amendments: one side proposes, the other agrees or not; both versions stay readable.

use serde_json::{Value, json};

use crate::conformance::bodies::receipt;
use crate::conformance::client::Client;
use crate::conformance::estate::Who;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "amendments.agreed",
        zh: "更正：一方提出，另一方同意后生效，前后两版可查；不同意则不变",
        en: "an amendment holds once the other side agrees, with both versions; else it does not",
        page: "api.md, amendments; domain.md, amend",
        play: agreed,
    },
    &Scenario {
        name: "amendments.refused",
        zh: "更正的错误逐项指明；接收后不能更正",
        en: "faults are told at their fields; nothing is amended after acceptance",
        page: "api.md, amendments; domain.md, Who may act when",
        play: refused,
    },
];

fn propose(by: &Client, path: &str, changes: &Value) -> crate::conformance::answer::Answer {
    let body = json!({"changes": changes, "reason": "wrong_data"});
    by.post(&format!("{path}/amendments"), &body)
}

fn agreed(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let (producer, receiver) = (&cast.producer.client, &cast.receiver.client);
    let path = format!("/manifests/{}", stage.filed(&stage.oil(100))?.id());
    let changes = json!({"items": [{"line": 1, "mass_kg": 80.5}]});
    let proposed = propose(producer, &path, &changes);
    stage.need(
        ("提出：201，前后两版", "proposed: 201, with both versions"),
        &proposed,
        |look| {
            look.status(201).is("/n", 1).is("/status", "proposed").is("/changes", changes.clone());
            look.is("/before/items/0/mass_kg", 100).has("/proposed_by").has("/expires_at");
        },
    )?;
    let waits = receiver.get(&path);
    stage.check(("同意前不变", "nothing changes before"), &waits, |look| {
        look.is("/items/0/mass_kg", 100);
    });
    let nothing = json!({});
    let approve = |by: &Client, n: u8| by.post(&format!("{path}/amendments/{n}/approve"), &nothing);
    let own = approve(producer, 1);
    stage.check(("不能同意自己提出的：403", "not one's own: 403"), &own, |look| {
        look.refused(403, "forbidden");
    });
    let none = approve(receiver, 9);
    stage.check(("没有这一项：404", "there is none: 404"), &none, |look| {
        look.status(404);
    });
    let done = approve(receiver, 1);
    stage.check(("同意", "approved"), &done, |look| {
        look.status(200).is("/status", "approved");
    });
    let now = producer.get(&path);
    stage.check(("生效，占用随之", "it holds, and what is reserved follows"), &now, |look| {
        look.is("/items/0/mass_kg", 80.5).is("/capacity/0/reserved_kg", 80.5).is("/version", 3);
    });
    let twice = approve(receiver, 1);
    stage.check(("不能再同意：409", "not twice: 409"), &twice, |look| {
        look.refused(409, "already_decided");
    });
    let second = propose(receiver, &path, &json!({"note": "另注"}));
    stage.check(("另一方也可提出", "the other side proposes as well"), &second, |look| {
        look.status(201).is("/n", 2);
    });
    let reject = json!({"reason": "not_as_declared"});
    let rejected = producer.post(&format!("{path}/amendments/2/reject"), &reject);
    stage.check(("不同意", "rejected"), &rejected, |look| {
        look.status(200).is("/status", "rejected");
    });
    let events = producer.get(&format!("{path}/events"));
    stage.check(
        ("每一步都有事件，以克记前后", "an event each, in grams"),
        &events,
        |look| {
            let kinds = events.each("/data", "/kind");
            let wanted = [
                "filed",
                "amendment_proposed",
                "amendment_approved",
                "amendment_proposed",
                "amendment_rejected",
            ];
            look.that(kinds == wanted, || format!("/data: {kinds:?}"));
            look.is("/data/2/data/changes/items/0/mass_g", 80_500);
            look.is("/data/2/data/before/items/0/mass_g", 100_000);
        },
    );
    Ok(())
}

fn refused(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let producer = &cast.producer.client;
    let id = stage.filed(&stage.oil(100))?.id();
    let path = format!("/manifests/{id}");
    let item = |line: u8, kg: f64| json!({"items": [{"line": line, "mass_kg": kg}]});
    let faults = [
        (item(1, 0.0001), "too_many_decimals", "/changes/items/0/mass_kg"),
        (item(9, 1.0), "unknown_reference", "/changes/items/0/line"),
        (json!({"colour": "red"}), "unknown_field", "/changes/colour"),
    ];
    for (changes, code, pointer) in faults {
        let answer = propose(producer, &path, &changes);
        let words = (format!("{code}：422"), format!("{code}: 422"));
        stage.check(words, &answer, |look| {
            look.refused(422, code).pointing(pointer);
        });
    }
    let bare = producer.post(&format!("{path}/amendments"), &json!({"changes": item(1, 90.0)}));
    stage.check(("须有理由：422", "a reason is needed: 422"), &bare, |look| {
        look.refused(422, "required").pointing("/reason");
    });
    for (zh, en, client, status) in [
        ("主管部门以外的旁观者", "a stranger", &cast.stranger.client, 404),
        ("没有登录", "nobody", &cast.corps.nobody(), 401),
    ] {
        let answer = propose(client, &path, &item(1, 90.0));
        stage.check((format!("{zh}：{status}"), format!("{en}: {status}")), &answer, |look| {
            look.status(status);
        });
    }
    stage.step(Who::Receiver, &id, "receive", &receipt("accept", 100, 0))?;
    let late = propose(producer, &path, &item(1, 90.0));
    stage.check(("接收后：409", "after acceptance: 409"), &late, |look| {
        look.refused(409, "illegal_transition").is("/manifest_status", "accepted");
    });
    Ok(())
}

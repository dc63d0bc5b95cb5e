//! Refusals as such: their form, what is 400 and what 422, and which comes first.

use serde_json::json;

use crate::conformance::bodies::{oil_item, with};
use crate::conformance::estate::Who;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "errors.language",
        zh: "同一错误，代码相同，中文为默认，英文按 Accept-Language",
        en: "one code, Chinese by default, English by Accept-Language",
        page: "api.md, Habits",
        play: language,
    },
    &Scenario {
        name: "errors.malformed",
        zh: "400 只用于不是一个完好的 JSON 文档；另有 413 和 415",
        en: "400 only for what is not one well-formed JSON document; 413 and 415 beside it",
        page: "api.md, Habits",
        play: malformed,
    },
    &Scenario {
        name: "errors.content",
        zh: "内容错误是 422，一次指明所有字段",
        en: "faults of content are 422, all fields named at once",
        page: "api.md, Habits",
        play: content,
    },
    &Scenario {
        name: "errors.order",
        zh: "多种错误并存时按规定的先后应答",
        en: "where several faults hold, the order of the contract decides",
        page: "api.md, Habits",
        play: order,
    },
];

const JSON: &str = "application/json";
const NOWHERE: &str = "01890a5d-ac96-774b-bcce-b302099a8057";

fn language(stage: &mut Stage) -> Played {
    let client = stage.cast.producer.client.clone();
    let path = format!("/manifests/{NOWHERE}");
    let told = |language: &str| {
        let call = client.call("GET", &path);
        if language.is_empty() { call } else { call.header("accept-language", language) }.send()
    };
    let by_default = told("");
    stage.check(("默认中文", "Chinese by default"), &by_default, |look| {
        look.refused(404, "not_found");
        let title = by_default.str("/title");
        let is_chinese = title.chars().any(|one| ('\u{4e00}'..='\u{9fff}').contains(&one));
        look.that(is_chinese, || format!("/title: {title}: 应为中文 / wanted Chinese"));
    });
    let chinese = told("zh-CN");
    stage.check(("要中文得中文", "Chinese when asked for"), &chinese, |look| {
        look.is("/title", by_default.str("/title"));
    });
    let english = told("en");
    stage.check(
        ("要英文得英文，代码不变", "English when asked for, the same code"),
        &english,
        |look| {
            look.refused(404, "not_found");
            for member in ["/title", "/detail"] {
                let text = english.str(member);
                look.that(text.is_ascii(), || {
                    format!("{member}: {text}: 应为英文 / wanted English")
                });
            }
        },
    );
    Ok(())
}

fn malformed(stage: &mut Stage) -> Played {
    let client = stage.cast.producer.client.clone();
    let whole = stage.oil(1).to_string();
    let nul = with(stage.oil(1), "/items/0/name", "a\u{0}b").to_string();
    let cases: [(&str, &str, Vec<u8>); 7] = [
        ("语法错误：400", "a syntax error: 400", b"{".to_vec()),
        ("两个文档：400", "two documents: 400", format!("{whole}{whole}").into_bytes()),
        ("重复的键：400", "a duplicate key: 400", br#"{"note":"a","note":"b"}"#.to_vec()),
        ("不是 UTF-8：400", "not UTF-8: 400", b"{\"note\":\"\xff\"}".to_vec()),
        ("U+0000：400", "U+0000: 400", nul.into_bytes()),
        ("嵌套过深：400", "nested too deeply: 400", "[".repeat(100_000).into_bytes()),
        ("空请求体：400", "no body: 400", Vec::new()),
    ];
    for (zh, en, body) in cases {
        let answer = client.call("POST", "/manifests").raw(JSON, body).send();
        stage.check((zh, en), &answer, |look| {
            look.status(400);
        });
    }
    let plain = client.call("POST", "/manifests").raw("text/plain", whole).send();
    stage.check(("内容类型不对：415", "another content type: 415"), &plain, |look| {
        look.status(415);
    });
    // It waits to be told to go on, and is not: else it might be cut off while it still sends.
    let large = client.call("POST", "/manifests").header("expect", "100-continue");
    let large = large.raw(JSON, vec![b' '; 16 * 1024 * 1024]).send();
    stage.check(("请求体过大：413", "too large a body: 413"), &large, |look| {
        look.status(413);
    });
    let list = client.call("POST", "/manifests").raw(JSON, "[]").send();
    let words = ("是 JSON 但不是对象：422", "JSON, but no object: 422");
    stage.check(words, &list, |look| {
        look.status(422);
    });
    Ok(())
}

fn content(stage: &mut Stage) -> Played {
    let client = stage.cast.producer.client.clone();
    let mut body = with(stage.oil(1.2345), "/planned_departure_on", "2026-02-30");
    body["items"][0]["waste_code"] = json!("999-999-99");
    body["items"][0]["form"] = json!(7);
    let mut second = oil_item(10);
    second["hazards"] = json!(["C"]);
    if let Some(second) = second.as_object_mut() {
        second.remove("name");
    }
    if let Some(items) = body["items"].as_array_mut() {
        items.push(second);
    }
    body["colour"] = json!("black");
    body["legs"][0]["vehicle_id"] = json!(NOWHERE);
    let answer = client.post("/manifests", &body);
    stage.check(
        (
            "一个请求里的八处错误一次说全：未知字段、缺字段、类型、小数、代码、特性、日期、引用",
            "eight faults of one body are told at once: unknown, missing, type, decimals, code, \
             hazards, date, reference",
        ),
        &answer,
        |look| {
            look.status(422)
                .tells("too_many_decimals", "/items/0/mass_kg")
                .tells("unknown_waste_code", "/items/0/waste_code")
                .tells("wrong_type", "/items/0/form")
                .tells("hazard_mismatch", "/items/1/hazards")
                .tells("required", "/items/1/name")
                .tells("invalid_value", "/planned_departure_on")
                .tells("unknown_reference", "/legs/0/vehicle_id")
                .tells("unknown_field", "/colour");
            let leading = answer.list("/errors").first().cloned().unwrap_or_default();
            look.is("/code", leading["code"].clone());
        },
    );
    for (number, code) in [
        ("0.0001", "too_many_decimals"),
        ("-1", "mass_out_of_range"),
        ("1e400", "mass_out_of_range"),
        ("\"10\"", "wrong_type"),
    ] {
        let text = stage.oil(7777).to_string().replace("7777", number);
        let answer = client.call("POST", "/manifests").raw(JSON, text).send();
        let words =
            (format!("质量 {number}：422 {code}"), format!("a mass of {number}: 422 {code}"));
        stage.check(words, &answer, |look| {
            look.refused(422, code).pointing("/items/0/mass_kg");
        });
    }
    Ok(())
}

fn order(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let id = stage.filed(&stage.oil(10))?.id();
    let depart = format!("/manifests/{id}/depart");
    let post = |who: Who, path: &str| cast.client(who).call("POST", path);
    let nowhere = format!("/manifests/{NOWHERE}/depart");
    let wrong = json!({"colour": "black"});
    let answer = stage.nobody().call("POST", &depart).raw(JSON, "{").send();
    stage.check(("401 先于 400", "401 before 400"), &answer, |look| {
        look.status(401);
    });
    let answer = post(Who::Carrier, &nowhere).raw("text/plain", "{").send();
    stage.check(("415 先于 400 和 404", "415 before 400 and 404"), &answer, |look| {
        look.status(415);
    });
    let answer = post(Who::Carrier, &nowhere).raw(JSON, "{").send();
    stage.check(("400 先于 404", "400 before 404"), &answer, |look| {
        look.status(400);
    });
    let answer = post(Who::Stranger, &depart).json(&wrong).send();
    stage.check(("404 先于 422", "404 before 422"), &answer, |look| {
        look.status(404);
    });
    let complete = format!("/manifests/{id}/complete");
    let answer = post(Who::Producer, &complete).json(&wrong).send();
    stage.check(("403 先于 409 和 422", "403 before 409 and 422"), &answer, |look| {
        look.status(403);
    });
    let answer = post(Who::Receiver, &complete).if_match(77).json(&wrong).send();
    stage.check(("412 先于 409", "412 before 409"), &answer, |look| {
        look.refused(412, "stale_version");
    });
    let answer = post(Who::Receiver, &complete).json(&wrong).send();
    stage.check(("状态 409 先于 422", "409 of the state before 422"), &answer, |look| {
        look.refused(409, "illegal_transition");
    });
    let key = format!("order-{}", cast.tag);
    let first = post(Who::Carrier, &depart).key(&key).json(&json!({})).send();
    stage.done(first)?;
    let answer = post(Who::Carrier, &depart).key(&key).if_match(77).json(&wrong).send();
    stage.check(("幂等键先于 412 和 409", "the key before 412 and 409"), &answer, |look| {
        look.refused(422, "idempotency_key_reused");
    });
    // More than any licence holds, and a fault of content.
    let mut both = stage.oil(90_000_000);
    both["items"][0]["hazards"] = json!(["C"]);
    let answer = cast.producer.client.post("/manifests", &both);
    let words = ("内容 422 先于其他 409，两者都说", "422 before other 409s, and both are told");
    stage.check(words, &answer, |look| {
        look.refused(422, "hazard_mismatch").tells("capacity_exceeded", "/items/0/mass_kg");
    });
    Ok(())
}

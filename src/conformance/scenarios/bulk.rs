//! Many filings in one request: a line each, in order, each by the rules of one.

use serde_json::{Value, json};

use crate::conformance::answer::Answer;
use crate::conformance::bodies::with;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[&Scenario {
    name: "bulk.lines",
    zh: "批量填报：逐行按序应答，坏行不误好行，规则与单张相同，重复不重办",
    en: "bulk: a result a line in order, broken lines harm no other, the rules of one filing, \
         repeats are not done twice",
    page: "api.md, POST /manifests/bulk",
    play: lines,
}];

fn told(answer: &Answer) -> Vec<Value> {
    let lines = answer.text.lines().filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_str(line).unwrap_or_default()).collect()
}

fn column(told: &[Value], pointer: &str) -> Value {
    told.iter().map(|line| line.pointer(pointer).cloned().unwrap_or_default()).collect()
}

fn lines(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let client = &cast.producer.client;
    let named = |stage: &Stage, n: u32, mass: f64| {
        let mut body = stage.oil(mass);
        body["external_id"] = json!(format!("bulk-{}-{n}", cast.tag));
        body
    };
    let refused = with(named(stage, 3, 10.0), "/items/0/hazards", json!(["C"]));
    let over = named(stage, 4, 90_000_000.0);
    let sent = [
        named(stage, 1, 10.5).to_string(),
        "{\"stream\": ".to_owned(),
        refused.to_string(),
        over.to_string(),
        named(stage, 5, 20.0).to_string(),
    ];
    let send = |text: String| {
        client.call("POST", "/manifests/bulk").raw("application/x-ndjson", text).send()
    };
    let answer = send(sent.join("\n"));
    let first = told(&answer);
    stage.need(("一行一个结果，按序", "a result a line, in order"), &answer, |look| {
        look.status(200);
        for (pointer, wanted) in
            [("/line", json!([1, 2, 3, 4, 5])), ("/status", json!([201, 400, 422, 409, 201]))]
        {
            let found = column(&first, pointer);
            look.that(found == wanted, || format!("{pointer}: {found}: 应为 / wanted {wanted}"));
        }
        let members = ["line", "external_id", "status", "manifest_id", "number", "problem"];
        for line in &first {
            for name in members {
                look.that(line.get(name).is_some(), || format!("{line}: {name} 缺少 / missing"));
            }
        }
    })?;
    as_single(stage, &first, [(2, refused), (3, over)]);
    let id = first.first().and_then(|line| line["manifest_id"].as_str()).unwrap_or_default();
    let shown = client.get(&format!("/manifests/{id}"));
    stage.check(
        ("成功的行是一张联单", "a line that was taken is a manifest"),
        &shown,
        |look| {
            let line = first.first().cloned().unwrap_or_default();
            look.status(200).is("/number", line["number"].clone()).is("/status", "filed");
            look.is("/items/0/mass_kg", 10.5).is("/external_id", line["external_id"].clone());
        },
    );
    let again = send(sent.join("\n"));
    let words = ("重发：同样的联单，没有新的", "sent again: the same manifests and no new ones");
    stage.check(words, &again, |look| {
        let second = told(&again);
        for pointer in ["/manifest_id", "/number", "/external_id"] {
            let (was, is) = (column(&first, pointer), column(&second, pointer));
            look.that(was == is, || format!("{pointer}: {is}: 应为 / wanted {was}"));
        }
    });
    previewed(stage, &named(stage, 9, 1.0));
    Ok(())
}

/// Lines that were refused are refused alike when filed one by one.
fn as_single(stage: &mut Stage, told: &[Value], refused: [(usize, Value); 2]) {
    for (n, body) in refused {
        let single = stage.cast.producer.client.post("/manifests", &body);
        let problem = told.get(n).map(|line| line["problem"].clone()).unwrap_or_default();
        let words = ("与单张填报同样的拒绝", "refused as a single filing is");
        stage.check(words, &single, |look| {
            look.is("/code", problem["code"].clone());
            // Figures of a full licence move on; where and what is wrong does not.
            look.is("/errors/0/pointer", problem["errors"][0]["pointer"].clone());
        });
    }
}

fn previewed(stage: &mut Stage, line: &Value) {
    let client = stage.cast.producer.client.clone();
    let preview = client.call("POST", "/manifests/bulk?validate_only=true");
    let preview = preview.raw("application/x-ndjson", line.to_string()).send();
    stage.check(("预检什么都不写", "a preview writes nothing"), &preview, |look| {
        look.status(200);
        let line = told(&preview).first().cloned().unwrap_or_default();
        look.that(line["status"] == 201, || line.to_string());
        let id = line["manifest_id"].as_str().unwrap_or_default();
        let found = client.get(&format!("/manifests/{id}")).status;
        look.that(id.is_empty() || found == 404, || format!("{id}: {found}"));
    });
}

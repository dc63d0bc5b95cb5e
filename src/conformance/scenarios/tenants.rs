//! To each its own: what one may not know exists is 404.

use serde_json::{Value, json};

use crate::conformance::answer::Answer;
use crate::conformance::bodies::{receipt, with};
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "tenants.manifests",
        zh: "无关的单位看不到、办不了别家的联单：404",
        en: "a stranger neither sees nor acts on others' manifests: 404",
        page: "api.md, Habits (404); domain.md, regulator",
        play: manifests,
    },
    &Scenario {
        name: "tenants.registers",
        zh: "无关的单位改不了、用不了别家的登记",
        en: "a stranger neither changes nor uses what others registered",
        page: "api.md, Habits (404) and Registry",
        play: registers,
    },
];

fn manifests(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let filed = stage.filed(&stage.oil(10))?;
    let path = format!("/manifests/{}", filed.id());
    let number = format!("/manifests/by-number/{}", filed.str("/number"));
    let mut strangers = vec![("stranger", &cast.stranger.client)];
    // Its own division's manifests it sees, and these are not.
    strangers.extend(cast.elsewhere.as_ref().map(|client| ("division_regulator", client)));
    for (name, client) in strangers {
        let mut answers = Vec::new();
        for read in [&path, &number, &format!("{path}/events")] {
            answers.push(client.get(read));
        }
        for (step, body) in [
            ("depart", json!({})),
            ("arrive", json!({})),
            ("receive", receipt("accept", 10, 0)),
            ("cancel", json!({"reason": "other"})),
            ("file", json!({})),
        ] {
            answers.push(client.post(&format!("{path}/{step}"), &body));
        }
        let wrong: Vec<&Answer> = answers.iter().filter(|answer| answer.status != 404).collect();
        let told =
            |answer: &&Answer| format!("{} -> {}: 应为 / wanted 404", answer.asked, answer.status);
        let faults = wrong.iter().map(told).collect();
        let words = (format!("{name} 读和办：404"), format!("a {name} reads and acts: 404"));
        stage.hold(words, faults, &wrong);
        let list = client.get(&format!("/manifests?number={}", filed.str("/number")));
        let words = (format!("{name} 的列表里没有"), format!("not in a {name}'s list"));
        stage.check(words, &list, |look| {
            look.status(200).counts("/data", 0);
        });
    }
    let still = cast.producer.client.get(&path);
    stage.check(("联单未变", "the manifest is untouched"), &still, |look| {
        look.is("/status", "filed").is("/version", 1);
    });
    let seen = cast.corps.get(&path);
    stage.check(
        ("兵团主管部门看得见，无事可办", "the corps' regulator sees it, and acts not"),
        &seen,
        |look| {
            look.status(200);
            // It may correct (amend); it never takes a party's step.
            let steps = seen.each("/allowed_actions", "/action");
            let only = steps.iter().all(|step| step == "amend");
            look.that(only, || format!("/allowed_actions: {steps:?}"));
        },
    );
    let joined = cast.carrier.client.get(&path);
    stage.check(("承运单位看得见", "the carrier sees it"), &joined, |look| {
        look.status(200);
    });
    Ok(())
}

fn registers(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let client = &cast.stranger.client;
    let change = json!({"name": "改名"});
    for path in [
        format!("/sites/{}", cast.producer.site),
        format!("/drivers/{}", cast.driver),
        format!("/organisations/{}", cast.producer.organisation),
    ] {
        let answer = client.patch(&path, &change);
        let kind = path.split('/').nth(1).unwrap_or_default();
        let words =
            (format!("改别家的 {kind} 被拒"), format!("changing another's {kind} is refused"));
        stage.check(words, &answer, |look| {
            let refused = matches!(answer.status, 403 | 404);
            look.that(refused, || format!("{}: 应为 / wanted 403, 404", answer.status));
        });
    }
    let ledger = client.get(&format!("/ledger-entries?site_id={}", cast.producer.site));
    stage.check(("看不到别家的台账", "another's ledger is not seen"), &ledger, |look| {
        let entries = ledger.list("/data").len();
        look.that(entries == 0, || format!("/data: {entries}"));
        look.that(ledger.status < 500, || ledger.status.to_string());
    });
    let entry = json!({"site_id": cast.producer.site, "kind": "produced",
        "waste_code": "900-249-08", "mass_kg": 1});
    let entry = client.post("/ledger-entries", &entry);
    let words = ("不能在别家的台账入账", "no entry in another's ledger");
    stage.check(words, &entry, |look| {
        look.that(matches!(entry.status, 403 | 404 | 422), || entry.status.to_string());
    });
    let grant = json!({"organisation_id": cast.stranger.organisation, "site_id": cast.stranger.site,
        "number": "自颁 1", "kind": "comprehensive", "issued_on": "2024-01-01", "issued_by": "自己",
        "valid_from": "2024-01-01", "valid_to": "2030-01-01", "lines": [{"waste_codes": [],
        "categories": ["HW08"], "methods": ["R9"], "annual_kg": 1000}]});
    let grant = client.post("/licences", &grant);
    stage.check(
        ("单位不能给自己颁许可证：403", "nobody grants itself a licence: 403"),
        &grant,
        |look| {
            look.refused(403, "forbidden");
        },
    );
    let filing = with(stage.oil(1), "/producer_site_id", &*cast.producer.site);
    let filing = client.post("/manifests", &filing);
    stage.check(("不能替别家填联单", "no filing in another's name"), &filing, |look| {
        look.that(matches!(filing.status, 403 | 422), || filing.status.to_string());
        look.that(filing.get("/id") == &Value::Null, || "/id".to_owned());
    });
    Ok(())
}

//! The roadside: what rides on it now, or an attestation that nothing does; inspections.

use serde_json::json;

use crate::conformance::estate::Who;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "roadside.look",
        zh: "路检：按车牌、编号查所载联单及其凭证；没有则出具证明；只对主管部门",
        en: "by plate or number: what rides now, with proofs, or an attestation; regulators alone",
        page: "api.md, GET /roadside; domain.md, What the regulator needs",
        play: look_at,
    },
    &Scenario {
        name: "roadside.inspections",
        zh: "检查记录：所见与所载一并记下，双方可查，单位不能自作",
        en: "an inspection is recorded with what was found; the parties read it, none makes one",
        page: "api.md, /inspections",
        play: inspections,
    },
];

/// As it stands in a query.
fn encoded(text: &str) -> String {
    text.bytes().fold(String::new(), |mut done, byte| {
        for part in ["%".to_owned(), format!("{byte:02X}")] {
            done.push_str(&part);
        }
        done
    })
}

fn look_at(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let plate = cast.corps.get(&format!("/vehicles/{}", cast.vehicle)).str("/plate").to_owned();
    let filed = stage.filed(&stage.oil(10))?;
    let (id, number) = (filed.id(), filed.str("/number").to_owned());
    stage.step(Who::Carrier, &id, "depart", &json!({}))?;
    for query in [format!("plate={}", encoded(&plate)), format!("number={number}")] {
        let seen = cast.corps.get(&format!("/roadside?{query}"));
        let words = ("所载联单及其凭证", "the manifest that rides, with its proof");
        stage.check(words, &seen, |look| {
            let rides = seen.list("/manifests").iter();
            let own = rides.clone().find(|one| one["manifest"]["id"] == *id);
            look.status(200).that(own.is_some(), || format!("/manifests: 没有 / no {id}"));
            let proof = own.is_some_and(|one| one["proof"]["leaf_hash"].is_string());
            look.that(proof, || "/manifests: proof: 缺少 / missing".to_owned());
        });
    }
    let none = cast.corps.get("/roadside?number=19990000000000");
    stage.check(("没有：出具证明", "nothing: it is attested"), &none, |look| {
        look.status(200).counts("/manifests", 0).has("/attestation");
    });
    let blind = cast.corps.get("/roadside");
    stage.check(("须说明查什么：422", "what is asked for: 422"), &blind, |look| {
        look.status(422);
    });
    let party = cast.carrier.client.get(&format!("/roadside?number={number}"));
    stage.check(("单位不能查：403", "no party looks: 403"), &party, |look| {
        look.refused(403, "forbidden");
    });
    Ok(())
}

fn inspections(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let filed = stage.filed(&stage.oil(10))?;
    stage.step(Who::Carrier, &filed.id(), "depart", &json!({}))?;
    let body = json!({"number": filed.str("/number"), "outcome": "irregular",
        "findings": [{"kind": "leak", "note": "右后桶渗漏"}]});
    let made = cast.corps.post("/inspections", &body);
    stage.need(("记录一次检查", "an inspection is recorded"), &made, |look| {
        look.status(201).is("/outcome", "irregular").is("/findings/0/kind", "leak");
        look.is("/manifests/0/manifest_id", &*filed.id()).has("/id");
    })?;
    let path = format!("/inspections/{}", made.id());
    for client in [&cast.producer.client, &cast.carrier.client, &cast.receiver.client] {
        let seen = client.get(&path);
        stage.check(("各方可查", "each party reads it"), &seen, |look| {
            look.status(200).is("/findings/0/kind", "leak");
        });
    }
    let unseen = cast.stranger.client.get(&path);
    stage.check(("无关者：404", "a stranger: 404"), &unseen, |look| {
        look.status(404);
    });
    let own = cast.carrier.client.post("/inspections", &body);
    stage.check(("单位不能自作：403", "no party makes one: 403"), &own, |look| {
        look.refused(403, "forbidden");
    });
    let odd = json!({"number": filed.str("/number"), "outcome": "fine"});
    let odd = cast.corps.post("/inspections", &odd);
    stage.check(("结论须是所列之一：422", "an outcome that is none: 422"), &odd, |look| {
        look.status(422).pointing("/outcome");
    });
    Ok(())
}

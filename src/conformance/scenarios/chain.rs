//! The events of a manifest: dense, linked, and with hashes that anyone can compute.

use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::conformance::answer::Answer;
use crate::conformance::estate::Who;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "chain.events",
        zh: "事件序号连续，时间不倒退，质量为整数克，记有何人以何方式办理",
        en: "events are dense, recorded in order, in whole grams, with who acted and how",
        page: "custody.md, The event; api.md, events",
        play: events,
    },
    &Scenario {
        name: "chain.bundle",
        zh: "凭证包：叶子哈希为 SHA-256(0x00 || 正文)，每个 prev 指向前一个（有此接口时）",
        en: "the bundle: leaf = SHA-256(0x00 || body), each prev is the one before (where served)",
        page: "custody.md, The event and The bundle",
        play: bundle,
    },
];

fn events(stage: &mut Stage) -> Played {
    let id = stage.accepted(&stage.oil(812.5))?.id();
    let told = stage.cast.carrier.client.get(&format!("/manifests/{id}/events"));
    stage.need(("四个事件，成员齐全", "four events with all members"), &told, |look| {
        let members =
            ["seq", "index", "kind", "occurred_at", "recorded_at", "actor", "data", "leaf_hash"];
        look.status(200).counts("/data", 4);
        for n in 0..4 {
            look.members(&format!("/data/{n}"), &members);
        }
    })?;
    stage.check(("seq 从 0 起连续", "seq counts from 0"), &told, |look| {
        let seqs = told.each("/data", "/seq");
        look.that(seqs == [0, 1, 2, 3].map(Value::from), || format!("{seqs:?}"));
    });
    stage.check(
        ("index 递增，记录时间不倒退", "index grows, recorded_at never goes back"),
        &told,
        |look| {
            let index = told.each("/data", "/index");
            let numbers: Vec<i64> = index.iter().map(|one| one.as_i64().unwrap_or(-1)).collect();
            look.that(numbers.is_sorted_by(|a, b| a < b), || format!("index {numbers:?}"));
            let times = told.each("/data", "/recorded_at");
            let times: Vec<&str> =
                times.iter().map(|one| one.as_str().unwrap_or_default()).collect();
            look.that(times.is_sorted(), || format!("recorded_at {times:?}"));
        },
    );
    stage.check(
        ("填报事件足以重建", "the filing's event is enough to rebuild it"),
        &told,
        |look| {
            let data = "/data/0/data";
            look.is(&format!("{data}/stream"), "hazardous").has(&format!("{data}/number"));
            look.is(&format!("{data}/items/0/mass_g"), 812_500);
            look.is(&format!("{data}/items/0/waste_code"), "900-249-08");
            look.has(&format!("{data}/producer_site_id")).has(&format!("{data}/receiver_site_id"));
            look.has(&format!("{data}/items/0/licence_id"));
        },
    );
    acts(stage, &told);
    Ok(())
}

/// Who acted, and the hashes.
fn acts(stage: &mut Stage, told: &Answer) {
    let organisations = [Who::Producer, Who::Carrier, Who::Receiver, Who::Receiver];
    let organisations = organisations.map(|who| stage.cast.party(who).organisation.clone());
    stage.check(
        ("记有办理的单位、人和方式", "who acted, for whom, and how"),
        told,
        |look| {
            for (n, organisation) in organisations.iter().enumerate() {
                let actor = format!("/data/{n}/actor");
                look.is(&format!("{actor}/organisation_id"), &**organisation);
                look.has(&format!("{actor}/user_id")).is(&format!("{actor}/via"), "password");
            }
        },
    );
    stage.check(
        ("哈希为 64 位十六进制，各不相同", "hashes are 64 hex digits, all different"),
        told,
        |look| {
            let hashes = told.each("/data", "/leaf_hash");
            let is_hash = |one: &Value| {
                one.as_str().is_some_and(|text| {
                    text.len() == 64 && text.bytes().all(|b| b"0123456789abcdef".contains(&b))
                })
            };
            look.that(hashes.iter().all(is_hash), || format!("{hashes:?}"));
            let twice =
                hashes.iter().enumerate().any(|(n, one)| hashes.iter().take(n).any(|b| b == one));
            look.that(!twice, || format!("{hashes:?}"));
        },
    );
}

fn bundle(stage: &mut Stage) -> Played {
    let id = stage.accepted(&stage.oil(10))?.id();
    let client = stage.cast.producer.client.clone();
    let events = client.get(&format!("/manifests/{id}/events"));
    let events = stage.done(events)?;
    let bundle = client.get(&format!("/manifests/{id}/custody"));
    if bundle.status == 404 {
        // A deployment without transparency log: the events above are all that it shows.
        let words = ("此处不提供凭证包，略过", "no bundle is served here: left out");
        stage.hold(words, Vec::new(), &[&bundle]);
        return Ok(());
    }
    stage.need(("凭证包的成员", "the bundle's members"), &bundle, |look| {
        look.status(200).is("/format", "liandan-custody/1").has("/checkpoint");
        look.is("/subject/id", &*id).counts("/events", 4);
    })?;
    stage.check(
        ("叶子哈希可重算，链可核对", "leaves can be computed, the chain holds"),
        &bundle,
        |look| {
            let mut before = "0".repeat(64);
            for (n, (entry, event)) in
                bundle.list("/events").iter().zip(events.list("/data")).enumerate()
            {
                let text = entry["body"].as_str().unwrap_or_default();
                let body: Value = serde_json::from_str(text).unwrap_or_default();
                let leaf = leaf(text);
                look.that(event["leaf_hash"] == *leaf, || {
                    format!("{n}: leaf_hash {}", event["leaf_hash"])
                });
                look.that(body["prev"] == *before, || format!("{n}: prev {}", body["prev"]));
                look.that(body["seq"] == n, || format!("{n}: seq {}", body["seq"]));
                look.that(entry["index"] == event["index"], || {
                    format!("{n}: index {}", entry["index"])
                });
                look.that(body["data"] == event["data"], || format!("{n}: data"));
                before = leaf;
            }
        },
    );
    Ok(())
}

/// The leaf of RFC 9162.
fn leaf(body: &str) -> String {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(body.as_bytes());
    hex::encode(hash.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 6962's and 9162's leaf of nothing.
    #[test]
    fn the_leaf_of_nothing_is_known() {
        let wanted = "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d";
        assert_eq!(leaf(""), wanted);
    }
}

//! Collection rounds and trips: many manifests on one vehicle, weighed once.

use serde_json::{Value, json};

use crate::conformance::answer::Answer;
use crate::conformance::bodies::with;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage, Stop};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "rounds.kitchen",
        zh: "餐厨收运趟次：计划、逐站收运或跳过、一次过磅分摊、一次完成",
        en: "a kitchen round: planned, collected stop by stop, weighed once and split, completed",
        page: "api.md, POST /collection-rounds; domain.md, Kitchen",
        play: kitchen,
    },
    &Scenario {
        name: "rounds.confirm",
        zh: "承运人代填的站点由移出人确认：联单缺口合上，只确认一次，旁人不能代",
        en: "what a carrier filed is confirmed by its producer: the gaps close, once, by no other",
        page: "domain.md, Kitchen and Countersigning; docs/glossary.md, confirmation",
        play: confirm,
    },
    &Scenario {
        name: "rounds.trip",
        zh: "一车多联单：一次出发、一次到达、一次过磅按联单分摊",
        en: "several manifests on one vehicle: one departure, one arrival, one reading split",
        page: "api.md, POST /trips",
        play: trip,
    },
];

/// The sum of a list's masses, in grams.
fn grams(list: &[Value], name: &str) -> i64 {
    let kg = |one: &Value| one[name].as_f64().unwrap_or(f64::NAN);
    (list.iter().map(kg).sum::<f64>() * 1000.0).round() as i64
}

/// A plan of three stops of 100 kg each, at three sites.
fn planned(stage: &mut Stage) -> Result<Answer, Stop> {
    let cast = stage.cast.clone();
    let mut stops = Vec::new();
    for _ in 0..3 {
        let site = stage.registrar().site(&cast.producer.organisation, "production")?;
        let item = with(stage.kitchen(), "/items/0/mass_kg", 100)["items"][0].clone();
        stops.push(json!({"producer_site_id": site, "items": [item]}));
    }
    let plan = json!({"stream": "kitchen", "carrier_id": cast.carrier.organisation,
        "vehicle_id": cast.kitchen_vehicle, "driver_id": cast.driver,
        "receiver_site_id": cast.receiver.site, "planned_on": stage.day(0), "stops": stops});
    let round = cast.carrier.client.post("/collection-rounds", &plan);
    stage.need(("计划三站", "three stops are planned"), &round, |look| {
        look.status(201).has("/id").has("/status").counts("/stops", 3).is("/stops/0/n", 1);
        look.members("/stops/0", &["n", "manifest_id", "producer_site_id", "status"]);
    })?;
    Ok(round)
}

fn kitchen(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let carrier = &cast.carrier.client;
    let round = planned(stage)?;
    let path = format!("/collection-rounds/{}", round.id());
    let manifest = format!("/manifests/{}", round.str("/stops/0/manifest_id"));
    let draft = carrier.get(&manifest);
    stage.check(
        ("站点的联单先是草稿", "a stop's manifest is a draft at first"),
        &draft,
        |look| {
            look.status(200).is("/status", "draft");
        },
    );
    let now = || carrier.get("/sandbox/clock").get("/now").clone();
    for (n, mass) in [(1, 90.5), (2, 110.0)] {
        let stop = json!({"occurred_at": now(), "outcome": "collected", "items": [{"line": 1,
            "mass_kg": mass, "packages": [{"kind": "kitchen_bin_120", "count": 1}]}]});
        let stop = carrier.post(&format!("{path}/stops/{n}"), &stop);
        stage.check(("收运一站", "a stop is collected"), &stop, |look| {
            look.ok();
        });
    }
    let skipped = json!({"occurred_at": now(), "outcome": "skipped", "reason": "closed"});
    let skipped = carrier.post(&format!("{path}/stops/3"), &skipped);
    stage.check(
        ("跳过一站须有理由", "a stop is skipped, with a reason"),
        &skipped,
        |look| {
            look.ok();
        },
    );
    let under_way = carrier.get(&manifest);
    let words =
        ("收运即填报并出发，按所称质量", "collected: filed and departed with what was weighed");
    stage.check(words, &under_way, |look| {
        look.is("/status", "in_transit").is("/items/0/mass_kg", 90.5).has("/number");
    });
    weighed(stage, &path, &manifest)
}

/// Weighed in, which receives all, and completed.
fn weighed(stage: &mut Stage, path: &str, manifest: &str) -> Played {
    let cast = stage.cast.clone();
    let now = || cast.carrier.client.get("/sandbox/clock").get("/now").clone();
    let reading = json!({"occurred_at": now(), "gross_kg": 5200, "tare_kg": 5000});
    let weigh = || cast.receiver.client.post(&format!("{path}/weigh-in"), &reading);
    let weighed = weigh();
    let words = ("过磅：净重、站点合计、差额、分摊之和等于净重", "weighed in: the split adds up");
    stage.need(words, &weighed, |look| {
        look.ok().is("/net_kg", 200).is("/stops_kg", 200.5).is("/difference_kg", -0.5);
        look.has("/within_tolerance").counts("/split", 2);
        let sum = grams(weighed.list("/split"), "mass_kg");
        look.that(sum == 200_000, || format!("/split: {sum} g: 应为 / wanted 200000"));
    })?;
    let received = cast.receiver.client.get(manifest);
    stage.check(
        ("过磅即到达并接收", "it is arrival and receipt of all"),
        &received,
        |look| {
            look.is("/status", "accepted")
                .is("/items/0/accepted_kg", weighed.get("/split/0/mass_kg").clone());
        },
    );
    let again = weigh();
    stage.check(("不能过磅两次：409", "not weighed twice: 409"), &again, |look| {
        look.status(409);
    });
    let done = json!({"occurred_at": now(), "method": "K1", "completed_on": stage.day(0)});
    let done = cast.receiver.client.post(&format!("{path}/complete"), &done);
    stage.check(("一次完成全部", "one completion for all"), &done, |look| {
        look.ok();
    });
    let completed = cast.producer.client.get(manifest);
    stage.check(("每张联单完成", "each manifest is completed"), &completed, |look| {
        look.is("/status", "completed");
    });
    Ok(())
}

fn confirm(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let round = planned(stage)?;
    let path = format!("/collection-rounds/{}/stops/1", round.id());
    let manifest = format!("/manifests/{}", round.str("/stops/0/manifest_id"));
    let collected = json!({"outcome": "collected", "items": [{"line": 1, "mass_kg": 90}]});
    let reader = &cast.producer.client;
    let early =
        reader.post(&format!("/collection-rounds/{}/stops/9/confirm", round.id()), &json!({}));
    stage.check(("没有这一站：404", "no such stop: 404"), &early, |look| {
        look.status(404);
    });
    stage.done(cast.carrier.client.post(&path, &collected))?;
    let open = reader.get(&manifest);
    stage.check(("代填：缺移出人签字", "filed for it: unsigned"), &open, |look| {
        look.is("/status", "in_transit").is("/gaps/0/missing", "producer");
    });
    let confirm = |client: &crate::conformance::client::Client| {
        client.post(&format!("{path}/confirm"), &json!({}))
    };
    let own = confirm(&cast.carrier.client);
    stage.check(("承运人不能代签：403", "the carrier does not: 403"), &own, |look| {
        look.refused(403, "forbidden");
    });
    let unseen = confirm(&cast.stranger.client);
    stage.check(("无关者：404", "a stranger: 404"), &unseen, |look| {
        look.status(404);
    });
    let signed = confirm(reader);
    stage.check(("移出人确认", "its producer confirms"), &signed, |look| {
        look.status(200).is("/confirmation", "confirmed");
    });
    let closed = reader.get(&manifest);
    stage.check(("缺口合上", "the gaps close"), &closed, |look| {
        look.counts("/gaps", 0);
    });
    let twice = confirm(reader);
    stage.check(("不确认两次：409", "not twice: 409"), &twice, |look| {
        look.refused(409, "already_decided");
    });
    Ok(())
}

fn trip(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let carrier = &cast.carrier.client;
    let first = stage.filed(&stage.oil(100))?.id();
    let second = stage.filed(&stage.oil(300))?.id();
    let plan = json!({"carrier_id": cast.carrier.organisation, "vehicle_id": cast.vehicle,
        "driver_id": cast.driver, "manifest_ids": [first, second]});
    let made = carrier.post("/trips", &plan);
    stage.need(("两张联单同车", "two manifests on one vehicle"), &made, |look| {
        look.status(201).has("/id");
    })?;
    let path = format!("/trips/{}", made.id());
    let departed = carrier.post(&format!("{path}/depart"), &json!({}));
    stage.need(("一次出发", "one departure"), &departed, |look| {
        look.ok();
    })?;
    let states = |stage: &Stage| -> Vec<Answer> {
        let get = |id: &String| stage.cast.producer.client.get(&format!("/manifests/{id}"));
        [&first, &second].map(get).into()
    };
    let told = states(stage);
    for answer in &told {
        stage.check(("都在运输中", "both are in transit"), answer, |look| {
            look.is("/status", "in_transit");
        });
    }
    let arrived = carrier.post(&format!("{path}/arrive"), &json!({}));
    stage.check(("一次到达", "one arrival"), &arrived, |look| {
        look.ok();
    });
    let now = carrier.get("/sandbox/clock").get("/now").clone();
    let weighed = json!({"occurred_at": now, "gross_kg": 8404, "tare_kg": 8000});
    let weighed = cast.receiver.client.post(&format!("{path}/weigh"), &weighed);
    let words = ("一次过磅按联单分摊，合计为净重", "one reading, split over the manifests");
    stage.check(words, &weighed, |look| {
        look.ok().is("/net_kg", 404).counts("/split", 2);
        look.members("/split/0", &["manifest_id", "mass_kg"]);
        let sum = grams(weighed.list("/split"), "mass_kg");
        look.that(sum == 404_000, || format!("/split: {sum} g: 应为 / wanted 404000"));
    });
    Ok(())
}

//! A load on its way: handed over, stopped, put on another vehicle, spilt, and signed for twice.

use serde_json::{Value, json};

use crate::conformance::bodies::receipt;
use crate::conformance::estate::Who;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage, Stop};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "way.hand_over",
        zh: "交接给下一承运人：其车辆按填报时核查，此后由其到达，未会签为缺口",
        en: "handed over: the next carrier is judged as at filing and arrives; unsigned is a gap",
        page: "api.md, hand-over; domain.md, hand over",
        play: hand_over,
    },
    &Scenario {
        name: "way.stops",
        zh: "途中停留与换车：须有理由，换车留下的质量记入事件",
        en: "stops and transshipments: with a reason; what stays behind is in the event",
        page: "api.md, stops; domain.md, stop, tranship",
        play: stops,
    },
    &Scenario {
        name: "way.incidents",
        zh: "途中事件：损失不超过在途量，各方可报，接收时质量平衡",
        en: "incidents: never more is lost than rides, any party tells, the receipt adds up",
        page: "api.md, incidents; domain.md, incident",
        play: incidents,
    },
    &Scenario {
        name: "way.countersign",
        zh: "会签：一次性签名码当场会签，或事后本方自签；错码、旧码、他人不行",
        en: "countersigned with a one-time code on the spot, or later; no wrong or used code",
        page: "api.md, countersign; domain.md, Countersigning",
        play: countersign,
    },
];

/// A load of 100 kg that has departed.
fn departed(stage: &mut Stage) -> Result<String, Stop> {
    let id = stage.filed(&stage.oil(100))?.id();
    stage.step(Who::Carrier, &id, "depart", &json!({}))?;
    Ok(id)
}

/// The kinds of a manifest's events, and the data of the last.
fn told(stage: &mut Stage, id: &str, words: (&str, &str), kinds: &[&str], last: &[(&str, Value)]) {
    let events = stage.cast.producer.client.get(&format!("/manifests/{id}/events"));
    stage.check(words, &events, |look| {
        let found = events.each("/data", "/kind");
        look.that(found == kinds, || format!("/data: {found:?}: 应为 / wanted {kinds:?}"));
        for (member, wanted) in last {
            look.is(&format!("/data/{}/{member}", kinds.len() - 1), wanted.clone());
        }
    });
}

fn hand_over(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let mut registrar = stage.registrar();
    let next = registrar.party(11, &["carrier"], "storage")?;
    let vehicle = registrar.vehicle(&next, 11, &json!(["hazardous"]))?;
    let unfit = registrar.vehicle(&next, 12, &json!(["kitchen"]))?;
    let driver = registrar.driver(&next)?;
    let leg = |vehicle: &str| {
        json!({"to_leg": {"carrier_id": next.organisation, "vehicle_id": vehicle,
            "driver_id": driver}})
    };
    let filed = stage.filed(&stage.oil(100))?.id();
    let early = cast.carrier.client.post(&format!("/manifests/{filed}/hand-over"), &leg(&vehicle));
    stage.check(("出发前不能交接：409", "not before departure: 409"), &early, |look| {
        look.refused(409, "illegal_transition").is("/manifest_status", "filed");
    });
    let id = departed(stage)?;
    let path = |tail: &str| format!("/manifests/{id}/{tail}");
    let by = |client: &crate::conformance::client::Client, body: &Value| {
        client.post(&path("hand-over"), body)
    };
    let bare = by(&cast.carrier.client, &json!({}));
    stage.check(("须写明下一段：422", "the next leg is needed: 422"), &bare, |look| {
        look.refused(422, "required").pointing("/to_leg");
    });
    let foreign = by(&cast.receiver.client, &leg(&vehicle));
    stage.check(
        ("接受单位不能交接：403", "the receiver does not: 403"),
        &foreign,
        |look| {
            look.refused(403, "forbidden");
        },
    );
    let wrong = by(&cast.carrier.client, &leg(&unfit));
    let words = ("不能运危险废物的车辆：409", "a vehicle that may not carry it: 409");
    stage.check(words, &wrong, |look| {
        look.refused(409, "carrier_not_allowed").pointing("/to_leg/vehicle_id");
    });
    let over = by(&cast.carrier.client, &leg(&vehicle));
    stage.need(("交接", "handed over"), &over, |look| {
        look.status(200).is("/status", "in_transit").counts("/legs", 2);
        let waits = |gap: &Value| gap["step"] == "hand_over" && gap["missing"] == "carrier";
        look.that(over.list("/gaps").iter().any(waits), || "/gaps: hand_over".to_owned());
    })?;
    let kinds = ["filed", "departed", "handed_over"];
    let data = [("data/to_leg/carrier_id", json!(next.organisation))];
    told(stage, &id, ("事件记下一段", "the event has the next leg"), &kinds, &data);
    let stop = json!({"kind": "stop", "reason": "other"});
    let gone = cast.carrier.client.post(&path("stops"), &stop);
    stage.check(
        ("交出者不再停留：403", "who gave it away stops no more: 403"),
        &gone,
        |look| {
            look.refused(403, "forbidden");
        },
    );
    let arrived = next.client.post(&path("arrive"), &json!({}));
    stage.check(("接手者到达", "who took it arrives"), &arrived, |look| {
        look.status(200).is("/status", "arrived");
    });
    Ok(())
}

fn stops(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let mut registrar = stage.registrar();
    let other = registrar.vehicle(&cast.carrier, 13, &json!(["hazardous"]))?;
    let id = departed(stage)?;
    let path = format!("/manifests/{id}/stops");
    let stop = |body: Value| cast.carrier.client.post(&path, &body);
    let faults = [
        (json!({"kind": "stop"}), "required", "/reason"),
        (json!({"kind": "nap", "reason": "other"}), "invalid_value", "/kind"),
        (json!({"kind": "transship", "reason": "vehicle"}), "required", "/to_vehicle_id"),
        (
            json!({"kind": "transship", "reason": "vehicle", "to_vehicle_id": other,
                "remaining_kg": 100}),
            "mass_balance",
            "/remaining_kg",
        ),
    ];
    for (body, code, pointer) in faults {
        let answer = stop(body);
        let words = (format!("{pointer}：422"), format!("{pointer}: 422 {code}"));
        stage.check(words, &answer, |look| {
            look.refused(422, code).pointing(pointer);
        });
    }
    let by_producer = cast.producer.client.post(&path, &json!({"kind": "stop", "reason": "other"}));
    stage.check(("只有承运人：403", "the carrier alone: 403"), &by_producer, |look| {
        look.refused(403, "forbidden");
    });
    let stopped = stop(json!({"kind": "stop", "reason": "other", "reason_text": "加油"}));
    stage.check(("停留不改变状态", "a stop changes nothing"), &stopped, |look| {
        look.status(200).is("/status", "in_transit").is("/version", 3);
    });
    let part = json!({"kind": "transship", "reason": "damaged", "to_vehicle_id": other,
        "remaining_kg": 40});
    let over = stop(part);
    stage.check(("换车", "another vehicle"), &over, |look| {
        look.status(200).is("/status", "in_transit").is("/version", 4);
    });
    let kinds = ["filed", "departed", "stopped", "stopped"];
    let data = [("data/kind", json!("transship")), ("data/remaining_g", json!(40_000))];
    told(stage, &id, ("事件记留下的质量", "the event has what stays behind"), &kinds, &data);
    Ok(())
}

fn incidents(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let filed = stage.filed(&stage.oil(100))?.id();
    let id = departed(stage)?;
    let spill = |kg: f64| {
        json!({"kind": "spill", "note": "侧翻渗漏", "items": [{"line": 1, "lost_kg": kg}],
            "reported_to": "第一师生态环境局"})
    };
    let path = format!("/manifests/{id}/incidents");
    let report = |body: &Value| cast.carrier.client.post(&path, body);
    let early = cast.carrier.client.post(&format!("/manifests/{filed}/incidents"), &spill(1.0));
    stage.check(("出发前：409", "before departure: 409"), &early, |look| {
        look.refused(409, "illegal_transition").is("/manifest_status", "filed");
    });
    let faults = [
        (json!({"kind": "spill"}), "required", "/note"),
        (json!({"kind": "flood", "note": "x"}), "invalid_value", "/kind"),
        (spill(100.001), "mass_balance", "/items/0/lost_kg"),
        (spill(0.0001), "too_many_decimals", "/items/0/lost_kg"),
        (
            json!({"kind": "loss", "note": "x", "items": [{"line": 2, "lost_kg": 1}]}),
            "unknown_reference",
            "/items/0/line",
        ),
    ];
    for (body, code, pointer) in faults {
        let answer = report(&body);
        let words = (format!("{pointer}：422 {code}"), format!("{pointer}: 422 {code}"));
        stage.check(words, &answer, |look| {
            look.refused(422, code).pointing(pointer);
        });
    }
    let watched = cast.corps.post(&path, &spill(1.0));
    stage.check(("主管部门不办理：403", "a regulator never acts: 403"), &watched, |look| {
        look.refused(403, "forbidden");
    });
    let spilt = report(&spill(25.5));
    stage.check(("泄漏", "a spill"), &spilt, |look| {
        look.status(200).is("/status", "in_transit");
    });
    let data = [("data/kind", json!("spill")), ("data/items/0/lost_g", json!(25_500))];
    let kinds = ["filed", "departed", "incident"];
    told(stage, &id, ("事件以克记录损失", "the event has what was lost, in grams"), &kinds, &data);
    let late = cast.producer.client.post(&path, &json!({"kind": "breakdown", "note": "爆胎"}));
    stage.check(("各方都可报告", "any party tells"), &late, |look| {
        look.status(200);
    });
    stage.step(Who::Receiver, &id, "receive", &receipt("accept", 74.5, 0))?;
    let kinds = ["filed", "departed", "incident", "incident", "received"];
    let data = [("data/items/0/difference_g", json!(0))];
    let words =
        ("发运 + 差额 = 接受 + 拒收 + 损失", "shipped + difference = what was found + lost");
    told(stage, &id, words, &kinds, &data);
    Ok(())
}

fn countersign(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let user = cast.producer.client.get("/me").get("/user/id").clone();
    let id = stage.filed(&stage.oil(100))?.id();
    let codes = "/me/signing-codes";
    let asked = |id: &str, action: &str| json!({"manifest_id": id, "action": action});
    let unseen = cast.stranger.client.post(codes, &asked(&id, "depart"));
    let words = ("看不见的联单没有签名码：422", "no code for what one does not see: 422");
    stage.check(words, &unseen, |look| {
        look.refused(422, "unknown_reference").pointing("/manifest_id");
    });
    let odd = cast.producer.client.post(codes, &asked(&id, "fly"));
    stage.check(("没有这一步：422", "no such step: 422"), &odd, |look| {
        look.status(422).pointing("/action");
    });
    let receives = cast.producer.client.post(codes, &asked(&id, "receive"));
    stage.check(("不该其会签：403", "not its to sign: 403"), &receives, |look| {
        look.refused(403, "forbidden");
    });
    let made = cast.producer.client.post(codes, &asked(&id, "depart"));
    stage.need(("签名码及其失效时间", "a code, and when it runs out"), &made, |look| {
        look.status(201).has("/code").has("/expires_at");
    })?;
    let path = format!("/manifests/{id}/depart");
    let with = |code: &str| json!({"countersign": {"user_id": user, "code": code}});
    let wrong = cast.carrier.client.post(&path, &with("x"));
    stage.check(("错码：422", "a wrong code: 422"), &wrong, |look| {
        look.status(422).pointing("/countersign/code");
    });
    let departed = cast.carrier.client.post(&path, &with(made.str("/code")));
    stage.need(("双方当场签字：没有缺口", "both signed: no gap"), &departed, |look| {
        look.status(200).is("/status", "in_transit").counts("/gaps", 0);
    })?;
    let kinds = ["filed", "departed", "countersigned"];
    let data = [
        ("data/seq", json!(1)),
        ("actor/via", json!("one_time_code")),
        ("actor/user_id", user.clone()),
    ];
    told(stage, &id, ("会签是一个事件", "the signature is an event"), &kinds, &data);
    signed_later(stage, &with(made.str("/code"))["countersign"].clone())
}

/// The second signature comes by a call of its own; a used code is none.
fn signed_later(stage: &mut Stage, used: &Value) -> Played {
    let cast = stage.cast.clone();
    let id = departed(stage)?;
    let path = format!("/manifests/{id}/events/1/countersign");
    let again = cast.carrier.client.post(&path, used);
    stage.check(("用过的码：422", "a used code: 422"), &again, |look| {
        look.status(422).pointing("/code");
    });
    let nothing = json!({});
    let other = cast.receiver.client.post(&path, &nothing);
    stage.check(("不该其会签：403", "not its to sign: 403"), &other, |look| {
        look.refused(403, "forbidden");
    });
    let unseen = cast.stranger.client.post(&path, &nothing);
    stage.check(("看不见：404", "unseen: 404"), &unseen, |look| {
        look.status(404);
    });
    let signed = cast.producer.client.post(&path, &nothing);
    stage.check(("事后自签：缺口合上", "signed later: the gap closes"), &signed, |look| {
        look.status(200).counts("/gaps", 0);
    });
    let twice = cast.producer.client.post(&path, &nothing);
    stage.check(("不签两次：409", "not twice: 409"), &twice, |look| {
        look.refused(409, "already_decided");
    });
    Ok(())
}

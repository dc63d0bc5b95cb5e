//! Receiving and treating: masses that add up, decisions that agree, steps that were skipped.

use serde_json::{Value, json};

use crate::conformance::bodies::{oil_item, receipt};
use crate::conformance::estate::Who;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "receipt.masses",
        zh: "部分接收：接受与拒收之和为到场所见，差额记录，拒收量仍有人保管",
        en: "a part is accepted: both parts are what was found; refused mass is in custody",
        page: "domain.md, Masses and receive",
        play: masses,
    },
    &Scenario {
        name: "receipt.faults",
        zh: "意见与明细不符、缺项、重复、不存在的项、未来的时间：422",
        en: "a decision that disagrees, items missing, twice or unknown, the future: 422",
        page: "domain.md, Masses",
        play: faults,
    },
    &Scenario {
        name: "receipt.skipped",
        zh: "跳过的步骤成为缺口，不阻挡接收",
        en: "skipped steps are gaps and hold nobody up",
        page: "domain.md, Who may act when and Countersigning",
        play: skipped,
    },
    &Scenario {
        name: "receipt.treatment",
        zh: "处置可分次，不得超过接受量，方式须在许可内",
        en: "treatment comes in parts, never more than accepted, by a licensed method",
        page: "domain.md, complete",
        play: treatment,
    },
    &Scenario {
        name: "receipt.refused",
        zh: "全部拒收：释放许可量",
        en: "all refused: the licence is freed",
        page: "domain.md, receive",
        play: refused,
    },
];

fn masses(stage: &mut Stage) -> Played {
    let id = stage.filed(&stage.oil(100))?.id();
    stage.step(Who::Carrier, &id, "depart", &json!({}))?;
    stage.step(Who::Receiver, &id, "arrive", &json!({}))?;
    let found = receipt("partial", 60.125, 38);
    let received = stage.step(Who::Receiver, &id, "receive", &found)?;
    stage.check(("部分接收", "a part is accepted"), &received, |look| {
        look.is("/status", "partly_accepted").is("/items/0/accepted_kg", 60.125);
        look.is("/items/0/refused/0/mass_kg", 38).is("/items/0/refused/0/custody", "held");
        look.is("/items/0/mass_kg", 100);
    });
    let events = stage.cast.producer.client.get(&format!("/manifests/{id}/events"));
    let words = (
        "事件以克记录：发运 + 差额 = 接受 + 拒收 + 损失",
        "the event has grams: shipped + difference = accepted + refused + lost",
    );
    stage.check(words, &events, |look| {
        let item = "/data/3/data/items/0";
        look.is("/data/3/kind", "received").is("/data/3/data/decision", "partial");
        look.is(&format!("{item}/accepted_g"), 60_125).is(&format!("{item}/refused_g"), 38_000);
        look.is(&format!("{item}/difference_g"), -1_875);
    });
    Ok(())
}

fn faults(stage: &mut Stage) -> Played {
    let mut body = stage.oil(100);
    let second = oil_item(50);
    if let Some(items) = body["items"].as_array_mut() {
        items.push(second);
    }
    let id = stage.filed(&body)?.id();
    let cast = stage.cast.clone();
    let ahead = stage.time(chrono::TimeDelta::days(1));
    for (zh, en, code, body) in wrong_receipts(&ahead) {
        let answer = cast.receiver.client.post(&format!("/manifests/{id}/receive"), &body);
        let words = (format!("{zh}：422 {code}"), format!("{en}: 422 {code}"));
        stage.check(words, &answer, |look| {
            look.refused(422, code);
        });
    }
    let both = [item(1, 100.0, 0.0), item(2, 50.0, 0.0)];
    let [first, second] = both.clone();
    let unknown = json!({"decision": "accept",
        "items": [first, second, item(9, 1.0, 0.0)]});
    let answer = cast.receiver.client.post(&format!("/manifests/{id}/receive"), &unknown);
    stage.check(("不存在的项：422", "an item that is none: 422"), &answer, |look| {
        look.status(422);
    });
    let early = stage.time(-chrono::TimeDelta::hours(2));
    let first_time = json!({"decision": "accept", "items": both, "occurred_at": early});
    let taken = cast.receiver.client.post(&format!("/manifests/{id}/receive"), &first_time);
    let words = (
        "此前无一写入；早于上一步的时间被接受并标明乱序",
        "none of it was written; a time before the last step's is taken, out of order",
    );
    stage.check(words, &taken, |look| {
        look.status(200).is("/status", "accepted").is("/version", 2);
    });
    Ok(())
}

fn item(line: u32, accepted: f64, refused: f64) -> Value {
    json!({"line": line, "accepted_kg": accepted, "refused_kg": refused, "reason": "other"})
}

/// Receipts of 100 kg and 50 kg, each wrong in one way: its words, code and body.
fn wrong_receipts(ahead: &str) -> Vec<(&'static str, &'static str, &'static str, Value)> {
    let both = [item(1, 100.0, 0.0), item(2, 50.0, 0.0)];
    let [first, second] = both.clone();
    let of = |decision: &str, items: &[Value]| json!({"decision": decision, "items": items});
    let with = |other: Value| of("accept", &[other, second.clone()]);
    let mut future = of("accept", &both);
    future["occurred_at"] = json!(ahead);
    let twice = of("accept", &[first.clone(), first.clone(), second.clone()]);
    let disagree = "decision_mismatch";
    vec![
        ("说全部接受而有拒收", "accept, some refused", disagree, with(item(1, 90.0, 10.0))),
        ("说全部拒收而有接受", "refuse, some accepted", disagree, of("refuse", &both)),
        (
            "缺一项",
            "an item is missing",
            "items_incomplete",
            of("accept", std::slice::from_ref(&first)),
        ),
        ("一项出现两次", "an item appears twice", "items_incomplete", twice),
        ("第四位小数", "a fourth decimal", "too_many_decimals", with(item(1, 0.0001, 0.0))),
        ("负的质量", "a negative mass", "mass_out_of_range", with(item(1, -1.0, 0.0))),
        ("发生时间在未来", "occurred in the future", "not_yet", future),
    ]
}

fn skipped(stage: &mut Stage) -> Played {
    let filed = stage.filed(&stage.oil(10))?;
    stage.check(("初无缺口", "no gap at first"), &filed, |look| {
        look.counts("/gaps", 0);
    });
    let found = receipt("accept", 10, 0);
    let received = stage.step(Who::Receiver, &filed.id(), "receive", &found)?;
    let words = (
        "没有出发、到达的记录也能接收；缺口写明步骤、所缺、严重程度",
        "received without departure or arrival; gaps say step, what is missing, severity",
    );
    stage.check(words, &received, |look| {
        look.is("/status", "accepted").members("/gaps/0", &["step", "missing", "severity"]);
        let gaps = received.each("/gaps", "/step");
        for step in ["depart", "arrive"] {
            look.that(gaps.contains(&json!(step)), || format!("/gaps: 没有 / no {step}: {gaps:?}"));
        }
    });
    Ok(())
}

fn treatment(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let id = stage.accepted(&stage.oil(100))?.id();
    let complete =
        |body: &Value| cast.receiver.client.post(&format!("/manifests/{id}/complete"), body);
    let over = complete(&stage.treatment("R9", 100.001));
    stage.check(("超过接受量一克：422", "a gram more than accepted: 422"), &over, |look| {
        look.refused(422, "mass_balance");
    });
    let foreign = complete(&stage.treatment("D10", 100));
    let words = ("许可之外的方式被拒", "a method outside the licence is refused");
    stage.check(words, &foreign, |look| {
        look.that((400..500).contains(&foreign.status), || foreign.status.to_string());
    });
    let mut ahead = stage.treatment("R9", 100);
    ahead["treatments"][0]["completed_on"] = json!(stage.day(40));
    let ahead = complete(&ahead);
    stage.check(("处置日在未来：422", "treated in the future: 422"), &ahead, |look| {
        look.refused(422, "not_yet");
    });
    let part = complete(&stage.treatment("R9", 40.5));
    stage.check(
        ("分次：第一次后仍为已接收", "in parts: still accepted"),
        &part,
        |look| {
            look.status(200).is("/status", "accepted").is("/items/0/treated_kg", 40.5);
        },
    );
    let rest = complete(&stage.treatment("R9", 59.5));
    stage.check(("处置完即完成", "completed with the rest"), &rest, |look| {
        look.status(200).is("/status", "completed").is("/items/0/treated_kg", 100);
    });
    let more = complete(&stage.treatment("R9", 1));
    stage.check(("完成后：409", "after completion: 409"), &more, |look| {
        look.refused(409, "illegal_transition").is("/manifest_status", "completed");
    });
    Ok(())
}

fn refused(stage: &mut Stage) -> Played {
    let left = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let filed = stage.filed(&stage.oil(70))?;
    let found = receipt("refuse", 0, 70);
    let received = stage.step(Who::Receiver, &filed.id(), "receive", &found)?;
    let words = ("拒收：状态、保管、占用释放", "refused: status, custody, nothing reserved");
    stage.check(words, &received, |look| {
        look.is("/status", "refused").is("/items/0/accepted_kg", 0);
        look.is("/items/0/refused/0/mass_kg", 70).is("/items/0/refused/0/custody", "held");
    });
    let next = stage.filed(&stage.oil(70))?;
    let words = ("许可量如未曾占用", "the licence is as if it had never been sent");
    stage.check(words, &next, |look| {
        let (was, is) =
            (left(filed.get("/capacity/0/left_kg")), left(next.get("/capacity/0/left_kg")));
        look.that((was - is).abs() < 0.0005, || {
            format!("left_kg: {was} -> {is}: 应不变 / wanted the same")
        });
    });
    Ok(())
}

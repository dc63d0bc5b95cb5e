//! What filing refuses, with which code.

use serde_json::{Value, json};

use crate::conformance::answer::Answer;
use crate::conformance::bodies::{receipt, with};
use crate::conformance::estate::{Who, licence_body};
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};
use crate::conformance::together::together;

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "refusals.items",
        zh: "名录、特性、包装、方式、质量不符：422 及其代码",
        en: "catalogue, hazards, packaging, method, mass: 422 with its code",
        page: "api.md, Manifests; domain.md, file",
        play: items,
    },
    &Scenario {
        name: "refusals.parties",
        zh: "看不见的场所、不能承运的车辆、不涵盖的许可证、不相容的废物",
        en: "unseen sites, vehicles not allowed, licences that do not cover, incompatible wastes",
        page: "api.md, Manifests; domain.md, file",
        play: parties,
    },
    &Scenario {
        name: "refusals.capacity",
        zh: "许可量满：409 及其数字；撤销后释放；并发时不超卖",
        en: "a full licence: 409 with its figures; a cancel frees it; a crowd does not oversell",
        page: "api.md, capacity_exceeded; domain.md, file and cancel",
        play: capacity,
    },
    &Scenario {
        name: "refusals.licence",
        zh: "计划日不在许可证有效期：409；暂停的许可证不接新单而收完在途",
        en: "a licence not in force on the day; a suspended one takes nothing new and finishes",
        page: "domain.md, file and end",
        play: licence,
    },
    &Scenario {
        name: "refusals.ledger",
        zh: "台账余量不足：409；入账后同一请求被接受",
        en: "the ledger does not hold it: 409; once entered the same request is taken",
        page: "domain.md, file; api.md, Idempotency-Key",
        play: ledger,
    },
];

fn items(stage: &mut Stage) -> Played {
    let client = stage.cast.producer.client.clone();
    let oil = |stage: &Stage, at: &str, value: Value| with(stage.oil(10), at, value);
    let mut acid = stage.load("hazardous", &acid());
    acid["items"][0]["packages"][0]["kind"] = json!("steel_drum");
    let cases = [
        (
            oil(stage, "/items/0/waste_code", json!("999-999-99")),
            "unknown_waste_code",
            "waste_code",
        ),
        (oil(stage, "/items/0/hazards", json!(["C"])), "hazard_mismatch", "hazards"),
        (oil(stage, "/items/0/mass_kg", json!(0)), "mass_out_of_range", "mass_kg"),
        (oil(stage, "/items/0/mass_kg", json!(0.0001)), "too_many_decimals", "mass_kg"),
        (acid, "packaging_unsuitable", "packages/0/kind"),
    ];
    for (body, code, member) in cases {
        let answer = client.post("/manifests", &body);
        let words = (format!("{member}：422 {code}"), format!("{member}: 422 {code}"));
        stage.check(words, &answer, |look| {
            look.status(422).tells(code, &format!("/items/0/{member}"));
        });
    }
    let stream = with(stage.oil(10), "/stream", "medical");
    let answer = client.post("/manifests", &stream);
    stage.check(("代码不属于该类：422", "a code of another stream: 422"), &answer, |look| {
        look.status(422);
    });
    let found = with(stage.oil(10), "/items/0/waste_code", "900-000-08");
    let mut found = with(found, "/items/0/name", "经鉴别的含油污泥");
    found["items"][0]["form"] = json!("semi_solid");
    let answer = client.post("/manifests?validate_only=true", &found);
    let words = (
        "900-000-NN（经鉴别属危险废物）无需名录条目",
        "900-000-NN (found hazardous by testing) needs no row of the list",
    );
    stage.check(words, &answer, |look| {
        let told = answer.list("/errors").iter();
        let unknown = told.clone().any(|one| one["code"] == "unknown_waste_code");
        look.that(!unknown, || "/errors: unknown_waste_code".to_owned());
        look.that(answer.status != 400 && answer.status < 500, || answer.status.to_string());
    });
    Ok(())
}

fn acid() -> Value {
    json!({"waste_code": "900-300-34", "name": "废盐酸", "form": "liquid", "hazards": ["C", "T"],
        "mass_kg": 10, "method": "R6", "produce": true, "packages": [{"kind": "ibc", "count": 1}],
        "reactivity_groups": ["acid_non_oxidising", "strong_acid"]})
}

fn alkali() -> Value {
    json!({"waste_code": "900-352-35", "name": "废碱液", "form": "liquid", "hazards": ["C", "T"],
        "mass_kg": 10, "method": "R6", "produce": true, "packages": [{"kind": "ibc", "count": 1}],
        "reactivity_groups": ["strong_alkali"]})
}

fn parties(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let client = cast.producer.client.clone();
    let nowhere = "01890a5d-ac96-774b-bcce-b302099a8057";
    let unseen = [
        ("/producer_site_id", cast.receiver.site.as_str()),
        ("/receiver_site_id", nowhere),
        ("/legs/0/carrier_id", nowhere),
        ("/legs/0/vehicle_id", nowhere),
        ("/legs/0/driver_id", cast.vehicle.as_str()),
    ];
    for (pointer, id) in unseen {
        let answer = client.post("/manifests", &with(stage.oil(10), pointer, id));
        let words = (
            format!("{pointer} 指向看不见的对象：422"),
            format!("{pointer} names nothing visible: 422"),
        );
        stage.check(words, &answer, |look| {
            look.refused(422, "unknown_reference").pointing(pointer);
        });
    }
    let kitchen = with(stage.oil(10), "/legs/0/vehicle_id", &*cast.kitchen_vehicle);
    let answer = client.post("/manifests", &kitchen);
    stage.check(("车辆类别不符：409", "a vehicle of another class: 409"), &answer, |look| {
        look.refused(409, "carrier_not_allowed");
    });
    let answer = client.post("/manifests", &with(stage.oil(10), "/items/0/method", "R4"));
    let words = ("许可证不涵盖该方式：409", "a method that the licence lacks: 409");
    stage.check(words, &answer, |look| {
        look.refused(409, "licence_does_not_cover");
    });
    let unlicensed = with(stage.oil(10), "/receiver_site_id", &*cast.stranger.site);
    let answer = client.post("/manifests", &unlicensed);
    stage.check(
        ("没有许可证的接受单位：409", "a receiver without a licence: 409"),
        &answer,
        |look| {
            look.refused(409, "licence_does_not_cover");
        },
    );
    let mut together = stage.load("hazardous", &acid());
    if let Some(items) = together["items"].as_array_mut() {
        items.push(alkali());
    }
    let answer = client.post("/manifests", &together);
    let words = ("强酸强碱同车：409", "a strong acid and a strong alkali on one vehicle: 409");
    stage.check(words, &answer, |look| {
        look.refused(409, "incompatible_wastes");
    });
    Ok(())
}

fn capacity(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let client = cast.producer.client.clone();
    let lines = json!([{"waste_codes": ["900-249-08"], "categories": [], "methods": ["R9"],
        "annual_kg": 100}]);
    let receiver = (&*cast.receiver.organisation, "treatment");
    let site = stage.registrar().site(receiver.0, receiver.1)?;
    let licence = stage.registrar().licence_of((receiver.0, &site), "comprehensive", &lines)?;
    let load = |stage: &Stage, mass: f64| with(stage.oil(mass), "/receiver_site_id", &*site);
    let filed = stage.filed(&load(stage, 60.5))?;
    let over = client.post("/manifests", &load(stage, 39.501));
    let words = ("超一克也被拒，并给出各数", "a gram too much is refused, with all figures");
    stage.check(words, &over, |look| {
        look.refused(409, "capacity_exceeded").pointing("/items/0/mass_kg");
        look.is("/licence_id", &*licence).is("/licence_line", 1).is("/year", cast.year);
        look.is("/permitted_kg", 100).is("/used_kg", 0).is("/reserved_kg", 60.5);
        look.is("/asked_kg", 39.501);
    });
    let calls = (0..8).map(|_| client.call("POST", "/manifests").json(&load(stage, 10.0)));
    let answers = together(calls.collect());
    let taken = answers.iter().filter(|answer| answer.status == 201).count();
    let refused =
        answers.iter().filter(|answer| answer.str("/code") == "capacity_exceeded").count();
    let mut faults = Vec::new();
    if (taken, refused) != (3, 5) {
        faults.push(format!("{taken} × 201, {refused} × capacity_exceeded: 应为 / wanted 3 and 5"));
    }
    let shown: Vec<&Answer> = answers.iter().collect();
    let words =
        ("八个并发填报抢三个位置：恰好三个成功", "eight at once for three places: exactly three");
    stage.hold(words, faults, &shown);
    let full = client.post("/manifests", &load(stage, 60.5));
    stage.check(("仍满", "still full"), &full, |look| {
        look.refused(409, "capacity_exceeded");
    });
    stage.step(Who::Producer, &filed.id(), "cancel", &json!({"reason": "not_needed"}))?;
    let again = client.post("/manifests", &load(stage, 60.5));
    stage.check(("撤销后释放", "a cancel frees it"), &again, |look| {
        look.status(201).is("/capacity/0/reserved_kg", 60.5);
        look.that(again.str("/number") > filed.str("/number"), || {
            format!("/number: {}: 撤销的编号不再使用 / never used again", again.str("/number"))
        });
    });
    let more = receipt("accept", 75, 0);
    let path = format!("/manifests/{}/receive", again.id());
    let more = cast.receiver.client.post(&path, &more);
    let words = (
        "到场超重而许可已满：409 并说出可接受量",
        "a truck that weighs more on a full line: 409 with what is acceptable",
    );
    stage.check(words, &more, |look| {
        look.refused(409, "capacity_exceeded").is("/acceptable_kg", 70);
    });
    Ok(())
}

fn licence(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let client = cast.producer.client.clone();
    let far = with(stage.oil(10), "/planned_departure_on", format!("{}-01-05", cast.year + 3));
    let answer = client.post("/manifests", &far);
    let words = ("计划日在有效期之后：被拒", "a day after the licence's last: refused");
    stage.check(words, &answer, |look| {
        look.that(matches!(answer.status, 409 | 422), || answer.status.to_string());
        let told = answer.list("/errors").iter();
        let expired = told.clone().any(|one| one["code"] == "licence_expired")
            || answer.str("/code") == "licence_expired";
        let not_planned = answer.status == 422;
        look.that(expired || not_planned, || "licence_expired: 没有 / missing".to_owned());
    });
    let site = stage.registrar().site(&cast.receiver.organisation, "treatment")?;
    let lines = json!([{"waste_codes": ["900-249-08"], "categories": [], "methods": ["R9"],
        "annual_kg": 1000}]);
    let owner = (&*cast.receiver.organisation, &*site);
    let mut past = licence_body(owner, "comprehensive", &lines, cast.year);
    past["valid_to"] = json!(format!("{}-12-31", cast.year - 1));
    let granted = cast.corps.post("/licences", &past);
    let granted = stage.done(granted)?;
    let load = with(stage.oil(10), "/receiver_site_id", &*site);
    let answer = client.post("/manifests", &load);
    stage.check(("许可证已到期：409", "a licence that has ended: 409"), &answer, |look| {
        look.refused(409, "licence_expired");
    });
    let path = format!("/licences/{}", granted.id());
    let renewed = json!({"valid_to": format!("{}-12-31", cast.year + 2)});
    let renewed = cast.corps.patch(&path, &renewed);
    stage.check(("延续许可证", "the licence is renewed"), &renewed, |look| {
        look.status(200).is("/valid_to", format!("{}-12-31", cast.year + 2));
    });
    let under_way = stage.filed(&load)?;
    let suspended = cast.corps.patch(&path, &json!({"status": "suspended"}));
    stage.done(suspended)?;
    let answer = client.post("/manifests", &load);
    stage.check(("暂停后不接新单：409", "suspended: nothing new, 409"), &answer, |look| {
        look.refused(409, "right_withdrawn");
    });
    let received = format!("/manifests/{}/receive", under_way.id());
    let received = cast.receiver.client.post(&received, &receipt("accept", 10, 0));
    stage.check(("在途的仍可接收", "what is under way is received"), &received, |look| {
        look.status(200).is("/status", "accepted");
    });
    Ok(())
}

fn ledger(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let client = cast.producer.client.clone();
    let mut body = stage.load("hazardous", &acid());
    body["items"][0]["waste_code"] = json!("900-301-34");
    body["items"][0]["name"] = json!("废酸液");
    if let Some(item) = body["items"][0].as_object_mut() {
        item.remove("produce");
    }
    let key = format!("ledger-{}", cast.tag);
    let file = || client.call("POST", "/manifests").key(&key).json(&body).send();
    let short = file();
    stage.check(("台账里没有：409", "the ledger has none: 409"), &short, |look| {
        look.refused(409, "insufficient_on_hand");
    });
    let entry = json!({"site_id": cast.producer.site, "kind": "produced",
        "waste_code": "900-301-34", "mass_kg": 10});
    let entry = client.post("/ledger-entries", &entry);
    let members: &[&str] = &[
        "id",
        "site_id",
        "kind",
        "waste_code",
        "mass_kg",
        "occurred_at",
        "storage_area_id",
        "container_id",
        "batch_number",
        "note",
    ];
    stage.check(("入账，字段齐全", "it is entered, with all members"), &entry, |look| {
        look.status(201).members("", members).is("/mass_kg", 10);
    });
    let taken = file();
    let words = (
        "同一幂等键：拒绝不被记住，重新判断",
        "the same key: a refusal is not kept but decided afresh",
    );
    stage.check(words, &taken, |look| {
        look.status(201);
    });
    stage.step(Who::Carrier, &taken.id(), "depart", &json!({}))?;
    let moved = client.get("/ledger-entries?kind=moved_out&waste_code=900-301-34");
    stage.check(
        ("出发后台账记有转出", "departed, the ledger has it as moved out"),
        &moved,
        |look| {
            look.status(200).is("/data/0/mass_kg", 10);
        },
    );
    Ok(())
}

//! Reference data and the registers' own rules.

use serde_json::json;

use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "registry.reference",
        zh: "名录、方式、豁免、师市、工作日历可查",
        en: "catalogue, methods, exemptions, divisions and the calendar are served",
        page: "api.md, Registry",
        play: reference,
    },
    &Scenario {
        name: "registry.faults",
        zh: "信用代码、车牌、日期、重复：拒绝并指明字段",
        en: "codes, plates, dates and doubles are refused at their fields",
        page: "api.md, Registry; domain.md, Words",
        play: faults,
    },
];

fn reference(stage: &mut Stage) -> Played {
    let client = stage.cast.producer.client.clone();
    let oil = client.get("/catalogue/wastes?q=900-249-08");
    stage.check(("名录查得 900-249-08", "the list has 900-249-08"), &oil, |look| {
        look.status(200);
        let found = oil.each("/data", "/code").contains(&json!("900-249-08"))
            || oil.each("/data", "/waste_code").contains(&json!("900-249-08"));
        look.that(found, || "/data: 没有 / not found".to_owned());
    });
    for (path, zh, en) in [
        ("/catalogue/methods", "利用处置方式", "methods"),
        ("/catalogue/exemptions", "豁免清单", "exemptions"),
        ("/divisions", "师市", "divisions"),
    ] {
        let answer = client.get(path);
        stage.check((zh, en), &answer, |look| {
            look.status(200).that(!answer.list("/data").is_empty(), || "/data".to_owned());
        });
    }
    let year = stage.cast.year;
    let calendar = client.get(&format!("/calendar?year={year}"));
    stage.check(("当年的工作日历", "this year's working days"), &calendar, |look| {
        look.status(200);
    });
    let nobody = stage.nobody().get("/divisions");
    stage.check(("不登录不可查：401", "not without a login: 401"), &nobody, |look| {
        look.status(401);
    });
    Ok(())
}

fn faults(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let organisation = json!({"name": "错码单位", "uscc": "91659001MA0000000A",
        "roles": ["producer"], "division": "01"});
    let wrong = cast.corps.post("/organisations", &organisation);
    stage.check(
        ("信用代码校验位不符：422", "a wrong check character: 422"),
        &wrong,
        |look| {
            look.refused(422, "uscc_invalid").pointing("/uscc");
        },
    );
    let known = cast.corps.get(&format!("/organisations/{}", cast.producer.organisation));
    let known = stage.done(known)?;
    let double = json!({"name": "重复", "uscc": known.str("/uscc"), "roles": [], "division": "01"});
    let double = cast.corps.post("/organisations", &double);
    stage.check(
        ("信用代码已登记：409", "a code that is registered: 409"),
        &double,
        |look| {
            look.status(409);
        },
    );
    let vehicle = json!({"organisation_id": cast.carrier.organisation, "plate": "no plate",
        "kind": "x", "classes": ["nuclear"], "rated_kg": 1});
    let vehicle = cast.carrier.client.post("/vehicles", &vehicle);
    stage.check(
        ("车牌和类别一次说全", "plate and class are named at once"),
        &vehicle,
        |look| {
            look.status(422).tells("plate_invalid", "/plate").tells("invalid_value", "/classes/0");
        },
    );
    let site = json!({"organisation_id": cast.producer.organisation, "name": "", "kind": "castle",
        "division": "99", "region_code": "659002", "location": {"lon": 200, "lat": 40}});
    let site = cast.producer.client.post("/sites", &site);
    stage.check(
        ("场所的错误一次说全", "a site's faults are named at once"),
        &site,
        |look| {
            look.status(422);
            for pointer in ["/name", "/kind", "/division", "/location/lon"] {
                let told = site.list("/errors").iter().any(|one| one["pointer"] == pointer);
                look.that(told, || format!("/errors: 没有 / no {pointer}"));
            }
        },
    );
    Ok(())
}

//! Filing: what the answer says, numbers, decimals, previews.

use serde_json::{Value, json};

use crate::conformance::bodies::with;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "filing.answer",
        zh: "填报得 201、Location、ETag 和完整的联单",
        en: "filing answers 201, Location, ETag and the whole manifest",
        page: "api.md, Manifests",
        play: answer,
    },
    &Scenario {
        name: "filing.numbers",
        zh: "编号的位数与含义；按地区逐年递增",
        en: "the form of numbers; they grow by prefecture and year",
        page: "domain.md, Numbers",
        play: numbers,
    },
    &Scenario {
        name: "filing.decimals",
        zh: "千克数精确到克，不经二进制浮点",
        en: "kilograms are exact to the gram, never through binary floats",
        page: "domain.md, Masses",
        play: decimals,
    },
    &Scenario {
        name: "filing.validate_only",
        zh: "validate_only 给出将得到的应答而什么都不写",
        en: "validate_only answers what it would have answered and writes nothing",
        page: "api.md, Habits",
        play: validate_only,
    },
];

fn answer(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let mut body = stage.oil(812.5);
    body["note"] = json!("符合性检查");
    body["external_id"] = json!(format!("cf-{}", cast.tag));
    let filed = cast.producer.client.post("/manifests", &body);
    let words = ("201，带 Location 和 ETag", "201 with Location and ETag");
    stage.need(words, &filed, |look| {
        look.status(201).header("etag", "\"1\"");
        look.header("location", &format!("/api/v1/manifests/{}", filed.id()));
    })?;
    let words = ("应答含提交的内容", "the answer has what was asked");
    stage.check(words, &filed, |look| {
        for member in [
            "/stream",
            "/producer_site_id",
            "/receiver_site_id",
            "/planned_departure_on",
            "/note",
            "/external_id",
            "/legs/0/carrier_id",
            "/legs/0/vehicle_id",
            "/legs/0/driver_id",
            "/items/0/waste_code",
            "/items/0/name",
            "/items/0/form",
            "/items/0/hazards",
            "/items/0/mass_kg",
            "/items/0/method",
            "/items/0/packages/0/kind",
            "/items/0/packages/0/count",
        ] {
            look.is(member, body.pointer(member).cloned().unwrap_or_default());
        }
    });
    let words =
        ("以及编号、状态、版本、占用的许可量、期限、可办事项", "and what filing adds to it");
    stage.check(words, &filed, |look| {
        look.is("/status", "filed").is("/version", 1).has("/number").has("/filed_at");
        look.has("/producer").has("/receiver").is("/items/0/line", 1);
        look.members("", &["deadlines", "allowed_actions", "sealed_fields", "gaps"]);
        look.is("/capacity/0/licence_id", &*cast.licence).is("/capacity/0/reserved_kg", 812.5);
        look.members("/capacity/0", &["line", "licence_line", "year", "left_kg"]);
        look.members("/allowed_actions/0", &["action", "fields"]);
    });
    let id = filed.id();
    let read = cast.producer.client.get(&format!("/manifests/{id}"));
    stage.check(("读到的与填报的应答相同", "reading it says the same"), &read, |look| {
        look.status(200).header("etag", "\"1\"");
        let (mut a, mut b) = (read.json.clone(), filed.json.clone());
        for one in [&mut a, &mut b] {
            if let Some(members) = one.as_object_mut() {
                members.remove("warnings");
            }
        }
        look.that(a == b, || "与填报的应答不同 / differs from the answer to filing".to_owned());
    });
    let number = filed.str("/number");
    let found = cast.receiver.client.get(&format!("/manifests/by-number/{number}"));
    stage.check(("可按编号查到", "it is found by its number"), &found, |look| {
        look.status(200).is("/id", &*id);
    });
    let taken = cast.producer.client.post("/manifests", &body);
    let words = ("外部编号永远唯一：409", "an external id is unique for ever: 409");
    stage.check(words, &taken, |look| {
        look.refused(409, "external_id_taken");
    });
    Ok(())
}

fn numbers(stage: &mut Stage) -> Played {
    let first = stage.filed(&stage.oil(1))?;
    let second = stage.filed(&stage.medical())?;
    let kitchen = stage.filed(&stage.kitchen())?;
    let year = stage.cast.year.to_string();
    let is_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let (a, b, c) = (first.str("/number"), second.str("/number"), kitchen.str("/number"));
    let words =
        ("危险废物、医疗废物：14 位，年份开头", "hazardous, medical: 14 digits from the year");
    stage.check(words, &first, |look| {
        let fits = a.len() == 14 && is_digits(a) && a.starts_with(&year);
        look.that(fits, || format!("/number: {a}"));
    });
    let words = ("两者同一序列，后填者号大", "both in one series, the later one higher");
    stage.check(words, &second, |look| {
        let fits = b.len() == 14 && is_digits(b) && b.get(..8) == a.get(..8) && b > a;
        look.that(fits, || format!("/number: {b} after {a}"));
    });
    let words = ("餐厨：C 加 16 位", "kitchen: C and 16 digits");
    stage.check(words, &kitchen, |look| {
        let fits = c.len() == 17 && c.starts_with(&format!("C{year}"));
        look.that(fits && c.get(1..).is_some_and(is_digits), || format!("/number: {c}"));
    });
    // A filing that is refused takes no number.
    let refused = stage.cast.producer.client.post("/manifests", &stage.oil(90_000_000));
    stage.check(("被拒的填报", "a filing that is refused"), &refused, |look| {
        look.status(409);
    });
    let third = stage.filed(&stage.oil(1))?;
    let words = (
        "被拒的填报不占号（若此间他人也填报，号可更大）",
        "it took no number (others may have filed meanwhile: then it is higher)",
    );
    stage.check(words, &third, |look| {
        look.that(third.str("/number") > b, || format!("/number: {}", third.str("/number")));
    });
    Ok(())
}

fn decimals(stage: &mut Stage) -> Played {
    for text in ["0.001", "0.3", "812.503", "16777.217", "4503.599"] {
        let body = stage.oil(7777).to_string().replace("7777", text);
        let call = stage.cast.producer.client.call("POST", "/manifests");
        let filed = call.raw("application/json", body).send();
        let words =
            (format!("{text} 千克原样返回"), format!("{text} kg comes back digit by digit"));
        stage.check(words, &filed, |look| {
            look.status(201);
            for name in ["mass_kg", "reserved_kg"] {
                let written = format!("\"{name}\":{text}");
                let found = filed.text.replace(": ", ":").contains(&written);
                look.that(found, || format!("没有 / no {written}"));
            }
        });
    }
    Ok(())
}

fn validate_only(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let client = &cast.producer.client;
    let before = stage.filed(&stage.oil(1))?;
    let left = |answer: &Value| answer.as_f64().unwrap_or(f64::NAN);
    let previewed = client.post("/manifests?validate_only=true", &stage.oil(10));
    let words = ("预检得到 201 的应答", "a preview answers as filing would: 201");
    stage.check(words, &previewed, |look| {
        look.status(201).is("/status", "filed").is("/items/0/mass_kg", 10);
    });
    let found = client.get(&format!("/manifests/{}", previewed.id()));
    let words = ("预检的联单不存在", "what was previewed does not exist");
    stage.check(words, &found, |look| {
        look.that(previewed.id().is_empty() || found.status == 404, || {
            format!("{}: 应为 / wanted 404", found.status)
        });
    });
    let after = stage.filed(&stage.oil(1))?;
    let words = ("预检不占许可量", "a preview reserves nothing");
    stage.check(words, &after, |look| {
        let (was, is) =
            (left(before.get("/capacity/0/left_kg")), left(after.get("/capacity/0/left_kg")));
        look.that((was - is - 1.0).abs() < 0.0005, || {
            format!("left_kg: {was} -> {is}, wanted 1 less")
        });
    });
    let refused = client.post("/manifests?validate_only=true", &stage.oil(90_000_000));
    let words = ("预检说出同样的拒绝", "a preview refuses as filing would");
    stage.check(words, &refused, |look| {
        look.refused(409, "capacity_exceeded");
    });
    let path = format!("/manifests/{}", after.id());
    let step = cast.carrier.client.post(&format!("{path}/depart?validate_only=true"), &json!({}));
    let words = ("步骤也可预检", "a step is previewed too");
    stage.check(words, &step, |look| {
        look.status(200).is("/status", "in_transit");
    });
    let still = client.get(&path);
    stage.check(("预检后仍为原状", "it stands as it stood"), &still, |look| {
        look.is("/status", "filed").is("/version", 1);
    });
    let kept = client.call("POST", "/manifests?validate_only=true").key(&format!("v-{}", cast.tag));
    let kept = kept.json(&stage.oil(3)).send();
    stage.done(kept)?;
    let other = with(stage.oil(4), "/items/0/mass_kg", 4);
    let used =
        client.call("POST", "/manifests").key(&format!("v-{}", cast.tag)).json(&other).send();
    let words = ("预检不占用幂等键", "a preview uses up no idempotency key");
    stage.check(words, &used, |look| {
        look.status(201);
    });
    Ok(())
}

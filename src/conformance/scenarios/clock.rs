//! The sandbox's clock: forward only, for any login, and deadlines follow it.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

use crate::conformance::bodies::receipt;
use crate::conformance::estate::Who;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[&Scenario {
    name: "clock.forward",
    zh: "沙箱时钟只向前，任一登录可拨；期限随之，迟到接收并注明",
    en: "the sandbox's clock moves forward only, by any login; late is taken and marked",
    page: "api.md, Sandbox; domain.md, Time",
    play: forward,
}];

fn forward(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let client = &cast.producer.client;
    let id = stage.filed(&stage.oil(10))?.id();
    stage.step(Who::Receiver, &id, "arrive", &json!({}))?;
    let nobody = stage.nobody().get("/sandbox/clock");
    stage.check(("没有登录：401", "nobody: 401"), &nobody, |look| {
        look.status(401);
    });
    let back = client.post("/sandbox/clock", &json!({"now": stage.time(-TimeDelta::hours(1))}));
    stage.check(("不能向后拨", "never back"), &back, |look| {
        look.that((400..500).contains(&back.status), || back.status.to_string());
    });
    let to = stage.time(TimeDelta::days(12));
    let set = client.post("/sandbox/clock", &json!({"now": to}));
    stage.need(
        ("向前拨十二天，到期的事办完", "twelve days forward, with what is due done"),
        &set,
        |look| {
            look.status(200).is("/now", &*to).is("/settled", true);
        },
    )?;
    let told = client.get("/sandbox/clock");
    stage.check(("时钟从所设之时继续走", "it runs on from there"), &told, |look| {
        look.status(200);
        let now: Option<DateTime<Utc>> = told.str("/now").parse().ok();
        let passed = now.map(|now| now - (stage_now(&to)));
        let runs = passed.is_some_and(|time| (0..600_000).contains(&time.num_milliseconds()));
        look.that(runs, || format!("/now: {} after {to}", told.str("/now")));
    });
    let found = receipt("accept", 10, 0);
    let received = stage.step(Who::Receiver, &id, "receive", &found)?;
    let words = (
        "五个工作日后的接收：接受而不是拒绝，应答注明迟到",
        "received after more than five working days: taken, never refused, and marked late",
    );
    stage.check(words, &received, |look| {
        look.is("/status", "accepted").is("/receipt/late", true);
    });
    Ok(())
}

fn stage_now(text: &str) -> DateTime<Utc> {
    text.parse().unwrap_or_default()
}

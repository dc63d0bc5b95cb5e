//! The change feed: ordered, without gaps, worth waiting for, to each its own.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::conformance::answer::Answer;
use crate::conformance::client::Client;
use crate::conformance::estate::Who;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage, Stop};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "feed.order",
        zh: "一条有序的变更流：序号递增，联单为当时的样子，分页大小不影响内容",
        en: "one ordered feed: growing numbers, the manifest as it stood, whatever the page",
        page: "api.md, GET /changes",
        play: order,
    },
    &Scenario {
        name: "feed.gap_free",
        zh: "一边有人写一边跟读：不漏不重",
        en: "who follows while others write misses nothing",
        page: "api.md, GET /changes",
        play: gap_free,
    },
    &Scenario {
        name: "feed.wait",
        zh: "长轮询：有变更即答，无变更到时即答",
        en: "a long-poll ends with what happens, or with its time",
        page: "api.md, GET /changes",
        play: wait,
    },
    &Scenario {
        name: "feed.own",
        zh: "看不见的不在其中；不合法的参数是 422",
        en: "what one may not see is not in it; parameters that are none are 422",
        page: "api.md, GET /changes",
        play: own,
    },
];

fn next_after(page: &Answer) -> i64 {
    page.get("/next_after").as_i64().unwrap_or(-1)
}

/// All that follows `after`, page by page; the last page's answer and number.
fn read_on(
    stage: &mut Stage,
    client: &Client,
    after: i64,
    limit: u32,
) -> Result<(Vec<Value>, i64), Stop> {
    let (mut all, mut after) = (Vec::new(), after);
    loop {
        let page = client.get(&format!("/changes?after={after}&limit={limit}"));
        let page = stage.done(page)?;
        let next = next_after(&page);
        if next < after || page.list("/data").len() > limit as usize {
            let words =
                ("续读号不倒退，一页不超限", "next_after never goes back, pages keep the limit");
            stage.hold(words, vec![format!("/next_after: {next} after {after}")], &[&page]);
            return Err(Stop);
        }
        all.extend(page.list("/data").iter().cloned());
        if next == after {
            return Ok((all, after));
        }
        after = next;
    }
}

fn sequences(changes: &[Value]) -> Vec<i64> {
    changes.iter().map(|change| change["sequence"].as_i64().unwrap_or(-1)).collect()
}

fn order(stage: &mut Stage) -> Played {
    let client = stage.cast.producer.client.clone();
    let (_, start) = read_on(stage, &client, 0, 500)?;
    let received = stage.accepted(&stage.oil(812.5))?;
    let id = received.id();
    let page = client.get(&format!("/changes?after={start}&limit=500"));
    stage.need(("变更的成员", "the members of a change"), &page, |look| {
        let members = ["sequence", "kind", "subject", "occurred_at", "recorded_at", "resource"];
        look.status(200).members("/data/0", &members).members("/data/0/subject", &["kind", "id"]);
    })?;
    let all = page.list("/data");
    let of_it: Vec<&Value> = all.iter().filter(|change| change["subject"]["id"] == *id).collect();
    let told = |pointer: &str| -> Vec<Value> {
        of_it.iter().map(|change| change.pointer(pointer).cloned().unwrap_or_default()).collect()
    };
    stage.check(
        ("每一步一项，联单为当时的样子", "an item a step, the manifest as it stood"),
        &page,
        |look| {
            for (pointer, wanted) in [
                ("/kind", json!(["filed", "departed", "arrived", "received"])),
                ("/resource/status", json!(["filed", "in_transit", "arrived", "accepted"])),
                ("/resource/version", json!([1, 2, 3, 4])),
            ] {
                let found = Value::from(told(pointer));
                look.that(found == wanted, || {
                    format!("{pointer}: {found}: 应为 / wanted {wanted}")
                });
            }
        },
    );
    let growing = sequences(all).is_sorted_by(|a, b| a < b);
    stage.check(
        ("序号递增，都在 after 之后", "numbers grow, all beyond after"),
        &page,
        |look| {
            look.that(growing, || format!("{:?}", sequences(all)));
            look.that(sequences(all).iter().all(|one| *one > start), || format!("after {start}"));
        },
    );
    let events = client.get(&format!("/manifests/{id}/events"));
    stage.check(("序号 = 日志位置 + 1", "sequence = log position + 1"), &events, |look| {
        let index = |one: Value| one.as_i64().unwrap_or(-1) + 1;
        let wanted: Vec<i64> = events.each("/data", "/index").into_iter().map(index).collect();
        let found: Vec<i64> =
            told("/sequence").iter().map(|one| one.as_i64().unwrap_or(-2)).collect();
        look.that(found == wanted, || format!("{found:?}: 应为 / wanted {wanted:?}"));
    });
    let (whole, _) = read_on(stage, &client, start, 500)?;
    for limit in [1, 2] {
        let (paged, _) = read_on(stage, &client, start, limit)?;
        let words = (format!("每页 {limit} 项读来相同"), format!("the same in pages of {limit}"));
        let differ = paged != whole;
        let faults = if differ { vec![format!("{:?}", sequences(&paged))] } else { Vec::new() };
        stage.hold(words, faults, &[&page]);
    }
    Ok(())
}

fn gap_free(stage: &mut Stage) -> Played {
    const WRITERS: usize = 4;
    const FILINGS: usize = 3;
    let cast = stage.cast.clone();
    let client = cast.producer.client.clone();
    let (_, start) = read_on(stage, &client, 0, 500)?;
    let body = stage.oil(1);
    let (followed, filed) = std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|_| {
                let (client, body) = (client.clone(), body.clone());
                scope.spawn(move || {
                    let file = |_| client.post("/manifests", &body).id();
                    (0..FILINGS).map(file).collect::<Vec<String>>()
                })
            })
            .collect();
        let (mut followed, mut after) = (Vec::new(), start);
        let until = Instant::now() + Duration::from_mins(1);
        while followed.len() < WRITERS * FILINGS && Instant::now() < until {
            let page = client.get(&format!("/changes?after={after}&limit=2&wait=5"));
            if page.status != 200 {
                break;
            }
            followed.extend(page.list("/data").iter().cloned());
            after = next_after(&page).max(after);
        }
        let filed = writers.into_iter().flat_map(|one| one.join().unwrap_or_default());
        (followed, filed.collect::<Vec<String>>())
    });
    let (reread, _) = read_on(stage, &client, start, 500)?;
    let mut faults = Vec::new();
    for id in &filed {
        let times = followed.iter().filter(|one| one["resource"]["id"] == id.as_str()).count();
        if times != 1 {
            faults.push(format!("{id}: {times} 次 / times: 应为 / wanted 1"));
        }
    }
    if sequences(&followed) != sequences(&reread) {
        let (a, b) = (sequences(&followed), sequences(&reread));
        faults.push(format!("跟读 / followed {a:?}, 重读 / read again {b:?}"));
    }
    let words = (
        "四人并发写十二张，跟读者每张恰好见一次，重读相同",
        "four write twelve at once: a follower sees each once, and reads the same again",
    );
    stage.hold(words, faults, &[]);
    Ok(())
}

fn wait(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let client = cast.producer.client.clone();
    let (_, end) = read_on(stage, &client, 0, 500)?;
    let began = Instant::now();
    let over = client.get(&format!("/changes?after={end}&wait=1"));
    let waited = began.elapsed();
    stage.check(
        ("无变更：到时空手而归", "nothing happens: empty, in time"),
        &over,
        |look| {
            look.status(200).counts("/data", 0).is("/next_after", end);
            let in_time = (900..10_000).contains(&waited.as_millis());
            look.that(in_time, || format!("{} ms: 应为约 / wanted about 1000", waited.as_millis()));
        },
    );
    let body = stage.oil(1);
    let began = Instant::now();
    let (woken, filed) = std::thread::scope(|scope| {
        let waiting = client.clone();
        let path = format!("/changes?after={end}&wait=30");
        let waits = scope.spawn(move || waiting.get(&path));
        std::thread::sleep(Duration::from_millis(300));
        let filed = client.post("/manifests", &body);
        (waits.join().ok(), filed)
    });
    let waited = began.elapsed();
    let Some(woken) = woken else { return Err(Stop) };
    stage.check(
        ("有变更：随即应答", "something happens: it is told at once"),
        &woken,
        |look| {
            look.status(200).counts("/data", 1).is("/data/0/resource/id", filed.id());
            look.that(waited.as_secs() < 10, || format!("{} s", waited.as_secs()));
            look.that(next_after(&woken) > end, || "/next_after".to_owned());
        },
    );
    Ok(())
}

fn own(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let stranger = cast.stranger.client.clone();
    let (_, start) = read_on(stage, &stranger, 0, 500)?;
    let id = stage.filed(&stage.oil(10))?.id();
    stage.step(Who::Carrier, &id, "depart", &json!({}))?;
    let page = stranger.get(&format!("/changes?after={start}"));
    let words =
        ("别家的变更不在其中，而续读号前进", "others' changes are not in it, and it moves on");
    stage.check(words, &page, |look| {
        look.status(200).counts("/data", 0);
        look.that(next_after(&page) > start, || format!("/next_after: {}", next_after(&page)));
    });
    for query in ["after=-1", "after=x", "limit=0", "limit=501", "wait=-1", "colour=black"] {
        let answer = stranger.get(&format!("/changes?{query}"));
        let words = (format!("?{query}：422"), format!("?{query}: 422"));
        stage.check(words, &answer, |look| {
            look.status(422);
        });
    }
    Ok(())
}

//! Lists: pages that hold still while others write, filters, words that are none.

use serde_json::Value;

use crate::conformance::answer::Answer;
use crate::conformance::client::Client;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[
    &Scenario {
        name: "lists.pages",
        zh: "分页在他人写入时不重不漏",
        en: "pages neither repeat nor lose anything while others write",
        page: "api.md, Lists",
        play: pages,
    },
    &Scenario {
        name: "lists.filters",
        zh: "按名称过滤；未知参数和不合法的值是 422，不是空列表",
        en: "named filters; unknown parameters and values are 422 and no empty list",
        page: "api.md, Lists and Manifests",
        play: filters,
    },
];

/// Reads all pages from a cursor on.
fn read_on(client: &Client, path: &str, cursor: Option<String>) -> (Vec<Value>, Vec<Answer>) {
    let (mut ids, mut answers, mut cursor) = (Vec::new(), Vec::new(), cursor);
    // A list that never ends is the fault looked for, and must not hold the run up.
    for _ in 0..200 {
        let page = match &cursor {
            Some(cursor) => client.get(&format!("{path}&cursor={}", escaped(cursor))),
            None => client.get(path),
        };
        ids.extend(page.each("/data", "/id"));
        cursor = page.get("/next_cursor").as_str().map(ToOwned::to_owned);
        answers.push(page);
        if cursor.is_none() {
            break;
        }
    }
    (ids, answers)
}

/// A cursor is opaque: every byte that is not plain is escaped.
fn escaped(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let one = |byte: u8| {
        if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }
    };
    text.bytes().map(one).collect()
}

fn pages(stage: &mut Stage) -> Played {
    let client = stage.cast.producer.client.clone();
    for _ in 0..5 {
        stage.filed(&stage.oil(1))?;
    }
    let (whole, _) = read_on(&client, "/manifests?limit=500", None);
    let first = client.get("/manifests?limit=2");
    stage.need(("一页两项及续页标记", "a page of two and a cursor"), &first, |look| {
        look.status(200).counts("/data", 2).has("/next_cursor");
    })?;
    stage.filed(&stage.oil(1))?;
    let cursor = first.str("/next_cursor").to_owned();
    let (rest, answers) = read_on(&client, "/manifests?limit=2", Some(cursor));
    let mut read = first.each("/data", "/id");
    read.extend(rest);
    let mut faults = Vec::new();
    for (n, id) in read.iter().enumerate() {
        if read.iter().take(n).any(|earlier| earlier == id) {
            faults.push(format!("{id}: 出现两次 / twice"));
        }
    }
    let lost = whole.iter().filter(|id| !read.contains(id));
    faults.extend(lost.map(|id| format!("{id}: 漏掉 / lost")));
    let shown: Vec<&Answer> = answers.iter().take(2).collect();
    let words = (
        "翻页期间有新联单：原有的每张恰好一次",
        "a manifest came while paging: every earlier one is there, once",
    );
    stage.hold(words, faults, &shown);
    let last = answers.last().cloned();
    if let Some(last) = last {
        stage.check(
            ("末页的续页标记为 null", "the last page's cursor is null"),
            &last,
            |look| {
                look.status(200).members("", &["next_cursor"]).is("/next_cursor", Value::Null);
            },
        );
    }
    let default = client.get("/manifests");
    stage.check(("默认至多 50 项", "50 at most by default"), &default, |look| {
        look.status(200).that(default.list("/data").len() <= 50, || "/data".to_owned());
    });
    Ok(())
}

fn filters(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let client = &cast.producer.client;
    let filed = stage.filed(&stage.kitchen())?;
    let number = filed.str("/number");
    let found = client.get(&format!("/manifests?number={number}"));
    stage.check(("按编号", "by number"), &found, |look| {
        look.status(200).counts("/data", 1).is("/data/0/id", filed.id());
    });
    for (name, value, pointer) in [
        ("stream", "kitchen", "/stream"),
        ("status", "filed", "/status"),
        ("waste_code", "CY-01", "/items/0/waste_code"),
    ] {
        let list = client.get(&format!("/manifests?{name}={value}&limit=500"));
        let words = (format!("按 {name}"), format!("by {name}"));
        stage.check(words, &list, |look| {
            look.status(200);
            let others = list
                .list("/data")
                .iter()
                .filter(|one| one.pointer(pointer).is_some_and(|found| found != value));
            look.that(others.count() == 0, || format!("{pointer}: 有别的值 / another value"));
            let has = list.each("/data", "/id").contains(&Value::from(filed.id()));
            look.that(has, || "/data: 缺少所查 / what was looked for is missing".to_owned());
        });
    }
    let receiver = &cast.receiver.organisation;
    let nobody = client.get(&format!("/manifests?receiver_id={}", cast.stranger.organisation));
    stage.check(
        ("按接受单位：别家没有", "by receiver: none of another's"),
        &nobody,
        |look| {
            look.status(200).counts("/data", 0);
        },
    );
    let own = client.get(&format!("/manifests?receiver_id={receiver}&limit=1"));
    stage.check(("按接受单位：本家有", "by receiver: its own"), &own, |look| {
        look.status(200).counts("/data", 1);
    });
    for query in [
        "colour=black",
        "status=gone",
        "stream=nuclear",
        "limit=0",
        "limit=501",
        "limit=x",
        "cursor=nonsense",
        "filed_from=yesterday",
    ] {
        let answer = client.get(&format!("/manifests?{query}"));
        let name = query.split('=').next().unwrap_or_default();
        let words = (format!("?{query}：422 指明参数"), format!("?{query}: 422 names it"));
        stage.check(words, &answer, |look| {
            look.status(422);
            let told = answer.list("/errors").iter();
            let named = told
                .clone()
                .any(|one| one["pointer"].as_str().is_some_and(|at| at.ends_with(name)));
            look.that(named, || format!("/errors: 没有指明 / not named: {name}"));
        });
    }
    Ok(())
}

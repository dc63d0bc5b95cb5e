//! The time line: everything, in order, in words.

use serde_json::Value;

use super::eventful;
use crate::support::{Cast, Client, Method, World};

async fn entries(client: &Client, id: &str, language: &str) -> Vec<Value> {
    let path = format!("/manifests/{id}/timeline");
    let call = client.call(Method::GET, &path).header("accept-language", language);
    call.send().await.is(200).get("/entries").as_array().unwrap().clone()
}

#[tokio::test]
async fn it_tells_who_did_what_when_what_is_missing_and_who_looked() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let (id, _) = eventful(&world, &cast).await;
    let all = entries(&cast.corps, &id, "zh-CN").await;
    let words: Vec<&str> = all.iter().map(|one| one["word"].as_str().unwrap()).collect();
    for word in [
        "filed",
        "amendment_proposed",
        "departed",
        "attached",
        "incident",
        "received",
        "return_filed",
        "irregular",
    ] {
        assert!(words.contains(&word), "{word}: {words:?}");
    }
    let times: Vec<&str> = all.iter().map(|one| one["at"].as_str().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
    let find = |kind: &str, word: &str| {
        let found = all.iter().find(|one| one["kind"] == kind && one["word"] == word);
        found.unwrap_or_else(|| panic!("{kind} {word}: {all:?}")).clone()
    };
    let received = find("event", "received");
    assert_eq!(received["title"], "接收");
    let lines = received["lines"].to_string();
    assert!(lines.contains("第 1 项：接受 60 kg，拒收 20 kg，差异 0 kg；原因：破损"), "{lines}");
    assert_eq!(received["who"]["organisation"], "第一师3号单位");
    assert!(received["index"].is_u64() && received["seq"].is_i64());
    let changed = find("event", "amendment_proposed")["lines"].to_string();
    assert!(changed.contains("items.1.mass: 100 kg → 90 kg"), "{changed}");
    // The producer has not signed the departure, nobody told of the arrival.
    let gap = find("gap", "depart");
    assert_eq!((&gap["open"], &gap["title"]), (&true.into(), &"缺签：起运，移出人".into()));
    assert_eq!(find("gap", "arrive")["title"], "缺少步骤：运抵，承运人");
    assert!(all.iter().any(|one| one["kind"] == "deadline"));
    let look = find("inspection", "irregular");
    assert!(look["lines"].to_string().contains("例行检查 <b>"), "{look}");
    assert_eq!(look["who"]["role"], "ecology");
    // A party is not told the inspector's words.
    let own = entries(&cast.producer, &id, "en").await;
    assert_eq!(own.len(), all.len());
    let look = own.iter().find(|one| one["kind"] == "inspection").unwrap();
    assert_eq!(look["title"], "Looked at on the road: irregular, let go on");
    assert_eq!(look["lines"].to_string(), "[\"leak\"]");
    assert!(own.iter().any(|one| one["title"] == "Received"));
    cast.stranger.get(&format!("/manifests/{id}/timeline")).await.is(404);
}

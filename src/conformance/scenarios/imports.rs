//! Files of rows: tried first, told by row, safe to send again.

use serde_json::json;

use crate::conformance::answer::Answer;
use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[&Scenario {
    name: "imports.file",
    zh: "导入：先试行，逐行报错，全部无误才写入，重发不重复",
    en: "an import is tried first, told row by row, all or nothing, and safe to send again",
    page: "api.md, POST /imports",
    play: file,
}];

fn file(stage: &mut Stage) -> Played {
    let cast = stage.cast.clone();
    let client = &cast.carrier.client;
    let send = |query: &str, text: &str| -> Answer {
        let path = format!("/imports?kind=vehicles{query}");
        client.call("POST", &path).raw("text/csv", text).send()
    };
    let serial = cast.tag.rotate_left(9) % 100_000;
    let head = "organisation_id,plate,kind,classes,rated_kg\n";
    let row = |plate: &str| format!("{},{plate},厢式车,kitchen,5000\n", cast.carrier.organisation);
    let good = format!("{head}{}", row(&format!("新B{serial:05}")));
    let wrong = format!("{good}{}", row("没有号牌"));
    let plates = || client.get("/vehicles?limit=500").each("/data", "/plate");
    let before = plates().len();
    let counts = |answer: &Answer| {
        ["rows", "ok", "unchanged", "failed"].map(|name| answer.json[name].clone())
    };
    let refused = send("", &wrong);
    stage.check(
        ("错行写明行与列，全部不写", "the bad row is named; nothing is in"),
        &refused,
        |look| {
            look.status(200).is("/errors/0/line", 3).is("/errors/0/column", "plate");
            look.that(plates().len() == before, || "/vehicles: 写入了 / written".to_owned());
        },
    );
    let tried = send("&dry_run=true", &good);
    stage.check(("试行不写", "tried: nothing is in"), &tried, |look| {
        look.status(200).counts("/errors", 0);
        look.that(plates().len() == before, || "/vehicles: 写入了 / written".to_owned());
    });
    let taken = send("", &good);
    stage.check(("写入", "taken"), &taken, |look| {
        look.status(200);
        let found = counts(&taken);
        look.that(found == [1, 1, 0, 0].map(|n| json!(n)), || format!("{found:?}"));
        look.that(plates().len() == before + 1, || "/vehicles: 没有 / not there".to_owned());
    });
    let again = send("", &good);
    stage.check(("重发不重复", "sent again: unchanged"), &again, |look| {
        let found = counts(&again);
        look.that(found == [1, 1, 1, 0].map(|n| json!(n)), || format!("{found:?}"));
    });
    let odd = client.call("POST", "/imports?kind=dreams").raw("text/csv", head).send();
    stage.check(("没有这类：422", "no such kind: 422"), &odd, |look| {
        look.status(422).pointing("/query/kind");
    });
    Ok(())
}

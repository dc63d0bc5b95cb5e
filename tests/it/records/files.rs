//! Files of records: each register takes its own list back, knows it again and shows its faults.

use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, Method, World};

async fn send(client: &Client, query: &str, file: &str) -> Answer {
    let call = client.call(Method::POST, &format!("/imports?{query}"));
    call.raw("text/csv", file.as_bytes().to_vec()).send().await.is(200)
}

fn counts(report: &Answer) -> [u64; 4] {
    ["rows", "ok", "unchanged", "failed"].map(|name| report.json[name].as_u64().unwrap())
}

/// A file of two rows for each kind of record, and who sends it.
fn files<'a>(
    cast: &'a Cast,
    (uscc, kiln): (&str, &str),
) -> Vec<(&'static str, &'a Client, String)> {
    let (site, plant) = (&cast.producer_site, &cast.receiver_site);
    vec![
        (
            "facility-days",
            &cast.receiver,
            format!(
                "场所,日期,运行状态,处置量(千克),原因\n{plant},2026/11/24,正常运行,1200.5,\n\
                 {plant},2026年11月25日,停运,,检修\n"
            ),
        ),
        (
            "risk-sources",
            &cast.producer,
            format!(
                "场所,名称,类型,风险等级,物质,最大存量\n{uscc}/一号场所,一号罐,储罐,重大,废酸,20000\n\
                 {site},二号罐,储罐,一般,废碱,1.5\n"
            ),
        ),
        (
            "emergency-plans-filed",
            &cast.producer,
            format!(
                "site_id,number,filed_on,valid_to,filed_with\n{site},备-1,2026-01-01,2028-12-31,局\n\
                 {site},备-2,2026-01-01,2026-01-01,局\n"
            ),
        ),
        (
            "insurance-policies",
            &cast.producer,
            format!(
                "单位,保险人,保单号,保险金额(元),有效期自,有效期至\n{uscc},公司,保-1,1000000.5,\
                 2026-01-01,2026-12-31\n{uscc},公司,保-2,1,2026-01-01,2026-12-31\n"
            ),
        ),
        (
            "co-disposal-facilities",
            &cast.corps,
            format!(
                "场所,设施类型,日协同处置能力(千克),提前通知(小时),优先级,联系人,联系电话\n\
                 {kiln},水泥窑,20000,24,2,李四,13900000001\n\
                 {plant},生活垃圾焚烧,5000.5,0,1,王五,13900000002\n"
            ),
        ),
    ]
}

#[tokio::test]
async fn every_record_comes_from_a_file_once() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let uscc = cast.producer.get(&format!("/organisations/{}", cast.producer_id)).await.ok();
    let (uscc, plant) = (uscc.str("/uscc"), &cast.receiver_site);
    let kiln = json!({"organisation_id": cast.receiver_id, "name": "水泥窑", "kind": "treatment",
        "division": "01", "region_code": "659002"});
    let kiln = cast.corps.post("/sites", &kiln).await.ok().id();
    for (kind, client, file) in files(&cast, (uscc, &kiln)) {
        let tried = send(client, &format!("kind={kind}&dry_run=true"), &file).await;
        assert_eq!(counts(&tried), [2, 2, 0, 0], "{}", tried.shown());
        let done = send(client, &format!("kind={kind}"), &file).await;
        assert_eq!(counts(&done), [2, 2, 0, 0], "{}", done.shown());
        let list = client.call(Method::GET, &format!("/{kind}")).header("accept", "text/csv");
        let list = list.send().await.is(200).text;
        for file in [file.as_str(), list.trim_start_matches('\u{feff}')] {
            for mode in ["all_or_nothing", "good_rows"] {
                let again = send(client, &format!("kind={kind}&mode={mode}"), file).await;
                assert_eq!(counts(&again), [2, 2, 2, 0], "{}", again.shown());
            }
        }
        let rows = client.get(&format!("/{kind}")).await.ok();
        assert_eq!(rows.get("/data").as_array().map(Vec::len), Some(2), "{kind}");
        // A file opens no door, and tells nothing of what is there.
        let strange = send(&cast.stranger, &format!("kind={kind}"), &file).await;
        let codes = strange.get("/errors").as_array().unwrap().iter().map(|one| &one["code"]);
        assert_eq!(codes.collect::<Vec<&Value>>(), [&json!("forbidden"); 2], "{kind}");
    }
    let other = format!("场所,日期,运行状态,处置量\n{plant},2026-11-25,停运,5\n");
    let told = send(&cast.receiver, "kind=facility-days", &other).await;
    assert_eq!(told.get("/errors/0/code"), "already_exists");
    let bad = format!("场所,日期,运行状态,处置量\n{plant},2026-11-26,停运,5\n");
    let told = send(&cast.receiver, "kind=facility-days", &bad).await;
    assert_eq!(
        (told.get("/errors/0/column"), told.get("/errors/0/code")),
        (&json!("日期"), &json!("not_yet"))
    );
    assert_eq!(told.get("/errors/1/column"), "处置量");
}

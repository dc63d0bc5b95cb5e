//! Files of rows into the registers: mapped to the API's own commands, told by line and column,
//! safe to send again.

mod files;
mod order;
mod rights;

use encoding_rs::GBK;
use liandan::registry::Uscc;
use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, Method, World};

async fn send(client: &Client, query: &str, file: impl Into<Vec<u8>>) -> Answer {
    let body: Vec<u8> = file.into();
    client.call(Method::POST, &format!("/imports?{query}")).raw("text/csv", body).send().await
}

/// Rows, those that are in now, those that were before, those refused.
fn counts(report: &Answer) -> [u64; 4] {
    ["rows", "ok", "unchanged", "failed"].map(|name| report.json[name].as_u64().unwrap())
}

/// Line, column and code of each fault.
fn told(report: &Answer) -> Vec<(u64, String, String)> {
    let faults = report.get("/errors").as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let one = |fault: &Value| {
        (fault["line"].as_u64().unwrap_or(0), text(&fault["column"]), text(&fault["code"]))
    };
    faults.map(one).collect()
}

fn fault(line: u64, column: &str, code: &str) -> (u64, String, String) {
    (line, column.to_owned(), code.to_owned())
}

async fn listed(client: &Client, path: &str) -> Vec<Value> {
    client.get(path).await.ok().get("/data").as_array().unwrap().clone()
}

async fn uscc_of(client: &Client, organisation: &str) -> String {
    client.get(&format!("/organisations/{organisation}")).await.ok().str("/uscc").to_owned()
}

type Names<'a> = [&'a str; 4];

/// Who takes part, and with what: a new organisation, the producer, the carrier, the receiver.
fn parties([new, producer, carrier, receiver]: Names) -> Vec<(&'static str, String)> {
    vec![
        (
            "organisations",
            format!("名称,统一社会信用代码,角色,师市\n新单位,{new},移出人、接受人,1\n"),
        ),
        (
            "sites",
            format!(
                "单位,名称,场所类型,师市,行政区划代码,经度,纬度\n\
                 {new},二号场所,生产,01,659002,81.28,40.55\n{producer},三号场所,storage,01,659002,,\n"
            ),
        ),
        (
            "licences",
            format!(
                "单位,场所,许可证编号,许可证类型,发证日期,发证机关,有效期自,有效期至,废物代码,\
                 废物类别,利用处置方式,年核准量(千克)\n\
                 {receiver},{receiver}/一号场所,兵危证9,综合,2025/1/1,局,2025-01-01,20281231,\
                 900-249-08;900-214-08,,R9,100.5\n\
                 {receiver},{receiver}/一号场所,兵危证9,综合,2025/1/1,局,2025-01-01,20281231,,HW01,Y11,7\n"
            ),
        ),
        (
            "vehicles",
            format!(
                "单位,车牌号,车辆类型,可运类型,核定载质量(千克)\n{carrier},新A·00011,罐车,危险废物,8000\n"
            ),
        ),
        (
            "drivers",
            format!("organisation_id,name,phone,licence_no\n{carrier},李四,13900000001,6590-7\n"),
        ),
    ]
}

/// What they keep books of.
fn books([_, producer, _, receiver]: Names) -> Vec<(&'static str, String)> {
    vec![
        (
            "storage-areas",
            format!("场所,名称,贮存类型,贮存能力\n{receiver}/一号场所,甲库,贮存设施,500\n"),
        ),
        (
            "waste-streams",
            format!(
                "场所,废物代码,名称,形态,危险特性,年计划量\n\
                 {producer}/一号场所,900-249-08,废油,液态,T；I,12\n"
            ),
        ),
        (
            "management-plans",
            format!(
                "场所,年度,废物代码,年计划量\n{producer}/一号场所,2027,900-249-08,10\n\
                 {producer}/一号场所,2027,900-214-08,20\n"
            ),
        ),
        (
            "transfer-approvals",
            format!(
                "移出场所,接受场所,审批文号,废物代码,批准量,有效期自,有效期至\n\
                 {producer}/一号场所,{receiver}/一号场所,审9,900-249-08,5,2026-01-01,2026-12-31\n"
            ),
        ),
        (
            "ledger-entries",
            format!(
                "场所,台账类型,废物代码,质量,发生时间\n{producer}/一号场所,产生,900-249-08,3.5,2026-11-24 9:30\n\
                 {producer}/一号场所,产生,900-249-08,3.5,2026-11-24 9:30\n"
            ),
        ),
    ]
}

#[tokio::test]
async fn every_register_takes_a_file_once() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let corps = &cast.corps;
    let new = Uscc::complete("91659001MATEXT055").unwrap();
    let (new, producer) = (new.as_str(), uscc_of(corps, &cast.producer_id).await);
    let (carrier, receiver) =
        (uscc_of(corps, &cast.carrier_id).await, uscc_of(corps, &cast.receiver_id).await);
    let names = [new, &producer, &carrier, &receiver];
    let files = [parties(names), books(names)].concat();
    for (kind, file) in &files {
        let rows = file.lines().count() as u64 - 1;
        let before = listed(corps, &format!("/{kind}")).await.len();
        let tried = send(corps, &format!("kind={kind}&dry_run=true"), file.as_str()).await.is(200);
        assert_eq!(counts(&tried), [rows, rows, 0, 0], "{}", tried.shown());
        assert_eq!(listed(corps, &format!("/{kind}")).await.len(), before, "{kind}");
        let done = send(corps, &format!("kind={kind}"), file.as_str()).await.is(200);
        assert_eq!(counts(&done), [rows, rows, 0, 0], "{}", done.shown());
        let after = listed(corps, &format!("/{kind}")).await.len();
        for mode in ["all_or_nothing", "good_rows"] {
            let query = format!("kind={kind}&mode={mode}");
            let again = send(corps, &query, file.as_str()).await.is(200);
            assert_eq!(counts(&again), [rows, rows, rows, 0], "{}", again.shown());
        }
        assert_eq!(listed(corps, &format!("/{kind}")).await.len(), after, "{kind}");
    }
    let entries = listed(corps, "/ledger-entries").await;
    assert_eq!(entries[0]["occurred_at"], "2026-11-24T01:30:00.000Z");
    let licences = listed(corps, "/licences").await;
    let licence = licences.iter().find(|one| one["number"] == "兵危证9").unwrap();
    assert_eq!(licence["lines"][0]["annual_kg"], 100.5);
    assert_eq!(licence["lines"][1]["categories"], json!(["HW01"]));
    // What is there is not changed by a file.
    let other = files[3].1.replace("8000", "9000");
    let other = send(corps, "kind=vehicles", other).await.is(200);
    assert_eq!(told(&other), [fault(2, "车牌号", "already_exists")]);
    let changed = files[9].1.replacen("质量,发生时间", "质量,发生时间,外部编号", 1);
    let changed = changed.replace("9:30", "9:30,mine");
    let twice = send(corps, "kind=ledger-entries&mode=good_rows", changed).await.is(200);
    assert_eq!(told(&twice), [fault(3, "外部编号", "external_id_taken")]);
    assert_eq!(counts(&twice), [2, 1, 0, 1]);
}

#[tokio::test]
async fn faults_are_told_by_line_and_column_and_spare_the_good_rows_if_so_wanted() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let own = &cast.carrier_id;
    let file = format!(
        "某师车辆登记表,,,\n单位,车牌号*,车辆类型,可运类型,核定载质量（千克）\n\
         {own},新A00001,罐车,hazardous,8000\n\
         {own},新A0000,罐车,毒物,-1\n\
         \n\
         {own},新A00002,,hazardous,1.2345\n\
         91659001MATEXT0999,新A00003,罐车,hazardous,1\n\
         {},新A00004,罐车,hazardous,1\n\
         {own},新A00001,罐车,hazardous,8000\n\
         {own},新A00005,罐车,医疗废物,,over\n",
        cast.producer_id
    );
    let mut wanted = vec![
        fault(4, "车牌号*", "plate_invalid"),
        fault(4, "可运类型", "invalid_value"),
        fault(4, "核定载质量（千克）", "mass_out_of_range"),
        fault(6, "车辆类型", "required"),
        fault(6, "核定载质量（千克）", "too_many_decimals"),
        fault(7, "单位", "unknown_reference"),
        fault(8, "", "forbidden"),
        fault(9, "车牌号*", "already_exists"),
        fault(10, "", "unknown_field"),
    ];
    wanted.sort();
    for dry_run in [true, false] {
        let query = format!("kind=vehicles&dry_run={dry_run}");
        let report = send(&cast.carrier, &query, file.as_str()).await.is(200);
        let mut found = told(&report);
        found.sort();
        assert_eq!(found, wanted, "{}", report.shown());
        assert_eq!(counts(&report), [7, 0, 0, 7]);
        assert_eq!(listed(&cast.carrier, "/vehicles").await.len(), 1);
    }
    let report = send(&cast.carrier, "kind=vehicles&mode=good_rows", file.as_str()).await.is(200);
    assert_eq!(counts(&report), [7, 1, 0, 6], "{}", report.shown());
    let faults = report.get("/errors").as_array().unwrap();
    let decimals = faults.iter().find(|one| one["code"] == "too_many_decimals").unwrap();
    assert_eq!((&decimals["letter"], &decimals["pointer"]), (&json!("E"), &json!("/rated_kg")));
    let plates: Vec<Value> = listed(&cast.carrier, "/vehicles").await;
    assert_eq!(plates.len(), 2);
    assert!(plates.iter().any(|one| one["plate"] == "新A00001"));
}

/// Each row fits alone and both do not: the one that is too much is named, and nothing is written.
#[tokio::test]
async fn all_or_nothing_adds_the_rows_up() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    cast.produce(10).await;
    let site = &cast.producer_site;
    let file = format!(
        "site_id,kind,waste_code,mass_kg\n{site},moved_out,900-249-08,6\n\
         {site},moved_out,900-249-08,3\n{site},moved_out,900-249-08,2\n"
    );
    for dry_run in [true, false] {
        let query = format!("kind=ledger-entries&dry_run={dry_run}");
        let report = send(&cast.producer, &query, file.as_str()).await.is(200);
        assert_eq!(told(&report), [fault(4, "mass_kg", "insufficient_on_hand")]);
        assert_eq!(counts(&report), [3, 0, 0, 3]);
        assert_eq!(world.rows("ledger_entry").await, 1);
    }
    let good = send(&cast.producer, "kind=ledger-entries&mode=good_rows", file.as_str()).await;
    assert_eq!(counts(&good.is(200))[1], 2);
}

/// What a site stores is the sum of its areas, and its plans are events of it: rows of one site are
/// decided one after the other, and committed together.
#[tokio::test]
async fn rows_that_change_one_site_go_in_one_commit() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let head = "site_id,name,kind,capacity_kg\n";
    let (first, second) = (&cast.receiver_site, &cast.producer_site);
    let areas = format!(
        "{head}{first},a,facility,5\n{second},a,facility,30\n{first},b,facility,7\n\
         {first},c,point,1000.5\n"
    );
    let before = world.rows("event").await;
    let dry = send(&cast.corps, "kind=storage-areas&dry_run=true", areas.as_str()).await.is(200);
    assert_eq!(counts(&dry), [4, 4, 0, 0], "{}", dry.shown());
    world.has_no_rows_in(&["storage_area"]).await;
    let bad = format!("{areas}{first},d,point,3001\n");
    let whole = send(&cast.corps, "kind=storage-areas", bad.as_str()).await.is(200);
    assert_eq!(told(&whole), [fault(6, "capacity_kg", "out_of_range")]);
    world.has_no_rows_in(&["storage_area"]).await;
    assert_eq!(world.rows("event").await, before);
    let whole = send(&cast.corps, "kind=storage-areas", areas.as_str()).await.is(200);
    assert_eq!(counts(&whole), [4, 4, 0, 0], "{}", whole.shown());
    // An event of each area and one of its site.
    assert_eq!(world.rows("event").await, before + 8);
    for (site, kg) in [(first, json!(1012.5)), (second, json!(30))] {
        let site = cast.corps.get(&format!("/sites/{site}")).await.ok();
        assert_eq!(site.json["storage_capacity_kg"], kg);
    }
    let sql = "SELECT limit_g FROM account WHERE kind = 4 AND owner_id = $1::text::uuid";
    let db = world.database.superuser().await;
    let limit: Option<i64> = db.query_one(sql, &[first]).await.unwrap().get(0);
    assert_eq!(limit, Some(1_012_500));
    // The same again is known; one more adds to what is there.
    let more = format!("{areas}{first},d,facility,9.5\n{first},e,facility,2\n");
    let again = send(&cast.corps, "kind=storage-areas", more.as_str()).await.is(200);
    assert_eq!(counts(&again), [6, 6, 4, 0], "{}", again.shown());
    let site = cast.corps.get(&format!("/sites/{first}")).await.ok();
    assert_eq!(site.json["storage_capacity_kg"], json!(1024));
    let plans = format!(
        "site_id,year,waste_code,annual_kg\n{second},2026,900-249-08,5\n\
         {second},2027,900-249-08,6\n"
    );
    let plans = send(&cast.producer, "kind=management-plans", plans).await.is(200);
    assert_eq!(counts(&plans), [2, 2, 0, 0], "{}", plans.shown());
}

#[tokio::test]
async fn paper_manifests_are_entered_after_an_outage() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(1000).await;
    let carrier = uscc_of(&cast.corps, &cast.carrier_id).await;
    let head = "废物类型,移出场所,接受场所,承运人,车牌号,驾驶员,转移日期,废物代码,废物名称,形态,\
                危险特性,移出量(千克),利用处置方式,包装方式,包装数量,纸质联单编号,纸质联单日期\n";
    let row = |paper: &str, kg: &str| {
        format!(
            "危险废物,{},{},{carrier},新A12345,659002198501010001,2026/11/20,900-249-08,废矿物油,\
             液态,T;I,{kg},R9,plastic_drum,4,{paper},2026-11-20\n",
            cast.producer_site, cast.receiver_site
        )
    };
    let file = format!("{head}{}{}{}", row("纸-1", "10"), row("纸-1", "2.5"), row("纸-2", "7"));
    let report = send(&cast.producer, "kind=manifests", GBK.encode(&file).0.to_vec()).await.is(200);
    assert_eq!(counts(&report), [3, 3, 0, 0], "{}", report.shown());
    let filed = listed(&cast.producer, "/manifests").await;
    assert_eq!(filed.len(), 2);
    let first = filed.iter().find(|one| one["backfill"]["paper_number"] == "纸-1").unwrap();
    assert_eq!(first["backfill"]["kind"], "outage");
    assert_eq!(first["backfill"]["paper_date"], "2026-11-20");
    assert_eq!(first["items"][1]["mass_kg"], 2.5);
    assert_eq!(first["planned_departure_on"], "2026-11-20");
    for mode in ["all_or_nothing", "good_rows"] {
        let query = format!("kind=manifests&mode={mode}");
        let again = send(&cast.producer, &query, file.as_str()).await.is(200);
        assert_eq!(counts(&again), [3, 3, 3, 0], "{}", again.shown());
    }
    assert_eq!(world.rows("manifest").await, 2);
    // A fault of the second item is on its own line; another's plate is as unknown as none.
    let bad = format!(
        "{head}{}{}{}",
        row("纸-3", "1"),
        row("纸-3", "0.0001"),
        row("纸-4", "1").replace("新A12345", "新A99999")
    );
    let report = send(&cast.producer, "kind=manifests", bad).await.is(200);
    let mut found = told(&report);
    found.sort();
    let wanted =
        [fault(3, "移出量(千克)", "too_many_decimals"), fault(4, "车牌号", "unknown_reference")];
    assert_eq!(found, wanted, "{}", report.shown());
    // Received late, the paper is on record late: marked, and accepted.
    world.pass(chrono::TimeDelta::days(20));
    let carrier = world.log_in("member-2").await;
    let path = format!("/manifests/{}", first["id"].as_str().unwrap());
    let gone = json!({"occurred_at": "2026-11-20T02:00:00Z"});
    carrier.post(&format!("{path}/depart"), &gone).await.ok();
    let receiver = world.log_in("member-3").await;
    let body = json!({"occurred_at": "2026-11-20T04:00:00Z", "decision": "accept", "items": [
        {"line": 1, "accepted_kg": 10, "refused_kg": 0},
        {"line": 2, "accepted_kg": 2.5, "refused_kg": 0}]});
    let done = receiver.post(&format!("{path}/receive"), &body).await.ok();
    let deadlines = done.get("/deadlines").as_array().unwrap();
    let entry = deadlines.iter().find(|one| one["action"] == "backfill").unwrap();
    assert_eq!(entry["state"], "late");
}

#[tokio::test]
async fn two_at_once_enter_each_row_once() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let row = |n: u32| format!("{},新A{n:05},罐车,hazardous\n", cast.carrier_id);
    let rows: Vec<String> = (0..60).map(row).collect();
    let file = format!("单位,车牌号,车辆类型,可运类型\n{}", rows.concat());
    let query = "kind=vehicles&mode=good_rows";
    let both =
        (send(&cast.carrier, query, file.as_str()), send(&cast.carrier, query, file.as_str()));
    let (one, two) = tokio::join!(both.0, both.1);
    let known = |report: &Answer| {
        let found = told(report);
        assert!(found.iter().all(|(_, _, code)| code == "already_exists"), "{}", report.shown());
        counts(report)[1]
    };
    assert!(known(&one.is(200)) + known(&two.is(200)) >= 60);
    assert_eq!(world.rows("vehicle").await, 61);
}

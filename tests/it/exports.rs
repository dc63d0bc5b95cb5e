//! Whole lists as tables and as lines: everything that the pages show, and nothing else.

use std::collections::BTreeSet;
use std::io::Cursor;

use calamine::{Data, Reader as _, Xlsx};
use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::access::estate::{EVERYBODY, Estate};
use crate::support::{Answer, Cast, Client, Method, World};

const CSV: &str = "text/csv";
const NDJSON: &str = "application/x-ndjson";
const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

async fn get(client: &Client, path: &str, accept: &str) -> Answer {
    client.call(Method::GET, path).header("accept", accept).send().await
}

/// The rows of a table, headings first, whatever it came as.
fn table(answer: &Answer) -> Vec<Vec<String>> {
    if answer.header("content-type").starts_with(CSV) {
        let bytes = answer.bytes.strip_prefix(b"\xEF\xBB\xBF").expect("a mark");
        let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
        let row =
            |row: csv::Result<csv::StringRecord>| row.unwrap().iter().map(str::to_owned).collect();
        return reader.records().map(row).collect();
    }
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(answer.bytes.clone())).unwrap();
    let (_, range) = book.worksheets().remove(0);
    range.rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

fn column(rows: &[Vec<String>], heading: &str) -> Vec<String> {
    let n = rows[0].iter().position(|one| one == heading);
    let n = n.unwrap_or_else(|| panic!("no {heading} in {:?}", rows[0]));
    rows[1..].iter().map(|row| row[n].clone()).collect()
}

fn lines(answer: &Answer) -> Vec<Value> {
    answer.text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The ids of all pages.
async fn paged(client: &Client, path: &str) -> Vec<String> {
    let (mut ids, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = client.get(&format!("{path}?limit=500{cursor}")).await.is(200);
        let data = page.get("/data").as_array().unwrap();
        ids.extend(data.iter().map(|one| one["id"].as_str().unwrap().to_owned()));
        match page.get("/next_cursor").as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return ids,
        }
    }
}

#[tokio::test]
async fn each_list_shows_everybody_exactly_what_its_pages_show() {
    let estate = Estate::new().await;
    let lists = [
        "/manifests",
        "/organisations",
        "/sites",
        "/licences",
        "/vehicles",
        "/drivers",
        "/storage-areas",
        "/waste-streams",
        "/management-plans",
        "/transfer-approvals",
        "/transfer-applications",
        "/ledger-entries",
        "/producers",
        "/activity",
        "/insurance-policies",
        "/emergency-plans-filed",
        "/risk-sources",
        "/facility-days",
        "/co-disposal-facilities",
        "/capacity/assessments",
        "/capacity/emergency-plans",
        "/users",
        "/anomalies",
        "/containers",
        "/inspections",
        "/trips",
        "/collection-rounds",
        "/api-keys",
        "/delegations",
    ];
    let mut shown = 0;
    for path in lists {
        for name in EVERYBODY {
            let client = estate.person(name);
            let pages = paged(client, path).await;
            shown += pages.len();
            let english = client.call(Method::GET, path).header("accept-language", "en");
            let csv = english.header("accept", CSV).send().await.is(200);
            assert_eq!(column(&table(&csv), "id"), pages, "{name} {path}");
            let json = lines(&get(client, path, NDJSON).await.is(200));
            let ids: Vec<&str> = json.iter().map(|one| one["id"].as_str().unwrap()).collect();
            assert_eq!(ids, pages, "{name} {path}");
            let xlsx = table(&get(client, path, XLSX).await.is(200));
            assert_eq!(column(&xlsx, "标识"), pages, "{name} {path}");
        }
    }
    assert!(shown > 100, "{shown}");
    estate
        .cast
        .corps
        .nobody()
        .call(Method::GET, "/sites")
        .header("accept", CSV)
        .send()
        .await
        .is(401);
}

/// What the catalogue answers as JSON is what its tables and lines hold, in both languages.
#[tokio::test]
async fn the_catalogue_can_be_had_as_tables() {
    let world = World::start().await;
    let corps = world.corps().await;
    for (path, key, zh) in [
        ("/catalogue/wastes", "code", "废物代码"),
        ("/catalogue/exemptions", "id", "标识"),
        ("/catalogue/editions", "id", "标识"),
        ("/catalogue/rule-packs", "id", "标识"),
        ("/catalogue/methods", "code", "代码"),
        ("/catalogue/sealed-fields", "path", "字段"),
        ("/catalogue/forms", "form", "形态"),
        ("/catalogue/packaging", "kind", "包装方式"),
        ("/catalogue/hazards", "hazard", "危险特性"),
        ("/divisions", "division", "师市"),
    ] {
        let mut all = Vec::new();
        let mut cursor = String::new();
        loop {
            let page = corps.get(&format!("{path}{cursor}")).await.is(200);
            all.extend(page.get("/data").as_array().unwrap().clone());
            let Some(next) = page.get("/next_cursor").as_str() else { break };
            cursor = format!("?cursor={next}");
        }
        let json = lines(&get(&corps, path, NDJSON).await.is(200));
        assert!(!all.is_empty() && json == all, "{path}");
        let keys: Vec<&str> = all.iter().map(|one| one[key].as_str().unwrap()).collect();
        let english = corps.call(Method::GET, path).header("accept-language", "en");
        let csv = table(&english.header("accept", CSV).send().await.is(200));
        assert_eq!(column(&csv, key), keys, "{path}");
        let xlsx = table(&get(&corps, path, XLSX).await.is(200));
        assert_eq!(column(&xlsx, zh), keys, "{path}");
        // Each column finds something somewhere: a heading over nothing is a wrong pointer.
        for heading in &csv[0] {
            let is_told = column(&csv, heading).iter().any(|cell| !cell.is_empty());
            assert!(is_told || NEVER_TOLD.contains(&heading.as_str()), "{path} {heading}");
        }
    }
    let some = get(&corps, "/catalogue/wastes?q=900-249", CSV).await.is(200);
    assert_eq!(column(&table(&some), "废物代码"), ["900-249-08"]);
}

/// Columns of the catalogue that are empty in all of its rows so far.
const NEVER_TOLD: [&str; 1] = ["valid_to"];

#[tokio::test]
async fn a_manifest_is_the_same_in_every_format() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(1000).await;
    let mut body = cast.oil(&json!(812.5));
    body["note"] = json!("=cmd|' /C calc'!A0, \"说\"\n第二行");
    body["external_id"] = json!("+7");
    let filed = cast.filed(&body).await;
    // Newest first: two of one instant would stand by chance.
    world.pass(TimeDelta::seconds(1));
    let mut two = cast.oil(&json!(1.001));
    two["items"] = json!([two["items"][0], two["items"][0]]);
    let second = cast.filed(&two).await;
    cast.carrier.post(&format!("/manifests/{}/depart", filed.id()), &json!({})).await.ok();
    let english = |accept: &str| {
        let call = cast.producer.call(Method::GET, "/manifests").header("accept", accept);
        call.header("accept-language", "en").send()
    };
    let (csv, xlsx) = (english(CSV).await.is(200), english(XLSX).await.is(200));
    assert_eq!(csv.header("content-disposition"), "attachment; filename=\"manifests.csv\"");
    assert!(csv.text.ends_with("\r\n"));
    let (csv, xlsx) = (table(&csv), table(&xlsx));
    for rows in [&csv, &xlsx] {
        assert_eq!(column(rows, "id"), [second.id(), filed.id()]);
        assert_eq!(column(rows, "number"), [second.str("/number"), filed.str("/number")]);
        assert_eq!(column(rows, "status"), ["filed", "in_transit"]);
        assert_eq!(column(rows, "mass_kg"), ["2.002", "812.5"]);
        assert_eq!(column(rows, "waste_codes"), ["900-249-08;900-249-08", "900-249-08"]);
        assert_eq!(column(rows, "waste_names")[1], "废矿物油");
        assert_eq!(column(rows, "producer")[1], filed.str("/producer/name"));
        assert_eq!(column(rows, "receiver_uscc")[1], filed.str("/receiver/uscc"));
        assert_eq!(column(rows, "plate")[1], "新A12345");
        assert_eq!(column(rows, "planned_departure_on")[1], "2026-11-25");
        assert_eq!(column(rows, "filed_at")[1], filed.str("/filed_at"));
    }
    // What a spreadsheet would calculate is marked where there are no types to tell it.
    let note = "=cmd|' /C calc'!A0, \"说\"\n第二行";
    assert_eq!(column(&csv, "note")[1], format!("'{note}"));
    assert_eq!(column(&csv, "external_id")[1], "'+7");
    assert_eq!(column(&xlsx, "note")[1], note);
    assert_eq!(column(&xlsx, "external_id")[1], "+7");
    let json = lines(&get(&cast.producer, "/manifests", NDJSON).await.is(200));
    let page = cast.producer.get("/manifests").await;
    assert_eq!(json!(json), page.json["data"]);
    // The filters hold, and drafts are a list of their own.
    let some = get(&cast.producer, "/manifests?status=in_transit", CSV).await.is(200);
    assert_eq!(column(&table(&some), "标识"), [filed.id()]);
    let draft = cast.producer.post("/manifests", &json!({"draft": true})).await.is(201);
    let drafts = get(&cast.producer, "/manifests?status=draft", CSV).await.is(200);
    assert_eq!(column(&table(&drafts), "标识"), [draft.id()]);
    let bad = get(&cast.producer, "/manifests?status=lost", CSV).await.is(422);
    bad.refused_as("invalid_value").at("/query/status");
}

/// More than a page of each kind: copies of one, made where no rule is asked.
#[tokio::test]
async fn the_whole_list_comes_however_long_it_is() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    cast.produce(1000).await;
    cast.filed(&cast.oil(&json!(1))).await;
    let database = world.database.superuser().await;
    let id = "('01a20000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid";
    let copies = format!(
        "INSERT INTO manifest (id, year, number, stream, kind, status, producer_id,
             producer_site_id, producer_division, carrier_id, receiver_id, receiver_site_id,
             receiver_division, licence_id, filed_by_id, planned_departure_on, filed_at, shipped_g,
             state)
         SELECT {id}, year, '20276601' || lpad(n::text, 6, '0'), stream, kind, status,
             producer_id, producer_site_id, producer_division, carrier_id, receiver_id,
             receiver_site_id, receiver_division, licence_id, filed_by_id, planned_departure_on,
             filed_at, shipped_g, state FROM manifest, generate_series(1, 4500) AS n;
         INSERT INTO subject SELECT {id}, s.kind, s.year, s.version, s.head, s.recorded_at
             FROM vehicle JOIN subject s USING (id), generate_series(10000, 11200) AS n;
         INSERT INTO vehicle (id, organisation_id, plate, kind, classes, rated_g, status)
         SELECT {id}, organisation_id, '新B' || n, kind, classes, rated_g, status
             FROM vehicle, generate_series(10000, 11200) AS n;"
    );
    database.batch_execute(&copies).await.unwrap();
    for (path, count) in [("/manifests", 4501), ("/vehicles", 1202)] {
        let pages = paged(&cast.carrier, path).await;
        assert_eq!(pages.len(), count);
        for accept in [CSV, NDJSON, XLSX] {
            let answer = get(&cast.carrier, path, accept).await.is(200);
            let found = if accept == NDJSON {
                lines(&answer).iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
            } else {
                column(&table(&answer), "标识")
            };
            assert_eq!(found, pages, "{path} {accept}");
            assert_eq!(found.iter().collect::<BTreeSet<_>>().len(), count);
        }
    }
    // Two ends in one division: each manifest once.
    let division = json!({"organisation_id": cast.corps.get("/me").await.str("/organisation/id"),
        "login": "division", "password": crate::support::PASSWORD, "role": "division_regulator",
        "division": "01"});
    cast.corps.post("/users", &division).await.ok();
    let answer = get(&world.log_in("division").await, "/manifests", CSV).await.is(200);
    assert_eq!(table(&answer).len(), 4502);
}

//! Whole lists as CSV, lines of JSON and workbooks.

use serde_json::Value;

use crate::conformance::scenario::Scenario;
use crate::conformance::stage::{Played, Stage};

pub static ALL: &[&Scenario] = &[&Scenario {
    name: "lists.formats",
    zh: "同一过滤结果可整表导出为 CSV、NDJSON、XLSX",
    en: "the whole filtered list as CSV, NDJSON and XLSX",
    page: "api.md, Lists",
    play: formats,
}];

const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";

fn formats(stage: &mut Stage) -> Played {
    let client = stage.cast.producer.client.clone();
    let filed = stage.filed(&stage.oil(812.5))?;
    let number = filed.str("/number").to_owned();
    let path = "/manifests?stream=hazardous&limit=500";
    let page = client.get(path);
    let page = stage.done(page)?;
    let (rows, is_whole) = (page.list("/data").len(), page.get("/next_cursor").is_null());
    let streamed = |kind: &str| client.call("GET", path).header("accept", kind).send();
    let kind_of = |kind: &str| kind.split(';').next().unwrap_or_default().to_owned();
    let lines = streamed("application/x-ndjson");
    stage.check(
        ("NDJSON：一行一张，同一批", "NDJSON: a line each, the same ones"),
        &lines,
        |look| {
            let kind = kind_of(lines.header("content-type"));
            look.status(200).that(kind == "application/x-ndjson", || kind.clone());
            let read = lines.text.lines().filter(|line| !line.is_empty());
            let read: Vec<Value> =
                read.map(|line| serde_json::from_str(line).unwrap_or_default()).collect();
            look.that(read.iter().any(|one| one["id"] == filed.str("/id")), || "id".to_owned());
            let same = !is_whole || read.len() == rows;
            look.that(same, || format!("{} 行 / lines: 应为 / wanted {rows}", read.len()));
        },
    );
    let csv = streamed("text/csv");
    stage.check(
        ("CSV：表头加一行一张，编号在内", "CSV: a head and a line each, numbers kept"),
        &csv,
        |look| {
            let kind = kind_of(csv.header("content-type"));
            look.status(200).that(kind == "text/csv", || kind.clone());
            look.that(csv.text.contains(&number), || format!("没有 / no {number}"));
            look.that(csv.text.contains("812.5"), || "没有 / no 812.5".to_owned());
            let lines = csv.text.lines().count();
            look.that(!is_whole || lines > rows, || format!("{lines} 行 / lines, {rows} 张"));
        },
    );
    let book = streamed(XLSX);
    stage.check(("XLSX：一个工作簿", "XLSX: a workbook"), &book, |look| {
        let kind = kind_of(book.header("content-type"));
        look.status(200).that(kind == XLSX, || kind.clone());
        // A workbook is a ZIP archive.
        look.that(book.bytes.starts_with(b"PK\x03\x04"), || "不是 ZIP / no ZIP".to_owned());
    });
    Ok(())
}

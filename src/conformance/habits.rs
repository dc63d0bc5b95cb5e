//! What holds for every answer, whatever was asked (api.md, "Habits"): looked at each time, so that
//! no scenario has to.

use chrono::{DateTime, NaiveDate};
use serde_json::Value;

use super::answer::Answer;
use super::masses;

/// A list of five hundred things tells each fault five hundred times.
const FAULTS_MAX: usize = 5;

/// What breaks a habit of the contract. `is_api`: below `/api/v1`.
pub fn faults(answer: &Answer, is_api: bool) -> Vec<String> {
    if answer.status == 0 {
        return vec![format!("没有应答 / no answer: {}", answer.text)];
    }
    let mut faults = Vec::new();
    if answer.status >= 500 && answer.status != 503 {
        faults.push(format!("{}: 决不无故 500 / never an unexplained 500", answer.status));
    }
    if matches!(answer.status, 429 | 503) && answer.header("retry-after").is_empty() {
        faults.push("Retry-After: 缺少 / missing".to_owned());
    }
    if !is_api {
        return faults;
    }
    if answer.status >= 400 {
        problem(answer, &mut faults);
    }
    let kind = answer.header("content-type").split(';').next().unwrap_or_default();
    if kind.ends_with("json") && kind != "application/x-ndjson" {
        if answer.json.is_null() {
            faults.push(format!("{kind}: 不是 JSON / is no JSON"));
        }
        faults.extend(masses::faults(&answer.text));
        members("", &answer.json, &mut faults);
    }
    if !answer.header("cache-control").contains("no-store") && !is_public(answer) {
        faults.push("Cache-Control: private, no-store: 缺少 / missing".to_owned());
    }
    let tag = answer.header("etag");
    let is_strong = tag.len() > 2 && tag.starts_with('"') && tag.ends_with('"');
    if !tag.is_empty() && !is_strong {
        faults.push(format!("ETag {tag}: 不是强标签 / is not strong"));
    }
    faults.truncate(FAULTS_MAX);
    faults
}

/// Tiles, checkpoints and the log's key are anyone's, and cacheable (custody.md).
fn is_public(answer: &Answer) -> bool {
    answer.asked.contains(" /custody/")
}

/// RFC 9457, with a stable code, the request's id and a pointer for each bad field.
fn problem(answer: &Answer, faults: &mut Vec<String>) {
    let kind = answer.header("content-type").split(';').next().unwrap_or_default();
    if kind != "application/problem+json" {
        faults.push(format!("{kind:?}: 应为 / wanted application/problem+json"));
        return;
    }
    for name in ["type", "title", "detail", "code", "request_id"] {
        if answer.json[name].as_str().is_none_or(str::is_empty) {
            faults.push(format!("/{name}: 缺少 / missing"));
        }
    }
    if answer.json["status"] != answer.status {
        let told = &answer.json["status"];
        faults.push(format!("/status: {told}: 应为 / wanted {}", answer.status));
    }
    if !is_code(answer.str("/code")) {
        faults
            .push(format!("/code {:?}: 不是 snake_case / is not snake_case", answer.str("/code")));
    }
    let errors = answer.list("/errors");
    let sound = |one: &Value| {
        let pointer = one["pointer"].as_str();
        pointer.is_some_and(|pointer| pointer.is_empty() || pointer.starts_with('/'))
            && one["code"].as_str().is_some_and(is_code)
            && one["detail"].as_str().is_some_and(|detail| !detail.is_empty())
    };
    if let Some(wrong) = errors.iter().find(|one| !sound(one)) {
        faults.push(format!("/errors: {wrong}: 应有 / wanted pointer, code, detail"));
    }
    if answer.status == 422 && errors.is_empty() {
        faults.push("/errors: 422 应指明字段 / a 422 names its fields".to_owned());
    }
}

fn is_code(code: &str) -> bool {
    let lower = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
    !code.is_empty() && code.bytes().all(lower)
}

/// Names say what a value is: `*_at` a UTC time with `Z`, `*_on` a date, a UUID of version 7.
fn members(at: &str, json: &Value, faults: &mut Vec<String>) {
    match json {
        Value::Array(items) => {
            for (n, one) in items.iter().enumerate() {
                members(&format!("{at}/{n}"), one, faults);
            }
        }
        Value::Object(all) => {
            for (name, value) in all {
                let here = format!("{at}/{name}");
                if let Some(wrong) = value.as_str().and_then(|text| misnamed(name, text)) {
                    faults.push(format!("{here}: {value}: {wrong}"));
                }
                members(&here, value, faults);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn misnamed(name: &str, text: &str) -> Option<&'static str> {
    let is_time = |text: &str| text.ends_with('Z') && DateTime::parse_from_rfc3339(text).is_ok();
    if name.ends_with("_at") && !is_time(text) {
        return Some("不是带 Z 的 RFC 3339 时间 / no RFC 3339 time with Z");
    }
    if name.ends_with("_on") && text.parse::<NaiveDate>().is_err() {
        return Some("不是日期 / no plain date");
    }
    let uuid = uuid::Uuid::try_parse(text).ok().filter(|_| name == "id" && text.len() == 36);
    let wrong = uuid.is_some_and(|uuid| uuid.get_version_num() != 7);
    wrong.then_some("不是 UUIDv7 / no UUIDv7")
}

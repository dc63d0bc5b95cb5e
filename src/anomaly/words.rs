//! The numbers of a case in words: each with its label, its unit, and as a person reads it. Times
//! are Beijing's, ids are names where the registers know them. `labels.rs` is the table.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::labels::{LABELS, VALUES};
use crate::clock::beijing;
use crate::problem::Lang;

/// Names of sites, organisations, vehicles, licences, storage areas and manifests.
pub type Names = HashMap<Uuid, String>;

/// Of a list so many are told.
const TOLD_MAX: usize = 10;

/// A sentence, followed by the numbers.
pub fn explained(sentence: &str, evidence: &Value, (names, lang): (&Names, Lang)) -> String {
    let teller = Teller { names, lang };
    let numbers = evidence.as_object().map(|numbers| teller.listed(numbers)).unwrap_or_default();
    match (numbers.is_empty(), lang) {
        (true, _) => sentence.to_owned(),
        (false, Lang::Zh) => format!("{}（{numbers}）。", sentence.trim_end_matches('。')),
        (false, Lang::En) => format!("{} ({numbers}).", sentence.trim_end_matches('.')),
    }
}

/// All ids that stand in the evidence.
pub fn ids_in(evidence: &Value, found: &mut Vec<Uuid>) {
    match evidence {
        Value::String(text) => found.extend(text.parse::<Uuid>().ok()),
        Value::Array(all) => all.iter().for_each(|one| ids_in(one, found)),
        Value::Object(members) => members.values().for_each(|one| ids_in(one, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

struct Teller<'a> {
    names: &'a Names,
    lang: Lang,
}

impl Teller<'_> {
    fn by<'t>(&self, zh: &'t str, en: &'t str) -> &'t str {
        if self.lang == Lang::Zh { zh } else { en }
    }

    fn listed(&self, numbers: &Map<String, Value>) -> String {
        // A number that is not known is no number; that nobody ever came is something. An id that
        // has no name tells nobody anything.
        let is_told = |(key, value): &(&String, &Value)| {
            (!value.is_null() || key.ends_with("_at")) && !self.is_bare_id(value)
        };
        let told = numbers.iter().filter(is_told).map(|(key, value)| self.one(key, value));
        told.collect::<Vec<_>>().join(self.by("；", "; "))
    }

    fn is_bare_id(&self, value: &Value) -> bool {
        let id = value.as_str().and_then(|text| text.parse::<Uuid>().ok());
        id.is_some_and(|id| !self.names.contains_key(&id))
    }

    fn one(&self, key: &str, value: &Value) -> String {
        let label = LABELS.iter().find(|label| label.0 == key);
        let unit = label.map_or("", |label| self.by(label.3, label.4));
        let spelt = key.replace('_', " ");
        let name = label.map_or(spelt.as_str(), |label| self.by(label.1, label.2));
        let value = if key.ends_with("year") || key.ends_with("serial") {
            value.to_string()
        } else {
            self.value(value)
        };
        let unit = if value == self.none() { "" } else { unit };
        format!("{name}{}{value}{unit}", self.by("：", ": "))
    }

    fn none(&self) -> &'static str {
        if self.lang == Lang::Zh { "无" } else { "none" }
    }

    fn value(&self, value: &Value) -> String {
        match value {
            Value::Null => self.none().to_owned(),
            Value::Bool(true) => self.by("是", "yes").to_owned(),
            Value::Bool(false) => self.by("否", "no").to_owned(),
            Value::Number(number) => number.as_f64().map_or_else(|| number.to_string(), rounded),
            Value::String(text) => self.text(text),
            Value::Array(all) => self.list(all),
            Value::Object(members) => match (members.get("lon"), members.get("lat")) {
                (Some(lon), Some(lat)) => format!("{lon}, {lat}"),
                _ => self.listed(members),
            },
        }
    }

    fn text(&self, text: &str) -> String {
        if let Some(name) = text.parse::<Uuid>().ok().and_then(|id| self.names.get(&id)) {
            return name.clone();
        }
        if let Some(time) = time_of(text) {
            let local = time.with_timezone(&beijing()).format("%Y-%m-%d %H:%M");
            return match self.lang {
                Lang::Zh => format!("北京时间 {local}"),
                Lang::En => format!("{local} Beijing time"),
            };
        }
        let known = VALUES.iter().find(|(word, _, _)| *word == text);
        if let Some((_, zh, en)) = known {
            return self.by(zh, en).to_owned();
        }
        match text.split_once(' ') {
            Some(("month", rest)) => format!("{} {rest}", self.by("月报", "month")),
            Some(("quarter", rest)) => format!("{} {rest}", self.by("季报", "quarter")),
            Some(("year", rest)) => format!("{} {rest}", self.by("年报", "year")),
            _ => text.to_owned(),
        }
    }

    fn list(&self, all: &[Value]) -> String {
        let is_of_objects = all.iter().any(Value::is_object);
        let mut told: Vec<String> = all.iter().take(TOLD_MAX).map(|one| self.value(one)).collect();
        if let ([low, high], [Value::Number(_), Value::Number(_)]) = (told.as_slice(), all) {
            return format!("{low}–{high}");
        }
        let more = all.len() - told.len();
        if more > 0 {
            told.push(match self.lang {
                Lang::Zh => format!("等另 {more} 项"),
                Lang::En => format!("and {more} more"),
            });
        }
        if is_of_objects {
            let (open, close) = (self.by("［", "["), self.by("］", "]"));
            return told.iter().flat_map(|one| [open, one.as_str(), close]).collect();
        }
        told.join(self.by("、", ", "))
    }
}

fn time_of(text: &str) -> Option<DateTime<Utc>> {
    let is_one = text.len() >= 20 && text.as_bytes().get(10) == Some(&b'T');
    if is_one { DateTime::parse_from_rfc3339(text).ok().map(|time| time.to_utc()) } else { None }
}

/// As many decimals as a person needs: none above a thousand, two above one, else three figures.
fn rounded(number: f64) -> String {
    let size = number.abs();
    let decimals = match size {
        _ if size >= 1000.0 => 0,
        _ if size >= 1.0 => 2,
        _ if size >= 0.01 => 3,
        _ => 6,
    };
    let text = format!("{number:.decimals$}");
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use serde_json::json;

    use super::*;

    fn both(evidence: &Value, names: &Names) -> (String, String) {
        let zh = explained("超期。", evidence, (names, Lang::Zh));
        (zh, explained("Late.", evidence, (names, Lang::En)))
    }

    #[test]
    fn numbers_have_labels_units_and_peoples_time() {
        let id = Uuid::from_bytes([7; 16]);
        let names = Names::from([(id, "第一师医院".to_owned())]);
        let evidence = json!({
            "last_pickup_at": "2026-12-01T18:30:00.000Z", "last_entry_at": null, "peers": null,
            "limit_hours": 48.0, "peers_median_percent": 6.134_027_081_243_731,
            "site_ids": [id], "ledger_entry_id": Uuid::from_bytes([8; 16]),
            "expected_kg_a_day": [1.25, 9.0], "year": 2026,
        });
        let (zh, en) = both(&evidence, &names);
        for wanted in [
            "超期（",
            "最近一次收运：北京时间 2026-12-02 02:30",
            "最近一次记账：无",
            "时限：48 小时",
            "同类中位数：6.13%",
            "地点：第一师医院",
            "应有日产生量：1.25–9 kg",
            "年份：2026",
            "）。",
        ] {
            assert!(zh.contains(wanted), "{wanted}: {zh}");
        }
        for wanted in ["Late (", "last picked up: 2026-12-02 02:30 Beijing time", "48 h", ")."] {
            assert!(en.contains(wanted), "{wanted}: {en}");
        }
        assert!(!zh.contains("null") && !zh.contains("同类单位") && !zh.contains('_'), "{zh}");
        assert!(!zh.contains("台账记录"), "an id without a name: {zh}");
        assert_eq!(both(&json!({}), &names), ("超期。".into(), "Late.".into()));
    }

    #[test]
    fn lists_of_things_are_told_one_by_one() {
        let items = json!({"items": [{"line": 1, "method": "Y11"}, {"line": 2, "method": "Y12"}]});
        let (zh, _) = both(&items, &Names::new());
        assert_eq!(
            zh,
            "超期（明细：［行号：1；利用处置方式：Y11］［行号：2；利用处置方式：Y12］）。"
        );
        let many: Vec<String> = (0..30).map(|n| format!("900-{n:03}-08")).collect();
        let (_, en) = both(&json!({"waste_codes": many}), &Names::new());
        assert!(en.ends_with("900-009-08, and 20 more)."), "{en}");
    }

    #[test]
    fn numbers_are_as_fine_as_a_person_needs() {
        for (number, text) in [
            (12_345.678, "12346"),
            (500.0, "500"),
            (6.134_027, "6.13"),
            (0.0713, "0.071"),
            (0.000_25, "0.00025"),
            (-0.5, "-0.5"),
            (0.0, "0"),
        ] {
            assert_eq!(rounded(number), text);
        }
    }

    /// Every key that a rule writes has its label, and only once.
    #[test]
    fn all_keys_of_the_rules_have_labels() {
        let known: BTreeSet<&str> = LABELS.iter().map(|label| label.0).collect();
        assert_eq!(known.len(), LABELS.len());
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/anomaly/watch/rules");
        let mut missing = BTreeSet::new();
        for file in std::fs::read_dir(folder).unwrap() {
            let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
            for part in text.split("\":").map(|part| part.rsplit('"').next().unwrap_or_default()) {
                let plain = |one: u8| one.is_ascii_lowercase() || one == b'_';
                let is_key = !part.is_empty() && part.bytes().all(plain);
                if is_key && !known.contains(part) {
                    missing.insert(part.to_owned());
                }
            }
        }
        assert_eq!(missing, BTreeSet::new());
    }
}

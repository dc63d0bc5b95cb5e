//! From rows to entries: the body of a command each, and where in the file its parts stand.

use std::collections::HashMap;

use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::columns::{Found, Headings};
use super::kinds::Kind;
use super::place::Place;
use super::same;
use super::serial::FirstDay;
use super::table::{NO_VALUE, Row, Table};
use crate::problem::{Code, Fault, Text};
use crate::registry::Plate;

/// One entry to be.
pub struct Entry {
    pub body: Value,
    /// The lines of the file that it comes from.
    pub lines: Vec<u32>,
    /// What its cells are already known to be wrong in.
    pub faults: Vec<Fault>,
}

impl Entry {
    pub fn text(&self, pointer: &str) -> Option<String> {
        match self.body.pointer(pointer)? {
            Value::String(text) => Some(text.clone()),
            Value::Number(number) => Some(number.to_string()),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// What it is known again by; `None` where it does not say.
    pub fn identity(&self, kind: Kind) -> Option<Vec<String>> {
        let part = |pointer: &&str| {
            let lacking = kind.may_lack(pointer).then(String::new);
            self.text(pointer).or(lacking)
        };
        kind.identity().iter().map(part).collect()
    }
}

/// The entries of a file, in its order.
pub fn entries(kind: Kind, table: &Table, headings: &Headings) -> Vec<Entry> {
    let mut found: Vec<Entry> = Vec::new();
    for row in table.rows.iter().skip(headings.first_row) {
        let single = read(row, headings, table.first_day, 0);
        if let Some(before) = found.last_mut().filter(|before| belongs(kind, before, &single)) {
            let again = read(row, headings, table.first_day, before.lines.len());
            before.faults.extend(differing(before, &again, headings));
            before.lines.push(row.line);
            before.faults.extend(again.faults);
            merge(&mut before.body, again.body);
        } else {
            found.push(single);
        }
    }
    for entry in &mut found {
        complete(kind, &mut entry.body);
    }
    if kind.is_told_by_own_id() {
        name_by_content(&mut found);
    }
    found
}

/// Whether a row goes on with the entry before it.
fn belongs(kind: Kind, before: &Entry, row: &Entry) -> bool {
    let values: Vec<_> = kind.group().iter().map(|at| (before.text(at), row.text(at))).collect();
    values.iter().any(|(_, own)| own.is_some()) && values.iter().all(|(one, two)| one == two)
}

fn read(row: &Row, headings: &Headings, first_day: FirstDay, nth: usize) -> Entry {
    let mut entry =
        Entry { body: Value::Object(Map::new()), lines: vec![row.line], faults: Vec::new() };
    for (n, cell) in row.cells().enumerate().filter(|(_, cell)| !cell.is_empty()) {
        let found = headings.found.get(n);
        let Some(column) = found.and_then(|found| found.column) else {
            if found.is_none() {
                let detail = Text::new("此格上方没有列标题。", "There is no heading above this.");
                let place = Place::Cell { row: nth, column: n };
                entry.faults.push(Fault::new(Code::UnknownField, place.to_pointer(), detail));
            }
            continue;
        };
        let pointer = column.pointer.replace('#', &nth.to_string());
        if let Some(error) = cell.strip_prefix(NO_VALUE) {
            let detail = Text::new(
                format!("公式没有结果（{error}）。"),
                format!("The formula has no value ({error})."),
            );
            entry.faults.push(Fault::new(Code::InvalidValue, pointer, detail));
            continue;
        }
        put(&mut entry.body, &pointer, column.shape.value(cell, first_day));
    }
    entry
}

/// What both rows say of the whole must be the same: which of them holds is not for us to choose.
fn differing(before: &Entry, again: &Entry, headings: &Headings) -> Vec<Fault> {
    let (row, first) = (before.lines.len(), before.lines.first().copied().unwrap_or_default());
    let fault = |(at, found): (usize, &Found)| {
        let pointer = found.column?.pointer;
        let both = (before.body.pointer(pointer)?, again.body.pointer(pointer)?);
        let detail = Text::new(
            format!("与第 {first} 行不一致；同属一项的各行，此列须相同。"),
            format!("Not as on line {first}: rows of one entry agree in this column."),
        );
        let place = Place::Cell { row, column: at }.to_pointer();
        let is_other = !pointer.contains('#') && !same::says(both.0, both.1);
        is_other.then(|| Fault::new(Code::InvalidValue, place, detail))
    };
    headings.found.iter().enumerate().filter_map(fault).collect()
}

/// Sets the value at a pointer; what it stands in is made where it is not there.
pub fn put(body: &mut Value, pointer: &str, value: Value) {
    let mut place = body;
    for token in pointer.split('/').skip(1) {
        if let Ok(n) = token.parse::<usize>() {
            if !place.is_array() {
                *place = Value::Array(Vec::new());
            }
            let Value::Array(list) = place else { return };
            if list.len() <= n {
                list.resize(n + 1, Value::Object(Map::new()));
            }
            let Some(next) = list.get_mut(n) else { return };
            place = next;
        } else {
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            let Value::Object(members) = place else { return };
            place = members.entry(token.to_owned()).or_insert(Value::Null);
        }
    }
    *place = value;
}

/// The lines of a further row; what both rows say of the whole stays as the first has it.
fn merge(whole: &mut Value, more: Value) {
    match (whole, more) {
        (Value::Object(whole), Value::Object(more)) => {
            for (name, value) in more {
                match whole.get_mut(&name) {
                    Some(before) => merge(before, value),
                    None => {
                        whole.insert(name, value);
                    }
                }
            }
        }
        // Its own place is the last; those before it are the other rows'.
        (Value::Array(whole), Value::Array(more)) if more.len() > whole.len() => {
            whole.extend(more.into_iter().skip(whole.len()));
        }
        _ => {}
    }
}

/// What people leave out because the paper does not ask for it, and how they spell what an entry
/// is known by.
fn complete(kind: Kind, body: &mut Value) {
    let text = |pointer: &str| body.pointer(pointer).and_then(Value::as_str);
    let plate = text("/plate").and_then(|text| Plate::parse(text).ok());
    let uscc = text("/uscc").map(str::to_uppercase);
    if let Some(plate) = plate {
        put(body, "/plate", plate.into_string().into());
    }
    if let Some(uscc) = uscc {
        put(body, "/uscc", uscc.into());
    }
    let is_paper = body.get("backfill").is_some();
    if kind == Kind::Manifests && is_paper && body.pointer("/backfill/kind").is_none() {
        put(body, "/backfill/kind", "outage".into());
    }
}

/// An own id for each that has none: a digest of its content, and which of several alike it is.
fn name_by_content(entries: &mut [Entry]) {
    let mut alike: HashMap<[u8; 12], u32> = HashMap::new();
    for entry in entries.iter_mut().filter(|entry| entry.body.get("external_id").is_none()) {
        let hash = Sha256::digest(entry.body.to_string());
        let mut digest = [0; 12];
        digest.copy_from_slice(&hash[..12]);
        let nth = alike.entry(digest).or_insert(0);
        *nth += 1;
        put(&mut entry.body, "/external_id", format!("row-{}-{nth}", hex::encode(digest)).into());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::columns::headings;
    use super::super::table;
    use super::*;

    fn of(kind: Kind, text: &str) -> Vec<Entry> {
        let table = table::read(text.as_bytes()).unwrap();
        let found = headings(&table, kind).unwrap();
        entries(kind, &table, &found)
    }

    #[test]
    fn rows_of_one_number_are_the_lines_of_one_licence() {
        let text = "许可证编号,废物代码,利用处置方式,年核准量(千克)\n\
                    A,900-249-08;900-214-08,R9,100\nA,,D10,5.5\nB,900-249-08,R9,1\n";
        let found = of(Kind::Licences, text);
        let bodies: Vec<&Value> = found.iter().map(|entry| &entry.body).collect();
        assert_eq!(
            *bodies[0],
            json!({"number": "A", "lines": [
                {"waste_codes": ["900-249-08", "900-214-08"], "methods": ["R9"], "annual_kg": 100},
                {"methods": ["D10"], "annual_kg": 5.5}]})
        );
        assert_eq!(
            (found.len(), found[0].lines.clone(), found[1].lines.clone()),
            (2, vec![2, 3], vec![4])
        );
    }

    #[test]
    fn rows_without_an_own_id_get_one_that_the_same_file_gets_again() {
        let text = "title\nsite_id,mass_kg,external_id\ns,1,\ns,1,\ns,2,\ns,1,mine\n";
        let ids = |text: &str| -> Vec<String> {
            of(Kind::LedgerEntries, text)
                .iter()
                .filter_map(|one| one.text("/external_id"))
                .collect()
        };
        let first = ids(text);
        assert_eq!(first, ids(text));
        assert_eq!(first[3], "mine");
        assert!(first[0].ends_with("-1") && first[1].ends_with("-2") && first[2].ends_with("-1"));
        assert_eq!(first[0][..28], first[1][..28]);
        assert_ne!(first[0], first[2]);
    }

    #[test]
    fn cells_without_a_heading_and_formulas_without_a_value_are_faults() {
        let found = of(Kind::Organisations, "name,uscc\na,\u{1}#REF!,left over\n");
        let codes: Vec<_> = found[0].faults.iter().map(|fault| fault.code).collect();
        assert_eq!(codes, [Code::InvalidValue, Code::UnknownField]);
    }
}

//! Two versions of a manifest's content: what differs, and one made from the other. Pure.

use serde_json::{Map, Value};

use super::event::Parts;
use crate::manifest::event::Filed;

/// Names the members that an object loses.
pub const CLEARED: &str = "cleared";

/// The lists whose entries are told apart by a number of their own.
const NUMBERED: [(&str, &str); 2] = [("items", "line"), ("legs", "n")];

/// Where a member stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Head,
    Leg,
    Item,
}

fn place_of(list: &str) -> Place {
    if list == "legs" { Place::Leg } else { Place::Item }
}

/// The number that tells the entries of a list apart.
fn number_of(list: &str) -> Option<&'static str> {
    NUMBERED.iter().find(|(name, _)| *name == list).map(|(_, number)| *number)
}

/// The content as an object without nulls, which is how its event has it.
pub fn content(filed: &Filed) -> Result<Parts, serde_json::Error> {
    Ok(match without_nulls(serde_json::to_value(filed)?) {
        Value::Object(members) => members,
        _ => Map::new(),
    })
}

fn without_nulls(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let kept = members.into_iter().filter(|(_, value)| !value.is_null());
            Value::Object(kept.map(|(name, value)| (name, without_nulls(value))).collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(without_nulls).collect()),
        other => other,
    }
}

/// What changes from `old` to `new`, of the members that `counts`, and how that was before.
pub fn diff(old: &Parts, new: &Parts, counts: impl Fn(Place, &str) -> bool) -> (Parts, Parts) {
    let head = |name: &str| number_of(name).is_none() && counts(Place::Head, name);
    let (mut changes, mut before) = members(old, new, head);
    for (list, number) in NUMBERED {
        let entries = |side: &Parts| side.get(list).and_then(Value::as_array).cloned();
        let (was, is) = (entries(old).unwrap_or_default(), entries(new).unwrap_or_default());
        let (mut changed, mut as_before) = (Vec::new(), Vec::new());
        for (was, is) in was.iter().zip(&is) {
            let (Some(was), Some(is)) = (was.as_object(), is.as_object()) else { continue };
            let counts = |name: &str| name != number && counts(place_of(list), name);
            let (mut change, mut past) = members(was, is, counts);
            if change.is_empty() {
                continue;
            }
            for side in [&mut change, &mut past] {
                side.insert(number.to_owned(), is.get(number).cloned().unwrap_or_default());
            }
            changed.push(Value::Object(change));
            as_before.push(Value::Object(past));
        }
        if !changed.is_empty() {
            changes.insert(list.to_owned(), Value::Array(changed));
            before.insert(list.to_owned(), Value::Array(as_before));
        }
    }
    (changes, before)
}

/// The same of one object's members.
fn members(old: &Parts, new: &Parts, counts: impl Fn(&str) -> bool) -> (Parts, Parts) {
    let (mut changes, mut before) = (Map::new(), Map::new());
    for (name, value) in new.iter().filter(|(name, _)| counts(name)) {
        let was = old.get(name);
        if was != Some(value) {
            changes.insert(name.clone(), value.clone());
            before.extend(was.map(|was| (name.clone(), was.clone())));
        }
    }
    let gone = old.iter().filter(|(name, _)| counts(name) && !new.contains_key(*name));
    let gone: Vec<(&String, &Value)> = gone.collect();
    if !gone.is_empty() {
        let names = gone.iter().map(|(name, _)| Value::from(name.as_str())).collect();
        changes.insert(CLEARED.to_owned(), Value::Array(names));
        before.extend(gone.into_iter().map(|(name, was)| (name.clone(), was.clone())));
    }
    (changes, before)
}

/// The content with these changes, one after the other.
pub fn merged(filed: &Filed, all: &[&Parts]) -> Result<Filed, serde_json::Error> {
    let mut whole = content(filed)?;
    for changes in all {
        for (name, value) in *changes {
            match number_of(name) {
                Some(number) => merge_entries(&mut whole, (name, number), value),
                None => merge_member(&mut whole, name, value),
            }
        }
    }
    serde_json::from_value(Value::Object(whole))
}

fn merge_entries(whole: &mut Parts, (list, number): (&str, &str), changes: &Value) {
    let entries = whole.get_mut(list).and_then(Value::as_array_mut);
    let (Some(entries), Some(changes)) = (entries, changes.as_array()) else { return };
    for change in changes.iter().filter_map(Value::as_object) {
        let same = |entry: &&mut Value| entry.get(number) == change.get(number);
        let Some(entry) = entries.iter_mut().find(same).and_then(Value::as_object_mut) else {
            continue;
        };
        for (name, value) in change {
            merge_member(entry, name, value);
        }
    }
}

fn merge_member(members: &mut Parts, name: &str, value: &Value) {
    if name == CLEARED {
        let names = value.as_array().map(Vec::as_slice).unwrap_or_default();
        for name in names.iter().filter_map(Value::as_str) {
            members.remove(name);
        }
    } else {
        members.insert(name.to_owned(), value.clone());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parts(value: &Value) -> Parts {
        value.as_object().unwrap().clone()
    }

    #[test]
    fn a_diff_names_what_differs_and_how_it_was() {
        let old = parts(&json!({"note": "a", "day": "1", "legs": [{"n": 1, "plate": "x"}],
            "items": [{"line": 1, "mass_g": 5, "un": "1"}, {"line": 2, "mass_g": 6}]}));
        let new = parts(&json!({"day": "1", "legs": [{"n": 1, "plate": "x"}],
            "items": [{"line": 1, "mass_g": 5}, {"line": 2, "mass_g": 7, "un": "2"}]}));
        let (changes, before) = diff(&old, &new, |_, _| true);
        assert_eq!(
            Value::Object(changes),
            json!({"cleared": ["note"], "items": [{"line": 1, "cleared": ["un"]},
                {"line": 2, "mass_g": 7, "un": "2"}]})
        );
        let was = json!({"note": "a", "items": [{"line": 1, "un": "1"}, {"line": 2, "mass_g": 6}]});
        assert_eq!(Value::Object(before), was);
        let masses = |place, name: &str| place == Place::Item && name == "mass_g";
        let (changes, _) = diff(&old, &new, masses);
        assert_eq!(Value::Object(changes), json!({"items": [{"line": 2, "mass_g": 7}]}));
    }
}

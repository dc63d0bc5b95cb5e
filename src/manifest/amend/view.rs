//! Amendments as the API shows them: kilograms, both versions of every field, and the difference.

use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::event::{Need, Parts};
use super::fold::{Amendment, AmendmentStatus, fold};
use super::merge::CLEARED;
use crate::clock::rfc3339;
use crate::db::Pool;
use crate::ids::{ManifestId, OrganisationId};
use crate::manifest::event_store::{events, read_event};
use crate::problem::Problem;
use crate::units::{Grams, Kg};

/// A party whose consent is waited for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct NeedView {
    pub party: String,
    pub organisation_id: OrganisationId,
}

/// One field in both versions; `null` where it is left out.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct FieldDiff {
    /// Into the manifest.
    pub pointer: String,
    #[schema(required)]
    pub before: Value,
    #[schema(required)]
    pub after: Value,
}

/// An amendment of a manifest.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AmendmentView {
    /// Counts the manifest's amendments from 1.
    pub n: i64,
    pub status: AmendmentStatus,
    /// The fields with their new values, as a proposal names them.
    #[schema(value_type = Object)]
    pub changes: Value,
    /// The same fields as they stood.
    #[schema(value_type = Object)]
    pub before: Value,
    pub diff: Vec<FieldDiff>,
    /// `producer`, `carrier`, `receiver`; `regulator` for a correction of the authority's own.
    pub proposed_by: String,
    pub organisation_id: Uuid,
    pub proposed_at: String,
    pub reason: String,
    #[schema(required)]
    pub reason_text: Option<String>,
    /// Whose consent is waited for.
    pub needs: Vec<NeedView>,
    /// Who has consented.
    pub approved_by: Vec<String>,
    /// Unanswered until then, it expires; null where it took effect at once.
    #[schema(required, value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub expires_at: Option<String>,
    #[schema(required, value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub decided_at: Option<String>,
    /// Who rejected it.
    pub rejected_by: Vec<String>,
    #[schema(required)]
    pub rejection_reason: Option<String>,
    #[schema(required)]
    pub rejection_text: Option<String>,
    /// Why it expired: `time`, `superseded`, or the step that made a fact of what was to change.
    #[schema(required)]
    pub expired_by: Option<String>,
}

impl From<&Amendment> for AmendmentView {
    fn from(one: &Amendment) -> Self {
        let (changes, before) = versions(&one.changes, &one.before);
        let ended = one.ended.as_ref();
        let need = |need: &Need| NeedView {
            party: need.party.clone(),
            organisation_id: need.organisation_id,
        };
        Self {
            n: one.n,
            status: one.status,
            diff: differences(&changes, &before),
            changes,
            before,
            proposed_by: one.proposed_by.first().cloned().unwrap_or_default(),
            organisation_id: one.organisation_id.uuid(),
            proposed_at: rfc3339(one.proposed_at),
            reason: one.reason.clone(),
            reason_text: one.reason_text.clone(),
            needs: one.needs.iter().map(need).collect(),
            approved_by: one.approved_by.clone(),
            expires_at: one.expires_at.map(rfc3339),
            decided_at: ended.map(|ended| rfc3339(ended.at)),
            rejected_by: ended.map(|ended| ended.by.clone()).unwrap_or_default(),
            rejection_reason: ended.and_then(|ended| ended.reason.clone()),
            rejection_text: ended.and_then(|ended| ended.reason_text.clone()),
            expired_by: ended.and_then(|ended| ended.cause.clone()),
        }
    }
}

/// Both versions in the words of the API, with the same members on both sides.
fn versions(changes: &Parts, before: &Parts) -> (Value, Value) {
    let names = names_of(changes, before);
    let side = |parts: &Parts| -> Value {
        let member = |name: &String| match (name.as_str(), parts.get(name)) {
            ("items" | "legs", Some(Value::Array(_))) => {
                let number = if name == "items" { "line" } else { "n" };
                (name.clone(), entries(parts, name, number, (changes, before)))
            }
            (_, value) => (name.clone(), value.cloned().unwrap_or_default()),
        };
        Value::Object(names.iter().map(member).collect())
    };
    (side(changes), side(before))
}

fn names_of(changes: &Parts, before: &Parts) -> Vec<String> {
    let mut names: Vec<String> = changes.keys().chain(before.keys()).cloned().collect();
    names.retain(|name| name != CLEARED);
    names.sort_unstable();
    names.dedup();
    names
}

/// The entries of a list, with the members that either side has of them.
fn entries(parts: &Parts, list: &str, number: &str, both: (&Parts, &Parts)) -> Value {
    let entry = |parts: &Parts, n: &Value| -> Parts {
        let all = parts.get(list).and_then(Value::as_array).into_iter().flatten();
        let mut all = all.filter_map(Value::as_object);
        all.find(|entry| entry.get(number) == Some(n)).cloned().unwrap_or_default()
    };
    let all = parts.get(list).and_then(Value::as_array).into_iter().flatten();
    let show = |own: &Parts| -> Value {
        let n = own.get(number).cloned().unwrap_or_default();
        let names = names_of(&entry(both.0, &n), &entry(both.1, &n));
        let shown = names.iter().map(|name| {
            let value = own.get(name).cloned().unwrap_or_default();
            match name.as_str() {
                "mass_g" => ("mass_kg".to_owned(), in_kilograms(&value)),
                "harmful_components" => (name.clone(), components(&value)),
                _ => (name.clone(), value),
            }
        });
        Value::Object(shown.collect())
    };
    Value::Array(all.filter_map(Value::as_object).map(show).collect())
}

fn in_kilograms(grams: &Value) -> Value {
    let kg = grams.as_i64().map(|grams| serde_json::to_value(Kg(Grams(grams))));
    kg.and_then(Result::ok).unwrap_or_default()
}

/// Percent instead of thousandths of a percent.
fn components(list: &Value) -> Value {
    let Some(list) = list.as_array() else { return Value::Null };
    let show = |one: &Value| {
        let mut shown = Map::new();
        shown.insert("name".to_owned(), one.get("name").cloned().unwrap_or_default());
        let percent = one.get("mpercent").map(in_kilograms).unwrap_or_default();
        shown.insert("percent".to_owned(), percent);
        Value::Object(shown)
    };
    list.iter().map(show).collect()
}

/// The fields of both versions side by side.
fn differences(changes: &Value, before: &Value) -> Vec<FieldDiff> {
    let mut all = Vec::new();
    let (Some(after), Some(before)) = (changes.as_object(), before.as_object()) else {
        return all;
    };
    for (name, value) in after {
        let was = before.get(name).cloned().unwrap_or_default();
        match (name.as_str(), value.as_array()) {
            ("items" | "legs", Some(entries)) => {
                let number = if name == "items" { "line" } else { "n" };
                for (at, entry) in entries.iter().enumerate() {
                    let index = entry[number].as_i64().unwrap_or(1) - 1;
                    let members = entry.as_object().into_iter().flatten();
                    for (field, value) in members.filter(|(field, _)| *field != number) {
                        all.push(FieldDiff {
                            pointer: format!("/{name}/{index}/{field}"),
                            before: was[at][field].clone(),
                            after: value.clone(),
                        });
                    }
                }
            }
            _ => all.push(FieldDiff {
                pointer: format!("/{name}"),
                before: was,
                after: value.clone(),
            }),
        }
    }
    all
}

/// All amendments of a manifest, oldest first: all, or as they stood below a version.
pub async fn amendments(
    pool: &Pool,
    id: ManifestId,
    below: Option<i64>,
) -> Result<Vec<Amendment>, Problem> {
    let mut list = Vec::new();
    for row in events(pool, id, below).await? {
        fold(&mut list, &read_event(&row.body)?).map_err(Problem::internal)?;
    }
    Ok(list)
}

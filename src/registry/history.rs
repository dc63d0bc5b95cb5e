//! The history of an entry: who changed what of it when, before and after.
//!
//! An event's data is the whole entry, so two neighbours make a change: it is told in the form that
//! the API shows the entry in. What no event holds (whom to call, a driver's name, what lies in a
//! storage area now) is in no history. Private to those who see the whole of what it belongs to,
//! also of the registers that are open to all.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;
use uuid::Uuid;

use super::access::Scope;
use super::application;
use super::feed;
use super::store::{self, Told};
use crate::app::App;
use crate::clock::{legal_day, rfc3339};
use crate::ctx::Ctx;
use crate::decision::SubjectKind;
use crate::identity::policy;
use crate::problem::Problem;
use crate::wire::{Cursor, Page, PageLimit, wire};

wire! {
    /// Which part of a history to show.
    pub struct HistoryQuery {
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<i64>>,
    }
}

/// A change of an entry.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct EntryChangeView {
    /// Of the entry after it: its `ETag` then.
    pub version: i64,
    /// `registered`, `changed`, `reviewed`; of a site `plan_filed` as well.
    pub kind: String,
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub recorded_at: String,
    /// Who did it, as the event tells.
    #[schema(value_type = Object)]
    pub actor: Value,
    /// Names of the members that changed, of a new entry all. None where only that changed which
    /// events do not hold: whom to call, a driver's personal data.
    pub changed: Vec<String>,
    /// Those members before; empty of a new entry.
    #[schema(value_type = Object)]
    pub before: Map<String, Value>,
    /// Those members after.
    #[schema(value_type = Object)]
    pub after: Map<String, Value>,
}

/// Changes of an entry, oldest first. Errors: 404 to whoever does not see the whole of it.
pub async fn page(
    app: &App,
    ctx: &Ctx,
    (kind, id): (SubjectKind, Uuid),
    asked: &HistoryQuery,
) -> Result<Page<EntryChangeView>, Problem> {
    let seen = match kind {
        SubjectKind::TransferApplication => {
            application::seen_among(&app.pool, &ctx.actor, &[id]).await?
        }
        kind => {
            let scope = Scope::of(&ctx.actor);
            Box::pin(store::whole_among(&app.pool, &scope, (kind, &[id]))).await?
        }
    };
    policy::allow(seen.contains(&id), true)?;
    // The one before the first that is shown is read as well: it is what that one changed.
    let after = asked.cursor.map_or(0, |cursor| cursor.0.max(0));
    let rows_max = asked.limit.rows_to_read() + i64::from(after > 0);
    let events = store::told_from(&app.pool, (kind, id), (after - 1).max(0), rows_max).await?;
    if events.is_empty() && after == 0 {
        return Err(Problem::not_found());
    }
    let mut before: Option<Map<String, Value>> = None;
    let mut changes = Vec::with_capacity(events.len());
    for mut event in events {
        let data = std::mem::take(&mut event.data);
        let shown = shown(app, kind, (data, event.recorded_at))?;
        if event.version > after {
            changes.push(change(event, before.as_ref(), &shown));
        }
        before = Some(shown);
    }
    Page::of(changes, asked.limit, |one| one.version, |one| one)
}

/// The entry after an event, as the API shows it.
fn shown(
    app: &App,
    kind: SubjectKind,
    (data, recorded_at): (Value, DateTime<Utc>),
) -> Result<Map<String, Value>, Problem> {
    let shown = match kind {
        SubjectKind::TransferApplication => {
            let day = legal_day(recorded_at);
            let mut shown = application::shown(data, (application::clocks(app), day))?;
            // They follow from the rest and from the day.
            shown.as_object_mut().map(|members| members.remove("terms"));
            shown
        }
        kind => feed::told(kind, data)?,
    };
    match shown {
        Value::Object(members) => Ok(members),
        _ => Err(Problem::internal("an entry that is no object")),
    }
}

fn change(
    event: Told,
    before: Option<&Map<String, Value>>,
    after: &Map<String, Value>,
) -> EntryChangeView {
    let old = |name: &String| before.and_then(|before| before.get(name));
    let is_other = |name: &&String| old(name) != after.get(*name);
    let gone = before.into_iter().flat_map(Map::keys).filter(|name| !after.contains_key(*name));
    let mut changed: Vec<String> = after.keys().filter(is_other).chain(gone).cloned().collect();
    changed.sort_unstable();
    let of = |all: &Map<String, Value>| {
        let named = changed.iter().filter_map(|name| Some((name.clone(), all.get(name)?.clone())));
        named.collect::<Map<String, Value>>()
    };
    let (before, after) = (before.map(of).unwrap_or_default(), of(after));
    let recorded_at = rfc3339(event.recorded_at);
    let Told { version, kind, actor, .. } = event;
    EntryChangeView { version, kind, recorded_at, actor, changed, before, after }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_change_is_what_two_neighbours_do_not_share() {
        let map = |value: Value| value.as_object().unwrap().clone();
        let told = || Told {
            version: 2,
            kind: "changed".to_owned(),
            recorded_at: "2026-12-01T00:00:00Z".parse().unwrap(),
            actor: json!({"via": "system"}),
            data: Value::Null,
        };
        let before = map(json!({"id": 1, "name": "x", "note": null, "gone": 1}));
        let after = map(json!({"id": 1, "name": "y", "note": null, "new": [2]}));
        let one = change(told(), Some(&before), &after);
        assert_eq!(one.changed, ["gone", "name", "new"]);
        assert_eq!(Value::Object(one.before), json!({"gone": 1, "name": "x"}));
        assert_eq!(Value::Object(one.after), json!({"name": "y", "new": [2]}));
        let first = change(told(), None, &after);
        assert_eq!((first.before, first.after), (Map::new(), after.clone()));
        assert!(change(told(), Some(&after), &after).changed.is_empty());
    }
}

//! Manifests as rows of a table: of each state, as much is read as the table shows.

use std::borrow::Cow;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::QueryDsl;
use diesel::dsl::sql;
use diesel::sql_types::Text;
use diesel_async::RunQueryDsl;
use serde::Deserialize;
use uuid::Uuid;

use super::list::{ManifestFilter, seen, walks};
use super::status::Status;
use super::store::STATE;
use crate::clock::rfc3339;
use crate::ctx::Actor;
use crate::db::schema::manifest as t;
use crate::db::{Pool, merged};
use crate::ids::ManifestId;
use crate::problem::Problem;
use crate::units::Grams;
use crate::wire::Cursor;

/// What separates the cells of a [`TableRow`]: no text of ours holds it.
pub const BETWEEN_CELLS: char = '\u{1f}';

/// A manifest that becomes a row of a table.
pub struct TableRow {
    pub id: ManifestId,
    state: String,
}

/// The next `rows` of the whole list, below `after`.
pub async fn table_page(
    pool: &Pool,
    actor: &Actor,
    (filter, after): (&ManifestFilter, Option<ManifestId>),
    rows: i64,
) -> Result<Vec<TableRow>, Problem> {
    let mut filter = filter.clone();
    filter.cursor = after.map(Cursor).or(filter.cursor);
    let mut found = Vec::new();
    for walk in walks(actor, &filter) {
        let query = seen((actor, walk), &filter).limit(rows).select((t::id, sql::<Text>(STATE)));
        let walked: Vec<(Uuid, String)> = query.load(&mut pool.get().await?).await?;
        let row = |(id, state)| TableRow { id: ManifestId::of(id), state };
        found.extend(walked.into_iter().map(row));
    }
    Ok(merged(found, rows, |row| row.id.uuid()))
}

impl TableRow {
    /// Its cells one after the other, in the order of the columns of `export::sheets::MANIFESTS`.
    pub fn cells(&self) -> Result<String, Problem> {
        let shown: Shown<'_> = serde_json::from_str(&self.state).map_err(Problem::internal)?;
        Ok(shown.cells(self.id.uuid()))
    }
}

/// Of a state, what the table shows.
#[derive(Deserialize)]
struct Shown<'a> {
    #[serde(borrow)]
    filed: Form<'a>,
    filed_at: DateTime<Utc>,
    status: Status,
}

#[derive(Deserialize)]
struct Form<'a> {
    #[serde(borrow)]
    number: Cow<'a, str>,
    #[serde(borrow)]
    stream: Cow<'a, str>,
    #[serde(borrow)]
    kind: Cow<'a, str>,
    #[serde(borrow)]
    producer: End<'a>,
    #[serde(borrow)]
    receiver: End<'a>,
    #[serde(borrow)]
    legs: Vec<Leg<'a>>,
    #[serde(borrow)]
    items: Vec<Item<'a>>,
    planned_departure_on: NaiveDate,
    #[serde(borrow, default)]
    external_id: Cow<'a, str>,
    #[serde(borrow, default)]
    note: Cow<'a, str>,
    #[serde(borrow, default)]
    emergency_plan: Option<Under<'a>>,
}

#[derive(Deserialize)]
struct Under<'a> {
    #[serde(borrow)]
    government_plan: Document<'a>,
}

#[derive(Deserialize)]
struct Document<'a> {
    #[serde(borrow)]
    number: Cow<'a, str>,
}

#[derive(Deserialize)]
struct End<'a> {
    #[serde(borrow)]
    name: Cow<'a, str>,
    #[serde(borrow)]
    uscc: Cow<'a, str>,
    #[serde(borrow)]
    site_name: Cow<'a, str>,
    #[serde(borrow)]
    division: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Leg<'a> {
    #[serde(borrow)]
    carrier_name: Cow<'a, str>,
    #[serde(borrow)]
    plate: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Item<'a> {
    #[serde(borrow)]
    waste_code: Cow<'a, str>,
    #[serde(borrow)]
    name: Cow<'a, str>,
    mass_g: Grams,
}

impl Shown<'_> {
    fn cells(&self, id: Uuid) -> String {
        let Self { filed: form, filed_at, status } = self;
        let leg = form.legs.as_slice().first();
        let (carrier, plate) = leg.map_or(("", ""), |leg| (&leg.carrier_name, &leg.plate));
        let items = form.items.as_slice();
        let codes: Vec<&str> = items.iter().map(|item| &*item.waste_code).collect();
        let names: Vec<&str> = items.iter().map(|item| &*item.name).collect();
        let mass: Grams = items.iter().map(|item| item.mass_g).sum();
        let End { name, uscc, site_name, division } = &form.producer;
        let to = &form.receiver;
        let under = form.emergency_plan.as_ref().map(|plan| &*plan.government_plan.number);
        let under = under.unwrap_or_default();
        let cells = [
            &id.to_string(),
            &*form.number,
            &form.stream,
            &form.kind,
            status.as_str(),
            name,
            uscc,
            site_name,
            division,
            carrier,
            plate,
            &to.name,
            &to.uscc,
            &to.site_name,
            &to.division,
            &codes.join(";"),
            &names.join(";"),
            &mass.to_kg_text(),
            &form.planned_departure_on.to_string(),
            &rfc3339(*filed_at),
            &form.external_id,
            &form.note,
            under,
        ];
        cells.join(BETWEEN_CELLS.encode_utf8(&mut [0; 4]))
    }
}

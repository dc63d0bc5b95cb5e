//! Rows of `report`, one a version: append-only, so only an insert.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{Report, Version};
use super::period::ReportPeriod;
use crate::db::Pool;
use crate::db::schema::report as t;
use crate::decision::{Cell, Row, Table, Type, Write, with_columns};
use crate::ids::{ReportId, SiteId};
use crate::limits::REPORT_VERSIONS_SHOWN_MAX;
use crate::manifest::Reason;
use crate::problem::Problem;
use crate::registry::Scope;
use crate::registry::producer::ManagementClass;
use crate::registry::rows::sites_seen;

/// What the event says: not the content, that it has the hash of, nor who declared it.
static TOLD: Table = Table { name: "report", order: 16, write: Write::Insert, columns: &COLUMNS };

static INSERT: Table = Table { name: "report", order: 16, write: Write::Insert, columns: &WHOLE };

const COLUMNS: [(&str, Type); 16] = [
    ("id", Type::Uuid),
    ("version", Type::Int8),
    ("site_id", Type::Uuid),
    ("year", Type::Int2),
    ("period", Type::Text),
    ("number", Type::Int2),
    ("due_on", Type::Date),
    ("is_required", Type::Bool),
    ("management_class", Type::Text),
    ("class_reasons", Type::Jsonb),
    ("submitted_at", Type::Time),
    ("made_at", Type::Time),
    ("reason", Type::Text),
    ("reason_text", Type::Text),
    ("note", Type::Text),
    ("content_sha256", Type::Text),
];

const WHOLE: [(&str, Type); 18] =
    with_columns(&COLUMNS, &[("declared_by", Type::Text), ("content", Type::Text)]);

fn cells(report: &Report) -> Vec<Cell> {
    let small = |number: i64| Cell::Int2(i16::try_from(number).ok());
    vec![
        Cell::Uuid(Some(report.id.uuid())),
        Cell::Int8(Some(report.version)),
        Cell::Uuid(Some(report.site_id.uuid())),
        small(i64::from(report.year)),
        Cell::from(report.period.as_str()),
        small(i64::from(report.number)),
        Cell::Date(Some(report.due_on)),
        Cell::Bool(Some(report.is_required)),
        Cell::from(report.management_class.as_str()),
        Cell::Json(Some(json!(report.class_reasons).to_string())),
        Cell::Time(Some(report.submitted_at)),
        Cell::Time(Some(report.made_at)),
        Cell::Text(report.reason.map(|reason| reason.as_str().to_owned())),
        Cell::Text(report.reason_text.clone()),
        Cell::Text(Some(report.note.clone())),
        Cell::Text(Some(report.content_sha256.clone())),
    ]
}

pub fn insert(version: &Version) -> Row {
    let mut cells = cells(&version.report);
    cells.push(Cell::Text(version.declared_by.clone()));
    cells.push(Cell::Text(Some(version.content.clone())));
    Row { table: &INSERT, cells }
}

/// The row that must be stored of an event's data. Errors: why it cannot be read.
pub fn implied(data: Value) -> Result<Row, serde_json::Error> {
    let report: Report = serde_json::from_value(data)?;
    Ok(Row { table: &TOLD, cells: cells(&report) })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
struct VersionRow {
    id: Uuid,
    version: i64,
    site_id: Uuid,
    year: i16,
    period: String,
    number: i16,
    due_on: NaiveDate,
    is_required: bool,
    management_class: String,
    class_reasons: Value,
    submitted_at: DateTime<Utc>,
    made_at: DateTime<Utc>,
    reason: Option<String>,
    reason_text: Option<String>,
    note: String,
    content_sha256: String,
    declared_by: Option<String>,
    content: String,
}

fn read(row: VersionRow) -> Result<Version, Problem> {
    let id = row.id;
    let broken = || Problem::internal(format!("row {id} of report does not parse"));
    let reason = row.reason.map(|word| Reason::parse(&word).ok_or_else(broken));
    let report = Report {
        id: ReportId::of(id),
        site_id: SiteId::of(row.site_id),
        year: i32::from(row.year),
        period: ReportPeriod::parse(&row.period).ok_or_else(broken)?,
        number: u32::try_from(row.number).map_err(Problem::internal)?,
        version: row.version,
        due_on: row.due_on,
        is_required: row.is_required,
        management_class: ManagementClass::parse(&row.management_class).ok_or_else(broken)?,
        class_reasons: serde_json::from_value(row.class_reasons).map_err(Problem::internal)?,
        submitted_at: row.submitted_at,
        made_at: row.made_at,
        reason: reason.transpose()?,
        reason_text: row.reason_text,
        note: row.note,
        content_sha256: row.content_sha256,
    };
    Ok(Version { report, declared_by: row.declared_by, content: row.content })
}

/// The newest versions of a report, newest first, at most `rows_max` of them; none where there is
/// no such report.
async fn newest(pool: &Pool, id: ReportId, rows_max: i64) -> Result<Vec<Version>, Problem> {
    let query = t::table.filter(t::id.eq(id.uuid())).order(t::version.desc()).limit(rows_max);
    let rows: Vec<VersionRow> =
        query.select(VersionRow::as_select()).load(&mut pool.get().await?).await?;
    rows.into_iter().map(read).collect()
}

/// The newest version of a report.
pub async fn one(pool: &Pool, id: ReportId) -> Result<Option<Version>, Problem> {
    Ok(newest(pool, id, 1).await?.into_iter().next())
}

/// As many of its versions as are shown, newest first, and one more where there is one: what the
/// last shown differs from.
pub async fn versions(pool: &Pool, id: ReportId) -> Result<Vec<Version>, Problem> {
    newest(pool, id, REPORT_VERSIONS_SHOWN_MAX as i64 + 1).await
}

/// Those of `ids` whose sites are in the scope.
pub async fn among(pool: &Pool, ids: &[Uuid], scope: &Scope) -> Result<Vec<Uuid>, Problem> {
    let query = t::table.filter(t::id.eq_any(ids).and(t::version.eq(1))).select(t::id);
    let mut query = query.into_boxed();
    if let Some(seen) = sites_seen(scope) {
        query = query.filter(t::site_id.eq_any(seen));
    }
    Ok(query.load(&mut pool.get().await?).await?)
}

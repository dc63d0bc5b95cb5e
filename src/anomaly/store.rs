//! Rows of `anomaly` as they are read, and what of them people's commands write.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::asked::{AnomalyFilter, CaseOrder, RuleFamily};
use super::case::Case;
use super::review::{CaseStatus, Review, ReviewStatus};
use super::rule::RULES;
use super::sight::{Sight, open_codes};
use crate::db::Pool;
use crate::db::schema::anomaly as t;
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::ids::{AnomalyId, UserId};
use crate::journal;
use crate::problem::Problem;

/// A case with what people made of it.
#[derive(Clone, Debug)]
pub struct Stored {
    pub case: Case,
    pub review: Review,
    pub status: CaseStatus,
    /// The number of people's acts.
    pub version: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(Pg))]
struct CaseRow {
    id: Uuid,
    rule: String,
    stream: String,
    severity: i16,
    subject_kind: String,
    subject_id: Uuid,
    key: String,
    divisions: Vec<String>,
    manifest_ids: Vec<Uuid>,
    organisation_ids: Vec<Uuid>,
    evidence: Value,
    proofs: Vec<i64>,
    first_seen_at: DateTime<Utc>,
    last_seen_at: DateTime<Utc>,
    times: i32,
    reopened: i32,
    resolved_at: Option<DateTime<Utc>>,
    resolved_reason: Option<String>,
    review: Option<Value>,
    status: String,
}

fn read(row: CaseRow, versions: &HashMap<Uuid, i64>) -> Result<Stored, Problem> {
    let id = row.id;
    let status = CaseStatus::parse(&row.status)
        .ok_or_else(|| Problem::internal(format!("row {id} of anomaly does not parse")))?;
    let review = match row.review {
        Some(review) => serde_json::from_value(review).map_err(Problem::internal)?,
        None => Review::none(AnomalyId::of(id)),
    };
    let case = Case {
        id,
        rule: row.rule,
        stream: row.stream,
        severity: row.severity,
        subject_kind: row.subject_kind,
        subject_id: row.subject_id,
        key: row.key,
        divisions: row.divisions,
        manifest_ids: row.manifest_ids,
        organisation_ids: row.organisation_ids,
        evidence: row.evidence,
        proofs: row.proofs,
        first_seen_at: row.first_seen_at,
        last_seen_at: row.last_seen_at,
        times: row.times,
        reopened: row.reopened,
        resolved_at: row.resolved_at,
        resolved_reason: row.resolved_reason,
    };
    let version = versions.get(&id).copied().unwrap_or(0);
    Ok(Stored { case, review, status, version })
}

/// With the versions of their chains.
async fn whole(pool: &Pool, rows: Vec<CaseRow>) -> Result<Vec<Stored>, Problem> {
    let touched: Vec<Uuid> =
        rows.iter().filter(|row| row.review.is_some()).map(|row| row.id).collect();
    let versions: HashMap<Uuid, i64> = if touched.is_empty() {
        HashMap::new()
    } else {
        let conn = &mut pool.get().await?;
        journal::versions(conn, &touched).await?
    };
    rows.into_iter().map(|row| read(row, &versions)).collect()
}

/// These cases, in no order.
pub async fn these(pool: &Pool, ids: &[Uuid]) -> Result<Vec<Stored>, Problem> {
    let query = t::table.filter(t::id.eq_any(ids)).select(CaseRow::as_select());
    let rows = query.load(&mut pool.get().await?).await?;
    whole(pool, rows).await
}

/// One case.
pub async fn one(pool: &Pool, id: AnomalyId) -> Result<Option<Stored>, Problem> {
    Ok(these(pool, &[id.uuid()]).await?.into_iter().next())
}

/// All cases of a rule that somebody sees.
pub async fn of_rule(pool: &Pool, sight: &Sight, rule: &str) -> Result<Vec<Stored>, Problem> {
    let query = seen(sight).filter(t::rule.eq(rule.to_owned())).select(CaseRow::as_select());
    let rows = query.load(&mut pool.get().await?).await?;
    whole(pool, rows).await
}

pub(super) type Boxed<'a> = t::BoxedQuery<'a, Pg>;

/// Those that somebody sees.
pub(super) fn seen<'a>(sight: &Sight) -> Boxed<'a> {
    let mut query = t::table.into_boxed::<Pg>();
    match sight {
        Sight::Regulator { division, streams, agency } => {
            if let Some(division) = division {
                query = query.filter(t::divisions.contains(vec![division.clone()]));
            }
            if let Some(streams) = streams {
                let shared = t::agencies.contains(json!([agency]));
                query = query.filter(t::stream.eq_any(streams.clone()).or(shared));
            }
            query
        }
        Sight::Party(own) => {
            let names = t::organisation_ids.contains(vec![own.uuid()]);
            query.filter(names).filter(t::rule.eq_any(open_codes()))
        }
        Sight::Nothing => query.filter(t::id.eq_any(Vec::<Uuid>::new())),
    }
}

/// A page of cases, with one row more than is shown.
pub async fn page(
    pool: &Pool,
    sight: &Sight,
    filter: &AnomalyFilter,
) -> Result<Vec<Stored>, Problem> {
    let mut query = narrowed(seen(sight), filter, sight).limit(filter.limit.rows_to_read());
    query = match filter.sort {
        CaseOrder::Newest => query.order((t::first_seen_at.desc(), t::id.desc())),
        CaseOrder::Severity => {
            query.order((t::severity.desc(), t::first_seen_at.desc(), t::id.desc()))
        }
    };
    let rows = query.select(CaseRow::as_select()).load(&mut pool.get().await?).await?;
    whole(pool, rows).await
}

/// The codes of a family's rules.
pub fn codes_of(family: RuleFamily) -> Vec<String> {
    let those = RULES.iter().filter(|rule| rule.family == family.as_str());
    those.map(|rule| rule.rule_id.clone()).collect()
}

fn narrowed<'a>(mut query: Boxed<'a>, filter: &AnomalyFilter, sight: &Sight) -> Boxed<'a> {
    if let Some(cursor) = &filter.cursor {
        let (severity, at, id) = cursor.0;
        let after = t::first_seen_at.lt(at).or(t::first_seen_at.eq(at).and(t::id.lt(id)));
        query = match filter.sort {
            CaseOrder::Newest => query.filter(after),
            CaseOrder::Severity => {
                query.filter(t::severity.lt(severity).or(t::severity.eq(severity).and(after)))
            }
        };
    }
    if let Some(rule) = filter.rule {
        query = query.filter(t::rule.eq(rule.to_string()));
    }
    if let Some(family) = filter.family {
        query = query.filter(t::rule.eq_any(codes_of(family)));
    }
    if let Some(severity) = filter.severity {
        query = query.filter(t::severity.eq(severity.number()));
    }
    if let Some(severity) = filter.min_severity {
        query = query.filter(t::severity.ge(severity.number()));
    }
    if let Some(status) = filter.status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    if let Some(stream) = filter.stream {
        query = query.filter(t::stream.eq(stream.as_str()));
    }
    if let Some(division) = &filter.division {
        query = query.filter(t::divisions.contains(vec![division.as_str().to_owned()]));
    }
    if let Some(id) = filter.organisation_id {
        query = query.filter(t::organisation_ids.contains(vec![id.uuid()]));
    }
    if let Some(id) = filter.manifest_id {
        query = query.filter(t::manifest_ids.contains(vec![id.uuid()]));
    }
    if let Some(kind) = filter.subject_kind {
        query = query.filter(t::subject_kind.eq(kind.as_str()));
    }
    if let Some(id) = filter.subject_id {
        query = query.filter(t::subject_id.eq(id.uuid()));
    }
    // Who looks into a case, and what became of it, is the regulators' own.
    if let Some(id) = filter.assignee_id.filter(|_| sight.is_regulator()) {
        query = query.filter(t::assignee_id.is_not_distinct_from(id.uuid()));
    }
    if let Some(is_merged) = filter.merged.filter(|_| sight.is_regulator()) {
        query = query.filter(t::merged_into.is_not_null().eq(is_merged));
    }
    if let Some(from) = filter.from {
        query = query.filter(t::first_seen_at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(t::first_seen_at.lt(to));
    }
    query
}

/// Those of `ids` that somebody sees.
pub async fn among(pool: &Pool, sight: &Sight, ids: &[Uuid]) -> Result<HashSet<Uuid>, Problem> {
    let query = seen(sight).filter(t::id.eq_any(ids.to_vec())).select(t::id);
    let found: Vec<Uuid> = query.load(&mut pool.get().await?).await?;
    Ok(found.into_iter().collect())
}

const COLUMNS: &[(&str, Type)] = &[
    ("id", Type::Uuid),
    ("review", Type::Jsonb),
    ("review_status", Type::Text),
    ("assignee_id", Type::Uuid),
    ("agencies", Type::Jsonb),
    ("merged_into", Type::Uuid),
];

/// People's columns. The watch wrote the row.
static REVIEW: Table =
    Table { name: "anomaly", order: 50, write: Write::Update { keys: 1 }, columns: COLUMNS };

pub fn update(review: &Review) -> Result<Row, Problem> {
    Ok(Row { table: &REVIEW, cells: cells(review).map_err(Problem::internal)? })
}

/// What must be stored of an event's data. Errors: why it cannot be read.
pub fn implied(data: Value) -> Result<Row, serde_json::Error> {
    let review: Review = serde_json::from_value(data)?;
    Ok(Row { table: &REVIEW, cells: cells(&review)? })
}

fn cells(review: &Review) -> Result<Vec<Cell>, serde_json::Error> {
    let status = (review.status != ReviewStatus::Open).then(|| review.status.as_str().to_owned());
    Ok(vec![
        Cell::Uuid(Some(review.id.uuid())),
        Cell::Json(Some(serde_json::to_string(review)?)),
        Cell::Text(status),
        Cell::Uuid(review.assignee_id.map(UserId::uuid)),
        Cell::Json(Some(serde_json::to_string(&review.agencies)?)),
        Cell::Uuid(review.merged_into.map(AnomalyId::uuid)),
    ])
}

//! The cases that weigh, with the mass of the manifests that they name. What is read is what is
//! alive and what was resolved lately: nothing that grows with history.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};
use diesel::QueryableByName;
use diesel::sql_types::{Array, BigInt, Bool, Nullable, SmallInt, Text, Timestamptz, Uuid as Id};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::review::CaseStatus;
use super::risk::{Judged, Weighed};
use crate::db::Pool;
use crate::problem::Problem;

#[derive(QueryableByName)]
struct WeighedRow {
    #[diesel(sql_type = Id)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    rule: String,
    #[diesel(sql_type = SmallInt)]
    severity: i16,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Timestamptz)]
    last_seen_at: DateTime<Utc>,
    #[diesel(sql_type = Array<Id>)]
    manifest_ids: Vec<Uuid>,
    #[diesel(sql_type = Array<Id>)]
    organisation_ids: Vec<Uuid>,
    #[diesel(sql_type = BigInt)]
    mass_g: i64,
    #[diesel(sql_type = Bool)]
    is_merged: bool,
}

/// A case that weighs, and whom it names.
pub struct Named {
    pub weighed: Weighed,
    pub manifests: Vec<Uuid>,
    pub organisations: Vec<Uuid>,
}

/// Whose matters are weighed.
pub struct Scope {
    pub division: Option<String>,
    pub streams: Option<Vec<String>>,
}

/// Confirmed cases count for a year after they were last seen, resolved ones for a quarter.
const WEIGHED_SQL: &str = "-- risk: cases that weigh
SELECT a.id, a.rule, a.severity, a.status, a.last_seen_at, a.manifest_ids, a.organisation_ids,
       a.merged_into IS NOT NULL AS is_merged,
       COALESCE((SELECT sum(m.shipped_g) FROM manifest m WHERE m.id = ANY(a.manifest_ids)),
                0)::bigint AS mass_g
  FROM anomaly a
 WHERE (a.status IN ('open', 'acknowledged')
        OR (a.status = 'confirmed' AND a.last_seen_at > $3)
        OR (a.status = 'resolved' AND a.resolved_at > $4))
   AND ($1::text IS NULL OR a.divisions @> ARRAY[$1::text])
   AND ($2::text[] IS NULL OR a.stream = ANY($2))
 ORDER BY a.severity DESC, a.first_seen_at DESC LIMIT 20000";

pub async fn weighed(
    pool: &Pool,
    scope: &Scope,
    now: DateTime<Utc>,
) -> Result<Vec<Named>, Problem> {
    let rows: Vec<WeighedRow> = diesel::sql_query(WEIGHED_SQL)
        .bind::<Nullable<Text>, _>(scope.division.as_deref())
        .bind::<Nullable<Array<Text>>, _>(scope.streams.as_deref())
        .bind::<Timestamptz, _>(now - TimeDelta::days(365))
        .bind::<Timestamptz, _>(now - TimeDelta::days(90))
        .load(&mut pool.get().await?)
        .await?;
    let named = |row: WeighedRow| Named {
        weighed: Weighed {
            id: row.id,
            rule: row.rule,
            severity: row.severity,
            status: CaseStatus::parse(&row.status).unwrap_or(CaseStatus::Open),
            last_seen_at: row.last_seen_at,
            mass_g: row.mass_g,
            is_merged: row.is_merged,
        },
        manifests: row.manifest_ids,
        organisations: row.organisation_ids,
    };
    Ok(rows.into_iter().map(named).collect())
}

#[derive(QueryableByName)]
struct JudgedRow {
    #[diesel(sql_type = Text)]
    rule: String,
    #[diesel(sql_type = BigInt)]
    confirmed: i64,
    #[diesel(sql_type = BigInt)]
    set_aside: i64,
}

const JUDGED_SQL: &str = "-- risk: how often rules were right
SELECT rule, count(*) FILTER (WHERE status = 'confirmed') AS confirmed,
       count(*) FILTER (WHERE status <> 'confirmed') AS set_aside
  FROM anomaly WHERE status IN ('explained', 'confirmed', 'dismissed') GROUP BY rule";

/// What people made of the cases of each rule, everywhere.
pub async fn judged(pool: &Pool) -> Result<HashMap<String, Judged>, Problem> {
    let rows: Vec<JudgedRow> = diesel::sql_query(JUDGED_SQL).load(&mut pool.get().await?).await?;
    let judged =
        |row: JudgedRow| (row.rule, Judged { confirmed: row.confirmed, set_aside: row.set_aside });
    Ok(rows.into_iter().map(judged).collect())
}

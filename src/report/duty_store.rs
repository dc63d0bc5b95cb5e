//! Which reports sites owe, and which are there: sites by periods, from the sums of ledgers.
//! Nothing here grows with the years; entries are read only of an organisation whose class changed
//! within the very year, and of that year alone.

use std::ops::Bound;

use chrono::{DateTime, NaiveDate, Utc};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel::query_builder::{BoxedSqlQuery, SqlQuery};
use diesel::sql_query;
use diesel::sql_types::{
    Array, BigInt, Bool, Date, Integer, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::asked::ReportStatus;
use super::duty::{Duty, Filed};
use super::period::{Period, ReportPeriod, Term};
use crate::db::Pool;
use crate::db::schema::{report, site};
use crate::ids::{OrganisationId, ReportId, SiteId};
use crate::problem::Problem;
use crate::registry::Scope;
use crate::registry::producer::{ClassReason, KEY_FROM, ManagementClass, SIMPLIFIED_FROM};
use crate::registry::rows::sites_seen;

/// What a list of duties is narrowed by, and what they are judged by.
#[derive(Debug)]
pub struct DutyFilter {
    pub scope: Scope,
    pub site_id: Option<SiteId>,
    pub division: Option<String>,
    pub status: Option<ReportStatus>,
    /// Also what nobody owes and nobody has submitted.
    pub all: bool,
    pub today: NaiveDate,
    /// Kinds of business that make kitchen waste alone.
    pub kitchen: Vec<String>,
}

// The class is that of `registry/store/producer.rs` as it was when the period ended: the largest of
// the three years before, or of the year as far as it had come. What hangs on the year alone is
// read once a year; `OFFSET 0` keeps PostgreSQL from reading it again for each period.
const DUTIES_SQL: &str = "-- report: duties
WITH period AS (
    SELECT * FROM UNNEST($2::int2[], $3::text[], $4::int2[], $5::int8[], $6::timestamptz[],
            $7::date[], $8::date[], $9::text[], $10::uuid[])
        AS p (year, kind, number, rank, ends, last_on, due_on, classes, ids_below)
), so_far AS (
    SELECT s.id AS site_id, s.organisation_id, s.division, asked.year, known.*
      FROM site s
      JOIN organisation o ON o.id = s.organisation_id
     CROSS JOIN UNNEST($1::int2[]) AS asked (year)
     CROSS JOIN LATERAL (
        SELECT make_timestamptz(asked.year, 1, 1, 0, 0, 0, 'Asia/Shanghai') AS begins,
            ledger.*, own.*, EXISTS (SELECT FROM report f
                WHERE f.site_id = s.id AND f.year = asked.year) AS has_reports,
            EXISTS (SELECT FROM site t WHERE t.organisation_id = o.id AND t.kind = 'treatment'
                AND t.status <> 'closed'
                AND t.facility_kind IS DISTINCT FROM 'kitchen_plant') AS has_plant,
            EXISTS (SELECT FROM licence c WHERE c.organisation_id = o.id
                AND c.kind <> 'kitchen_permit' AND c.status <> 'lapsed') AS has_licence,
            o.roles @> '[\"producer\"]' AND o.status <> 'closed'
                AND (s.status <> 'closed' OR own.has_in_year)
                AND (own.had_before OR own.has_in_year
                    OR (s.kind = 'production'
                        AND (s.business IS NULL OR s.business <> ALL($14::text[])))) AS may_owe
          FROM (SELECT COALESCE(max(produced_g) FILTER (WHERE year < asked.year), 0) AS before_g,
                    COALESCE(max(produced_g) FILTER (WHERE year = asked.year), 0) AS in_year_g,
                    COALESCE(bool_or(treated) FILTER (WHERE year < asked.year), false)
                        AS treated_before,
                    COALESCE(bool_or(treated) FILTER (WHERE year = asked.year), false)
                        AS treated_in_year
                  FROM (SELECT l.year, sum(l.produced_g)::bigint AS produced_g,
                            sum(l.self_treated_g) > 0 AS treated
                          FROM site t JOIN ledger_year l ON l.site_id = t.id
                         WHERE t.organisation_id = o.id AND l.waste_code NOT LIKE 'CY-%'
                           AND l.year BETWEEN asked.year - 3 AND asked.year
                         GROUP BY t.id, l.year) sums) ledger
         CROSS JOIN (SELECT
                EXISTS (SELECT FROM ledger_year l WHERE l.site_id = s.id
                    AND l.year < asked.year AND l.waste_code NOT LIKE 'CY-%') AS had_before,
                EXISTS (SELECT FROM ledger_year l WHERE l.site_id = s.id
                    AND l.year = asked.year AND l.waste_code NOT LIKE 'CY-%') AS has_in_year
            OFFSET 0) own
        OFFSET 0) known
     WHERE s.id = ANY($15::uuid[]) AND ($17 OR known.may_owe OR known.has_reports)
    OFFSET 0
), duty AS (
    SELECT so_far.site_id, so_far.organisation_id, so_far.division, p.year::int4 AS year,
        p.kind, p.number::int4 AS number, p.rank, p.due_on, judged.class,
        array_remove(ARRAY[CASE WHEN found.mass_g >= $12 THEN 'quantity' END,
            CASE WHEN found.treats THEN 'own_treatment' END,
            CASE WHEN found.licensed THEN 'licence' END], NULL) AS reasons,
        judged.class = ANY(string_to_array(p.classes, ';')) AND so_far.may_owe
            AND (so_far.site_id < p.ids_below OR so_far.had_before
                OR (so_far.has_in_year AND EXISTS (
                    SELECT FROM ledger_year l JOIN ledger_entry e
                        ON e.site_id = l.site_id AND e.waste_code = l.waste_code
                       AND e.occurred_at >= so_far.begins AND e.occurred_at < p.ends
                     WHERE l.site_id = so_far.site_id AND l.year = p.year
                       AND l.waste_code NOT LIKE 'CY-%'))) AS owed,
        r.id AS report_id, r.version, r.due_on AS filed_due_on, r.is_required,
        r.management_class, r.class_reasons::text AS class_reasons, r.submitted_at, r.made_at,
        r.content_sha256,
        CASE WHEN r.id IS NULL AND p.last_on >= $13 THEN 'open'
             WHEN r.id IS NULL AND p.due_on >= $13 THEN 'due'
             WHEN r.id IS NULL THEN 'late'
             WHEN r.version > 1 THEN 'amended'
             WHEN r.is_required AND r.submitted_on > r.due_on THEN 'submitted_late'
             ELSE 'submitted' END AS status,
        COALESCE(r.is_required AND r.submitted_on > r.due_on, p.due_on < $13) AS is_late
      FROM so_far
      JOIN period p ON p.year = so_far.year
     CROSS JOIN LATERAL (SELECT
        GREATEST(so_far.before_g, CASE
            WHEN p.kind = 'year' OR so_far.before_g >= $11 OR so_far.in_year_g < $12
                 OR so_far.in_year_g <= so_far.before_g THEN so_far.in_year_g
            ELSE (SELECT COALESCE(max(grown.mass_g), 0) FROM (
                    SELECT sum(e.mass_g)::bigint AS mass_g
                      FROM site t
                      JOIN ledger_year l ON l.site_id = t.id AND l.year = p.year
                       AND l.produced_g > 0 AND l.waste_code NOT LIKE 'CY-%'
                      JOIN ledger_entry e ON e.site_id = l.site_id
                       AND e.waste_code = l.waste_code AND e.kind = 'produced'
                       AND e.occurred_at >= so_far.begins AND e.occurred_at < p.ends
                     WHERE t.organisation_id = so_far.organisation_id
                     GROUP BY t.id) grown) END) AS mass_g,
        so_far.treated_before OR so_far.has_plant
            OR (so_far.treated_in_year AND (p.kind = 'year' OR EXISTS (
                SELECT FROM site t
                  JOIN ledger_year l ON l.site_id = t.id AND l.year = p.year
                   AND l.self_treated_g > 0 AND l.waste_code NOT LIKE 'CY-%'
                  JOIN ledger_entry e ON e.site_id = l.site_id
                   AND e.waste_code = l.waste_code AND e.kind = 'self_treated'
                   AND e.occurred_at >= so_far.begins AND e.occurred_at < p.ends
                 WHERE t.organisation_id = so_far.organisation_id))) AS treats,
        so_far.has_licence AND EXISTS (SELECT FROM licence c
            WHERE c.organisation_id = so_far.organisation_id AND c.kind <> 'kitchen_permit'
              AND c.status <> 'lapsed'
              AND LEAST(p.last_on, $13) BETWEEN c.valid_from AND c.valid_to) AS licensed
        OFFSET 0) found
     CROSS JOIN LATERAL (SELECT
        CASE WHEN found.mass_g >= $11 OR found.treats OR found.licensed THEN 'key'
             WHEN found.mass_g >= $12 THEN 'simplified' ELSE 'registered' END AS class
        OFFSET 0) judged
      LEFT JOIN LATERAL (
        SELECT f.*, (f.submitted_at AT TIME ZONE 'Asia/Shanghai')::date AS submitted_on
          FROM report f
         WHERE so_far.has_reports AND f.site_id = so_far.site_id AND f.year = p.year
           AND f.period = p.kind AND f.number = p.number
         ORDER BY f.version DESC LIMIT 1) r ON true
)
SELECT * FROM duty
 WHERE (report_id IS NOT NULL OR owed OR $17) AND ($16::text IS NULL OR status = $16)
   AND ($18::uuid IS NULL OR site_id > $18 OR rank > $19)
 ORDER BY site_id, rank LIMIT $20";

#[derive(QueryableByName)]
struct DutyRow {
    #[diesel(sql_type = SqlUuid)]
    site_id: Uuid,
    #[diesel(sql_type = SqlUuid)]
    organisation_id: Uuid,
    #[diesel(sql_type = Text)]
    division: String,
    #[diesel(sql_type = Integer)]
    year: i32,
    #[diesel(sql_type = Text)]
    kind: String,
    #[diesel(sql_type = Integer)]
    number: i32,
    #[diesel(sql_type = Date)]
    due_on: NaiveDate,
    #[diesel(sql_type = Text)]
    class: String,
    #[diesel(sql_type = Array<Text>)]
    reasons: Vec<String>,
    #[diesel(sql_type = Bool)]
    owed: bool,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    report_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<BigInt>)]
    version: Option<i64>,
    #[diesel(sql_type = Nullable<Date>)]
    filed_due_on: Option<NaiveDate>,
    #[diesel(sql_type = Nullable<Bool>)]
    is_required: Option<bool>,
    #[diesel(sql_type = Nullable<Text>)]
    management_class: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    class_reasons: Option<String>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    submitted_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Timestamptz>)]
    made_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = Nullable<Text>)]
    content_sha256: Option<String>,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Bool)]
    is_late: bool,
}

impl DutyRow {
    fn filed(&self) -> Option<Filed> {
        Some(Filed {
            id: ReportId::of(self.report_id?),
            version: self.version?,
            due_on: self.filed_due_on?,
            is_required: self.is_required?,
            class: ManagementClass::parse(self.management_class.as_deref()?)?,
            reasons: serde_json::from_str(self.class_reasons.as_deref()?).ok()?,
            submitted_at: self.submitted_at?,
            made_at: self.made_at?,
            content_sha256: self.content_sha256.clone()?,
        })
    }
}

fn read(row: &DutyRow) -> Option<Duty> {
    let filed = row.filed();
    if filed.is_none() && row.report_id.is_some() {
        return None;
    }
    let reasons = row.reasons.iter().map(|word| ClassReason::parse(word));
    Some(Duty {
        site_id: SiteId::of(row.site_id),
        organisation_id: OrganisationId::of(row.organisation_id),
        division: row.division.clone(),
        period: Period {
            kind: ReportPeriod::parse(&row.kind)?,
            year: row.year,
            number: u32::try_from(row.number).ok()?,
        },
        due_on: row.due_on,
        is_required: row.owed,
        class: ManagementClass::parse(&row.class)?,
        reasons: reasons.collect::<Option<_>>()?,
        filed,
        status: ReportStatus::parse(&row.status)?,
        is_late: row.is_late,
    })
}

/// What is asked for of periods: `$1` to `$10`.
fn of_periods(periods: &[(Period, Term)]) -> BoxedSqlQuery<'static, Pg, SqlQuery> {
    fn column<T>(periods: &[(Period, Term)], read: impl Fn(&(Period, Term)) -> T) -> Vec<T> {
        periods.iter().map(read).collect()
    }
    let small = |number: i64| i16::try_from(number).unwrap_or_default();
    let year_of = |(period, _): &(Period, Term)| small(i64::from(period.year));
    let mut years = column(periods, year_of);
    years.sort_unstable();
    years.dedup();
    let classes = |term: &Term| {
        let words: Vec<&str> = term.classes.iter().map(|class| class.as_str()).collect();
        words.join(";")
    };
    sql_query(DUTIES_SQL)
        .into_boxed::<Pg>()
        .bind::<Array<SmallInt>, _>(years)
        .bind::<Array<SmallInt>, _>(column(periods, year_of))
        .bind::<Array<Text>, _>(column(periods, |(period, _)| period.kind.as_str()))
        .bind::<Array<SmallInt>, _>(column(periods, |(one, _)| small(i64::from(one.number))))
        .bind::<Array<BigInt>, _>(column(periods, |(period, _)| period.rank()))
        .bind::<Array<Timestamptz>, _>(column(periods, |(period, _)| period.ends()))
        .bind::<Array<Date>, _>(column(periods, |(period, _)| period.last()))
        .bind::<Array<Date>, _>(column(periods, |(_, term)| term.due_on))
        .bind::<Array<Text>, _>(column(periods, |(_, term)| classes(term)))
        .bind::<Array<SqlUuid>, _>(column(periods, |(period, _)| first_id(period.ends())))
}

/// All ids that were made before are smaller: they begin with their time (`Mint::uuid`).
fn first_id(time: DateTime<Utc>) -> Uuid {
    let millis = u64::try_from(time.timestamp_millis()).unwrap_or(0);
    uuid::Builder::from_unix_timestamp_millis(millis, &[0; 10]).into_uuid()
}

/// Up to `rows_max` sites from `from` on whose duties may be in the list, in the order of ids.
pub async fn sites(
    pool: &Pool,
    filter: &DutyFilter,
    years: &[i16],
    (from, rows_max): (Bound<Uuid>, i64),
) -> Result<Vec<Uuid>, Problem> {
    let seen = sites_seen(&filter.scope);
    let mut query = seen.unwrap_or_else(|| site::table.select(site::id).into_boxed());
    match from {
        Bound::Included(id) => query = query.filter(site::id.ge(id)),
        Bound::Excluded(id) => query = query.filter(site::id.gt(id)),
        Bound::Unbounded => {}
    }
    if let Some(id) = filter.site_id {
        query = query.filter(site::id.eq(id.uuid()));
    }
    if let Some(division) = &filter.division {
        query = query.filter(site::division.eq(division.clone()));
    }
    if filter.status.is_some_and(ReportStatus::is_of_submitted) {
        let reported = report::table.filter(report::year.eq_any(years.to_vec()));
        query = query.filter(site::id.eq_any(reported.select(report::site_id)));
    }
    Ok(query.order(site::id).limit(rows_max).load(&mut pool.get().await?).await?)
}

/// Up to `rows_max` duties of these sites and periods, in the order of sites and, at a site, of
/// [`Period::rank`], after the site and rank of the page before.
pub async fn duties(
    pool: &Pool,
    periods: &[(Period, Term)],
    (sites, filter): (&[Uuid], &DutyFilter),
    (after, rows_max): (Option<(Uuid, i64)>, i64),
) -> Result<Vec<Duty>, Problem> {
    let rows: Vec<DutyRow> = of_periods(periods)
        .bind::<BigInt, _>(KEY_FROM.0)
        .bind::<BigInt, _>(SIMPLIFIED_FROM.0)
        .bind::<Date, _>(filter.today)
        .bind::<Array<Text>, _>(&filter.kitchen)
        .bind::<Array<SqlUuid>, _>(sites)
        .bind::<Nullable<Text>, _>(filter.status.map(ReportStatus::as_str))
        .bind::<Bool, _>(filter.all)
        .bind::<Nullable<SqlUuid>, _>(after.map(|(site, _)| site))
        .bind::<BigInt, _>(after.map_or(0, |(_, rank)| rank))
        .bind::<BigInt, _>(rows_max)
        .load(&mut pool.get().await?)
        .await?;
    let unread = |row: &DutyRow| {
        Problem::internal(format!("the duties of site {} do not parse", row.site_id))
    };
    rows.iter().map(|row| read(row).ok_or_else(|| unread(row))).collect()
}

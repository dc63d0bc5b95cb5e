//! Producers with the figures that make their class, an organisation after the other, from the sums
//! of their ledgers: nothing here grows with the entries.

use chrono::NaiveDate;
use diesel::sql_types::{
    Array, BigInt, Bool, Date, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid,
};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use uuid::Uuid;

use super::super::access::Scope;
use super::super::entry::Slice;
use super::super::model::Standing;
use super::super::producer::{KEY_FROM, ManagementClass, Producer, SIMPLIFIED_FROM, Span};
use super::broken;
use crate::db::Pool;
use crate::ids::{LicenceId, OrganisationId, SiteId};
use crate::problem::Problem;
use crate::units::Grams;

/// What a list of producers is narrowed by, and what they are judged by.
pub struct ProducerFilter {
    pub class: Option<ManagementClass>,
    pub division: Option<String>,
    pub scope: Scope,
    pub span: Span,
}

const PRODUCERS_SQL: &str = "-- registry: producers and what makes their class
SELECT * FROM (
    SELECT o.id, o.name, o.uscc, o.division, o.status,
        most.site_id, most.year, COALESCE(most.mass_g, 0) AS mass_g,
        own.treats, own.licences, own.key_units,
        CASE WHEN most.mass_g >= $1 OR own.treats OR own.licences <> '{}' THEN 'key'
             WHEN most.mass_g >= $2 THEN 'simplified' ELSE 'registered' END AS class
      FROM organisation o
      LEFT JOIN LATERAL (
        SELECT y.site_id, sum(y.produced_g)::bigint AS mass_g, y.year::int4 AS year
          FROM ledger_year y JOIN site s ON s.id = y.site_id
         WHERE s.organisation_id = o.id AND y.produced_g > 0
           AND y.year >= EXTRACT(YEAR FROM $3 AT TIME ZONE 'Asia/Shanghai')
           AND y.waste_code NOT LIKE 'CY-%'
         GROUP BY 1, 3 ORDER BY 2 DESC, 3 DESC, 1 LIMIT 1) most ON true
     CROSS JOIN LATERAL (SELECT
        EXISTS (SELECT FROM site s WHERE s.organisation_id = o.id AND s.kind = 'treatment'
                   AND s.status <> 'closed'
                   AND s.facility_kind IS DISTINCT FROM 'kitchen_plant')
        OR EXISTS (SELECT FROM ledger_year y JOIN site s ON s.id = y.site_id
                    WHERE s.organisation_id = o.id AND y.self_treated_g > 0
                      AND y.year >= EXTRACT(YEAR FROM $3 AT TIME ZONE 'Asia/Shanghai')
                      AND y.waste_code NOT LIKE 'CY-%') AS treats,
        ARRAY(SELECT l.id FROM licence l
               WHERE l.organisation_id = o.id AND l.kind <> 'kitchen_permit'
                 AND l.status <> 'lapsed' AND $4 BETWEEN l.valid_from AND l.valid_to
               ORDER BY l.id) AS licences,
        ARRAY(SELECT s.id FROM site s WHERE s.organisation_id = o.id AND s.is_key_unit
               ORDER BY s.id) AS key_units) own
     WHERE o.roles @> '[\"producer\"]' AND ($5 OR o.division = $6 OR o.id = $7)
       AND ($8::text IS NULL OR o.division = $8) AND ($9::uuid IS NULL OR o.id > $9)) p
 WHERE $10::text IS NULL OR p.class = $10
 ORDER BY p.id LIMIT $11";

#[derive(QueryableByName)]
struct ProducerRow {
    #[diesel(sql_type = SqlUuid)]
    id: Uuid,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Text)]
    uscc: String,
    #[diesel(sql_type = Text)]
    division: String,
    #[diesel(sql_type = Text)]
    status: String,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    site_id: Option<Uuid>,
    #[diesel(sql_type = Nullable<Integer>)]
    year: Option<i32>,
    #[diesel(sql_type = BigInt)]
    mass_g: i64,
    #[diesel(sql_type = Bool)]
    treats: bool,
    #[diesel(sql_type = Array<SqlUuid>)]
    licences: Vec<Uuid>,
    #[diesel(sql_type = Array<SqlUuid>)]
    key_units: Vec<Uuid>,
    #[diesel(sql_type = Text)]
    class: String,
}

fn read(row: ProducerRow) -> Result<Producer, Problem> {
    let fault = || broken("organisation", row.id);
    let at = row.site_id.zip(row.year);
    Ok(Producer {
        id: OrganisationId::of(row.id),
        status: Standing::parse(&row.status).ok_or_else(fault)?,
        class: ManagementClass::parse(&row.class).ok_or_else(fault)?,
        name: row.name,
        uscc: row.uscc,
        division: row.division,
        largest: Grams(row.mass_g),
        largest_at: at.map(|(site, year)| (SiteId::of(site), i64::from(year))),
        treats_itself: row.treats,
        licences: row.licences.into_iter().map(LicenceId::of).collect(),
        key_units: row.key_units.into_iter().map(SiteId::of).collect(),
    })
}

pub async fn producers(
    pool: &Pool,
    filter: &ProducerFilter,
    slice: Slice,
) -> Result<Vec<Producer>, Problem> {
    let ProducerFilter { class, division, scope, span } = filter;
    // As `scope::organisations_seen`.
    let (all, within, own): (bool, Option<&str>, Option<Uuid>) = match scope {
        Scope::All => (true, None, None),
        Scope::Division { division, own } | Scope::Regiment { division, own, .. } => {
            (false, Some(division), Some(own.uuid()))
        }
        Scope::Own(own) => (false, None, Some(own.uuid())),
        Scope::Nothing => (false, None, None),
    };
    let today: NaiveDate = span.today;
    let rows: Vec<ProducerRow> = sql_query(PRODUCERS_SQL)
        .bind::<BigInt, _>(KEY_FROM.0)
        .bind::<BigInt, _>(SIMPLIFIED_FROM.0)
        .bind::<Timestamptz, _>(span.from)
        .bind::<Date, _>(today)
        .bind::<Bool, _>(all)
        .bind::<Nullable<Text>, _>(within)
        .bind::<Nullable<SqlUuid>, _>(own)
        .bind::<Nullable<Text>, _>(division.as_deref())
        .bind::<Nullable<SqlUuid>, _>(slice.after)
        .bind::<Nullable<Text>, _>(class.map(ManagementClass::as_str))
        .bind::<BigInt, _>(slice.rows_max)
        .load(&mut pool.get().await?)
        .await?;
    rows.into_iter().map(read).collect()
}

//! What a site's ledger has of a period, by waste code: the sums of earlier years, and of the year
//! itself its entries, found by the codes that it has. Kitchen waste is left out.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Nullable, SmallInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use serde::Deserialize;

use super::content::{ReportLineView, ReportSumsView, ReportTransferView};
use super::period::{Period, ReportPeriod};
use crate::db::Pool;
use crate::ids::{OrganisationId, SiteId};
use crate::problem::Problem;
use crate::units::Kg;

// One statement, so that all of it is of one moment. `$1` site, `$2` year, `$3` its first instant,
// `$4` and `$5` the period's first and the first after it.
const LINES_SQL: &str = "-- report: lines
WITH code AS (
    SELECT DISTINCT waste_code FROM ledger_year
     WHERE site_id = $1 AND year <= $2 AND waste_code NOT LIKE 'CY-%'
), earlier AS (
    SELECT waste_code, sum(produced_g + corrected_g + brought_in_g
                           - moved_out_g - self_treated_g - loss_g) AS net_g
      FROM ledger_year WHERE site_id = $1 AND year < $2 AND waste_code NOT LIKE 'CY-%'
     GROUP BY waste_code
), entry AS (
    SELECT e.waste_code, e.kind, e.mass_g, e.manifest_id, e.manifest_line,
           e.occurred_at >= $4 AS is_in
      FROM code JOIN ledger_entry e ON e.site_id = $1 AND e.waste_code = code.waste_code
       AND e.occurred_at >= $3 AND e.occurred_at < $5
     WHERE e.kind NOT IN ('stored', 'taken_out')
), sums AS (
    SELECT waste_code, count(*) FILTER (WHERE is_in) AS entries,
           sum(CASE WHEN kind IN ('moved_out', 'self_treated', 'loss') THEN -mass_g ELSE mass_g END)
               FILTER (WHERE NOT is_in) AS net_g,
           sum(mass_g) FILTER (WHERE is_in AND kind = 'produced') AS produced_g,
           sum(mass_g) FILTER (WHERE is_in AND kind = 'brought_in') AS brought_in_g,
           sum(mass_g) FILTER (WHERE is_in AND kind = 'moved_out') AS moved_out_g,
           sum(mass_g) FILTER (WHERE is_in AND kind = 'self_treated') AS self_treated_g,
           sum(mass_g) FILTER (WHERE is_in AND kind = 'loss') AS loss_g,
           sum(mass_g) FILTER (WHERE is_in AND kind = 'correction') AS corrected_g
      FROM entry GROUP BY waste_code
), transfer AS (
    SELECT entry.waste_code, m.receiver_id, o.name AS receiver_name,
           m.state->'filed'->'items'->(entry.manifest_line::int4 - 1)->>'method' AS method,
           sum(entry.mass_g)::bigint AS mass_g, count(DISTINCT entry.manifest_id) AS manifests
      FROM entry LEFT JOIN manifest m ON m.id = entry.manifest_id
      LEFT JOIN organisation o ON o.id = m.receiver_id
     WHERE entry.is_in AND entry.kind = 'moved_out' GROUP BY 1, 2, 3, 4
), transfers AS (
    SELECT waste_code, json_agg(json_build_object('receiver_id', receiver_id,
               'receiver_name', receiver_name, 'method', method, 'mass_g', mass_g,
               'manifests', manifests) ORDER BY receiver_id, method)::text AS moved_out
      FROM transfer GROUP BY waste_code
)
SELECT waste_code, COALESCE(sums.entries, 0) AS entries,
       (COALESCE(earlier.net_g, 0) + COALESCE(sums.net_g, 0))::bigint AS opening_g,
       COALESCE(produced_g, 0)::bigint AS produced_g,
       COALESCE(brought_in_g, 0)::bigint AS brought_in_g,
       COALESCE(moved_out_g, 0)::bigint AS moved_out_g,
       COALESCE(self_treated_g, 0)::bigint AS self_treated_g,
       COALESCE(loss_g, 0)::bigint AS loss_g,
       COALESCE(corrected_g, 0)::bigint AS corrected_g, transfers.moved_out
  FROM code LEFT JOIN earlier USING (waste_code) LEFT JOIN sums USING (waste_code)
  LEFT JOIN transfers USING (waste_code)
 WHERE sums.entries > 0 OR COALESCE(earlier.net_g, 0) + COALESCE(sums.net_g, 0) <> 0
 ORDER BY waste_code";

#[derive(QueryableByName)]
struct LineRow {
    #[diesel(sql_type = Text)]
    waste_code: String,
    #[diesel(sql_type = BigInt)]
    entries: i64,
    #[diesel(sql_type = BigInt)]
    opening_g: i64,
    #[diesel(sql_type = BigInt)]
    produced_g: i64,
    #[diesel(sql_type = BigInt)]
    brought_in_g: i64,
    #[diesel(sql_type = BigInt)]
    moved_out_g: i64,
    #[diesel(sql_type = BigInt)]
    self_treated_g: i64,
    #[diesel(sql_type = BigInt)]
    loss_g: i64,
    #[diesel(sql_type = BigInt)]
    corrected_g: i64,
    #[diesel(sql_type = Nullable<Text>)]
    moved_out: Option<String>,
}

#[derive(Deserialize)]
struct Transfer {
    receiver_id: Option<OrganisationId>,
    receiver_name: Option<String>,
    method: Option<String>,
    mass_g: i64,
    manifests: i64,
}

fn read(row: LineRow) -> Result<ReportLineView, Problem> {
    let transfers: Vec<Transfer> = match &row.moved_out {
        Some(text) => serde_json::from_str(text).map_err(Problem::internal)?,
        None => Vec::new(),
    };
    let shown = |one: Transfer| ReportTransferView {
        receiver_id: one.receiver_id,
        receiver_name: one.receiver_name,
        method: one.method,
        mass_kg: Kg::of_grams(one.mass_g),
        manifests: one.manifests,
    };
    let sums = ReportSumsView {
        opening_kg: Kg::of_grams(row.opening_g),
        produced_kg: Kg::of_grams(row.produced_g),
        brought_in_kg: Kg::of_grams(row.brought_in_g),
        moved_out_kg: Kg::of_grams(row.moved_out_g),
        self_treated_kg: Kg::of_grams(row.self_treated_g),
        loss_kg: Kg::of_grams(row.loss_g),
        correction_kg: Kg::of_grams(row.corrected_g),
        ..ReportSumsView::default()
    };
    Ok(ReportLineView {
        waste_code: row.waste_code,
        sums: sums.closed(),
        entries: row.entries,
        moved_out: transfers.into_iter().map(shown).collect(),
    })
}

/// The lines of a report as the ledger is now, in the order of their codes.
pub async fn lines(
    pool: &Pool,
    site: SiteId,
    period: Period,
) -> Result<Vec<ReportLineView>, Problem> {
    let year = Period { kind: ReportPeriod::Year, year: period.year, number: 1 };
    let first: DateTime<Utc> = year.begins();
    let rows: Vec<LineRow> = sql_query(LINES_SQL)
        .bind::<SqlUuid, _>(site.uuid())
        .bind::<SmallInt, _>(i16::try_from(period.year).unwrap_or_default())
        .bind::<Timestamptz, _>(first)
        .bind::<Timestamptz, _>(period.begins())
        .bind::<Timestamptz, _>(period.ends())
        .load(&mut pool.get().await?)
        .await?;
    rows.into_iter().map(read).collect()
}

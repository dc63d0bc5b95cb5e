//! The sums of ledgers by year, held against the entries themselves.

use tokio_postgres::Error;
use uuid::Uuid;

use super::store::Source;

/// Sums that are not those of their entries, as many as are told.
const WRONG_SQL: &str = "-- audit: years
WITH entries AS (
    SELECT site_id, EXTRACT(YEAR FROM occurred_at AT TIME ZONE 'Asia/Shanghai')::smallint AS year,
           waste_code,
           COALESCE(sum(mass_g) FILTER (WHERE kind = 'produced'), 0) AS produced_g,
           COALESCE(sum(mass_g) FILTER (WHERE kind = 'correction'), 0) AS corrected_g,
           COALESCE(sum(mass_g) FILTER (WHERE kind = 'brought_in'), 0) AS brought_in_g,
           COALESCE(sum(mass_g) FILTER (WHERE kind = 'moved_out'), 0) AS moved_out_g,
           COALESCE(sum(mass_g) FILTER (WHERE kind = 'self_treated'), 0) AS self_treated_g,
           COALESCE(sum(mass_g) FILTER (WHERE kind = 'loss'), 0) AS loss_g
      FROM ledger_entry WHERE kind NOT IN ('stored', 'taken_out') GROUP BY 1, 2, 3
)
SELECT site_id, year, waste_code
  FROM entries FULL JOIN ledger_year AS sums USING (site_id, year, waste_code)
 WHERE (entries.produced_g, entries.corrected_g, entries.brought_in_g, entries.moved_out_g,
        entries.self_treated_g, entries.loss_g)
    IS DISTINCT FROM (sums.produced_g, sums.corrected_g, sums.brought_in_g, sums.moved_out_g,
        sums.self_treated_g, sums.loss_g)
 ORDER BY site_id, year, waste_code
 LIMIT 1000";

/// A site, a year and a code whose sums are wrong.
pub struct WrongYear {
    pub site_id: Uuid,
    pub year: i16,
    pub waste_code: String,
}

impl Source {
    pub async fn wrong_years(&self) -> Result<Vec<WrongYear>, Error> {
        let rows = self.tables().query(WRONG_SQL, &[]).await?;
        let wrong = |row: &tokio_postgres::Row| WrongYear {
            site_id: row.get(0),
            year: row.get(1),
            waste_code: row.get(2),
        };
        Ok(rows.iter().map(wrong).collect())
    }
}

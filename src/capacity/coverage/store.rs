//! What coverage is told from, all of it as it stood at one moment.

use std::collections::HashMap;

use chrono::{DateTime, Datelike as _, Days, NaiveDate, TimeDelta, Utc};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{Array, BigInt, Text, Timestamptz, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection as Db, RunQueryDsl};
use uuid::Uuid;

use super::facts::Facts;
use crate::clock::legal_day;
use crate::db::Pool;
use crate::db::schema::facility_day;
use crate::ids::SiteId;
use crate::problem::Problem;
use crate::registry::record::facility_day::Running;
use crate::registry::{DivisionNumber, rows};
use crate::units::Grams;

/// The days of facilities that are looked at.
const DAYS: Days = Days::new(30);

/// How far back a pickup is looked for.
const PICKUPS: TimeDelta = TimeDelta::days(90);

/// A day that a facility logged.
#[derive(Clone, Debug)]
pub struct LoggedDay {
    pub site_id: SiteId,
    pub on: NaiveDate,
    pub status: Running,
}

/// Sites, licences in force in the year, the facilities' days, and what institutions of these
/// divisions have and when it last left.
pub async fn facts(
    pool: &Pool,
    now: DateTime<Utc>,
    divisions: &[String],
) -> Result<Facts, Problem> {
    let conn = &mut pool.get().await?;
    let mut reading = conn.build_transaction().read_only().repeatable_read();
    reading
        .run(async |conn| {
            // Whoever is nearest may lie in any division.
            let everywhere: Vec<String> = DivisionNumber::all().collect();
            let sites = rows::sites_of_divisions(conn, &everywhere).await?;
            let sites = sites.into_iter().map(|site| (site.id, site)).collect();
            let today = legal_day(now);
            let licences = rows::licences_of_year(conn, today.year(), &everywhere).await?;
            let licences = licences.into_iter().map(|one| (*one.value).clone()).collect();
            let days = last_days(conn, today).await?;
            let (pickups, on_hand) = institutions(conn, now, divisions).await?;
            Ok(Facts { sites, licences, days, pickups, on_hand })
        })
        .await
}

/// The last 30 days that facilities logged, newest first.
pub async fn last_days(conn: &mut Db, today: NaiveDate) -> Result<Vec<LoggedDay>, Problem> {
    use facility_day as t;
    let rows: Vec<(Uuid, NaiveDate, String)> = t::table
        .filter(t::day.gt(today.checked_sub_days(DAYS).unwrap_or(today)))
        .filter(t::day.le(today))
        .order((t::day.desc(), t::site_id))
        .select((t::site_id, t::day, t::status))
        .load(conn)
        .await?;
    let day = |(site, on, status): (Uuid, NaiveDate, String)| {
        let status = Running::parse(&status)
            .ok_or_else(|| Problem::internal(format!("a facility's day is {status}")))?;
        Ok(LoggedDay { site_id: SiteId::of(site), on, status })
    };
    rows.into_iter().map(day).collect()
}

/// The last departure of each code of medical waste, by the index of sites, codes and times; what
/// is on hand by its account.
const INSTITUTIONS_SQL: &str = "SELECT site.id AS site_id,
       max(gone.occurred_at) AS last_at, sum(on_hand.limit_g)::bigint AS on_hand_g
  FROM site
  JOIN account AS on_hand ON on_hand.owner_id = site.id AND on_hand.kind = $3
       AND on_hand.item >= '841-' AND on_hand.item < '842-'
  LEFT JOIN LATERAL (SELECT entry.occurred_at FROM ledger_entry AS entry
        WHERE entry.site_id = site.id AND entry.waste_code = on_hand.item
          AND entry.kind = 'moved_out' AND entry.occurred_at > $2
        ORDER BY entry.occurred_at DESC LIMIT 1) AS gone ON true
 WHERE site.division = ANY($1) AND site.kind = 'production'
 GROUP BY site.id";

#[derive(QueryableByName)]
struct InstitutionRow {
    #[diesel(sql_type = SqlUuid)]
    site_id: Uuid,
    #[diesel(sql_type = diesel::sql_types::Nullable<Timestamptz>)]
    last_at: Option<DateTime<Utc>>,
    #[diesel(sql_type = diesel::sql_types::Nullable<BigInt>)]
    on_hand_g: Option<i64>,
}

type Institutions = (HashMap<SiteId, DateTime<Utc>>, HashMap<SiteId, Grams>);

async fn institutions(
    conn: &mut Db,
    now: DateTime<Utc>,
    divisions: &[String],
) -> Result<Institutions, Problem> {
    let rows: Vec<InstitutionRow> = sql_query(INSTITUTIONS_SQL)
        .bind::<Array<Text>, _>(divisions)
        .bind::<Timestamptz, _>(now - PICKUPS)
        .bind::<diesel::sql_types::SmallInt, _>(crate::decision::AccountKind::OnHand.number())
        .load(conn)
        .await?;
    let (mut pickups, mut on_hand) = (HashMap::new(), HashMap::new());
    for row in rows {
        let site = SiteId::of(row.site_id);
        pickups.extend(row.last_at.map(|at| (site, at)));
        on_hand.insert(site, Grams(row.on_hand_g.unwrap_or(0)));
    }
    Ok((pickups, on_hand))
}

//! Rows of `emergency_plan`. What was planned is only ever inserted; what changes is how it stands.

use std::collections::HashSet;

use chrono::{Days, NaiveDate};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::model::{EmergencyPlan, EmergencyPlanFilter, EmergencyPlanState, GovernmentPlan};
use crate::db::Pool;
use crate::db::schema::{account, co_disposal_facility, emergency_plan as t, subject};
use crate::decision::{
    AccountKind, Cell, Guard, Row, Subject, SubjectKind, Table, Type, Write, with_columns,
};
use crate::ids::{CoDisposalFacilityId, EmergencyPlanId, OrganisationId, SiteId};
use crate::problem::Problem;
use crate::registry::Known;

/// What the events say, without the course that they have the hash of.
static TOLD: Table =
    Table { name: "emergency_plan", order: 14, write: Write::Insert, columns: &COLUMNS };

static INSERT: Table =
    Table { name: "emergency_plan", order: 14, write: Write::Insert, columns: &WITH_CONTENT };

static UPDATE: Table = Table {
    name: "emergency_plan",
    order: 15,
    write: Write::Update { keys: 1 },
    columns: &[
        ("id", Type::Uuid),
        ("status", Type::Text),
        ("government_plan", Type::Jsonb),
        ("ended_on", Type::Date),
        ("end_reason", Type::Text),
    ],
};

const COLUMNS: [(&str, Type); 13] = [
    ("id", Type::Uuid),
    ("organisation_id", Type::Uuid),
    ("name", Type::Text),
    ("starts_on", Type::Date),
    ("ends_on", Type::Date),
    ("divisions", Type::Jsonb),
    ("figures", Type::Jsonb),
    ("openings", Type::Jsonb),
    ("content_sha256", Type::Text),
    ("status", Type::Text),
    ("government_plan", Type::Jsonb),
    ("ended_on", Type::Date),
    ("end_reason", Type::Text),
];

const WITH_CONTENT: [(&str, Type); 14] = with_columns(&COLUMNS, &[("content", Type::Text)]);

fn told(plan: &EmergencyPlan) -> Vec<Cell> {
    let text = |text: &str| Cell::Text(Some(text.to_owned()));
    let json = |value: Value| Cell::Json(Some(value.to_string()));
    let mut cells = vec![
        Cell::Uuid(Some(plan.id.uuid())),
        Cell::Uuid(Some(plan.organisation_id.uuid())),
        text(&plan.name),
        Cell::Date(Some(plan.starts_on)),
        Cell::Date(Some(plan.ends_on)),
        json(json!(plan.divisions)),
        json(json!(plan.figures)),
        json(json!(plan.openings)),
        text(&plan.content_sha256),
    ];
    cells.extend(standing(plan));
    cells
}

/// What of it changes.
fn standing(plan: &EmergencyPlan) -> [Cell; 4] {
    let document = plan.government_plan.as_ref().map(|document| json!(document).to_string());
    [
        Cell::Text(Some(plan.status.as_str().to_owned())),
        Cell::Json(document),
        Cell::Date(plan.ended_on),
        Cell::Text(plan.end_reason.clone()),
    ]
}

pub fn insert(plan: &EmergencyPlan, content: &str) -> Row {
    let mut cells = told(plan);
    cells.push(Cell::Text(Some(content.to_owned())));
    Row { table: &INSERT, cells }
}

pub fn update(plan: &EmergencyPlan) -> Row {
    let mut cells = vec![Cell::Uuid(Some(plan.id.uuid()))];
    cells.extend(standing(plan));
    Row { table: &UPDATE, cells }
}

/// The row that must be stored of an event's data. Errors: why it cannot be read.
pub fn implied(data: Value) -> Result<Row, serde_json::Error> {
    let plan: EmergencyPlan = serde_json::from_value(data)?;
    Ok(Row { table: &TOLD, cells: told(&plan) })
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = t, check_for_backend(diesel::pg::Pg))]
struct PlanRow {
    id: Uuid,
    organisation_id: Uuid,
    name: String,
    starts_on: NaiveDate,
    ends_on: NaiveDate,
    divisions: Value,
    figures: Value,
    openings: Value,
    status: String,
    government_plan: Option<Value>,
    ended_on: Option<NaiveDate>,
    end_reason: Option<String>,
    content_sha256: String,
}

fn read(row: PlanRow) -> Result<EmergencyPlan, Problem> {
    let broken = || Problem::internal(format!("emergency plan {} does not parse", row.id));
    let document = row.government_plan.map(serde_json::from_value::<GovernmentPlan>).transpose();
    Ok(EmergencyPlan {
        id: EmergencyPlanId::of(row.id),
        organisation_id: OrganisationId::of(row.organisation_id),
        name: row.name,
        starts_on: row.starts_on,
        ends_on: row.ends_on,
        divisions: serde_json::from_value(row.divisions).map_err(|_| broken())?,
        figures: serde_json::from_value(row.figures).map_err(|_| broken())?,
        openings: serde_json::from_value(row.openings).map_err(|_| broken())?,
        status: EmergencyPlanState::parse(&row.status).ok_or_else(broken)?,
        government_plan: document.map_err(|_| broken())?,
        ended_on: row.ended_on,
        end_reason: row.end_reason,
        content_sha256: row.content_sha256,
    })
}

fn known((row, version): (PlanRow, i64)) -> Result<Known<EmergencyPlan>, Problem> {
    let id = row.id;
    Ok(Known::new(SubjectKind::EmergencyPlan, id, version, read(row)?))
}

/// One, without its course.
pub async fn plan(
    pool: &Pool,
    id: EmergencyPlanId,
) -> Result<Option<Known<EmergencyPlan>>, Problem> {
    let found: Option<(PlanRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::id.eq(id.uuid()))
        .select((PlanRow::as_select(), subject::version))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(known).transpose()
}

/// One with its course.
pub async fn whole(
    pool: &Pool,
    id: EmergencyPlanId,
) -> Result<Option<(Known<EmergencyPlan>, String)>, Problem> {
    let found: Option<(PlanRow, i64, String)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::id.eq(id.uuid()))
        .select((PlanRow::as_select(), subject::version, t::content))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    found.map(|(row, version, content)| Ok((known((row, version))?, content))).transpose()
}

/// Days after its last in which a plan is still found, to say that it has ended.
const REMEMBERED: Days = Days::new(60);

/// The plans with a document of the government that open a site, or did until lately, in the order
/// of their making.
pub async fn openings_at(
    pool: &Pool,
    site: SiteId,
    today: NaiveDate,
) -> Result<Vec<Known<EmergencyPlan>>, Problem> {
    let from = today.checked_sub_days(REMEMBERED).unwrap_or(today);
    let rows: Vec<(PlanRow, i64)> = t::table
        .inner_join(subject::table.on(subject::id.eq(t::id)))
        .filter(t::status.ne(EmergencyPlanState::Draft.as_str()))
        .filter(t::ends_on.ge(from))
        .filter(t::openings.contains(json!([{"site_id": site}])))
        .order(t::id)
        .select((PlanRow::as_select(), subject::version))
        .load(&mut pool.get().await?)
        .await?;
    rows.into_iter().map(known).collect()
}

/// All that are in force on a day, in the order of their making.
pub async fn in_force(pool: &Pool, on: NaiveDate) -> Result<Vec<EmergencyPlan>, Problem> {
    let rows: Vec<PlanRow> = t::table
        .filter(t::status.eq(EmergencyPlanState::Active.as_str()))
        .filter(t::starts_on.le(on))
        .filter(t::ends_on.ge(on))
        .order(t::id)
        .select(PlanRow::as_select())
        .load(&mut pool.get().await?)
        .await?;
    rows.into_iter().map(read).collect()
}

/// The facilities that are on the co-disposal list.
pub async fn listed(pool: &Pool) -> Result<HashSet<CoDisposalFacilityId>, Problem> {
    use co_disposal_facility as f;
    let ids: Vec<Uuid> =
        f::table.filter(f::status.eq("active")).select(f::id).load(&mut pool.get().await?).await?;
    Ok(ids.into_iter().map(CoDisposalFacilityId::of).collect())
}

/// The facilities at a site that are on the co-disposal list, each as it is there.
pub async fn listed_at(pool: &Pool, site: SiteId) -> Result<Vec<Guard>, Problem> {
    use co_disposal_facility as f;
    let conn = &mut pool.get().await?;
    let of_site = || f::table.filter(f::site_id.eq(site.uuid())).select(f::id);
    let ids: Vec<Uuid> = of_site().load(conn).await?;
    // Versions before standings: whoever changes one in between makes the guard stale.
    let versions = subject::table.filter(subject::id.eq_any(ids));
    let rows: Vec<(Uuid, i64)> =
        versions.select((subject::id, subject::version)).load(conn).await?;
    let active: Vec<Uuid> = of_site().filter(f::status.eq("active")).load(conn).await?;
    let rows = rows.into_iter().filter(|(id, _)| active.contains(id));
    let guard = |(id, version)| {
        let subject = Subject::new(SubjectKind::CoDisposalFacility, id);
        Guard { subject, version }
    };
    Ok(rows.map(guard).collect())
}

/// What a facility took on a day and what is on its way there, in grams.
pub struct OpenedDay {
    pub facility: CoDisposalFacilityId,
    /// `2026-12-01`.
    pub day: String,
    pub limit: Option<i64>,
    pub used: i64,
    pub reserved: i64,
}

type Counted = (Uuid, String, Option<i64>, i64, i64);

/// The days of these facilities from `from` on on which anything came or is to come.
pub async fn days_of(
    pool: &Pool,
    facilities: impl Iterator<Item = CoDisposalFacilityId>,
    from: NaiveDate,
) -> Result<Vec<OpenedDay>, Problem> {
    let ids: Vec<Uuid> = facilities.map(CoDisposalFacilityId::uuid).collect();
    let rows: Vec<Counted> = account::table
        .filter(account::owner_id.eq_any(ids))
        .filter(account::kind.eq(AccountKind::CoDisposalDay.number()))
        .filter(account::item.ge(from.to_string()))
        .filter(account::used_g.gt(0).or(account::reserved_g.gt(0)))
        .order((account::item, account::owner_id))
        .select((
            account::owner_id,
            account::item,
            account::limit_g,
            account::used_g,
            account::reserved_g,
        ))
        .load(&mut pool.get().await?)
        .await?;
    let day = |(facility, day, limit, used, reserved): Counted| OpenedDay {
        facility: CoDisposalFacilityId::of(facility),
        day,
        limit,
        used,
        reserved,
    };
    Ok(rows.into_iter().map(day).collect())
}

/// Whose plans somebody sees.
#[derive(Clone, Copy, Debug)]
pub struct Sight<'a> {
    /// Those for this division alone; `None`: for any.
    pub division: Option<&'a str>,
}

impl Sight<'_> {
    pub fn has(&self, plan: &EmergencyPlan) -> bool {
        self.division.is_none_or(|own| plan.divisions == [own])
    }
}

/// A page, in the order of their making.
pub async fn page(
    pool: &Pool,
    (asked, today): (&EmergencyPlanFilter, NaiveDate),
    sight: Sight<'_>,
) -> Result<Vec<EmergencyPlan>, Problem> {
    let mut query = t::table
        .select(PlanRow::as_select())
        .order(t::id)
        .limit(asked.limit.rows_to_read())
        .into_boxed();
    if let Some(cursor) = &asked.cursor {
        query = query.filter(t::id.gt(cursor.0));
    }
    let active = EmergencyPlanState::Active.as_str();
    query = match asked.status {
        Some(EmergencyPlanState::Draft) => query.filter(t::status.eq("draft")),
        Some(EmergencyPlanState::Active) => {
            query.filter(t::status.eq(active)).filter(t::ends_on.ge(today))
        }
        Some(EmergencyPlanState::Ended) => {
            let is_over = t::status.eq(active).and(t::ends_on.lt(today));
            query.filter(t::status.eq("ended").or(is_over))
        }
        None => query,
    };
    if let Some(division) = sight.division {
        query = query.filter(t::divisions.eq(json!([division])));
    }
    let rows: Vec<PlanRow> = query.load(&mut pool.get().await?).await?;
    rows.into_iter().map(read).collect()
}

/// Those of `ids` that are seen, in the order of their making.
pub async fn plans_among(
    pool: &Pool,
    ids: &[Uuid],
    sight: Sight<'_>,
) -> Result<Vec<EmergencyPlan>, Problem> {
    let rows: Vec<PlanRow> = t::table
        .filter(t::id.eq_any(ids))
        .order(t::id)
        .select(PlanRow::as_select())
        .load(&mut pool.get().await?)
        .await?;
    let plans: Vec<EmergencyPlan> = rows.into_iter().map(read).collect::<Result<_, _>>()?;
    Ok(plans.into_iter().filter(|plan| sight.has(plan)).collect())
}

/// Those of `ids` that are seen.
pub async fn among(pool: &Pool, ids: &[Uuid], sight: Sight<'_>) -> Result<Vec<Uuid>, Problem> {
    let plans = plans_among(pool, ids, sight).await?;
    Ok(plans.iter().map(|plan| plan.id.uuid()).collect())
}

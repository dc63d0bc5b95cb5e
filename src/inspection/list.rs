//! Who sees inspections, and lists of them, newest first.
//!
//! The regulators whose jurisdiction it concerns, of the inspecting agency or of streams that
//! concern them; the inspector's own body; and the parties of what was found, of whom each sees
//! its own manifests in it.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use diesel::pg::Pg;
use diesel::{
    BoolExpressionMethods, ExpressionMethods, PgExpressionMethods, PgJsonbExpressionMethods,
    QueryDsl,
};
use diesel_async::RunQueryDsl;
use serde_json::{Value, json};
use uuid::Uuid;

use super::inspect::regiment_of;
use super::model::{Inspection, InspectionOutcome};
use crate::catalogue::Stream;
use crate::ctx::{Actor, Role};
use crate::db::Pool;
use crate::db::schema::inspection as t;
use crate::identity::policy as may;
use crate::ids::{InspectionId, ManifestId};
use crate::problem::Problem;
use crate::registry::Plate;
use crate::wire::{Cursor, PageLimit, paged, wire};

wire! {
    /// Which inspections to list; all that are given must hold.
    pub struct InspectionFilter {
        /// That found this manifest.
        pub manifest_id: Option<ManifestId>,
        /// That asked for this plate.
        pub plate: Option<Plate>,
        pub outcome: Option<InspectionOutcome>,
        /// `occurred_at` at or after.
        pub from: Option<DateTime<Utc>>,
        /// `occurred_at` before.
        pub to: Option<DateTime<Utc>>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<InspectionId>>,
    }
}

paged!(InspectionFilter);

/// The streams that concern the actor.
fn streams(actor: &Actor) -> Vec<&'static str> {
    let seen = Stream::ALL.iter().filter(|stream| may::sees_stream(actor, **stream));
    seen.map(|stream| stream.as_str()).collect()
}

/// The place that a regulator of less than the corps is looked for by.
fn place(actor: &Actor) -> Option<String> {
    let division = actor.division.as_deref()?;
    match (actor.role, actor.regiment.as_deref()) {
        (Role::DivisionRegulator, _) => Some(division.to_owned()),
        (Role::RegimentRegulator, Some(regiment)) => Some(regiment_of(division, regiment)),
        _ => None,
    }
}

/// Whether the actor may see an inspection.
pub fn sees(actor: &Actor, inspection: &Inspection) -> bool {
    if may::is_system(actor) {
        return true;
    }
    if !actor.role.is_regulator() {
        return may::belongs_to(actor, inspection.organisation_id)
            || inspection.organisations().contains(&actor.organisation_id);
    }
    let there = actor.role == Role::CorpsRegulator
        || place(actor).is_some_and(|place| inspection.places().contains(&place));
    let found = inspection.streams();
    let seen = streams(actor);
    let own = actor.agency.as_deref() == Some(&*inspection.agency);
    let concerns = || found.is_empty() || found.iter().any(|one| seen.contains(&one.as_str()));
    there && (own || concerns())
}

type Boxed<'a> = t::BoxedQuery<'a, Pg, diesel::sql_types::Jsonb>;

/// What `sees` says, as SQL.
fn seen<'a>(query: Boxed<'a>, actor: &Actor) -> Boxed<'a> {
    let own = actor.organisation_id.uuid();
    if !actor.role.is_regulator() {
        let party = t::organisation_ids.has_key(own.to_string());
        return query.filter(party.or(t::organisation_id.eq(own)));
    }
    let streams: Vec<String> = streams(actor).into_iter().map(str::to_owned).collect();
    let agency = actor.agency.clone().unwrap_or_default();
    let concerns = t::streams.eq(json!([])).or(t::streams.has_any_key(streams));
    let query = query.filter(concerns.or(t::agency.eq(agency)));
    if actor.role == Role::CorpsRegulator {
        return query;
    }
    query.filter(t::places.has_key(place(actor).unwrap_or_default()))
}

/// A page of inspections, with one row more than is shown.
pub async fn page(
    pool: &Pool,
    actor: &Actor,
    filter: &InspectionFilter,
) -> Result<Vec<Inspection>, Problem> {
    let rows = filter.limit.rows_to_read();
    let query = t::table.select(t::state).order(t::id.desc()).limit(rows).into_boxed::<Pg>();
    let mut query = seen(query, actor);
    if let Some(Cursor(before)) = filter.cursor {
        query = query.filter(t::id.lt(before.uuid()));
    }
    if let Some(manifest) = filter.manifest_id {
        query = query.filter(t::manifest_ids.has_key(manifest.to_string()));
    }
    if let Some(plate) = &filter.plate {
        query = query.filter(t::plate.is_not_distinct_from(plate.as_str()));
    }
    if let Some(outcome) = filter.outcome {
        query = query.filter(t::outcome.eq(outcome.as_str()));
    }
    if let Some(from) = filter.from {
        query = query.filter(t::occurred_at.ge(from));
    }
    if let Some(to) = filter.to {
        query = query.filter(t::occurred_at.lt(to));
    }
    let found: Vec<Value> = query.load(&mut pool.get().await?).await?;
    let read = |state| serde_json::from_value(state).map_err(Problem::internal);
    found.into_iter().map(read).collect()
}

/// Those of `ids` that the actor may see.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    let query = t::table.select(t::state).filter(t::id.eq_any(ids)).into_boxed::<Pg>();
    let found: Vec<Value> = seen(query, actor).load(&mut pool.get().await?).await?;
    let id = |state: Value| {
        let read: Result<Inspection, _> = serde_json::from_value(state);
        read.map(|one| one.id.uuid()).map_err(Problem::internal)
    };
    found.into_iter().map(id).collect()
}

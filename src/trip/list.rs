//! Lists of trips, and which of some somebody may see: newest first, by key, one index walk a part
//! that the caller plays (as manifests are listed).

use std::collections::HashSet;

use diesel::pg::Pg;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::asked::TripFilter;
use super::store::Stored;
use crate::ctx::{Actor, Role};
use crate::db::schema::{trip as t, trip_manifest as rider};
use crate::db::{Pool, merged};
use crate::ids::TripId;
use crate::manifest::streams;
use crate::problem::Problem;
use crate::wire::Cursor;

/// One bounded walk.
#[derive(Clone, Copy)]
enum Walk {
    Carrier,
    Producer,
    Receiver,
    /// A regulator's jurisdiction, at one end.
    From,
    To,
    /// All that carries a stream of the corps' regulator's.
    All,
}

const fn walks(actor: &Actor) -> &'static [Walk] {
    match actor.role {
        Role::CorpsRegulator => &[Walk::All],
        Role::DivisionRegulator | Role::RegimentRegulator => &[Walk::From, Walk::To],
        Role::Admin
        | Role::Producer
        | Role::Carrier
        | Role::Driver
        | Role::Receiver
        | Role::Reader => &[Walk::Carrier, Walk::Producer, Walk::Receiver],
    }
}

type Boxed<'a> = t::BoxedQuery<'a, Pg, (diesel::sql_types::Uuid, diesel::sql_types::Jsonb)>;

fn walked<'a>(query: Boxed<'a>, walk: Walk, actor: &'a Actor) -> Boxed<'a> {
    let own = actor.organisation_id.uuid();
    let division = actor.division.as_deref().unwrap_or_default();
    let regiment = actor.regiment.as_deref().unwrap_or_default();
    let is_regiment = actor.role == Role::RegimentRegulator;
    let mut riders = rider::table.select(rider::trip_id).into_boxed::<Pg>();
    if actor.role.is_regulator() {
        riders = riders.filter(rider::stream.eq_any(streams(actor)));
    }
    match walk {
        Walk::Carrier => return query.filter(t::carrier_id.eq(own)),
        Walk::Producer => riders = riders.filter(rider::producer_id.eq(own)),
        Walk::Receiver => riders = riders.filter(rider::receiver_id.eq(own)),
        Walk::From => riders = riders.filter(rider::producer_division.eq(division)),
        Walk::To => riders = riders.filter(rider::receiver_division.eq(division)),
        Walk::All => {}
    }
    match walk {
        Walk::From if is_regiment => {
            let there = rider::producer_regiment.is_not_null();
            riders = riders.filter(there.and(rider::producer_regiment.eq(regiment)));
        }
        Walk::To if is_regiment => {
            let there = rider::receiver_regiment.is_not_null();
            riders = riders.filter(there.and(rider::receiver_regiment.eq(regiment)));
        }
        Walk::Carrier | Walk::Producer | Walk::Receiver | Walk::From | Walk::To | Walk::All => {}
    }
    query.filter(t::id.eq_any(riders))
}

/// A page of trips, with one row more than is shown.
pub async fn page(pool: &Pool, actor: &Actor, filter: &TripFilter) -> Result<Vec<Stored>, Problem> {
    let rows = filter.limit.rows_to_read();
    let mut found: Vec<(Uuid, Value)> = Vec::new();
    for walk in walks(actor) {
        let query = t::table.select((t::id, t::state)).order(t::id.desc()).limit(rows);
        let query = narrowed(walked(query.into_boxed::<Pg>(), *walk, actor), filter);
        found.extend(query.load::<(Uuid, Value)>(&mut pool.get().await?).await?);
    }
    let stored = |(id, state)| {
        let trip = serde_json::from_value(state).map_err(Problem::internal)?;
        Ok(Stored { id: TripId::of(id), trip })
    };
    merged(found, rows, |(id, _)| *id).into_iter().map(stored).collect()
}

fn narrowed<'a>(mut query: Boxed<'a>, filter: &'a TripFilter) -> Boxed<'a> {
    if let Some(Cursor(last)) = filter.cursor {
        query = query.filter(t::id.lt(last.uuid()));
    }
    if let Some(status) = filter.status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    if let Some(id) = filter.carrier_id {
        query = query.filter(t::carrier_id.eq(id.uuid()));
    }
    if let Some(id) = filter.manifest_id {
        let rides = rider::table.filter(rider::manifest_id.eq(id.uuid())).select(rider::trip_id);
        query = query.filter(t::id.eq_any(rides));
    }
    query
}

/// Those of `ids` that the actor may see.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    let mut seen = HashSet::new();
    if ids.is_empty() {
        return Ok(seen);
    }
    for walk in walks(actor) {
        let query = t::table.select((t::id, t::state)).filter(t::id.eq_any(ids));
        let query = walked(query.into_boxed::<Pg>(), *walk, actor);
        seen.extend(query.select(t::id).load::<Uuid>(&mut pool.get().await?).await?);
    }
    Ok(seen)
}

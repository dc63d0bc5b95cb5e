//! Lists of rounds, and which of some somebody may see: newest first, by key, one index walk a
//! part that the caller plays (as manifests are listed).

use std::collections::HashSet;

use diesel::pg::Pg;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::asked::RoundFilter;
use super::store::Stored;
use crate::ctx::{Actor, Role};
use crate::db::schema::{collection_round as t, round_stop as stop};
use crate::db::{Pool, merged};
use crate::grant::Mandate;
use crate::identity::policy as may;
use crate::ids::RoundId;
use crate::manifest::streams;
use crate::problem::Problem;
use crate::registry::Part;
use crate::wire::Cursor;

/// One bounded walk.
#[derive(Clone, Copy)]
enum Walk<'a> {
    Carrier,
    Receiver,
    Producer,
    /// A regulator's jurisdiction, at one end.
    To,
    From,
    /// The stops of a producer who lets the caller's organisation sign for it.
    Entrusted(&'a Mandate),
    All,
}

fn walks(actor: &Actor) -> Vec<Walk<'_>> {
    let signs = |one: &&Mandate| one.scopes.contains(&may::sign_scope(Part::Producer));
    match actor.role {
        Role::CorpsRegulator => vec![Walk::All],
        Role::DivisionRegulator | Role::RegimentRegulator => vec![Walk::To, Walk::From],
        Role::Driver => vec![Walk::Carrier, Walk::Receiver, Walk::Producer],
        Role::Admin | Role::Producer | Role::Carrier | Role::Receiver | Role::Reader => {
            let mut walks = vec![Walk::Carrier, Walk::Receiver, Walk::Producer];
            walks.extend(actor.grants.held().iter().filter(signs).map(Walk::Entrusted));
            walks
        }
    }
}

type Boxed<'a> = t::BoxedQuery<'a, Pg, (diesel::sql_types::Uuid, diesel::sql_types::Jsonb)>;

fn walked<'a>(query: Boxed<'a>, walk: Walk<'a>, actor: &'a Actor) -> Boxed<'a> {
    let own = actor.organisation_id.uuid();
    let division = actor.division.as_deref().unwrap_or_default();
    let regiment = actor.regiment.as_deref().unwrap_or_default();
    let is_regiment = actor.role == Role::RegimentRegulator;
    match walk {
        Walk::Carrier => query.filter(t::carrier_id.eq(own)),
        Walk::Receiver => query.filter(t::receiver_id.eq(own)),
        Walk::Producer => {
            let calls = stop::table.filter(stop::producer_id.eq(own)).select(stop::round_id);
            query.filter(t::id.eq_any(calls))
        }
        Walk::To if is_regiment => {
            query.filter(t::receiver_division.eq(division).and(t::receiver_regiment.eq(regiment)))
        }
        Walk::To => query.filter(t::receiver_division.eq(division)),
        Walk::From if is_regiment => {
            let there = stop::producer_division.eq(division);
            let there = there.and(stop::producer_regiment.eq(regiment));
            let calls = stop::table
                .filter(stop::producer_regiment.is_not_null())
                .filter(there)
                .select(stop::round_id);
            query.filter(t::id.eq_any(calls))
        }
        Walk::From => {
            let there = stop::producer_division.eq(division);
            query.filter(t::id.eq_any(stop::table.filter(there).select(stop::round_id)))
        }
        Walk::Entrusted(mandate) => entrusted(query, mandate),
        Walk::All => query,
    }
}

/// What a delegation covers of its giver's stops (`Mandate::covers`, as a filter).
fn entrusted<'a>(mut query: Boxed<'a>, mandate: &'a Mandate) -> Boxed<'a> {
    if !mandate.streams.is_empty() {
        query = query.filter(t::stream.eq_any(&mandate.streams));
    }
    let calls = stop::table.filter(stop::producer_id.eq(mandate.giver.uuid()));
    if mandate.site_ids.is_empty() {
        return query.filter(t::id.eq_any(calls.select(stop::round_id)));
    }
    let sites: Vec<Uuid> = mandate.site_ids.iter().map(|site| site.uuid()).collect();
    let calls = calls.filter(stop::producer_site_id.eq_any(sites));
    query.filter(t::id.eq_any(calls.select(stop::round_id)))
}

/// A page of rounds, with one row more than is shown.
pub async fn page(
    pool: &Pool,
    actor: &Actor,
    filter: &RoundFilter,
) -> Result<Vec<Stored>, Problem> {
    let rows = filter.limit.rows_to_read();
    let mut found: Vec<(Uuid, Value)> = Vec::new();
    for walk in walks(actor) {
        let query = t::table.select((t::id, t::state)).order(t::id.desc()).limit(rows);
        let mut query = walked(query.into_boxed::<Pg>(), walk, actor);
        if actor.role.is_regulator() {
            query = query.filter(t::stream.eq_any(streams(actor)));
        }
        let query = narrowed(query, filter);
        found.extend(query.load::<(Uuid, Value)>(&mut pool.get().await?).await?);
    }
    let stored = |(id, state)| {
        let round = serde_json::from_value(state).map_err(Problem::internal)?;
        Ok(Stored { id: RoundId::of(id), round })
    };
    merged(found, rows, |(id, _)| *id).into_iter().map(stored).collect()
}

fn narrowed<'a>(mut query: Boxed<'a>, filter: &'a RoundFilter) -> Boxed<'a> {
    if let Some(Cursor(last)) = filter.cursor {
        query = query.filter(t::id.lt(last.uuid()));
    }
    if let Some(stream) = filter.stream {
        query = query.filter(t::stream.eq(stream.as_str()));
    }
    if let Some(status) = filter.status {
        query = query.filter(t::status.eq(status.as_str()));
    }
    if let Some(id) = filter.carrier_id {
        query = query.filter(t::carrier_id.eq(id.uuid()));
    }
    if let Some(id) = filter.receiver_id {
        query = query.filter(t::receiver_id.eq(id.uuid()));
    }
    if let Some(id) = filter.producer_id {
        let calls = stop::table.filter(stop::producer_id.eq(id.uuid())).select(stop::round_id);
        query = query.filter(t::id.eq_any(calls));
    }
    if let Some(from) = filter.planned_from {
        query = query.filter(t::planned_on.ge(from));
    }
    if let Some(to) = filter.planned_to {
        query = query.filter(t::planned_on.le(to));
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
        let mut query = walked(query.into_boxed::<Pg>(), walk, actor);
        if actor.role.is_regulator() {
            query = query.filter(t::stream.eq_any(streams(actor)));
        }
        seen.extend(query.select(t::id).load::<Uuid>(&mut pool.get().await?).await?);
    }
    Ok(seen)
}

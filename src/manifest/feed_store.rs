//! What the change feed needs of manifests: which of them somebody may see, and how they stood.

use std::collections::{HashMap, HashSet};

use diesel::dsl::exists;
use diesel::pg::Pg;
use diesel::{BoolExpressionMethods, ExpressionMethods, QueryDsl};
use diesel_async::RunQueryDsl;
use serde_json::Value;
use uuid::Uuid;

use super::event_store::read_event;
use super::evolve::evolve;
use super::list::streams;
use super::store::Stored;
use crate::ctx::{Actor, Role};
use crate::db::Pool;
use crate::db::schema::{
    manifest as t, manifest_carrier as further, manifest_former as former,
    manifest_incident as incident,
};
use crate::ids::ManifestId;
use crate::journal;
use crate::problem::Problem;

/// Those of `ids` that the actor may see and some more (all of a regiment's division, all of one
/// who delegates a part): the columns do not say more. [`super::sees`] has the last word.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    if ids.is_empty() {
        return Ok(HashSet::new());
    }
    let mut query = t::table.select(t::id).filter(t::id.eq_any(ids)).into_boxed::<Pg>();
    if actor.role.is_regulator() {
        query = query.filter(t::stream.eq_any(streams(actor)));
        if actor.role != Role::CorpsRegulator {
            let division = actor.division.as_deref().unwrap_or_default();
            let either = t::producer_division.eq(division).or(t::receiver_division.eq(division));
            let there = incident::table.filter(incident::manifest_id.eq(t::id));
            let there = exists(there.filter(incident::division.eq(division)));
            query = query.filter(either.or(there));
        }
    } else {
        // Those who let it sign for them too; `sees` asks for which sites and streams.
        let givers = actor.grants.held().iter().map(|mandate| mandate.giver.uuid());
        let whose: Vec<Uuid> = givers.chain([actor.organisation_id.uuid()]).collect();
        let ends = t::producer_id.eq_any(whose.clone()).or(t::receiver_id.eq_any(whose.clone()));
        let later = further::table.filter(further::manifest_id.eq(t::id));
        let later = exists(later.filter(further::carrier_id.eq_any(whose.clone())));
        // It is told, too, that somebody has taken its place.
        let before = former::table.filter(former::manifest_id.eq(t::id));
        let before =
            exists(before.filter(former::organisation_id.eq(actor.organisation_id.uuid())));
        query = query.filter(ends.or(t::carrier_id.eq_any(whose)).or(later).or(before));
    }
    let found: Vec<Uuid> = query.load(&mut pool.get().await?).await?;
    Ok(found.into_iter().collect())
}

/// The manifests as they stood after these of their events (id and `seq`).
pub async fn as_they_stood(
    pool: &Pool,
    after: &[(Uuid, i64)],
) -> Result<HashMap<(Uuid, i64), Stored>, Problem> {
    let wanted: HashSet<(Uuid, i64)> = after.iter().copied().collect();
    let ids: Vec<Uuid> = after.iter().map(|(id, _)| *id).collect();
    let Some(last) = after.iter().map(|(_, seq)| *seq).max() else { return Ok(HashMap::new()) };
    let contacts = t::table.filter(t::id.eq_any(&ids)).select((t::id, t::contact));
    let contacts: Vec<(Uuid, Option<Value>)> = contacts.load(&mut pool.get().await?).await?;
    let contacts: HashMap<Uuid, Option<Value>> = contacts.into_iter().collect();
    let bodies = journal::chains(pool, &ids, last).await?;
    let mut stood = HashMap::with_capacity(wanted.len());
    let mut state = None;
    for (id, seq, body) in bodies {
        let before = if seq == 0 { None } else { state.take() };
        let manifest = evolve(before, &read_event(&body)?).map_err(Problem::internal)?;
        if wanted.contains(&(id, seq)) {
            let contact = contacts.get(&id).cloned().flatten();
            let stored = Stored { id: ManifestId::of(id), manifest: manifest.clone(), contact };
            stood.insert((id, seq), stored);
        }
        state = Some(manifest);
    }
    Ok(stood)
}

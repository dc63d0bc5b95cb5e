//! A manifest's events, read back: as they are stored, and as the state that they make.

use diesel::{ExpressionMethods, OptionalExtension, QueryDsl};
use diesel_async::RunQueryDsl;
use serde::Deserialize;

use super::behalf::SignedFor;
use super::event::{Happening, Stamped};
use super::evolve::{Manifest, fold};
use crate::db::Pool;
use crate::db::schema::event;
use crate::grant::Behalf;
use crate::ids::{ManifestId, OrganisationId};
use crate::journal::{self, Recorded};
use crate::problem::Problem;

/// One event as the API shows it.
#[derive(Clone, Debug)]
pub struct EventRow {
    pub position: i64,
    pub seq: i64,
    pub leaf: Vec<u8>,
    pub body: String,
}

/// The events of a manifest, oldest first: all, or those below a version.
pub async fn events(
    pool: &Pool,
    id: ManifestId,
    below: Option<i64>,
) -> Result<Vec<EventRow>, Problem> {
    let mut query = event::table
        .filter(event::subject_id.eq(id.uuid()))
        .select((event::position, event::seq, event::leaf, event::body))
        .order(event::seq)
        .into_boxed();
    if let Some(version) = below {
        query = query.filter(event::seq.lt(version));
    }
    let rows: Vec<(i64, i64, Vec<u8>, String)> = query.load(&mut pool.get().await?).await?;
    let row = |(position, seq, leaf, body)| EventRow { position, seq, leaf, body };
    Ok(rows.into_iter().map(row).collect())
}

/// One event of a manifest.
pub async fn event(pool: &Pool, id: ManifestId, seq: i64) -> Result<Option<EventRow>, Problem> {
    let found: Option<(i64, i64, Vec<u8>, String)> = event::table
        .filter(event::subject_id.eq(id.uuid()))
        .filter(event::seq.eq(seq))
        .select((event::position, event::seq, event::leaf, event::body))
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    let row = |(position, seq, leaf, body)| EventRow { position, seq, leaf, body };
    Ok(found.map(row))
}

/// The events of a manifest below a version from the one with this leaf hash on, oldest first; none
/// where there is none.
pub async fn from_leaf(
    pool: &Pool,
    id: ManifestId,
    leaf: &[u8; 32],
    below: i64,
) -> Result<Vec<EventRow>, Problem> {
    let seen: Option<i64> = event::table
        .filter(event::subject_id.eq(id.uuid()))
        .filter(event::leaf.eq(&leaf[..]))
        .select(event::seq)
        .first(&mut pool.get().await?)
        .await
        .optional()?;
    let Some(seen) = seen else { return Ok(Vec::new()) };
    let mut all = events(pool, id, Some(below)).await?;
    all.retain(|row| row.seq >= seen);
    Ok(all)
}

/// The manifest as it stood at a version: what a repeated request is answered with.
pub async fn as_of(pool: &Pool, id: ManifestId, version: i64) -> Result<Manifest, Problem> {
    let bodies = journal::chain(pool, id.uuid(), version).await?;
    let stamped: Result<Vec<Stamped>, Problem> =
        bodies.iter().map(|body| read_event(body)).collect();
    let folded = fold(&stamped?).map_err(Problem::internal)?;
    folded.ok_or_else(|| Problem::internal("a manifest without events"))
}

/// An event's body, read back.
pub fn read_event(body: &str) -> Result<Stamped, Problem> {
    stamped(&Recorded::of(body)?)
}

/// An event, read back as what it means to a manifest.
pub fn stamped(recorded: &Recorded<'_>) -> Result<Stamped, Problem> {
    let signed_for = signed_for(recorded)?;
    let (occurred_at, recorded_at) = (recorded.occurred_at, recorded.recorded_at);
    let happening = recorded.happening(Happening::read)?;
    Ok(Stamped { happening, occurred_at, recorded_at, signed_for })
}

/// What matters here of an event's `actor`.
#[derive(Deserialize)]
struct Signer {
    organisation_id: Option<OrganisationId>,
    on_behalf_of: Option<Vec<Behalf>>,
}

/// For whom an event was signed: its `actor` tells.
fn signed_for(recorded: &Recorded<'_>) -> Result<Option<SignedFor>, Problem> {
    let actor = recorded.actor.get();
    // Nearly nobody does: most are not read. With an escape, a name may be written otherwise.
    if !actor.contains("on_behalf_of") && !actor.contains('\\') {
        return Ok(None);
    }
    let signer: Signer = serde_json::from_str(actor).map_err(Problem::internal)?;
    let Some(on_behalf_of) = signer.on_behalf_of else { return Ok(None) };
    let nobody = || Problem::internal("an event that nobody signed for another");
    let organisation_id = signer.organisation_id.ok_or_else(nobody)?;
    Ok(Some(SignedFor { step: recorded.kind.to_string(), organisation_id, on_behalf_of }))
}

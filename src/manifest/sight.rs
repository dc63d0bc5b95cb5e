//! Who may know that a manifest exists, and read it: its parties, whom they let sign for them, the
//! regulators of either end and of where something went wrong with it.

use super::amend;
use super::behalf;
use super::event::PartyAt;
use super::event_store;
use super::evolve::Manifest;
use super::status::Party;
use super::store::{self, Stored};
use crate::app::App;
use crate::catalogue::Stream;
use crate::ctx::Actor;
use crate::identity::policy as may;
use crate::ids::ManifestId;
use crate::problem::Problem;

/// Whether the actor may see the manifest: its parties, whom they let sign for them, and the
/// regulators of either end whom its stream concerns.
pub fn sees(actor: &Actor, manifest: &Manifest) -> bool {
    let filed = &manifest.filed;
    let is_party = |party: &Party| behalf::shows(actor, *party);
    manifest.parties(actor.organisation_id).iter().any(is_party)
        || behalf::is_entrusted(actor, manifest)
        || regulates_end(actor, &filed.stream, [&filed.producer, &filed.receiver])
        || regulates_incident(actor, manifest)
}

/// Whether something went wrong with it in the actor's division, and the stream concerns it.
fn regulates_incident(actor: &Actor, manifest: &Manifest) -> bool {
    let mut there =
        manifest.transit.incidents.iter().filter_map(|one| one.data.division.as_deref());
    there.any(|division| may::regulates(actor, division))
        && Stream::parse(&manifest.filed.stream).is_ok_and(|it| may::sees_stream(actor, it))
}

/// Whether the actor regulates one of the two ends, and the stream concerns it.
pub fn regulates_end(actor: &Actor, stream: &str, ends: [&PartyAt; 2]) -> bool {
    let regulates =
        |end: &PartyAt| may::regulates_place(actor, &end.division, end.regiment.as_deref());
    let concerns = || Stream::parse(stream).is_ok_and(|it| may::sees_stream(actor, it));
    ends.into_iter().any(regulates) && concerns()
}

/// The manifest, if there is one and the actor may know: else 404.
pub async fn visible(app: &App, actor: &Actor, id: ManifestId) -> Result<Stored, Problem> {
    let found = store::by_id(&app.pool, id).await?;
    found.filter(|stored| sees(actor, &stored.manifest)).ok_or_else(Problem::not_found)
}

/// The manifest as far as the actor may read it. Whoever was a party until an amendment took its
/// place reads it as that amendment left it: what it signed, and what became of that.
pub async fn readable(app: &App, actor: &Actor, id: ManifestId) -> Result<Stored, Problem> {
    let found = store::by_id(&app.pool, id).await?.ok_or_else(Problem::not_found)?;
    as_readable(app, actor, found).await
}

/// The same of a manifest that was found some other way.
pub async fn as_readable(app: &App, actor: &Actor, found: Stored) -> Result<Stored, Problem> {
    if sees(actor, &found.manifest) {
        return Ok(found);
    }
    let own = |former: &&amend::Former| may::belongs_to(actor, former.organisation_id);
    let former = found.manifest.amendments.former.iter().find(own);
    let former = *former.ok_or_else(Problem::not_found)?;
    let manifest = event_store::as_of(&app.pool, found.id, former.version).await?;
    Ok(Stored { manifest, ..found })
}

//! Arrive: the load is at the receiver's gate. The carrier that has it says so, or the receiver.

use super::act::{Scene, Step, act, claimed_time};
use super::asked::Arrive;
use super::behalf;
use super::depart::place;
use super::event::{Arrived, Happening};
use super::evolve::Manifest;
use super::mended::Content;
use super::status::{Action, Party};
use super::store::Stored;
use crate::app::App;
use crate::command::Done;
use crate::ctx::Ctx;
use crate::ids::{ManifestId, OrganisationId};
use crate::problem::{Findings, Problem};

pub async fn arrive(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    asked: impl Into<Content<Arrive>>,
) -> Result<Done<Stored>, Problem> {
    let asked = asked.into();
    let nothing = async |_: &Stored, _| Ok(());
    act(app, ctx, (id, Action::Arrive), asked, nothing, |scene, asked, parties| {
        admit(scene, asked, (parties, ctx))
    })
    .await
}

pub fn admit(
    scene: &Scene<()>,
    asked: &Arrive,
    (parties, ctx): (&[Party], &Ctx),
) -> Result<Step, Problem> {
    let manifest = &scene.stored.manifest;
    let mut findings = Findings::new();
    let occurred_at = claimed_time(asked.occurred_at, ctx, manifest, &mut findings);
    findings.settle()?;
    let arrived = Arrived {
        gross_g: asked.gross_kg.map(Into::into),
        location: asked.location.map(place),
        carrier_id: brought_by(manifest, parties, ctx),
        out_of_order: occurred_at < manifest.last_occurred_at,
    };
    let mut step = Step::new(Happening::Arrived(arrived), occurred_at, "manifest_arrived");
    scene.book_out(&mut step);
    Ok(step)
}

/// The carrier that came, where it is not the one that has the load by the book.
fn brought_by(manifest: &Manifest, parties: &[Party], ctx: &Ctx) -> Option<OrganisationId> {
    let signing = || behalf::own_carriers(&ctx.actor, manifest);
    if !parties.contains(&Party::Carrier) || signing().any(|one| manifest.has_aboard(one)) {
        return None;
    }
    signing().find(|carrier| manifest.is_carriers_turn(Action::Arrive, *carrier))
}

//! Arrive: the load is at the receiver's gate. Either end may say so.

use super::act::{Scene, Step, act, claimed_time};
use super::asked::Arrive;
use super::depart::place;
use super::event::{Arrived, Happening};
use super::mended::Content;
use super::status::Action;
use super::store::Stored;
use crate::app::App;
use crate::command::Done;
use crate::ctx::Ctx;
use crate::ids::ManifestId;
use crate::problem::{Findings, Problem};

pub async fn arrive(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    asked: impl Into<Content<Arrive>>,
) -> Result<Done<Stored>, Problem> {
    let asked = asked.into();
    let nothing = async |_: &Stored, _| Ok(());
    act(app, ctx, (id, Action::Arrive), asked, nothing, |scene, asked, _| admit(scene, asked, ctx))
        .await
}

pub fn admit(scene: &Scene<()>, asked: &Arrive, ctx: &Ctx) -> Result<Step, Problem> {
    let manifest = &scene.stored.manifest;
    let mut findings = Findings::new();
    let occurred_at = claimed_time(asked.occurred_at, ctx, manifest, &mut findings);
    findings.settle()?;
    let arrived = Arrived {
        gross_g: asked.gross_kg.map(Into::into),
        location: asked.location.map(place),
        out_of_order: occurred_at < manifest.last_occurred_at,
    };
    let mut step = Step::new(Happening::Arrived(arrived), occurred_at, "manifest_arrived");
    scene.book_out(&mut step);
    Ok(step)
}

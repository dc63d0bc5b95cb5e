//! Cancel: before departure, by the producer. The reservation is freed, the number is kept and
//! never used again. A draft is simply taken away.

use super::act::{Scene, Step, act};
use super::asked::Cancel;
use super::event::{Cancelled, Happening};
use super::mended::Content;
use super::moves;
use super::status::Action;
use super::store::Stored;
use crate::app::App;
use crate::command::Done;
use crate::ctx::Ctx;
use crate::ids::ManifestId;
use crate::problem::Problem;

pub async fn cancel(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    asked: impl Into<Content<Cancel>>,
) -> Result<Done<Stored>, Problem> {
    let asked = asked.into();
    let nothing = async |_: &Stored, _| Ok(());
    act(app, ctx, (id, Action::Cancel), asked, nothing, |scene, asked, _| {
        Ok(admit(scene, asked, ctx))
    })
    .await
}

fn admit(scene: &Scene<()>, asked: &Cancel, ctx: &Ctx) -> Step {
    let cancelled = Cancelled {
        reason: asked.reason.as_str().to_owned(),
        reason_text: asked.reason_text.as_ref().map(|text| text.as_str().to_owned()),
    };
    let mut step = Step::new(Happening::Cancelled(cancelled), ctx.now, "manifest_cancelled");
    step.moves = moves::release(&scene.stored.manifest);
    scene.free_containers(&mut step);
    step
}

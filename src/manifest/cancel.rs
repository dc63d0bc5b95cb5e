//! Cancel: before departure, by the producer. The reservation is freed, the number is kept and
//! never used again. Mass that it took from other manifests is theirs again. A draft is simply
//! taken away.

use serde::{Deserialize, Serialize};

use super::act::{Scene, Step, act};
use super::asked::Cancel;
use super::event::Happening;
use super::linked::{given_back, given_back_rows};
use super::mended::Content;
use super::moves;
use super::status::Action;
use super::store::{Stored, by_ids};
use crate::app::App;
use crate::command::Done;
use crate::ctx::Ctx;
use crate::ids::ManifestId;
use crate::problem::Problem;

/// What the event of a cancel tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    pub reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason_text: Option<String>,
}

pub async fn cancel(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    asked: impl Into<Content<Cancel>>,
) -> Result<Done<Stored>, Problem> {
    let asked = asked.into();
    let sources = async |stored: &Stored, _| {
        let items = stored.manifest.filed.items.iter();
        let ids = items.flat_map(|item| item.source_items.iter().map(|it| it.manifest_id));
        by_ids(&app.pool, &ids.collect::<Vec<_>>()).await
    };
    act(app, ctx, (id, Action::Cancel), asked, sources, |scene, asked, _| admit(scene, asked, ctx))
        .await
}

fn admit(scene: &Scene<Vec<Stored>>, asked: &Cancel, ctx: &Ctx) -> Result<Step, Problem> {
    let Stored { id, manifest, .. } = &scene.stored;
    let cancelled = Cancelled {
        reason: asked.reason.as_str().to_owned(),
        reason_text: asked.reason_text.as_ref().map(|text| text.as_str().to_owned()),
    };
    let mut step = Step::new(Happening::Cancelled(cancelled), ctx.now, "manifest_cancelled");
    step.moves = moves::release(manifest);
    step.beside = given_back(ctx, *id, &manifest.filed, &scene.more)?;
    scene.free_containers(&mut step);
    let (id, manifest) = (*id, manifest.clone());
    step.add_rows(move |_| given_back_rows(id, &manifest));
    Ok(step)
}

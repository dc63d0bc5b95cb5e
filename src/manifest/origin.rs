//! Where a filing comes from, and what it goes onto.

use futures_util::future::LocalBoxFuture;

use super::asked::FileManifest;
use super::draft_store;
use super::store::Stored;
use crate::app::App;
use crate::command::Done;
use crate::ctx::Ctx;
use crate::ids::ManifestId;
use crate::problem::Problem;

/// What a filing writes beside the manifest: the draft it came from, its contact.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The draft's version, when one is filed: the commit takes the draft away.
    pub draft_version: Option<i64>,
}

/// Files onto the trip that a body names, under a fresh id or a draft's. Trips are a room above
/// this one, and lend it to what may meet a filing onto one.
pub type Onto = for<'a> fn(
    &'a App,
    &'a Ctx,
    &'a FileManifest,
    (ManifestId, Origin),
) -> LocalBoxFuture<'a, Result<Done<Stored>, Problem>>;

impl Origin {
    /// The draft is as it was read. One that has moved makes no decision good, however often it is
    /// made: `busy` has it read again.
    pub async fn demand(&self, app: &App, ctx: &Ctx, id: ManifestId) -> Result<(), Problem> {
        let Some(version) = self.draft_version else { return Ok(()) };
        let draft = draft_store::find(&app.pool, &ctx.actor, id).await?;
        let is_same = draft.is_some_and(|draft| draft.version == version);
        if is_same { Ok(()) } else { Err(Problem::busy()) }
    }
}

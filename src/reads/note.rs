//! Notes a read.

use super::model::{ReadRecord, What};
use super::store;
use crate::app::App;
use crate::ctx::Ctx;
use crate::ids::ManifestId;
use crate::problem::Problem;

/// What a record keeps of a question, in characters: every filter at once fits.
const QUERY_CHARS_MAX: usize = 1000;

/// Records that a regulator is shown these manifests, or what `query` asks for; of anybody else
/// nothing. Errors: 503 where it cannot be written, and then nothing is shown.
pub async fn note(
    app: &App,
    ctx: &Ctx,
    what: What,
    (manifests, query): (&[ManifestId], Option<&str>),
) -> Result<(), Problem> {
    let actor = &ctx.actor;
    if !actor.role.is_regulator() {
        return Ok(());
    }
    let query = query.filter(|query| !query.is_empty());
    let record = |manifest: Option<ManifestId>| ReadRecord {
        id: app.mint.uuid(ctx.wall),
        read_at: ctx.wall,
        user_id: actor.user_id.uuid(),
        organisation_id: actor.organisation_id.uuid(),
        role: actor.role.as_str().to_owned(),
        agency: actor.agency.clone(),
        api_key_id: actor.grants.api_key.as_ref().map(|key| key.id.uuid()),
        what: what.as_str().to_owned(),
        manifest_id: manifest.map(ManifestId::uuid),
        query: query.map(|query| query.chars().take(QUERY_CHARS_MAX).collect()),
        request_id: ctx.request_id.clone(),
    };
    let records: Vec<ReadRecord> = match manifests {
        [] => vec![record(None)],
        all => all.iter().map(|id| record(Some(*id))).collect(),
    };
    store::insert(&app.pool, &records).await
}

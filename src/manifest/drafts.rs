//! Drafts: manifests being prepared, by the producer or by a receiver or carrier for it.
//!
//! Outside the journal and without number or reservation; seen by the preparer's and the
//! producer's desks alone. A draft must be well-formed, and may be incomplete. Filing takes it away
//! and gives its id to the manifest.

use std::sync::Arc;

use serde_json::Value;

use super::act::{admit_filed, admit_step};
use super::asked::{Cancel, FileManifest};
use super::draft_store;
use super::evolve::Manifest;
use super::file::file_as;
use super::mended::with_the_rest;
use super::origin::{Onto, Origin};
use super::sealed;
use super::sight::visible;
use super::status::{Action, Party, Status};
use super::store::Stored;
use crate::app::App;
use crate::catalogue::Catalogue;
use crate::command::{self, Done};
use crate::ctx::{Actor, Ctx};
use crate::decision::{Decision, Subject, SubjectKind, Written};
use crate::grant::{Mandate, SignScope};
use crate::identity::policy as may;
use crate::ids::{ManifestId, OrganisationId, SiteId};
use crate::limits::DECIDE_ROUNDS_MAX;
use crate::problem::{Code, Fault, Problem};
use crate::registry::Part;
use crate::wire::{Asked, Nothing, asked};

/// A draft as stored.
#[derive(Clone, Debug)]
pub struct Draft {
    pub id: ManifestId,
    pub owner: OrganisationId,
    pub producer: Option<OrganisationId>,
    pub version: i64,
    pub body: Value,
}

impl Draft {
    /// The parties of it that the actor prepares it for. Who prepares it for another is its
    /// carrier or its receiver: which, is not settled before it is filed. While it names no
    /// producer, whoever prepares it may be that too.
    pub fn parties(&self, actor: &Actor) -> Vec<Party> {
        let own = actor.organisation_id;
        if !may::prepares_for(actor, own) {
            return Vec::new();
        }
        let mut parties = Vec::new();
        let producer = self.producer.unwrap_or(self.owner);
        if (producer == own && may::plays(actor, Part::Producer)) || self.is_filed_for(actor) {
            parties.push(Party::Producer);
        }
        if self.owner == own && self.producer != Some(own) {
            let others = [(Party::Carrier, Part::Carrier), (Party::Receiver, Part::Receiver)];
            let others = others.into_iter().filter(|(_, part)| may::plays(actor, *part));
            parties.extend(others.map(|(party, _)| party));
        }
        parties
    }

    /// Prepared for a producer who lets the actor's organisation file. For which sites and streams
    /// is judged as it is filed.
    fn is_filed_for(&self, actor: &Actor) -> bool {
        let files = |one: &Mandate| {
            Some(one.giver) == self.producer && one.scopes.contains(&SignScope::File)
        };
        self.owner == actor.organisation_id
            && may::plays(actor, Part::Producer)
            && actor.grants.held().iter().any(files)
    }

    /// Whether it takes this step from the actor: 403 for who may never take it, else the state.
    pub fn admit(&self, ctx: &Ctx, action: Action) -> Result<(), Problem> {
        admit_step(ctx, action, (Status::Draft, self.version), &self.parties(&ctx.actor))
    }
}

/// Whether a body asks to be kept as a draft, even where it lacks fields.
pub fn is_draft(asked: &Asked<FileManifest>, bytes: &[u8]) -> bool {
    match asked {
        Ok(asked) => asked.draft,
        // Rare: the body is faulty or incomplete, and is read once more for this one member.
        Err(_) => serde_json::from_slice::<Value>(bytes).is_ok_and(|body| body["draft"] == true),
    }
}

/// Reads a body that may lack required fields: only what is there must be well-formed.
fn well_formed(bytes: &[u8]) -> Result<Asked<()>, Problem> {
    Ok(match asked::<FileManifest>(bytes)? {
        Ok(_) => Ok(()),
        Err(problem) => {
            // What is no object at all is "required" at the root, and stays a fault.
            let malformed = |fault: &&Fault| {
                fault.code != Code::Required || fault.pointer.as_deref() == Some("")
            };
            Problem::unless_empty(problem.faults().iter().filter(malformed).cloned().collect())
        }
    })
}

/// The site that a draft names as its producer's, if any.
fn producer_site(body: &Value) -> Option<SiteId> {
    crate::wire::parse_uuid(body.get("producer_site_id")?.as_str()?).map(SiteId::of)
}

async fn producer_of(app: &App, body: &Value) -> Result<Option<OrganisationId>, Problem> {
    let Some(site) = producer_site(body) else { return Ok(None) };
    let known = app.registers.site(&app.pool, site, command::Freshness::Cached).await?;
    let Some(known) = known else {
        return Err(Fault::unknown_reference("/producer_site_id").into());
    };
    Ok(Some(known.organisation_id))
}

/// Keeps a draft: 201.
pub async fn save(app: &App, ctx: &Ctx, bytes: &[u8]) -> Result<Done<Draft>, Problem> {
    if !may::prepares_for(&ctx.actor, ctx.actor.organisation_id) {
        return Err(Problem::forbidden());
    }
    if let Err(problem) = well_formed(bytes)? {
        return command::refuse(app, ctx, problem).await;
    }
    let body: Value = serde_json::from_slice(bytes).map_err(Problem::internal)?;
    let draft = Draft {
        id: ManifestId::of(app.mint.uuid(ctx.now)),
        owner: ctx.actor.organisation_id,
        producer: producer_of(app, &body).await?,
        version: 1,
        body,
    };
    let read = async |_| Ok(draft.clone());
    command::run(app, ctx, read, |draft| Ok(decide(draft, ctx))).await
}

fn decide(draft: &Draft, ctx: &Ctx) -> Decision {
    let (draft, now) = (draft.clone(), ctx.now);
    let subject = Subject::new(SubjectKind::Manifest, draft.id.uuid());
    let finish = move |_: &crate::decision::Settled| {
        let rows = vec![draft_store::new_row(&draft, now)];
        let output = Arc::new(draft.clone());
        Ok(Written { events: Vec::new(), rows, notices: Vec::new(), output })
    };
    Decision::new(subject, ctx, 201, Box::new(finish))
}

/// Changes a draft by a merge patch (RFC 7396). Where somebody else is first, it is the draft that
/// they left which is changed.
pub async fn patch(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    patch: Asked<&[u8]>,
) -> Result<Draft, Problem> {
    for _round in 0..DECIDE_ROUNDS_MAX {
        let Some(draft) = draft_store::find(&app.pool, &ctx.actor, id).await? else {
            // Something filed is visible and cannot be patched; anything else is not there.
            let stored = visible(app, &ctx.actor, id).await?;
            let refused = not_a_draft(ctx, &stored.manifest);
            return Err(with_sealed(refused, &stored.manifest, patch, &app.catalogue));
        };
        let changed = patched(app, ctx, draft, patch.clone()).await?;
        if ctx.validate_only || draft_store::update(&app.pool, &changed, ctx.now).await? {
            return Ok(changed);
        }
    }
    Err(Problem::busy())
}

async fn patched(
    app: &App,
    ctx: &Ctx,
    draft: Draft,
    patch: Asked<&[u8]>,
) -> Result<Draft, Problem> {
    may_prepare(&ctx.actor)?;
    ctx.expect_version(draft.version)?;
    let patch = patch?;
    // The strict reader first, and of the patch alone: it sees numbers as they were written.
    well_formed(patch)??;
    let patch: Value = serde_json::from_slice(patch).map_err(Problem::internal)?;
    let mut body = draft.body.clone();
    merge(&mut body, patch);
    well_formed(body.to_string().as_bytes())??;
    let producer = producer_of(app, &body).await?;
    Ok(Draft { version: draft.version + 1, body, producer, ..draft })
}

fn may_prepare(actor: &Actor) -> Result<(), Problem> {
    may::require(may::prepares_for(actor, actor.organisation_id))
}

fn merge(target: &mut Value, patch: Value) {
    let Value::Object(members) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(serde_json::Map::new());
    }
    let Some(object) = target.as_object_mut() else { return };
    for (name, value) in members {
        if value.is_null() {
            object.remove(&name);
        } else {
            merge(object.entry(name).or_insert(Value::Null), value);
        }
    }
}

/// Files the draft `id`: the same checks as filing at once.
pub async fn file_saved(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    nothing: Asked<Nothing>,
    onto: Onto,
) -> Result<Done<Stored>, Problem> {
    for _round in 0..DECIDE_ROUNDS_MAX {
        let Some(draft) = draft_store::find(&app.pool, &ctx.actor, id).await? else {
            let stored = visible(app, &ctx.actor, id).await?;
            let refused = not_a_draft(ctx, &stored.manifest);
            return command::refuse(app, ctx, refused).await;
        };
        let version = draft.version;
        match file_found(app, ctx, &draft, nothing.clone(), onto).await {
            Err(problem) if problem.code() == Code::Busy => {
                let now = draft_store::find(&app.pool, &ctx.actor, id).await?;
                if now.is_some_and(|draft| draft.version == version) {
                    return Err(problem);
                }
                // Somebody else has changed, filed or taken it meanwhile: look again.
            }
            done => return done,
        }
    }
    Err(Problem::busy())
}

async fn file_found(
    app: &App,
    ctx: &Ctx,
    draft: &Draft,
    nothing: Asked<Nothing>,
    onto: Onto,
) -> Result<Done<Stored>, Problem> {
    if let Err(problem) = draft.admit(ctx, Action::File).and(nothing) {
        return command::refuse(app, ctx, problem).await;
    }
    let bytes = draft.body.to_string();
    let asked = asked::<FileManifest>(bytes.as_bytes())?;
    let asked = match with_the_rest(app, ctx, asked, bytes.as_bytes()).await {
        Ok(asked) => asked,
        Err(problem) => return command::refuse(app, ctx, problem).await,
    };
    let origin = Origin { draft_version: Some(draft.version) };
    match asked.trip_id {
        Some(_) => onto(app, ctx, &asked, (draft.id, origin)).await,
        None => file_as(app, ctx, &asked, draft.id, origin).await,
    }
}

/// What is filed is no draft: 403 for who may never file it, else the state that it is in.
fn not_a_draft(ctx: &Ctx, manifest: &Manifest) -> Problem {
    match admit_filed(ctx, Action::File, manifest) {
        Err(problem) => problem,
        Ok(()) => Problem::forbidden(),
    }
}

/// A patch of what is filed is told which of its fields are signed for, and by which step.
fn with_sealed(
    refused: Problem,
    manifest: &Manifest,
    patch: Asked<&[u8]>,
    catalogue: &Catalogue,
) -> Problem {
    let patch = patch.ok().and_then(|bytes| serde_json::from_slice::<Value>(bytes).ok());
    let (Some(patch), Code::IllegalTransition) = (patch, refused.code()) else { return refused };
    match Problem::unless_empty(sealed::in_patch(manifest, &patch, catalogue)) {
        Ok(()) => refused,
        Err(more) => refused.and(more),
    }
}

/// Takes a draft away; false where it is none any more.
pub async fn delete(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    asked: &Asked<Cancel>,
) -> Result<bool, Problem> {
    for _round in 0..DECIDE_ROUNDS_MAX {
        let found = draft_store::find(&app.pool, &ctx.actor, id).await?;
        let Some(draft) = found else { return Ok(false) };
        draft.admit(ctx, Action::Cancel)?;
        asked.as_ref().map_err(Clone::clone)?;
        if ctx.validate_only || draft_store::delete(&app.pool, id, draft.version).await? {
            return Ok(true);
        }
    }
    Err(Problem::busy())
}

//! What all steps of a manifest's life after filing share: find it, see who acts, write the step.

use std::sync::Arc;

use chrono::{DateTime, Days, TimeDelta, Utc};

use super::amend;
use super::behalf;
use super::containers;
use super::draft_store;
use super::event::{Happening, Stamped};
use super::evolve::{Manifest, evolve};
use super::incident_store;
use super::ledger::{Booking, entry_ids};
use super::mended::{Content, with_more};
use super::moves;
use super::party_rows;
use super::policy::BEHIND_DAYS_MAX;
use super::ridden::History as Ridden;
use super::sight::visible;
use super::signed::{OwnSignature, SealFacts, Signable};
use super::status::{Action, Party};
use super::store::{self, Stored};
use super::tell;
use super::transport::second::Signature;
pub use super::turn::{admit_filed, admit_step, open_now, parties_for, parties_of};
use crate::app::App;
use crate::catalogue::Catalogue;
use crate::command::{self, Done, Freshness};
use crate::container::{self, Carried, Container};
use crate::ctx::Ctx;
use crate::db;
use crate::decision::{
    Decision, EventDraft, Guard, Move, Notice, Row, Stamp, Subject, SubjectKind, Written,
};
use crate::identity::device::Sealed;
use crate::ids::{LedgerEntryId, ManifestId, OrganisationId};
use crate::limits::AHEAD_MINUTES_MAX;
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::registry::{Known, LedgerKind};
use crate::wire::Decode;

/// A step that a decision has admitted.
pub struct Step {
    /// What happens, one event each, in order: most steps are one.
    pub happenings: Vec<Happening>,
    pub occurred_at: DateTime<Utc>,
    pub moves: Vec<Move>,
    pub guards: Vec<Guard>,
    /// Rows beside the manifest's own (ledger entries), once the recorded time is known.
    pub rows: Arc<dyn Fn(DateTime<Utc>) -> Vec<Row> + Send + Sync>,
    pub notice: &'static str,
    /// What else the other parties are told.
    pub alerts: Vec<&'static str>,
    /// Regulators that are told of the step itself.
    pub authorities: Vec<OrganisationId>,
    /// What happens to the containers on it.
    pub carried: Vec<Carried>,
    /// The actor's own signature of the first of them.
    pub seal: Option<Sealed>,
    /// Who signs beside the actor.
    pub signature: Option<Signature>,
    /// Steps of other manifests that are one with it: all are written or none.
    pub beside: Vec<(Stored, Step)>,
}

impl Step {
    pub fn new(happening: Happening, occurred_at: DateTime<Utc>, notice: &'static str) -> Self {
        let rows = Arc::new(|_| Vec::new());
        let happenings = vec![happening];
        Self {
            happenings,
            occurred_at,
            moves: Vec::new(),
            guards: Vec::new(),
            rows,
            notice,
            alerts: Vec::new(),
            authorities: Vec::new(),
            carried: Vec::new(),
            seal: None,
            signature: None,
            beside: Vec::new(),
        }
    }

    /// Rows beside those that it has already.
    pub fn add_rows(&mut self, more: impl Fn(DateTime<Utc>) -> Vec<Row> + Send + Sync + 'static) {
        let before = Arc::clone(&self.rows);
        self.rows = Arc::new(move |recorded_at| {
            let mut rows = before(recorded_at);
            rows.extend(more(recorded_at));
            rows
        });
    }
}

/// Facts of a step: the manifest, and what the verb itself needs to know.
pub struct Scene<T> {
    pub stored: Stored,
    pub more: T,
    /// Ids for the ledger entries that book the load out; none once that is done. They are facts:
    /// a decision makes no ids.
    entries: Vec<LedgerEntryId>,
    /// The containers that are on it.
    pub containers: Vec<Known<Container>>,
}

impl<T> Scene<T> {
    pub fn new(
        stored: Stored,
        more: T,
        (entries, containers): (Vec<LedgerEntryId>, Vec<Known<Container>>),
    ) -> Self {
        Self { stored, more, entries, containers }
    }

    /// Books the load out of the producer's ledger, unless an earlier step has: where nobody
    /// tapped "depart" and yet it is here, the ledger follows what is true.
    pub fn book_out(&self, step: &mut Step) {
        let manifest = &self.stored.manifest;
        if manifest.has_moved_out() {
            return;
        }
        step.moves.extend(moves::move_out(&manifest.filed));
        self.ship_containers(step);
        let booking = Booking {
            manifest_id: self.stored.id,
            kind: LedgerKind::MovedOut,
            occurred_at: step.occurred_at,
        };
        let (filed, entries) = (manifest.filed.clone(), self.entries.clone());
        step.add_rows(move |recorded_at| {
            booking.rows(&filed, filed.items.iter(), &entries, recorded_at)
        });
    }
}

/// Runs a verb on a manifest, in api.md's order of faults: 404, 403, 412, `illegal_transition`,
/// then the content. `more` reads what the verb needs beside the manifest; `admit` holds its rules.
pub async fn act<A: Decode + Signable, T>(
    app: &App,
    ctx: &Ctx,
    (id, action): (ManifestId, Action),
    content: Content<A>,
    more: impl AsyncFn(&Stored, Freshness) -> Result<T, Problem>,
    admit: impl Fn(&Scene<T>, &A, &[Party]) -> Result<Step, Problem>,
) -> Result<Done<Stored>, Problem> {
    let own = OwnSignature::of(&content);
    let read = async |freshness| {
        let stored = filed(app, ctx, id, action).await?;
        let more = more(&stored, freshness).await?;
        let seal = own.look(app, &stored).await?;
        let manifest = &stored.manifest;
        let items = if manifest.has_moved_out() { 0 } else { manifest.filed.items.len() };
        let containers = containers::carried_by(app, id, manifest).await?;
        Ok((Scene { entries: entry_ids(app, ctx, items), containers, stored, more }, seal))
    };
    let Content { mut asked, mended, .. } = content;
    if let (Err(problem), Some(mended)) = (&asked, &mended) {
        let (scene, _) = read(Freshness::Fresh).await?;
        let more = the_rest(app, ctx, action, &scene, |parties| admit(&scene, mended, parties));
        asked = Err(with_more(problem.clone(), more.await));
    }
    let decide = |(scene, seal): &(Scene<T>, Option<SealFacts>)| {
        let manifest = &scene.stored.manifest;
        let parties = parties_for(&ctx.actor, manifest, action);
        let state = admit_filed(ctx, action, manifest);
        let step = match (state, &asked) {
            (Ok(()), Ok(asked)) => {
                let step = admit(scene, asked, &parties);
                own.seal((app, ctx), (&scene.stored, action), seal.as_ref(), step)?
            }
            // Who may not act is told nothing of how.
            (Err(state), Err(content)) if state.code() != Code::Forbidden => {
                return Err(state.and(content.clone()));
            }
            (Err(problem), _) => return Err(problem),
            (Ok(()), Err(problem)) => return Err(problem.clone()),
        };
        write(ctx, &scene.stored, with_obsolete(manifest, step, &app.catalogue)?, 200)
    };
    command::run(app, ctx, read, decide).await
}

/// The step with the end of the open amendments that it makes impossible: what it seals is not
/// agreed anew any more.
pub fn with_obsolete(
    manifest: &Manifest,
    mut step: Step,
    catalogue: &Catalogue,
) -> Result<Step, Problem> {
    if manifest.amendments.open.is_empty() {
        return Ok(step);
    }
    let mut after = manifest.clone();
    let mut cause = "";
    for happening in &step.happenings {
        cause = happening.kind();
        let (happening, at) = (happening.clone(), step.occurred_at);
        let signed_for = None;
        let stamped = Stamped { happening, occurred_at: at, recorded_at: at, signed_for };
        after = evolve(Some(after), &stamped).map_err(Problem::internal)?;
    }
    let over = amend::obsolete(&after, catalogue);
    step.happenings.extend(over.iter().map(|open| amend::expired(open, cause)));
    Ok(step)
}

/// What the rules say of a step that cannot be read in full; nothing where it may not be taken.
/// What cannot be looked up now is not told: the first faults are enough to refuse.
async fn the_rest<T>(
    app: &App,
    ctx: &Ctx,
    action: Action,
    scene: &Scene<T>,
    admit: impl FnOnce(&[Party]) -> Result<Step, Problem>,
) -> Vec<Fault> {
    let manifest = &scene.stored.manifest;
    let parties = parties_for(&ctx.actor, manifest, action);
    if admit_filed(ctx, action, manifest).is_err() {
        return Vec::new();
    }
    match admit(&parties) {
        Ok(step) => match db::balances(&app.pool, &step.moves).await {
            Ok(balances) => db::faults_of(&balances, &step.moves),
            Err(_) => Vec::new(),
        },
        Err(problem) => problem.faults().to_vec(),
    }
}

/// The filed manifest; a draft is told that it is one (403 or `illegal_transition`).
pub async fn filed(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    action: Action,
) -> Result<Stored, Problem> {
    let not_found = match visible(app, &ctx.actor, id).await {
        Ok(stored) => return Ok(stored),
        Err(problem) => problem,
    };
    match draft_store::find(&app.pool, &ctx.actor, id).await? {
        // A step that a draft takes does not come here.
        Some(draft) => Err(draft.admit(ctx, action).err().unwrap_or(not_found)),
        None => Err(not_found),
    }
}

/// The decision that writes a step: its events, and the row that they make. `status` is that of
/// the first answer.
pub fn write(ctx: &Ctx, stored: &Stored, mut step: Step, status: i16) -> Result<Decision, Problem> {
    let beside = std::mem::take(&mut step.beside).into_iter();
    let beside: Result<Vec<_>, _> =
        beside.map(|(stored, step)| write(ctx, &stored, step, status)).collect();
    let id = stored.id;
    let subject = Subject::new(SubjectKind::Manifest, id.uuid());
    let (before, contact) = (stored.manifest.clone(), stored.contact.clone());
    let (stamps, guards) = stamps(ctx, &before, &step);
    let actor = ctx.actor.organisation_id;
    let data: Result<Vec<_>, _> = step.happenings.iter().map(Happening::data).collect();
    let data = data.map_err(Problem::internal)?;
    let part = container::carry(ctx, &step.carried)?;
    let (version, moves) = (before.version, step.moves.clone());
    let spent = step.seal.as_ref().map(|seal| seal.spend(ctx.wall));
    let finish = move |settled: &crate::decision::Settled| {
        let mut manifest = before.clone();
        let mut ridden = Ridden::since(&before);
        let mut events = Vec::with_capacity(data.len());
        let all = step.happenings.iter().zip(&data).zip(&stamps);
        for ((happening, data), (stamp, occurred_at)) in all {
            let stamped = Stamped {
                happening: happening.clone(),
                occurred_at: *occurred_at,
                recorded_at: settled.recorded_at,
                signed_for: behalf::signed_for(happening.kind(), stamp),
            };
            manifest = evolve(Some(manifest), &stamped).map_err(Problem::internal)?;
            ridden.tell(id, &manifest);
            events.push(EventDraft {
                subject,
                kind: happening.kind(),
                occurred_at: *occurred_at,
                actor: stamp.clone(),
                data: data.clone(),
            });
        }
        let mut rows = vec![store::step_row(id, &manifest)?];
        rows.extend(store::riding_rows(id, Some(&before), &manifest));
        rows.extend(ridden.into_rows());
        rows.extend(party_rows::joined(id, &before, &manifest));
        rows.extend(incident_store::rows(id, &before, &manifest));
        rows.extend(step.signature.iter().map(|signature| signature.spend.clone()));
        rows.extend(spent.clone());
        rows.extend((step.rows)(settled.recorded_at));
        let mut notices = tell::others(&manifest, actor, step.notice, subject);
        let kind = step.notice;
        let told = step.authorities.iter();
        notices.extend(told.map(|&recipient| Notice {
            kind,
            recipient: Some(recipient),
            subject,
            event: 0,
        }));
        for alert in &step.alerts {
            notices.extend(tell::others(&manifest, actor, alert, subject));
        }
        let output = Arc::new(Stored { id, manifest, contact: contact.clone() });
        Ok(Written { events, rows, notices, output })
    };
    let mut decision = Decision::new(subject, ctx, status, Box::new(finish));
    decision.lean_on(guards);
    decision.advance(subject, Some(version));
    decision.moves = moves;
    let mut beside = beside?;
    beside.extend(part);
    Ok(decision.with(beside))
}

/// Who signs each happening and when, and what must still hold as it is written: the delegations
/// and the keys that it is signed by.
fn stamps(ctx: &Ctx, before: &Manifest, step: &Step) -> (Vec<(Stamp, DateTime<Utc>)>, Vec<Guard>) {
    let mut guards = step.guards.clone();
    let mut stamps = Vec::with_capacity(step.happenings.len());
    for (n, happening) in step.happenings.iter().enumerate() {
        if let Some(signature) = signature_of(step, happening) {
            let occurred_at = signature.occurred_at.unwrap_or(step.occurred_at);
            stamps.push((signature.stamp.clone(), occurred_at));
            continue;
        }
        let used = behalf::used(&ctx.actor, before, happening);
        guards.extend(used.iter().map(|mandate| mandate.guard()));
        let stamp = Stamp::from(&ctx.actor).for_others(used.into_iter().map(Into::into).collect());
        let stamp = match step.seal.as_ref().filter(|_| n == 0) {
            Some(seal) => seal.stamp(stamp),
            None => stamp,
        };
        stamps.push((stamp, step.occurred_at));
    }
    guards.extend(step.seal.iter().map(Sealed::guard));
    guards.extend(step.signature.iter().filter_map(|signature| signature.guard));
    (stamps, guards)
}

/// A second signature is its own signer's; everything else is the actor's.
fn signature_of<'a>(step: &'a Step, happening: &Happening) -> Option<&'a Signature> {
    let is_signed = matches!(happening, Happening::Countersigned(_));
    step.signature.as_ref().filter(|_| is_signed)
}

/// The claimed time of a step: now when absent; at most 5 minutes ahead, at most a year before the
/// filing; what hangs on a day is judged for now where it cannot be. Earlier than the step before
/// it is allowed and marked (domain.md, "Time").
pub fn claimed_time(
    asked: Option<DateTime<Utc>>,
    ctx: &Ctx,
    manifest: &Manifest,
    findings: &mut Findings,
) -> DateTime<Utc> {
    claimed_since(asked, ctx, manifest.filed_at, findings)
}

/// The claimed time of a step of what was begun at `since`.
pub fn claimed_since(
    asked: Option<DateTime<Utc>>,
    ctx: &Ctx,
    since: DateTime<Utc>,
    findings: &mut Findings,
) -> DateTime<Utc> {
    let pointer = "/occurred_at";
    let Some(time) = asked else { return ctx.now };
    let earliest = since.checked_sub_days(Days::new(BEHIND_DAYS_MAX as u64));
    if time > ctx.now + TimeDelta::minutes(AHEAD_MINUTES_MAX) {
        let text = Text::new(
            format!("发生时间不能晚于当前时间 {AHEAD_MINUTES_MAX} 分钟以上。"),
            format!("It cannot have happened: more than {AHEAD_MINUTES_MAX} minutes ahead."),
        );
        findings.refuse(Fault::new(Code::NotYet, pointer, text));
        return ctx.now;
    }
    if earliest.is_some_and(|earliest| time < earliest) {
        let text = Text::new("发生时间早于联单一年以上。", "More than a year before the manifest.");
        findings.refuse(Fault::new(Code::OccurredTooEarly, pointer, text));
        return ctx.now;
    }
    time
}

/// A fault of a line that the manifest does not have.
pub fn no_such_line(pointer: String, line: i64) -> Fault {
    let text = Text::new(format!("联单没有第 {line} 行。"), format!("There is no line {line}."));
    Fault::new(Code::UnknownReference, pointer, text)
}

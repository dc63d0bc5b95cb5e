//! The other side's answer to a proposed amendment: approve or reject.

use super::asked::{ApproveAmendment, RejectAmendment};
use super::event::{AmendmentApproved, AmendmentRejected, Need};
use super::fold::{Amendment, AmendmentStatus, Former};
use super::judge::{Facts, Wanted, judge};
use super::propose::amending;
use super::write::{Done, Effect, Writing};
use crate::app::App;
use crate::command;
use crate::ctx::{Actor, Ctx};
use crate::decision::Decision;
use crate::identity::device::Sealed;
use crate::identity::policy as may;
use crate::ids::ManifestId;
use crate::manifest::act::{filed, open_now};
use crate::manifest::behalf;
use crate::manifest::event::Happening;
use crate::manifest::evolve::Manifest;
use crate::manifest::mended::Content;
use crate::manifest::signed::{OwnSignature, SealFacts, Signs};
use crate::manifest::status::{Action, Party};
use crate::manifest::store::{self, Stored};
use crate::problem::{Code, Fault, Problem, Text};
use crate::wire::{Asked, Whole};

/// Which amendment of which manifest.
pub type Which = (ManifestId, i64);

/// Whether the caller may answer this amendment now: 404, 403, 412, then `already_decided` or
/// `illegal_transition`. What is open and what of it the caller consents to.
fn admit<'m>(
    ctx: &Ctx,
    manifest: &'m Manifest,
    n: i64,
) -> Result<(&'m Amendment, Vec<Need>), Problem> {
    if n < 1 || n > manifest.amendments.count {
        return Err(Problem::not_found());
    }
    let parties = amending(&ctx.actor, manifest);
    let own = ctx.actor.organisation_id;
    let open = manifest.amendments.find_open(n);
    let delegated = behalf::delegated(&ctx.actor, manifest);
    let signs = |need: &&Need| {
        let its = |party: Party| party.as_str() == need.party;
        let for_other = delegated
            .iter()
            .any(|(party, mandate)| its(*party) && mandate.giver == need.organisation_id);
        parties.iter().copied().any(its) && (need.organisation_id == own || for_other)
    };
    let needs: Vec<Need> =
        open.map(|open| open.needs.iter().filter(signs).cloned().collect()).unwrap_or_default();
    let has_consented = open.is_some_and(|open| {
        needs.is_empty()
            && open.approved_by.iter().any(|by| parties.iter().any(|party| party.as_str() == by))
    });
    // Whoever approved of being replaced asks again what came of it: a repeat finds its answer.
    let was_party = !parties.is_empty() || is_former(ctx, manifest);
    may::require(!needs.is_empty() || has_consented || (open.is_none() && was_party))?;
    ctx.expect_version(manifest.version)?;
    let Some(open) = open else { return Err(already_decided(n, None)) };
    if has_consented {
        return Err(already_decided(n, Some(AmendmentStatus::Proposed)));
    }
    if open.expires_at.is_some_and(|end| end <= ctx.now) {
        return Err(already_decided(n, Some(AmendmentStatus::Expired)));
    }
    if !Action::Amend.is_open(manifest.status) {
        let open = open_now(&ctx.actor, manifest);
        return Err(Action::Amend.refused(manifest.status, open));
    }
    Ok((open, needs))
}

fn is_former(ctx: &Ctx, manifest: &Manifest) -> bool {
    let own = |one: &Former| may::belongs_to(&ctx.actor, one.organisation_id);
    manifest.amendments.former.iter().any(own)
}

/// Whether its newest event has put another in the place of the actor's organisation.
pub fn was_replaced(actor: &Actor, manifest: &Manifest) -> bool {
    let former = manifest.amendments.former.iter();
    let mut newest = former.filter(|one| one.version == manifest.version);
    newest.any(|one| may::belongs_to(actor, one.organisation_id))
}

/// The manifest, to its parties and to who was one before an amendment took its place.
async fn found(app: &App, ctx: &Ctx, id: ManifestId) -> Result<Stored, Problem> {
    match filed(app, ctx, id, Action::Amend).await {
        Err(problem) if problem.code() == Code::NotFound => {
            let stored = store::by_id(&app.pool, id).await?;
            stored.filter(|stored| is_former(ctx, &stored.manifest)).ok_or(problem)
        }
        found => found,
    }
}

fn already_decided(n: i64, status: Option<AmendmentStatus>) -> Problem {
    let text = match status {
        Some(AmendmentStatus::Expired) => Text::new(
            format!("第 {n} 项更正已逾期，须重新提出。"),
            format!("Amendment {n} has expired and must be proposed again."),
        ),
        Some(_) => Text::new(
            format!("贵单位已同意第 {n} 项更正，正等待其他方。"),
            format!("Your side has consented to amendment {n}; others are waited for."),
        ),
        None => Text::new(
            format!("第 {n} 项更正已有结果。"),
            format!("Amendment {n} has been decided or has expired."),
        ),
    };
    let fault = Fault::without_field(Code::AlreadyDecided, text).with("amendment", n);
    match status {
        Some(status) => fault.with("amendment_status", status.as_str()).into(),
        None => fault.into(),
    }
}

/// Approves. The last consent that is waited for lets it take effect: rules and accounts are asked
/// again, under the lock, and where they refuse it stays proposed.
pub async fn approve(
    app: &App,
    ctx: &Ctx,
    (id, n): Which,
    content: Content<ApproveAmendment>,
) -> Result<command::Done<Done>, Problem> {
    let own = OwnSignature::of(&content);
    let read = async |_| {
        let stored = found(app, ctx, id).await?;
        let seal = own.look(app, &stored).await?;
        let facts = match stored.manifest.amendments.find_open(n) {
            Some(open) => {
                let wanted = Wanted::Proposed(&open.changes);
                Some(Facts::read(app, ctx, &stored, &wanted).await?)
            }
            None => None,
        };
        Ok((stored, facts, seal))
    };
    let decide = |(stored, facts, seal): &(Stored, Option<Facts>, Option<SealFacts>)| {
        let (open, needs) = admit(ctx, &stored.manifest, n)?;
        let asked = content.asked.as_ref().map_err(Clone::clone)?;
        let facts = facts.as_ref().ok_or_else(|| Problem::internal("an approval without facts"))?;
        own.demand(app, &stored.manifest)?;
        let told = asked.n.map(Whole::get);
        let what = ("approve", Signs::Amendment { n, told });
        match own.judge(ctx, stored, seal.as_ref(), what) {
            Ok(seal) => consent(app, ctx, (stored, facts), (open, &needs, seal)),
            Err(problem) => match consent(app, ctx, (stored, facts), (open, &needs, None)) {
                Ok(_) => Err(problem),
                Err(more) => Err(problem.and(more)),
            },
        }
    };
    command::run(app, ctx, read, decide).await
}

fn consent(
    app: &App,
    ctx: &Ctx,
    (stored, facts): (&Stored, &Facts),
    (open, needs, seal): (&Amendment, &[Need], Option<Sealed>),
) -> Result<Decision, Problem> {
    let by: Vec<String> = needs.iter().map(|need| need.party.clone()).collect();
    let is_last = open.needs.iter().all(|need| needs.contains(need));
    let (mut happenings, mut effect) = (Vec::new(), None);
    if is_last {
        let amended = judge(app, ctx, stored, facts)?;
        // There is no field of this request to point at.
        let faults = amended.faults.iter().cloned();
        let faults = faults.map(|fault| Fault { pointer: None, ..fault }).collect();
        Problem::unless_empty(faults)?;
        let consent = (by, needs.to_vec());
        effect = Some(Effect::of(open.n, consent, ctx, (amended, facts)));
    } else {
        happenings.push(Happening::AmendmentApproved(AmendmentApproved {
            n: open.n,
            by,
            organisation_id: ctx.actor.organisation_id,
            consents: needs.to_vec(),
            is_final: false,
            changes: serde_json::Map::new(),
            before: serde_json::Map::new(),
            derived: serde_json::Map::new(),
        }));
    }
    let writing = Writing {
        stored: stored.clone(),
        happenings,
        n: open.n,
        effect,
        notice: "amendment_approved",
        regulators: Vec::new(),
        occurred_at: seal.as_ref().map_or(ctx.now, |seal| seal.statement.occurred_at),
        seal,
    };
    writing.decision(ctx, 200)
}

/// Rejects: one of those who are asked is enough.
pub async fn reject(
    app: &App,
    ctx: &Ctx,
    (id, n): Which,
    asked: Asked<RejectAmendment>,
) -> Result<command::Done<Done>, Problem> {
    let read = async |_| found(app, ctx, id).await;
    let decide = |stored: &Stored| {
        let (open, needs) = admit(ctx, &stored.manifest, n)?;
        let asked = asked.as_ref().map_err(Clone::clone)?;
        let rejected = AmendmentRejected {
            n,
            changes: open.changes.clone(),
            before: open.before.clone(),
            by: needs.iter().map(|need| need.party.clone()).collect(),
            organisation_id: ctx.actor.organisation_id,
            reason: asked.reason.map(|reason| reason.as_str().to_owned()),
            reason_text: asked.reason_text.as_ref().map(|text| text.as_str().to_owned()),
        };
        let writing = Writing {
            stored: stored.clone(),
            happenings: vec![Happening::AmendmentRejected(rejected)],
            n,
            effect: None,
            notice: "amendment_rejected",
            regulators: Vec::new(),
            occurred_at: ctx.now,
            seal: None,
        };
        writing.decision(ctx, 200)
    };
    command::run(app, ctx, read, decide).await
}

//! Weigh-in: one reading of the plant's weighbridge is arrival and receipt of all that a round
//! collected.
//!
//! The net is split over the stops in proportion to what was collected there, and a stop's part
//! over its items, exact to the gram; the difference is checked against the tolerance and recorded,
//! never refused. A stop whose manifest was received by a call of its own before (unloaded, refused
//! at the gate, signed with a device) is no part of the reading. Where all were, the reading closes
//! the round and is held against what the stops told.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::act::{self, Beside, Note};
use super::asked::WeighIn;
use super::event::{Happening, Share, Skipped, WeighedIn};
use super::evolve::{Round, Stop};
use super::status::{RoundAction, StopStatus};
use super::stop::not_carried;
use super::store::Stored;
use crate::app::App;
use crate::catalogue::Stream;
use crate::clock::legal_day;
use crate::command::{self, Done, Freshness};
use crate::ctx::Ctx;
use crate::decision::{Decision, LimitChange, Move, Post, Row};
use crate::ids::{ManifestId, RoundId};
use crate::manifest::{
    self, Action, Draft, GateFacts, Mover, Reason, Receive, ReceiveItem, Verdict,
};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::units::{Grams, split};
use crate::wire::{Asked, List, NonNegativeKg, PositiveKg, Whole};

struct Facts {
    stored: Stored,
    gate: Option<GateFacts>,
    movers: HashMap<ManifestId, Mover>,
    /// Of the stops that nobody called at.
    drafts: Vec<Draft>,
    /// What their producers have filed by themselves.
    filed: Vec<manifest::Stored>,
}

pub async fn weigh_in(
    app: &App,
    ctx: &Ctx,
    id: RoundId,
    asked: Asked<WeighIn>,
) -> Result<Done<Stored>, Problem> {
    let area = asked.as_ref().ok().and_then(|asked| asked.storage_area_id);
    let read = async |freshness: Freshness| {
        let stored = act::visible(app, &ctx.actor, id).await?;
        let gate = GateFacts::read(app, (stored.round.receiver_site_id, area), freshness).await?;
        let movers = movers(app, ctx, &stored.round).await?;
        let open = stored.round.stops.iter().filter(|stop| stop.status == StopStatus::Planned);
        let open: Vec<ManifestId> = open.map(|stop| stop.plan.manifest_id).collect();
        let drafts = manifest::find_drafts(&app.pool, &open).await?;
        let filed = manifest::by_ids(&app.pool, &open).await?;
        Ok(Facts { stored, gate: Some(gate), movers, drafts, filed })
    };
    command::run(app, ctx, read, |facts| {
        let round = &facts.stored.round;
        act::admit(ctx, round, act::receives(&ctx.actor, round), RoundAction::WeighIn)?;
        let asked = asked.as_ref().map_err(Clone::clone)?;
        weighed(app, ctx, facts, asked)
    })
    .await
}

/// The manifests of the stops that something was collected at.
pub(super) async fn movers(
    app: &App,
    ctx: &Ctx,
    round: &Round,
) -> Result<HashMap<ManifestId, Mover>, Problem> {
    let ids: Vec<ManifestId> = round.collected().map(|stop| stop.plan.manifest_id).collect();
    let mut movers = HashMap::with_capacity(ids.len());
    for stored in manifest::by_ids(&app.pool, &ids).await? {
        movers.insert(stored.id, Mover::read(app, ctx, stored).await?);
    }
    Ok(movers)
}

/// A stop that is on the truck, with its part of the reading.
struct Part<'a> {
    stop: &'a Stop,
    mover: &'a Mover,
    mass: Grams,
    refused: Grams,
}

fn weighed(app: &App, ctx: &Ctx, facts: &Facts, asked: &WeighIn) -> Result<Decision, Problem> {
    let round = &facts.stored.round;
    let mut findings = Findings::new();
    let occurred_at =
        manifest::claimed_since(asked.occurred_at, ctx, round.planned_at, &mut findings);
    let net = net(asked.gross_kg, asked.tare_kg, &mut findings);
    let refused = refused(asked, net, &mut findings);
    findings.settle()?;
    for one in &facts.filed {
        let stop = round.stops.iter().find(|stop| stop.plan.manifest_id == one.id);
        not_carried(round, (stop.map_or(0, |stop| stop.plan.n), &one.manifest))?;
    }
    let parts = parts(&aboard(round, &facts.movers), net, refused);
    let stops_g: Grams = if parts.is_empty() {
        received_before(round, refused)?
    } else {
        parts.iter().map(|part| part.stop.collected_g()).sum()
    };
    let difference_g = net - stops_g;
    let stream = Stream::parse(&round.stream).map_err(Problem::internal)?;
    // As far as a receipt may be from its manifest, so far the reading from the stops.
    let pack = app.catalogue.rule_pack_on(legal_day(occurred_at));
    let weighed = WeighedIn {
        gross_g: asked.gross_kg.grams(),
        tare_g: asked.tare_kg.grams(),
        net_g: net,
        stops_g,
        difference_g,
        within_tolerance: difference_g.0.abs() <= pack.tolerance(stream, stops_g).0,
        split: parts.iter().map(share).collect(),
        out_of_order: occurred_at < round.last_occurred_at,
    };
    let mut notes: Vec<Note> = not_called_at(round, occurred_at).collect();
    notes.push((Happening::WeighedIn(weighed), occurred_at));
    let rows: Vec<Row> =
        facts.drafts.iter().map(|one| manifest::draft_gone(one.id, one.version)).collect();
    let beside = Beside { rows, ..Beside::default() };
    let gate = facts.gate.as_ref().ok_or_else(|| Problem::internal("a gate without licences"))?;
    let mut receipts = Vec::with_capacity(parts.len());
    for part in &parts {
        let receive = receipt(part, asked, occurred_at)?;
        let taken = manifest::is_received(app, ctx, part.mover, gate.clone(), &receive);
        receipts.push(taken.map_err(own_fields)?);
    }
    let about = (facts.stored.id, Some(round));
    let mut decision = act::write(ctx, about, notes, beside, 200)?.with(receipts);
    decision.moves = as_one(std::mem::take(&mut decision.moves));
    Ok(decision)
}

/// What all stops together ask of the receiver's capacity, as one: a reading that is too much for
/// the licence is told with what of it would be acceptable.
fn as_one(moves: Vec<Move>) -> Vec<Move> {
    let (mut whole, mut all): (Option<Move>, Vec<Move>) = (None, Vec::new());
    for mut wanted in moves {
        if wanted.pointer.starts_with("/items/") {
            "/gross_kg".clone_into(&mut wanted.pointer);
        }
        if wanted.refusal != Code::CapacityExceeded || wanted.choices.len() != 1 {
            all.push(wanted);
            continue;
        }
        match &mut whole {
            None => whole = Some(wanted),
            Some(whole) => {
                whole.asked += wanted.asked;
                let posts = wanted.choices.into_iter().flatten();
                posts.for_each(|post| add(&mut whole.choices[0], post));
            }
        }
    }
    all.extend(whole);
    all
}

fn add(posts: &mut Vec<Post>, post: Post) {
    let same = |one: &&mut Post| {
        one.account.id == post.account.id && one.policy == post.policy && one.limit == post.limit
    };
    match posts.iter_mut().find(same) {
        Some(one) if !matches!(post.limit, LimitChange::Add(_)) => {
            one.used += post.used;
            one.reserved += post.reserved;
        }
        _ => posts.push(post),
    }
}

/// Gross less tare: something must be there.
pub(super) fn net(gross: PositiveKg, tare: NonNegativeKg, findings: &mut Findings) -> Grams {
    let net = gross.grams() - tare.grams();
    if net.0 <= 0 {
        let text = Text::new(
            "皮重不小于毛重，没有净重。",
            "The tare is not less than the gross weight: nothing is left.",
        );
        findings.refuse(Fault::new(Code::MassBalance, "/tare_kg", text));
    }
    net
}

fn refused(asked: &WeighIn, net: Grams, findings: &mut Findings) -> Grams {
    let refused = asked.refused_kg.map(NonNegativeKg::grams).unwrap_or_default();
    if refused > net {
        let text = Text::new("拒收量大于净重。", "More is refused than the net.");
        findings.refuse(Fault::new(Code::MassBalance, "/refused_kg", text));
    }
    if refused.0 > 0 && asked.reason.is_none() {
        let text = Text::new("拒收须说明原因。", "Why is it refused?");
        findings.refuse(Fault::new(Code::Required, "/reason", text));
    }
    refused
}

/// The reading, split over what is on the truck.
fn parts<'a>(aboard: &[(&'a Stop, &'a Mover)], net: Grams, refused: Grams) -> Vec<Part<'a>> {
    let stops: Vec<Grams> = aboard.iter().map(|(stop, _)| stop.collected_g()).collect();
    let masses = split(net, &stops);
    let refusals = split(refused, &masses);
    let shares = masses.into_iter().zip(refusals);
    let part = |((stop, mover), (mass, refused)): (&(&'a Stop, &'a Mover), (Grams, Grams))| Part {
        stop,
        mover,
        mass,
        refused,
    };
    aboard.iter().zip(shares).map(part).collect()
}

/// What the stops told together, all of it received, or refused, by calls of their own.
fn received_before(round: &Round, refused: Grams) -> Result<Grams, Problem> {
    let stops_g: Grams = round.collected().map(Stop::collected_g).sum();
    if stops_g == Grams::ZERO {
        let text = Text::new("没有收运任何废物，没有可过磅的。", "Nothing was collected to weigh.");
        return Err(Problem::new(Code::IllegalTransition, text));
    }
    if refused == Grams::ZERO {
        return Ok(stops_g);
    }
    let text = Text::new(
        "所有收运点的联单都已单独接收，拒收应记在各联单上。",
        "Every stop's manifest was received by itself: what is refused is told there.",
    );
    Err(Fault::new(Code::InvalidValue, "/refused_kg", text).into())
}

/// The stops whose load is still to be received, with their manifests.
fn aboard<'a>(
    round: &'a Round,
    movers: &'a HashMap<ManifestId, Mover>,
) -> Vec<(&'a Stop, &'a Mover)> {
    let with = |stop: &'a Stop| {
        let mover = movers.get(&stop.plan.manifest_id)?;
        Action::Receive.is_open(mover.stored.manifest.status).then_some((stop, mover))
    };
    round.collected().filter_map(with).collect()
}

fn share(part: &Part) -> Share {
    Share {
        n: part.stop.plan.n,
        manifest_id: part.stop.plan.manifest_id,
        mass_g: part.mass,
        refused_g: part.refused,
    }
}

/// Who was not called at before the truck came in was skipped.
fn not_called_at(round: &Round, at: DateTime<Utc>) -> impl Iterator<Item = Note> {
    let open = round.stops.iter().filter(|stop| stop.status == StopStatus::Planned);
    open.map(move |stop| {
        let skipped = Skipped {
            n: stop.plan.n,
            reason: Reason::Other.as_str().to_owned(),
            reason_text: Some("过磅前未到 / not called at before the weigh-in".to_owned()),
            out_of_order: false,
        };
        (Happening::Skipped(skipped), at)
    })
}

/// A stop's part as a receipt: its items in proportion to what was shipped of each.
fn receipt(part: &Part, asked: &WeighIn, at: DateTime<Utc>) -> Result<Receive, Problem> {
    let items = &part.mover.stored.manifest.filed.items;
    let shipped: Vec<Grams> = items.iter().map(|item| item.mass_g).collect();
    let masses = split(part.mass, &shipped);
    let refusals = split(part.refused, &masses);
    let fits = |mass| NonNegativeKg::of(mass).ok_or_else(|| Problem::internal("a negative part"));
    let mut found = Vec::with_capacity(items.len());
    for (item, (mass, refused)) in items.iter().zip(masses.into_iter().zip(refusals)) {
        let is_refused = refused.0 > 0;
        found.push(ReceiveItem {
            line: Whole::of(item.line).ok_or_else(|| Problem::internal("a line out of range"))?,
            accepted_kg: fits(mass - refused)?,
            refused_kg: fits(refused)?,
            reason: asked.reason.filter(|_| is_refused),
            reason_text: asked.reason_text.clone().filter(|_| is_refused),
            discrepancy: None,
            containers: None,
        });
    }
    let accepts = part.mass > part.refused;
    let decision = match (accepts, part.refused.0 > 0) {
        (true, false) => Verdict::Accept,
        (true, true) => Verdict::Partial,
        (false, _) => Verdict::Refuse,
    };
    Ok(Receive {
        occurred_at: Some(at),
        decision,
        gross_kg: None,
        tare_kg: None,
        items: List::of(found).ok_or_else(|| Problem::internal("a manifest without items"))?,
        analysis_pending: false,
        storage_area_id: asked.storage_area_id,
        storage_temp_c: asked.storage_temp_c,
        impurity_percent: asked.impurity_percent,
        mismatches: List::default(),
        countersign: None,
        signature: None,
    })
}

/// A receipt's faults at the fields that this request has.
fn own_fields(problem: Problem) -> Problem {
    problem.map_pointers(|pointer| match pointer {
        "/occurred_at" | "/storage_area_id" => Some(pointer.to_owned()),
        _ if pointer.starts_with("/items/") => Some("/gross_kg".to_owned()),
        _ => None,
    })
}

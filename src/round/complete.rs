//! Complete: all that was accepted is treated, in one commit; or all of one code, where waste oil
//! and food waste go different ways.

use std::collections::HashMap;

use super::act::{self, Beside};
use super::asked::CompleteRound;
use super::event::{Completed, Happening};
use super::status::RoundAction;
use super::store::Stored;
use super::weigh::movers;
use crate::app::App;
use crate::command::{self, Done, Freshness};
use crate::ctx::Ctx;
use crate::decision::Decision;
use crate::ids::{ManifestId, RoundId};
use crate::manifest::{self, Action, Complete, Licences, Mover, TreatmentAsked};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::units::Grams;
use crate::wire::{Asked, List, PositiveKg, Whole};

struct Facts {
    stored: Stored,
    movers: HashMap<ManifestId, Mover>,
    licences: Licences,
}

pub async fn complete(
    app: &App,
    ctx: &Ctx,
    id: RoundId,
    asked: Asked<CompleteRound>,
) -> Result<Done<Stored>, Problem> {
    let read = async |freshness: Freshness| {
        let stored = act::visible(app, &ctx.actor, id).await?;
        let site = stored.round.receiver_site_id;
        let licences = app.registers.licences_of(&app.pool, site, freshness).await?;
        let movers = movers(app, ctx, &stored.round).await?;
        Ok(Facts { stored, movers, licences })
    };
    command::run(app, ctx, read, |facts| {
        let round = &facts.stored.round;
        act::admit(ctx, round, act::receives(&ctx.actor, round), RoundAction::Complete)?;
        completed(ctx, facts, asked.as_ref().map_err(Clone::clone)?)
    })
    .await
}

fn completed(ctx: &Ctx, facts: &Facts, asked: &CompleteRound) -> Result<Decision, Problem> {
    let round = &facts.stored.round;
    let mut findings = Findings::new();
    let occurred_at =
        manifest::claimed_since(asked.occurred_at, ctx, round.planned_at, &mut findings);
    findings.settle()?;
    let (mut parts, mut total, mut left) = (Vec::new(), Grams::ZERO, Grams::ZERO);
    for stop in round.collected() {
        let Some(mover) = facts.movers.get(&stop.plan.manifest_id) else { continue };
        if !Action::Complete.is_open(mover.stored.manifest.status) {
            continue;
        }
        let (treatments, others) = treatments(mover, asked)?;
        left = left + others;
        let Some(treatments) = List::of(treatments) else { continue };
        total = total + treatments.iter().map(|one: &TreatmentAsked| one.mass_kg.grams()).sum();
        let body = Complete {
            occurred_at: Some(occurred_at),
            treatments,
            residues: List::default(),
            products: List::default(),
        };
        let part = manifest::is_treated(ctx, mover, facts.licences.clone(), &body);
        parts.push(part.map_err(own_fields)?);
    }
    if parts.is_empty() {
        return Err(nothing(asked));
    }
    let completed = Completed {
        method: asked.method.as_str().to_owned(),
        completed_on: asked.completed_on,
        waste_code: asked.waste_code.as_ref().map(|code| code.as_str().to_owned()),
        mass_g: total,
        is_final: left == Grams::ZERO,
    };
    let notes = vec![(Happening::Completed(completed), occurred_at)];
    let about = (facts.stored.id, Some(round));
    Ok(act::write(ctx, about, notes, Beside::default(), 200)?.with(parts))
}

/// What is treated now of a manifest, and the mass that stays for another time.
fn treatments(
    mover: &Mover,
    asked: &CompleteRound,
) -> Result<(Vec<TreatmentAsked>, Grams), Problem> {
    let manifest = &mover.stored.manifest;
    let (mut now, mut later) = (Vec::new(), Grams::ZERO);
    for item in &manifest.filed.items {
        let left = manifest.stored_g(item.line).unwrap_or_default();
        let Some(mass_kg) = PositiveKg::of(left) else { continue };
        if asked.waste_code.as_ref().is_some_and(|code| code.as_str() != item.waste_code) {
            later = later + left;
            continue;
        }
        now.push(TreatmentAsked {
            line: Whole::of(item.line).ok_or_else(|| Problem::internal("a line out of range"))?,
            method: asked.method.clone(),
            mass_kg,
            completed_on: asked.completed_on,
        });
    }
    Ok((now, later))
}

fn nothing(asked: &CompleteRound) -> Problem {
    if asked.waste_code.is_some() {
        let text =
            Text::new("没有待处理的该代码废物。", "Nothing of this code is left to be treated.");
        return Fault::new(Code::InvalidValue, "/waste_code", text).into();
    }
    let text = Text::new("没有待处理的废物。", "Nothing is left to be treated.");
    Problem::new(Code::IllegalTransition, text)
}

/// A treatment's faults at the fields that this request has.
fn own_fields(problem: Problem) -> Problem {
    problem.map_pointers(|pointer| match pointer.rsplit('/').next() {
        Some("method") => Some("/method".to_owned()),
        Some("completed_on") => Some("/completed_on".to_owned()),
        Some("occurred_at") => Some("/occurred_at".to_owned()),
        _ => None,
    })
}

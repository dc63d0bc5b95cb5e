//! Preflight: everything that would refuse or warn about the next step, all fields at once.
//!
//! The same `decide` as the step itself, on the most ordinary body: leave now, hand over to the
//! next leg planned, arrive now, accept all that was shipped and not lost, treat all that is left
//! by the method filed.

use super::act::admit_filed;
use super::amend;
use super::asked::Arrive;
use super::asked::{
    Cancel, Complete, Depart, LegAsked, LegMode, Reason, Receive, ReceiveItem, TreatmentAsked,
    Verdict,
};
use super::draft_store;
use super::drafts::{Draft, file_saved};
use super::evolve::Manifest;
use super::linked::{preflight_return, preflight_state, send_back};
use super::origin::Onto;
use super::shape::WarningView;
use super::sight::visible;
use super::status::Action;
use super::store::Stored;
use super::transport::{self, HandOver, IncidentKind, ReportIncident, Stop, StopKind};
use super::{arrive, cancel, complete, depart, receive};
use crate::app::App;
use crate::clock::legal_day;
use crate::command::Done;
use crate::ctx::Ctx;
use crate::ids::ManifestId;
use crate::problem::{Code, Fault, Problem};
use crate::units::Grams;
use crate::wire::{BoundedText, List, NonNegativeKg, Nothing, PositiveKg, Whole};

/// What a preflight found.
pub struct Preflight {
    pub action: Action,
    pub faults: Vec<Fault>,
    pub warnings: Vec<WarningView>,
}

/// Tries the named step on a manifest or a draft.
pub async fn try_out(
    app: &App,
    ctx: &Ctx,
    id: ManifestId,
    action: Result<Action, Problem>,
    onto: Onto,
) -> Result<Preflight, Problem> {
    let draft = draft_store::find(&app.pool, &ctx.actor, id).await?;
    let stored = match draft {
        Some(_) => None,
        None => Some(visible(app, &ctx.actor, id).await?),
    };
    let action = action?;
    let tried = match (&stored, draft) {
        (Some(stored), _) if action == Action::Amend => {
            amend::preflight(ctx, &stored.manifest).map(|()| Vec::new())
        }
        (Some(stored), _) if action == Action::Forward => {
            preflight_state(ctx, &stored.manifest, action).map(|()| Vec::new())
        }
        (Some(stored), _) => preflight(app, ctx, (id, &stored.manifest), action)
            .await
            .map(|done| done.map_or_else(Vec::new, |done| warnings_of(&done, action, ctx))),
        (None, Some(draft)) => draft_preflight(app, ctx, &draft, action, onto).await,
        (None, None) => Err(Problem::not_found()),
    };
    let (faults, warnings) = match tried {
        Ok(warnings) => (Vec::new(), warnings),
        Err(problem) if problem.code() == Code::Forbidden || problem.status() >= 409 => {
            (problem.faults().to_vec(), Vec::new())
        }
        Err(problem) => return Err(problem),
    };
    Ok(Preflight { action, faults, warnings })
}

async fn draft_preflight(
    app: &App,
    ctx: &Ctx,
    draft: &Draft,
    action: Action,
    onto: Onto,
) -> Result<Vec<WarningView>, Problem> {
    draft.admit(ctx, action)?;
    if action != Action::File {
        return Ok(Vec::new());
    }
    let ctx = &Ctx { validate_only: true, key: None, if_match: None, ..ctx.clone() };
    let done = file_saved(app, ctx, draft.id, Ok(Nothing {}), onto).await?;
    Ok(warnings_of(&done, action, ctx))
}

/// Warnings are those of the filing; the other steps warn by what they record.
fn warnings_of(done: &Done<Stored>, action: Action, ctx: &Ctx) -> Vec<WarningView> {
    match done {
        Done::Previewed { output, .. } | Done::Written { output, .. } if action == Action::File => {
            super::view::warnings(&output.manifest.filed.warnings, ctx.lang)
        }
        _ => Vec::new(),
    }
}

/// What the step would come to: `Ok` when nothing refuses it, `None` where that hangs on what only
/// its body says.
async fn preflight(
    app: &App,
    ctx: &Ctx,
    (id, manifest): (ManifestId, &Manifest),
    action: Action,
) -> Result<Option<Done<Stored>>, Problem> {
    let ctx = &Ctx { validate_only: true, key: None, ..ctx.clone() };
    let done = match action {
        Action::HandOver => match manifest.next_leg(None).map(next_carrier) {
            Some(body) => transport::hand_over(app, ctx, id, Ok(body)).await,
            // To whom, nobody knows yet.
            None => return admit_filed(ctx, action, manifest).map(|()| None),
        },
        Action::Stop => match short_stop() {
            Some(body) => transport::stop(app, ctx, id, Ok(body)).await,
            None => Err(refused(ctx, manifest, action)),
        },
        Action::Incident => match breakdown() {
            Some(body) => transport::incident(app, ctx, id, Ok(body)).await,
            None => Err(refused(ctx, manifest, action)),
        },
        // Which fields are to change is not known here: it was judged before.
        // A manifest that is filed cannot be filed again: the table of moves says so. A forward is
        // foreseen by its state alone.
        Action::File | Action::Amend | Action::Forward => Err(refused(ctx, manifest, action)),
        Action::Depart => {
            let (occurred_at, loaded_kg, location) = (None, None, None);
            let body = Depart {
                occurred_at,
                loaded_kg,
                vehicle_id: None,
                driver_id: None,
                location,
                countersign: None,
                signature: None,
            };
            depart(app, ctx, id, Ok(body)).await
        }
        Action::Arrive => {
            let body = Arrive { occurred_at: None, gross_kg: None, location: None };
            arrive(app, ctx, id, Ok(body)).await
        }
        Action::Receive => match accept_all(manifest) {
            Some(body) => receive(app, ctx, id, Ok(body)).await,
            None => Err(refused(ctx, manifest, action)),
        },
        Action::Return => match preflight_return(manifest, ctx) {
            Some(body) => send_back(app, ctx, id, Ok(body)).await,
            None => Err(refused(ctx, manifest, action)),
        },
        Action::Complete => match treat_rest(manifest, ctx) {
            Some(body) => complete(app, ctx, id, Ok(body)).await,
            None => Err(refused(ctx, manifest, action)),
        },
        Action::Cancel => {
            let body = Cancel { reason: Reason::NotNeeded, reason_text: None };
            cancel(app, ctx, id, Ok(body)).await
        }
    };
    done.map(Some)
}

/// The next leg as it was planned.
fn next_carrier(leg: &super::event::Leg) -> HandOver {
    let to_leg = LegAsked { mode: LegMode::parse(&leg.mode), ..LegAsked::same_crew(leg) };
    HandOver { occurred_at: None, to_leg, location: None, countersign: None, signature: None }
}

fn short_stop() -> Option<Stop> {
    Some(Stop {
        occurred_at: None,
        kind: StopKind::Stop,
        to_vehicle_id: None,
        to_driver_id: None,
        from_vehicle_id: None,
        remaining_kg: None,
        location: None,
        reason: BoundedText::of("-".to_owned())?,
        reason_text: None,
        countersign: None,
    })
}

fn breakdown() -> Option<ReportIncident> {
    Some(ReportIncident {
        occurred_at: None,
        kind: IncidentKind::Breakdown,
        items: List::default(),
        vehicle_id: None,
        location: None,
        division: None,
        reported_to: None,
        reported_at: None,
        note: BoundedText::of("-".to_owned())?,
    })
}

fn refused(ctx: &Ctx, manifest: &Manifest, action: Action) -> Problem {
    match admit_filed(ctx, action, manifest) {
        Err(problem) => problem,
        Ok(()) => Problem::forbidden(),
    }
}

fn accept_all(manifest: &Manifest) -> Option<Receive> {
    let item = |(item, progress): (&super::event::Item, &super::evolve::Progress)| {
        Some(ReceiveItem {
            line: Whole::of(item.line)?,
            accepted_kg: NonNegativeKg::of(item.mass_g - progress.lost_g)?,
            refused_kg: NonNegativeKg::of(Grams::ZERO)?,
            reason: None,
            reason_text: None,
            discrepancy: None,
            containers: None,
        })
    };
    let pairs = manifest.filed.items.iter().zip(&manifest.progress);
    Some(Receive {
        occurred_at: None,
        decision: if manifest.on_the_way().0 > 0 { Verdict::Accept } else { Verdict::Refuse },
        gross_kg: None,
        tare_kg: None,
        items: List::of(pairs.filter_map(item).collect())?,
        analysis_pending: false,
        storage_area_id: None,
        storage_temp_c: None,
        impurity_percent: None,
        mismatches: List::default(),
        countersign: None,
        signature: None,
    })
}

fn treat_rest(manifest: &Manifest, ctx: &Ctx) -> Option<Complete> {
    let treatment = |item: &super::event::Item| {
        Some(TreatmentAsked {
            line: Whole::of(item.line)?,
            method: crate::wire::BoundedText::of(item.method.clone())?,
            mass_kg: PositiveKg::of(manifest.stored_g(item.line)?)?,
            completed_on: legal_day(ctx.now),
        })
    };
    let treatments = manifest.filed.items.iter().filter_map(treatment);
    let treatments: Vec<TreatmentAsked> = treatments.collect();
    let treatments = List::of(treatments)?;
    let (residues, products) = (List::default(), List::default());
    Some(Complete { occurred_at: None, treatments, residues, products })
}

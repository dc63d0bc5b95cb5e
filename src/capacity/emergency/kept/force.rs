//! Putting a plan in force by a document of the government, and ending it before its last day.
//! Whoever does regulates every division that it is for and every one that it opens a facility in.

use std::collections::HashSet;

use super::keep::sight;
use super::model::{
    ActivateEmergencyPlan, EmergencyPlan, EmergencyPlanState, EndEmergencyPlan, GovernmentPlan,
    Opening,
};
use super::store;
use crate::app::App;
use crate::catalogue::Stream;
use crate::clock::legal_day;
use crate::command::Freshness;
use crate::ctx::{Actor, Ctx};
use crate::decision::Decision;
use crate::identity::policy;
use crate::ids::{CoDisposalFacilityId, EmergencyPlanId};
use crate::problem::{Code, Fault, Problem, Text};
use crate::registry::{Answered, Entered, Known, commit, words};
use crate::wire::Asked;

/// A plan, and which facilities of the co-disposal list there are now.
struct Facts {
    plan: Known<EmergencyPlan>,
    listed: HashSet<CoDisposalFacilityId>,
}

async fn read(app: &App, id: EmergencyPlanId) -> Result<Facts, Problem> {
    let plan = store::plan(&app.pool, id).await?.ok_or_else(Problem::not_found)?;
    Ok(Facts { plan, listed: store::listed(&app.pool).await? })
}

/// Whether the actor may put it in force and end it.
fn may(actor: &Actor, plan: &EmergencyPlan) -> bool {
    let openings = plan.openings.iter().map(|opening| &opening.division);
    let mut divisions = plan.divisions.iter().chain(openings);
    policy::corrects_stream(actor, Stream::Medical)
        && divisions.all(|division| policy::regulates(actor, division))
}

fn allow(ctx: &Ctx, plan: &Known<EmergencyPlan>) -> Result<(), Problem> {
    let sees = sight(&ctx.actor).is_some_and(|sight| sight.has(plan));
    policy::allow(sees, may(&ctx.actor, plan))?;
    ctx.expect_version(plan.guard.version)
}

/// Puts a plan in force. Errors: 404, 403; 409 `illegal_transition` for one that is no draft or
/// whose days are over, `right_withdrawn` where a facility has left the list since; 422 for a
/// document of a day to come.
pub async fn activate(
    app: &App,
    ctx: &Ctx,
    id: EmergencyPlanId,
    asked: Asked<ActivateEmergencyPlan>,
) -> Result<Answered<EmergencyPlan>, Problem> {
    let read = async |_: Freshness| read(app, id).await;
    commit(app, ctx, read, |facts| decide_activation(facts, &asked, ctx)).await
}

fn decide_activation(
    Facts { plan: known, listed }: &Facts,
    asked: &Asked<ActivateEmergencyPlan>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    allow(ctx, known)?;
    let (plan, today) = (&*known.value, legal_day(ctx.now));
    must_be(plan.status, EmergencyPlanState::Draft)?;
    let document = &asked.as_ref().map_err(Clone::clone)?.government_plan;
    if document.issued_on > today {
        let detail = Text::new("文件日期在今天之后。", "The document is of a day to come.");
        return Err(Problem::at(Code::NotYet, "/government_plan/issued_on", detail));
    }
    if today > plan.ends_on {
        let detail = Text::new(
            format!("方案期限已于 {} 届满，请重新编制。", plan.ends_on),
            format!("Its days were over on {}: plan anew.", plan.ends_on),
        );
        return Err(Problem::new(Code::IllegalTransition, detail));
    }
    let gone = |opening: &&Opening| !listed.contains(&opening.co_disposal_facility_id);
    if let Some(gone) = plan.openings.iter().find(gone) {
        let id = gone.co_disposal_facility_id;
        let detail = Text::new(
            format!("设施 {id} 已不在协同处置名单上，请重新编制方案。"),
            format!("Facility {id} has left the co-disposal list: plan anew."),
        );
        return Err(Fault::without_field(Code::RightWithdrawn, detail).into());
    }
    let after = EmergencyPlan {
        status: EmergencyPlanState::Active,
        government_plan: Some(GovernmentPlan {
            issuer: words(&document.issuer),
            number: words(&document.number),
            issued_on: document.issued_on,
            attachment_sha256: hex::encode(document.attachment_sha256.0),
        }),
        ..plan.clone()
    };
    changed((after, "emergency_activated"), known, ctx)
}

/// Ends a plan that is in force. What was filed under it goes on. Errors: 404, 403; 409
/// `illegal_transition` for one that is not in force.
pub async fn end(
    app: &App,
    ctx: &Ctx,
    id: EmergencyPlanId,
    asked: Asked<EndEmergencyPlan>,
) -> Result<Answered<EmergencyPlan>, Problem> {
    let read = async |_: Freshness| read(app, id).await;
    commit(app, ctx, read, |facts| decide_end(&facts.plan, &asked, ctx)).await
}

fn decide_end(
    known: &Known<EmergencyPlan>,
    asked: &Asked<EndEmergencyPlan>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    allow(ctx, known)?;
    let (plan, today) = (&*known.value, legal_day(ctx.now));
    must_be(plan.stands_on(today), EmergencyPlanState::Active)?;
    let asked = asked.as_ref().map_err(Clone::clone)?;
    let after = EmergencyPlan {
        status: EmergencyPlanState::Ended,
        ended_on: Some(today),
        end_reason: Some(words(&asked.reason)),
        ..plan.clone()
    };
    changed((after, "emergency_ended"), known, ctx)
}

/// Told to those whose facilities it opens and to the authorities of its places.
fn changed(
    (after, told): (EmergencyPlan, &'static str),
    known: &Known<EmergencyPlan>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let rows = vec![store::update(&after)];
    let mut entered = Entered::new(after, Some(known.guard.version), rows);
    entered.told = vec![(told, None)];
    entered.decision(ctx)
}

fn must_be(is: EmergencyPlanState, wanted: EmergencyPlanState) -> Result<(), Problem> {
    if is == wanted {
        return Ok(());
    }
    let (zh, en) = match is {
        EmergencyPlanState::Draft => ("方案尚未启用。", "This plan is not in force."),
        EmergencyPlanState::Active => ("方案已启用。", "This plan is in force already."),
        EmergencyPlanState::Ended => ("方案已终止。", "This plan has ended."),
    };
    Err(Problem::new(Code::IllegalTransition, Text::new(zh, en)))
}

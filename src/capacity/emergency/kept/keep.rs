//! Planning and keeping, listing and showing.

use chrono::{Days, NaiveDate};
use serde_json::value::RawValue;

use super::super::asked::AskEmergency;
use super::super::plan::{Found, course};
use super::super::shown::{PlantRight, PlantView};
use super::model::{
    EmergencyPlan, EmergencyPlanFilter, EmergencyPlanState, EmergencyPlanView, Figures, Opening,
    WholeEmergencyPlanView,
};
use super::opened::days_of;
use super::store::{self, Sight};
use crate::app::App;
use crate::capacity::limits::OPENINGS_MAX;
use crate::capacity::planning;
use crate::catalogue::Stream;
use crate::clock::legal_day;
use crate::command::Freshness;
use crate::ctx::{Actor, Ctx, Role};
use crate::decision::Decision;
use crate::identity::policy;
use crate::ids::EmergencyPlanId;
use crate::journal::frozen;
use crate::problem::{Code, Fault, Problem, Text};
use crate::registry::{Answered, Entered, Known, commit, words};
use crate::units::Grams;
use crate::wire::Asked;

/// Whether the actor plans for emergencies: a corps' or a division's regulator whose agency has to
/// do with medical waste.
pub fn plans(actor: &Actor) -> bool {
    planning::plans(actor) && policy::sees_stream(actor, Stream::Medical)
}

/// Plans an emergency and keeps the plan, as a draft: with its course as it was written. Errors:
/// 403 for divisions that are not the caller's, 422 for what names nothing.
pub async fn keep(
    app: &App,
    ctx: &Ctx,
    asked: Asked<AskEmergency>,
) -> Result<(Answered<EmergencyPlan>, Box<RawValue>), Problem> {
    policy::require(plans(&ctx.actor))?;
    let asked = asked?;
    let id = EmergencyPlanId::of(app.mint.uuid(ctx.now));
    let found = course(app, ctx, &asked).await?;
    let (content, content_sha256) = frozen(&found.view)?;
    let plan = plan_of(id, &found, content_sha256, (&asked, ctx))?;
    let read = async |_: Freshness| Ok(());
    let done: Answered<EmergencyPlan> =
        commit(app, ctx, read, |()| decide(plan.clone(), &content, ctx)).await?;
    let content = if done.replayed { whole(app, done.value.id).await?.1 } else { content };
    Ok((done, raw(content)?))
}

fn decide(plan: EmergencyPlan, content: &str, ctx: &Ctx) -> Result<Decision, Problem> {
    let rows = vec![store::insert(&plan, content)];
    Entered::new(plan, None, rows).decision(ctx)
}

fn plan_of(
    id: EmergencyPlanId,
    found: &Found,
    content_sha256: String,
    (asked, ctx): (&AskEmergency, &Ctx),
) -> Result<EmergencyPlan, Problem> {
    let view = &found.view;
    let helps = |plant: &&PlantView| plant.right == PlantRight::CoDisposal;
    let co_disposal: Grams = view.plants.iter().filter(helps).map(|one| one.treated_kg.0).sum();
    let openings: Vec<Opening> = found
        .helpers
        .iter()
        .map(|(helper, division)| Opening {
            co_disposal_facility_id: helper.id,
            site_id: helper.site_id,
            division: division.clone(),
            daily_g: helper.daily_g,
        })
        .collect();
    if openings.len() > OPENINGS_MAX {
        return Err(too_many(openings.len()));
    }
    let last = u64::try_from(asked.days.get() - 1).unwrap_or(0);
    Ok(EmergencyPlan {
        id,
        organisation_id: ctx.actor.organisation_id,
        name: words(&asked.name),
        starts_on: asked.starts_on,
        ends_on: asked.starts_on.checked_add_days(Days::new(last)).unwrap_or(NaiveDate::MAX),
        divisions: view.divisions.clone(),
        figures: Figures {
            made_g: view.made_kg.0,
            treated_g: view.treated_kg.0,
            late_g: view.late_kg.0,
            untreated_g: view.untreated.iter().map(|one| one.kg.0).sum(),
            co_disposal_g: co_disposal,
            first_break_on: view.breaks.iter().map(|one| one.on).min(),
        },
        openings,
        status: EmergencyPlanState::Draft,
        government_plan: None,
        ended_on: None,
        end_reason: None,
        content_sha256,
    })
}

fn too_many(count: usize) -> Problem {
    let detail = Text::new(
        format!("一个方案最多启用 {OPENINGS_MAX} 家协同处置设施，现有 {count} 家，请予指定。"),
        format!("A plan opens {OPENINGS_MAX} facilities at most, not {count}: name those it may."),
    );
    Fault::new(Code::TooLong, "/co_disposal_facility_ids", detail).into()
}

pub fn raw(content: String) -> Result<Box<RawValue>, Problem> {
    RawValue::from_string(content).map_err(Problem::internal)
}

/// Which plans the actor sees: a division's regulator those that are for it alone, the corps' all.
/// `None` for whoever plans nothing.
pub fn sight(actor: &Actor) -> Option<Sight<'_>> {
    let is_of_division = actor.role == Role::DivisionRegulator;
    let own = actor.division.as_deref().filter(|_| is_of_division);
    plans(actor).then_some(Sight { division: own })
}

async fn whole(app: &App, id: EmergencyPlanId) -> Result<(Known<EmergencyPlan>, String), Problem> {
    store::whole(&app.pool, id).await?.ok_or_else(Problem::not_found)
}

/// One with its course, and what has come to the facilities that it opens. Errors: 404 for one that
/// is not the caller's to see.
pub async fn show(
    app: &App,
    ctx: &Ctx,
    id: EmergencyPlanId,
) -> Result<(i64, WholeEmergencyPlanView), Problem> {
    let (known, content) = whole(app, id).await?;
    policy::allow(sight(&ctx.actor).is_some_and(|sight| sight.has(&known)), true)?;
    let view = WholeEmergencyPlanView {
        plan: EmergencyPlanView::on(&known, legal_day(ctx.now)),
        course: raw(content)?,
        opened_days: days_of(app, &known).await?,
    };
    Ok((known.guard.version, view))
}

/// Those that the actor sees, in the order of their making: none, for whoever plans nothing.
pub async fn list(
    app: &App,
    ctx: &Ctx,
    asked: &EmergencyPlanFilter,
) -> Result<Vec<EmergencyPlan>, Problem> {
    match sight(&ctx.actor) {
        Some(sight) => store::page(&app.pool, (asked, legal_day(ctx.now)), sight).await,
        None => Ok(Vec::new()),
    }
}

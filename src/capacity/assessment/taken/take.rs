//! Freezing, listing and showing.

use super::super::asked::AssessmentQuery;
use super::super::assess::assess;
use super::model::{
    AssessmentFilter, FrozenAssessmentView, FrozenContentView, KeptAssessmentView, TakeAssessment,
    Taken,
};
use super::store::{self, Sight};
use crate::app::App;
use crate::capacity::planning;
use crate::catalogue::Stream;
use crate::command::Freshness;
use crate::ctx::{Actor, Ctx, Role};
use crate::decision::Decision;
use crate::identity::policy;
use crate::ids::AssessmentId;
use crate::journal;
use crate::problem::Problem;
use crate::registry::{Answered, Entered, commit};
use crate::wire::Asked;

/// Reads the assessment, waits for a checkpoint that covers it, and keeps both. `covering` gives a
/// signed checkpoint of a log that has this position. Errors: 403 for divisions that are not the
/// caller's, 503 where no checkpoint comes in time.
pub async fn take(
    app: &App,
    ctx: &Ctx,
    asked: Asked<TakeAssessment>,
    covering: impl AsyncFn(u64) -> Result<String, Problem>,
) -> Result<Answered<Taken>, Problem> {
    policy::require(planning::plans(&ctx.actor))?;
    let asked = asked?;
    let id = AssessmentId::of(app.mint.uuid(ctx.now));
    let query = AssessmentQuery {
        year: asked.year,
        by: asked.by.clone(),
        divisions: asked.divisions.clone(),
        estimate: asked.estimate,
    };
    let read = async |_: Freshness| {
        let assessment = assess(app, &ctx.actor, &query).await?;
        // What is only tried waits for nothing.
        let newest = assessment.tree_size - 1;
        let checkpoint = if ctx.validate_only || newest < 0 {
            String::new()
        } else {
            covering(newest.cast_unsigned()).await?
        };
        Ok(FrozenContentView { assessment, checkpoint })
    };
    commit(app, ctx, read, |frozen| decide(id, frozen, &asked, ctx)).await
}

fn decide(
    id: AssessmentId,
    frozen: &FrozenContentView,
    asked: &TakeAssessment,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let (content, content_sha256) = journal::frozen(frozen)?;
    let assessment = &frozen.assessment;
    let taken = Taken {
        id,
        organisation_id: ctx.actor.organisation_id,
        agency: ctx.actor.agency.clone(),
        name: asked.name.as_str().to_owned(),
        year: assessment.year,
        dimensions: assessment.by.iter().map(|one| one.as_str().to_owned()).collect(),
        divisions: assessment.divisions.clone(),
        tree_size: assessment.tree_size,
        content_sha256,
    };
    let rows = vec![store::insert(&taken, &content)];
    Entered::new(taken, None, rows).decision(ctx)
}

const STREAMS: [Stream; 3] = [Stream::Hazardous, Stream::Medical, Stream::Kitchen];

/// Whose frozen assessments the actor sees: those that go over its division alone, or all; where
/// some streams are not its agency's matter, those of its agency. `None` for whoever assesses
/// nothing.
pub fn sight(actor: &Actor) -> Option<Sight<'_>> {
    if !planning::plans(actor) {
        return None;
    }
    let is_of_division = actor.role == Role::DivisionRegulator;
    let sees_all = STREAMS.iter().all(|stream| policy::sees_stream(actor, *stream));
    Some(Sight {
        division: actor.division.as_deref().filter(|_| is_of_division),
        agency: actor.agency.as_deref().filter(|_| !sees_all),
    })
}

/// One with its content. Errors: 404 for one that is not the caller's to see.
pub async fn show(
    app: &App,
    actor: &Actor,
    id: AssessmentId,
) -> Result<FrozenAssessmentView, Problem> {
    let found = store::one(&app.pool, id).await?;
    let (taken, content) = found.ok_or_else(Problem::not_found)?;
    policy::allow(sight(actor).is_some_and(|sight| sight.has(&taken)), true)?;
    let frozen = serde_json::value::RawValue::from_string(content).map_err(Problem::internal)?;
    Ok(FrozenAssessmentView { taken: KeptAssessmentView::from(&taken), frozen })
}

/// Those that the actor sees, in the order of their making: none, for whoever assesses nothing.
pub async fn list(
    app: &App,
    actor: &Actor,
    asked: &AssessmentFilter,
) -> Result<Vec<Taken>, Problem> {
    match sight(actor) {
        Some(sight) => store::page(&app.pool, asked, sight).await,
        None => Ok(Vec::new()),
    }
}

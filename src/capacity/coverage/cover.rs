//! `GET /capacity/coverage`.

use super::shown::CoverageView;
use super::store;
use crate::app::App;
use crate::capacity::emergency::plans;
use crate::capacity::planning;
use crate::clock::legal_day;
use crate::ctx::Ctx;
use crate::identity::policy;
use crate::problem::Problem;
use crate::registry::DivisionNumber;
use crate::wire::{List, Whole, wire};

/// Medical waste lies at an institution for two days at most (Regulations on the Management of
/// Medical Waste, 2011, Art. 17).
const HOURS: i64 = 48;

wire! {
    /// What of coverage to look at.
    pub struct CoverageQuery {
        /// All that the caller regulates, when absent.
        pub divisions: Option<List<DivisionNumber, 1, 20>>,
        /// Within how many hours somebody has to come; 48 when absent.
        pub hours: Option<Whole<1, 2_160>>,
    }
}

/// Which divisions are covered, and which institutions wait. Errors: 403 for divisions that are not
/// the caller's.
pub async fn coverage(
    app: &App,
    ctx: &Ctx,
    asked: &CoverageQuery,
) -> Result<CoverageView, Problem> {
    policy::require(plans(&ctx.actor))?;
    let divisions = planning::divisions(&ctx.actor, asked.divisions.as_deref())?;
    let (today, hours) = (legal_day(ctx.now), asked.hours.map_or(HOURS, Whole::get));
    let facts = store::facts(&app.pool, ctx.now, &divisions).await?;
    let covered = facts.divisions(&divisions, today, &app.catalogue);
    let without = covered.iter().filter(|one| !one.is_covered).map(|one| one.division.clone());
    Ok(CoverageView {
        on: today,
        not_covered: without.collect(),
        divisions: covered,
        hours,
        institutions: facts.waiting((&divisions, hours), ctx.now, &app.catalogue),
    })
}

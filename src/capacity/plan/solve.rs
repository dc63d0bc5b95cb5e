//! From the problem to the optimum: the least mass unmet, and then the fewest tonne-kilometres.

use super::answer::{Plan, plan};
use super::costs::Costs;
use super::forecast::Forecast;
use super::lots::Lots;
use super::marginal::binding;
use super::problem::Matching;
use super::simplex::Simplex;

/// The caller no longer wants the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stopped;

/// Finds the optimum, exactly. `keep_on` is asked before each set of lots, at most some hundreds of
/// which are moved at once, and before the marginal values of each facility; `false` ends it.
pub fn solve<'p>(
    problem: &'p Matching,
    wants_marginals: bool,
    keep_on: &dyn Fn() -> bool,
) -> Result<Plan<'p>, Stopped> {
    let lots = Lots::of(problem);
    let costs = Costs::of(&lots);
    let forecast = Forecast::of(&lots, &costs, keep_on)?;
    let mut simplex = Simplex::new(&lots, &costs, &forecast, keep_on)?;
    simplex.run(keep_on)?;
    let binding = if wants_marginals { binding(&simplex, keep_on)? } else { Vec::new() };
    Ok(plan(&simplex, binding))
}

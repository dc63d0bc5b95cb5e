//! Solving on a thread of its own, with a place, a limit in time, and an end when nobody waits.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use tokio::task::spawn_blocking;

use super::shown::PlanView;
use crate::app::{App, place};
use crate::capacity::limits::PLAN_WITHIN;
use crate::capacity::plan::{Matching, Stopped, solve};
use crate::problem::{Code, Problem, Text};

/// Set when whoever asked is gone.
struct Gone(Arc<AtomicBool>);

impl Drop for Gone {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// The optimum, and the problem as it was. Errors: 503 when as many are being solved as there are
/// processors for, 422 `too_hard` beyond the limit in time.
pub async fn solved(
    app: &App,
    asked: Matching,
    with_binding: bool,
) -> Result<(Matching, PlanView), Problem> {
    computed(app, move |keep_on| {
        let plan = solve(&asked, with_binding, keep_on)?;
        let found = PlanView::of(&asked, &plan, with_binding);
        drop(plan);
        Ok((asked, found))
    })
    .await
}

/// Whatever asks the solver, on a thread of its own.
pub async fn computed<T: Send + 'static>(
    app: &App,
    work: impl FnOnce(&dyn Fn() -> bool) -> Result<T, Stopped> + Send + 'static,
) -> Result<T, Problem> {
    let _place = place(&app.plans)?;
    let gone = Gone(Arc::default());
    let is_gone = Arc::clone(&gone.0);
    let until = Instant::now() + PLAN_WITHIN;
    let working = spawn_blocking(move || {
        work(&|| !is_gone.load(Ordering::Relaxed) && Instant::now() < until)
    });
    let done = working.await.map_err(Problem::internal)?;
    drop(gone);
    done.map_err(|Stopped| too_hard())
}

fn too_hard() -> Problem {
    let seconds = PLAN_WITHIN.as_secs();
    let detail = Text::new(
        format!("在 {seconds} 秒内未能求解，请缩小范围。"),
        format!("It could not be solved within {seconds} s; ask for less at once."),
    );
    Problem::new(Code::TooHard, detail)
}

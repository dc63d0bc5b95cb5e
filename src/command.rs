//! Read, decide, commit: the one way in for everything that changes anything that matters.
//!
//! A stale fact costs another round, never a wrong record. A refusal made on cached facts is made
//! again on fresh ones before it is answered, so that a stale cache never refuses anybody.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use uuid::Uuid;

use crate::app::App;
use crate::ctx::Ctx;
use crate::db::{self, FirstAnswer, Outcome, Receipt};
use crate::decision::{Balance, Decision, Move, Settled, Subject};
use crate::limits::DECIDE_ROUNDS_MAX;
use crate::problem::{Code, Problem, Text};

/// Whether facts may come from the cache of registers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Freshness {
    Cached,
    /// Read again. Balances are read as well, so that a refusal lists capacity faults too.
    Fresh,
}

/// What a command came to.
#[derive(Debug)]
pub enum Done<T> {
    /// It was committed.
    Written { output: Arc<T>, position: Option<i64>, settled: Settled },
    /// It was committed before, under the same key: answer as then.
    Replayed(FirstAnswer),
    /// `validate_only`: what would have been written.
    Previewed { output: Arc<T>, settled: Settled },
}

/// Runs a command. `decide` is pure and may run several times.
pub async fn run<F, T: Send + Sync + 'static>(
    app: &App,
    ctx: &Ctx,
    read: impl AsyncFn(Freshness) -> Result<F, Problem>,
    decide: impl Fn(&F) -> Result<Decision, Problem>,
) -> Result<Done<T>, Problem> {
    let mut freshness = if ctx.validate_only { Freshness::Fresh } else { Freshness::Cached };
    for _round in 0..DECIDE_ROUNDS_MAX {
        let facts = read(freshness).await;
        let decision = match facts.and_then(|facts| decide(&facts)) {
            Ok(decision) => decision,
            Err(_) if freshness == Freshness::Cached => {
                freshness = Freshness::Fresh;
                continue;
            }
            Err(problem) => return refuse(app, ctx, problem).await,
        };
        if ctx.validate_only {
            return preview(app, decision).await;
        }
        match app.committer.commit_within(ctx.patience, decision).await? {
            Outcome::Done(Receipt::Written(entry)) => {
                note(|| Standing::now(&entry));
                let output = typed(entry.output)?;
                let (position, settled) = (entry.position, entry.settled);
                return Ok(Done::Written { output, position, settled });
            }
            Outcome::Done(Receipt::Replayed(first)) => return Ok(replayed(first)),
            Outcome::Stale(subjects) => {
                if let Some(problem) = ended_grant(ctx, &subjects) {
                    return Err(problem);
                }
                app.registers.evict(&subjects);
                freshness = Freshness::Fresh;
            }
        }
    }
    Err(Problem::busy())
}

/// What the actor came with has been revoked since the request was admitted: deciding again would
/// decide for somebody who is no longer there.
fn ended_grant(ctx: &Ctx, stale: &[Subject]) -> Option<Problem> {
    let grants = &ctx.actor.grants;
    if grants.api_key.as_ref().is_some_and(|key| stale.contains(&key.guard().subject)) {
        return Some(crate::identity::unauthorized());
    }
    let held = |one: &Subject| grants.held().iter().any(|held| held.guard().subject == *one);
    stale.iter().any(held).then(|| {
        let text = Text::new(
            "代为签字的委托已被撤销。",
            "The delegation to sign for this organisation has been revoked.",
        );
        Problem::new(Code::RightWithdrawn, text)
    })
}

/// Does what business time has made due, `at_once` at a time until nothing is left; answers how
/// many. What somebody else was faster with (`already_decided`: an answer, another process) is
/// done as well.
pub async fn each_due<T: Copy>(
    at_once: i64,
    due: impl AsyncFn() -> Result<Vec<T>, Problem>,
    act: impl AsyncFn(T) -> Result<(), Problem>,
) -> Result<usize, Problem> {
    let mut done = 0;
    loop {
        let found = due().await?;
        for one in &found {
            match act(*one).await {
                Ok(()) => done += 1,
                Err(problem) if problem.code() == Code::AlreadyDecided => {}
                Err(problem) => return Err(problem),
            }
        }
        if (found.len() as i64) < at_once {
            return Ok(done);
        }
    }
}

/// A request that repeats an earlier one is often refused by that one's effect: its first answer
/// goes before the refusal.
pub async fn refuse<T>(app: &App, ctx: &Ctx, problem: Problem) -> Result<Done<T>, Problem> {
    // Who has given a load away may not give it again, and yet a repeat is answered as at first:
    // the same request by the same organisation was lawful then.
    if problem.code() == Code::Forbidden && !ctx.validate_only {
        return match db::first_answer(&app.pool, ctx).await {
            Ok(Some(first)) => Ok(replayed(first)),
            Ok(None) | Err(_) => Err(problem),
        };
    }
    // 401, 413, 415, 400 and 404 go before the key (api.md, "Errors"), and any other 403.
    if ctx.validate_only || problem.code().rank() < Code::IdempotencyKeyReused.rank() {
        return Err(problem);
    }
    match db::first_answer(&app.pool, ctx).await? {
        Some(first) => Ok(replayed(first)),
        None => Err(problem),
    }
}

fn replayed<T>(first: FirstAnswer) -> Done<T> {
    note(|| Standing::before(&first));
    Done::Replayed(first)
}

/// Where in the log stands what a command wrote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// At these positions, both included: it was committed now.
    Now { first: i64, last: i64 },
    /// At this place of its subject's chain: it was committed before, under the same key.
    Before { subject: uuid::Uuid, seq: i64 },
}

impl Standing {
    fn now(entry: &db::Entry) -> Option<Self> {
        let last = entry.position?;
        Some(Self::Now { first: last - entry.events + 1, last })
    }

    /// A draft has no event.
    fn before(first: &FirstAnswer) -> Option<Self> {
        let seq = first.version - 1;
        (seq >= 0).then_some(Self::Before { subject: first.subject.id, seq })
    }
}

tokio::task_local! {
    /// Where commands of a request leave where they stand.
    static NOTED: RefCell<Vec<Standing>>;
}

fn note(standing: impl FnOnce() -> Option<Standing>) {
    // Nobody notes what the program does by itself.
    let _ = NOTED.try_with(|noted| noted.borrow_mut().extend(standing()));
}

/// Does something for one request, and tells where in the log stands what it committed.
pub async fn noting<T>(doing: impl Future<Output = T>) -> (T, Vec<Standing>) {
    let noting = async {
        let done = doing.await;
        (done, NOTED.with(RefCell::take))
    };
    NOTED.scope(RefCell::default(), noting).await
}

/// Decide and settle on an unlocked reading, without the commit.
async fn preview<T: Send + Sync + 'static>(
    app: &App,
    decision: Decision,
) -> Result<Done<T>, Problem> {
    let balances = balances(app, &decision.moves).await?;
    let settled = db::preview(balances, &decision)?;
    let written = (decision.finish)(&settled)?;
    db::demand_free(&app.pool, &written.rows).await?;
    // Nobody gathers what most commands try out.
    let left = settled.balances.clone();
    let _ = GATHERED.try_with(|place| place.made.replace(Some(Gathered { decision, left })));
    Ok(Done::Previewed { output: typed(written.output)?, settled })
}

/// Balances on an unlocked reading, as what is decided before in the same commit leaves them.
pub async fn balances(app: &App, moves: &[Move]) -> Result<HashMap<Uuid, Balance>, Problem> {
    let mut balances = db::balances(&app.pool, moves).await?;
    let _ = GATHERED.try_with(|place| {
        let earlier = place.earlier.borrow();
        let left = |id: &Uuid| earlier.get(id).map(|balance| (*id, *balance));
        let accounts = moves.iter().flat_map(|one| one.choices.iter().flatten());
        balances.extend(accounts.filter_map(|post| left(&post.account.id)));
    });
    Ok(balances)
}

/// What a command decided that was only tried out.
pub struct Gathered {
    pub decision: Decision,
    /// The accounts that it would move, as it would leave them.
    pub left: Vec<(Uuid, Balance)>,
}

/// Accounts as decisions leave them that are not committed yet.
pub type Earlier = Rc<RefCell<HashMap<Uuid, Balance>>>;

struct Gathering {
    earlier: Earlier,
    made: RefCell<Option<Gathered>>,
}

tokio::task_local! {
    /// Where a command that is tried out leaves its decision.
    static GATHERED: Gathering;
}

/// Runs a command that only tries out (`validate_only`) and hands over what it decided, so that
/// several commands can be one commit: [`Decision::with`], then [`commit`]. It is judged on what
/// `earlier` has of the accounts, before what is stored.
pub async fn gathered<T>(
    earlier: &Earlier,
    command: impl Future<Output = T>,
) -> (T, Option<Gathered>) {
    let gathering = async {
        let output = command.await;
        (output, GATHERED.with(|place| place.made.take()))
    };
    let place = Gathering { earlier: Rc::clone(earlier), made: RefCell::default() };
    GATHERED.scope(place, gathering).await
}

/// What would refuse gathered decisions, on an unlocked reading.
pub async fn try_out(app: &App, decision: &Decision) -> Result<(), Problem> {
    let balances = db::balances(&app.pool, &decision.moves).await?;
    db::preview(balances, decision).map(drop)
}

/// Commits gathered decisions. False where facts have moved: they are to be decided again.
pub async fn commit(app: &App, decision: Decision) -> Result<bool, Problem> {
    match app.committer.commit(decision).await? {
        Outcome::Done(receipt) => {
            note(|| match &receipt {
                Receipt::Written(entry) => Standing::now(entry),
                Receipt::Replayed(first) => Standing::before(first),
            });
            Ok(true)
        }
        Outcome::Stale(subjects) => {
            app.registers.evict(&subjects);
            Ok(false)
        }
    }
}

fn typed<T: Send + Sync + 'static>(output: crate::decision::Output) -> Result<Arc<T>, Problem> {
    output.downcast().map_err(|_| Problem::internal("a command answered with another type"))
}

/// Balances for [`db::faults_of`] when facts are fresh, else none.
pub type Balances = Option<HashMap<Uuid, Balance>>;

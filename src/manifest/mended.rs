//! What else is wrong with a request that cannot be read: one answer names it all (api.md, "all of
//! them at once"), so that a fourth decimal does not hide an unknown code beside it.
//!
//! The rules are asked about the body with stand-ins for its faulty values; nothing is ever
//! written from it.

use super::admit;
use super::asked::FileManifest;
use super::facts::Facts;
use super::file::Scene;
use super::signed::{Said, Signable};
use crate::app::App;
use crate::clock::legal_day;
use crate::command::{self, Freshness};
use crate::ctx::Ctx;
use crate::db;
use crate::journal::signature::Statement;
use crate::problem::{Code, Fault, Problem};
use crate::wire::{Asked, Decode, mended};

const PLANNED_DAY: &str = "/planned_departure_on";

/// What was asked as it is; a problem with what the rules say of the rest of `bytes`.
pub async fn with_the_rest(
    app: &App,
    ctx: &Ctx,
    asked: Asked<FileManifest>,
    bytes: &[u8],
) -> Asked<FileManifest> {
    match asked {
        Ok(asked) => Ok(asked),
        Err(problem) => Err(joined(app, ctx, problem, bytes).await),
    }
}

async fn joined(app: &App, ctx: &Ctx, problem: Problem, bytes: &[u8]) -> Problem {
    let Some(mut asked) = mended::<FileManifest>(bytes) else { return problem };
    if is_faulty(&problem, PLANNED_DAY) {
        asked.planned_departure_on = legal_day(ctx.now);
    }
    // What cannot be looked up now is not told: the first faults are enough to refuse.
    let more = the_rest(app, ctx, &asked).await.unwrap_or_default();
    with_more(problem, more)
}

/// A step's content; where it is faulty, what can be made of the rest of it.
pub struct Content<A> {
    pub asked: Asked<A>,
    pub mended: Option<A>,
    /// What is signed, where anybody signs.
    pub said: Option<Said>,
}

impl<A: Decode + Signable> Content<A> {
    pub fn of(mut asked: Asked<A>, bytes: &[u8]) -> Self {
        let mended = if asked.is_err() { mended(bytes) } else { None };
        let mut said = None;
        if let Ok(asked) = &mut asked
            && asked.is_signed()
        {
            said = Said::of(bytes);
            let statement = asked.signature().map(|one| Statement::parse(one.statement.as_str()));
            if let (None, Some(Ok(statement))) = (asked.occurred_at(), statement) {
                asked.claim(statement.occurred_at);
            }
        }
        Self { asked, mended, said }
    }
}

impl<A> Content<A> {
    /// What facts are read for.
    pub fn readable(&self) -> Option<&A> {
        self.asked.as_ref().ok().or(self.mended.as_ref())
    }
}

/// Where there are no bytes to look at again.
impl<A> From<Asked<A>> for Content<A> {
    fn from(asked: Asked<A>) -> Self {
        Self { asked, mended: None, said: None }
    }
}

/// The problem with what the rules say beside it, but of nothing that a stand-in was judged for.
pub fn with_more(problem: Problem, more: Vec<Fault>) -> Problem {
    let more = more.into_iter().filter(|fault| {
        fault.pointer.as_deref().is_some_and(|pointer| {
            !is_faulty(&problem, pointer)
                && !is_faulty(&problem, &line_of(pointer))
                && !hangs_on_others(&problem, fault.code, pointer)
        })
    });
    match Problem::unless_empty(more.collect()) {
        Ok(()) => problem,
        Err(more) => problem.and(more),
    }
}

/// Where an entry of a list says which line it is about: all that is said of it hangs on that.
fn line_of(pointer: &str) -> String {
    let entry: Vec<&str> = pointer.splitn(4, '/').take(3).collect();
    format!("{}/line", entry.join("/"))
}

/// What is said of a list as a whole, or of sums over it, is not said of stand-ins.
fn hangs_on_others(problem: &Problem, code: Code, pointer: &str) -> bool {
    let list = match code {
        Code::DecisionMismatch | Code::ItemsIncomplete => "/items/",
        Code::MassBalance if pointer.starts_with("/treatments/") => "/treatments/",
        _ => return false,
    };
    let counts = |faulty: &str| faulty.ends_with("/line") || faulty.ends_with("_kg");
    let faulty = problem.faults().iter().filter_map(|fault| fault.pointer.as_deref());
    faulty.filter(|faulty| faulty.starts_with(list)).any(counts)
}

async fn the_rest(app: &App, ctx: &Ctx, asked: &FileManifest) -> Result<Vec<Fault>, Problem> {
    let facts = Facts::read(app, ctx, asked, Freshness::Fresh).await?;
    let judged = admit::judge(&facts, asked, ctx, &Scene::of(app, ctx));
    let mut faults = judged.findings.faults;
    if let Some(admitted) = judged.admitted {
        let balances = command::balances(app, &admitted.moves).await?;
        faults.extend(db::faults_of(&balances, &admitted.moves));
    }
    Ok(faults)
}

/// Whether a fault stands at `pointer` or above it: there a stand-in was judged.
fn is_faulty(problem: &Problem, pointer: &str) -> bool {
    problem.faults().iter().filter_map(|fault| fault.pointer.as_deref()).any(|faulty| {
        pointer.strip_prefix(faulty).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Text;

    #[test]
    fn a_fault_covers_its_place_and_what_is_below_it() {
        let problem = Problem::at(Code::WrongType, "/items/1", Text::new("类型", "type"));
        for (pointer, covered) in [
            ("/items/1", true),
            ("/items/1/mass_kg", true),
            ("/items/10", false),
            ("/items", false),
            ("", false),
        ] {
            assert_eq!(is_faulty(&problem, pointer), covered, "{pointer}");
        }
    }
}

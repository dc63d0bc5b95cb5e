//! An import from file to report.

use std::cell::RefCell;
use std::collections::HashMap;

use futures_util::future::join_all;

use super::columns::{Headings, headings};
use super::entries::{Entry, entries};
use super::kinds::{ImportMode, Kind};
use super::place::spot;
use super::report::Report;
use super::table::Table;
use super::verbs::Ran;
use super::{references, same, store, verbs};
use crate::app::App;
use crate::command::{self, Earlier, Gathered};
use crate::ctx::Ctx;
use crate::decision::{Decision, Subject};
use crate::identity::policy as may;
use crate::limits::{BULK_LINES_AT_ONCE, DECIDE_ROUNDS_MAX, IMPORT_WHOLE_ROWS_MAX};
use crate::problem::{Code, Fault, Problem, Text};
use crate::registry::{self, StorageArea};

/// What is to be done with a file.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    pub kind: Kind,
    pub mode: ImportMode,
    /// Only tell what would come of it.
    pub dry_run: bool,
}

/// Whoever can neither register anything nor sign for an organisation is told so before the file.
pub fn may_import(ctx: &Ctx) -> Result<(), Problem> {
    let prepares = may::prepares_for(&ctx.actor, ctx.actor.organisation_id);
    may::require(prepares || registry::is_registrar(&ctx.actor))
}

/// What became of an entry.
enum Came {
    New,
    /// It is there already and says the same.
    Unchanged,
    /// It would be written by this decision.
    Decided(Box<Decision>),
    Refused(Problem),
}

/// Takes the rows of a file into a register.
pub async fn import(app: &App, ctx: &Ctx, order: Order, table: &Table) -> Result<Report, Problem> {
    let found = headings(table, order.kind)?;
    let mut all = entries(order.kind, table, &found);
    refuse_twice(order.kind, &mut all);
    let id = app.mint.uuid(ctx.now);
    let (earlier, left) = (RefCell::default(), Earlier::default());
    let file = File { app, ctx, order, headings: &found, earlier, left };
    let mut report = Report::new(id, order.kind, (order.mode, order.dry_run));
    report.rows = all.iter().map(|entry| entry.lines.len() as u32).sum();
    match order.mode {
        ImportMode::GoodRows => file.good_rows(&mut all, &mut report).await?,
        ImportMode::AllOrNothing => file.whole(&mut all, &mut report).await?,
    }
    tracing::info!(
        import.id = %id, request.id = ctx.request_id, kind = order.kind.as_str(),
        rows = report.rows, ok = report.ok, failed = report.failed, "a file was imported"
    );
    Ok(report)
}

/// Two entries of a file that are one by what they are known by: the second is a mistake.
fn refuse_twice(kind: Kind, all: &mut [Entry]) {
    let mut seen: HashMap<Vec<String>, usize> = HashMap::new();
    for n in 0..all.len() {
        let Some(identity) = all.get(n).and_then(|entry| entry.identity(kind)) else { continue };
        let first = *seen.entry(identity).or_insert(n);
        let line = all.get(first).and_then(|entry| entry.lines.first()).copied();
        let (true, Some(line), Some(entry)) = (first != n, line, all.get_mut(n)) else { continue };
        let pointer = kind.identity().last().copied().unwrap_or_default();
        let detail =
            Text::new(format!("与第 {line} 行重复。"), format!("The same as on line {line}."));
        let code =
            if kind.is_told_by_own_id() { Code::ExternalIdTaken } else { Code::AlreadyExists };
        entry.faults.push(Fault::new(code, pointer, detail));
    }
}

/// A file and what is to be done with it.
struct File<'a> {
    app: &'a App,
    ctx: &'a Ctx,
    order: Order,
    headings: &'a Headings,
    /// Storage areas that are decided and not committed: what comes later in the same commit is
    /// decided knowing them.
    earlier: RefCell<Vec<StorageArea>>,
    /// The accounts as what is decided and not committed leaves them: each row is judged on what
    /// those before it would leave.
    left: Earlier,
}

impl File<'_> {
    async fn good_rows(&self, all: &mut [Entry], report: &mut Report) -> Result<(), Problem> {
        for group in all.chunks_mut(BULK_LINES_AT_ONCE) {
            let came = if self.order.kind.moves_accounts() && !self.order.dry_run {
                self.in_order(group).await?
            } else {
                self.take(group, self.order.dry_run).await?
            };
            for (entry, came) in group.iter().zip(came) {
                self.count(report, entry, &came);
            }
        }
        Ok(())
    }

    /// A group decided in its order and committed at once. Where that fails because something has
    /// moved meanwhile, one row after the other.
    async fn in_order(&self, group: &mut [Entry]) -> Result<Vec<Came>, Problem> {
        let mut came = self.take(group, true).await?;
        let outcome = self.commit(decided(&mut came)).await;
        self.left.borrow_mut().clear();
        if matches!(outcome, Ok(true)) { Ok(came) } else { self.take(group, false).await }
    }

    /// Every entry decided, the whole committed at once or not at all.
    async fn whole(&self, all: &mut [Entry], report: &mut Report) -> Result<(), Problem> {
        if report.rows as usize > IMPORT_WHOLE_ROWS_MAX {
            let max = IMPORT_WHOLE_ROWS_MAX;
            let detail = Text::new(
                format!("一次全部写入最多 {max} 行；更多的行请用 mode=good_rows，或分成几个文件。"),
                format!("All or nothing takes {max} rows: use mode=good_rows, or split the file."),
            );
            return Err(Problem::new(Code::TooLong, detail));
        }
        for _round in 0..DECIDE_ROUNDS_MAX {
            self.earlier.take();
            self.left.borrow_mut().clear();
            let mut came = Vec::with_capacity(all.len());
            for group in all.chunks_mut(BULK_LINES_AT_ONCE) {
                came.extend(self.take(group, true).await?);
            }
            let refused = came.iter().any(|came| matches!(came, Came::Refused(_)));
            let decisions = decided(&mut came);
            let outcome = if refused { Ok(true) } else { self.commit(decisions).await };
            match outcome {
                Ok(false) => continue,
                Ok(true) => {}
                Err(problem) => blame(&mut came, &problem)?,
            }
            let written = !came.iter().any(|came| matches!(came, Came::Refused(_)));
            for (entry, came) in all.iter().zip(&came) {
                self.count(report, entry, came);
            }
            if !written {
                report.failed = report.rows;
                (report.ok, report.unchanged) = (0, 0);
            }
            return Ok(());
        }
        Err(Problem::busy())
    }

    /// Commits the whole, or tries it out. False where facts have moved: decide again.
    async fn commit(&self, decisions: Vec<Decision>) -> Result<bool, Problem> {
        let mut decisions = decisions.into_iter();
        let Some(first) = decisions.next() else { return Ok(true) };
        let whole = first.with(decisions.collect());
        if self.order.dry_run {
            return command::try_out(self.app, &whole).await.map(|()| true);
        }
        let touched: Vec<Subject> = whole.advances.iter().map(|grow| grow.subject).collect();
        let is_done = command::commit(self.app, whole).await?;
        self.app.registers.evict(&touched);
        Ok(is_done)
    }

    /// Decides a group of entries, and writes them unless they are only tried.
    async fn take(&self, group: &mut [Entry], is_trial: bool) -> Result<Vec<Came>, Problem> {
        let kind = self.order.kind;
        let pool = &self.app.pool;
        references::resolve(pool, kind, group).await?;
        let identities: Vec<_> = group.iter().filter_map(|entry| entry.identity(kind)).collect();
        let known = store::known(pool, kind, &identities).await?;
        let clock = &self.app.clock;
        let ctx = Ctx {
            now: clock.now(),
            wall: clock.wall(),
            key: None,
            validate_only: is_trial,
            ..self.ctx.clone()
        };
        let one = async |entry: &Entry| Box::pin(self.one(&ctx, entry, &known)).await;
        if kind.changes_its_site() || kind.moves_accounts() {
            let mut came = Vec::with_capacity(group.len());
            for entry in group.iter() {
                came.push(one(entry).await);
            }
            return Ok(came);
        }
        Ok(join_all(group.iter().map(one)).await)
    }

    async fn one(&self, ctx: &Ctx, entry: &Entry, known: &store::Known) -> Came {
        let kind = self.order.kind;
        let body = entry.body.to_string();
        if let Some(id) = entry.identity(kind).and_then(|identity| known.get(&identity).copied()) {
            let shown = match verbs::show(self.app, ctx, kind, id).await {
                Ok(shown) => Some(shown),
                Err(problem) if problem.code() == Code::NotFound => None,
                Err(problem) => return Came::Refused(problem),
            };
            let is_same = shown.is_some_and(|shown| same::says(&shown, &entry.body));
            if is_same && entry.faults.is_empty() {
                return Came::Unchanged;
            }
            return Came::Refused(match self.not_theirs(ctx, body.as_bytes()).await {
                Some(problem) => problem,
                None => with_own(entry, Some(there_already(kind).into())),
            });
        }
        if !entry.faults.is_empty() {
            // What else is wrong is told in the same breath; nothing may be written.
            let ctx = Ctx { validate_only: true, ..ctx.clone() };
            let more = self.gathered(&ctx, body.as_bytes()).await.0.err();
            return Came::Refused(match more {
                Some(problem) if is_about_rights(&problem) => problem,
                more => with_own(entry, more),
            });
        }
        let (outcome, gathered) = self.gathered(ctx, body.as_bytes()).await;
        match (outcome, gathered) {
            (Err(problem), _) => Came::Refused(problem),
            (Ok(ran), Some(Gathered { decision, left })) => {
                if let Ran::Area(area) = ran {
                    self.earlier.borrow_mut().push(area);
                }
                self.left.borrow_mut().extend(left);
                Came::Decided(Box::new(decision))
            }
            (Ok(Ran::New | Ran::Area(_)), None) => Came::New,
            (Ok(Ran::Known), None) => Came::Unchanged,
        }
    }

    /// Runs the entry's command on what those before it leave.
    async fn gathered(&self, ctx: &Ctx, body: &[u8]) -> (Result<Ran, Problem>, Option<Gathered>) {
        command::gathered(&self.left, Box::pin(self.run(ctx, body))).await
    }

    async fn run(&self, ctx: &Ctx, body: &[u8]) -> Result<Ran, Problem> {
        let earlier = self.earlier.borrow().clone();
        verbs::run(self.app, ctx, (self.order.kind, body), &earlier).await
    }

    /// Why the actor may not register this at all: whether it is there already is then not for
    /// them to know.
    async fn not_theirs(&self, ctx: &Ctx, body: &[u8]) -> Option<Problem> {
        let ctx = Ctx { validate_only: true, ..ctx.clone() };
        let problem = self.run(&ctx, body).await.err();
        problem.filter(is_about_rights)
    }

    fn count(&self, report: &mut Report, entry: &Entry, came: &Came) {
        let rows = entry.lines.len() as u32;
        match came {
            Came::New | Came::Decided(_) => report.ok += rows,
            Came::Unchanged => {
                report.ok += rows;
                report.unchanged += rows;
            }
            Came::Refused(problem) => {
                report.failed += rows;
                if let Some(cause) = problem.cause.as_deref() {
                    let request_id = self.ctx.request_id.as_str();
                    tracing::error!(request.id = request_id, cause, "an imported row failed");
                }
                let lang = self.ctx.lang;
                for fault in problem.faults() {
                    let pointer = fault.pointer.as_deref().unwrap_or_default();
                    let place = (self.order.kind, self.headings, lang);
                    report.note(spot(place, &entry.lines, pointer), fault, lang);
                }
            }
        }
    }
}

impl Came {
    fn decision(self) -> Option<Decision> {
        match self {
            Self::Decided(decision) => Some(*decision),
            Self::New | Self::Unchanged | Self::Refused(_) => None,
        }
    }
}

/// Takes the decisions out, each move saying which row it is of.
fn decided(came: &mut [Came]) -> Vec<Decision> {
    let mut decisions = Vec::new();
    for (n, came) in came.iter_mut().enumerate() {
        if matches!(came, Came::Decided(_)) {
            let mut decision = std::mem::replace(came, Came::New).decision();
            for wanted in decision.iter_mut().flat_map(|one| &mut one.moves) {
                wanted.pointer = format!("/rows/{n}{}", wanted.pointer);
            }
            decisions.extend(decision);
        }
    }
    decisions
}

fn is_about_rights(problem: &Problem) -> bool {
    matches!(problem.status(), 403 | 404)
}

/// The faults of the cells, and those of the command that do not follow from them.
fn with_own(entry: &Entry, more: Option<Problem>) -> Problem {
    let own = Problem::unless_empty(entry.faults.clone()).err();
    let at = |fault: &Fault| fault.pointer.clone().unwrap_or_default();
    let known: Vec<String> = entry.faults.iter().map(at).collect();
    let more = more.map(|problem| {
        let rest = problem.faults().iter().filter(|fault| !known.contains(&at(fault)));
        rest.cloned().collect::<Vec<_>>()
    });
    let more = more.and_then(|faults| Problem::unless_empty(faults).err());
    match (own, more) {
        (Some(own), Some(more)) => own.and(more),
        (Some(one), None) | (None, Some(one)) => one,
        (None, None) => Problem::internal("a row is refused without a fault"),
    }
}

fn there_already(kind: Kind) -> Fault {
    let pointer = kind.identity().last().copied().unwrap_or_default();
    if kind.is_told_by_own_id() {
        let detail = Text::new(
            "该外部编号已用于内容不同的记录。",
            "This external id is that of an entry that differs.",
        );
        return Fault::new(Code::ExternalIdTaken, pointer, detail);
    }
    let detail = Text::new(
        "已有登记，且内容不同；导入不修改已有登记。",
        "It is registered already and differs; an import changes nothing that is there.",
    );
    Fault::new(Code::AlreadyExists, pointer, detail)
}

/// The refusal of the whole, laid at the rows that caused it.
fn blame(came: &mut [Came], problem: &Problem) -> Result<(), Problem> {
    let mut at_rows: HashMap<usize, Vec<Fault>> = HashMap::new();
    for fault in problem.faults() {
        let place = fault.pointer.as_deref().and_then(|pointer| {
            let (row, rest) = pointer.strip_prefix("/rows/")?.split_once('/')?;
            Some((row.parse::<usize>().ok()?, format!("/{rest}")))
        });
        // What no row is to blame for (busy, a race for a name) is told of the whole.
        let Some((row, pointer)) = place else { return Err(problem.clone()) };
        let fault = Fault { pointer: Some(pointer), ..fault.clone() };
        at_rows.entry(row).or_default().push(fault);
    }
    for (row, faults) in at_rows {
        if let (Some(came), Err(problem)) = (came.get_mut(row), Problem::unless_empty(faults)) {
            *came = Came::Refused(problem);
        }
    }
    Ok(())
}

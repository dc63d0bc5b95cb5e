//! Filing an application, taking its steps, showing and listing.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::NaiveDate;
use uuid::Uuid;

use super::super::access::{Scope, could_keep_books, keeps_books};
use super::super::approval::{Grant, beyond_licence, grant, last_day, licensed_until};
use super::super::cache::Known;
use super::super::change::{Along, Answered, Entered, commit, event, words};
use super::super::entry::{Entry, Slice};
use super::super::model::{Licence, Site};
use super::super::standing::takes_entries;
use super::asked::{
    ApplicationStep, ApplicationVerdict, DecideApplication, NewTransferApplication, Step,
    TransferApplicationQuery,
};
use super::clocks::Clocks;
use super::model::{ApplicationStatus, TransferApplication};
use super::steps::{self, Ends};
use super::store;
use super::view::{OneTransferApplicationView, TransferApplicationView};
use crate::app::App;
use crate::catalogue::WasteCode;
use crate::clock::legal_day;
use crate::command::Freshness;
use crate::ctx::{Actor, Ctx};
use crate::db::Pool;
use crate::decision::Decision;
use crate::identity::policy;
use crate::ids::{ApprovalId, SiteId, TransferApplicationId};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::units::Grams;
use crate::wire::{Asked, PositiveKg};

pub fn clocks(app: &App) -> Clocks<'_> {
    Clocks { catalogue: &app.catalogue, calendar: &app.calendar }
}

type Sites = (Option<Known<Site>>, Option<Known<Site>>);

/// The ends of a new application, and what the receiver is licensed for.
type NewEnds = (Sites, Arc<Vec<Known<Licence>>>);

async fn sites(
    app: &App,
    (from, to): (SiteId, SiteId),
    freshness: Freshness,
) -> Result<Sites, Problem> {
    let from = app.registers.site(&app.pool, from, freshness).await?;
    Ok((from, app.registers.site(&app.pool, to, freshness).await?))
}

/// Files an application. Errors: 403 for another's site, 422 for what names nothing or no lawful
/// span.
pub async fn submit(
    app: &App,
    ctx: &Ctx,
    asked: Asked<NewTransferApplication>,
) -> Result<Answered<TransferApplication>, Problem> {
    could_keep_books(&ctx.actor)?;
    let new = asked?;
    let id = TransferApplicationId::of(app.mint.uuid(ctx.now));
    let ends = (new.producer_site_id, new.receiver_site_id);
    let read = async |freshness: Freshness| {
        let licences = app.registers.licences_of(&app.pool, ends.1, freshness).await?;
        Ok((sites(app, ends, freshness).await?, licences))
    };
    commit(app, ctx, read, |ends| decide_new(id, ends, &new, (app, ctx))).await
}

fn decide_new(
    id: TransferApplicationId,
    ((producer, receiver), licences): &NewEnds,
    new: &NewTransferApplication,
    (app, ctx): (&App, &Ctx),
) -> Result<Decision, Problem> {
    let today = legal_day(ctx.now);
    let producer = producer.as_ref().ok_or_else(|| unknown("/producer_site_id"))?;
    policy::require(keeps_books(&ctx.actor, producer))?;
    let receiver = receiver.as_ref().ok_or_else(|| unknown("/receiver_site_id"))?;
    let mut findings = Findings::new();
    findings.faults.extend(takes_entries(producer.status, "/producer_site_id"));
    findings.faults.extend(takes_entries(receiver.status, "/receiver_site_id"));
    let application = TransferApplication {
        id,
        organisation_id: producer.organisation_id,
        producer_site_id: producer.id,
        producer_division: producer.division.clone(),
        receiver_site_id: receiver.id,
        receiver_division: receiver.division.clone(),
        items: steps::applied(&new.items),
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        note: words(&new.note),
        status: ApplicationStatus::Submitted,
        submitted_on: today,
        corrections: None,
        accepted_on: None,
        accepted_by_silence: false,
        consultation: None,
        reply: None,
        outcome: None,
        withdrawn_on: None,
    };
    steps::judge(&application, (&app.catalogue, today), &mut findings);
    steps::other_place(producer, receiver, &mut findings);
    findings.warnings.extend(steps::unlicensed(&application, licences));
    let warnings = findings.settle()?;
    let rows = vec![store::insert(&application)];
    let mut entered = Entered::new(application, None, rows);
    entered.warnings = warnings;
    entered.guards = vec![producer.guard, receiver.guard];
    entered.guards.extend(licences.iter().map(|licence| licence.guard));
    entered.decision(ctx)
}

fn unknown(pointer: &str) -> Problem {
    Fault::unknown_reference(pointer).into()
}

/// An application with its ends.
struct Facts {
    application: Known<TransferApplication>,
    producer: Known<Site>,
    receiver: Known<Site>,
    licences: Arc<Vec<Known<Licence>>>,
}

impl Facts {
    fn ends(&self) -> Ends<'_> {
        Ends { producer: &self.producer, receiver: &self.receiver }
    }
}

async fn read_one(
    app: &App,
    id: TransferApplicationId,
    freshness: Freshness,
) -> Result<Facts, Problem> {
    let application = store::one(&app.pool, id).await?.ok_or_else(Problem::not_found)?;
    let ends = (application.producer_site_id, application.receiver_site_id);
    let (Some(producer), Some(receiver)) = sites(app, ends, freshness).await? else {
        return Err(Problem::internal("an application between no sites"));
    };
    let licences = app.registers.licences_of(&app.pool, receiver.id, freshness).await?;
    Ok(Facts { application, producer, receiver, licences })
}

/// Takes a step. `taken`: which, for whoever is refused before the body is looked at. Errors:
/// 404, 403; 409 `illegal_transition` out of its turn.
pub async fn step(
    app: &App,
    ctx: &Ctx,
    (id, taken): (TransferApplicationId, ApplicationStep),
    asked: Asked<Step>,
) -> Result<Answered<TransferApplication>, Problem> {
    let approval = ApprovalId::of(app.mint.uuid(ctx.now));
    let read = async |freshness: Freshness| read_one(app, id, freshness).await;
    let decide = |facts: &Facts| decide_step(facts, (taken, &asked), approval, (app, ctx));
    commit(app, ctx, read, decide).await
}

/// Whether what is to cross is for the actor's agency to decide on.
fn decides(actor: &Actor, it: &TransferApplication) -> bool {
    let mut codes = it.items.iter().filter_map(|item| WasteCode::parse(&item.waste_code).ok());
    codes.all(|code| policy::decides_stream(actor, code.stream()))
}

fn decide_step(
    facts: &Facts,
    (taken, asked): (ApplicationStep, &Asked<Step>),
    approval: ApprovalId,
    (app, ctx): (&App, &Ctx),
) -> Result<Decision, Problem> {
    let (known, ends, today) = (&facts.application, facts.ends(), legal_day(ctx.now));
    let may = decides(&ctx.actor, known) && steps::may(taken, &ctx.actor, ends);
    policy::allow(ends.are_seen_by(&ctx.actor), may)?;
    ctx.expect_version(known.guard.version)?;
    let it = clocks(app).stands(known, today);
    steps::must_be_possible(&it, taken)?;
    let mut findings = Findings::new();
    let after = match asked.as_ref().map_err(Clone::clone)? {
        Step::Decide(asked) => return decide_outcome(facts, (&it, asked), approval, ctx),
        Step::Correct(asked) => steps::corrected(&it, asked, today),
        Step::Resubmit(asked) => {
            let after = steps::resubmitted(&it, asked, today);
            steps::judge(&after, (&app.catalogue, today), &mut findings);
            findings.warnings.extend(steps::unlicensed(&after, &facts.licences));
            after
        }
        Step::Accept(_) => steps::accepted(&it, today),
        Step::Consult(asked) => steps::consulted(&it, asked, today),
        Step::Reply(asked) => steps::replied(&it, asked, today),
        Step::Withdraw(_) => steps::withdrawn(&it, today),
    };
    let warnings = findings.settle()?;
    let (rows, applicant) = (vec![store::update(&after)], after.organisation_id);
    let mut entered = Entered::new(after, Some(known.guard.version), rows);
    entered.warnings = warnings;
    if taken == ApplicationStep::Correct {
        entered.told = vec![("application_corrections", Some(applicant))];
    }
    entered.decision(ctx)
}

/// The decision; to approve makes the transfer approval in the same commit.
fn decide_outcome(
    facts: &Facts,
    (it, asked): (&TransferApplication, &DecideApplication),
    id: ApprovalId,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let (known, today) = (&facts.application, legal_day(ctx.now));
    let mut findings = Findings::new();
    steps::must_say(it, asked, &mut findings);
    let approves = asked.decision == ApplicationVerdict::Approve;
    if approves {
        // Of what it may not take, nothing is approved.
        let unlicensed = steps::unlicensed(it, &facts.licences);
        let decided = |one: Fault| Fault { pointer: Some("/decision".to_owned()), ..one };
        findings.faults.extend(unlicensed.into_iter().map(decided));
    }
    let granted = approves.then(|| {
        let from = asked.valid_from.unwrap_or_else(|| it.valid_from.max(today));
        let licensed = licensed_until(&codes(it), &facts.licences);
        // As long as was applied for, as the law allows and as the receiver may take it.
        let longest = last_day(from).unwrap_or(it.valid_to).min(it.valid_to);
        let to = asked.valid_to.unwrap_or_else(|| licensed.map_or(longest, |end| longest.min(end)));
        let wanted = Grant {
            id,
            ends: (it.producer_site_id, it.receiver_site_id),
            number: asked.number.as_ref().map(words).unwrap_or_default(),
            waste_codes: codes(it),
            mass: asked.mass_kg.map_or(it.mass(), PositiveKg::grams),
            span: (from, to),
        };
        within(it, wanted.mass, wanted.span, &mut findings);
        if let Some(end) = licensed.filter(|end| to > *end || from > *end) {
            findings.refuse(beyond_licence(end));
        }
        grant(wanted, &facts.licences, &mut findings)
    });
    let warnings = findings.settle()?;
    let after = steps::decided(it, asked, (today, granted.as_ref().map(|_| id)));
    let mut entered = Entered::new(after.clone(), Some(known.guard.version), Vec::new());
    entered.rows = vec![store::update(&after)];
    entered.warnings = warnings;
    entered.told = vec![("application_decided", Some(after.organisation_id))];
    if let Some((approval, row, held)) = granted {
        let subject = approval.subject();
        let event = event(ctx, subject, "registered", &approval)?;
        entered.rows.insert(0, row);
        entered.moves = vec![held];
        entered.along = Some(Along { subject, read_at: None, event });
        entered.guards = vec![facts.producer.guard, facts.receiver.guard];
        entered.guards.extend(facts.licences.iter().map(|licence| licence.guard));
    }
    entered.decision(ctx)
}

fn codes(it: &TransferApplication) -> Vec<String> {
    let mut codes: Vec<String> = it.items.iter().map(|item| item.waste_code.clone()).collect();
    codes.sort();
    codes.dedup();
    codes
}

/// No more, and for no longer, than was applied for (Art. 27).
pub fn within(
    it: &TransferApplication,
    mass: Grams,
    (from, to): (NaiveDate, NaiveDate),
    findings: &mut Findings,
) {
    if mass > it.mass() {
        let applied = it.mass().to_kg_text();
        let text = Text::new(
            format!("超出申请量（{applied} kg）；增加数量须重新申请。"),
            format!("More than the {applied} kg applied for: more needs a new application."),
        );
        findings.refuse(Fault::new(Code::OutOfRange, "/mass_kg", text));
    }
    for (beyond, pointer) in
        [(from < it.valid_from, "/valid_from"), (to > it.valid_to, "/valid_to")]
    {
        if beyond {
            let (from, to) = (it.valid_from, it.valid_to);
            let text = Text::new(
                format!("超出申请期限（{from} 至 {to}）。"),
                format!("Beyond the days applied for, {from} to {to}."),
            );
            findings.refuse(Fault::new(Code::OutOfRange, pointer, text));
        }
    }
}

/// One application, to whoever may see either end.
pub async fn show(
    app: &App,
    ctx: &Ctx,
    id: TransferApplicationId,
) -> Result<(i64, OneTransferApplicationView), Problem> {
    let facts = read_one(app, id, Freshness::Fresh).await?;
    policy::allow(facts.ends().are_seen_by(&ctx.actor), true)?;
    let (clocks, today) = (clocks(app), legal_day(ctx.now));
    let it = clocks.stands(&facts.application, today);
    let view = OneTransferApplicationView {
        allowed_actions: if decides(&ctx.actor, &it) {
            steps::open(&it, &ctx.actor, facts.ends())
        } else {
            Vec::new()
        },
        application: TransferApplicationView::on(&facts.application, (clocks, today)),
    };
    Ok((facts.application.guard.version, view))
}

/// Applications at either end that the actor sees, in the order of their filing.
pub async fn list(
    app: &App,
    ctx: &Ctx,
    asked: &TransferApplicationQuery,
) -> Result<Vec<TransferApplication>, Problem> {
    let after = asked.cursor.map(|cursor| cursor.0);
    let slice = Slice { after, rows_max: asked.limit.rows_to_read() };
    let filter = (asked.site_id, asked.status);
    store::page(&app.pool, &Scope::of(&ctx.actor), filter, slice).await
}

/// Those of `ids` that the actor may see.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    Ok(store::among(pool, &Scope::of(actor), ids).await?.into_iter().collect())
}

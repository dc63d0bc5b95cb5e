//! Submitting: the report of a period that is over is generated from the ledger and kept to the
//! byte, with its hash in the event.

use super::asked::{SubmitReport, period_asked};
use super::content::ReportContentView;
use super::facts::{Generated, Place, could_report, generate};
use super::model::{Report, Version};
use super::period::{Period, ReportPeriod};
use super::store;
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::decision::Decision;
use crate::identity::policy;
use crate::ids::ReportId;
use crate::journal::frozen;
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::registry::{Answered, Entered, commit, words};
use crate::wire::Asked;

/// What is decided on: none where there is no such site.
type Facts = Option<(Place, Generated)>;

/// Submits a report. Errors: 422 while its period runs, 409 where it was submitted before.
pub async fn submit(
    app: &App,
    ctx: &Ctx,
    asked: Asked<SubmitReport>,
) -> Result<Answered<Report>, Problem> {
    policy::require(could_report(&ctx.actor))?;
    let asked = asked?;
    let period = period_asked((asked.period, asked.year, asked.number), "");
    let id = ReportId::of(app.mint.uuid(ctx.now));
    let read = async |freshness: Freshness| {
        let Some(place) = Place::read(app, asked.site_id, freshness).await? else {
            return Ok(None);
        };
        if !place.is_reported_by(&ctx.actor) {
            return Err(Problem::forbidden());
        }
        let generated = generate(app, ctx, (&place, period.clone()?)).await?;
        Ok(Some((place, generated)))
    };
    commit(app, ctx, read, |facts| decide(id, facts, (&asked, period.clone()?), ctx)).await
}

fn decide(
    id: ReportId,
    facts: &Facts,
    (asked, period): (&SubmitReport, Period),
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let facts = facts.as_ref().ok_or_else(|| Fault::unknown_reference("/site_id"))?;
    let (place, Generated { content, filed }) = facts;
    policy::require(place.is_reported_by(&ctx.actor))?;
    let mut findings = Findings::new();
    if !period.is_over(ctx.now) {
        findings.refuse(still_runs(period));
    }
    findings.faults.extend(filed.map(submitted_before));
    findings.settle()?;
    let (text, content_sha256) = frozen(content)?;
    let report = Report {
        id,
        site_id: place.site.id,
        year: period.year,
        period: period.kind,
        number: period.number,
        version: 1,
        due_on: content.due_on,
        is_required: content.is_required,
        management_class: content.management_class,
        class_reasons: content.class_reasons.clone(),
        submitted_at: ctx.now,
        made_at: ctx.now,
        reason: None,
        reason_text: None,
        note: words(&asked.note),
        content_sha256,
    };
    let declared_by = asked.declared_by.as_ref().map(words);
    let version = Version { report, declared_by, content: text };
    let rows = vec![store::insert(&version)];
    let mut entered = Entered::new(version.report, None, rows);
    entered.guards.extend([place.site.guard, place.organisation.guard]);
    if entered.value.is_late() {
        entered.warnings.push(late(content));
    }
    entered.decision(ctx)
}

fn still_runs(period: Period) -> Fault {
    let pointer = match period.kind {
        ReportPeriod::Month | ReportPeriod::Quarter => "/number",
        ReportPeriod::Year => "/year",
    };
    let last = period.last();
    let detail = Text::new(
        format!("申报期 {last} 才结束，结束后方可申报。"),
        format!("This period runs until {last}; report it when it is over."),
    );
    Fault::new(Code::NotYet, pointer, detail)
}

fn submitted_before(id: ReportId) -> Fault {
    let detail = Text::new(
        format!("该申报期已申报，更正请提交 POST /reports/{id}/amendments。"),
        format!("This period was reported before: POST /reports/{id}/amendments corrects it."),
    );
    Fault::new(Code::AlreadyCreated, "/number", detail).with("report_id", id.to_string())
}

fn late(content: &ReportContentView) -> Fault {
    let due_on = content.due_on;
    let detail = Text::new(
        format!("已过申报期限 {due_on}，按逾期申报记录。"),
        format!("This was due on {due_on}: it is recorded as late."),
    );
    Fault::new(Code::Late, "/number", detail)
}

//! Management plans (管理计划): what a producer's site plans to send away in a year.
//!
//! A transfer outside the plan is a warning and never a refusal (Order 23 Art. 14), so a plan is
//! kept simply: codes and masses. One plan a site and year; it changes, and its events keep what
//! it was. Must hold: a new plan is also an event of its site, so that a filing, which leans on the
//! site's version, never overlooks a plan.

use chrono::NaiveDate;
use uuid::Uuid;

use super::access::{could_keep_books, keeps_books};
use super::cache::Known;
use super::change::{Along, Answered, Entered, commit, event, set, unchanged};
use super::entry::Entry;
use super::licence_lines::not_listed;
use super::model::{ManagementPlan, PlanLine, Site, Standing};
use super::review::{self, NewReview, Review, Reviewed, Under};
use super::standing::{may_move, still_open, takes_entries};
use super::store;
use crate::app::App;
use crate::catalogue::{Catalogue, WasteCode};
use crate::clock::legal_day;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::decision::{Account, AccountKind, Decision};
use crate::identity::policy;
use crate::ids::{ManagementPlanId, SiteId};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::wire::{Asked, Change, List, NonNegativeKg, Whole, wire};

wire! {
    /// A mass planned to leave the site.
    pub struct NewPlanLine {
        pub waste_code: WasteCode,
        pub annual_kg: NonNegativeKg,
    }

    /// A plan to file.
    pub struct NewManagementPlan {
        pub site_id: SiteId,
        /// Calendar year, Beijing.
        pub year: Whole<2020, 2199>,
        /// Today, when absent.
        pub filed_on: Option<NaiveDate>,
        pub lines: List<NewPlanLine, 1, 500>,
    }

    /// What changes of a plan. `lines` are all lines.
    pub struct ManagementPlanPatch {
        pub filed_on: Change<NaiveDate>,
        pub lines: Change<List<NewPlanLine, 1, 500>>,
        pub status: Change<Standing>,
    }
}

/// The account of a planned mass: what filings have taken of it and reserved.
pub fn plan_account(plan: ManagementPlanId, waste_code: &str) -> Account {
    Account::new(AccountKind::PlanLine, plan.uuid(), waste_code, 0)
}

/// Files a plan.
pub async fn register(
    app: &App,
    ctx: &Ctx,
    asked: Asked<NewManagementPlan>,
) -> Result<Answered<ManagementPlan>, Problem> {
    could_keep_books(&ctx.actor)?;
    let new = asked?;
    let id = ManagementPlanId::of(app.mint.uuid(ctx.now));
    let read =
        async |freshness: Freshness| app.registers.site(&app.pool, new.site_id, freshness).await;
    let decide =
        |site: &Option<Known<Site>>| decide_new(id, site.as_ref(), &new, &app.catalogue, ctx);
    commit(app, ctx, read, decide).await
}

fn decide_new(
    id: ManagementPlanId,
    site: Option<&Known<Site>>,
    new: &NewManagementPlan,
    catalogue: &Catalogue,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let site = site.ok_or_else(|| Fault::unknown_reference("/site_id"))?;
    policy::require(keeps_books(&ctx.actor, site))?;
    let mut findings = Findings::new();
    let lines = plan_lines(&new.lines, catalogue, ctx, &mut findings);
    findings.faults.extend(takes_entries(site.status, "/site_id"));
    findings.settle()?;
    let plan = ManagementPlan {
        id,
        site_id: new.site_id,
        year: new.year.get(),
        filed_on: new.filed_on.unwrap_or_else(|| legal_day(ctx.now)),
        lines,
        status: Standing::Active,
        review: Review::submitted(),
    };
    let (rows, told) = (vec![store::insert_plan(&plan)], plan.waits(None));
    let mut entered = Entered::new(plan, None, rows);
    entered.told = told;
    let subject = site.subject();
    let event = event(ctx, subject, "plan_filed", &*site.value)?;
    entered.along = Some(Along { subject, read_at: Some(site.guard.version), event });
    entered.stale.push(subject);
    entered.decision(ctx)
}

fn plan_lines(
    asked: &[NewPlanLine],
    catalogue: &Catalogue,
    ctx: &Ctx,
    findings: &mut Findings,
) -> Vec<PlanLine> {
    let day = legal_day(ctx.now);
    for (n, line) in asked.iter().enumerate() {
        let pointer = format!("/lines/{n}/waste_code");
        if catalogue.find(line.waste_code, day).is_none() {
            findings.refuse(not_listed(line.waste_code, pointer));
        } else if asked[..n].iter().any(|other| other.waste_code == line.waste_code) {
            let detail = Text::new("代码重复。", "This code is there twice.");
            findings.refuse(Fault::new(Code::InvalidValue, pointer, detail));
        }
    }
    let line = |line: &NewPlanLine| PlanLine {
        waste_code: line.waste_code.to_string(),
        annual_g: line.annual_kg.grams(),
    };
    asked.iter().map(line).collect()
}

/// A plan with its site.
type Facts = (Known<ManagementPlan>, Known<Site>);

async fn read_one(app: &App, id: ManagementPlanId, freshness: Freshness) -> Result<Facts, Problem> {
    let plan = store::plan(&app.pool, id).await?.ok_or_else(Problem::not_found)?;
    let site = app.registers.site(&app.pool, plan.site_id, freshness).await?;
    Ok((plan, site.ok_or_else(|| Problem::internal("a plan of no site"))?))
}

/// One plan, to whoever may see its site.
pub async fn show(
    app: &App,
    ctx: &Ctx,
    id: ManagementPlanId,
) -> Result<Known<ManagementPlan>, Problem> {
    let (plan, site) = read_one(app, id, Freshness::Fresh).await?;
    policy::allow(policy::sees_site(&ctx.actor, &site), true)?;
    Ok(plan)
}

/// Changes a plan.
pub async fn change(
    app: &App,
    ctx: &Ctx,
    id: ManagementPlanId,
    asked: Asked<ManagementPlanPatch>,
) -> Result<Answered<ManagementPlan>, Problem> {
    let read = async |freshness: Freshness| read_one(app, id, freshness).await;
    commit(app, ctx, read, |facts| decide_change(facts, &asked, &app.catalogue, ctx)).await
}

fn decide_change(
    (known, site): &Facts,
    asked: &Asked<ManagementPlanPatch>,
    catalogue: &Catalogue,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    policy::allow(policy::sees_site(&ctx.actor, site), keeps_books(&ctx.actor, site))?;
    ctx.expect_version(known.guard.version)?;
    let before = &*known.value;
    still_open(before.status)?;
    let patch = asked.as_ref().map_err(Clone::clone)?;
    let mut findings = Findings::new();
    let after = ManagementPlan {
        filed_on: set(&patch.filed_on, &before.filed_on, |day| *day),
        lines: match &patch.lines {
            Change::Keep => before.lines.clone(),
            Change::Set(lines) => plan_lines(lines, catalogue, ctx, &mut findings),
        },
        status: set(&patch.status, &before.status, |status| *status),
        ..before.clone()
    };
    let after = after.resubmitted(before);
    let registrar = policy::regulates(&ctx.actor, &site.division);
    may_move(registrar, before.status, after.status)?;
    findings.settle()?;
    if after == *before {
        return Ok(unchanged(before, known.guard.version, ctx));
    }
    let (rows, told) = (vec![store::update_plan(&after)], after.waits(Some(before)));
    let mut entered = Entered::new(after, Some(known.guard.version), rows);
    entered.told = told;
    entered.decision(ctx)
}

/// Reviews a plan, as a regulator.
pub async fn review(
    app: &App,
    ctx: &Ctx,
    id: Uuid,
    asked: Asked<NewReview>,
) -> Result<Answered<ManagementPlan>, Problem> {
    let id = ManagementPlanId::of(id);
    let read = async |freshness: Freshness| read_one(app, id, freshness).await;
    let decide = |(entry, site): &Facts| {
        let under = Under {
            entry,
            organisation: site.organisation_id,
            division: &site.division,
            is_seen: policy::sees_site(&ctx.actor, site),
        };
        review::decide(&under, &asked, store::update_plan, ctx)
    };
    commit(app, ctx, read, decide).await
}

//! Transfer approvals (跨省转移审批): consent to move waste across a border that the setting
//! counts. Entered by the regulators of the place it leaves; seen at both ends.
//!
//! The approved mass is for the whole span and one account; cutting it below what filings have
//! taken and reserved is 409 `capacity_in_use`.

use std::sync::Arc;

use chrono::{Months, NaiveDate};

use super::access::is_registrar;
use super::application::{self, TransferApplication};
use super::cache::Known;
use super::change::{Answered, Entered, commit, set, unchanged, words};
use super::licence::check_span;
use super::licence_lines::not_listed;
use super::model::{Licence, Site, Standing, TransferApproval};
use super::standing::still_open;
use super::store;
use crate::app::App;
use crate::catalogue::{Catalogue, WasteCode};
use crate::clock::legal_day;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::decision::{Account, AccountKind, Decision, LimitChange, Move, Policy, Post, Row};
use crate::identity::policy;
use crate::ids::{ApprovalId, SiteId};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::units::Grams;
use crate::wire::{Asked, BoundedText, Change, List, PositiveKg, wire};

/// Order 23 Art. 27.
const MONTHS_MAX: u32 = 12;

wire! {
    /// An approval to enter.
    pub struct NewTransferApproval {
        pub producer_site_id: SiteId,
        pub receiver_site_id: SiteId,
        pub number: BoundedText<1, 100>,
        pub waste_codes: List<WasteCode, 1, 500>,
        /// For the whole span.
        pub mass_kg: PositiveKg,
        pub valid_from: NaiveDate,
        pub valid_to: NaiveDate,
    }

    /// What changes of an approval.
    pub struct TransferApprovalPatch {
        pub mass_kg: Change<PositiveKg>,
        pub valid_from: Change<NaiveDate>,
        pub valid_to: Change<NaiveDate>,
        pub status: Change<Standing>,
    }
}

/// The account of the approved mass.
pub fn approval_account(approval: ApprovalId) -> Account {
    Account::new(AccountKind::Approval, approval.uuid(), "", 0)
}

fn limit(approval: ApprovalId, mass: Grams) -> Move {
    let post = Post {
        account: approval_account(approval),
        limit: LimitChange::Set(Some(mass.0)),
        used: 0,
        reserved: 0,
        policy: Policy::Enforce,
    };
    Move {
        choices: vec![vec![post]],
        refusal: Code::CapacityInUse,
        pointer: "/mass_kg".to_owned(),
        asked: mass.0,
    }
}

/// An approval holds for twelve months at most, and not beyond the receiver's licence (Order 23
/// Art. 27). A licence that covers the waste for longer may be on its way into the register, and
/// filing asks for one on the planned day: so that is only a warning.
fn judge_span(approval: &TransferApproval, licences: &[Known<Licence>], findings: &mut Findings) {
    let (from, to) = (approval.valid_from, approval.valid_to);
    check_span(from, to, findings);
    if let Some(last) = last_day(from).filter(|last| to > *last) {
        let text = Text::new(
            format!("审批有效期最长 {MONTHS_MAX} 个月，至 {last} 止。"),
            format!("An approval is valid for {MONTHS_MAX} months at most, to {last}."),
        );
        findings.refuse(Fault::new(Code::OutOfRange, "/valid_to", text));
    }
    let licensed = licensed_until(&approval.waste_codes, licences);
    if let Some(end) = licensed.filter(|end| to > *end) {
        findings.warn(beyond_licence(end));
    }
}

/// The last day that an approval may be for.
pub(super) fn last_day(from: NaiveDate) -> Option<NaiveDate> {
    from.checked_add_months(Months::new(MONTHS_MAX))
}

/// The last day on which the receiver has a licence for each waste that it has any for.
pub(super) fn licensed_until(codes: &[String], licences: &[Known<Licence>]) -> Option<NaiveDate> {
    codes.iter().filter_map(|code| last_licensed_day(code, licences)).min()
}

pub(super) fn beyond_licence(end: NaiveDate) -> Fault {
    let text = Text::new(
        format!("超出接受人许可证的有效期（至 {end}）。"),
        format!("Beyond the receiver's licence, which is valid to {end}."),
    );
    Fault::new(Code::LicenceExpired, "/valid_to", text)
}

/// The last day on which the receiver has a licence for a waste; `None` without any.
fn last_licensed_day(code: &str, licences: &[Known<Licence>]) -> Option<NaiveDate> {
    let category = WasteCode::parse(code).ok().and_then(|code| code.category());
    let covers = |licence: &&Known<Licence>| {
        licence.lines.iter().any(|line| {
            let whole = |one: &String| category.is_some_and(|category| category.as_str() == one);
            line.waste_codes.iter().any(|one| one == code) || line.categories.iter().any(whole)
        })
    };
    let days = licences.iter().filter(covers).map(|licence| licence.valid_to);
    days.max()
}

/// What an approval is judged by: its ends, and the receiver's licences.
struct Ends {
    producer: Option<Known<Site>>,
    receiver: Option<Known<Site>>,
    licences: Arc<Vec<Known<Licence>>>,
}

async fn ends(app: &App, from: SiteId, to: SiteId, freshness: Freshness) -> Result<Ends, Problem> {
    let producer = app.registers.site(&app.pool, from, freshness).await?;
    let receiver = app.registers.site(&app.pool, to, freshness).await?;
    let licences = app.registers.licences_of(&app.pool, to, freshness).await?;
    Ok(Ends { producer, receiver, licences })
}

/// What an approval is to be for.
pub struct Grant {
    pub id: ApprovalId,
    /// From where, to where.
    pub ends: (SiteId, SiteId),
    pub number: String,
    pub waste_codes: Vec<String>,
    pub mass: Grams,
    /// First and last day.
    pub span: (NaiveDate, NaiveDate),
}

/// A new approval, its row and its account. What is wrong with its span goes to `findings`.
pub(super) fn grant(
    wanted: Grant,
    licences: &[Known<Licence>],
    findings: &mut Findings,
) -> (TransferApproval, Row, Move) {
    let approval = TransferApproval {
        id: wanted.id,
        producer_site_id: wanted.ends.0,
        receiver_site_id: wanted.ends.1,
        number: wanted.number,
        waste_codes: wanted.waste_codes,
        mass_g: wanted.mass,
        valid_from: wanted.span.0,
        valid_to: wanted.span.1,
        status: Standing::Active,
    };
    judge_span(&approval, licences, findings);
    let (row, held) = (store::insert_approval(&approval), limit(approval.id, approval.mass_g));
    (approval, row, held)
}

/// Enters an approval.
pub async fn register(
    app: &App,
    ctx: &Ctx,
    asked: Asked<NewTransferApproval>,
) -> Result<Answered<TransferApproval>, Problem> {
    policy::require(is_registrar(&ctx.actor))?;
    let new = asked?;
    let id = ApprovalId::of(app.mint.uuid(ctx.now));
    let read = async |freshness: Freshness| {
        ends(app, new.producer_site_id, new.receiver_site_id, freshness).await
    };
    commit(app, ctx, read, |ends| decide_new(id, ends, &new, &app.catalogue, ctx)).await
}

fn decide_new(
    id: ApprovalId,
    ends: &Ends,
    new: &NewTransferApproval,
    catalogue: &Catalogue,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let Ends { producer, receiver, licences } = ends;
    if let Some(site) = producer {
        policy::require(policy::regulates(&ctx.actor, &site.division))?;
    }
    let mut streams = new.waste_codes.iter().map(WasteCode::stream);
    policy::require(streams.all(|stream| policy::decides_stream(&ctx.actor, stream)))?;
    let mut findings = Findings::new();
    for (site, pointer) in [(producer, "/producer_site_id"), (receiver, "/receiver_site_id")] {
        if site.is_none() {
            findings.refuse(Fault::unknown_reference(pointer));
        }
    }
    let day = legal_day(ctx.now);
    for (n, code) in new.waste_codes.iter().enumerate() {
        if catalogue.find(*code, day).is_none() {
            findings.refuse(not_listed(*code, format!("/waste_codes/{n}")));
        }
    }
    let wanted = Grant {
        id,
        ends: (new.producer_site_id, new.receiver_site_id),
        number: words(&new.number),
        waste_codes: new.waste_codes.iter().map(ToString::to_string).collect(),
        mass: new.mass_kg.grams(),
        span: (new.valid_from, new.valid_to),
    };
    let (approval, row, held) = grant(wanted, licences, &mut findings);
    let warnings = findings.settle()?;
    let mut entered = Entered::new(approval, None, vec![row]);
    entered.guards = [producer, receiver].into_iter().flatten().map(|site| site.guard).collect();
    entered.moves = vec![held];
    entered.warnings = warnings;
    entered.decision(ctx)
}

/// An approval with both its ends.
struct Facts {
    approval: Known<TransferApproval>,
    producer: Known<Site>,
    receiver: Known<Site>,
    licences: Arc<Vec<Known<Licence>>>,
    /// The application that it came of, which has its bounds.
    applied: Option<TransferApplication>,
}

impl Facts {
    fn sees(&self, ctx: &Ctx) -> bool {
        policy::sees_site(&ctx.actor, &self.producer)
            || policy::sees_site(&ctx.actor, &self.receiver)
    }
}

async fn read_one(app: &App, id: ApprovalId, freshness: Freshness) -> Result<Facts, Problem> {
    let approval = store::approval(&app.pool, id).await?.ok_or_else(Problem::not_found)?;
    let (from, to) = (approval.producer_site_id, approval.receiver_site_id);
    match ends(app, from, to, freshness).await? {
        Ends { producer: Some(producer), receiver: Some(receiver), licences } => {
            let applied = application::approved_by(&app.pool, id).await?;
            Ok(Facts { approval, producer, receiver, licences, applied })
        }
        Ends { .. } => Err(Problem::internal("an approval between no sites")),
    }
}

/// One approval, to whoever may see either end.
pub async fn show(
    app: &App,
    ctx: &Ctx,
    id: ApprovalId,
) -> Result<Known<TransferApproval>, Problem> {
    let facts = read_one(app, id, Freshness::Fresh).await?;
    policy::allow(facts.sees(ctx), true)?;
    Ok(facts.approval)
}

/// The approval, if the actor may see either end: for whoever files under it.
pub async fn seen(
    app: &App,
    ctx: &Ctx,
    id: ApprovalId,
    freshness: Freshness,
) -> Result<Option<Known<TransferApproval>>, Problem> {
    if store::approval(&app.pool, id).await?.is_none() {
        return Ok(None);
    }
    let facts = read_one(app, id, freshness).await?;
    Ok(facts.sees(ctx).then_some(facts.approval))
}

/// Changes an approval.
pub async fn change(
    app: &App,
    ctx: &Ctx,
    id: ApprovalId,
    asked: Asked<TransferApprovalPatch>,
) -> Result<Answered<TransferApproval>, Problem> {
    let read = async |freshness: Freshness| read_one(app, id, freshness).await;
    commit(app, ctx, read, |facts| decide_change(facts, &asked, ctx)).await
}

fn decide_change(
    facts: &Facts,
    asked: &Asked<TransferApprovalPatch>,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let known = &facts.approval;
    let codes = known.waste_codes.iter().filter_map(|code| WasteCode::parse(code).ok());
    let mut streams = codes.map(|code| code.stream());
    let may = policy::regulates(&ctx.actor, &facts.producer.division)
        && streams.all(|stream| policy::decides_stream(&ctx.actor, stream));
    policy::allow(facts.sees(ctx), may)?;
    ctx.expect_version(known.guard.version)?;
    let before = &*known.value;
    still_open(before.status)?;
    let patch = asked.as_ref().map_err(Clone::clone)?;
    let after = TransferApproval {
        mass_g: set(&patch.mass_kg, &before.mass_g, |mass| mass.grams()),
        valid_from: set(&patch.valid_from, &before.valid_from, |day| *day),
        valid_to: set(&patch.valid_to, &before.valid_to, |day| *day),
        status: set(&patch.status, &before.status, |status| *status),
        ..before.clone()
    };
    let mut findings = Findings::new();
    let span = |approval: &TransferApproval| (approval.valid_from, approval.valid_to);
    if span(&after) != span(before) {
        judge_span(&after, &facts.licences, &mut findings);
    }
    let bounds = |approval: &TransferApproval| (approval.mass_g, span(approval));
    if let Some(applied) = facts.applied.as_ref().filter(|_| bounds(&after) != bounds(before)) {
        application::within(applied, after.mass_g, span(&after), &mut findings);
    }
    let warnings = findings.settle()?;
    if after == *before {
        return Ok(unchanged(before, known.guard.version, ctx));
    }
    let rows = vec![store::update_approval(&after)];
    let cut = (after.mass_g != before.mass_g).then(|| limit(after.id, after.mass_g));
    let mut entered = Entered::new(after, Some(known.guard.version), rows);
    entered.moves = cut.into_iter().collect();
    entered.warnings = warnings;
    entered.decision(ctx)
}

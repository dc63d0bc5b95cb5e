//! Transfer approvals (跨省转移审批): consent to move waste across a border that the setting
//! counts. Entered by the regulators of the place it leaves; seen at both ends.
//!
//! The approved mass is for the whole span and one account; cutting it below what filings have
//! taken and reserved is 409 `capacity_in_use`.

use chrono::NaiveDate;

use super::access::is_registrar;
use super::cache::Known;
use super::change::{Answered, Entered, commit, set, unchanged, words};
use super::licence::check_span;
use super::licence_lines::not_listed;
use super::model::{Site, Standing, TransferApproval};
use super::standing::still_open;
use super::store;
use crate::app::App;
use crate::catalogue::{Catalogue, WasteCode};
use crate::clock::legal_day;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::decision::{Account, AccountKind, Decision, LimitChange, Move, Policy, Post};
use crate::identity::policy;
use crate::ids::{ApprovalId, SiteId};
use crate::problem::{Code, Fault, Findings, Problem};
use crate::units::Grams;
use crate::wire::{Asked, BoundedText, Change, List, PositiveKg, wire};

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

/// Both ends, where they exist.
type Ends = (Option<Known<Site>>, Option<Known<Site>>);

async fn ends(app: &App, from: SiteId, to: SiteId, freshness: Freshness) -> Result<Ends, Problem> {
    let producer = app.registers.site(&app.pool, from, freshness).await?;
    let receiver = app.registers.site(&app.pool, to, freshness).await?;
    Ok((producer, receiver))
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
    (producer, receiver): &Ends,
    new: &NewTransferApproval,
    catalogue: &Catalogue,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    if let Some(site) = producer {
        policy::require(policy::regulates(&ctx.actor, &site.division))?;
    }
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
    check_span(new.valid_from, new.valid_to, &mut findings);
    findings.settle()?;
    let approval = TransferApproval {
        id,
        producer_site_id: new.producer_site_id,
        receiver_site_id: new.receiver_site_id,
        number: words(&new.number),
        waste_codes: new.waste_codes.iter().map(ToString::to_string).collect(),
        mass_g: new.mass_kg.grams(),
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        status: Standing::Active,
    };
    let rows = vec![store::insert_approval(&approval)];
    let moves = vec![limit(id, approval.mass_g)];
    let mut entered = Entered::new(approval, None, rows);
    entered.guards = [producer, receiver].into_iter().flatten().map(|site| site.guard).collect();
    entered.moves = moves;
    entered.decision(ctx)
}

/// An approval with both its ends.
struct Facts {
    approval: Known<TransferApproval>,
    producer: Known<Site>,
    receiver: Known<Site>,
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
        (Some(producer), Some(receiver)) => Ok(Facts { approval, producer, receiver }),
        _ => Err(Problem::internal("an approval between no sites")),
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
    let may = policy::regulates(&ctx.actor, &facts.producer.division);
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
    check_span(after.valid_from, after.valid_to, &mut findings);
    findings.settle()?;
    if after == *before {
        return Ok(unchanged(before, known.guard.version, ctx));
    }
    let rows = vec![store::update_approval(&after)];
    let cut = (after.mass_g != before.mass_g).then(|| limit(after.id, after.mass_g));
    let mut entered = Entered::new(after, Some(known.guard.version), rows);
    entered.moves = cut.into_iter().collect();
    entered.decision(ctx)
}

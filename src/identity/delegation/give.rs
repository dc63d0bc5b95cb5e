//! Giving a delegation (`POST /delegations`): an administrator, for its own organisation.

use std::sync::Arc;

use chrono::{Days, NaiveDate};

use super::asked::GiveDelegation;
use super::model::{Delegation, DelegationStatus};
use crate::app::App;
use crate::clock::legal_day;
use crate::command::{self, Done, Freshness};
use crate::ctx::{Ctx, Role};
use crate::decision::{Decision, EventDraft, Output, Written};
use crate::grant::SignScope;
use crate::identity::policy;
use crate::identity::store;
use crate::ids::DelegationId;
use crate::limits::{DELEGATION_DAYS_MAX, DELEGATIONS_HELD_MAX};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::registry::{Known, Organisation, Part, Site, Standing};
use crate::wire::Asked;

/// What giving depends on. `sites` are those asked for, in their order.
pub struct Facts {
    giver: Option<Known<Organisation>>,
    holder: Option<Known<Organisation>>,
    sites: Vec<Option<Known<Site>>>,
    /// How many the holder has that are neither revoked nor over.
    held: i64,
}

pub async fn give(
    app: &App,
    ctx: &Ctx,
    asked: Asked<GiveDelegation>,
) -> Result<Done<Delegation>, Problem> {
    policy::require(ctx.actor.role == Role::Admin && !policy::is_system(&ctx.actor))?;
    let asked = match asked {
        Ok(asked) => asked,
        Err(problem) => return command::refuse(app, ctx, problem).await,
    };
    let id = DelegationId::of(app.mint.uuid(ctx.now));
    let read = async |freshness| read(app, ctx, &asked, freshness).await;
    let done = command::run(app, ctx, read, |facts| decide(facts, &asked, id, ctx)).await;
    app.identity.mandates.forget(asked.to_organisation_id);
    done
}

async fn read(
    app: &App,
    ctx: &Ctx,
    asked: &GiveDelegation,
    freshness: Freshness,
) -> Result<Facts, Problem> {
    let (own, to) = (ctx.actor.organisation_id, asked.to_organisation_id);
    let registers = &app.registers;
    let mut sites = Vec::with_capacity(asked.site_ids.len());
    for id in asked.site_ids.iter() {
        sites.push(registers.site(&app.pool, *id, freshness).await?);
    }
    Ok(Facts {
        giver: registers.organisation(&app.pool, own, freshness).await?,
        holder: registers.organisation(&app.pool, to, freshness).await?,
        sites,
        held: store::count_held(&app.pool, to, legal_day(ctx.now)).await?,
    })
}

/// All rules of giving.
fn decide(
    facts: &Facts,
    asked: &GiveDelegation,
    id: DelegationId,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let giver = facts.giver.as_ref().ok_or_else(Problem::not_found)?;
    let today = legal_day(ctx.now);
    let valid_from = asked.valid_from.unwrap_or(today);
    let mut findings = Findings::new();
    holder(facts, giver, ctx, &mut findings);
    scopes(asked, giver, &mut findings);
    sites(facts, asked, giver, &mut findings);
    span((valid_from, asked.valid_to), today, &mut findings);
    findings.settle()?;
    let mut scopes: Vec<SignScope> = asked.scopes.iter().copied().collect();
    let mut site_ids: Vec<_> = asked.site_ids.iter().copied().collect();
    let mut streams: Vec<_> = asked.streams.iter().copied().collect();
    scopes.sort_unstable_by_key(|scope| scope.as_str());
    scopes.dedup();
    site_ids.sort_unstable();
    site_ids.dedup();
    streams.sort_unstable();
    streams.dedup();
    let given = Delegation {
        id,
        organisation_id: giver.id,
        to_organisation_id: asked.to_organisation_id,
        scopes,
        site_ids,
        streams,
        valid_from,
        valid_to: asked.valid_to,
        status: DelegationStatus::Active,
        created_at: ctx.now,
    };
    let mut decision = written(&given, None, "delegation_given", ctx)?;
    let sites = facts.sites.iter().flatten().map(|site| site.guard);
    let organisations = [&facts.giver, &facts.holder].into_iter().flatten();
    decision.lean_on(organisations.map(|one| one.guard).chain(sites));
    Ok(decision)
}

fn holder(facts: &Facts, giver: &Organisation, ctx: &Ctx, findings: &mut Findings) {
    let pointer = "/to_organisation_id";
    let visible = facts.holder.as_ref().filter(|one| policy::names_party(&ctx.actor, one));
    let Some(holder) = visible else {
        return findings.refuse(Fault::unknown_reference(pointer));
    };
    if holder.id == giver.id {
        let text = Text::new("不能委托给本单位。", "An organisation needs no leave of its own.");
        findings.refuse(Fault::new(Code::InvalidValue, pointer, text));
    }
    if holder.status != Standing::Active {
        let text = Text::new("该单位已暂停或注销。", "This organisation is suspended or closed.");
        findings.refuse(Fault::new(Code::RightWithdrawn, pointer, text));
    }
    if facts.held >= DELEGATIONS_HELD_MAX {
        let text = Text::new(
            format!("该单位持有的委托已达 {DELEGATIONS_HELD_MAX} 项。"),
            format!("This organisation holds {DELEGATIONS_HELD_MAX} delegations already."),
        );
        findings.refuse(Fault::new(Code::InUse, pointer, text));
    }
}

/// Nobody gives what it has not.
fn scopes(asked: &GiveDelegation, giver: &Organisation, findings: &mut Findings) {
    for (n, scope) in asked.scopes.iter().enumerate() {
        let part = match scope {
            SignScope::File => Part::Producer,
            SignScope::Carry => Part::Carrier,
            SignScope::Receive => Part::Receiver,
        };
        if !giver.roles.contains(&part) {
            let text = Text::new(
                "本单位不具备此项角色，不能委托。",
                "Your organisation does not play this part, so it cannot delegate it.",
            );
            findings.refuse(Fault::new(Code::RoleNotHeld, format!("/scopes/{n}"), text));
        }
    }
}

fn sites(facts: &Facts, asked: &GiveDelegation, giver: &Organisation, findings: &mut Findings) {
    for (n, site) in facts.sites.iter().enumerate() {
        if site.as_ref().is_none_or(|site| site.organisation_id != giver.id) {
            findings.refuse(Fault::unknown_reference(format!("/site_ids/{n}")));
        }
    }
    let carries = asked.scopes.contains(&SignScope::Carry);
    if carries && !asked.site_ids.is_empty() {
        let text = Text::new(
            "承运不在场所签字，含 carry 的委托不能限定场所。",
            "A carrier signs at no site of its own: a delegation to `carry` names none.",
        );
        findings.refuse(Fault::new(Code::InvalidValue, "/site_ids", text));
    }
}

fn span((from, to): (NaiveDate, NaiveDate), today: NaiveDate, findings: &mut Findings) {
    let last = from.checked_add_days(Days::new(DELEGATION_DAYS_MAX)).unwrap_or(from);
    if to < from || to < today {
        let text = Text::new(
            "截止日期早于起始日期或今天。",
            "The last day is before the first, or before today.",
        );
        findings.refuse(Fault::new(Code::OutOfRange, "/valid_to", text));
    } else if to > last {
        let text = Text::new(
            format!("委托期最长 {DELEGATION_DAYS_MAX} 天。"),
            format!("A delegation holds for {DELEGATION_DAYS_MAX} days at most."),
        );
        findings.refuse(Fault::new(Code::OutOfRange, "/valid_to", text));
    }
}

/// The decision that leaves the delegation as it is here.
pub(super) fn written(
    after: &Delegation,
    read_at: Option<i64>,
    kind: &'static str,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let subject = after.subject();
    let event = EventDraft {
        subject,
        kind,
        occurred_at: ctx.now,
        actor: (&ctx.actor).into(),
        data: serde_json::to_value(after).map_err(Problem::internal)?,
    };
    let row = match read_at {
        None => store::insert_delegation(after),
        Some(_) => store::end_delegation(after),
    };
    let output = Arc::new(after.clone());
    let finish = move |_: &_| {
        let output = Arc::clone(&output) as Output;
        let (events, rows) = (vec![event.clone()], vec![row.clone()]);
        Ok(Written { events, rows, notices: Vec::new(), output })
    };
    let status = if read_at.is_none() { 201 } else { 204 };
    let mut decision = Decision::new(subject, ctx, status, Box::new(finish));
    decision.advance(subject, read_at);
    Ok(decision)
}

//! Licences (经营许可证) and kitchen permits: granted and changed by regulators alone, public to
//! all who are signed in.
//!
//! Lapsed is final; suspending stops new reservations and touches no counter. Whether a licence is
//! in force on a day is judged when a manifest is filed, by its days and its status.

use chrono::{Datelike, NaiveDate};

use super::access::is_registrar;
use super::cache::Known;
use super::change::{Answered, Entered, commit, patched, set, unchanged, words};
use super::factor::LimitFactor;
use super::licence_capacity;
use super::licence_lines::{self, NewLicenceLine};
use super::licence_rules::{self, Beside};
use super::model::{Licence, LicenceKind, LicenceStatus, Organisation, Part, Site};
use super::standing::{begins_ended, takes_entries};
use super::store::{self, LicenceAccount};
use crate::app::App;
use crate::catalogue::Catalogue;
use crate::clock::legal_day;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::decision::{Decision, Subject, SubjectKind};
use crate::identity::policy;
use crate::ids::{LicenceId, OrganisationId, SiteId};
use crate::problem::{Code, Fault, Findings, Problem, Text};
use crate::wire::{Asked, BoundedText, Change, List, Patch, PositiveKg, wire};

wire! {
    /// A licence to grant.
    pub struct NewLicence {
        pub organisation_id: OrganisationId,
        pub site_id: SiteId,
        pub number: BoundedText<1, 100>,
        pub kind: LicenceKind,
        pub issued_on: NaiveDate,
        pub issued_by: BoundedText<1, 200>,
        /// First valid day, Beijing.
        pub valid_from: NaiveDate,
        /// Last valid day, Beijing.
        pub valid_to: NaiveDate,
        /// `active` when absent.
        pub status: Option<LicenceStatus>,
        /// Caps all lines together.
        pub annual_limit_kg: Option<PositiveKg>,
        /// 1.00 to 1.20.
        pub limit_factor: LimitFactor = LimitFactor::NONE,
        pub rated_daily_kg: Option<PositiveKg>,
        pub lines: List<NewLicenceLine, 1, 200>,
    }

    /// What changes of a licence. `lines` are all lines, those that stay as they were included.
    pub struct LicencePatch {
        pub status: Change<LicenceStatus>,
        pub issued_on: Change<NaiveDate>,
        pub issued_by: Change<BoundedText<1, 200>>,
        pub valid_from: Change<NaiveDate>,
        pub valid_to: Change<NaiveDate>,
        pub annual_limit_kg: Patch<PositiveKg>,
        pub limit_factor: Change<LimitFactor>,
        pub rated_daily_kg: Patch<PositiveKg>,
        pub lines: Change<List<NewLicenceLine, 1, 200>>,
    }
}

/// Grants a licence.
pub async fn grant(
    app: &App,
    ctx: &Ctx,
    asked: Asked<NewLicence>,
) -> Result<Answered<Licence>, Problem> {
    policy::require(is_registrar(&ctx.actor))?;
    let new = asked?;
    let id = LicenceId::of(app.mint.uuid(ctx.now));
    let read = async |freshness: Freshness| {
        let site = app.registers.site(&app.pool, new.site_id, freshness).await?;
        let holder = app.registers.organisation(&app.pool, new.organisation_id, freshness).await?;
        Ok((site, holder))
    };
    let decide = |facts: &Facts| decide_new(id, facts, &new, &app.catalogue, ctx);
    commit(app, ctx, read, decide).await
}

/// The facility and its holder, where they exist.
type Facts = (Option<Known<Site>>, Option<Known<Organisation>>);

fn decide_new(
    id: LicenceId,
    (site, holder): &Facts,
    new: &NewLicence,
    catalogue: &Catalogue,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    if let Some(site) = site {
        policy::require(policy::regulates(&ctx.actor, &site.division))?;
    }
    let status = new.status.unwrap_or(LicenceStatus::Active);
    if status == LicenceStatus::Lapsed {
        return Err(begins_ended());
    }
    let mut findings = Findings::new();
    let day = legal_day(ctx.now);
    let lines = licence_lines::lines(&new.lines, new.kind, catalogue, day, &mut findings);
    check_span(new.valid_from, new.valid_to, &mut findings);
    let guards = check_holder(site.as_ref(), holder.as_ref(), &mut findings);
    let division = site.as_ref().map(|site| site.division.clone()).unwrap_or_default();
    let licence = Licence {
        id,
        organisation_id: new.organisation_id,
        site_id: new.site_id,
        number: words(&new.number),
        kind: new.kind,
        status,
        issued_on: new.issued_on,
        issued_by: words(&new.issued_by),
        valid_from: new.valid_from,
        valid_to: new.valid_to,
        annual_limit_g: new.annual_limit_kg.map(PositiveKg::grams),
        limit_factor_milli: new.limit_factor.milli(),
        rated_daily_g: new.rated_daily_kg.map(PositiveKg::grams),
        lines,
    };
    policy::require(decides(ctx, &licence))?;
    let beside = Beside { catalogue, division: &division, today: day, granted: None };
    licence_rules::warn(&licence, &beside, &mut findings);
    let warnings = findings.settle()?;
    let rows = store::insert_licence(&licence);
    // The site's list of licences is cached under the site.
    let site = Subject::new(SubjectKind::Site, new.site_id.uuid());
    let mut entered = Entered::new(licence, None, rows);
    entered.stale.push(site);
    entered.guards = guards;
    entered.warnings = warnings;
    entered.decision(ctx)
}

/// The holder is an active receiver and the site its own.
fn check_holder(
    site: Option<&Known<Site>>,
    holder: Option<&Known<Organisation>>,
    findings: &mut Findings,
) -> Vec<crate::decision::Guard> {
    if let Some(holder) = holder {
        if !holder.roles.contains(&Part::Receiver) {
            let detail = Text::new("该单位不是接受人。", "This organisation is no receiver.");
            findings.refuse(Fault::new(Code::RoleNotHeld, "/organisation_id", detail));
        }
        findings.faults.extend(takes_entries(holder.status, "/organisation_id"));
    } else {
        findings.refuse(Fault::unknown_reference("/organisation_id"));
    }
    match (site, holder) {
        (Some(site), Some(holder)) if site.organisation_id != holder.id => {
            let detail =
                Text::new("该场所不属于该单位。", "The site belongs to another organisation.");
            findings.refuse(Fault::new(Code::InvalidValue, "/site_id", detail));
        }
        (Some(site), _) => findings.faults.extend(takes_entries(site.status, "/site_id")),
        (None, _) => findings.refuse(Fault::unknown_reference("/site_id")),
    }
    let guards = [site.map(|site| site.guard), holder.map(|holder| holder.guard)];
    guards.into_iter().flatten().collect()
}

pub(super) fn check_span(from: NaiveDate, to: NaiveDate, findings: &mut Findings) {
    if from > to {
        let detail =
            Text::new("有效期的终止日不得早于起始日。", "The last valid day is before the first.");
        findings.refuse(Fault::new(Code::InvalidValue, "/valid_to", detail));
    }
}

/// One licence: a public register.
pub async fn show(app: &App, id: LicenceId) -> Result<Known<Licence>, Problem> {
    store::licence(&app.pool, id).await?.ok_or_else(Problem::not_found)
}

/// A licence with its facility and its counters.
struct Standing {
    licence: Known<Licence>,
    site: Known<Site>,
    accounts: Vec<LicenceAccount>,
    /// The licence as it was granted.
    granted: Licence,
}

/// Whether a licence for this is for the actor's agency to grant and to change.
fn decides(ctx: &Ctx, licence: &Licence) -> bool {
    licence.streams().all(|stream| policy::decides_stream(&ctx.actor, stream))
}

/// Changes a licence.
pub async fn change(
    app: &App,
    ctx: &Ctx,
    id: LicenceId,
    asked: Asked<LicencePatch>,
) -> Result<Answered<Licence>, Problem> {
    let read = async |freshness: Freshness| {
        let found = store::licence(&app.pool, id).await?;
        let licence = found.ok_or_else(Problem::not_found)?;
        let site = app.registers.site(&app.pool, licence.site_id, freshness).await?;
        let site = site.ok_or_else(|| Problem::internal("a licence of no site"))?;
        let accounts = store::accounts_of(&app.pool, id).await?;
        let granted = store::as_it_stood(&app.pool, id.uuid(), 1).await?;
        Ok(Standing { licence, site, accounts, granted })
    };
    let decide = |facts: &Standing| decide_change(facts, &asked, &app.catalogue, ctx);
    commit(app, ctx, read, decide).await
}

fn decide_change(
    facts: &Standing,
    asked: &Asked<LicencePatch>,
    catalogue: &Catalogue,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let known = &facts.licence;
    let before = &*known.value;
    let may = policy::regulates(&ctx.actor, &facts.site.division) && decides(ctx, before);
    policy::require(may)?;
    ctx.expect_version(known.guard.version)?;
    if before.status == LicenceStatus::Lapsed {
        let detail = Text::new("许可证已失效，不能再更改。", "This licence has lapsed for good.");
        return Err(Problem::new(Code::IllegalTransition, detail));
    }
    let patch = asked.as_ref().map_err(Clone::clone)?;
    let mut findings = Findings::new();
    let after = patch_licence(before, patch, catalogue, ctx, &mut findings);
    policy::require(decides(ctx, &after))?;
    let (division, today) = (&*facts.site.division, legal_day(ctx.now));
    let beside = Beside { catalogue, division, today, granted: Some(&facts.granted) };
    licence_rules::warn(&after, &beside, &mut findings);
    let warnings = findings.settle()?;
    if after == *before {
        return Ok(unchanged(before, known.guard.version, ctx));
    }
    let rows = store::update_licence(&after, before);
    let this_year = legal_day(ctx.now).year();
    let moves = licence_capacity::moves(before, &after, &facts.accounts, this_year);
    let site = facts.site.guard.subject;
    let mut entered = Entered::new(after, Some(known.guard.version), rows);
    entered.moves = moves;
    entered.stale.push(site);
    entered.warnings = warnings;
    entered.decision(ctx)
}

fn patch_licence(
    before: &Licence,
    patch: &LicencePatch,
    catalogue: &Catalogue,
    ctx: &Ctx,
    findings: &mut Findings,
) -> Licence {
    let factor = LimitFactor::of_milli(before.limit_factor_milli);
    let (limit, rated) = (before.annual_limit_g.as_ref(), before.rated_daily_g.as_ref());
    let mut after = Licence {
        status: set(&patch.status, &before.status, |status| *status),
        issued_on: set(&patch.issued_on, &before.issued_on, |day| *day),
        issued_by: set(&patch.issued_by, &before.issued_by, words),
        valid_from: set(&patch.valid_from, &before.valid_from, |day| *day),
        valid_to: set(&patch.valid_to, &before.valid_to, |day| *day),
        annual_limit_g: patched(&patch.annual_limit_kg, limit, |mass| mass.grams()),
        limit_factor_milli: set(&patch.limit_factor, &factor, |factor| *factor).milli(),
        rated_daily_g: patched(&patch.rated_daily_kg, rated, |mass| mass.grams()),
        ..before.clone()
    };
    check_span(after.valid_from, after.valid_to, findings);
    if let Change::Set(asked) = &patch.lines {
        let day = legal_day(ctx.now);
        after.lines = licence_lines::lines(asked, before.kind, catalogue, day, findings);
        for old in &before.lines {
            if after.lines.iter().all(|line| line.line != old.line) {
                let detail = Text::new(
                    format!("不能删除第 {} 行；可调低其年许可量。", old.line),
                    format!("Line {} cannot be taken away; lower its annual mass.", old.line),
                );
                findings.refuse(Fault::new(Code::ItemsIncomplete, "/lines", detail));
            }
        }
    }
    after
}

//! Waste streams (废物流): what a producer's site makes, with the plan for a year.
//!
//! Code, form and hazards agree with the catalogue on the day they are registered, by the same
//! rules that judge a manifest's item.

use super::access::{could_keep_books, keeps_books};
use super::cache::Known;
use super::change::{Answered, Entered, commit, set, unchanged, words};
use super::licence_lines::not_listed;
use super::model::{Site, Standing, WasteStream};
use super::standing::{may_move, still_open, takes_entries};
use super::store;
use crate::app::App;
use crate::catalogue::{Catalogue, Form, Hazard, Hazards, WasteCode, rules};
use crate::clock::legal_day;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::decision::Decision;
use crate::identity::policy;
use crate::ids::{SiteId, WasteStreamId};
use crate::problem::{Fault, Findings, Problem};
use crate::wire::{Asked, BoundedText, Change, List, NonNegativeKg, wire};

wire! {
    /// A waste stream to register.
    pub struct NewWasteStream {
        pub site_id: SiteId,
        pub waste_code: WasteCode,
        pub name: BoundedText<1, 200>,
        pub form: Form,
        pub hazards: List<Hazard, 0, 5> = List::default(),
        /// Planned for a calendar year.
        pub annual_plan_kg: NonNegativeKg,
    }

    /// What changes of a waste stream.
    pub struct WasteStreamPatch {
        pub name: Change<BoundedText<1, 200>>,
        pub form: Change<Form>,
        pub hazards: Change<List<Hazard, 0, 5>>,
        pub annual_plan_kg: Change<NonNegativeKg>,
        pub status: Change<Standing>,
    }
}

/// Registers a waste stream.
pub async fn register(
    app: &App,
    ctx: &Ctx,
    asked: Asked<NewWasteStream>,
) -> Result<Answered<WasteStream>, Problem> {
    could_keep_books(&ctx.actor)?;
    let new = asked?;
    let id = WasteStreamId::of(app.mint.uuid(ctx.now));
    let read =
        async |freshness: Freshness| app.registers.site(&app.pool, new.site_id, freshness).await;
    let decide =
        |site: &Option<Known<Site>>| decide_new(id, site.as_ref(), &new, &app.catalogue, ctx);
    commit(app, ctx, read, decide).await
}

fn decide_new(
    id: WasteStreamId,
    site: Option<&Known<Site>>,
    new: &NewWasteStream,
    catalogue: &Catalogue,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    let site = site.ok_or_else(|| Fault::unknown_reference("/site_id"))?;
    policy::require(keeps_books(&ctx.actor, site))?;
    let mut findings = Findings::new();
    look(catalogue, new.waste_code, new.form, &new.hazards, ctx, &mut findings);
    findings.faults.extend(takes_entries(site.status, "/site_id"));
    findings.settle()?;
    let stream = WasteStream {
        id,
        site_id: new.site_id,
        waste_code: new.waste_code.to_string(),
        name: words(&new.name),
        form: new.form.to_string(),
        hazards: named(&new.hazards),
        annual_plan_g: new.annual_plan_kg.grams(),
        status: Standing::Active,
    };
    let rows = vec![store::insert_waste_stream(&stream)];
    let mut entered = Entered::new(stream, None, rows);
    entered.guards.push(site.guard);
    entered.decision(ctx)
}

fn look(
    catalogue: &Catalogue,
    code: WasteCode,
    form: Form,
    hazards: &[Hazard],
    ctx: &Ctx,
    findings: &mut Findings,
) {
    match catalogue.find(code, legal_day(ctx.now)) {
        Some(found) => {
            let declared: Hazards = hazards.iter().copied().collect();
            rules::form(&found, form, format_args!(""), findings);
            rules::hazards(&found, declared, format_args!(""), findings);
        }
        None => findings.refuse(not_listed(code, "/waste_code")),
    }
}

/// In the order T, C, I, R, In, each once.
fn named(hazards: &[Hazard]) -> Vec<String> {
    let set: Hazards = hazards.iter().copied().collect();
    set.iter().map(|hazard| hazard.to_string()).collect()
}

/// A stream with its site.
type Facts = (Known<WasteStream>, Known<Site>);

async fn read_one(app: &App, id: WasteStreamId, freshness: Freshness) -> Result<Facts, Problem> {
    let stream = store::waste_stream(&app.pool, id).await?.ok_or_else(Problem::not_found)?;
    let site = app.registers.site(&app.pool, stream.site_id, freshness).await?;
    Ok((stream, site.ok_or_else(|| Problem::internal("a waste stream of no site"))?))
}

/// One stream, to whoever may see its site.
pub async fn show(app: &App, ctx: &Ctx, id: WasteStreamId) -> Result<Known<WasteStream>, Problem> {
    let (stream, site) = read_one(app, id, Freshness::Fresh).await?;
    policy::allow(policy::sees_site(&ctx.actor, &site), true)?;
    Ok(stream)
}

/// Changes a waste stream.
pub async fn change(
    app: &App,
    ctx: &Ctx,
    id: WasteStreamId,
    asked: Asked<WasteStreamPatch>,
) -> Result<Answered<WasteStream>, Problem> {
    let read = async |freshness: Freshness| read_one(app, id, freshness).await;
    commit(app, ctx, read, |facts| decide_change(facts, &asked, &app.catalogue, ctx)).await
}

fn decide_change(
    (known, site): &Facts,
    asked: &Asked<WasteStreamPatch>,
    catalogue: &Catalogue,
    ctx: &Ctx,
) -> Result<Decision, Problem> {
    policy::allow(policy::sees_site(&ctx.actor, site), keeps_books(&ctx.actor, site))?;
    ctx.expect_version(known.guard.version)?;
    let before = &*known.value;
    still_open(before.status)?;
    let patch = asked.as_ref().map_err(Clone::clone)?;
    let after = WasteStream {
        name: set(&patch.name, &before.name, words),
        form: set(&patch.form, &before.form, ToString::to_string),
        hazards: set(&patch.hazards, &before.hazards, |hazards| named(hazards)),
        annual_plan_g: set(&patch.annual_plan_kg, &before.annual_plan_g, |mass| mass.grams()),
        status: set(&patch.status, &before.status, |status| *status),
        ..before.clone()
    };
    let registrar = policy::regulates(&ctx.actor, &site.division);
    may_move(registrar, before.status, after.status)?;
    if after == *before {
        return Ok(unchanged(before, known.guard.version, ctx));
    }
    let mut findings = Findings::new();
    let broken = |_| Problem::internal("a waste stream does not parse");
    let code = WasteCode::parse(&after.waste_code).map_err(broken)?;
    let form = Form::parse(&after.form).map_err(broken)?;
    let hazards: Vec<Hazard> = after
        .hazards
        .iter()
        .map(|word| Hazard::parse(word))
        .collect::<Result<_, _>>()
        .map_err(broken)?;
    look(catalogue, code, form, &hazards, ctx, &mut findings);
    findings.settle()?;
    let rows = vec![store::update_waste_stream(&after)];
    Entered::new(after, Some(known.guard.version), rows).decision(ctx)
}

//! `GET /capacity/assessment`: what was produced against what can be treated.

use std::collections::HashSet;
use std::sync::Arc;

use super::asked::{AssessmentQuery, Dimension};
use super::cells::{Assessed, Facts, Sum, cells};
use super::estimate::{Asked, Estimate, estimates};
use super::shown::{AssessmentView, MissingView};
use super::store;
use crate::app::App;
use crate::capacity::plan::solve;
use crate::capacity::planning::{self, Plant, Register};
use crate::clock::legal_day;
use crate::ctx::Actor;
use crate::identity::policy;
use crate::problem::Problem;
use crate::registry::{Site, SiteKind, Standing};

/// The assessment of a year, as it stands. Errors: 403 for divisions that are not the caller's.
pub async fn assess(
    app: &App,
    actor: &Actor,
    asked: &AssessmentQuery,
) -> Result<AssessmentView, Problem> {
    let divisions = planning::divisions(actor, asked.divisions.as_deref())?;
    let year = i32::try_from(asked.year.get()).unwrap_or_default();
    let (mut register, mut facts) = store::facts(&app.pool, year, &divisions).await?;
    register.made.retain(|(_, code, _)| planning::concerns(actor, code));
    facts.sums.retain(|sum| planning::concerns(actor, &sum.code));
    let without = without_ledger(&register, &facts, actor);
    let missing = without.iter().copied().map(missing).collect();
    let mut estimates = Vec::new();
    if asked.estimate {
        estimates = estimated(app, (year, actor), &without).await?;
        let sums: Vec<Sum> = estimates.iter().map(sum).collect();
        register.made.extend(sums.iter().filter_map(Sum::made));
        facts.sums.extend(sums);
    }
    let by = asked.by.as_ref().map_or(DEFAULT_BY.to_vec(), |by| by.to_vec());
    let (borders, catalogue) = (app.config.borders, Arc::clone(&app.catalogue));
    let tree_size = register.events;
    let dimensions = by.clone();
    let computed = planning::computed(app, move |keep_on| {
        let mut plants: Vec<Plant> = register.plants(&catalogue);
        plants.retain(|plant| plant.is_running);
        let problem = register.matching(&plants, borders, &catalogue);
        let plan = solve(&problem, false, keep_on)?;
        let assessed = Assessed {
            register: &register,
            facts: &facts,
            plants: &plants,
            problem: &problem,
            optimum: &plan,
        };
        Ok(cells(&assessed, &dimensions))
    });
    let (cells, totals) = computed.await?;
    let estimates = estimates.into_iter().map(|one| one.view).collect();
    Ok(AssessmentView { year, by, divisions, tree_size, cells, totals, missing, estimates })
}

const DEFAULT_BY: [Dimension; 2] = [Dimension::Division, Dimension::Category];

/// Producing sites with no entry of the year, in the order of their registration.
fn without_ledger<'r>(register: &'r Register, facts: &Facts, actor: &Actor) -> Vec<&'r Site> {
    let told: HashSet<_> =
        facts.sums.iter().filter(|sum| sum.is_of_year).map(|sum| sum.site_id).collect();
    let mut without: Vec<&Site> = register
        .sites
        .values()
        .filter(|site| site.kind == SiteKind::Production && site.status == Standing::Active)
        .filter(|site| !told.contains(&site.id) && policy::sees_site(actor, site))
        .collect();
    without.sort_by_key(|site| site.id.uuid());
    without
}

fn missing(site: &Site) -> MissingView {
    MissingView {
        site_id: site.id.uuid(),
        organisation_id: site.organisation_id.uuid(),
        name: site.name.clone(),
        division: site.division.clone(),
    }
}

/// What these sites made in the year by estimate, as far as the actor's agency is concerned.
async fn estimated(
    app: &App,
    (year, actor): (i32, &Actor),
    sites: &[&Site],
) -> Result<Vec<Estimate>, Problem> {
    let activity = store::activity(&app.pool, year, sites.iter().map(|site| site.id)).await?;
    let today = legal_day(app.clock.now());
    let of = |site: &&Site| {
        let asked = Asked { site, year, today, activity: &activity };
        estimates(&asked, &app.catalogue)
    };
    let mut all: Vec<Estimate> = sites.iter().flat_map(of).collect();
    all.retain(|one| planning::concerns(actor, &one.code));
    Ok(all)
}

fn sum(estimate: &Estimate) -> Sum {
    Sum {
        site_id: estimate.site_id,
        code: estimate.code.clone(),
        produced_g: 0,
        estimated_g: estimate.mass.0,
        shipped_g: 0,
        self_treated_g: 0,
        stored_g: 0,
        is_of_year: false,
    }
}

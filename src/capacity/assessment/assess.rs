//! `GET /capacity/assessment`: what was produced against what can be treated.

use super::asked::{AssessmentQuery, Dimension};
use super::cells::{Assessed, Facts, Optimum, cells};
use super::shown::{AssessmentView, MissingView};
use super::store;
use crate::app::App;
use crate::capacity::planning::{self, Plant, Register};
use crate::ctx::Actor;
use crate::identity::policy;
use crate::problem::Problem;
use crate::registry::{SiteKind, Standing};

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
    let mut plants: Vec<Plant> = register.plants(&app.catalogue);
    plants.retain(|plant| plant.is_running);
    let problem = register.matching(&plants, app.config.borders, &app.catalogue);
    let solving = planning::matched(app, problem, |plan| Optimum {
        unmet: plan.unmet.iter().map(|one| (one.source, one.code.to_owned(), one.grams)).collect(),
        used_g: plan.used_g.clone(),
    });
    let (problem, optimum) = solving.await?;
    let by = asked.by.as_ref().map_or(DEFAULT_BY.to_vec(), |by| by.to_vec());
    let assessed = Assessed {
        register: &register,
        facts: &facts,
        plants: &plants,
        problem: &problem,
        optimum: &optimum,
    };
    let (cells, totals) = cells(&assessed, &by);
    let missing = missing(&register, &facts, actor);
    Ok(AssessmentView { year, by, divisions, tree_size: register.events, cells, totals, missing })
}

const DEFAULT_BY: [Dimension; 2] = [Dimension::Division, Dimension::Category];

/// Producing sites with no entry of the year, in the order of their registration.
fn missing(register: &Register, facts: &Facts, actor: &Actor) -> Vec<MissingView> {
    let told: std::collections::HashSet<_> =
        facts.sums.iter().filter(|sum| sum.is_of_year).map(|sum| sum.site_id).collect();
    let mut missing: Vec<_> = register
        .sites
        .values()
        .filter(|site| site.kind == SiteKind::Production && site.status == Standing::Active)
        .filter(|site| !told.contains(&site.id) && policy::sees_site(actor, site))
        .collect();
    missing.sort_by_key(|site| site.id.uuid());
    let view = |site: &crate::registry::Site| MissingView {
        site_id: site.id.uuid(),
        organisation_id: site.organisation_id.uuid(),
        name: site.name.clone(),
        division: site.division.clone(),
    };
    missing.into_iter().map(view).collect()
}

//! Where medical waste goes day by day, what stays untreated, and when storage limits break.

use std::collections::{BTreeMap, HashSet};

use chrono::{Datelike as _, Days, NaiveDate};

use super::asked::AskEmergency;
use super::days::{Course, Treated};
use super::facts::{Facts, Helper, Planned};
use super::shown::{
    AllocationView, BreakView, DayView, DivisionMassView, EmergencyView, InstitutionView, PlantView,
};
use super::store;
use crate::app::App;
use crate::capacity::planning;
use crate::ctx::Ctx;
use crate::problem::{Findings, Problem};
use crate::units::Kg;

/// An emergency's course, and what it was planned with.
pub struct Found {
    pub view: EmergencyView,
    /// The facilities of the co-disposal list that it may use, and where they lie.
    pub helpers: Vec<(Helper, String)>,
}

/// The course of an emergency. Errors: 403 for divisions that are not the caller's, 422 for what
/// names nothing.
pub async fn course(app: &App, ctx: &Ctx, asked: &AskEmergency) -> Result<Found, Problem> {
    let divisions = planning::divisions(&ctx.actor, asked.divisions.as_deref())?;
    let year = asked.starts_on.year();
    let facts = store::facts(&app.pool, (ctx.now, year), &divisions).await?;
    let mut findings = Findings::new();
    let planned = facts.planned(asked, (&divisions, ctx.now), &app.catalogue, &mut findings);
    findings.settle()?;
    let (planned, course) = planning::computed(app, move |keep_on| {
        let course = planned.emergency.course(keep_on)?;
        Ok((planned, course))
    })
    .await?;
    let helpers = helpers(&facts, &planned);
    Ok(Found { view: view(&facts, &planned, &course, (asked.starts_on, divisions)), helpers })
}

fn helpers(facts: &Facts, planned: &Planned) -> Vec<(Helper, String)> {
    let named: HashSet<&str> = planned.plants.iter().map(|plant| plant.id.as_str()).collect();
    let used = facts.helpers.iter().filter(|helper| named.contains(&*helper.id.to_string()));
    let lies = |helper: &Helper| {
        let site = facts.sites.get(&helper.site_id)?;
        Some((helper.clone(), site.division.clone()))
    };
    used.filter_map(lies).collect()
}

fn day(first: NaiveDate, n: usize) -> NaiveDate {
    first.checked_add_days(Days::new(n as u64)).unwrap_or(NaiveDate::MAX)
}

fn sum<'a>(all: impl Iterator<Item = &'a Treated>) -> i64 {
    all.map(|one| one.grams).sum()
}

fn view(
    facts: &Facts,
    planned: &Planned,
    course: &Course,
    (first, divisions): (NaiveDate, Vec<String>),
) -> EmergencyView {
    let waited: i64 = planned.emergency.institutions.iter().map(|one| one.waiting_g).sum();
    let made: i64 = course.made_g.iter().sum::<i64>() + waited;
    let breaks = course.broken.iter().map(|one| BreakView {
        division: one.division.clone(),
        on: day(first, one.day),
        kg: Kg::of_grams(one.grams),
    });
    let untreated = course.untreated.iter().map(|(division, grams)| DivisionMassView {
        division: division.clone(),
        kg: Kg::of_grams(*grams),
    });
    EmergencyView {
        starts_on: first,
        divisions,
        made_kg: Kg::of_grams(made),
        treated_kg: Kg::of_grams(sum(course.treated.iter())),
        late_kg: Kg::of_grams(sum(course.treated.iter().filter(|one| one.is_late))),
        untreated: untreated.collect(),
        days: days(planned, course, (first, waited)),
        breaks: breaks.collect(),
        plants: plants(facts, planned, course, first),
        institutions: institutions(facts, planned),
        unknown_site_ids: planned.unknown.iter().map(|id| id.uuid()).collect(),
    }
}

fn days(planned: &Planned, course: &Course, (first, waited): (NaiveDate, i64)) -> Vec<DayView> {
    let mut of_day: BTreeMap<usize, Vec<&Treated>> = BTreeMap::new();
    for one in &course.treated {
        of_day.entry(one.day).or_default().push(one);
    }
    let mut waiting = waited;
    let view = |n: usize| {
        let treated = of_day.remove(&n).unwrap_or_default();
        let made = course.made_g.get(n).copied().unwrap_or(0);
        let gone = sum(treated.iter().copied());
        waiting += made - gone;
        let allocations = treated.iter().map(|one| AllocationView {
            division: one.division.clone(),
            plant: planned.plants[one.plant].id.clone(),
            kg: Kg::of_grams(one.grams),
            is_late: one.is_late,
        });
        DayView {
            on: day(first, n),
            made_kg: Kg::of_grams(made),
            treated_kg: Kg::of_grams(gone),
            waiting_kg: Kg::of_grams(waiting),
            allocations: allocations.collect(),
        }
    };
    (0..planned.emergency.last_day()).map(view).collect()
}

fn plants(facts: &Facts, planned: &Planned, course: &Course, first: NaiveDate) -> Vec<PlantView> {
    let mut treated: BTreeMap<usize, i64> = BTreeMap::new();
    for one in &course.treated {
        *treated.entry(one.plant).or_default() += one.grams;
    }
    let plants = planned.plants.iter().zip(&planned.emergency.plants).enumerate();
    let view = |(n, (named, plant))| {
        let named: &super::facts::Named = named;
        let plant: &super::days::Plant = plant;
        let site = facts.sites.get(&named.site_id)?;
        let logged = facts.days.iter().find(|day| day.site_id == site.id);
        Some(PlantView {
            id: named.id.clone(),
            right: named.right,
            site_id: site.id.uuid(),
            name: site.name.clone(),
            division: site.division.clone(),
            priority: named.priority,
            daily_kg: Kg::of_grams(plant.daily_g),
            from: day(first, plant.first_day),
            treated_kg: Kg::of_grams(treated.get(&n).copied().unwrap_or(0)),
            logged_on: logged.map(|day| day.on),
            logged_status: logged.map(|day| day.status),
        })
    };
    plants.filter_map(view).collect()
}

fn institutions(facts: &Facts, planned: &Planned) -> Vec<InstitutionView> {
    let view = |((id, usual), one): (&(crate::ids::SiteId, i64), &super::days::Institution)| {
        let site = facts.sites.get(id)?;
        Some(InstitutionView {
            site_id: site.id.uuid(),
            name: site.name.clone(),
            division: site.division.clone(),
            usual_daily_kg: Kg::of_grams(*usual),
            daily_kg: Kg::of_grams(one.daily_g),
        })
    };
    planned.institutions.iter().zip(&planned.emergency.institutions).filter_map(view).collect()
}

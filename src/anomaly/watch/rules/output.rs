//! Waste against output: kilograms a tonne of product, held against the coefficients of the kind of
//! business, against others of the kind, and against the site's own months.
//!
//! AL36, and AL34 and AL35 of sites that tell their output. Output makes waste at a steady rate.
//! A rate that halves or doubles is wrong on one side of the change; the coefficient says on which.
//! So a site that told too little from its first day is found when it begins to tell all.

use chrono::Datelike;
use serde_json::json;

use super::super::Watch;
use super::super::stats::median;
use super::super::time::{Month, month_of, named};
use super::silence::{Making, against_peers, between, did};
use crate::anomaly::finding::{About, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::clock::legal_day;
use crate::ids::SiteId;
use crate::registry::{Site, SiteKind, Standing};

/// A month with fewer entries than this may lack one that fell into the next, unless the site
/// usually makes twice as many.
const TIMES_MIN: u32 = 4;
/// The day on which the figures of the month before are in.
const FIGURES_IN: u32 = 10;
/// Who is registered by this day of a month tells all of it.
const BEGINS_UNTIL: u32 = 5;
/// Entries before a month that make a rate known.
const TIMES_BEFORE_MIN: u32 = 10;
/// A rate that changed lies so far beyond those before, as a factor.
const BEYOND: f64 = 1.25;
/// Months of which one may be as the new one is: the one that the change fell into.
const LONG: usize = 4;

/// After a month's figures are in; true where the site's own rates have told whether its waste rose
/// or fell.
pub fn month(w: &mut Watch, site: &Site, making: &Making, month: Month) -> bool {
    per_output(w, site, making, month);
    site.kind == SiteKind::Production && changed(w, site, making, month)
}

/// Output of a month was told. What was corrected is judged again at once, and so is what is told
/// late where a case stands; months that are told for the first time wait for their day.
pub fn told(w: &mut Watch, id: SiteId, month: Month, is_first: bool) {
    if is_first && !w.is_raised(RuleId(36), (About::Site, id.uuid()), "") {
        return;
    }
    let Some((site, making)) = w.sites.get(&id).cloned().zip(w.making.get(&id).cloned()) else {
        return;
    };
    // The newest month that has been judged.
    let now = w.now();
    let is_in = legal_day(now).day() >= FIGURES_IN;
    let newest = month_of(now) - if is_in { 1 } else { 2 };
    let has = |month: &Month| did(w, id, *month, "output").is_some_and(|output| output > 0.0);
    let judged = (newest - 2..=newest).rev().find(has);
    if site.status == Standing::Active
        && let Some(judged) = judged.filter(|judged| (judged - 2..=*judged).contains(&month))
    {
        per_output(w, &site, &making, judged);
    }
}

/// The first month whose waste can be known: of what a site made before it was registered its
/// ledger says nothing, and of the month that it was registered in a part, unless that began it.
fn known_from(w: &Watch, site: &Site) -> Month {
    let since = w.registered.get(&site.id.uuid()).and_then(|papers| papers.since);
    since.map_or(Month::MIN, |since| {
        month_of(since) + Month::from(legal_day(since).day() > BEGINS_UNTIL)
    })
}

/// The coefficient that a site's rates are held against, and what its codes make a tonne.
struct Rate {
    usual: f64,
    by_month: Vec<(Month, f64)>,
}

/// The rates of a site by month, the newest last: what its business makes most of.
fn rate(w: &Watch, site: &Site, making: &Making, months: &[Month]) -> Option<Rate> {
    let catalogue = &w.reference.catalogue;
    let kind = catalogue.organisation_kind(site.business.as_deref().unwrap_or_default())?;
    let rows = kind.coefficient_ids.split(';').filter_map(|id| catalogue.coefficient(id));
    let rows: Vec<_> = rows.filter(|row| row.unit.starts_with("kg/t ")).collect();
    let ever = |code: &str| making.made.values().any(|made| made.contains_key(code));
    let codes = |row: &&&crate::catalogue::Coefficient| {
        let codes = row.waste_code.as_deref().unwrap_or_default();
        crate::seeds::list(codes).any(ever)
    };
    let row = rows.iter().find(codes)?;
    let codes: Vec<&str> = crate::seeds::list(row.waste_code.as_deref()?).collect();
    let times = |month: &Month| making.times.get(month).copied().unwrap_or(0);
    let usually: Vec<f64> = making.times.values().map(|times| f64::from(*times)).collect();
    let is_dense = median(&usually) >= f64::from(2 * TIMES_MIN);
    // Nor does a ledger say anything of the months before its first entry.
    let first = making.times.keys().next().copied()?.max(known_from(w, site));
    let mut by_month = Vec::new();
    let told = months.iter().filter(|month| **month >= first);
    for month in told.filter(|month| is_dense || times(month) >= TIMES_MIN) {
        let output = did(w, site.id, *month, "output").filter(|output| *output > 0.0);
        let Some(output) = output else { continue };
        let made = making.made.get(month);
        let mass: i64 = codes.iter().filter_map(|code| made?.get(*code)).sum();
        by_month.push((*month, mass as f64 / 1000.0 / output));
    }
    Some(Rate { usual: row.default_value, by_month })
}

/// A rate that halved or doubled. False where the site has no rates to tell by.
fn changed(w: &mut Watch, site: &Site, making: &Making, month: Month) -> bool {
    let window = w.param(Param::Al34Window, &site.division) as Month;
    let months: Vec<Month> = (month - window..=month).collect();
    let Some(Rate { usual, by_month }) = rate(w, site, making, &months) else { return false };
    let Some(((newest, now), before)) = by_month.split_last() else { return false };
    let times = |(month, _): &(Month, f64)| making.times.get(month).copied().unwrap_or(0);
    if *newest != month || before.iter().map(times).sum::<u32>() < TIMES_BEFORE_MIN {
        return false;
    }
    let mut earlier: Vec<f64> = before.iter().map(|(_, rate)| *rate).collect();
    earlier.sort_by(f64::total_cmp);
    let (middle, odd) = (median(&earlier), usize::from(earlier.len() >= LONG));
    let (least, most) = (earlier[odd], earlier[earlier.len() - 1 - odd]);
    let low = w.param(Param::Al34Low, &site.division) / 100.0;
    let high = w.param(Param::Al35High, &site.division) / 100.0;
    let fell = *now < middle * low && now * BEYOND < least;
    let rose = *now > middle * high && *now > most * BEYOND;
    if !fell && !rose {
        return true;
    }
    // Which of the two is farther from what such a business makes.
    let off = |rate: f64| (rate.max(1e-6) / usual).ln().abs();
    let is_now = off(*now) >= off(middle);
    let rule = if fell == is_now { 34 } else { 35 };
    let about = (About::Site, site.id.uuid());
    let told = |month: &(Month, f64)| w.is_raised(RuleId(rule), about, &named(month.0));
    // What was found when it began need not be found again when it ends.
    if !is_now && (before.iter().any(told) || w.is_raised(RuleId(36), about, "")) {
        return true;
    }
    let Some(mut finding) = w.of_site(rule, site.id, "hazardous") else { return true };
    finding.key = if is_now { named(month) } else { named(before[0].0) };
    let shown = |rate: f64| (rate * 1000.0).round() / 1000.0;
    finding.evidence = json!({
        "month": named(month), "kg_a_tonne": shown(*now), "kg_a_tonne_before": shown(middle),
        "months": before.len(), "percent": (now / middle.max(1e-6) * 100.0).round(),
        "usual_kg_a_tonne": usual, "odd": if is_now {
            named(month)
        } else {
            format!("{} – {}", named(before[0].0), named(before[before.len() - 1].0))
        },
    });
    w.raise(finding);
    true
}

/// Whether a month's waste is what its output makes, by the coefficients of the kind of business:
/// who had told too little and tells all again has not grown.
pub fn is_as_usual(w: &Watch, site: &Site, making: &Making, month: Month) -> bool {
    let Some(output) = did(w, site.id, month, "output").filter(|output| *output > 0.0) else {
        return false;
    };
    let catalogue = &w.reference.catalogue;
    let business = site.business.as_deref().unwrap_or_default();
    let Some(kind) = catalogue.organisation_kind(business) else { return false };
    let Some(made) = making.made.get(&month) else { return false };
    let rows = kind.coefficient_ids.split(';').filter_map(|id| catalogue.coefficient(id));
    let (mut kg, mut high) = (0.0, 0.0);
    for row in rows.filter(|row| row.unit.starts_with("kg/t ")) {
        let codes = row.waste_code.as_deref().unwrap_or_default();
        let mass: i64 = crate::seeds::list(codes).filter_map(|code| made.get(code)).sum();
        kg += mass as f64 / 1000.0;
        high += row.high.unwrap_or(0.0);
    }
    kg > 0.0 && kg / output <= high
}

/// Kilograms a tonne of product, against the coefficients of its kind of business and its peers.
fn per_output(w: &mut Watch, site: &Site, making: &Making, month: Month) {
    let Some(output) = did(w, site.id, month, "output").filter(|output| *output > 0.0) else {
        return;
    };
    let business = site.business.clone().unwrap_or_default();
    let reference = std::sync::Arc::clone(&w.reference);
    let catalogue = &reference.catalogue;
    let Some(kind) = catalogue.organisation_kind(&business) else { return };
    let widen = w.param(Param::Al36Widen, &site.division) / 100.0;
    // Three months together: what is taken away in batches is entered in batches.
    let from = known_from(w, site);
    let months: Vec<Month> = (month - 2..=month).filter(|month| *month >= from).collect();
    if months.is_empty() {
        return;
    }
    let outputs: f64 = months.iter().filter_map(|month| did(w, site.id, *month, "output")).sum();
    let mut odd = Vec::new();
    let ids: Vec<String> = kind.coefficient_ids.split(';').map(str::to_owned).collect();
    let makes_some = ids.iter().any(|id| {
        let row = catalogue.coefficient(id);
        let codes = row.and_then(|row| row.waste_code.as_deref()).unwrap_or_default();
        crate::seeds::list(codes)
            .any(|code| making.made.values().any(|made| made.contains_key(code)))
    });
    for id in &ids {
        let Some(row) = catalogue.coefficient(id) else { continue };
        let (Some(low), Some(high)) = (row.low, row.high) else { continue };
        let codes = row.waste_code.as_deref().unwrap_or_default();
        if !row.unit.starts_with("kg/t ") || codes.is_empty() {
            continue;
        }
        let mass: i64 = months
            .iter()
            .filter_map(|month| making.made.get(month))
            .flat_map(|made| crate::seeds::list(codes).filter_map(|code| made.get(code)))
            .sum();
        let ever = |code: &str| making.made.values().any(|made| made.contains_key(code));
        // What comes once in years, beside what comes every month, is missing most of the time.
        if !crate::seeds::list(codes).any(ever) && makes_some {
            continue;
        }
        let rate = mass as f64 / 1000.0 / outputs.max(output);
        let peers = against_peers(w, &format!("output {business} {id}"), site.id, rate);
        let far = peers.is_some_and(|peers| peers.is_far_below(rate));
        if far || !between(rate, low * (1.0 - widen), high * (1.0 + widen)) {
            odd.push(json!({"coefficient": id, "waste_code": codes,
                "kg_a_tonne": (rate * 1000.0).round() / 1000.0, "low": low, "high": high,
                "peers_median": peers.map(|peers| (peers.median * 1000.0).round() / 1000.0)}));
        }
    }
    let about = (About::Site, site.id.uuid());
    if odd.is_empty() {
        w.clear(RuleId(36), about, "", Gone::Normal);
        return;
    }
    let Some(mut finding) = w.of_site(36, site.id, "hazardous") else { return };
    finding.evidence = json!({
        "until": named(month), "output_t": outputs.round(),
        "outside": odd, "widened_percent": widen * 100.0,
    });
    w.raise(finding);
}

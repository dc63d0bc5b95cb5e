//! Oil from waste oil: no more comes out than went in.
//!
//! AL70, key `oil`. By mass alone: how much of a waste oil is left as oil depends on the oil, and
//! no sourced figure says how little is too little (`generation_coefficients.csv` has ash, slag).

use std::collections::BTreeMap;

use chrono::{NaiveDate, TimeDelta};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::stats::forget;
use crate::anomaly::finding::{About, Finding, Gone};
use crate::anomaly::param::Param;
use crate::anomaly::rule::RuleId;
use crate::clock::legal_day;
use crate::ids::SiteId;
use crate::manifest::Completed;

/// Waste mineral oil (HW08), refined again or reused (R9).
const OIL: &str = "-08";
const REFINED: &str = "R9";
/// The key of its cases.
const KEY: &str = "oil";
/// Days over which both are added up, and those in which oil that was treated before they began may
/// still come out.
const DAYS: i64 = 180;
const BEGUN_DAYS: i64 = 60;
/// What earth, acid and additives may add, as a share, and what is no mistake of a scale, in grams.
const ADDED: f64 = 0.10;
const LEAST_G: i64 = 1_000_000;

/// What a plant refined, and what it made of it, by day.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Yield {
    refined: BTreeMap<NaiveDate, i64>,
    made: BTreeMap<NaiveDate, i64>,
    /// Where in the log it told of products last.
    position: i64,
}

impl Yield {
    pub fn is_empty(&self) -> bool {
        self.refined.is_empty()
    }
}

/// A treatment, with what was made.
pub fn completed(oil: &mut Yield, load: &Load, data: &Completed, position: i64) {
    let is_oil = |line: i64| {
        let item = load.items.iter().find(|item| item.line == line);
        item.is_some_and(|item| item.code.ends_with(OIL))
    };
    let refined = data.treatments.iter().filter(|one| one.method == REFINED && is_oil(one.line));
    let mut on = None;
    for one in refined {
        *oil.refined.entry(one.completed_on).or_default() += one.mass_g.0;
        on = on.max(Some(one.completed_on));
    }
    let Some(on) = on else { return };
    let made: i64 = data.products.iter().map(|one| one.mass_g.0).sum();
    if made > 0 {
        *oil.made.entry(on).or_default() += made;
        oil.position = position;
    }
    for book in [&mut oil.refined, &mut oil.made] {
        forget(book, DAYS as usize);
    }
}

/// A month is over: the two sums, once what was in the works when it began is out.
pub fn month(w: &mut Watch, site: SiteId) {
    let today = legal_day(w.now());
    let Some(oil) = w.plants.get(&site).map(|plant| &plant.oil) else { return };
    let begun =
        oil.refined.keys().next().is_some_and(|first| (today - *first).num_days() >= BEGUN_DAYS);
    let from = today - TimeDelta::days(DAYS);
    let sum =
        |book: &BTreeMap<NaiveDate, i64>| book.range(from..).map(|(_, mass)| mass).sum::<i64>();
    let (refined, made) = (sum(&oil.refined), sum(&oil.made));
    let position = oil.position;
    let least = w.param(Param::Al70LeastTreated, &w.division(site)) * 1e6;
    if !begun || (refined as f64) < least {
        return;
    }
    let high = 1.0 + ADDED;
    if made as f64 <= refined as f64 * high || made - refined < LEAST_G {
        w.clear(RuleId(70), (About::Site, site.uuid()), KEY, Gone::Normal);
        return;
    }
    let Some(finding) = w.of_site(70, site, "hazardous") else { return };
    let evidence = json!({
        "treated_kg": refined as f64 / 1000.0, "products_kg": made as f64 / 1000.0,
        "yield": (made as f64 / refined as f64 * 1000.0).round() / 1000.0, "high": high,
        "days": DAYS,
    });
    w.raise(Finding { key: KEY.to_owned(), proofs: vec![position], evidence, ..finding });
}

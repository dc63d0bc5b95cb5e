//! Networks: waste of one code that goes back and forth, or round a loop; a flow that moves to one
//! party within three months.
//!
//! AL66, AL67, AL68. Returns and forwards of refused mass are no flow of their own.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::stats::{forget, kilometres};
use super::super::time::{Month, days, month_of, named};
use crate::anomaly::finding::{About, pair_id};
use crate::anomaly::param::Param;
use crate::catalogue::WasteCode;
use crate::clock::legal_day;
use crate::ids::{ManifestId, SiteId};
use crate::manifest::Happening;
use crate::registry::{Licence, LicenceStatus};

/// One transfer out of a site.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Edge {
    pub to: SiteId,
    pub at: DateTime<Utc>,
    pub manifest: ManifestId,
    pub mass_g: i64,
}

/// The newest transfers of a code out of a site: two to each other site.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Flow {
    pub out: Vec<Edge>,
}

/// What a receiver took in a month.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Took {
    pub mass_g: i64,
    pub loads: u32,
}

/// What a division sent of a category, by month and receiver: a year of it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Shares {
    #[serde(default)]
    pub months: BTreeMap<Month, BTreeMap<SiteId, Took>>,
    pub manifests: Vec<ManifestId>,
}

/// Months of a quarter, and months that are remembered.
const QUARTER: usize = 3;
const MONTHS: usize = 4 * QUARTER;
/// So many standard errors is a share that chance does not move.
const SURE: f64 = 3.0;
/// The share of a receiver that takes most.
const MOST: f64 = 0.6;

/// Sites of one code that a loop is looked for among, at most.
const LOOKED_AT: usize = 200;
/// Transfers to one site that are remembered.
const EACH: usize = 4;
/// Manifests that a case of a flow names: the newest.
const NEWEST: usize = 20;

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    if !matches!(happening, Happening::Received(_)) || load.is_return() || load.accepted_g() == 0 {
        return;
    }
    let codes: BTreeSet<&str> = load.items.iter().map(|item| item.code.as_str()).collect();
    for code in codes {
        let flow = w.flows.entry((code.to_owned(), load.from_site));
        let edge = Edge {
            to: load.to_site,
            at: seen.occurred_at,
            manifest: load.id,
            mass_g: load.accepted_g(),
        };
        flow.out.push(edge);
        let same = flow.out.iter().filter(|one| one.to == load.to_site).count();
        if same > EACH
            && let Some(oldest) = flow.out.iter().position(|one| one.to == load.to_site)
        {
            flow.out.remove(oldest);
        }
        back_and_forth(w, load, code);
        round_a_loop(w, load, code);
    }
    concentration(w, load, seen);
}

/// Transfers of a code between two sites within a time.
fn edges(w: &Watch, code: &str, (from, to): (SiteId, SiteId), since: DateTime<Utc>) -> Vec<Edge> {
    let flow = w.flows.get(&(code.to_owned(), from));
    let out = flow.map(|flow| flow.out.as_slice()).unwrap_or_default();
    out.iter().filter(|edge| edge.to == to && edge.at >= since).copied().collect()
}

fn back_and_forth(w: &mut Watch, load: &Load, code: &str) {
    let window = w.param(Param::Al67Window, &load.from_division);
    let each = w.param(Param::Al67EachWay, &load.from_division) as usize;
    let since = w.now() - days(window);
    let there = edges(w, code, (load.from_site, load.to_site), since);
    let back = edges(w, code, (load.to_site, load.from_site), since);
    if there.len() < each || back.len() < each {
        return;
    }
    let (one, other) = if load.from_site < load.to_site {
        (load.from_site, load.to_site)
    } else {
        (load.to_site, load.from_site)
    };
    let mut finding = w.of_load(67, load);
    finding.about = (About::Pair, pair_id(one, other));
    code.clone_into(&mut finding.key);
    finding.manifests = there.iter().chain(&back).map(|edge| edge.manifest).collect();
    finding.evidence = json!({
        "waste_code": code, "site_ids": [one, other], "there": there.len(), "back": back.len(),
        "kilograms": there.iter().chain(&back).map(|edge| edge.mass_g).sum::<i64>() as f64 / 1000.0,
        "days": window,
    });
    w.raise(finding);
}

/// Looks for a way back from the receiver to the sender, along transfers of the code.
fn round_a_loop(w: &mut Watch, load: &Load, code: &str) {
    let window = w.param(Param::Al66Window, &load.from_division);
    let longest = w.param(Param::Al66LongestLoop, &load.from_division) as usize;
    let since = w.now() - days(window);
    let mut paths: Vec<Vec<Edge>> = vec![Vec::new()];
    let mut seen: BTreeSet<SiteId> = BTreeSet::from([load.to_site]);
    let mut found = None;
    'search: for _ in 1..longest {
        let mut longer = Vec::new();
        for path in &paths {
            let at = path.last().map_or(load.to_site, |edge| edge.to);
            let Some(flow) = w.flows.get(&(code.to_owned(), at)) else { continue };
            for edge in flow.out.iter().filter(|edge| edge.at >= since) {
                let mut next = path.clone();
                next.push(*edge);
                if edge.to == load.from_site {
                    found = Some(next);
                    break 'search;
                }
                if seen.len() < LOOKED_AT && seen.insert(edge.to) {
                    longer.push(next);
                }
            }
        }
        paths = longer;
    }
    let Some(path) = found else { return };
    let mut sites: Vec<SiteId> = vec![load.from_site, load.to_site];
    sites.extend(path.iter().map(|edge| edge.to).filter(|site| *site != load.from_site));
    let mut named = sites.clone();
    named.sort_unstable();
    let mut organisations = load.parties();
    for site in &sites {
        if let Some(entry) = w.sites.get(site)
            && !organisations.contains(&entry.organisation_id)
        {
            organisations.push(entry.organisation_id);
        }
    }
    let Some(first) = named.first().copied() else { return };
    let mut finding = w.of_load(66, load);
    finding.about = (About::Site, first.uuid());
    finding.key =
        format!("{code} {}", named.iter().map(ToString::to_string).collect::<Vec<_>>().join(" "));
    finding.organisations = organisations;
    finding.manifests.extend(path.iter().map(|edge| edge.manifest));
    finding.evidence = json!({"waste_code": code, "site_ids": sites, "days": window});
    w.raise(finding);
}

/// The first load of a month closes the one before, and with it the three months that end there.
fn concentration(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    let category =
        load.items.first().map_or("", |item| &item.code[item.code.len().saturating_sub(2)..]);
    let key = (load.from_division.clone(), format!("{} {category}", load.stream));
    let month = month_of(seen.occurred_at);
    let shares = w.shares.entry(key);
    let is_new = shares.months.last_key_value().is_none_or(|(newest, _)| *newest < month);
    let closed = is_new.then(|| shares.clone());
    let took = shares.months.entry(month).or_default().entry(load.to_site).or_default();
    took.mass_g += load.accepted_g();
    took.loads += 1;
    forget(&mut shares.months, MONTHS + 1);
    if shares.manifests.len() >= NEWEST {
        shares.manifests.remove(0);
    }
    shares.manifests.push(load.id);
    if let Some(closed) = closed {
        moved(w, load, &closed, (category, legal_day(seen.occurred_at)));
    }
}

/// What receivers took in some months.
fn taken<'a>(months: impl Iterator<Item = &'a BTreeMap<SiteId, Took>>) -> BTreeMap<SiteId, Took> {
    let mut all: BTreeMap<SiteId, Took> = BTreeMap::new();
    for (site, took) in months.flatten() {
        let sum = all.entry(*site).or_default();
        sum.mass_g += took.mass_g;
        sum.loads += took.loads;
    }
    all
}

/// A flow has moved to one receiver, farther than chance moves it.
fn moved(w: &mut Watch, load: &Load, shares: &Shares, (category, day): (&str, NaiveDate)) {
    let Some(known) = shares.months.len().checked_sub(1) else { return };
    let length = known.min(QUARTER);
    if length + 1 < QUARTER {
        return;
    }
    let mut newest = shares.months.values().rev();
    let now = taken(newest.by_ref().take(length));
    let before = taken(newest.take(QUARTER));
    let Some((top, took)) = now.iter().max_by_key(|(_, took)| took.mass_g) else { return };
    let mass = |all: &BTreeMap<SiteId, Took>| all.values().map(|took| took.mass_g).sum::<i64>();
    let loads = |all: &BTreeMap<SiteId, Took>| all.values().map(|took| took.loads).sum::<u32>();
    let percent = took.mass_g as f64 / mass(&now).max(1) as f64 * 100.0;
    let earlier = before.get(top).cloned().unwrap_or_default();
    let was = earlier.mass_g as f64 / mass(&before).max(1) as f64 * 100.0;
    let limit = w.param(Param::Al68Share, &load.from_division);
    let rise = w.param(Param::Al68Rise, &load.from_division);
    let moves = percent > limit && percent - was > rise;
    let errors = errors((took.loads, loads(&now)), (earlier.loads, loads(&before)));
    if !moves || errors < SURE {
        return;
    }
    let least = w.param(Param::Al68AbleParties, &load.from_division);
    let able = able(w, load, (category, day), now.keys().chain(before.keys()).copied());
    if (able as f64) < least {
        return;
    }
    if comes_back(shares, *top, length) || comes_near(w, load, *top, &before) {
        return;
    }
    let Some(mut finding) = w.of_site(68, *top, &load.stream) else { return };
    let until = shares.months.last_key_value().map_or(0, |(month, _)| *month);
    finding.divisions = vec![load.from_division.clone()];
    finding.key = format!("{} {category} {}", load.from_division, until.div_euclid(12));
    finding.manifests.clone_from(&shares.manifests);
    finding.evidence = json!({
        "division": load.from_division, "category": category,
        "until": named(until), "months": length,
        "percent": percent.round(), "percent_before": was.round(), "parties": able,
        "standard_errors": (errors * 10.0).round() / 10.0,
    });
    w.raise(finding);
}

/// How many may take waste of a category: by a licence that is in force, or since they took some.
/// A flow that has gone to two of many is no less a matter of choice.
fn able(
    w: &Watch,
    load: &Load,
    (category, day): (&str, NaiveDate),
    took: impl Iterator<Item = SiteId>,
) -> usize {
    let waste = load.items.first().and_then(|item| WasteCode::parse(&item.code).ok());
    let may = |one: &&Licence| {
        one.status == LicenceStatus::Active
            && (one.valid_from..=one.valid_to).contains(&day)
            && one.site_id != load.from_site
            && waste.is_some_and(|waste| takes(one, waste, category))
    };
    let licensed = w.licences.iter().map(|(_, one)| one).filter(may).map(|one| one.site_id);
    licensed.chain(took).collect::<BTreeSet<SiteId>>().len()
}

/// Whether a licence names a waste's category, or a code of it.
fn takes(licence: &Licence, waste: WasteCode, category: &str) -> bool {
    let whole = |one: &String| waste.category().is_some_and(|own| own.as_str() == one);
    let of_it = |one: &String| {
        let code = WasteCode::parse(one).ok().filter(|code| code.stream() == waste.stream());
        code.is_some_and(|code| code.as_str().ends_with(category))
    };
    let mut lines = licence.lines.iter();
    lines.any(|line| line.categories.iter().any(whole) || line.waste_codes.iter().any(of_it))
}

/// Whether most went to a receiver in some quarter before: what returns to it has not moved. Two
/// of a month's four loads are chance; of the log's first months there are no three yet.
fn comes_back(shares: &Shares, top: SiteId, newest: usize) -> bool {
    let earlier = shares.months.len().saturating_sub(newest);
    let months: Vec<_> = shares.months.values().take(earlier).collect();
    (1..=months.len()).any(|until| {
        let quarter = &months[until.saturating_sub(QUARTER)..until];
        let all = taken(quarter.iter().copied());
        let mass: i64 = all.values().map(|took| took.mass_g).sum();
        let loads: u32 = all.values().map(|took| took.loads).sum();
        loads > 1 && all.get(&top).is_some_and(|took| took.mass_g * 2 > mass)
    })
}

/// Whether most went to one receiver that is farther than this: who ends that and sends to the
/// nearer does what the principle of proximity (就近) asks.
fn comes_near(w: &Watch, load: &Load, top: SiteId, before: &BTreeMap<SiteId, Took>) -> bool {
    let all: i64 = before.values().map(|took| took.mass_g).sum();
    let main = before.iter().find(|(_, took)| took.mass_g as f64 > MOST * all as f64);
    let from = w.place(load.from_site);
    let far = |site| from.zip(w.place(site)).map(|(from, to)| kilometres(from, to));
    main.is_some_and(|(main, _)| far(*main).zip(far(top)).is_some_and(|(old, new)| new < old))
}

/// How many standard errors lie between two shares of loads.
fn errors((now, of_now): (u32, u32), (before, of_before): (u32, u32)) -> f64 {
    if of_now == 0 || of_before == 0 {
        return 0.0;
    }
    let (n, m) = (f64::from(of_now), f64::from(of_before));
    let (p, q) = (f64::from(now) / n, f64::from(before) / m);
    // One load of each kind is thought of beside those that were: none is certain.
    let both = (f64::from(now + before) + 1.0) / (n + m + 2.0);
    (p - q) / (both * (1.0 - both) * (1.0 / n + 1.0 / m)).sqrt()
}

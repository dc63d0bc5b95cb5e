//! Networks: waste of one code that goes back and forth, or round a loop; a flow that moves to one
//! party within a quarter.
//!
//! AL66, AL67, AL68. Returns and forwards of refused mass are no flow of their own.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Datelike, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::time::days;
use crate::anomaly::finding::{About, pair_id};
use crate::anomaly::param::Param;
use crate::clock::legal_day;
use crate::ids::{ManifestId, SiteId};
use crate::manifest::Happening;

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

/// What a division sent of a category, by receiver: the quarter that runs and the one before.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Shares {
    pub quarter: (i32, u32),
    pub now: BTreeMap<SiteId, i64>,
    pub before: BTreeMap<SiteId, i64>,
    pub manifests: Vec<ManifestId>,
}

/// Sites of one code that a loop is looked for among, at most.
const LOOKED_AT: usize = 200;
/// Transfers to one site that are remembered.
const EACH: usize = 4;

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

fn quarter_of(time: DateTime<Utc>) -> (i32, u32) {
    let day = legal_day(time);
    (day.year(), (day.month() - 1) / 3 + 1)
}

/// The first load of a quarter closes the one before.
fn concentration(w: &mut Watch, load: &Load, seen: &Seen<'_>) {
    let category =
        load.items.first().map_or("", |item| &item.code[item.code.len().saturating_sub(2)..]);
    let key = (load.from_division.clone(), format!("{} {category}", load.stream));
    let quarter = quarter_of(seen.occurred_at);
    let shares = w.shares.entry(key);
    let mut closed = None;
    if shares.quarter != quarter {
        if !shares.now.is_empty() {
            closed = Some(shares.clone());
        }
        shares.before = std::mem::take(&mut shares.now);
        shares.quarter = quarter;
        shares.manifests.clear();
    }
    *shares.now.entry(load.to_site).or_default() += load.accepted_g();
    if shares.manifests.len() < 20 {
        shares.manifests.push(load.id);
    }
    if let Some(closed) = closed {
        moved(w, load, &closed, category);
    }
}

fn moved(w: &mut Watch, load: &Load, shares: &Shares, category: &str) {
    let total = shares.now.values().sum::<i64>() as f64;
    let earlier = shares.before.values().sum::<i64>() as f64;
    let able: BTreeSet<&SiteId> = shares.now.keys().chain(shares.before.keys()).collect();
    let least = w.param(Param::Al68AbleParties, &load.from_division) as usize;
    let Some((top, mass)) = shares.now.iter().max_by_key(|(_, mass)| **mass) else { return };
    let percent = *mass as f64 / total.max(1.0) * 100.0;
    let was = shares.before.get(top).copied().unwrap_or(0) as f64 / earlier.max(1.0) * 100.0;
    let limit = w.param(Param::Al68Share, &load.from_division);
    let rise = w.param(Param::Al68Rise, &load.from_division);
    if shares.before.is_empty() || able.len() < least || percent <= limit || percent - was <= rise {
        return;
    }
    let Some(mut finding) = w.of_site(68, *top, &load.stream) else { return };
    finding.divisions = vec![load.from_division.clone()];
    finding.key =
        format!("{} {category} {}Q{}", load.from_division, shares.quarter.0, shares.quarter.1);
    finding.manifests.clone_from(&shares.manifests);
    finding.evidence = json!({
        "division": load.from_division, "category": category,
        "quarter": format!("{}Q{}", shares.quarter.0, shares.quarter.1),
        "percent": percent.round(), "percent_before": was.round(), "parties": able.len(),
    });
    w.raise(finding);
}

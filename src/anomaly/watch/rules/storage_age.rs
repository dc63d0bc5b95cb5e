//! How old waste at its producer is, by its ledger: what came first goes first. A reminder after a
//! year (DL19: local practice; the article binds operators, whose loads AL31 looks at).
//!
//! AL31. Counted by months, so that what is remembered does not grow with the ledger.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use super::super::time::{Month, month_of, named};
use super::mass::stream_of;
use crate::anomaly::param::Param;
use crate::anomaly::rule::Severity;
use crate::ids::SiteId;
use crate::manifest::Happening;
use crate::registry::ledger::on_hand_change;
use crate::registry::{LedgerEntry, SiteKind};

/// What lies at a site, by code and the month in which it came, in grams.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Lots {
    pub by_code: BTreeMap<String, BTreeMap<Month, i64>>,
}

/// Months that are told apart; what is older stands in the oldest.
const MONTHS_MAX: usize = 48;

impl Lots {
    fn add(&mut self, code: &str, month: Month, mass_g: i64) {
        let lots = self.by_code.entry(code.to_owned()).or_default();
        *lots.entry(month).or_default() += mass_g;
        if lots.len() > MONTHS_MAX
            && let Some((_, oldest)) = lots.pop_first()
            && let Some(mut next) = lots.first_entry()
        {
            *next.get_mut() += oldest;
        }
    }

    /// The oldest goes first. What a ledger does not have goes nowhere.
    fn take(&mut self, code: &str, mut mass_g: i64) {
        let Some(lots) = self.by_code.get_mut(code) else { return };
        while mass_g > 0
            && let Some(mut oldest) = lots.first_entry()
        {
            let part = (*oldest.get()).min(mass_g);
            mass_g -= part;
            *oldest.get_mut() -= part;
            if *oldest.get() == 0 {
                oldest.remove();
            }
        }
        if lots.is_empty() {
            self.by_code.remove(code);
        }
    }

    /// The oldest month of a code, and how much of it came before another month.
    fn before(&self, code: &str, month: Month) -> Option<(Month, i64)> {
        let lots = self.by_code.get(code)?;
        let (oldest, _) = lots.range(..month).next()?;
        Some((*oldest, lots.range(..month).map(|(_, mass)| mass).sum()))
    }
}

pub fn manifest(w: &mut Watch, load: &Load, seen: &Seen<'_>, happening: &Happening) {
    match happening {
        _ if load.stream != "hazardous" => {}
        Happening::Filed(_) => {
            let month = month_of(seen.occurred_at);
            for item in load.items.iter().filter(|item| item.produce && item.mass_g > 0) {
                w.lots.entry(load.from_site).add(&item.code, month, item.mass_g);
            }
        }
        Happening::Departed(_) => leave(w, load),
        Happening::Received(_) if load.departed_at.is_none() => leave(w, load),
        _ => {}
    }
}

fn leave(w: &mut Watch, load: &Load) {
    if w.lots.get(&load.from_site).is_some() {
        let lots = w.lots.entry(load.from_site);
        for item in &load.items {
            lots.take(&item.code, item.mass_g);
        }
    }
}

pub fn ledger(w: &mut Watch, entry: &LedgerEntry, seen: &Seen<'_>) {
    if stream_of(&entry.waste_code) != "hazardous" {
        return;
    }
    let change = on_hand_change(entry.kind, entry.mass_g).0;
    let lots = w.lots.entry(entry.site_id);
    if change > 0 {
        lots.add(&entry.waste_code, month_of(seen.occurred_at), change);
    } else {
        lots.take(&entry.waste_code, -change);
    }
}

/// Once a month, of what came in months that ended a year ago.
pub fn month(w: &mut Watch, site: SiteId) {
    let is_producer = w.sites.get(&site).is_some_and(|one| one.kind == SiteKind::Production);
    let Some(lots) = w.lots.get(&site).filter(|_| is_producer).cloned() else { return };
    let days = w.param(Param::Al31ProducerReminder, &w.division(site));
    let months = (days / 30.4).round() as Month;
    let end = month_of(w.now()) - months;
    for code in lots.by_code.keys() {
        let Some((oldest, mass_g)) = lots.before(code, end) else { continue };
        let Some(mut finding) = w.of_site(31, site, "hazardous") else { return };
        finding.key = format!("producer {code}");
        finding.severity = Severity::Info;
        finding.evidence = json!({
            "term": "DL19", "waste_code": code, "since": named(oldest),
            "mass_kg": mass_g as f64 / 1000.0, "limit_days": days,
        });
        w.remind(finding);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_first_goes_first() {
        let mut lots = Lots::default();
        for (month, mass) in [(1, 10), (2, 20), (3, 30)] {
            lots.add("a", month, mass);
        }
        lots.take("a", 15);
        assert_eq!(lots.before("a", 2), None);
        assert_eq!(lots.before("a", 3), Some((2, 15)));
        assert_eq!(lots.before("a", 9), Some((2, 45)));
        lots.take("a", 1000);
        assert!(lots.by_code.is_empty());
        for month in 0..100 {
            lots.add("a", month, 1);
        }
        assert_eq!((lots.by_code["a"].len(), lots.before("a", 100)), (MONTHS_MAX, Some((52, 100))));
    }
}

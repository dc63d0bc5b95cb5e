//! From the register to an emergency. Pure.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, NaiveDate, Utc};

use super::asked::AskEmergency;
use super::days::{Emergency, Institution, Plant};
use super::shown::PlantRight;
use crate::capacity::coverage::LoggedDay;
use crate::capacity::planning::{once, place};
use crate::catalogue::Catalogue;
use crate::clock::legal_day;
use crate::ids::{CoDisposalFacilityId, SiteId};
use crate::problem::{Fault, Findings};
use crate::registry::{Licence, LicenceKind, LicenceLine, LicenceStatus, Site, SiteKind};
use crate::units::Grams;

/// What a site made of medical waste since a moment.
#[derive(Clone, Copy, Debug)]
pub struct Ledger {
    pub mass: Grams,
    pub since: DateTime<Utc>,
}

/// An active entry of the co-disposal list.
#[derive(Clone, Debug)]
pub struct Helper {
    pub id: CoDisposalFacilityId,
    pub site_id: SiteId,
    pub daily_g: Grams,
    pub notice_hours: i64,
    pub priority: i64,
}

/// What an emergency is planned from.
#[derive(Debug)]
pub struct Facts {
    pub sites: HashMap<SiteId, Site>,
    /// Of the divisions that are planned for, in the last 365 days.
    pub ledgers: HashMap<SiteId, Ledger>,
    /// Of the year, whatever they are for.
    pub licences: Vec<Licence>,
    /// In the order of their priority.
    pub helpers: Vec<Helper>,
    /// The last 30 days of facilities, newest first.
    pub days: Vec<LoggedDay>,
}

/// A plant by its name in the answer.
#[derive(Clone, Debug)]
pub struct Named {
    pub id: String,
    pub right: PlantRight,
    pub site_id: SiteId,
    pub priority: Option<i64>,
}

/// An emergency, with what its parts are called.
pub struct Planned {
    pub emergency: Emergency,
    /// In the order of its plants.
    pub plants: Vec<Named>,
    /// In the order of its institutions, with the grams of a usual day.
    pub institutions: Vec<(SiteId, i64)>,
    /// Medical institutions of which nothing is known.
    pub unknown: Vec<SiteId>,
}

/// An institution whose own waste is medical, by its kind of business or its beds.
pub fn is_medical(site: &Site, catalogue: &Catalogue) -> bool {
    let mut kinds = catalogue.organisation_kinds().iter();
    let is_of = |business: &str| {
        kinds.any(|kind| &*kind.api_kind == business && kind.default_streams.starts_with("medical"))
    };
    site.beds.is_some() || site.business.as_deref().is_some_and(is_of)
}

impl Facts {
    /// The emergency that is asked for. `now`: when it is planned.
    pub fn planned(
        &self,
        asked: &AskEmergency,
        (divisions, now): (&[String], DateTime<Utc>),
        catalogue: &Catalogue,
        findings: &mut Findings,
    ) -> Planned {
        self.check(asked, divisions, findings);
        let usual = self.usual(asked, now);
        let (ids, institutions) = self.institutions(asked, &usual, catalogue);
        let (plants, named) = self.plants(asked, catalogue);
        let hours = |hours: i64| usize::try_from(hours / 24).unwrap_or(0);
        let collected = asked.institution_hours.map_or(48, crate::wire::Whole::get);
        let treated = asked.plant_hours.map_or(24, crate::wire::Whole::get);
        let emergency = Emergency {
            days: usize::try_from(asked.days.get()).unwrap_or(0),
            // What is made in a day may lie there for that day, and for those that are left.
            collected_within: hours(collected) - 1,
            treated_within: hours(treated),
            institutions,
            plants,
        };
        let is_unknown = |site: &&Site| {
            divisions.contains(&site.division)
                && site.kind == SiteKind::Production
                && is_medical(site, catalogue)
                && !usual.contains_key(&site.id)
        };
        let mut unknown: Vec<SiteId> =
            self.sites.values().filter(is_unknown).map(|site| site.id).collect();
        unknown.sort_by_key(|id| id.uuid());
        Planned { emergency, plants: named, institutions: ids, unknown }
    }

    /// Ids that name nothing, or twice the same.
    fn check(&self, asked: &AskEmergency, divisions: &[String], findings: &mut Findings) {
        let at = |n| format!("/surge/{n}/division");
        once(asked.surge.iter().map(|one| one.division.as_str()), at, findings);
        let mut known = |ids: Vec<SiteId>, at: &dyn Fn(usize) -> String, is_own: bool| {
            for (n, id) in ids.iter().enumerate() {
                let site = self.sites.get(id);
                if site.is_none_or(|site| is_own && !divisions.contains(&site.division)) {
                    findings.refuse(Fault::unknown_reference(at(n)));
                }
            }
            once(ids.into_iter(), at, findings);
        };
        let away = asked.unavailable_site_ids.to_vec();
        known(away, &|n| format!("/unavailable_site_ids/{n}"), false);
        let usual = asked.usual.iter().map(|one| one.site_id).collect();
        known(usual, &|n| format!("/usual/{n}/site_id"), true);
        let waiting = asked.waiting.iter().map(|one| one.site_id).collect();
        known(waiting, &|n| format!("/waiting/{n}/site_id"), true);
        let helpers: HashSet<_> = self.helpers.iter().map(|helper| helper.id).collect();
        for (n, id) in asked.co_disposal_facility_ids.iter().flat_map(|ids| ids.iter()).enumerate()
        {
            if !helpers.contains(id) {
                let at = format!("/co_disposal_facility_ids/{n}");
                findings.refuse(Fault::unknown_reference(at));
            }
        }
    }

    /// Grams of a usual day: as asked, else the mean since the ledger's first entry of the time
    /// that is looked at, which is a day ago at the least.
    fn usual(&self, asked: &AskEmergency, now: DateTime<Utc>) -> HashMap<SiteId, i64> {
        let mut usual: HashMap<SiteId, i64> = HashMap::new();
        for (site, ledger) in &self.ledgers {
            let days = (legal_day(now) - legal_day(ledger.since)).num_days().max(1);
            usual.insert(*site, (ledger.mass.0 + days / 2) / days);
        }
        usual.extend(asked.usual.iter().map(|one| (one.site_id, one.daily_kg.grams().0)));
        for one in asked.waiting.iter() {
            usual.entry(one.site_id).or_insert(0);
        }
        usual
    }

    fn institutions(
        &self,
        asked: &AskEmergency,
        usual: &HashMap<SiteId, i64>,
        catalogue: &Catalogue,
    ) -> (Vec<(SiteId, i64)>, Vec<Institution>) {
        let surge: HashMap<&str, i64> =
            asked.surge.iter().map(|one| (one.division.as_str(), one.factor.milli())).collect();
        let waiting: HashMap<SiteId, i64> =
            asked.waiting.iter().map(|one| (one.site_id, one.kg.grams().0)).collect();
        let mut ids: Vec<(SiteId, i64)> = usual.iter().map(|(id, mass)| (*id, *mass)).collect();
        ids.sort_by_key(|(id, _)| id.uuid());
        ids.retain(|(id, _)| self.sites.contains_key(id));
        let institution = |(id, usual): &(SiteId, i64)| {
            let site = &self.sites[id];
            let factor = surge.get(&*site.division).copied().unwrap_or(1000);
            let daily = (i128::from(*usual) * i128::from(factor) + 500) / 1000;
            Institution {
                division: site.division.clone(),
                place: place(site, catalogue),
                daily_g: i64::try_from(daily).unwrap_or(i64::MAX),
                waiting_g: waiting.get(id).copied().unwrap_or(0),
            }
        };
        let institutions = ids.iter().map(institution).collect();
        (ids, institutions)
    }

    /// Medical plants by their licences, then the co-disposal list.
    fn plants(&self, asked: &AskEmergency, catalogue: &Catalogue) -> (Vec<Plant>, Vec<Named>) {
        let away: BTreeSet<_> = asked.unavailable_site_ids.iter().map(|id| id.uuid()).collect();
        let runs =
            |site: SiteId| self.sites.get(&site).filter(|site| !away.contains(&site.id.uuid()));
        let (mut plants, mut named) = (Vec::new(), Vec::new());
        for licence in &self.licences {
            let Some(site) = runs(licence.site_id) else { continue };
            let Some(daily_g) = medical_daily(licence, asked.starts_on) else { continue };
            let place = place(site, catalogue);
            plants.push(Plant { place, priority: 0, daily_g, first_day: 0 });
            let (id, right) = (licence.id.to_string(), PlantRight::Licence);
            named.push(Named { id, right, site_id: site.id, priority: None });
        }
        let chosen = asked.co_disposal_facility_ids.as_ref();
        for helper in &self.helpers {
            let Some(site) = runs(helper.site_id) else { continue };
            if chosen.is_some_and(|chosen| !chosen.contains(&helper.id)) {
                continue;
            }
            let first_day = usize::try_from((helper.notice_hours + 23) / 24).unwrap_or(0);
            let (place, priority) = (place(site, catalogue), helper.priority);
            plants.push(Plant { place, priority, daily_g: helper.daily_g.0, first_day });
            let (id, right) = (helper.id.to_string(), PlantRight::CoDisposal);
            named.push(Named { id, right, site_id: site.id, priority: Some(priority) });
        }
        (plants, named)
    }
}

fn is_for_medical(line: &LicenceLine) -> bool {
    let is_medical = |code: &String| code.starts_with("841-");
    line.categories.iter().any(|one| one == "HW01") || line.waste_codes.iter().any(is_medical)
}

/// Whether a licence is in force on a day and lets its plant treat medical waste.
pub fn takes_medical(licence: &Licence, on: NaiveDate) -> bool {
    licence.status == LicenceStatus::Active
        && licence.kind != LicenceKind::Collection
        && (licence.valid_from..=licence.valid_to).contains(&on)
        && licence.lines.iter().any(is_for_medical)
}

/// What a licence lets its plant treat of medical waste in a day: its rated mass, else a day's part
/// of the year's. `None` where it is in no force on the day, or not for medical waste.
fn medical_daily(licence: &Licence, on: NaiveDate) -> Option<i64> {
    if !takes_medical(licence, on) {
        return None;
    }
    let lines = licence.lines.iter().filter(|line| is_for_medical(line));
    let lines: Vec<i64> = lines.map(|line| licence.with_factor(line.annual_g)).collect();
    let shared = licence.annual_limit_g.map_or(i64::MAX, |mass| licence.with_factor(mass));
    let days = if on.leap_year() { 366 } else { 365 };
    let yearly = lines.iter().sum::<i64>().min(shared) / days;
    Some(licence.rated_daily_g.map_or(yearly, |rated| rated.0))
}

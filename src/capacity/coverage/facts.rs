//! From the register to coverage. Pure.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, NaiveDate, Utc};

use super::shown::{
    CoveredDivisionView, MedicalFacilityView, NearestFacilityView, WaitingInstitutionView,
};
use super::store::LoggedDay;
use crate::capacity::emergency::{is_medical, takes_medical};
use crate::capacity::plan::{Place, distance};
use crate::capacity::planning::place;
use crate::catalogue::{Catalogue, Division};
use crate::clock::rfc3339;
use crate::ids::SiteId;
use crate::registry::record::facility_day::Running;
use crate::registry::{Licence, Site, SiteKind, Standing};
use crate::units::{Grams, Kg};

/// What coverage is told from.
pub struct Facts {
    pub sites: HashMap<SiteId, Site>,
    pub licences: Vec<Licence>,
    /// The last 30 days of facilities, newest first.
    pub days: Vec<LoggedDay>,
    /// When medical waste last left a site, in the last 90 days.
    pub pickups: HashMap<SiteId, DateTime<Utc>>,
    /// Medical waste on hand by ledgers.
    pub on_hand: HashMap<SiteId, Grams>,
}

/// A facility, and whether it runs as far as anybody said.
struct Facility<'a> {
    site: &'a Site,
    view: MedicalFacilityView,
    runs: bool,
}

impl Facts {
    /// Facilities by division.
    fn facilities(&self, today: NaiveDate) -> BTreeMap<&str, Vec<Facility<'_>>> {
        let mut all: BTreeMap<&str, Vec<Facility<'_>>> = BTreeMap::new();
        for licence in self.licences.iter().filter(|licence| takes_medical(licence, today)) {
            let Some(site) = self.sites.get(&licence.site_id) else { continue };
            if site.status != Standing::Active {
                continue;
            }
            let mut days = self.days.iter().filter(|day| day.site_id == site.id);
            let down = days.clone().filter(|day| day.status == Running::Down).count();
            let (logged, last) = (days.clone().count(), days.next());
            let view = MedicalFacilityView {
                site_id: site.id.uuid(),
                name: site.name.clone(),
                licence_id: licence.id,
                licence_number: licence.number.clone(),
                valid_to: licence.valid_to,
                logged_on: last.map(|day| day.on),
                logged_status: last.map(|day| day.status),
                days_logged: i64::try_from(logged).unwrap_or(i64::MAX),
                days_down: i64::try_from(down).unwrap_or(i64::MAX),
            };
            let runs = last.is_none_or(|day| day.status != Running::Down);
            all.entry(&site.division).or_default().push(Facility { site, view, runs });
        }
        all
    }

    /// Each division with its facilities, and who is nearest to those without one that runs.
    pub fn divisions(
        &self,
        asked: &[String],
        today: NaiveDate,
        catalogue: &Catalogue,
    ) -> Vec<CoveredDivisionView> {
        let facilities = self.facilities(today);
        let running: Vec<&Facility<'_>> =
            facilities.values().flatten().filter(|facility| facility.runs).collect();
        let covered = |number: &String| {
            let division = catalogue.division(number)?;
            let own = facilities.get(number.as_str()).map(Vec::as_slice).unwrap_or_default();
            let is_covered = own.iter().any(|facility| facility.runs);
            Some(CoveredDivisionView {
                division: number.clone(),
                name_zh: division.division_zh.to_string(),
                name_en: division.name_en.to_string(),
                is_covered,
                facilities: own.iter().map(|facility| facility.view.clone()).collect(),
                nearest: if is_covered { None } else { nearest(division, &running, catalogue) },
            })
        };
        asked.iter().filter_map(covered).collect()
    }

    /// Medical institutions of these divisions that nothing has left since `hours` before now.
    pub fn waiting(
        &self,
        (divisions, hours): (&[String], i64),
        now: DateTime<Utc>,
        catalogue: &Catalogue,
    ) -> Vec<WaitingInstitutionView> {
        let concerns = |site: &&Site| {
            site.kind == SiteKind::Production
                && site.status == Standing::Active
                && divisions.contains(&site.division)
                && is_medical(site, catalogue)
        };
        let view = |site: &Site| {
            let last = self.pickups.get(&site.id);
            WaitingInstitutionView {
                site_id: site.id.uuid(),
                name: site.name.clone(),
                division: site.division.clone(),
                last_pickup_at: last.map(|at| rfc3339(*at)),
                hours_since: last.map(|at| (now - *at).num_hours()),
                on_hand_kg: Kg(self.on_hand.get(&site.id).copied().unwrap_or_default()),
            }
        };
        let mut waiting: Vec<WaitingInstitutionView> =
            self.sites.values().filter(concerns).map(view).collect();
        waiting.retain(|one| one.hours_since.is_none_or(|since| since >= hours));
        waiting.sort_by_key(|one| (std::cmp::Reverse(one.on_hand_kg.0), one.site_id));
        waiting
    }
}

fn nearest(
    division: &Division,
    running: &[&Facility<'_>],
    catalogue: &Catalogue,
) -> Option<NearestFacilityView> {
    let seat = Place { lon: division.seat_lon, lat: division.seat_lat };
    let away = |facility: &&Facility<'_>| distance(seat, place(facility.site, catalogue));
    let nearest = running.iter().min_by(|one, other| {
        let by_way = away(one).total_cmp(&away(other));
        by_way.then_with(|| one.site.id.uuid().cmp(&other.site.id.uuid()))
    })?;
    Some(NearestFacilityView {
        site_id: nearest.site.id.uuid(),
        name: nearest.site.name.clone(),
        division: nearest.site.division.clone(),
        km: (away(nearest) * 10.0).round() / 10.0,
    })
}

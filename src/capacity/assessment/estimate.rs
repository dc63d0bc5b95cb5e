//! What a site without a ledger made, by how many beds, meals, seats or tonnes: only where it is
//! asked for, and always marked. Pure.
//!
//! The coefficients are those of `seeds/generation_coefficients.csv` that the site's kind of
//! business names. Where it names several for the same waste and basis (three grades of hospital),
//! the site's grade chooses; where that is not told the middle one is taken, and the span goes from
//! the lowest to the highest.
//!
//! A month of which nothing was told is no month in which nothing was done: it counts, day by day,
//! as those that were told, and how much of the amount that is stands beside it.

use std::collections::{BTreeMap, HashMap};

use chrono::{Months, NaiveDate};

use super::shown::EstimateView;
use crate::catalogue::{Catalogue, Coefficient};
use crate::ids::SiteId;
use crate::registry::{HospitalGrade, Site};
use crate::units::{Grams, Kg, Quantity};
use crate::wire::api_enum;

api_enum! {
    /// What an estimate counts.
    pub enum EstimateBasis {
        BedDays = "bed_days",
        /// Beds, as many of them taken as usual.
        Beds = "beds",
        Visits = "visits",
        Meals = "meals",
        Seats = "seats",
        /// Tonnes of product.
        Output = "output",
    }
}

/// What a site did in a year: bed-days, visits, meals, tonnes.
#[derive(Clone, Debug)]
pub struct Did {
    /// In thousandths.
    pub value_milli: i64,
    /// Of which anything was told, from 1.
    pub months: Vec<u32>,
}

pub type Activity = HashMap<(SiteId, String), Did>;

/// How much of a unit there was, in thousandths, and what of it is assumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Amount {
    whole: i64,
    assumed: i64,
}

/// An estimate of one code.
#[derive(Clone, Debug)]
pub struct Estimate {
    pub site_id: SiteId,
    pub code: String,
    pub mass: Grams,
    pub view: EstimateView,
}

/// Every code of medical waste has its share of the whole.
const SHARES: [&str; 5] = ["GC10A", "GC10B", "GC10C", "GC10D", "GC10E"];
const OCCUPANCY: &str = "GC09";

/// A site, the days of the year that count, and what it did.
pub struct Asked<'a> {
    pub site: &'a Site,
    pub year: i32,
    pub today: NaiveDate,
    pub activity: &'a Activity,
}

impl Asked<'_> {
    /// Days of the year until today, or all.
    fn days(&self) -> i64 {
        let first = NaiveDate::from_ymd_opt(self.year, 1, 1).unwrap_or(self.today);
        let last = NaiveDate::from_ymd_opt(self.year, 12, 31).unwrap_or(self.today);
        ((last.min(self.today) - first).num_days() + 1).max(0)
    }

    /// Days of a month of the year until today, or all.
    fn days_of(&self, month: u32) -> i64 {
        let first = NaiveDate::from_ymd_opt(self.year, month, 1);
        let Some(first) = first.filter(|first| *first <= self.today) else { return 0 };
        let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
        ((next - first).num_days()).min((self.today - first).num_days() + 1)
    }

    /// What it did in the year: what was told, and for the days of other months as much.
    fn did(&self, kind: &str) -> Option<Amount> {
        let did = self.activity.get(&(self.site.id, kind.to_owned()))?;
        let told = did.value_milli;
        let days: i64 = did.months.iter().map(|month| self.days_of(*month)).sum();
        if told <= 0 {
            return None;
        }
        let rest = i128::from((self.days() - days).max(0));
        let assumed = match i128::from(days) {
            ..=0 => 0,
            days => (i128::from(told) * rest + days / 2) / days,
        };
        let assumed = i64::try_from(assumed).ok()?;
        Some(Amount { whole: told.checked_add(assumed)?, assumed })
    }

    /// How much of a unit the site had in the year.
    fn amount(&self, unit: &str, catalogue: &Catalogue) -> Option<(EstimateBasis, Amount)> {
        let all = |whole: i64| Amount { whole, assumed: 0 };
        match unit {
            "kg/bed/day" => {
                let counted = self.did("bed_days").map(|days| (EstimateBasis::BedDays, days));
                counted.or_else(|| {
                    let taken = catalogue.coefficient(OCCUPANCY)?.default_value;
                    let days = self.site.beds? * self.days();
                    Some((EstimateBasis::Beds, all(thousandths(days as f64 * taken))))
                })
            }
            "kg/visit" => self.did("visits").map(|visits| (EstimateBasis::Visits, visits)),
            "kg/meal" => self.did("meals").map(|meals| (EstimateBasis::Meals, meals)),
            "kg/seat/day" => {
                let seat_days = self.site.seats? * self.days() * 1000;
                Some((EstimateBasis::Seats, all(seat_days)))
            }
            unit if unit.starts_with("kg/t ") => {
                self.did("output").map(|tonnes| (EstimateBasis::Output, tonnes))
            }
            _ => None,
        }
    }
}

fn thousandths(value: f64) -> i64 {
    (value * 1000.0).round() as i64
}

/// Thousandths of a unit, at so many kilograms each, are grams.
fn grams(amount: i64, kg_each: f64) -> Grams {
    Grams((amount as f64 * kg_each).round() as i64)
}

/// What a site made of each code, as far as it can be told.
pub fn estimates(asked: &Asked<'_>, catalogue: &Catalogue) -> Vec<Estimate> {
    let business = asked.site.business.as_deref().unwrap_or_default();
    let kind = catalogue.organisation_kind(business);
    let ids = kind.map(|kind| &*kind.coefficient_ids).unwrap_or_default().split(';');
    let mut alike: BTreeMap<(&str, &str), Vec<&Coefficient>> = BTreeMap::new();
    for one in ids.filter_map(|id| catalogue.coefficient(id)) {
        let code = one.waste_code.as_deref().unwrap_or_default();
        alike.entry((code, &one.unit)).or_default().push(one);
    }
    let mut all = Vec::new();
    for ((code, unit), mut rows) in alike {
        let Some((basis, amount)) = asked.amount(unit, catalogue) else { continue };
        if let Some(own) = rows.iter().find(|row| is_of_grade(asked.site, row)) {
            rows = vec![own];
        }
        rows.sort_by(|one, other| one.default_value.total_cmp(&other.default_value));
        let middle = rows[(rows.len() - 1) / 2];
        let low = rows.iter().filter_map(|row| row.low).fold(middle.default_value, f64::min);
        let high = rows.iter().filter_map(|row| row.high).fold(middle.default_value, f64::max);
        for (code, share) in parts(code, catalogue) {
            let kg = |each: f64| Kg(grams(amount.whole, each * share));
            let mass = kg(middle.default_value);
            let view = EstimateView {
                site_id: asked.site.id.uuid(),
                division: asked.site.division.clone(),
                code: code.clone(),
                estimated_kg: mass,
                low_kg: kg(low),
                high_kg: kg(high),
                basis,
                amount: Quantity(amount.whole),
                assumed_amount: Quantity(amount.assumed),
                coefficient: middle.coef_id.to_string(),
                certainty: middle.certainty.to_string(),
            };
            all.push(Estimate { site_id: asked.site.id, code, mass: mass.0, view });
        }
    }
    all.retain(|one| one.mass > Grams::ZERO);
    all
}

/// Whether a coefficient is that of wards of the site's grade.
fn is_of_grade(site: &Site, row: &Coefficient) -> bool {
    let id = match site.grade {
        Some(HospitalGrade::Tertiary) => "GC01",
        Some(HospitalGrade::Secondary) => "GC02",
        Some(HospitalGrade::Primary) => "GC03",
        Some(HospitalGrade::Ungraded) | None => return false,
    };
    &*row.coef_id == id
}

/// The codes that a coefficient is for, each with its share.
fn parts(code: &str, catalogue: &Catalogue) -> Vec<(String, f64)> {
    if code == "HW01" {
        let part = |id: &&str| {
            let row = catalogue.coefficient(id)?;
            Some((row.waste_code.as_deref()?.to_owned(), row.default_value))
        };
        return SHARES.iter().filter_map(part).collect();
    }
    // Of several codes the first stands for them: how they divide is not known.
    let first = code.split(';').next().filter(|code| !code.is_empty());
    first.map(|code| (code.to_owned(), 1.0)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::registry::{SiteKind, Standing};
    use uuid::Uuid;

    fn site(business: &str, beds: Option<i64>, seats: Option<i64>) -> Site {
        let id = Uuid::from_bytes([1; 16]);
        Site {
            id: SiteId::of(id),
            organisation_id: crate::ids::OrganisationId::of(id),
            name: "x".into(),
            kind: SiteKind::Production,
            business: Some(business.into()),
            facility_kind: None,
            division: "01".into(),
            regiment: None,
            region_code: "659002".into(),
            park: None,
            location: None,
            beds,
            seats,
            grade: None,
            storage_capacity_g: None,
            status: Standing::Active,
            is_key_unit: false,
        }
    }

    /// Of every month.
    fn whole(value_milli: i64) -> Did {
        Did { value_milli, months: (1..=12).collect() }
    }

    fn told(site: &Site, today: &str, did: &[(&str, i64)]) -> Vec<(String, i64, EstimateBasis)> {
        let catalogue = Catalogue::load().unwrap();
        let activity: Activity = did
            .iter()
            .map(|(kind, value)| ((site.id, (*kind).to_owned()), whole(*value)))
            .collect();
        let today = today.parse().unwrap();
        let asked = Asked { site, year: 2026, today, activity: &activity };
        let all = estimates(&asked, &catalogue);
        all.into_iter().map(|one| (one.code, one.mass.0, one.view.basis)).collect()
    }

    #[test]
    fn a_hospital_is_estimated_by_what_it_did_or_else_by_its_beds() {
        let hospital = site("hospital", Some(100), None);
        // 1000 bed-days at 0.53 kg, 85 % of it infectious.
        let by_days = told(&hospital, "2026-06-30", &[("bed_days", 1_000_000)]);
        assert_eq!(by_days.len(), 5);
        assert_eq!(by_days[0], ("841-001-01".into(), 450_500, EstimateBasis::BedDays));
        let whole: i64 = by_days.iter().map(|one| one.1).sum();
        assert_eq!(whole, 530_000);
        // A tertiary one has 0.65 kg a bed-day.
        let graded = Site { grade: Some(HospitalGrade::Tertiary), ..hospital.clone() };
        let by_grade = told(&graded, "2026-06-30", &[("bed_days", 1_000_000)]);
        assert_eq!(by_grade.iter().map(|one| one.1).sum::<i64>(), 650_000);
        // 100 beds, 31 days, 75.19 % of them taken.
        let by_beds = told(&hospital, "2026-01-31", &[]);
        let whole: i64 = by_beds.iter().map(|one| one.1).sum();
        assert!((whole - (3100.0 * 0.7519 * 530.0) as i64).abs() < 5, "{whole}");
        assert_eq!(by_beds[0].2, EstimateBasis::Beds);
    }

    /// One month of bed-days is not the year's: the rest counts as it, and is marked.
    #[test]
    fn months_of_which_nothing_was_told_count_as_those_that_were() {
        let hospital = site("hospital", Some(100), None);
        let catalogue = Catalogue::load().unwrap();
        let amount = |today: &str, year: i32, months: &[u32]| {
            let did = Did { value_milli: 310_000, months: months.to_vec() };
            let activity = Activity::from([((hospital.id, "bed_days".to_owned()), did)]);
            let today = today.parse().unwrap();
            let asked = Asked { site: &hospital, year, today, activity: &activity };
            let all = estimates(&asked, &catalogue);
            assert_eq!(all[0].view.basis, EstimateBasis::BedDays);
            (all[0].view.amount.0, all[0].view.assumed_amount.0)
        };
        // Ten a day in January: in a year 3650, of which 310 were told.
        assert_eq!(amount("2027-02-01", 2026, &[1]), (3_650_000, 3_340_000));
        assert_eq!(amount("2026-03-01", 2026, &[1]), (600_000, 290_000));
        // Until today, also of the month that is told.
        assert_eq!(amount("2026-01-20", 2026, &[1]), (310_000, 0));
        let whole: Vec<u32> = (1..=12).collect();
        assert_eq!(amount("2027-02-01", 2026, &whole), (310_000, 0));
        assert_eq!(amount("2026-06-30", 2026, &[6]), (310_000 + 1_560_333, 1_560_333));
    }

    #[test]
    fn kitchens_go_by_meals_and_seats_and_works_by_tonnes() {
        let canteen = told(&site("canteen", None, None), "2026-12-31", &[("meals", 10_000_000)]);
        assert_eq!(canteen, [("CY-01".into(), 1_200_000, EstimateBasis::Meals)]);
        let restaurant = told(&site("restaurant", None, Some(40)), "2026-01-10", &[]);
        assert_eq!(restaurant, [("CY-01".into(), 200_000, EstimateBasis::Seats)]);
        let smelter = site("aluminium_smelter", None, None);
        let smelter = told(&smelter, "2026-12-31", &[("output", 1_000_000)]);
        let codes: Vec<&str> = smelter.iter().map(|one| one.0.as_str()).collect();
        assert_eq!(codes, ["321-023-48", "321-024-48", "321-025-48"]);
        assert_eq!(smelter[0].1, 20_000_000);
    }

    #[test]
    fn of_what_nothing_is_known_nothing_is_told() {
        assert_eq!(told(&site("hospital", None, None), "2026-12-31", &[]), []);
        assert_eq!(told(&site("cement_kiln", None, None), "2026-12-31", &[]), []);
        assert_eq!(told(&site("nothing", Some(10), Some(10)), "2026-12-31", &[]), []);
    }
}

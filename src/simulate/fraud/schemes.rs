//! The schemes of a world: who does what, from when to when, how subtly; and what they say where an
//! honest plan asks.

use chrono::Datelike;

use super::table::{Deed, FRAUDS, Fraud};
use crate::simulate::chance::Chance;
use crate::simulate::honest::date;
use crate::simulate::label::Planned;
use crate::simulate::load::PaperKind;
use crate::simulate::waste::{DRUGS, INFECTIOUS, SHARPS};
use crate::simulate::world::{DAY, Flow, Sec, World, takes};

/// A scheme.
#[derive(Clone, Debug)]
pub struct Scheme {
    pub deed: Deed,
    pub party: usize,
    /// First and last day.
    pub days: (i64, i64),
    /// 0: blatant; 1: as subtle as it can be and still do harm.
    pub subtlety: f64,
    pub label: Planned,
    seed: u64,
}

impl Scheme {
    pub const fn is_on(&self, day: i64) -> bool {
        self.days.0 <= day && day <= self.days.1
    }

    pub fn chance(&self, about: u64) -> Chance {
        Chance::of(&[self.seed, about])
    }

    /// From what is blatant to what is subtle.
    pub fn scale(&self, blatant: f64, subtle: f64) -> f64 {
        blatant + (subtle - blatant) * self.subtlety
    }

    pub fn notes(&mut self, day: i64) {
        self.label.note(day * DAY, (day + 1) * DAY);
    }
}

/// All schemes of a world.
#[derive(Clone, Debug, Default)]
pub struct Frauds {
    pub schemes: Vec<Scheme>,
}

impl Frauds {
    /// Draws schemes: of each kind so many that `rate` of those who could commit it do, one at
    /// least. A party that has a scheme already gets another only where nobody else is left.
    pub fn draw(world: &World, rate: f64, subtlety: f64) -> Self {
        let mut all = Self::default();
        if rate <= 0.0 {
            return all;
        }
        for (n, fraud) in FRAUDS.iter().enumerate() {
            let mut chance = Chance::of(&[world.seed, 50, n as u64]);
            let mut able = fraud.on.among(world);
            able.retain(|one| world.parties[*one].born == world.first);
            let wanted = (able.len() as f64 * rate).round().max(1.0) as usize;
            for _ in 0..wanted.min(able.len()) {
                let Some(scheme) = all.scheme(world, (n, fraud), &able, subtlety, &mut chance)
                else {
                    break;
                };
                able.retain(|one| *one != scheme.party);
                all.schemes.push(scheme);
            }
        }
        all
    }

    /// One of each of these deeds, where somebody could commit it.
    pub fn of(world: &World, deeds: &[Deed], subtlety: f64) -> Self {
        let mut all = Self::default();
        let wanted = FRAUDS.iter().enumerate().filter(|(_, fraud)| deeds.contains(&fraud.deed));
        for (n, fraud) in wanted {
            let mut chance = Chance::of(&[world.seed, 50, n as u64]);
            let able = fraud.on.among(world);
            all.schemes.extend(all.scheme(world, (n, fraud), &able, subtlety, &mut chance));
        }
        all
    }

    fn scheme(
        &self,
        world: &World,
        (n, fraud): (usize, &Fraud),
        able: &[usize],
        subtlety: f64,
        chance: &mut Chance,
    ) -> Option<Scheme> {
        let fewest = able.iter().map(|one| self.count(*one)).min()?;
        let idle: Vec<usize> =
            able.iter().copied().filter(|one| self.count(*one) == fewest).collect();
        let party = *chance.pick(&idle)?;
        let (shortest, longest) = fraud.days;
        let whole = shortest >= 365;
        let length = chance.whole(shortest, longest).min(world.length() - 12).max(1);
        let latest = (world.length() - length - 4).max(8);
        let earliest = fraud.deed.earliest().min(latest);
        let from = world.first + if whole { 0 } else { chance.whole(earliest, latest) };
        // An account is young once only.
        let newcomer =
            world.parties.iter().find(|one| one.born > world.first).map(|one| one.born + 1);
        let from = if fraud.deed == Deed::Burst { newcomer.unwrap_or(from) } else { from };
        let label = Planned {
            fraud: fraud.name,
            family: fraud.family,
            rules: fraud.rules.to_vec(),
            parties: vec![party],
            ..Planned::default()
        };
        let subtlety = (subtlety + 0.15 * chance.normal()).clamp(0.0, 1.0);
        Some(Scheme {
            deed: fraud.deed,
            party,
            days: (from, if whole { world.days } else { from + length }),
            subtlety,
            label: Planned { subtlety: (subtlety * 100.0).round() / 100.0, ..label },
            seed: super::super::chance::mixed(&[world.seed, n as u64, party as u64]),
        })
    }

    fn count(&self, party: usize) -> usize {
        self.schemes.iter().filter(|one| one.party == party).count()
    }

    pub fn on(&mut self, party: usize, day: i64) -> impl Iterator<Item = &mut Scheme> {
        self.schemes.iter_mut().filter(move |one| one.party == party && one.is_on(day))
    }

    /// How much of what was made is told.
    pub fn produced(&mut self, party: usize, day: i64, made: f64) -> f64 {
        let mut told = made;
        for scheme in self.on(party, day) {
            let factor = match scheme.deed {
                Deed::NoFiling => 0.0,
                Deed::UnderBeds => scheme.scale(0.2, 0.55),
                Deed::UnderOutput => scheme.scale(0.08, 0.28),
                Deed::SuddenDrop => scheme.scale(0.05, 0.4),
                Deed::KitchenUnder => scheme.scale(0.12, 0.36),
                Deed::Swelling => scheme.scale(4.5, 2.6),
                _ => continue,
            };
            told *= factor;
            scheme.notes(day);
        }
        told
    }

    /// How much of a kitchen's grease is handed over.
    pub fn grease(&mut self, party: usize, day: i64, made: f64) -> f64 {
        let mut told = made;
        for scheme in self.on(party, day).filter(|one| one.deed == Deed::GreaseSold) {
            told *= scheme.scale(0.0, 0.13);
            scheme.notes(day);
        }
        told
    }

    /// All goes into one bag where nobody sorts.
    pub fn sorted(&mut self, party: usize, day: i64, (waste, share): (usize, f64)) -> (usize, f64) {
        let mut unsorted = self.on(party, day).filter(|one| one.deed == Deed::Unsorted);
        if let Some(scheme) = unsorted.next() {
            scheme.notes(day);
            return match waste {
                INFECTIOUS => (INFECTIOUS, scheme.scale(0.999, 0.985)),
                SHARPS => (SHARPS, scheme.scale(0.000_5, 0.013)),
                DRUGS => (DRUGS, 0.000_5),
                other => (other, 0.000_3),
            };
        }
        (waste, share)
    }

    /// Nothing is picked up.
    pub fn holds_back(&mut self, party: usize, day: i64) -> bool {
        let mut holds = false;
        for scheme in self.on(party, day) {
            // The first days of every so many.
            let every = |gap: f64| {
                let gap = gap.round() as i64;
                (day - scheme.days.0) % (gap + 2) < gap
            };
            let now = match scheme.deed {
                Deed::NoFiling | Deed::PileUp | Deed::LedgerGap => true,
                Deed::LatePickup => every(scheme.scale(5.0, 2.0)),
                Deed::KitchenGaps => every(scheme.scale(4.0, 1.0)),
                _ => continue,
            };
            if now {
                scheme.notes(day);
                holds = true;
            }
        }
        holds
    }

    pub fn keeps_no_ledger(&mut self, party: usize, day: i64) -> bool {
        let mut none = false;
        for scheme in self.on(party, day).filter(|one| one.deed == Deed::LedgerGap) {
            none = scheme.days.1 > day;
            scheme.notes(day);
        }
        none
    }

    /// Where a load of a waste goes, where a scheme says so.
    pub fn receiver(
        &mut self,
        world: &World,
        party: usize,
        waste: usize,
        day: i64,
    ) -> Option<usize> {
        let division = world.parties[party].division;
        let concentrating = self.schemes.iter_mut().find(|one| {
            one.deed == Deed::Concentration
                && one.is_on(day)
                && world.parties[one.party].division == division
        })?;
        let to = steered(world, division, waste)?;
        let mut chance = concentrating.chance((party as u64) << 20 | day as u64);
        chance.happens(concentrating.scale(1.0, 0.9)).then_some(to)
    }

    /// When a paper is filed, if ever.
    pub fn paper(&mut self, party: usize, kind: PaperKind, at: Sec) -> Option<Sec> {
        let day = at / DAY;
        for scheme in self.schemes.iter_mut().filter(|one| one.party == party) {
            let (late, end) = (scheme.scale(200.0, 12.0), scheme.days.1);
            match (scheme.deed, kind) {
                (Deed::NoPlan, PaperKind::ManagementPlan) => {
                    scheme.label.note(89 * DAY, (89 + late as i64).min(end) * DAY);
                    return Some(89 * DAY + (late * DAY as f64) as Sec);
                }
                (Deed::InsuranceLapsed, PaperKind::Insurance) => {
                    scheme.label.note((day - 31) * DAY, (day + late as i64) * DAY);
                    // Early papers are early by up to two months: this one comes late in spite.
                    return (scheme.subtlety > 0.5).then_some(at + (late + 64.0) as Sec * DAY);
                }
                (Deed::NoEmergencyPlan, PaperKind::EmergencyPlan) => {
                    scheme.label.note(0, (end / 2) * DAY);
                    return (scheme.subtlety > 0.5).then_some(at + 60 * DAY);
                }
                (Deed::LateReport, PaperKind::Report) if scheme.is_on(day) => {
                    let due = day + 15 - i64::from(date(day).day());
                    let late = scheme.scale(45.0, 4.0) as i64;
                    scheme.label.note(due * DAY, (day + late + 15) * DAY);
                    return (scheme.subtlety > 0.15).then_some(at + (late + 12) * DAY);
                }
                _ => {}
            }
        }
        Some(at)
    }

    /// A waste is left out of the plan.
    pub fn plans_without(&mut self, party: usize) -> bool {
        self.schemes.iter().any(|one| one.party == party && one.deed == Deed::OutsidePlan)
    }

    pub fn into_labels(self) -> Vec<Planned> {
        self.schemes.into_iter().map(|scheme| scheme.label).collect()
    }
}

/// The one plant of its kind that all of a division's waste is steered to: each of its works may
/// send there, hardly any usually does, and of such the largest, which has room for it.
pub fn steered(world: &World, division: usize, waste: usize) -> Option<usize> {
    let works = world.parties.iter();
    let works = works.filter(|one| one.division == division && one.kind.is_works());
    let flows: Vec<&Flow> =
        works.flat_map(|one| &one.flows).filter(|flow| takes(flow.waste) == takes(waste)).collect();
    let open_to_all = flows.first()?.to.iter().copied();
    let open_to_all = open_to_all.filter(|one| flows.iter().all(|flow| flow.to.contains(one)));
    let usual = |one: usize| -> f64 {
        let first = flows.iter().filter(|flow| flow.to.first() == Some(&one));
        first.map(|flow| flow.daily_g).sum()
    };
    let size = |one: usize| world.parties[one].rated_daily_g;
    open_to_all.min_by(|a, b| usual(*a).total_cmp(&usual(*b)).then_with(|| size(*b).cmp(&size(*a))))
}

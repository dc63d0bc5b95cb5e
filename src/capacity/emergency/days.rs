//! Day by day: where medical waste goes in an emergency. Pure.
//!
//! Waste is made on a day, collected within so many, and treated within so many more. That is a
//! matching problem: a source for each institution, with a code for each day that it makes waste
//! on; a facility for each plant and day, whose line takes the codes of the days that are not too
//! long ago. Plants of the co-disposal list count as further away than any other, by priority: what
//! leaves least untreated is chosen first, then what uses the list least and in its order, then the
//! shortest way. What no plant could take in time is matched once more, with what is left of later
//! days.

use std::collections::BTreeMap;

use crate::capacity::plan::{
    Facility, FacilityLine, Matching, Place, Plan, Produced, Source, Stopped, solve,
};

/// Further than any two places on earth are apart: one priority outweighs any way.
const PRIORITY_KM: f64 = 100_000.0;

/// And one day outweighs any priority.
const DAY_KM: f64 = 1000.0 * PRIORITY_KM;

/// A place that makes medical waste.
#[derive(Clone, Debug)]
pub struct Institution {
    pub division: String,
    pub place: Place,
    /// Grams of each day of the emergency.
    pub daily_g: i64,
    /// Grams that lay there when it began.
    pub waiting_g: i64,
}

/// A place that treats it.
#[derive(Clone, Debug)]
pub struct Plant {
    pub place: Place,
    /// 0 for a medical plant, else its priority on the co-disposal list.
    pub priority: i64,
    pub daily_g: i64,
    /// The first day that it can, from 0.
    pub first_day: usize,
}

/// What the days are planned by.
#[derive(Clone, Debug)]
pub struct Emergency {
    pub days: usize,
    /// Days after the day it was made on by which waste has to be collected.
    pub collected_within: usize,
    /// Days after its collection by which it has to be treated.
    pub treated_within: usize,
    pub institutions: Vec<Institution>,
    pub plants: Vec<Plant>,
}

/// Mass of a division that a plant treats on a day.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Treated {
    pub day: usize,
    pub division: String,
    pub plant: usize,
    /// Its time was over.
    pub is_late: bool,
    pub grams: i64,
}

/// Mass of a division that could not be treated in time.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Broken {
    /// The day on which it lies longer than it may, from 0.
    pub day: usize,
    pub division: String,
    pub grams: i64,
}

/// The whole course.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Course {
    /// Grams made on each day; what waited is in none of them.
    pub made_g: Vec<i64>,
    /// In the order of days, divisions and plants.
    pub treated: Vec<Treated>,
    pub broken: Vec<Broken>,
    /// Grams that nobody ever treats, by division.
    pub untreated: BTreeMap<String, i64>,
}

/// Of each institution and day, from the day before the first (0), what is not treated yet.
type Left = BTreeMap<(usize, usize), i64>;

impl Emergency {
    /// Days on which waste is treated: what is made on the last day has its time as well.
    pub const fn last_day(&self) -> usize {
        self.days + self.collected_within + self.treated_within
    }

    /// The course of it. `keep_on` as the solver asks it.
    pub fn course(&self, keep_on: &dyn Fn() -> bool) -> Result<Course, Stopped> {
        let mut left = self.made();
        let mut room: Vec<Vec<i64>> = self.plants.iter().map(|plant| self.room(plant)).collect();
        let within = self.collected_within + self.treated_within;
        let mut course = Course { made_g: self.made_by_day(), ..Course::default() };
        let mut sums: BTreeMap<(usize, &str, usize, bool), i64> = BTreeMap::new();
        for is_late in [false, true] {
            // Day 0 of what is made is the day before day 0 of what is treated.
            let takes =
                |made: usize, day: usize| day + 1 >= made && (is_late || day < made + within);
            // What is late is treated as soon as anybody can.
            let day_km = if is_late { DAY_KM } else { 0.0 };
            let problem = self.problem(&left, &room, (&takes, day_km));
            let plan = solve(&problem, false, keep_on)?;
            self.note(&plan, (&mut left, &mut room), |at, division, plant, grams| {
                *sums.entry((at, division, plant, is_late)).or_default() += grams;
            });
            if !is_late {
                course.broken = self.broken(&left);
            }
        }
        let treated =
            |((day, division, plant, is_late), grams): ((usize, &str, usize, bool), i64)| Treated {
                day,
                division: division.to_owned(),
                plant,
                is_late,
                grams,
            };
        course.treated = sums.into_iter().map(treated).collect();
        for ((institution, _), grams) in left {
            let division = self.institutions[institution].division.clone();
            *course.untreated.entry(division).or_default() += grams;
        }
        Ok(course)
    }

    fn made(&self) -> Left {
        let mut made = Left::new();
        for (n, one) in self.institutions.iter().enumerate() {
            made.insert((n, 0), one.waiting_g);
            made.extend((1..=self.days).map(|day| ((n, day), one.daily_g)));
        }
        made.retain(|_, grams| *grams > 0);
        made
    }

    fn made_by_day(&self) -> Vec<i64> {
        let daily = self.institutions.iter().map(|one| one.daily_g).sum();
        vec![daily; self.days]
    }

    fn room(&self, plant: &Plant) -> Vec<i64> {
        let on = |day: usize| if day < plant.first_day { 0 } else { plant.daily_g };
        (0..self.last_day()).map(on).collect()
    }

    fn problem(
        &self,
        left: &Left,
        room: &[Vec<i64>],
        (takes, day_km): (&dyn Fn(usize, usize) -> bool, f64),
    ) -> Matching {
        let mut sources: Vec<Source> = self
            .institutions
            .iter()
            .map(|one| Source { id: String::new(), place: one.place, produced: Vec::new() })
            .collect();
        for ((institution, made), grams) in left {
            let produced = Produced { code: made.to_string(), grams: *grams };
            sources[*institution].produced.push(produced);
        }
        let mut facilities = Vec::new();
        for (plant, room) in self.plants.iter().zip(room) {
            for (day, grams) in room.iter().enumerate() {
                let codes = (0..=self.days).filter(|made| takes(*made, day));
                let codes = codes.map(|made| made.to_string()).collect();
                facilities.push(Facility {
                    id: String::new(),
                    place: plant.place,
                    further_km: plant.priority as f64 * PRIORITY_KM + day as f64 * day_km,
                    annual_limit_g: None,
                    lines: vec![FacilityLine { line: 1, codes, annual_g: *grams }],
                });
            }
        }
        Matching { sources, facilities }
    }

    /// Takes what a plan treats out of what is left, and tells each part: day, division, plant,
    /// grams.
    fn note<'e>(
        &'e self,
        plan: &Plan<'_>,
        (left, room): (&mut Left, &mut [Vec<i64>]),
        mut tell: impl FnMut(usize, &'e str, usize, i64),
    ) {
        for flow in &plan.flows {
            let made: usize = flow.code.parse().unwrap_or(0);
            let (plant, day) = (flow.facility / self.last_day(), flow.facility % self.last_day());
            if let Some(grams) = left.get_mut(&(flow.source, made)) {
                *grams -= flow.grams;
            }
            room[plant][day] -= flow.grams;
            tell(day, &self.institutions[flow.source].division, plant, flow.grams);
        }
        left.retain(|_, grams| *grams > 0);
    }

    fn broken(&self, left: &Left) -> Vec<Broken> {
        let mut sums: BTreeMap<(usize, &str), i64> = BTreeMap::new();
        for ((institution, made), grams) in left {
            // Made on day `made - 1`, and collected in time on the days after it.
            let day = made + self.collected_within;
            let division = &self.institutions[*institution].division;
            *sums.entry((day, division)).or_default() += grams;
        }
        let broken = |((day, division), grams): ((usize, &str), i64)| Broken {
            day,
            division: division.to_owned(),
            grams,
        };
        sums.into_iter().map(broken).collect()
    }
}

#[cfg(test)]
mod tests;

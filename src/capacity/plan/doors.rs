//! Which facilities each class of codes can go to, by which lines, and what these charge.

use std::ops::Range;

use super::costs::{CLOSED, Costs};
use super::lots::Lots;
use super::tree::Tree;

/// The lots of a class are asked in at most so many sets, so that prices are fresh...
const SETS_MAX: usize = 4;
/// ... of so many lots or more each, as reading the prices takes as long as asking a few.
const SET_LOTS_MIN: usize = 32;

/// A facility with open lines for a class.
#[derive(Clone, Debug)]
struct Door {
    facility: usize,
    /// Its lines for the class, among those of all classes.
    lines: Range<usize>,
    /// The lowest price of these when each set of the class was last asked, in coarse units.
    asked: [i32; SETS_MAX],
}

#[derive(Debug)]
pub struct Doors {
    /// The lots and the doors of each class.
    classes: Vec<(Range<usize>, Range<usize>)>,
    /// The classes that have lots, and in how many sets these are asked.
    asked: Vec<usize>,
    sets: usize,
    all: Vec<Door>,
    /// The open lines of each class, facility by facility: facility and node.
    lines: Vec<(usize, usize)>,
    /// The class that is asked at present: for each facility its lines, their lowest price, and
    /// that in coarse units, filled up to the width of the coarse costs.
    at: Vec<Range<usize>>,
    price: Vec<i64>,
    prices: Vec<i32>,
}

impl Doors {
    pub fn of(lots: &Lots, width: usize) -> Self {
        let facilities = lots.facility_limits.len();
        let mut classes = vec![(0..0, 0..0); lots.classes.len()];
        for (number, lot) in lots.each.iter().enumerate() {
            let members = &mut classes[lot.class].0;
            members.start = if members.end == 0 { number } else { members.start };
            members.end = number + 1;
        }
        let has_lots = |class: &usize| !classes[*class].0.is_empty();
        let asked: Vec<usize> = (0..classes.len()).filter(has_lots).collect();
        let (mut doors, mut open): (Vec<Door>, Vec<_>) = (Vec::new(), Vec::new());
        for class in &asked {
            let first = doors.len();
            for line in lots.classes[*class].iter().filter(|line| lots.lines[**line].is_open) {
                let facility = lots.lines[*line].facility;
                open.push((facility, 1 + facilities + line));
                let all = open.len();
                match doors[first..].last_mut().filter(|door| door.facility == facility) {
                    Some(door) => door.lines.end = all,
                    None => doors.push(Door {
                        facility,
                        lines: all - 1..all,
                        asked: [CLOSED; SETS_MAX],
                    }),
                }
            }
            classes[*class].1 = first..doors.len();
        }
        let (at, price) = (vec![0..0; facilities], vec![i64::MAX; facilities]);
        let sets = lots.each.len() / asked.len().max(1) / SET_LOTS_MIN;
        let sets = sets.clamp(1, SETS_MAX);
        Self {
            classes,
            asked,
            sets,
            all: doors,
            lines: open,
            at,
            price,
            prices: vec![CLOSED; width],
        }
    }

    /// How many sets of lots there are: first one of each class, then another.
    pub const fn sets(&self) -> usize {
        self.asked.len() * self.sets
    }

    /// The lots of a set: every so manieth of its class, so that each set is of all places.
    pub fn members(&self, set: usize) -> impl Iterator<Item = usize> + use<> {
        let (class, first) = self.which(set);
        self.classes[class].0.clone().skip(first).step_by(self.sets)
    }

    /// The class of a set, and which of its sets it is.
    fn which(&self, set: usize) -> (usize, usize) {
        (self.asked[set % self.asked.len()], set / self.asked.len())
    }

    /// The open lines of a class: facility and node.
    pub fn lines(&self, class: usize) -> &[(usize, usize)] {
        let doors = &self.all[self.classes[class].1.clone()];
        let from = doors.first().map_or(0, |door| door.lines.start);
        &self.lines[from..doors.last().map_or(0, |door| door.lines.end)]
    }

    /// Reads the prices of a set's class. Answers with the most that any has dropped since the set
    /// was last asked, in coarse units: 0 if none has.
    pub fn open(&mut self, set: usize, tree: &Tree, costs: &Costs) -> i32 {
        let (class, number) = self.which(set);
        self.at.fill(0..0);
        self.prices.fill(CLOSED);
        let mut drop = 0;
        for door in &mut self.all[self.classes[class].1.clone()] {
            let lines = self.lines[door.lines.clone()].iter();
            let price = lines.map(|(_, node)| tree.price(*node)).fold(i64::MAX, i64::min);
            let coarse = costs.floor(price);
            drop = drop.max(door.asked[number] - coarse);
            door.asked[number] = coarse;
            self.at[door.facility] = door.lines.clone();
            self.price[door.facility] = price;
            self.prices[door.facility] = coarse;
        }
        drop
    }

    /// The lowest price of each facility for the class that is asked, in coarse units.
    pub fn prices(&self) -> &[i32] {
        &self.prices
    }

    /// The same of one that takes it, exactly.
    pub fn price(&self, facility: usize) -> i64 {
        self.price[facility]
    }

    /// The open lines of a facility for the class that is asked.
    pub fn lines_at(&self, facility: usize) -> &[(usize, usize)] {
        &self.lines[self.at[facility].clone()]
    }
}

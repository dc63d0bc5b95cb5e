//! A load on its way: the vehicles that it rides on, and what each of them has.

use super::model::{Item, Manifest};
use super::stage::VEHICLES;

impl Manifest {
    /// Shipped and not lost.
    pub fn on_the_way(&self) -> i64 {
        self.items.iter().map(|item: &Item| item.shipped - item.lost).sum()
    }

    /// All of it is on the vehicle that the carrier's leg has.
    pub fn board(&mut self) {
        self.aboard = vec![(self.riding * VEHICLES, self.on_the_way())];
    }

    /// It is there: with whoever had it, or with another that says so.
    pub fn brought(&mut self, by: Option<usize>) {
        if self.aboard.is_empty() || by.is_some_and(|by| by != self.riding) {
            self.riding = by.unwrap_or(self.riding);
            self.board();
        }
    }

    /// What a vehicle has; of none that is named, the first.
    pub fn mass_on(&self, vehicle: Option<usize>) -> Option<i64> {
        let mut all = self.aboard.iter();
        all.find(|(one, _)| vehicle.is_none_or(|vehicle| *one == vehicle)).map(|(_, mass)| *mass)
    }

    pub fn lose(&mut self, line: usize, mass: i64, vehicle: Option<usize>) {
        self.items[line].lost += mass;
        let mut all = self.aboard.iter_mut();
        if let Some(one) = all.find(|(one, _)| vehicle.is_none_or(|vehicle| *one == vehicle)) {
            one.1 -= mass;
        }
    }

    /// All but `remaining` goes from one vehicle to another. Who takes all of the first's is first.
    pub fn transship(&mut self, from: usize, to: usize, remaining: i64) {
        let place = self.aboard.iter().position(|(one, _)| *one == from).unwrap();
        let moved = self.aboard[place].1 - remaining;
        self.aboard[place].1 = remaining;
        match self.aboard.iter().position(|(one, _)| *one == to) {
            Some(at) => self.aboard[at].1 += moved,
            None => self.aboard.push((to, moved)),
        }
        if remaining == 0 {
            self.aboard.remove(place);
            if place == 0 {
                let at = self.aboard.iter().position(|(one, _)| *one == to).unwrap();
                let first = self.aboard.remove(at);
                self.aboard.insert(0, first);
            }
        }
    }

    /// The masses aboard once the load as a whole is another: the first has more or less, and where
    /// it has too little for that, the newest of the others.
    pub fn reload(&mut self) {
        let total = self.on_the_way();
        let mut more = total - self.aboard.iter().map(|(_, mass)| mass).sum::<i64>();
        let count = self.aboard.len();
        for n in [0].into_iter().chain((1..count).rev()).take(count) {
            let mass = &mut self.aboard[n].1;
            let after = (*mass + more).max(0);
            more -= after - *mass;
            *mass = after;
        }
    }
}

//! The ways that loads of a pair of sites have taken: how far to the left and to the right of the
//! straight line they were, a stretch at a time. Nobody tells the road; trips that came by it do.

use serde::{Deserialize, Serialize};

use crate::registry::Place;

/// Stretches of a way.
const STRETCHES: usize = 16;
/// Whole trips before a corridor says anything, and those that were seen in a stretch of it.
const TRIPS_LEAST: u32 = 8;
const SEEN_LEAST: u32 = 5;
/// Below so many kilometres from end to end a way is streets, and every errand a stretch of it.
const SHORTEST_KM: f64 = 10.0;
/// Kilometres of a degree on a sphere of 6371.0088 km.
const DEGREE_KM: f64 = 111.195;

/// Metres to the left of the line, below zero to its right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Side {
    least: i64,
    most: i64,
}

impl Side {
    const fn with(self, other: Self) -> Self {
        let least = if other.least < self.least { other.least } else { self.least };
        let most = if other.most > self.most { other.most } else { self.most };
        Self { least, most }
    }
}

/// Where one trip was, by stretches.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Trace {
    sides: Vec<(usize, Side)>,
}

/// Where all trips were.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Corridor {
    pub trips: u32,
    stretches: Vec<Option<(Side, u32)>>,
}

/// The stretch that a place lies beside, and how many metres to the left of the line; none on a way
/// that is too short, and beyond its ends.
fn beside(from: Place, to: Place, place: Place) -> Option<(usize, i64)> {
    let middle = f64::midpoint(from.lat_e6 as f64, to.lat_e6 as f64) / 1e6;
    let narrow = middle.to_radians().cos();
    let flat = |one: Place| {
        let lon = (one.lon_e6 - from.lon_e6) as f64 / 1e6 * narrow * DEGREE_KM;
        (lon, (one.lat_e6 - from.lat_e6) as f64 / 1e6 * DEGREE_KM)
    };
    let ((x, y), (px, py)) = (flat(to), flat(place));
    let length = x.hypot(y);
    if length < SHORTEST_KM {
        return None;
    }
    let along = (px * x + py * y) / length / length;
    let left = (x * py - y * px) / length;
    let stretch = (along * STRETCHES as f64).floor();
    let is_there = (0.0..STRETCHES as f64).contains(&stretch);
    is_there.then_some((stretch as usize, (left * 1e3) as i64))
}

impl Trace {
    pub fn see(&mut self, (from, to): (Place, Place), place: Place) {
        let Some((stretch, left)) = beside(from, to, place) else { return };
        let here = Side { least: left, most: left };
        match self.sides.iter_mut().find(|(one, _)| *one == stretch) {
            Some((_, side)) => *side = side.with(here),
            None => self.sides.push((stretch, here)),
        }
    }
}

impl Corridor {
    /// One more trip that came by no way of its own.
    pub fn learn(&mut self, trace: &Trace) {
        if trace.sides.is_empty() {
            return;
        }
        self.trips += 1;
        self.stretches.resize(STRETCHES, None);
        for (stretch, side) in &trace.sides {
            let Some(known) = self.stretches.get_mut(*stretch) else { continue };
            *known = Some(known.map_or((*side, 1), |(all, n)| (all.with(*side), n + 1)));
        }
    }

    /// Kilometres that a place lies outside, zero within; none where too few have come by. A few
    /// trips do not show how wide a corridor is: to each side half as much again belongs to it.
    pub fn outside(&self, (from, to): (Place, Place), place: Place) -> Option<f64> {
        let (stretch, left) = beside(from, to, place)?;
        let (side, seen) = (*self.stretches.get(stretch)?)?;
        if self.trips < TRIPS_LEAST || seen < SEEN_LEAST {
            return None;
        }
        let more = (side.most - side.least) / 2;
        let metres = (side.least - left).max(left - side.most) - more;
        Some(metres.max(0) as f64 / 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FROM: Place = Place { lon_e6: 86_000_000, lat_e6: 44_000_000 };
    const TO: Place = Place { lon_e6: 87_500_000, lat_e6: 44_000_000 };

    fn at(lon: f64, lat: f64) -> Place {
        Place { lon_e6: (lon * 1e6) as i64, lat_e6: (lat * 1e6) as i64 }
    }

    fn trip(bulge: f64) -> Trace {
        let mut trace = Trace::default();
        for n in 0..=60 {
            let share = f64::from(n) / 60.0;
            let lat = 44.0 + bulge * (share * std::f64::consts::PI).sin();
            trace.see((FROM, TO), at(86.0 + 1.5 * share, lat));
        }
        trace
    }

    #[test]
    fn a_road_that_bends_is_learnt_and_what_lies_beside_it_is_told() {
        let mut corridor = Corridor::default();
        let outside = |corridor: &Corridor, lon, lat| corridor.outside((FROM, TO), at(lon, lat));
        for n in 0..8 {
            assert_eq!(outside(&corridor, 86.75, 44.1), None, "{n} trips say nothing");
            corridor.learn(&trip(0.1 + 0.001 * f64::from(n)));
        }
        assert_eq!(outside(&corridor, 86.75, 44.103), Some(0.0));
        let south = outside(&corridor, 86.75, 44.0).unwrap();
        assert!((10.0..12.0).contains(&south), "the straight line is no road here: {south}");
        let north = outside(&corridor, 86.75, 44.2).unwrap();
        assert!((9.0..11.0).contains(&north), "{north}");
        assert_eq!(outside(&corridor, 85.0, 44.0), None, "behind where it began");
    }

    #[test]
    fn streets_of_one_town_are_no_corridor() {
        let mut corridor = Corridor::default();
        let near = at(86.03, 44.0);
        let mut trace = Trace::default();
        trace.see((FROM, near), at(86.01, 44.0));
        for _ in 0..20 {
            corridor.learn(&trace);
        }
        assert_eq!((corridor.trips, corridor.outside((FROM, near), at(86.01, 44.1))), (0, None));
    }
}

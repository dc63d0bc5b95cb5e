//! What devices tell: where a truck with hazardous or kitchen waste is, how warm the store of a
//! medical plant is, how hot an incinerator burns.
//!
//! A truck tells its place every few minutes on the way; whoever drives for four hours rests for
//! twenty minutes, as the law of the road has it. Places are right to some tens of metres.

use super::Planner;
use crate::simulate::chance::{Chance, mixed};
use crate::simulate::label::Planned;
use crate::simulate::load::{Course, Device, Load, Round, Spot, Told, Way};
use crate::simulate::world::{DAY, HOUR, MINUTE, Sec};

/// Between two places that are told.
const EVERY: Sec = 4 * MINUTE;
/// Kilometres of a degree of latitude.
const DEGREE_KM: f64 = 111.2;

type Point = (f64, f64);

/// A point between two, and so many kilometres aside of the line.
fn between(from: Point, to: Point, (part, aside_km): (f64, f64)) -> Point {
    let squeeze = from.1.to_radians().cos();
    let (east, north) = ((to.0 - from.0) * squeeze, to.1 - from.1);
    let length = (east * east + north * north).sqrt().max(1e-6);
    let aside = aside_km / DEGREE_KM;
    let lon = from.0 + (to.0 - from.0) * part - aside * north / length / squeeze;
    (lon, from.1 + (to.1 - from.1) * part + aside * east / length)
}

fn kilometres(from: Point, to: Point) -> f64 {
    let squeeze = from.1.to_radians().cos();
    ((to.0 - from.0) * squeeze).hypot(to.1 - from.1) * DEGREE_KM
}

fn told(at: Sec, (lon, lat): Point) -> Spot {
    let millionths = |degrees: f64| (degrees * 1e6).round() as i64;
    Spot { at, place: Some((millionths(lon), millionths(lat))), ..Spot::default() }
}

/// Seconds of driving by that time after the departure.
fn driven(way: &Way, after: Sec) -> Sec {
    let stood = way.stands.iter().map(|(from, length)| (after - from).clamp(0, *length));
    after - stood.sum::<Sec>()
}

impl Planner<'_> {
    pub fn point(&self, party: usize) -> Point {
        (self.world.parties[party].lon, self.world.parties[party].lat)
    }

    /// A place on the way of a load at which nobody has a site.
    pub fn lonely(&self, (from, to): (usize, usize), part: f64) -> Option<Point> {
        let place = between(self.point(from), self.point(to), (part, 0.0));
        let is_near = |n: usize| kilometres(self.point(n), place) < 2.5;
        (!(0..self.world.parties.len()).any(is_near)).then_some(place)
    }

    /// A place so far aside that the way over it is that many kilometres long, as the crow flies.
    pub fn aside(&self, (from, to): (usize, usize), through_km: f64) -> Point {
        let (from, to) = (self.point(from), self.point(to));
        let direct = kilometres(from, to);
        let aside = (through_km * through_km - direct * direct).max(0.0).sqrt() / 2.0;
        between(from, to, (0.5, aside))
    }

    pub fn crow_km(&self, from: usize, to: usize) -> f64 {
        kilometres(self.point(from), self.point(to))
    }

    /// What the device of a truck with hazardous waste tells of its way, and when.
    pub fn way_told(&mut self, load: &Load) -> Option<((Sec, usize), Told)> {
        let tells = self.world.vehicles[load.vehicle].class == "hazardous";
        let goes = !matches!(load.course, Course::Cancelled(_)) && !load.on_paper;
        if !tells || !goes || load.way.is_dark {
            return None;
        }
        let mut chance = Chance::of(&[self.world.seed, 40, load.key as u64]);
        let mut way = load.way.clone();
        let whole = load.arrives.at - load.departs.at;
        // Rests of four hours' driving.
        if way.stands.is_empty() && way.through.is_none() {
            let rests = (whole - 1) / (4 * HOUR);
            way.stands = (1..=rests)
                .map(|n| (n * whole / (rests + 1), chance.whole(20 * MINUTE, 24 * MINUTE)))
                .collect();
        }
        if way == Way::default() && whole > HOUR && chance.happens(0.002) {
            self.no_signal(load, &mut way, &mut chance);
        }
        let spots = self.spots(load, &way, &mut chance);
        let told = Told {
            party: load.carrier,
            device: Device::Vehicle(load.vehicle),
            load: Some(load.key),
            spots,
        };
        (told.spots.len() > 1).then_some(((load.arrives.told, load.from), told))
    }

    /// No mast is near, or the device is broken: it happens, and is what the rule is for.
    fn no_signal(&mut self, load: &Load, way: &mut Way, chance: &mut Chance) {
        let from = chance.whole(8 * MINUTE, 20 * MINUTE);
        way.silent = Some((from, chance.whole(18 * MINUTE, 35 * MINUTE)));
        let times = (load.departs.at, load.arrives.told + DAY);
        let mut label = Planned::lapse(("no_signal", "movement", &["AL20"]), times);
        label.touch(load.key, times);
        label.vehicles = vec![load.vehicle];
        self.lapses.push(label);
    }

    fn spots(&self, load: &Load, way: &Way, chance: &mut Chance) -> Vec<Spot> {
        let (from, to) = (self.point(load.from), self.point(load.to));
        let over = way.through.unwrap_or_else(|| between(from, to, (0.5, 0.0)));
        let (first, second) = (kilometres(from, over), kilometres(over, to));
        let turn = first / (first + second).max(0.01);
        let whole = load.arrives.at - load.departs.at;
        let drives = driven(way, whole).max(1) as f64;
        // Roads wind: a little to one side of the line, or to the other.
        let straight = way.through.is_some();
        let bow = if straight { 0.0 } else { chance.between(-0.05, 0.05) * (first + second) };
        let weighs = load.vehicle.is_multiple_of(3);
        let usual = (first + second) * 1.3 / (drives / HOUR as f64);
        let stands = |after: Sec| {
            way.stands.iter().any(|(from, length)| (*from..from + length).contains(&after))
        };
        let mut spots = Vec::new();
        let mut after = chance.whole(20, 90);
        let jump = (whole / 2, whole / 2 + EVERY + MINUTE);
        while after < whole {
            let silent =
                way.silent.is_some_and(|(from, length)| (from..from + length).contains(&after));
            let part = driven(way, after) as f64 / drives;
            let aside = bow * (part * std::f64::consts::PI).sin();
            let place = if part < turn {
                between(from, over, (part / turn, aside))
            } else {
                between(over, to, ((part - turn) / (1.0 - turn).max(0.01), aside))
            };
            let jumps = way.jump_km > 0.0 && (jump.0..jump.1).contains(&after);
            let error = if jumps { way.jump_km } else { 0.02 * chance.normal() };
            let place = (place.0, place.1 + error / DEGREE_KM);
            let speed = match way.speed {
                _ if stands(after) => 0.0,
                Some(speed) if chance.happens(0.5) => speed * chance.between(0.98, 1.05),
                _ => (usual * chance.between(0.7, 1.25)).min(78.0),
            };
            let gone = way.stands.first().is_some_and(|(from, length)| after > from + length);
            let left = if gone { 1.0 - way.lost } else { 1.0 };
            let load_g = weighs.then(|| {
                let shown = load.grams() as f64 * left * chance.factor(0.003);
                (shown / 20_000.0).round() as i64 * 20_000
            });
            let speed = Some((speed * 1000.0) as i64);
            if !silent {
                spots.push(Spot { speed, load_g, ..told(load.departs.at + after, place) });
            }
            after += EVERY + chance.whole(-20, 20);
        }
        spots
    }

    /// The last leg of a kitchen round: from its last call to the plant.
    pub fn round_told(&mut self, round: &Round) {
        let Some(last) = round.calls.iter().rev().find(|call| call.skipped.is_none()) else {
            return;
        };
        let mut chance = Chance::of(&[self.world.seed, 41, last.key as u64]);
        let (from, to) = (self.point(last.party), self.point(round.to));
        let legs = match round.stands {
            Some((farm, stands)) => {
                vec![(from, self.point(farm), stands), (self.point(farm), to, 0)]
            }
            None => vec![(from, to, 0)],
        };
        let stood: Sec = legs.iter().map(|leg| leg.2).sum();
        let whole: f64 = legs.iter().map(|leg| kilometres(leg.0, leg.1)).sum();
        let drives = (round.weighed - last.at - stood).max(MINUTE) as f64;
        let (mut spots, mut at) = (Vec::new(), last.at + MINUTE);
        for (from, to, stands) in legs {
            let begins = at;
            let takes = drives * kilometres(from, to) / whole.max(0.01);
            while ((at - begins) as f64) < takes && at < round.weighed {
                let part = (at - begins) as f64 / takes;
                let place = between(from, to, (part, 0.02 * chance.normal()));
                let speed = Some(chance.whole(15_000, 55_000));
                spots.push(Spot { speed, ..told(at, place) });
                at += EVERY;
            }
            at = begins + takes as Sec;
            let leaves = at + stands;
            while at < leaves {
                let place = between(to, from, (0.0, 0.02 * chance.normal()));
                spots.push(Spot { speed: Some(0), ..told(at, place) });
                at += EVERY;
            }
            at = leaves;
        }
        spots.retain(|spot| spot.at < round.weighed);
        if spots.len() > 1 {
            let lane = self.plan.round_lane();
            let device = Device::Vehicle(round.vehicle);
            self.plan.tell(
                (round.weighed, lane),
                Told { party: round.carrier, device, load: None, spots },
            );
        }
    }

    /// A medical plant's cold store, every half hour; a door that stands open shows once.
    pub fn store_told(&mut self, party: usize, day: i64) {
        let mut chance = Chance::of(&[self.world.seed, 42, party as u64, day as u64]);
        let warm = self.frauds.warm(party, day);
        let spots = (0..46).map(|n| {
            let at = day * DAY + n * 30 * MINUTE;
            let warms = warm.is_some_and(|(from, length, _)| (from..from + length).contains(&at));
            let celsius = match warm {
                Some((_, _, degrees)) if warms => degrees * chance.between(0.95, 1.05),
                _ if n % 8 == 3 && chance.happens(0.02) => chance.between(5.0, 7.0),
                _ => chance.between(1.2, 4.4),
            };
            Spot { at, celsius: Some((celsius * 1000.0) as i64), ..Spot::default() }
        });
        let spots = spots.collect();
        let at = day * DAY + 23 * HOUR + 10 * MINUTE;
        self.plan
            .tell((at, party), Told { party, device: Device::Store(party), load: None, spots });
    }

    /// A quarter of an hour of an incinerator's day: it is heated before it is fed.
    pub fn furnace_told(&mut self, party: usize, day: i64) {
        let mut chance = Chance::of(&[self.world.seed, 43, party as u64, day as u64]);
        let hot = self.frauds.furnace(party, day).unwrap_or(985.0);
        let begins = day * DAY + chance.whole(9 * HOUR, 18 * HOUR);
        let spots = (0..15).map(|n| {
            let feeding = n >= 4;
            let celsius =
                if feeding { hot + 18.0 * chance.normal() } else { chance.between(420.0, 840.0) };
            Spot {
                at: begins + n * MINUTE,
                celsius: Some((celsius * 1000.0) as i64),
                feeding: Some(feeding),
                ..Spot::default()
            }
        });
        let told =
            Told { party, device: Device::Furnace(party), load: None, spots: spots.collect() };
        self.plan.tell((begins + 16 * MINUTE, party), told);
    }

    /// The farm that is nearest to a plant.
    pub fn farm_near(&self, party: usize) -> Option<usize> {
        let farms = self.world.of(|kind| kind == crate::simulate::world::Kind::Farm);
        farms.into_iter().min_by(|a, b| self.crow_km(party, *a).total_cmp(&self.crow_km(party, *b)))
    }
}

/// When a store is warm on a day, how long, and how warm.
pub type Warm = (Sec, Sec, f64);

/// A number of a day that a scheme draws on.
pub fn drawn(seed: u64, day: i64) -> Chance {
    Chance::of(&[mixed(&[seed, 44]), day as u64])
}

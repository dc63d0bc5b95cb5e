//! Who is in a world: parties with one site each, their licences, vehicles and what they produce.
//!
//! A pure function of the seed: places are the divisions' own, names are invented, sizes are drawn.
//! Licences, storage and rated capacity are sized to what the world brings, so that an honest
//! world is never refused.

use super::chance::Chance;
use super::waste::WASTES;

/// Seconds since the Beijing midnight that the world begins at.
pub type Sec = i64;

pub const MINUTE: Sec = 60;
pub const HOUR: Sec = 3600;
pub const DAY: Sec = 86_400;

/// What a party is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    Tertiary,
    Secondary,
    Primary,
    Clinic,
    Restaurant,
    Canteen,
    RepairShop,
    BatteryPoint,
    Coking,
    Chemical,
    Aluminium,
    Pvc,
    Carrier,
    MedicalPlant,
    KitchenPlant,
    Recycler,
    Incinerator,
    Landfill,
    Farm,
}

impl Kind {
    pub const fn is_hospital(self) -> bool {
        matches!(self, Self::Tertiary | Self::Secondary | Self::Primary)
    }

    pub const fn is_kitchen(self) -> bool {
        matches!(self, Self::Restaurant | Self::Canteen)
    }

    pub const fn is_receiver(self) -> bool {
        matches!(
            self,
            Self::MedicalPlant
                | Self::KitchenPlant
                | Self::Recycler
                | Self::Incinerator
                | Self::Landfill
        )
    }

    /// Produces hazardous waste that is no medical waste.
    pub const fn is_works(self) -> bool {
        matches!(
            self,
            Self::RepairShop
                | Self::BatteryPoint
                | Self::Coking
                | Self::Chemical
                | Self::Aluminium
                | Self::Pvc
        )
    }

    /// Keeps a ledger of hazardous waste, medical waste included, and reports of it.
    pub const fn reports(self) -> bool {
        self.is_hospital()
            || self.is_works()
            || matches!(self, Self::Clinic)
            || (self.is_receiver() && !matches!(self, Self::KitchenPlant))
    }
}

/// What comes out of a party, day by day.
#[derive(Clone, Debug, PartialEq)]
pub struct Flow {
    pub waste: usize,
    pub daily_g: f64,
    /// Receivers, the usual one first.
    pub to: Vec<usize>,
    /// Days between two shipments, about.
    pub every: i64,
}

/// A vehicle of a carrier, with the driver that usually drives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Vehicle {
    pub carrier: usize,
    pub class: &'static str,
    pub rated_g: i64,
    /// Of its weighing: what it weighs empty.
    pub tare_g: i64,
}

/// An organisation with its site.
#[derive(Clone, Debug, PartialEq)]
pub struct Party {
    pub kind: Kind,
    pub name: String,
    /// Index of the division.
    pub division: usize,
    pub lon: f64,
    pub lat: f64,
    /// Beds, seats, meals a day, tonnes a day: what its activity is counted in.
    pub size: i64,
    /// How much it makes of a unit of activity, beside what is usual.
    pub level: f64,
    /// The day it comes into the registers.
    pub born: i64,
    pub flows: Vec<Flow>,
    /// Carriers it works with, the usual one first.
    pub carriers: Vec<usize>,
    pub rated_daily_g: i64,
    pub storage_g: i64,
    pub annual_g: i64,
    /// The day and the new carrier, where it changes that in mid-year.
    pub switches: Option<(i64, usize)>,
    /// Days of a shutdown, both included.
    pub shut: Option<(i64, i64)>,
    /// Growth over the year, as a factor at its end.
    pub growth: f64,
    /// Uses labelled boxes that are received one by one.
    pub labels_boxes: bool,
}

/// A division, as the world needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct Home {
    pub number: String,
    pub name: String,
    pub region: String,
    pub lon: f64,
    pub lat: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub struct World {
    pub seed: u64,
    /// Its first day, and the one after its last; day 0 is 1 January 2026.
    pub first: i64,
    pub days: i64,
    /// When it ends: what would come later is not told.
    pub ends: Sec,
    pub homes: Vec<Home>,
    pub parties: Vec<Party>,
    pub vehicles: Vec<Vehicle>,
}

impl World {
    /// How many days it has.
    pub const fn length(&self) -> i64 {
        self.days - self.first
    }

    /// Kilometres by road.
    pub fn road_km(&self, from: usize, to: usize) -> f64 {
        let (a, b) = (&self.parties[from], &self.parties[to]);
        1.3 * great_circle_km((a.lon, a.lat), (b.lon, b.lat))
    }

    /// Seconds that a trip takes where nothing hinders it.
    pub fn usual_trip(&self, from: usize, to: usize) -> f64 {
        self.road_km(from, to) / 55.0 * HOUR as f64 + 8.0 * MINUTE as f64
    }

    pub fn of(&self, is: impl Fn(Kind) -> bool) -> Vec<usize> {
        let all = self.parties.iter().enumerate();
        all.filter(|(_, party)| is(party.kind)).map(|(n, _)| n).collect()
    }

    pub fn fleet(&self, carrier: usize, class: &str) -> Vec<usize> {
        let all = self.vehicles.iter().enumerate();
        all.filter(|(_, one)| one.carrier == carrier && one.class == class)
            .map(|(n, _)| n)
            .collect()
    }

    /// The carrier that takes a party's waste of a stream on a day.
    pub fn carrier_of(&self, party: usize, day: i64) -> usize {
        let party = &self.parties[party];
        match party.switches {
            Some((from, carrier)) if day >= from => carrier,
            Some(_) | None => party.carriers.first().copied().unwrap_or(0),
        }
    }

    /// Who may take this waste: receivers of such waste, the nearest first.
    pub fn able(&self, from: usize, waste: usize) -> Vec<usize> {
        let wanted = takes(waste);
        let mut all = self.of(|kind| kind == wanted);
        all.retain(|one| self.parties[*one].born == self.first);
        all.sort_by(|a, b| self.road_km(from, *a).total_cmp(&self.road_km(from, *b)));
        all.truncate(3);
        all
    }
}

/// The kind of receiver that takes a waste.
pub fn takes(waste: usize) -> Kind {
    let waste = &WASTES[waste];
    match (waste.stream, waste.method) {
        ("medical", _) => Kind::MedicalPlant,
        ("kitchen", _) => Kind::KitchenPlant,
        (_, "D10") => Kind::Incinerator,
        (_, "D1") => Kind::Landfill,
        _ => Kind::Recycler,
    }
}

fn great_circle_km((lon_a, lat_a): (f64, f64), (lon_b, lat_b): (f64, f64)) -> f64 {
    let (a, b) = (lat_a.to_radians(), lat_b.to_radians());
    let lon = (lon_b - lon_a).to_radians();
    let half = ((b - a) / 2.0).sin().powi(2) + a.cos() * b.cos() * (lon / 2.0).sin().powi(2);
    2.0 * 6371.0 * half.sqrt().min(1.0).asin()
}

/// How much more or less than on average comes on a day: winter for hospitals, summer and the
/// Spring Festival for kitchens, and the days of the week.
pub fn season(kind: Kind, day: i64) -> f64 {
    let year = (day % 365) as f64 / 365.0 * std::f64::consts::TAU;
    // Day 0 is a Thursday.
    let weekday = (day + 3) % 7;
    let is_weekend = weekday >= 5;
    match kind {
        Kind::Tertiary | Kind::Secondary | Kind::Primary => 1.0 + 0.08 * year.cos(),
        Kind::Clinic => (1.0 + 0.15 * year.cos()) * if is_weekend { 0.75 } else { 1.1 },
        Kind::Restaurant => (1.0 - 0.1 * year.cos()) * if is_weekend { 1.15 } else { 0.94 },
        Kind::Canteen => {
            if is_weekend {
                0.55
            } else {
                1.18
            }
        }
        Kind::RepairShop | Kind::BatteryPoint => {
            if is_weekend {
                0.7
            } else {
                1.12
            }
        }
        Kind::Coking | Kind::Aluminium | Kind::Pvc => 1.0 + 0.02 * year.sin(),
        Kind::Chemical => 1.0 + 0.05 * year.sin(),
        Kind::Carrier
        | Kind::MedicalPlant
        | Kind::KitchenPlant
        | Kind::Recycler
        | Kind::Incinerator
        | Kind::Landfill
        | Kind::Farm => 1.0,
    }
}

/// A point near a seat, `far` degrees at most.
pub fn place(home: &Home, far: f64, chance: &mut Chance) -> (f64, f64) {
    let rounded = |degrees: f64| (degrees * 1e4).round() / 1e4;
    let lon = home.lon + far * chance.between(-1.0, 1.0);
    let lat = home.lat + 0.7 * far * chance.between(-1.0, 1.0);
    (rounded(lon), rounded(lat))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_those_of_the_globe() {
        let km = great_circle_km((87.6, 43.82), (86.081, 44.305));
        assert!((130.0..140.0).contains(&km), "{km}");
    }
}

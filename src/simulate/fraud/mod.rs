//! Fraud: schemes of some parties over some weeks, each labelled. One file a family.
//!
//! A scheme changes what an honest plan says (`shape`), holds something back, or adds acts of its
//! own (`day`). What the API refuses up front cannot happen and is no fraud here: a receiver
//! without licence, beyond its licence or its storage (AL10 to AL14), a vehicle or driver without
//! the right (AL27, AL28, AL56), incompatible loads and containers (AL29, AL30), an unqualified
//! unit (AL61), more treated than accepted, a number twice or missing (AL64), a changed record
//! (AL65), a blacklisted party at filing or departure. Areas (AL23, AL24) and disinfection (AL55)
//! are recorded nowhere.

mod capacity;
mod deadlines;
mod devices;
mod mass;
mod movement;
mod networks;
mod papers;
mod schemes;
mod silence;
mod table;

pub use schemes::Frauds;
pub use table::Deed;

use super::honest::Planner;
use super::load::{Load, Round};

/// Lets every scheme that has to do with a load change it.
pub fn shape(planner: &mut Planner, load: &mut Load) {
    let day = load.departs.at.div_euclid(super::world::DAY);
    let mut schemes = std::mem::take(&mut planner.frauds.schemes);
    for scheme in schemes.iter_mut().filter(|one| one.is_on(day)) {
        let mut chance = scheme.chance(load.key as u64);
        let alters = scheme.deed.alters();
        if load.altered & alters != 0 {
            continue;
        }
        let touched = mass::shape(scheme, load, &mut chance)
            | papers::shape(scheme, load, &mut chance)
            | movement::shape(planner, scheme, load, &mut chance)
            | deadlines::shape(planner, scheme, load, &mut chance)
            | devices::shape(planner, scheme, load, &mut chance);
        if touched {
            load.altered |= alters;
            if scheme.deed.is_on_the_road() {
                let label = &mut scheme.label;
                if !label.vehicles.contains(&load.vehicle) {
                    label.vehicles.push(load.vehicle);
                }
            }
            let until = load.received.told.max(load.arrives.told);
            scheme.label.touch(load.key, (load.filed.min(load.departs.at), until));
        }
    }
    planner.frauds.schemes = schemes;
}

/// The same of a round.
pub fn shape_round(planner: &mut Planner, round: &mut Round) {
    let day = round.planned.div_euclid(super::world::DAY);
    let mut schemes = std::mem::take(&mut planner.frauds.schemes);
    for scheme in schemes.iter_mut().filter(|one| one.is_on(day)) {
        let mut chance = scheme.chance(round.planned as u64);
        if mass::shape_round(scheme, round, &mut chance)
            | papers::shape_round(scheme, round, &mut chance)
            | devices::shape_round(planner, scheme, round, &mut chance)
        {
            let keys: Vec<_> = round.calls.iter().map(|call| call.key).collect();
            for key in keys {
                scheme.label.touch(key, (round.planned, round.weighed));
            }
        }
    }
    planner.frauds.schemes = schemes;
}

/// Lets schemes of the receiver change when and how a load is treated.
pub fn treatment(planner: &mut Planner, load: &mut Load) {
    let day = load.received.told.div_euclid(super::world::DAY);
    let mut schemes = std::mem::take(&mut planner.frauds.schemes);
    let to = load.to;
    for scheme in schemes.iter_mut().filter(|one| one.party == to && one.is_on(day)) {
        let mut chance = scheme.chance(load.key as u64);
        if capacity::treatment(planner, scheme, load, &mut chance) {
            scheme.label.touch(load.key, (load.received.told, load.received.told));
            scheme.label.parties = vec![load.to];
        }
    }
    planner.frauds.schemes = schemes;
}

/// What schemes do of their own on a day.
pub fn day(planner: &mut Planner, day: i64) {
    let mut schemes = std::mem::take(&mut planner.frauds.schemes);
    for scheme in schemes.iter_mut().filter(|one| one.is_on(day)) {
        let mut chance = scheme.chance(day as u64 + 5_000_000);
        mass::day(planner, scheme, day, &mut chance);
        papers::day(planner, scheme, day, &mut chance);
        networks::day(planner, scheme, day, &mut chance);
    }
    planner.frauds.schemes = schemes;
}

//! Movement: a way that takes far too long or no time at all, a vehicle that is in two places, too
//! much on it, and runs at night that nobody planned.

use super::schemes::Scheme;
use super::table::Deed;
use crate::simulate::chance::Chance;
use crate::simulate::honest::Planner;
use crate::simulate::load::{Course, Load, When};
use crate::simulate::world::{DAY, HOUR, MINUTE, Sec};

pub fn shape(
    planner: &mut Planner,
    scheme: &mut Scheme,
    load: &mut Load,
    chance: &mut Chance,
) -> bool {
    let is_carrier = scheme.party == load.carrier;
    let goes = load.course == Course::Through && load.breakdown.is_none() && !load.on_paper;
    if !goes {
        return false;
    }
    let usual = planner.world.usual_trip(load.from, load.to);
    let touched = match scheme.deed {
        Deed::SlowTrip if is_carrier && chance.happens(scheme.scale(0.8, 0.3)) => {
            // Half as long again and more; on short ways hours.
            let longer = usual * scheme.scale(3.0, 1.75) * chance.between(0.95, 1.2);
            let took = (longer + scheme.scale(4.0, 0.6) * HOUR as f64) as Sec;
            retime(load, took);
            // Where it is that long, its device shows.
            load.way.stands = vec![((usual * 0.5) as Sec, (took - usual as Sec).max(0))];
            true
        }
        Deed::ImpossibleTrip if is_carrier && usual > 1.2 * HOUR as f64 => {
            let happens = chance.happens(scheme.scale(0.8, 0.35));
            if happens {
                retime(load, (usual * scheme.scale(0.08, 0.36) * chance.between(0.9, 1.1)) as Sec);
                load.way.is_dark = true;
            }
            happens
        }
        Deed::TwoPlaces if is_carrier => {
            let happens = chance.happens(scheme.scale(0.8, 0.5));
            happens && twice(planner, scheme, load, chance)
        }
        Deed::Overload if scheme.party == load.from => overload(planner, scheme, load, chance),
        Deed::NightRuns if scheme.party == load.from => {
            chance.happens(scheme.scale(1.0, 0.6)) && night(planner, load, chance)
        }
        _ => return false,
    };
    if touched {
        note(scheme, load);
    }
    touched
}

fn note(scheme: &mut Scheme, load: &Load) {
    let label = &mut scheme.label;
    for (list, more) in [
        (&mut label.vehicles, [load.vehicle].as_slice()),
        (&mut label.drivers, &[load.driver]),
        (&mut label.parties, &[load.carrier, load.from]),
    ] {
        for one in more {
            if !list.contains(one) {
                list.push(*one);
            }
        }
    }
}

/// The same departure, and an arrival after so long.
pub fn retime(load: &mut Load, took: Sec) {
    let waited = load.received.told - load.arrives.told;
    load.arrives = When::now(load.departs.told.max(load.departs.at + took));
    load.arrives.at = load.departs.at + took;
    load.received = When::now(load.arrives.told + waited.max(5 * MINUTE));
}

/// Moves a load to another time, its way and receipt with it.
fn moved(load: &mut Load, by: Sec) {
    for time in [&mut load.departs, &mut load.arrives, &mut load.received] {
        time.at += by;
        time.told += by;
    }
}

/// The vehicle is still on another way when it leaves on this.
fn twice(planner: &Planner, scheme: &Scheme, load: &mut Load, chance: &mut Chance) -> bool {
    let day = load.departs.at.div_euclid(DAY) * DAY;
    let fleet = planner.world.fleet(load.carrier, "hazardous").into_iter();
    let grams = load.grams();
    let busy = fleet.filter_map(|one| Some((one, planner.trips[one]?))).find(|(one, trip)| {
        let fits = planner.world.vehicles[*one].rated_g >= grams;
        fits && trip.departs >= day && trip.arrives - trip.departs > 40 * MINUTE
    });
    let Some((vehicle, trip)) = busy else { return false };
    let into = scheme.scale(0.3, 0.7) * chance.between(0.8, 1.1);
    let departs = trip.departs + ((trip.arrives - trip.departs) as f64 * into) as Sec;
    if !(9 * HOUR..20 * HOUR).contains(&departs.rem_euclid(DAY)) {
        return false;
    }
    let by = departs - load.departs.at;
    if departs <= load.filed {
        load.filed = departs - 15 * MINUTE;
    }
    load.planned = load.planned.map(|(from, to)| (from + by, to + by));
    load.amended = None;
    moved(load, by);
    // Its device is in one place only: on the other way.
    load.way.is_dark = true;
    (load.vehicle, load.driver) = (vehicle, vehicle);
    true
}

/// On the smallest vehicle of the carrier that is too small.
fn overload(planner: &Planner, scheme: &Scheme, load: &mut Load, chance: &mut Chance) -> bool {
    if !chance.happens(scheme.scale(0.9, 0.5)) {
        return false;
    }
    let grams = load.grams() as f64;
    let most = scheme.scale(0.75, 0.95);
    let fleet = planner.world.fleet(load.carrier, "hazardous").into_iter();
    let small = fleet.filter(|one| {
        let rated = planner.world.vehicles[*one].rated_g as f64;
        rated < grams * most.max(0.9) && planner.ready(*one, load.from) <= load.departs.at
    });
    let Some(vehicle) = small.max_by_key(|one| planner.world.vehicles[*one].rated_g) else {
        return false;
    };
    (load.vehicle, load.driver) = (vehicle, vehicle);
    true
}

/// In the small hours after the day that it was planned for.
fn night(planner: &Planner, load: &mut Load, chance: &mut Chance) -> bool {
    let planned = load.planned;
    let night = (load.departs.at.div_euclid(DAY) + 1) * DAY + chance.whole(20 * MINUTE, 7 * HOUR);
    if night < planner.free[load.vehicle] {
        return false;
    }
    moved(load, night - load.departs.at);
    // The papers go on telling of the day.
    load.planned = planned;
    load.amended = None;
    true
}

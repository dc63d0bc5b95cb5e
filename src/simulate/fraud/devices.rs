//! What devices show: ways round, stops where nobody waits, loads that grow lighter there, devices
//! that are switched off or lie, speeding, kitchen waste at a farm, warm stores and cold furnaces.

use super::movement::retime;
use super::schemes::{Frauds, Scheme};
use super::table::Deed;
use crate::simulate::chance::Chance;
use crate::simulate::honest::{Planner, Warm, drawn};
use crate::simulate::load::{Course, Load, Round};
use crate::simulate::world::{DAY, HOUR, MINUTE, Sec};

pub fn shape(planner: &Planner, scheme: &Scheme, load: &mut Load, chance: &mut Chance) -> bool {
    let whole = load.arrives.at - load.departs.at;
    let goes = load.course == Course::Through && load.breakdown.is_none() && !load.on_paper;
    let is_own = scheme.party == load.carrier && load.altered == 0;
    if !goes || !is_own || whole < 30 * MINUTE || !chance.happens(scheme.scale(0.9, 0.45)) {
        return false;
    }
    let minutes = |blatant: f64, subtle: f64, chance: &mut Chance| {
        (scheme.scale(blatant, subtle) * chance.between(1.0, 1.2) * MINUTE as f64) as Sec
    };
    match scheme.deed {
        Deed::Detour => round_about(planner, scheme, load),
        Deed::LongStop => {
            let length = minutes(150.0, 44.0, chance);
            return stands(planner, load, length);
        }
        Deed::Unloaded => {
            let length = minutes(45.0, 18.0, chance);
            if !stands(planner, load, length) {
                return false;
            }
            load.way.lost = scheme.scale(0.3, 0.045) * chance.between(0.95, 1.2);
            super::mass::arrives(load, -load.way.lost);
        }
        Deed::SignalOff => {
            let length = minutes(80.0, 18.0, chance);
            if length + 20 * MINUTE > whole {
                return false;
            }
            load.way.silent =
                Some((chance.whole(8 * MINUTE, whole - length - 10 * MINUTE), length));
        }
        Deed::FalseTrack => load.way.jump_km = scheme.scale(150.0, 70.0) * chance.between(0.9, 1.1),
        Deed::Speeding => load.way.speed = Some(scheme.scale(112.0, 88.0)),
        _ => return false,
    }
    true
}

/// Over a place to which no sensible road between the two leads.
fn round_about(planner: &Planner, scheme: &Scheme, load: &mut Load) {
    let direct = planner.crow_km(load.from, load.to);
    let through = direct * 1.6 + 17.0 + scheme.scale(70.0, 12.0);
    load.way.through = Some(planner.aside((load.from, load.to), through));
    let drives = through * 1.3 / 55.0 * HOUR as f64;
    let stays = 14 * MINUTE;
    load.way.stands = vec![(drives as Sec / 2, stays)];
    retime(load, drives as Sec + stays);
}

/// It stands on its way, where nobody has a site.
fn stands(planner: &Planner, load: &mut Load, length: Sec) -> bool {
    let whole = load.arrives.at - load.departs.at;
    let parts = [0.5, 0.42, 0.58, 0.34, 0.66];
    let ends = (load.from, load.to);
    let Some(part) = parts.into_iter().find(|part| planner.lonely(ends, *part).is_some()) else {
        return false;
    };
    load.way.stands = vec![((whole as f64 * part) as Sec, length)];
    retime(load, whole + length);
    true
}

/// Kitchen waste is brought to a farm before the rest comes to the plant.
pub fn shape_round(
    planner: &Planner,
    scheme: &Scheme,
    round: &mut Round,
    chance: &mut Chance,
) -> bool {
    let is_own = scheme.deed == Deed::ToFarm && scheme.party == round.carrier;
    if !is_own || !chance.happens(scheme.scale(1.0, 0.5)) {
        return false;
    }
    let Some(farm) = planner.farm_near(round.to) else { return false };
    let Some(last) = round.calls.last() else { return false };
    let stays = (scheme.scale(60.0, 19.0) * chance.between(1.0, 1.2) * MINUTE as f64) as Sec;
    let km = planner.crow_km(last.party, farm) + planner.crow_km(farm, round.to);
    let arrives = last.at + (km * 1.3 / 45.0 * HOUR as f64) as Sec + stays + 5 * MINUTE;
    round.treated += (arrives - round.weighed).max(0);
    round.weighed = round.weighed.max(arrives);
    round.stands = Some((farm, stays));
    true
}

impl Frauds {
    /// When a store is warm on a day, how long, and how warm.
    pub fn warm(&mut self, party: usize, day: i64) -> Option<Warm> {
        let seed = party as u64;
        let scheme = self.on(party, day).find(|one| one.deed == Deed::WarmStore)?;
        let mut chance = drawn(seed, day);
        if !chance.happens(scheme.scale(1.0, 0.4)) {
            return None;
        }
        scheme.notes(day);
        let length = (scheme.scale(20.0, 2.2) * HOUR as f64) as Sec;
        let from = day * DAY + chance.whole(0, 23 * HOUR - length);
        Some((from, length, scheme.scale(15.0, 7.0)))
    }

    /// How hot a furnace burns while it is fed, where it burns too cold.
    pub fn furnace(&mut self, party: usize, day: i64) -> Option<f64> {
        let seed = party as u64 + 1_000_000;
        let scheme = self.on(party, day).find(|one| one.deed == Deed::ColdFurnace)?;
        if !drawn(seed, day).happens(scheme.scale(1.0, 0.5)) {
            return None;
        }
        scheme.notes(day);
        Some(scheme.scale(640.0, 815.0))
    }
}

//! Deadlines: receipts that wait, papers that are entered weeks later, loads that do not leave.
//! What is simply not done (a plan, a report, a pickup) stands with the schemes.

use super::schemes::Scheme;
use super::table::Deed;
use crate::simulate::chance::Chance;
use crate::simulate::honest::Planner;
use crate::simulate::load::{Course, Load, When};
use crate::simulate::world::{DAY, HOUR, MINUTE};

pub fn shape(
    planner: &mut Planner,
    scheme: &mut Scheme,
    load: &mut Load,
    chance: &mut Chance,
) -> bool {
    if load.course != Course::Through || load.on_paper {
        return false;
    }
    match scheme.deed {
        Deed::LateReceipt if scheme.party == load.to => {
            if !chance.happens(scheme.scale(0.9, 0.4)) {
                return false;
            }
            let day = after(planner, load.arrives.told, 5) + scheme.scale(25.0, 2.0) as i64;
            load.received = When::now(day * DAY + chance.whole(9 * HOUR, 18 * HOUR));
            true
        }
        Deed::LatePaper if scheme.party == load.from => {
            if !chance.happens(scheme.scale(0.9, 0.4)) {
                return false;
            }
            let ended = load.received.at;
            let day = after(planner, ended, 10) + scheme.scale(40.0, 2.0) as i64;
            on_paper(load, day * DAY + chance.whole(9 * HOUR, 18 * HOUR));
            true
        }
        Deed::NotDeparted if scheme.party == load.from => {
            if !chance.happens(scheme.scale(0.9, 0.4)) {
                return false;
            }
            let by = scheme.scale(16.0, 4.0).round() as i64 * DAY;
            for time in [&mut load.departs, &mut load.arrives, &mut load.received] {
                time.at += by;
                time.told += by;
            }
            load.breakdown = None;
            true
        }
        _ => false,
    }
}

/// The day after so many working days.
fn after(planner: &Planner, at: i64, working_days: u32) -> i64 {
    let mut day = at.div_euclid(DAY) + i64::from(working_days);
    while planner.working_days(at, day) <= working_days {
        day += 1;
    }
    day
}

/// All steps are entered at that time, one after another.
pub fn on_paper(load: &mut Load, at: i64) {
    load.on_paper = true;
    load.filed = at;
    load.departs.told = at + 2 * MINUTE;
    load.arrives.told = at + 4 * MINUTE;
    load.received.told = at + 6 * MINUTE;
    (load.amended, load.breakdown) = (None, None);
}

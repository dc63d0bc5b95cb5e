//! Papers: weights that repeat, are round or made up, voids, receipts within seconds, boxes that do
//! not arrive, and loads that are not what their papers say.

use super::schemes::Scheme;
use super::table::Deed;
use crate::simulate::chance::Chance;
use crate::simulate::honest::Planner;
use crate::simulate::load::{Course, Entry, Item, Load, Round, When};
use crate::simulate::waste::{DRUGS, MEDICAL_CHEMICAL, PATHOLOGICAL, RAGS, packages};
use crate::simulate::world::{DAY, HOUR, MINUTE};

pub fn shape(scheme: &mut Scheme, load: &mut Load, chance: &mut Chance) -> bool {
    if scheme.party != load.from || load.course != Course::Through {
        return false;
    }
    let often = chance.happens(scheme.scale(1.0, 0.7));
    let found: (&str, &str) = match scheme.deed {
        Deed::SameWeight | Deed::RoundWeights | Deed::MadeUpDigits => {
            if !often {
                return false;
            }
            return weights(scheme, load, chance);
        }
        Deed::Instant if often => {
            load.received = When::now(load.arrives.told + scheme.scale(4.0, 70.0) as i64);
            return true;
        }
        Deed::MissingBoxes if load.boxes.len() > 1 && often => {
            load.missing = (scheme.scale(3.0, 1.0) as usize).clamp(1, load.boxes.len() - 1);
            return true;
        }
        Deed::WrongRoute if often => {
            // All into the steam, which does nothing to drugs, chemicals and tissue.
            let harmed = |waste| matches!(waste, DRUGS | PATHOLOGICAL | MEDICAL_CHEMICAL);
            if !load.items.iter().any(|item| harmed(item.waste)) {
                return false;
            }
            load.all_by = Some("Y11");
            return true;
        }
        Deed::OutsidePlan => {
            return load.items.iter().any(|item| item.waste == RAGS);
        }
        Deed::WrongHazard if often => ("hazard", "检出名录以外的腐蚀性"),
        Deed::WrongForm if often => ("form", "半固态"),
        Deed::WrongPackaging if often => ("packaging", "散装，无包装"),
        Deed::WrongName if often => ("name", "现场核对为其他废物"),
        _ => return false,
    };
    load.mismatch = Some((0, found.0, found.1));
    true
}

/// Weights that nobody has weighed. The ledger follows: what is on the papers was entered so.
fn weights(scheme: &Scheme, load: &mut Load, chance: &mut Chance) -> bool {
    if !load.boxes.is_empty() {
        return false;
    }
    let mut any = false;
    for item in &mut load.items {
        let small = item.grams < 5_000;
        any |= !small;
        item.grams = match scheme.deed {
            Deed::SameWeight | Deed::RoundWeights if small => 2_000,
            _ if small => continue,
            // The same figure as ever, near enough to what there is.
            Deed::SameWeight => repeated(item.grams, scheme),
            Deed::RoundWeights => {
                let step =
                    if item.grams > 60_000 { scheme.scale(50_000.0, 10_000.0) } else { 5_000.0 };
                ((item.grams as f64 / step).round() * step).max(step) as i64
            }
            // People like sevens and threes, and never end on nought.
            _ => {
                let tail = *chance.pick(&[300, 700, 700, 300, 800, 200, 700]).unwrap_or(&700);
                item.grams / 1000 * 1000 + tail
            }
        };
        item.accepted = item.grams;
        item.packages = packages(item.waste, item.grams);
    }
    load.loaded_g = None;
    any
}

fn repeated(grams: i64, scheme: &Scheme) -> i64 {
    // Steps of a tenth to a quarter: neighbouring days fall on one of them.
    let width = scheme.scale(0.5, 0.3);
    let step = (grams as f64).ln() / width;
    let figure = (step.round() * width).exp();
    (figure / 100.0).round() as i64 * 100
}

/// A third of a load is other waste.
pub fn shape_round(scheme: &Scheme, round: &mut Round, chance: &mut Chance) -> bool {
    let mixed = scheme.deed == Deed::Impurity && scheme.party == round.carrier;
    if !mixed || !chance.happens(scheme.scale(1.0, 0.5)) {
        return false;
    }
    let percent = scheme.scale(45.0, 21.5) * chance.between(0.96, 1.1);
    round.impurity_milli = Some((percent.max(20.5) * 1000.0) as i64 / 100 * 100);
    true
}

pub fn day(planner: &mut Planner, scheme: &mut Scheme, day: i64, chance: &mut Chance) {
    match scheme.deed {
        Deed::Voids => voids(planner, scheme, day, chance),
        Deed::Burst => burst(planner, scheme, day, chance),
        _ => {}
    }
}

/// Manifests that are filed and called off: the carrier leaves with one of several papers.
fn voids(planner: &mut Planner, scheme: &mut Scheme, day: i64, chance: &mut Chance) {
    if !chance.happens(scheme.scale(0.7, 0.25)) {
        return;
    }
    let party = scheme.party;
    let Some(last) = planner
        .plan
        .loads
        .iter()
        .rev()
        .take(3000)
        .find(|one| one.from == party && one.boxes.is_empty() && one.course == Course::Through)
    else {
        return;
    };
    let mut load = last.clone();
    load.key = planner.plan.key();
    load.filed = day * DAY + 8 * HOUR + chance.whole(0, 10 * HOUR);
    load.departs = When::now(load.filed + HOUR);
    load.arrives = When::now(load.filed + 2 * HOUR);
    load.planned = None;
    (load.breakdown, load.amended, load.mismatch) = (None, None, None);
    for item in &mut load.items {
        item.stored_since = None;
    }
    load.course = Course::Cancelled(load.filed + chance.whole(10, 50) * MINUTE);
    scheme.label.touch(load.key, (load.filed, load.filed + HOUR));
    planner.plan.load(load);
}

/// A shop that has just opened files day after day. It takes the last producer of the world, which
/// the newcomer is, or else the smallest: the account is young, not the harm.
fn burst(planner: &mut Planner, scheme: &mut Scheme, day: i64, chance: &mut Chance) {
    let Some(party) = planner.world.parties.iter().rposition(|one| one.born > 0 && one.born < 400)
    else {
        return;
    };
    let born = planner.world.parties[party].born;
    if day != scheme.days.0 || planner.world.days < born + 20 {
        return;
    }
    scheme.label.parties = vec![party];
    let each = scheme.scale(9.0, 4.0) as i64;
    for n in 0..(7 * each) {
        let on = born + 3 + n / each;
        let at = on * DAY + 9 * HOUR + (n % each) * 50 * MINUTE + chance.whole(0, 20 * MINUTE);
        let grams = 500 * chance.whole(300, 1200);
        let made = Entry { party, kind: "produced", waste: RAGS, grams, occurred: None };
        let Some(to) = planner.world.able(party, RAGS).first().copied() else { return };
        let carrier = planner.world.carrier_of(party, on);
        let Some(ride) = planner.book((carrier, "hazardous"), (party, grams), at, chance) else {
            return;
        };
        planner.plan.entry(ride.1 - 3 * HOUR, made);
        let item = Item {
            waste: RAGS,
            grams,
            packages: packages(RAGS, grams),
            accepted: grams,
            refused: 0,
            stored_since: None,
        };
        let mut load = planner.load((party, to, carrier), vec![item], ride, chance);
        load.received = When::now(load.arrives.told + HOUR);
        planner.away(ride.0, load.trip());
        planner.treat(&mut load, chance);
        scheme.label.touch(load.key, (load.filed, load.received.told));
        planner.plan.load(load);
    }
}

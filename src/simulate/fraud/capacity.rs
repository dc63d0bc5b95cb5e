//! Capacity: taken in and never treated, treated faster than the plant can, burnt without ash.

use super::schemes::Scheme;
use super::table::Deed;
use crate::simulate::chance::Chance;
use crate::simulate::honest::Planner;
use crate::simulate::load::Load;
use crate::simulate::world::{DAY, HOUR};

/// Changes the treatment of a load at the scheme's receiver.
pub fn treatment(
    planner: &mut Planner,
    scheme: &mut Scheme,
    load: &mut Load,
    chance: &mut Chance,
) -> bool {
    let Some(treatment) = &mut load.treatment else { return false };
    let grams: i64 = load.items.iter().map(|item| item.accepted).sum();
    match scheme.deed {
        Deed::Hoarding => {
            // Storage that is full is refused at the filing: they stop before, and leave room for
            // what comes and is treated.
            let most = planner.world.parties[load.to].storage_g as f64 * scheme.scale(0.82, 0.76);
            let hoarded = planner.hoarded.entry(load.to).or_default();
            let full = (*hoarded + grams) as f64 > most;
            if full || !chance.happens(scheme.scale(1.0, 0.6)) {
                return false;
            }
            *hoarded += grams;
            let day = treatment.at.div_euclid(DAY);
            *planner.treated.entry((load.to, day)).or_default() -= grams;
            load.treatment = None;
        }
        Deed::LumpTreatment => {
            // Kept back, and all of it told of one day.
            let every = scheme.scale(28.0, 14.0) as i64;
            let day = treatment.at.div_euclid(DAY);
            let lump = scheme.days.0 + ((day - scheme.days.0) / every + 1) * every;
            *planner.treated.entry((load.to, day)).or_default() -= grams;
            *planner.treated.entry((load.to, lump)).or_default() += grams;
            treatment.at = lump * DAY + 15 * HOUR + chance.whole(0, 2 * HOUR);
        }
        Deed::NoAsh => {
            let left = scheme.scale(0.0, 0.3);
            for residue in &mut treatment.residues {
                residue.1 = (residue.1 as f64 * left) as i64 / 1000 * 1000;
            }
            treatment.residues.retain(|residue| residue.1 > 0);
        }
        Deed::PlantStorage => {
            if !chance.happens(scheme.scale(0.9, 0.5)) {
                return false;
            }
            let waits = scheme.scale(120.0, 34.0) * chance.between(0.9, 1.2);
            treatment.at = load.received.told + (waits * HOUR as f64) as i64;
            load.stored_mc = Some(chance.whole(8_000, 19_000));
        }
        _ => return false,
    }
    true
}

//! Mass: skimmed on the way, a little each time, added to, or written out of the ledger.

use super::schemes::Scheme;
use super::table::Deed;
use crate::simulate::chance::Chance;
use crate::simulate::honest::Planner;
use crate::simulate::load::{Entry, Load, Round};
use crate::simulate::world::{DAY, HOUR};

/// Changes what arrives by that share, as the receiver's scale shows it.
pub fn arrives(load: &mut Load, share: f64) {
    for item in &mut load.items {
        let shown = item.accepted as f64 * (1.0 + share);
        // The scale's division stays what it was.
        let scale = if item.accepted % 20_000 == 0 { 20_000 } else { 100 };
        item.accepted = ((shown / scale as f64).round() as i64 * scale).max(scale);
    }
    if let Some((gross, tare)) = &mut load.scale {
        *gross = *tare + load.items.iter().map(|item| item.accepted + item.refused).sum::<i64>();
    }
}

pub fn shape(scheme: &Scheme, load: &mut Load, chance: &mut Chance) -> bool {
    if scheme.party != load.from {
        return false;
    }
    let (part, share) = match scheme.deed {
        Deed::Skimming => {
            // Beyond the tolerance of five percent or fifty kilograms, whichever is more.
            let least = 0.055_f64.max(55_000.0 / load.grams() as f64);
            (scheme.scale(1.0, 0.5), -(least + scheme.scale(0.28, 0.01)).min(0.6))
        }
        Deed::SmallLosses => (0.95, -scheme.scale(0.04, 0.012)),
        Deed::Gain => {
            (scheme.scale(1.0, 0.5), scheme.scale(0.2, 0.03) + 40_000.0 / load.grams() as f64)
        }
        Deed::MedicalShort => {
            let least = 0.055_f64.max(2_200.0 / load.grams() as f64);
            (scheme.scale(1.0, 0.4), -(least + scheme.scale(0.25, 0.01)).min(0.7))
        }
        _ => return false,
    };
    if !chance.happens(part) {
        return false;
    }
    arrives(load, share * chance.between(0.85, 1.15));
    if scheme.deed == Deed::MedicalShort || scheme.deed == Deed::Skimming {
        // What is weighed at departure is what is on the papers.
        load.loaded_g = None;
    }
    true
}

/// Food or grease is sold on the way: the plant weighs less than was collected.
pub fn shape_round(scheme: &Scheme, round: &mut Round, chance: &mut Chance) -> bool {
    let sells = scheme.deed == Deed::KitchenShort && scheme.party == round.carrier;
    if !sells || !chance.happens(scheme.scale(1.0, 0.5)) {
        return false;
    }
    let least = 0.055_f64.max(55_000.0 / round.net_g as f64);
    let lost = (least + scheme.scale(0.25, 0.015)) * chance.between(0.95, 1.15);
    round.net_g =
        ((round.net_g as f64 * (1.0 - lost.min(0.7))) as i64 / 10_000 * 10_000).max(10_000);
    true
}

/// What is written out of the ledger by hand, every week or so.
pub fn day(planner: &mut Planner, scheme: &mut Scheme, day: i64, chance: &mut Chance) {
    let (kind, every) = match scheme.deed {
        Deed::LedgerCorrection => ("correction", 9),
        Deed::OffBook => ("moved_out", 14),
        Deed::LedgerLoss => ("loss", 10),
        _ => return,
    };
    if (day - scheme.days.0) % every != 2 {
        return;
    }
    let party = scheme.party;
    let flows = planner.world.parties[party].flows.iter();
    let fullest = flows
        .max_by_key(|flow| planner.stock.get(&(party, flow.waste)).map_or(0, |stock| stock.grams));
    let Some(flow) = fullest else { return };
    let waste = flow.waste;
    let Some(stock) = planner.stock.get_mut(&(party, waste)) else { return };
    let share = scheme.scale(0.7, 0.2) * chance.between(0.8, 1.2);
    let grams = (stock.grams as f64 * share.min(0.95)) as i64 / 500 * 500;
    if grams < 20_000 {
        return;
    }
    stock.grams -= grams;
    let at = day * DAY + 20 * HOUR + chance.whole(0, HOUR);
    let signed = if kind == "correction" { -grams } else { grams };
    planner.plan.entry(at, Entry { party, kind, waste, grams: signed, occurred: None });
    scheme.label.note(at - HOUR, at + HOUR);
}

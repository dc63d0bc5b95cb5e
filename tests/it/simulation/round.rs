//! Rounds and trips in the model: what one step does to several manifests at once.

use chrono::{DateTime, Utc};

use super::acts::Receipt;
use super::books::{Books, Full};
use super::model::{Item, Manifest, Sites};
use super::plan::prepared;

/// A call of a round, with the manifest that it becomes.
#[derive(Clone, Debug)]
pub struct Stop {
    pub at: usize,
    /// The place that it is collected at.
    pub from: usize,
    pub planned: Vec<Item>,
    pub status: &'static str,
    /// What was taken, whatever it is amended to.
    pub collected: i64,
    /// Until when the producer may confirm it, as the program told, while it has not.
    pub due: Option<DateTime<Utc>>,
    pub confirmed: bool,
}

#[derive(Clone, Debug)]
pub struct Round {
    pub id: String,
    pub stream: &'static str,
    pub carrier: usize,
    pub to: usize,
    pub status: &'static str,
    pub version: i64,
    pub stops: Vec<Stop>,
}

impl Round {
    /// Why there is nothing to read of what is aboard no more: nothing was collected, or what is
    /// refused is told where each was received by itself.
    pub fn no_reading(&self, is_empty: bool, refused: i64) -> Option<(u16, &'static str)> {
        match self.stops.iter().any(|stop| stop.status == "collected") {
            false => Some((409, "illegal_transition")),
            true if is_empty && refused > 0 => Some((422, "invalid_value")),
            true => None,
        }
    }
}

/// Several manifests on one vehicle.
#[derive(Clone, Debug)]
pub struct Trip {
    pub id: String,
    pub carrier: usize,
    pub vehicle: usize,
    pub riders: Vec<usize>,
    /// What each of them was to ship when it joined.
    pub shipped: Vec<i64>,
    pub weighed: Vec<usize>,
    pub status: &'static str,
    pub version: i64,
}

/// Parts of a mass in proportion to weights, to the gram: what rounding down leaves goes to the
/// largest remainders, the first of equals.
pub fn shares(whole: i64, weights: &[i64]) -> Vec<i64> {
    let sum: i64 = weights.iter().sum();
    if sum == 0 {
        return vec![0; weights.len()];
    }
    let (whole, sum) = (i128::from(whole), i128::from(sum));
    let exact: Vec<i128> = weights.iter().map(|weight| whole * i128::from(*weight)).collect();
    let mut parts: Vec<i128> = exact.iter().map(|share| share / sum).collect();
    let mut order: Vec<usize> = (0..weights.len()).collect();
    order.sort_by_key(|n| (-(exact[*n] % sum), *n));
    let left = usize::try_from(whole - parts.iter().sum::<i128>()).unwrap();
    for n in order.into_iter().take(left) {
        parts[n] += 1;
    }
    parts.into_iter().map(|part| i64::try_from(part).unwrap()).collect()
}

impl Round {
    /// What was taken at a stop is filed and leaves.
    pub fn collect(
        &self,
        (n, id): (usize, &str),
        taken: Vec<Item>,
        day: &str,
        (books, world): (&mut Books, &Sites),
    ) -> Result<Manifest, Full> {
        let ends = (self.stops[n].from, self.to);
        let manifest = prepared(ends, self.carrier, (self.stream, day.to_owned()), taken);
        let mut manifest = Manifest { id: id.to_owned(), ..manifest.file(books, world)? };
        manifest.move_out(books, world);
        manifest.board();
        (manifest.status, manifest.version) = ("in_transit", 2);
        Ok(manifest)
    }
}

/// One reading is the receipt of all: what was accepted and refused of each, item by item.
pub fn found(manifests: &[(&Manifest, i64)], net: i64, refused: i64) -> Vec<Vec<(i64, i64)>> {
    let collected: Vec<i64> = manifests.iter().map(|(_, collected)| *collected).collect();
    let masses = shares(net, &collected);
    let refusals = shares(refused, &masses);
    let parts = manifests.iter().zip(masses.into_iter().zip(refusals));
    let part = |((manifest, _), (mass, refused)): (&(&Manifest, i64), (i64, i64))| {
        let shipped: Vec<i64> = manifest.items.iter().map(|item| item.shipped).collect();
        let masses = shares(mass, &shipped);
        let refusals = shares(refused, &masses);
        masses.into_iter().zip(refusals).map(|(mass, refused)| (mass - refused, refused)).collect()
    };
    parts.map(part).collect()
}

/// All are received, or none: the licences are asked for all of it as one.
pub fn received(
    manifests: &[&Manifest],
    found: &[Vec<(i64, i64)>],
    year: i16,
    (books, world): (&mut Books, &Sites),
) -> Result<Vec<Manifest>, Full> {
    let each = manifests.iter().zip(found);
    let receipts: Vec<Receipt> =
        each.clone().map(|(manifest, found)| manifest.receipt(found, year, world)).collect();
    let all: Receipt = receipts.into_iter().flatten().collect();
    let mut merged = all.iter().flatten().cloned().collect::<Vec<_>>();
    merged.sort_by(|one, other| one.key.cmp(&other.key));
    merged.dedup_by(|one, first| {
        let same = one.key == first.key;
        if same {
            first.used += one.used;
            first.reserved += one.reserved;
            first.made += one.made;
            first.limit = first.limit.or(one.limit);
            first.enforced |= one.enforced;
        }
        same
    });
    merged.iter().try_for_each(|post| books.post(post))?;
    Ok(each.map(|(manifest, found)| (*manifest).clone().found(found)).collect())
}

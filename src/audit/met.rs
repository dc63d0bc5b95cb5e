//! Whether two walks have met the same leaves at the same positions, each in an order of its own:
//! without keeping any, and without sorting. Pure.
//!
//! Both add up the hashes of what they meet, which are made with a key that is drawn for this audit
//! alone. Whoever has altered the database did not know it: other leaves, or the same ones
//! elsewhere, come to the same sum once in 2^64 audits (MSet-Add-Hash: Clarke, Devadas, van Dijk,
//! Gassend and Suh, "Incremental multiset hash functions and their application to memory integrity
//! checking", ASIACRYPT 2003).

use std::hash::{BuildHasher as _, RandomState};

use crate::custody::Hash;

/// All that a walk has met.
#[derive(Clone, Debug, Default)]
pub struct Met {
    key: RandomState,
    count: u64,
    sum: u64,
}

impl Met {
    /// Of another walk, which is compared with this one: it has met nothing.
    pub fn beside(&self) -> Self {
        Self { key: self.key.clone(), count: 0, sum: 0 }
    }

    /// What is no hash is as good as none.
    pub fn add(&mut self, position: i64, leaf: &[u8]) {
        self.count += 1;
        let leaf: Option<&Hash> = leaf.try_into().ok();
        self.sum = self.sum.wrapping_add(self.key.hash_one((position, leaf)));
    }

    /// With what another walk has met beside this one.
    pub const fn extend(&mut self, other: &Self) {
        self.count += other.count;
        self.sum = self.sum.wrapping_add(other.sum);
    }

    /// How many leaves.
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Whether both have met the same.
    pub const fn is_same(&self, other: &Self) -> bool {
        self.count == other.count && self.sum == other.sum
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEAVES: [(i64, &[u8]); 3] = [(0, &[1; 32]), (1, &[2; 32]), (2, &[3; 32])];

    fn met(beside: &Met, leaves: &[(i64, &[u8])]) -> Met {
        let mut met = beside.beside();
        for (position, leaf) in leaves {
            met.add(*position, leaf);
        }
        met
    }

    #[test]
    fn the_order_does_not_matter() {
        let of = Met::default();
        let [one, two, three] = LEAVES;
        let (mut some, rest) = (met(&of, &[two]), met(&of, &[three, one]));
        some.extend(&rest);
        assert!(some.is_same(&met(&of, &LEAVES)));
        assert_eq!(some.count(), 3);
    }

    #[test]
    fn whatever_is_altered_does() {
        let of = Met::default();
        let all = met(&of, &LEAVES);
        let [one, two, three] = LEAVES;
        let swapped = [(0, two.1), (1, one.1), three];
        let others = [
            &swapped[..],
            &[one, two],
            &[one, two, two],
            &[one, two, three, three],
            &[one, two, (3, three.1)],
            &[one, two, (2, &[3; 31])],
            &[one, two, (2, &[4; 32])],
        ];
        for other in others {
            assert!(!all.is_same(&met(&of, other)), "{other:?}");
        }
    }
}

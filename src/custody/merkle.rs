//! Merkle trees of RFC 9162 (the same as RFC 6962's): hashing, and what proves that an entry is in
//! a tree or that a tree only grew. Pure.
//!
//! Proofs are made in two steps, so that nothing here knows where hashes are kept: first the
//! [`Span`]s whose hashes a proof consists of, then the hash of each from [`Node`]s, which are
//! complete subtrees and never change again once the tree has grown past them.

use sha2::{Digest, Sha256};

/// A SHA-256.
pub type Hash = [u8; 32];

/// The hash of two subtrees side by side.
pub fn node(left: &Hash, right: &Hash) -> Hash {
    let mut hash = Sha256::new();
    hash.update([1u8]);
    hash.update(left);
    hash.update(right);
    hash.finalize().into()
}

/// The root of the tree without entries: SHA-256 of nothing.
pub fn empty_root() -> Hash {
    Sha256::digest([]).into()
}

/// The root over hashes that are all of one level, oldest first.
pub fn root(hashes: &[Hash]) -> Hash {
    fold(peaks_over(hashes))
}

/// The hashes of the complete subtrees over hashes that are all of one level, from left to right.
pub fn peaks_over(hashes: &[Hash]) -> impl DoubleEndedIterator<Item = Hash> {
    let peaks = Span { from: 0, to: hashes.len() as u64 }.peaks();
    peaks.map(|peak| {
        let first = (peak.index << peak.level) as usize;
        complete(&hashes[first..first + (1 << peak.level)])
    })
}

/// The root over as many hashes as a complete subtree has: 1, 2, 4, …
pub fn complete(hashes: &[Hash]) -> Hash {
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level =
            level.chunks(2).map(|pair| node(&pair[0], pair.last().unwrap_or(&pair[0]))).collect();
    }
    level.first().copied().unwrap_or_else(empty_root)
}

/// The hash over complete subtrees of falling size, from left to right.
pub fn fold(peaks: impl DoubleEndedIterator<Item = Hash>) -> Hash {
    let from_the_right = |right: Hash, left: Hash| node(&left, &right);
    peaks.rev().reduce(from_the_right).unwrap_or_else(empty_root)
}

/// A complete subtree: the `2^level` entries from `index * 2^level` on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Node {
    pub level: u32,
    pub index: u64,
}

/// The entries from `from` up to `to`, as one of the subtrees that RFC 9162 divides a tree into.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    pub from: u64,
    pub to: u64,
}

impl Span {
    /// The complete subtrees that it consists of, from left to right.
    pub fn peaks(self) -> impl DoubleEndedIterator<Item = Node> {
        let size = self.to - self.from;
        (0..u64::BITS).rev().filter(move |level| size >> level & 1 == 1).map(move |level| {
            // What is left of it are the larger ones: the higher bits of the size.
            let before = self.from + (size >> level >> 1 << level << 1);
            Node { level, index: before >> level }
        })
    }
}

/// How many entries of `size`, which is at least 2, are in the left half: a power of two.
const fn left_of(size: u64) -> u64 {
    1 << (u64::BITS - 1 - (size - 1).leading_zeros())
}

/// What proves that the entry `index` is in the tree of `size` entries, from the leaf up; nothing
/// where it is not.
pub fn inclusion_path(index: u64, size: u64) -> Vec<Span> {
    let mut path = Vec::new();
    if index >= size {
        return path;
    }
    let (mut from, mut to) = (0, size);
    while to - from > 1 {
        let middle = from + left_of(to - from);
        if index < middle {
            path.push(Span { from: middle, to });
            to = middle;
        } else {
            path.push(Span { from, to: middle });
            from = middle;
        }
    }
    path.reverse();
    path
}

/// What proves that the tree of `size` entries begins with that of `old`; nothing where there is
/// nothing to prove (`old` is 0 or `size`).
pub fn consistency_path(old: u64, size: u64) -> Vec<Span> {
    let mut path = Vec::new();
    if old == 0 || old >= size {
        return path;
    }
    let (mut from, mut to) = (0, size);
    while old != to {
        let middle = from + left_of(to - from);
        if old <= middle {
            path.push(Span { from: middle, to });
            to = middle;
        } else {
            path.push(Span { from, to: middle });
            from = middle;
        }
    }
    if from > 0 {
        // Else it is the old root, which whoever checks has already.
        path.push(Span { from, to });
    }
    path.reverse();
    path
}

/// RFC 9162, 2.1.3.2: whether `proof` shows that `leaf` is the entry `index` of the tree of `size`
/// entries whose root is `root`.
pub fn includes(proof: &[Hash], (index, leaf): (u64, &Hash), (size, root): (u64, &Hash)) -> bool {
    if index >= size {
        return false;
    }
    let (mut at, mut last, mut hash) = (index, size - 1, *leaf);
    for step in proof {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            hash = node(step, &hash);
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            hash = node(&hash, step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && hash == *root
}

/// RFC 9162, 2.1.4.2: whether `proof` shows that the tree `new` (size, root) begins with the tree
/// `old`. Of the empty tree nothing can be shown.
pub fn extends(proof: &[Hash], old: (u64, &Hash), new: (u64, &Hash)) -> bool {
    let ((old, old_root), (new, new_root)) = (old, new);
    if old == 0 || old > new {
        return false;
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    let (first, rest) = if old.is_power_of_two() {
        (old_root, proof)
    } else {
        let Some((first, rest)) = proof.split_first() else { return false };
        (first, rest)
    };
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        (at, last) = (at >> 1, last >> 1);
    }
    let (mut was, mut is) = (*first, *first);
    for step in rest {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            (was, is) = (node(step, &was), node(step, &is));
            while at & 1 == 0 && at != 0 {
                (at, last) = (at >> 1, last >> 1);
            }
        } else {
            is = node(&is, step);
        }
        (at, last) = (at >> 1, last >> 1);
    }
    last == 0 && was == *old_root && is == *new_root
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn leaves(size: u64) -> Vec<Hash> {
        (0..size).map(|n| Sha256::digest(n.to_be_bytes()).into()).collect()
    }

    /// MTH as the RFC defines it, word for word.
    fn by_the_rfc(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => empty_root(),
            [one] => *one,
            more => {
                let mut half = 1;
                while half * 2 < more.len() {
                    half *= 2;
                }
                node(&by_the_rfc(&more[..half]), &by_the_rfc(&more[half..]))
            }
        }
    }

    fn hashes(path: &[Span], leaves: &[Hash]) -> Vec<Hash> {
        path.iter().map(|span| root(&leaves[span.from as usize..span.to as usize])).collect()
    }

    #[test]
    fn a_root_is_what_the_rfc_says() {
        for size in 0..130 {
            let leaves = leaves(size);
            assert_eq!(root(&leaves), by_the_rfc(&leaves), "{size}");
        }
    }

    #[test]
    fn nothing_is_proven_of_what_is_not_there() {
        assert!(inclusion_path(3, 3).is_empty() && inclusion_path(0, 0).is_empty());
        assert!(inclusion_path(0, 1).is_empty());
        assert!(consistency_path(0, 9).is_empty() && consistency_path(9, 9).is_empty());
        assert!(consistency_path(10, 9).is_empty());
        let all = leaves(2);
        assert!(!includes(&[], (0, &all[0]), (0, &empty_root())));
        assert!(!extends(&[], (0, &empty_root()), (2, &root(&all))));
    }

    proptest! {
        #[test]
        fn every_entry_is_proven_and_no_other_there(size in 1u64..600, pick: u64, other: u64) {
            let all = leaves(size);
            let (index, other) = (pick % size, other % size);
            let whole = root(&all);
            let proof = hashes(&inclusion_path(index, size), &all);
            let leaf = |n: u64| &all[n as usize];
            prop_assert!(includes(&proof, (index, leaf(index)), (size, &whole)));
            if other != index {
                prop_assert!(!includes(&proof, (other, leaf(index)), (size, &whole)));
                prop_assert!(!includes(&proof, (index, leaf(other)), (size, &whole)));
            }
            prop_assert!(!includes(&proof, (index, leaf(index)), (size, &node(&whole, &whole))));
            let mut longer = proof.clone();
            longer.push(whole);
            prop_assert!(!includes(&longer, (index, leaf(index)), (size, &whole)));
            if let Some((_, shorter)) = proof.split_last() {
                prop_assert!(!includes(shorter, (index, leaf(index)), (size, &whole)));
            }
        }

        #[test]
        fn a_tree_that_grew_is_proven_and_one_that_changed_is_not(
            size in 2u64..600, pick: u64, changed: u64,
        ) {
            let mut all = leaves(size);
            let old = 1 + pick % size;
            let (was, is) = (root(&all[..old as usize]), root(&all));
            let proof = hashes(&consistency_path(old, size), &all);
            prop_assert!(extends(&proof, (old, &was), (size, &is)));
            all[(changed % old) as usize] = [7; 32];
            let other = root(&all);
            let forged = hashes(&consistency_path(old, size), &all);
            prop_assert!(!extends(&forged, (old, &was), (size, &other)));
            prop_assert!(!extends(&proof, (old, &was), (size, &other)));
            if old > 1 && old < size {
                prop_assert!(!extends(&proof, (old - 1, &was), (size, &is)));
            }
        }

        #[test]
        fn peaks_cover_a_span_without_gaps(size in 1u64..100_000, index: u64) {
            for span in inclusion_path(index % size, size) {
                let mut at = span.from;
                for peak in span.peaks() {
                    prop_assert_eq!(peak.index << peak.level, at);
                    at += 1 << peak.level;
                }
                prop_assert_eq!(at, span.to);
            }
        }
    }
}

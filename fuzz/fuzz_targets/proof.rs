//! Proofs: only the right one is believed, whatever else is handed in.
#![no_main]

use liandan::custody::{Hash, extends, includes, root};
use libfuzzer_sys::fuzz_target;

/// A tree of so many leaves, each another.
fn leaves(size: u64) -> Vec<Hash> {
    (0..size).map(|n| [n as u8; 32]).collect()
}

fuzz_target!(|bytes: &[u8]| {
    let Some((head, rest)) = bytes.split_first_chunk::<4>() else { return };
    let [old, new, index, leaf] = *head;
    let (old, new) = (u64::from(old) % 70, u64::from(new) % 70);
    // A byte stands for a hash that is in the tree, so that much of what comes is nearly right.
    let all = leaves(new);
    let known = |byte: &u8| {
        let (from, to) = (u64::from(byte >> 4) * 4, u64::from(byte & 15) * 5);
        let (from, to) = (from.min(new) as usize, to.min(new) as usize);
        if from < to { root(&all[from..to]) } else { [*byte; 32] }
    };
    let proof: Vec<Hash> = rest.iter().take(80).map(known).collect();
    let (was, is) = (root(&leaves(old)), root(&all));
    if extends(&proof, (old, &was), (new, &is)) {
        assert!(0 < old && old <= new);
        // Of another history of the same size it shows nothing.
        assert!(!extends(&proof, (old, &[0xee; 32]), (new, &is)));
    }
    let (index, hash) = (u64::from(index), [leaf; 32]);
    if includes(&proof, (index, &hash), (new, &is)) {
        assert!(index < new && all[index as usize] == hash);
    }
    // Sizes that no log has, for whatever overflows.
    let large = u64::MAX - u64::from(leaf);
    let _ = extends(&proof, (large - index, &was), (large, &is));
    let _ = includes(&proof, (large - 1, &hash), (large, &is));
});

//! What a step is: a kind, and a seed of its own. What it does with it is decided by the world it
//! meets, so any steps of a run in their order are a run.

use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};

/// What somebody tries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Produce,
    File,
    Draft,
    Patch,
    FileDraft,
    Depart,
    HandOver,
    Stop,
    Incident,
    Arrive,
    Receive,
    Complete,
    Cancel,
    /// The clock jumps.
    Jump,
}

/// Of each kind, how many of a hundred or so.
const KINDS: &[(Kind, u32)] = &[
    (Kind::Produce, 8),
    (Kind::File, 18),
    (Kind::Draft, 3),
    (Kind::Patch, 2),
    (Kind::FileDraft, 3),
    (Kind::Depart, 14),
    (Kind::HandOver, 5),
    (Kind::Stop, 2),
    (Kind::Incident, 4),
    (Kind::Arrive, 8),
    (Kind::Receive, 14),
    (Kind::Complete, 16),
    (Kind::Cancel, 4),
    (Kind::Jump, 4),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Op {
    /// Its place in the run of its seed.
    pub n: usize,
    pub kind: Kind,
    pub seed: u64,
}

/// The first steps of a seed.
pub fn of_seed(seed: u64, steps: usize) -> Vec<Op> {
    (0..steps).map(|n| nth(seed, n)).collect()
}

fn nth(seed: u64, n: usize) -> Op {
    let own =
        seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ (n as u64).wrapping_mul(0xd1b5_4a32_d192_ed03);
    let mut chance = StdRng::seed_from_u64(own);
    let all: u32 = KINDS.iter().map(|(_, weight)| weight).sum();
    let mut at = chance.random_range(0..all);
    let kind = KINDS.iter().find(|(_, weight)| {
        let here = at < *weight;
        at = at.saturating_sub(*weight);
        here
    });
    Op { n, kind: kind.unwrap().0, seed: chance.random_range(0..u64::MAX) }
}

/// A line of `kept.txt`.
pub fn line(seed: u64, ops: &[Op]) -> String {
    let steps: Vec<String> = ops.iter().map(|op| op.n.to_string()).collect();
    format!("{seed}: {}", steps.join(" "))
}

pub fn parse(line: &str) -> Vec<Op> {
    let (seed, steps) = line.split_once(':').unwrap();
    let seed = seed.trim().parse().unwrap();
    steps.split_whitespace().map(|n| nth(seed, n.parse().unwrap())).collect()
}

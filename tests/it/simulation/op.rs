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
    Transship,
    Incident,
    Arrive,
    Receive,
    Complete,
    Return,
    Forward,
    /// What was stored goes on.
    SendOn,
    Amend,
    Approve,
    Reject,
    Cancel,
    PlanRound,
    AddStop,
    Call,
    Confirm,
    WeighIn,
    TreatRound,
    CancelRound,
    OpenTrip,
    JoinTrip,
    DepartTrip,
    ArriveTrip,
    WeighTrip,
    CancelTrip,
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
    (Kind::Transship, 6),
    (Kind::Incident, 4),
    (Kind::Arrive, 8),
    (Kind::Receive, 14),
    (Kind::Complete, 16),
    (Kind::Return, 4),
    (Kind::Forward, 4),
    (Kind::SendOn, 6),
    (Kind::Amend, 8),
    (Kind::Approve, 6),
    (Kind::Reject, 1),
    (Kind::Cancel, 5),
    (Kind::PlanRound, 4),
    (Kind::AddStop, 2),
    (Kind::Call, 12),
    (Kind::Confirm, 3),
    (Kind::WeighIn, 4),
    (Kind::TreatRound, 4),
    (Kind::CancelRound, 1),
    (Kind::OpenTrip, 4),
    (Kind::JoinTrip, 2),
    (Kind::DepartTrip, 3),
    (Kind::ArriveTrip, 3),
    (Kind::WeighTrip, 2),
    (Kind::CancelTrip, 1),
    (Kind::Jump, 4),
];

impl Kind {
    pub const fn is_of_round(self) -> bool {
        matches!(
            self,
            Self::PlanRound
                | Self::AddStop
                | Self::Call
                | Self::Confirm
                | Self::WeighIn
                | Self::TreatRound
                | Self::CancelRound
        )
    }

    pub const fn is_of_trip(self) -> bool {
        matches!(
            self,
            Self::OpenTrip
                | Self::JoinTrip
                | Self::DepartTrip
                | Self::ArriveTrip
                | Self::WeighTrip
                | Self::CancelTrip
        )
    }
}

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

/// A line of `kept.txt`: each step by its kind and its seed, so that it stays what it is when
/// steps of other kinds join them.
pub fn line(ops: &[Op]) -> String {
    let steps: Vec<String> = ops.iter().map(|op| format!("{:?}:{:x}", op.kind, op.seed)).collect();
    steps.join(" ")
}

pub fn parse(line: &str) -> Vec<Op> {
    let kept = |(n, step): (usize, &str)| {
        let (word, seed) = step.split_once(':').unwrap();
        let (kind, _) = KINDS.iter().find(|(kind, _)| format!("{kind:?}") == word).unwrap();
        Op { n, kind: *kind, seed: u64::from_str_radix(seed, 16).unwrap() }
    };
    line.split_whitespace().enumerate().map(kept).collect()
}

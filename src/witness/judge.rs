//! What a witness makes of a submission: C2SP `tlog-witness`, check by check, in its order. Pure.

use std::fmt;

use crate::custody::{Checkpoint, Submission, empty_root, extends};

/// What is done with a checkpoint that its log has signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It goes on from what is known: to be stored and cosigned.
    GoesOn,
    Refused(Refused),
}

/// Why a checkpoint that its log has signed is not cosigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The old size is larger than the checkpoint's.
    Backwards,
    /// The old size is not the one that is known, which is this.
    Stale { known: u64 },
    /// As many entries as are known, and another root. Both are signed by the log, so it has two
    /// histories: these two notes show it to anybody.
    Forked { known: u64 },
    /// The proof does not show that the log only grew. Either it is wrong, or the log is.
    Unproven { known: u64 },
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Backwards => f.write_str("the old size is larger than the new one"),
            Self::Stale { known } => write!(f, "{known} entries are known, not the old size"),
            Self::Forked { known } => write!(f, "another root of the same {known} entries"),
            Self::Unproven { known } => write!(f, "no proof that it goes on from {known} entries"),
        }
    }
}

/// Judges a checkpoint against the newest one that is known of its log.
pub fn judge(
    submission: &Submission<'_>,
    shown: &Checkpoint,
    known: Option<&Checkpoint>,
) -> Outcome {
    // Every log begins with nothing.
    let nothing = empty_root();
    let (size, root) = known.map_or((0, &nothing), |known| (known.size, &known.root));
    let refused = if submission.old > shown.size {
        Refused::Backwards
    } else if shown.size == size && shown.root != *root {
        // Whatever size was asked for: that the log has signed both is enough.
        Refused::Forked { known: size }
    } else if submission.old != size {
        Refused::Stale { known: size }
    } else if grew(submission, (size, root), shown) {
        return Outcome::GoesOn;
    } else {
        Refused::Unproven { known: size }
    };
    Outcome::Refused(refused)
}

fn grew(submission: &Submission<'_>, old: (u64, &[u8; 32]), shown: &Checkpoint) -> bool {
    if old.0 == 0 {
        // There is nothing to prove, and so no proof.
        return submission.proof.is_empty();
    }
    extends(&submission.proof, old, (shown.size, &shown.root))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::custody::root;

    fn leaves(seed: u8, size: usize) -> Vec<[u8; 32]> {
        (0..size).map(|n| [seed ^ n as u8; 32]).collect()
    }

    fn head(leaves: &[[u8; 32]]) -> Checkpoint {
        Checkpoint { origin: "a".to_owned(), size: leaves.len() as u64, root: root(leaves) }
    }

    fn judged(
        old: u64,
        proof: &[[u8; 32]],
        shown: &Checkpoint,
        known: Option<&Checkpoint>,
    ) -> Outcome {
        let submission = Submission { old, proof: proof.to_vec(), note: "" };
        judge(&submission, shown, known)
    }

    #[test]
    fn only_what_goes_on_from_what_is_known_is_cosigned() {
        let all = leaves(0, 3);
        let (two, three) = (head(&all[..2]), head(&all));
        let refused = Outcome::Refused;
        // From two to three the proof is the third leaf.
        assert_eq!(judged(2, &all[2..], &three, Some(&two)), Outcome::GoesOn);
        assert_eq!(judged(3, &[], &three, Some(&three)), Outcome::GoesOn);
        assert_eq!(judged(0, &[], &three, None), Outcome::GoesOn);
        assert_eq!(judged(0, &[], &head(&[]), None), Outcome::GoesOn);
        let unproven = |known| refused(Refused::Unproven { known });
        assert_eq!(judged(2, &[], &three, Some(&two)), unproven(2));
        assert_eq!(judged(2, &all[1..2], &three, Some(&two)), unproven(2));
        assert_eq!(judged(3, &all[2..], &three, Some(&three)), unproven(3));
        assert_eq!(judged(0, &all[2..], &three, None), unproven(0));
        let stale = |known| refused(Refused::Stale { known });
        assert_eq!(judged(0, &[], &three, Some(&two)), stale(2));
        assert_eq!(judged(1, &[], &two, Some(&three)), stale(3));
        assert_eq!(judged(1, &[], &three, None), stale(0));
        assert_eq!(judged(4, &[], &three, Some(&three)), refused(Refused::Backwards));
    }

    #[test]
    fn two_histories_of_one_size_are_told_from_a_missing_proof() {
        let (ours, theirs) = (head(&leaves(0, 3)), head(&leaves(9, 3)));
        for old in [0, 1, 3] {
            let forked = Outcome::Refused(Refused::Forked { known: 3 });
            assert_eq!(judged(old, &[], &theirs, Some(&ours)), forked);
        }
        let of_nothing = Checkpoint { root: [1; 32], ..head(&[]) };
        let forked = Outcome::Refused(Refused::Forked { known: 0 });
        assert_eq!(judged(0, &[], &of_nothing, None), forked);
    }
}

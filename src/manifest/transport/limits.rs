//! How often things can happen to one load: a journey is short, and its state travels with it.

use crate::problem::{Code, Fault, Findings, Text};

/// Hand-overs, stops and incidents of one manifest, each: some 300 B of state apiece, and more than
/// any journey has.
const TIMES_MAX: usize = 50;

/// Refuses one more where there are too many.
pub fn one_more(so_far: usize, findings: &mut Findings) {
    if so_far >= TIMES_MAX {
        let text = Text::new(
            format!("同类记录最多 {TIMES_MAX} 条。"),
            format!("At most {TIMES_MAX} of this kind are recorded on one manifest."),
        );
        findings.refuse(Fault::without_field(Code::TooLong, text));
    }
}

//! What a run of rules found: refusals and warnings, gathered side by side.
//!
//! api.md asks for all faults at once and for warnings beside them ("stored, shown, never
//! blocking"), so a rule never returns early with the first fault: it pushes here and goes on.
//! An empty `Findings` owns no memory, so that filing pays nothing when nothing is wrong.

use super::{Fault, Problem};

/// Faults refuse, warnings are shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Findings {
    pub faults: Vec<Fault>,
    pub warnings: Vec<Fault>,
}

impl Findings {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn refuse(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub fn warn(&mut self, warning: Fault) {
        self.warnings.push(warning);
    }

    /// Neither a fault nor a warning.
    pub fn is_clean(&self) -> bool {
        self.faults.is_empty() && self.warnings.is_empty()
    }

    /// The warnings to store with the act, or the problem that refuses it.
    pub fn settle(self) -> Result<Vec<Fault>, Problem> {
        Problem::unless_empty(self.faults)?;
        Ok(self.warnings)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{Code, Text};

    #[test]
    fn a_warning_alone_does_not_refuse_and_a_fault_does() {
        let note = |code| Fault::new(code, "/items/0", Text::new("x", "x"));
        let mut findings = Findings::new();
        assert!(findings.is_clean());
        findings.warn(note(Code::OutsidePlan));
        assert!(!findings.is_clean());
        assert_eq!(findings.clone().settle().map(|warnings| warnings.len()), Ok(1));
        findings.refuse(note(Code::HazardMismatch));
        assert_eq!(findings.settle().map_err(|problem| problem.code()), Err(Code::HazardMismatch));
    }
}

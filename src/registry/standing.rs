//! Who may move a register entry between active, suspended and closed.
//!
//! Suspending, and lifting a suspension, is the regulators'. An entry's own people may close it.
//! Closed is final: nothing of a closed entry changes any more.

use super::model::Standing;
use crate::problem::{Code, Fault, Problem, Text};

/// Whether the patch may set this status, asked of somebody who may change the entry.
pub(super) fn may_move(registrar: bool, from: Standing, to: Standing) -> Result<(), Problem> {
    let own = from == to || to == Standing::Closed;
    if registrar || own { Ok(()) } else { Err(Problem::forbidden()) }
}

/// Nothing of a closed entry changes.
pub(super) fn still_open(standing: Standing) -> Result<(), Problem> {
    if standing != Standing::Closed {
        return Ok(());
    }
    let detail = Text::new("已注销，不能再更改。", "This is closed for good and cannot change.");
    Err(Problem::new(Code::IllegalTransition, detail))
}

/// What is suspended or closed takes no new entries.
pub(super) fn takes_entries(standing: Standing, pointer: &str) -> Option<Fault> {
    let (zh, en) = match standing {
        Standing::Active => return None,
        Standing::Suspended => ("已被暂停。", "This is suspended."),
        Standing::Closed => ("已注销。", "This is closed."),
    };
    Some(Fault::new(Code::RightWithdrawn, pointer, Text::new(zh, en)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use Standing::{Active, Closed, Suspended};

    #[test]
    fn own_people_close_and_regulators_suspend_and_lift() {
        assert!(may_move(false, Active, Closed).is_ok());
        assert!(may_move(false, Suspended, Closed).is_ok());
        assert!(may_move(false, Suspended, Suspended).is_ok());
        assert!(may_move(false, Suspended, Active).is_err());
        assert!(may_move(false, Active, Suspended).is_err());
        assert!(may_move(true, Suspended, Active).is_ok());
        assert!(still_open(Closed).is_err() && still_open(Suspended).is_ok());
        assert!(takes_entries(Suspended, "/x").is_some() && takes_entries(Active, "/x").is_none());
    }
}

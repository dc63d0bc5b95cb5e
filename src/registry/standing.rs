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

/// The status that a new entry begins with: active unless it says otherwise. Suspended is the
/// regulators' to say, and nothing begins closed.
pub(super) fn at_first(registrar: bool, asked: Option<Standing>) -> Result<Standing, Problem> {
    let status = asked.unwrap_or(Standing::Active);
    may_move(registrar, Standing::Active, status)?;
    if status == Standing::Closed { Err(begins_ended()) } else { Ok(status) }
}

/// An entry that would be at its end when it begins.
pub(super) fn begins_ended() -> Problem {
    let detail = Text::new("新登记的不能是已注销或失效的。", "Nothing new begins at its end.");
    Problem::at(Code::InvalidValue, "/status", detail)
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
    }

    #[test]
    fn what_is_new_begins_active_or_suspended_by_a_regulator() {
        let code = |registrar, asked| at_first(registrar, asked).map_err(|problem| problem.code());
        assert_eq!(code(false, None), Ok(Active));
        assert_eq!(code(false, Some(Active)), Ok(Active));
        assert_eq!(code(true, Some(Suspended)), Ok(Suspended));
        assert_eq!(code(false, Some(Suspended)), Err(Code::Forbidden));
        assert_eq!(code(false, Some(Closed)), Err(Code::InvalidValue));
        assert_eq!(code(true, Some(Closed)), Err(Code::InvalidValue));
    }

    #[test]
    fn what_is_not_active_takes_nothing_new() {
        assert!(still_open(Closed).is_err() && still_open(Suspended).is_ok());
        assert!(takes_entries(Suspended, "/x").is_some() && takes_entries(Active, "/x").is_none());
    }
}

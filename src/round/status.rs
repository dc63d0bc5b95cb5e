//! Where a round and its stops stand, and what may be done from there.

use crate::problem::{Code, Fault, Problem, Text};
use crate::wire::api_enum;

api_enum! {
    /// Where a round stands.
    pub enum RoundStatus {
        /// Nothing is collected yet.
        Planned = "planned",
        Collecting = "collecting",
        /// All that was collected is received.
        Weighed = "weighed",
        /// All that was accepted is treated.
        Completed = "completed",
        Cancelled = "cancelled",
    }

    /// Where a stop stands.
    pub enum StopStatus { Planned = "planned", Collected = "collected", Skipped = "skipped" }

    /// What came of calling at a stop.
    pub enum StopOutcome { Collected = "collected", Skipped = "skipped" }

    /// What a person can do to a round.
    pub enum RoundAction {
        AddStop = "add_stop",
        Stop = "stop",
        Change = "change",
        WeighIn = "weigh_in",
        Complete = "complete",
        Cancel = "cancel",
        Confirm = "confirm",
    }
}

impl RoundAction {
    /// The states that it is possible in.
    pub const fn from(self) -> &'static [RoundStatus] {
        use RoundStatus::{Cancelled, Collecting, Completed, Planned, Weighed};
        match self {
            Self::AddStop | Self::Stop | Self::Change => &[Planned, Collecting],
            Self::WeighIn => &[Collecting],
            Self::Complete => &[Weighed],
            Self::Cancel => &[Planned],
            Self::Confirm => &[Planned, Collecting, Weighed, Completed, Cancelled],
        }
    }

    pub fn is_open(self, status: RoundStatus) -> bool {
        self.from().contains(&status)
    }

    /// Refuses an action that the state does not allow: what was weighed is told as such.
    pub fn demand(self, status: RoundStatus) -> Result<(), Problem> {
        if self.is_open(status) {
            return Ok(());
        }
        let is_weighed = matches!(status, RoundStatus::Weighed | RoundStatus::Completed);
        let code = match self {
            Self::AddStop | Self::Stop | Self::WeighIn if is_weighed => Code::AlreadyWeighed,
            _ => Code::IllegalTransition,
        };
        let detail = Text::new(
            format!("趟次状态为 {status}，不能执行 {self}。"),
            format!("The round is {status}; it cannot {self}."),
        );
        let allowed: Vec<&str> =
            Self::ALL.iter().filter(|one| one.is_open(status)).map(|one| one.as_str()).collect();
        let fault = Fault::without_field(code, detail);
        Err(fault.with("round_status", status.as_str()).with("allowed_actions", allowed).into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_is_weighed_once_and_cancelled_only_before_anything_is_collected() {
        let code = |action: RoundAction, status| action.demand(status).unwrap_err().code();
        assert_eq!(code(RoundAction::WeighIn, RoundStatus::Weighed), Code::AlreadyWeighed);
        assert_eq!(code(RoundAction::Stop, RoundStatus::Completed), Code::AlreadyWeighed);
        assert_eq!(code(RoundAction::WeighIn, RoundStatus::Planned), Code::IllegalTransition);
        assert_eq!(code(RoundAction::Cancel, RoundStatus::Collecting), Code::IllegalTransition);
        assert!(RoundAction::Cancel.is_open(RoundStatus::Planned));
    }
}

//! Where a trip stands, and what may be done from there.

use crate::problem::{Code, Fault, Problem, Text};
use crate::wire::api_enum;

api_enum! {
    /// Where a trip stands.
    pub enum TripStatus {
        /// Being loaded: manifests may join it.
        Open = "open",
        Departed = "departed",
        /// All that ride on it are there.
        Arrived = "arrived",
        Cancelled = "cancelled",
    }

    /// What a person can do to a trip.
    pub enum TripAction {
        Join = "join",
        Depart = "depart",
        Arrive = "arrive",
        Weigh = "weigh",
        Cancel = "cancel",
    }
}

impl TripAction {
    /// The states that it is possible in. Who arrives has left, whether anybody said so or not.
    pub const fn from(self) -> &'static [TripStatus] {
        use TripStatus::{Arrived, Departed, Open};
        match self {
            Self::Join | Self::Depart | Self::Cancel => &[Open],
            Self::Arrive => &[Open, Departed],
            Self::Weigh => &[Departed, Arrived],
        }
    }

    pub fn is_open(self, status: TripStatus) -> bool {
        self.from().contains(&status)
    }

    /// Refuses an action that the state does not allow, naming the state and what it allows.
    pub fn demand(self, status: TripStatus) -> Result<(), Problem> {
        if self.is_open(status) {
            return Ok(());
        }
        let detail = Text::new(
            format!("车次状态为 {status}，不能执行 {self}。"),
            format!("The trip is {status}; it cannot {self}."),
        );
        let allowed: Vec<&str> =
            Self::ALL.iter().filter(|one| one.is_open(status)).map(|one| one.as_str()).collect();
        let fault = Fault::without_field(Code::IllegalTransition, detail);
        Err(fault.with("trip_status", status.as_str()).with("allowed_actions", allowed).into())
    }
}

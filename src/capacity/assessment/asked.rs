//! What may be asked of an assessment.

use crate::capacity::planning::Year;
use crate::registry::DivisionNumber;
use crate::wire::{List, api_enum, wire};

api_enum! {
    /// What cells are told apart by.
    pub enum Dimension {
        Division = "division",
        Category = "category",
        Code = "code",
        Stream = "stream",
    }
}

wire! {
    /// Which assessment.
    pub struct AssessmentQuery {
        /// Calendar year, Beijing's.
        pub year: Year,
        /// What cells are told apart by; `division,category` when absent.
        pub by: Option<List<Dimension, 1, 4>>,
        /// All that the caller regulates, when absent.
        pub divisions: Option<List<DivisionNumber, 1, 20>>,
        /// `true`: what sites without a ledger made is estimated, and marked as such.
        pub estimate: bool = false,
    }
}

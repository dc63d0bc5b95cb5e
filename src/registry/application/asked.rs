//! What crosses the wire about an application.

use chrono::NaiveDate;
use uuid::Uuid;

use super::model::ApplicationStatus;
use crate::catalogue::WasteCode;
use crate::ids::SiteId;
use crate::wire::{
    BoundedText, Change, Cursor, List, Nothing, PageLimit, PositiveKg, api_enum, paged, wire,
};

type Words = BoundedText<1, 2000>;
type Number = BoundedText<1, 100>;

api_enum! {
    /// What is decided.
    pub enum ApplicationVerdict {
        Approve = "approve",
        Refuse = "refuse",
    }

    /// A step, by its word in the path.
    pub enum ApplicationStep {
        Correct = "request-corrections",
        Resubmit = "resubmit",
        Accept = "accept",
        Consult = "consult",
        Reply = "reply",
        Decide = "decide",
        Withdraw = "withdraw",
    }
}

wire! {
    /// A waste that is to cross.
    pub struct NewAppliedWaste {
        pub waste_code: WasteCode,
        /// `R9`, `D10`, …
        pub method: BoundedText<1, 5>,
        pub mass_kg: PositiveKg,
    }

    /// An application to file.
    pub struct NewTransferApplication {
        pub producer_site_id: SiteId,
        pub receiver_site_id: SiteId,
        pub items: List<NewAppliedWaste, 1, 100>,
        /// The days applied for, Beijing, both included; twelve months at most.
        pub valid_from: NaiveDate,
        pub valid_to: NaiveDate,
        pub note: BoundedText<0, 2000> = BoundedText::default(),
    }

    /// Faults to be put right: all of them at once (一次性告知).
    pub struct CorrectApplication {
        pub text: Words,
    }

    /// The application put right: what is given replaces what was there.
    pub struct ResubmitApplication {
        pub items: Change<List<NewAppliedWaste, 1, 100>>,
        pub valid_from: Change<NaiveDate>,
        pub valid_to: Change<NaiveDate>,
        pub note: Change<BoundedText<0, 2000>>,
    }

    /// The letter to the authority of the place that it goes to.
    pub struct ConsultApplication {
        pub number: Number,
    }

    /// That authority's answer.
    pub struct ReplyToApplication {
        pub agrees: bool,
        pub number: Number,
        pub note: Option<Words>,
    }

    /// The decision. `number`, `mass_kg`, `valid_from` and `valid_to` are the approval's: without
    /// them, it is for all that was applied for.
    pub struct DecideApplication {
        pub decision: ApplicationVerdict,
        /// Of the approval; needed to approve.
        pub number: Option<Number>,
        pub mass_kg: Option<PositiveKg>,
        pub valid_from: Option<NaiveDate>,
        pub valid_to: Option<NaiveDate>,
        /// Needed to refuse.
        pub reason: Option<Words>,
    }

    /// Which applications to list.
    pub struct TransferApplicationQuery {
        /// Either end.
        pub site_id: Option<SiteId>,
        /// As it was last told: one that silence accepted is still `submitted` here.
        pub status: Option<ApplicationStatus>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }
}

paged!(TransferApplicationQuery);

/// A step with what it says.
pub enum Step {
    Correct(CorrectApplication),
    Resubmit(ResubmitApplication),
    /// Nothing more is needed.
    Accept(Nothing),
    Consult(ConsultApplication),
    Reply(ReplyToApplication),
    Decide(DecideApplication),
    /// The applicant thinks better of it.
    Withdraw(Nothing),
}

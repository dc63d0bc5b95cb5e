//! An application as its events tell it.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::super::entry::Entry;
use crate::decision::SubjectKind;
use crate::ids::{ApprovalId, OrganisationId, SiteId, TransferApplicationId};
use crate::units::Grams;
use crate::wire::api_enum;

api_enum! {
    /// How an application stands.
    pub enum ApplicationStatus {
        Submitted = "submitted",
        /// Its faults were named, once and all of them.
        CorrectionsRequested = "corrections_requested",
        Accepted = "accepted",
        /// The authority of the place that it goes to was asked.
        Consulting = "consulting",
        Replied = "replied",
        Approved = "approved",
        Refused = "refused",
        Withdrawn = "withdrawn",
    }
}

/// A waste that is to cross: when kind, quantity or method changes, the law asks for a new
/// application (Art. 28).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppliedWaste {
    pub waste_code: String,
    pub method: String,
    pub mass_g: Grams,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Corrections {
    pub asked_on: NaiveDate,
    pub text: String,
    pub answered_on: Option<NaiveDate>,
}

/// A letter to the authority of the place that it goes to (商请函).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consultation {
    pub sent_on: NaiveDate,
    pub number: String,
}

/// Its answer (复函).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reply {
    pub received_on: NaiveDate,
    pub agrees: bool,
    pub number: String,
    pub note: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub decided_on: NaiveDate,
    pub reason: Option<String>,
    pub approval_id: Option<ApprovalId>,
}

/// An application. Days are Beijing's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TransferApplication {
    pub id: TransferApplicationId,
    /// The producer's.
    pub organisation_id: OrganisationId,
    pub producer_site_id: SiteId,
    pub producer_division: String,
    pub receiver_site_id: SiteId,
    pub receiver_division: String,
    pub items: Vec<AppliedWaste>,
    /// The days that it is applied for.
    pub valid_from: NaiveDate,
    pub valid_to: NaiveDate,
    pub note: String,
    pub status: ApplicationStatus,
    pub submitted_on: NaiveDate,
    pub corrections: Option<Corrections>,
    pub accepted_on: Option<NaiveDate>,
    /// Nobody named a fault in time.
    pub accepted_by_silence: bool,
    pub consultation: Option<Consultation>,
    pub reply: Option<Reply>,
    pub outcome: Option<Outcome>,
    pub withdrawn_on: Option<NaiveDate>,
}

impl Entry for TransferApplication {
    const KIND: SubjectKind = SubjectKind::TransferApplication;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

impl TransferApplication {
    pub fn mass(&self) -> Grams {
        self.items.iter().map(|item| item.mass_g).sum()
    }

    /// The day that it came in as it is now.
    pub fn came_in_on(&self) -> NaiveDate {
        self.corrections.as_ref().and_then(|one| one.answered_on).unwrap_or(self.submitted_on)
    }
}

//! An application in answers.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::asked::ApplicationStep;
use super::clocks::{ApplicationTermView, Clocks};
use super::model::{ApplicationStatus, AppliedWaste, TransferApplication};
use crate::ids::{ApprovalId, OrganisationId, SiteId, TransferApplicationId};
use crate::problem::Problem;
use crate::units::Kg;

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AppliedWasteView {
    pub waste_code: String,
    pub method: String,
    pub mass_kg: Kg,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CorrectionsView {
    pub asked_on: NaiveDate,
    pub text: String,
    #[schema(required)]
    pub answered_on: Option<NaiveDate>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsultationView {
    pub sent_on: NaiveDate,
    pub number: String,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReplyView {
    pub received_on: NaiveDate,
    pub agrees: bool,
    pub number: String,
    #[schema(required)]
    pub note: Option<String>,
}

#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApplicationOutcomeView {
    pub decided_on: NaiveDate,
    #[schema(required)]
    pub reason: Option<String>,
    /// The approval that it made.
    #[schema(required)]
    pub transfer_approval_id: Option<ApprovalId>,
}

/// An application for a transfer across a border, with every term of its steps.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TransferApplicationView {
    pub id: TransferApplicationId,
    pub organisation_id: OrganisationId,
    pub producer_site_id: SiteId,
    pub receiver_site_id: SiteId,
    /// Today: one whose faults nobody named in time is accepted.
    pub status: ApplicationStatus,
    pub items: Vec<AppliedWasteView>,
    pub mass_kg: Kg,
    pub valid_from: NaiveDate,
    pub valid_to: NaiveDate,
    pub note: String,
    pub submitted_on: NaiveDate,
    #[schema(required)]
    pub corrections: Option<CorrectionsView>,
    #[schema(required)]
    pub accepted_on: Option<NaiveDate>,
    /// Nobody named a fault in time, which counts as acceptance on the day it came in.
    pub accepted_by_silence: bool,
    #[schema(required)]
    pub consultation: Option<ConsultationView>,
    #[schema(required)]
    pub reply: Option<ReplyView>,
    #[schema(required)]
    pub outcome: Option<ApplicationOutcomeView>,
    #[schema(required)]
    pub withdrawn_on: Option<NaiveDate>,
    pub terms: Vec<ApplicationTermView>,
}

impl TransferApplicationView {
    /// As it stands on a day.
    pub fn on(told: &TransferApplication, (clocks, day): (Clocks<'_>, NaiveDate)) -> Self {
        let it = clocks.stands(told, day);
        let item = |one: &AppliedWaste| AppliedWasteView {
            waste_code: one.waste_code.clone(),
            method: one.method.clone(),
            mass_kg: Kg(one.mass_g),
        };
        Self {
            id: it.id,
            organisation_id: it.organisation_id,
            producer_site_id: it.producer_site_id,
            receiver_site_id: it.receiver_site_id,
            status: it.status,
            items: it.items.iter().map(item).collect(),
            mass_kg: Kg(it.mass()),
            valid_from: it.valid_from,
            valid_to: it.valid_to,
            terms: clocks.terms(&it, day),
            note: it.note,
            submitted_on: it.submitted_on,
            corrections: it.corrections.map(|one| CorrectionsView {
                asked_on: one.asked_on,
                text: one.text,
                answered_on: one.answered_on,
            }),
            accepted_on: it.accepted_on,
            accepted_by_silence: it.accepted_by_silence,
            consultation: it
                .consultation
                .map(|one| ConsultationView { sent_on: one.sent_on, number: one.number }),
            reply: it.reply.map(|one| ReplyView {
                received_on: one.received_on,
                agrees: one.agrees,
                number: one.number,
                note: one.note,
            }),
            outcome: it.outcome.map(|one| ApplicationOutcomeView {
                decided_on: one.decided_on,
                reason: one.reason,
                transfer_approval_id: one.approval_id,
            }),
            withdrawn_on: it.withdrawn_on,
        }
    }
}

/// One application, and what its caller may do.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OneTransferApplicationView {
    #[serde(flatten)]
    pub application: TransferApplicationView,
    /// The steps that are the caller's to take now: words of the path.
    pub allowed_actions: Vec<ApplicationStep>,
}

/// As the API shows it on a day, of its event's data.
pub fn shown(data: Value, about: (Clocks<'_>, NaiveDate)) -> Result<Value, Problem> {
    let told: TransferApplication = serde_json::from_value(data).map_err(Problem::internal)?;
    serde_json::to_value(TransferApplicationView::on(&told, about)).map_err(Problem::internal)
}

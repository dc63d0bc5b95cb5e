//! What is kept of an emergency plan, and what of it the law of a manifest leans on.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::super::shown::EmergencyView;
use crate::decision::SubjectKind;
use crate::ids::{CoDisposalFacilityId, EmergencyPlanId, OrganisationId, SiteId};
use crate::registry::Entry;
use crate::units::{Grams, Kg};
use crate::wire::{BoundedText, Cursor, PageLimit, Sha256Hex, api_enum, paged, wire};

api_enum! {
    /// How an emergency plan stands. One in force ends with its last day by itself.
    pub enum EmergencyPlanState {
        Draft = "draft",
        Active = "active",
        Ended = "ended",
    }
}

wire! {
    /// What puts a plan in force.
    pub struct ActivateEmergencyPlan {
        pub government_plan: NewGovernmentPlan,
    }

    /// The government's document that a plan is in force by.
    pub struct NewGovernmentPlan {
        pub issuer: BoundedText<1, 200>,
        pub number: BoundedText<1, 100>,
        /// Beijing; no day to come.
        pub issued_on: NaiveDate,
        /// The hash of the document.
        pub attachment_sha256: Sha256Hex,
    }

    /// Why a plan ends before its last day.
    pub struct EndEmergencyPlan {
        pub reason: BoundedText<1, 500>,
    }

    /// Which plans to list.
    pub struct EmergencyPlanFilter {
        pub status: Option<EmergencyPlanState>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<Uuid>>,
    }
}

paged!(EmergencyPlanFilter);

/// The government's document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct GovernmentPlan {
    pub issuer: String,
    pub number: String,
    pub issued_on: NaiveDate,
    /// In hexadecimal.
    pub attachment_sha256: String,
}

/// A facility of the co-disposal list that a plan opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    pub co_disposal_facility_id: CoDisposalFacilityId,
    pub site_id: SiteId,
    pub division: String,
    pub daily_g: Grams,
}

/// What a plan comes to, to compare it with others by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Figures {
    pub made_g: Grams,
    pub treated_g: Grams,
    /// Of what is treated, what had lain too long.
    pub late_g: Grams,
    pub untreated_g: Grams,
    /// Of what is treated, what facilities of the co-disposal list take.
    pub co_disposal_g: Grams,
    /// The first day on which a storage limit breaks.
    pub first_break_on: Option<NaiveDate>,
}

/// A plan that was kept, but for its course.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmergencyPlan {
    pub id: EmergencyPlanId,
    /// Whose regulator made it.
    pub organisation_id: OrganisationId,
    pub name: String,
    pub starts_on: NaiveDate,
    pub ends_on: NaiveDate,
    pub divisions: Vec<String>,
    pub figures: Figures,
    pub openings: Vec<Opening>,
    pub status: EmergencyPlanState,
    pub government_plan: Option<GovernmentPlan>,
    pub ended_on: Option<NaiveDate>,
    pub end_reason: Option<String>,
    /// Of its course as it was written, in hexadecimal.
    pub content_sha256: String,
}

impl Entry for EmergencyPlan {
    const KIND: SubjectKind = SubjectKind::EmergencyPlan;

    fn uuid(&self) -> Uuid {
        self.id.uuid()
    }
}

impl EmergencyPlan {
    /// How it stands on a day of Beijing's: after its last day it has ended, whoever was told.
    pub fn stands_on(&self, day: NaiveDate) -> EmergencyPlanState {
        if self.status == EmergencyPlanState::Active && day > self.ends_on {
            EmergencyPlanState::Ended
        } else {
            self.status
        }
    }

    /// The last day on which it opened anything.
    pub fn last_day(&self) -> NaiveDate {
        self.ended_on.map_or(self.ends_on, |ended| ended.min(self.ends_on))
    }

    pub fn opening_at(&self, site: SiteId) -> Option<&Opening> {
        self.openings.iter().find(|opening| opening.site_id == site)
    }
}

/// A facility that an emergency plan opens.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpeningView {
    pub co_disposal_facility_id: CoDisposalFacilityId,
    pub site_id: SiteId,
    pub division: String,
    /// Of medical waste in a day.
    pub daily_kg: Kg,
}

/// An emergency plan, as lists show it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EmergencyPlanView {
    pub id: EmergencyPlanId,
    /// Whose regulator made it.
    pub organisation_id: OrganisationId,
    pub name: String,
    pub status: EmergencyPlanState,
    pub starts_on: NaiveDate,
    /// The last day: then it ends by itself.
    pub ends_on: NaiveDate,
    pub divisions: Vec<String>,
    pub made_kg: Kg,
    pub treated_kg: Kg,
    pub late_kg: Kg,
    pub untreated_kg: Kg,
    /// Of what is treated, what facilities of the co-disposal list take.
    pub co_disposal_kg: Kg,
    /// The first day on which a storage limit breaks.
    #[schema(required)]
    pub first_break_on: Option<NaiveDate>,
    pub openings: Vec<OpeningView>,
    #[schema(required)]
    pub government_plan: Option<GovernmentPlan>,
    /// The day on which it was ended before its last.
    #[schema(required)]
    pub ended_on: Option<NaiveDate>,
    #[schema(required)]
    pub end_reason: Option<String>,
    /// SHA-256 of `course` as it is written, in hexadecimal; its events say the same.
    pub content_sha256: String,
}

impl EmergencyPlanView {
    pub fn on(plan: &EmergencyPlan, day: NaiveDate) -> Self {
        let Figures { made_g, treated_g, late_g, untreated_g, co_disposal_g, first_break_on } =
            plan.figures;
        let opening = |one: &Opening| OpeningView {
            co_disposal_facility_id: one.co_disposal_facility_id,
            site_id: one.site_id,
            division: one.division.clone(),
            daily_kg: Kg(one.daily_g),
        };
        Self {
            id: plan.id,
            organisation_id: plan.organisation_id,
            name: plan.name.clone(),
            status: plan.stands_on(day),
            starts_on: plan.starts_on,
            ends_on: plan.ends_on,
            divisions: plan.divisions.clone(),
            made_kg: Kg(made_g),
            treated_kg: Kg(treated_g),
            late_kg: Kg(late_g),
            untreated_kg: Kg(untreated_g),
            co_disposal_kg: Kg(co_disposal_g),
            first_break_on,
            openings: plan.openings.iter().map(opening).collect(),
            government_plan: plan.government_plan.clone(),
            ended_on: plan.ended_on,
            end_reason: plan.end_reason.clone(),
            content_sha256: plan.content_sha256.clone(),
        }
    }
}

/// What an opened facility has taken on a day, and what is on its way there. Facilities that are
/// opened by two plans at once have one account.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpenedDayView {
    pub co_disposal_facility_id: CoDisposalFacilityId,
    pub on: NaiveDate,
    pub daily_kg: Kg,
    /// On its way, by the day that its departure is planned for.
    pub reserved_kg: Kg,
    /// Received on the day.
    pub used_kg: Kg,
}

/// An emergency plan with its course.
#[derive(Serialize, ToSchema)]
pub struct WholeEmergencyPlanView {
    #[serde(flatten)]
    pub plan: EmergencyPlanView,
    /// Day by day, as it was planned.
    #[schema(value_type = EmergencyView)]
    pub course: Box<RawValue>,
    /// Days of the plan on which opened facilities took anything.
    pub opened_days: Vec<OpenedDayView>,
}

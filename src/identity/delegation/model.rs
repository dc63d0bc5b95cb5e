//! A delegation, as its events record it, and as the API shows it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::catalogue::Stream;
use crate::decision::{Subject, SubjectKind};
use crate::grant::{Mandate, SignScope};
use crate::ids::{DelegationId, OrganisationId, SiteId};
use crate::wire::api_enum;

api_enum! {
    /// Whether a delegation still holds; days are judged beside it.
    pub enum DelegationStatus { Active = "active", Revoked = "revoked" }
}

/// A delegation. It is also the `data` of its events, whole.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Delegation {
    pub id: DelegationId,
    /// Who gives it.
    pub organisation_id: OrganisationId,
    /// Who holds it.
    pub to_organisation_id: OrganisationId,
    pub scopes: Vec<SignScope>,
    pub site_ids: Vec<SiteId>,
    pub streams: Vec<Stream>,
    pub valid_from: NaiveDate,
    pub valid_to: NaiveDate,
    pub status: DelegationStatus,
    pub created_at: DateTime<Utc>,
}

impl Delegation {
    pub const fn subject(&self) -> Subject {
        Subject::new(SubjectKind::Delegation, self.id.uuid())
    }

    /// Both days count; `day` is Beijing's.
    pub fn is_in_force(&self, day: NaiveDate) -> bool {
        self.status == DelegationStatus::Active && self.valid_from <= day && day <= self.valid_to
    }

    pub fn mandate(&self) -> Mandate {
        Mandate {
            id: self.id,
            giver: self.organisation_id,
            scopes: self.scopes.clone(),
            site_ids: self.site_ids.clone(),
            streams: self.streams.iter().map(|one| one.as_str().to_owned()).collect(),
        }
    }
}

/// An organisation's leave for another to sign for it.
#[derive(Debug, Serialize, ToSchema)]
pub struct DelegationView {
    pub id: DelegationId,
    /// Who gives it: whom its holder signs for.
    pub organisation_id: OrganisationId,
    /// Who holds it.
    pub to_organisation_id: OrganisationId,
    pub scopes: Vec<SignScope>,
    /// Empty: all sites of the giver.
    pub site_ids: Vec<SiteId>,
    /// Empty: all streams.
    #[schema(value_type = Vec<String>)]
    pub streams: Vec<Stream>,
    /// Both days count.
    pub valid_from: NaiveDate,
    pub valid_to: NaiveDate,
    pub status: DelegationStatus,
    pub created_at: DateTime<Utc>,
    pub version: i64,
}

impl DelegationView {
    pub fn of(delegation: &Delegation, version: i64) -> Self {
        let one = delegation.clone();
        Self {
            id: one.id,
            organisation_id: one.organisation_id,
            to_organisation_id: one.to_organisation_id,
            scopes: one.scopes,
            site_ids: one.site_ids,
            streams: one.streams,
            valid_from: one.valid_from,
            valid_to: one.valid_to,
            status: one.status,
            created_at: one.created_at,
            version,
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn it_holds_from_its_first_day_to_its_last_and_not_when_revoked() {
        let day = |n| NaiveDate::from_ymd_opt(2026, 11, n).unwrap();
        let given = Delegation {
            id: DelegationId::of(Uuid::from_bytes([1; 16])),
            organisation_id: OrganisationId::of(Uuid::from_bytes([2; 16])),
            to_organisation_id: OrganisationId::of(Uuid::from_bytes([3; 16])),
            scopes: vec![SignScope::File],
            site_ids: Vec::new(),
            streams: Vec::new(),
            valid_from: day(10),
            valid_to: day(20),
            status: DelegationStatus::Active,
            created_at: DateTime::UNIX_EPOCH,
        };
        let holds = |n| given.is_in_force(day(n));
        assert_eq!([9, 10, 20, 21].map(holds), [false, true, true, false]);
        let revoked = Delegation { status: DelegationStatus::Revoked, ..given.clone() };
        assert!(!revoked.is_in_force(day(15)));
    }
}

//! What may be asked about delegations, as it crosses the wire.

use chrono::NaiveDate;

use super::model::DelegationStatus;
use crate::catalogue::Stream;
use crate::grant::SignScope;
use crate::ids::{DelegationId, OrganisationId, SiteId};
use crate::limits::DELEGATION_SITES_MAX;
use crate::wire::{Cursor, List, PageLimit, api_enum, paged, wire};

api_enum! {
    /// On which side of a delegation one's organisation stands.
    pub enum Side { Given = "given", Held = "held" }
}

wire! {
    /// A delegation to be given by one's own organisation.
    pub struct GiveDelegation {
        /// Who may sign.
        pub to_organisation_id: OrganisationId,
        /// As what: `file` (the producer), `carry` (a carrier), `receive` (the receiver).
        pub scopes: List<SignScope, 1, 3>,
        /// One's sites that it is for; absent or empty: all of them.
        pub site_ids: List<SiteId, 0, DELEGATION_SITES_MAX> = List::default(),
        /// Absent or empty: all streams.
        pub streams: List<Stream, 0, 3> = List::default(),
        /// The first day; today, when absent.
        pub valid_from: Option<NaiveDate>,
        /// The last day.
        pub valid_to: NaiveDate,
    }

    /// Which delegations to list.
    pub struct ListDelegations {
        /// Of one's own organisation: `given` by it, or `held`.
        pub side: Option<Side>,
        pub status: Option<DelegationStatus>,
        /// Given or held by this organisation.
        pub organisation_id: Option<OrganisationId>,
        pub limit: PageLimit = PageLimit::default(),
        pub cursor: Option<Cursor<DelegationId>>,
    }
}

paged!(ListDelegations);

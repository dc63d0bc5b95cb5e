//! What an actor has beside its role: the API key that it acts by, which narrows it, and the
//! delegations that its organisation holds, which let it sign for another. A root room.
//!
//! A grant is a subject with a chain of its own. It begins with one event and the second ends it,
//! so whoever acts by it leans on its version 1: what was revoked in the same second is stale.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::decision::{Guard, Subject, SubjectKind};
use crate::ids::{ApiKeyId, DelegationId, OrganisationId, SiteId};
use crate::wire::api_enum;

/// The version of a grant that holds.
const IN_FORCE: i64 = 1;

api_enum! {
    /// What an API key is good for; never more than its role.
    pub enum KeyScope {
        /// Reading all that its role sees.
        Read = "read",
        /// Signing as the producer.
        File = "file",
        /// Signing as a carrier.
        Carry = "carry",
        /// Signing as the receiver.
        Receive = "receive",
        /// Keeping registers and ledgers.
        Registry = "registry",
    }

    /// As what a delegation lets somebody sign: as the producer, a carrier or the receiver.
    pub enum SignScope { File = "file", Carry = "carry", Receive = "receive" }
}

/// The API key that somebody acts by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    pub id: ApiKeyId,
    pub scopes: Vec<KeyScope>,
}

impl KeyUse {
    pub const fn guard(&self) -> Guard {
        Guard { subject: Subject::new(SubjectKind::ApiKey, self.id.uuid()), version: IN_FORCE }
    }
}

/// A delegation in force, as its holder has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mandate {
    pub id: DelegationId,
    /// Whom its holder signs for.
    pub giver: OrganisationId,
    pub scopes: Vec<SignScope>,
    /// None: all of the giver's sites.
    pub site_ids: Vec<SiteId>,
    /// The streams' words in the API. None: all of them.
    pub streams: Vec<String>,
}

impl Mandate {
    pub const fn guard(&self) -> Guard {
        Guard { subject: Subject::new(SubjectKind::Delegation, self.id.uuid()), version: IN_FORCE }
    }

    /// Whether it lets its holder sign so. `site` is the giver's own end; a carrier has none.
    pub fn covers(&self, scope: SignScope, site: Option<SiteId>, stream: &str) -> bool {
        self.scopes.contains(&scope)
            && (self.streams.is_empty() || self.streams.iter().any(|one| one == stream))
            && (self.site_ids.is_empty() || site.is_some_and(|site| self.site_ids.contains(&site)))
    }
}

/// What an actor has beside its role.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Grants {
    /// `None`: a person, with all that its role has.
    pub api_key: Option<KeyUse>,
    /// An administrator has set the password: nothing is done but changing it.
    pub must_change_password: bool,
    held: Option<Arc<[Mandate]>>,
}

impl Grants {
    pub const NONE: Self = Self { api_key: None, must_change_password: false, held: None };

    pub const fn of_key(key: KeyUse) -> Self {
        Self { api_key: Some(key), must_change_password: false, held: None }
    }

    /// The delegations in force that the actor's organisation holds.
    pub fn held(&self) -> &[Mandate] {
        self.held.as_deref().unwrap_or_default()
    }

    pub fn hold(&mut self, mandates: Arc<[Mandate]>) {
        self.held = (!mandates.is_empty()).then_some(mandates);
    }

    /// An API key only does what it is made for.
    pub fn allows(&self, scope: KeyScope) -> bool {
        self.api_key.as_ref().is_none_or(|key| key.scopes.contains(&scope))
    }
}

/// For whom something was signed, by which delegation: part of the event's `actor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Behalf {
    pub organisation_id: OrganisationId,
    pub delegation_id: DelegationId,
}

impl From<&Mandate> for Behalf {
    fn from(mandate: &Mandate) -> Self {
        Self { organisation_id: mandate.giver, delegation_id: mandate.id }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn mandate(site_ids: &[u8], streams: &[&str]) -> Mandate {
        let site = |n: &u8| SiteId::of(Uuid::from_bytes([*n; 16]));
        Mandate {
            id: DelegationId::of(Uuid::from_bytes([9; 16])),
            giver: OrganisationId::of(Uuid::from_bytes([8; 16])),
            scopes: vec![SignScope::File],
            site_ids: site_ids.iter().map(site).collect(),
            streams: streams.iter().map(|one| (*one).to_owned()).collect(),
        }
    }

    #[test]
    fn a_mandate_covers_its_scope_sites_and_streams_and_nothing_else() {
        let site = Some(SiteId::of(Uuid::from_bytes([1; 16])));
        let whole = mandate(&[], &[]);
        assert!(whole.covers(SignScope::File, site, "medical"));
        assert!(whole.covers(SignScope::File, None, "medical"));
        assert!(!whole.covers(SignScope::Carry, site, "medical"));
        let narrow = mandate(&[1], &["kitchen"]);
        assert!(narrow.covers(SignScope::File, site, "kitchen"));
        assert!(!narrow.covers(SignScope::File, site, "medical"));
        assert!(!narrow.covers(SignScope::File, None, "kitchen"));
        assert!(!mandate(&[2], &[]).covers(SignScope::File, site, "kitchen"));
    }

    #[test]
    fn a_person_may_all_and_a_key_what_it_is_for() {
        let scopes = vec![KeyScope::Read];
        let key = KeyUse { id: ApiKeyId::of(Uuid::from_bytes([7; 16])), scopes };
        let grants = Grants { api_key: Some(key), ..Grants::NONE };
        assert!(grants.allows(KeyScope::Read) && !grants.allows(KeyScope::File));
        assert!(Grants::NONE.allows(KeyScope::Registry));
    }
}

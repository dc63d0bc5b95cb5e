//! An API key, what its events record of it, and what the API shows. The key itself is shown once
//! and is nowhere: what is stored is SHA-256 of it. Its 256 random bits cannot be guessed from the
//! hash, so the slow hash that passwords need would only slow every request down.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use crate::ctx::{Actor, Role, Via};
use crate::decision::{Subject, SubjectKind};
use crate::grant::{Grants, KeyScope, KeyUse};
use crate::identity::user::Rights;
use crate::ids::{ApiKeyId, OrganisationId, UserId};
use crate::mint::Mint;
use crate::secret::Secret;
use crate::wire::api_enum;

api_enum! {
    /// Whose an API key is.
    pub enum KeyKind {
        /// Lives as long as its maker's rights.
        Personal = "personal",
        /// The organisation's: outlives its maker.
        Organisation = "organisation",
    }

    /// Whether an API key was revoked; its expiry is told beside.
    pub enum ApiKeyStatus { Active = "active", Revoked = "revoked" }
}

/// A key as it is stored.
#[derive(Clone, Debug)]
pub struct ApiKey {
    pub id: ApiKeyId,
    pub organisation_id: OrganisationId,
    /// Who made it.
    pub user_id: UserId,
    pub kind: KeyKind,
    pub name: String,
    /// Its beginning, to find it again by.
    pub prefix: String,
    pub scopes: Vec<KeyScope>,
    /// Those of its maker, when it was made.
    pub rights: Rights,
    /// The maker's, which a personal key shares.
    pub epoch: i32,
    pub status: ApiKeyStatus,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub last_used_at: Option<DateTime<Utc>>,
}

impl ApiKey {
    pub const fn subject(&self) -> Subject {
        Subject::new(SubjectKind::ApiKey, self.id.uuid())
    }

    /// The `data` of its events: not its name, which may be a person's, and nothing of the key.
    pub fn recorded(&self) -> Value {
        json!({
            "id": self.id,
            "organisation_id": self.organisation_id,
            "user_id": self.user_id,
            "kind": self.kind,
            "scopes": self.scopes,
            "role": self.rights.role,
            "agency": self.rights.agency,
            "division": self.rights.division,
            "regiment": self.rights.regiment,
            "status": self.status,
            "expires_at": crate::clock::rfc3339(self.expires_at),
        })
    }

    /// Who acts by it.
    pub fn actor(&self) -> Actor {
        let key = KeyUse { id: self.id, scopes: self.scopes.clone() };
        Actor {
            user_id: self.user_id,
            organisation_id: self.organisation_id,
            role: self.rights.role,
            via: Via::ApiKey,
            session_id: None,
            division: self.rights.division.clone(),
            regiment: self.rights.regiment.clone(),
            agency: self.rights.agency.map(|agency| agency.as_str().to_owned()),
            grants: Grants::of_key(key),
        }
    }
}

/// What a key looks like: people and leak scanners know it by its beginning.
const MARK: &str = "ldk_";
/// Characters shown of a key: the mark and eight more, 48 of its 304 random bits.
const PREFIX_CHARS: usize = 12;

/// A new key and its beginning.
pub fn new_key(mint: &Mint) -> (Secret<String>, String) {
    let text = format!("{MARK}{}", URL_SAFE_NO_PAD.encode(mint.bytes::<38>()));
    let prefix = text.chars().take(PREFIX_CHARS).collect();
    (Secret::new(text), prefix)
}

pub fn hash_of(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// Whether it could be a key of ours at all: no database is asked for what cannot.
pub fn looks_like_one(text: &str) -> bool {
    const CHARS: usize = 4 + 51;
    text.len() == CHARS && text.starts_with(MARK)
}

/// What a role may give to its keys.
pub const fn scope_fits(role: Role, scope: KeyScope) -> bool {
    match (role, scope) {
        (_, KeyScope::Read) | (Role::Admin, _) => true,
        (Role::Producer, scope) => matches!(scope, KeyScope::File | KeyScope::Registry),
        (Role::Carrier | Role::Driver, scope) => matches!(scope, KeyScope::Carry),
        (Role::Receiver, scope) => matches!(scope, KeyScope::Receive | KeyScope::Registry),
        (Role::Reader | Role::RegimentRegulator, _) => false,
        (Role::CorpsRegulator | Role::DivisionRegulator, scope) => {
            matches!(scope, KeyScope::Registry)
        }
    }
}

/// An API key, without the key.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ApiKeyView {
    pub id: ApiKeyId,
    pub organisation_id: OrganisationId,
    /// Who made it.
    pub user_id: UserId,
    pub kind: KeyKind,
    pub name: String,
    /// How the key begins.
    pub prefix: String,
    pub scopes: Vec<KeyScope>,
    pub role: Role,
    pub status: ApiKeyStatus,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// To about a minute; `null`: never.
    #[schema(required)]
    pub last_used_at: Option<DateTime<Utc>>,
    pub version: i64,
}

impl ApiKeyView {
    pub fn of(key: &ApiKey, version: i64) -> Self {
        let one = key.clone();
        Self {
            id: one.id,
            organisation_id: one.organisation_id,
            user_id: one.user_id,
            kind: one.kind,
            name: one.name,
            prefix: one.prefix,
            scopes: one.scopes,
            role: one.rights.role,
            status: one.status,
            created_at: one.created_at,
            expires_at: one.expires_at,
            last_used_at: one.last_used_at,
            version,
        }
    }
}

/// A new API key: the only answer that shows the key.
#[derive(Serialize, ToSchema)]
pub struct MadeApiKeyView {
    #[serde(flatten)]
    pub view: ApiKeyView,
    /// Send it as `X-Api-Key`. It is not shown again.
    pub key: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_known_by_its_beginning_and_never_by_its_hash() {
        let (key, prefix) = new_key(&Mint::seeded(3));
        assert!(looks_like_one(key.reveal()) && key.reveal().starts_with(&prefix));
        assert_eq!(prefix.len(), PREFIX_CHARS);
        assert_ne!(new_key(&Mint::seeded(4)).0, key);
        for other in ["", "ldk_", "ldk_x", "Bearer ldk_"] {
            assert!(!looks_like_one(other));
        }
    }

    #[test]
    fn no_role_gives_its_keys_what_it_has_not() {
        let of = |role: Role| {
            let fits = KeyScope::ALL.iter().filter(|scope| scope_fits(role, **scope));
            fits.map(|scope| scope.as_str()).collect::<Vec<_>>()
        };
        assert_eq!(of(Role::Admin).len(), KeyScope::ALL.len());
        assert_eq!(of(Role::Driver), ["read", "carry"]);
        assert_eq!(of(Role::Carrier), ["read", "carry"]);
        assert_eq!(of(Role::Producer), ["read", "file", "registry"]);
        assert_eq!(of(Role::Receiver), ["read", "receive", "registry"]);
        assert_eq!(of(Role::Reader), ["read"]);
        assert_eq!(of(Role::RegimentRegulator), ["read"]);
        assert_eq!(of(Role::CorpsRegulator), ["read", "registry"]);
    }
}

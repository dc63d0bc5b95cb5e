//! Users, tokens and oneself as the API shows them. Renaming a field is a breach.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::agency::Agency;
use super::look::Me;
use super::session::TokenPair;
use super::store::OpenSession;
use super::user::{User, UserStatus};
use crate::ctx::Role;
use crate::ids::{OrganisationId, SessionId, UserId};
use crate::registry::{Organisation, Part, Standing};
use crate::wire::api_enum;

/// A user. Its password is never shown.
#[derive(Debug, Serialize, ToSchema)]
pub struct UserView {
    pub id: UserId,
    pub organisation_id: OrganisationId,
    pub login: String,
    pub role: Role,
    /// `null` for all but regulators.
    #[schema(required)]
    pub agency: Option<Agency>,
    /// `null` for all but regulators of a division or regiment.
    #[schema(required)]
    pub division: Option<String>,
    /// `null` for all but regulators of a regiment.
    #[schema(required)]
    pub regiment: Option<String>,
    pub status: UserStatus,
    pub created_at: DateTime<Utc>,
    /// A code of the user's own device is asked for as it signs in.
    pub second_factor: bool,
    /// An administrator has set the password: nothing is done before it is changed.
    pub must_change_password: bool,
    pub version: i64,
}

impl From<&User> for UserView {
    fn from(user: &User) -> Self {
        let rights = user.rights.clone();
        Self {
            id: user.id,
            organisation_id: user.organisation_id,
            login: user.login.clone(),
            role: rights.role,
            agency: rights.agency,
            division: rights.division,
            regiment: rights.regiment,
            status: user.status,
            created_at: user.created_at,
            second_factor: user.second_factor,
            must_change_password: user.must_change_password,
            version: user.version,
        }
    }
}

/// A pair of tokens.
#[derive(Serialize, ToSchema)]
pub struct TokensView {
    pub access_token: String,
    /// Good once: each refresh gives the next.
    pub refresh_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds that the access token is good for.
    pub expires_in: i64,
}

impl From<TokenPair> for TokensView {
    fn from(pair: TokenPair) -> Self {
        Self {
            access_token: pair.access_token.reveal().clone(),
            refresh_token: pair.refresh_token.reveal().clone(),
            token_type: "Bearer",
            expires_in: pair.expires_in,
        }
    }
}

/// A session of one's own.
#[derive(Debug, Serialize, ToSchema)]
pub struct SessionView {
    pub id: SessionId,
    /// What the client called itself as it signed in.
    #[schema(required)]
    pub agent: Option<String>,
    pub created_at: DateTime<Utc>,
    /// When it was last refreshed, or opened: to a quarter of an hour.
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// The one that this is asked in.
    pub current: bool,
}

impl SessionView {
    pub fn of(one: &OpenSession, current: Option<SessionId>) -> Self {
        Self {
            id: one.id,
            agent: one.agent.clone(),
            created_at: one.created_at,
            last_used_at: one.last_used_at,
            expires_at: one.expires_at,
            current: Some(one.id) == current,
        }
    }
}

/// Who is signed in.
#[derive(Debug, Serialize, ToSchema)]
pub struct MeView {
    pub user: UserView,
    pub organisation: OwnOrganisationView,
    pub role: Role,
    /// `null` for all but regulators.
    #[schema(required)]
    pub jurisdiction: Option<JurisdictionView>,
}

/// The organisation that one acts for.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnOrganisationView {
    pub id: OrganisationId,
    pub name: String,
    pub uscc: String,
    pub roles: Vec<Part>,
    pub division: String,
    pub status: Standing,
}

api_enum! {
    /// How far a regulator's jurisdiction reaches.
    pub enum Reach { Corps = "corps", Division = "division", Regiment = "regiment" }
}

/// What a regulator looks after.
#[derive(Debug, Serialize, ToSchema)]
pub struct JurisdictionView {
    pub scope: Reach,
    #[schema(required)]
    pub agency: Option<Agency>,
    #[schema(required)]
    pub division: Option<String>,
    #[schema(required)]
    pub regiment: Option<String>,
}

impl From<&Me> for MeView {
    fn from(me: &Me) -> Self {
        Self {
            user: (&me.user).into(),
            organisation: (&*me.organisation).into(),
            role: me.user.rights.role,
            jurisdiction: jurisdiction(&me.user),
        }
    }
}

impl From<&Organisation> for OwnOrganisationView {
    fn from(own: &Organisation) -> Self {
        Self {
            id: own.id,
            name: own.name.clone(),
            uscc: own.uscc.clone(),
            roles: own.roles.clone(),
            division: own.division.clone(),
            status: own.status,
        }
    }
}

fn jurisdiction(user: &User) -> Option<JurisdictionView> {
    let rights = user.rights.clone();
    let scope = match rights.role {
        Role::CorpsRegulator => Reach::Corps,
        Role::DivisionRegulator => Reach::Division,
        Role::RegimentRegulator => Reach::Regiment,
        _ => return None,
    };
    let (agency, division, regiment) = (rights.agency, rights.division, rights.regiment);
    Some(JurisdictionView { scope, agency, division, regiment })
}

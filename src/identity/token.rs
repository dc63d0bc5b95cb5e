//! Access tokens: JWT, HS256, 15 minutes of wall time.
//!
//! Whatever a request needs to know of its actor stands in the token, so that the hot path asks no
//! database who is filing. Keys and checks are made once: verifying costs some microseconds. A
//! token proves that we once said so; that its session still lives is `live.rs`'s to know.

use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};

use crate::ctx::{Actor, Role, Via};
use crate::grant::Grants;
use crate::ids::{OrganisationId, SessionId, UserId};
use crate::limits::ACCESS_TOKEN_S;
use crate::problem::{Code, Problem, Text};
use crate::secret::Secret;

/// A key shorter than the hash is the weakest part of HS256 (RFC 7518 §3.2).
pub const TOKEN_SECRET_BYTES_MIN: usize = 32;

#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error("the token secret has {0} bytes; at least {TOKEN_SECRET_BYTES_MIN} are needed")]
pub struct SecretTooShort(usize);

/// What a token says. Times are seconds since 1970, as JWT has them.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: UserId,
    org: OrganisationId,
    role: Role,
    session: SessionId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    division: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    regiment: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    agency: Option<String>,
    via: Via,
    iat: i64,
    exp: i64,
}

/// Signs and verifies access tokens.
pub struct Tokens {
    sign: EncodingKey,
    verify: DecodingKey,
    header: Header,
    validation: Validation,
}

impl Tokens {
    pub fn new(secret: &Secret<Vec<u8>>) -> Result<Self, SecretTooShort> {
        let bytes = secret.reveal();
        if bytes.len() < TOKEN_SECRET_BYTES_MIN {
            return Err(SecretTooShort(bytes.len()));
        }
        let mut validation = Validation::new(Algorithm::HS256);
        // The library would ask the system's clock; time is a parameter here.
        validation.validate_exp = false;
        validation.validate_aud = false;
        validation.required_spec_claims.clear();
        Ok(Self {
            sign: EncodingKey::from_secret(bytes),
            verify: DecodingKey::from_secret(bytes),
            header: Header::new(Algorithm::HS256),
            validation,
        })
    }

    /// A token for an actor that signed in with a password, good from `wall` on.
    pub fn issue(&self, actor: &Actor, wall: DateTime<Utc>) -> Result<Secret<String>, Problem> {
        let session =
            actor.session_id.ok_or_else(|| Problem::internal("a token needs a session"))?;
        let claims = Claims {
            sub: actor.user_id,
            org: actor.organisation_id,
            role: actor.role,
            session,
            division: actor.division.clone(),
            regiment: actor.regiment.clone(),
            agency: actor.agency.clone(),
            via: actor.via,
            iat: wall.timestamp(),
            exp: wall.timestamp() + ACCESS_TOKEN_S,
        };
        let token = jsonwebtoken::encode(&self.header, &claims, &self.sign);
        token.map(Secret::new).map_err(Problem::internal)
    }

    /// Whom a token of ours names, if it is still good at `wall`.
    pub fn verify(&self, token: &str, wall: DateTime<Utc>) -> Result<(Actor, SessionId), Problem> {
        let read = jsonwebtoken::decode::<Claims>(token, &self.verify, &self.validation);
        let claims = read.map_err(|_| unauthorized())?.claims;
        if wall.timestamp() >= claims.exp {
            return Err(unauthorized());
        }
        let actor = Actor {
            user_id: claims.sub,
            organisation_id: claims.org,
            role: claims.role,
            via: claims.via,
            session_id: Some(claims.session),
            division: claims.division,
            regiment: claims.regiment,
            agency: claims.agency,
            grants: Grants::NONE,
        };
        Ok((actor, claims.session))
    }
}

/// No token, or one that is not good (any more): sign in or refresh.
pub fn unauthorized() -> Problem {
    let detail = Text::new(
        "未登录，或令牌无效或已过期，请重新登录。",
        "You are not signed in, or the token is invalid or has expired; sign in again.",
    );
    Problem::new(Code::Unauthorized, detail)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use uuid::Uuid;

    use super::*;

    fn tokens(byte: u8) -> Tokens {
        Tokens::new(&Secret::new(vec![byte; 32])).unwrap()
    }

    fn actor() -> Actor {
        Actor {
            user_id: UserId::of(Uuid::from_bytes([1; 16])),
            organisation_id: OrganisationId::of(Uuid::from_bytes([2; 16])),
            role: Role::DivisionRegulator,
            via: Via::Password,
            session_id: Some(SessionId::of(Uuid::from_bytes([3; 16]))),
            division: Some("08".into()),
            regiment: None,
            agency: Some("ecology".into()),
            grants: Grants::NONE,
        }
    }

    fn wall() -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000, 0).unwrap()
    }

    #[test]
    fn a_token_tells_its_actor_until_its_last_second() {
        let issued = tokens(7).issue(&actor(), wall()).unwrap();
        let at = |seconds| {
            let when = wall() + TimeDelta::seconds(seconds);
            tokens(7).verify(issued.reveal(), when).map(|(actor, _)| actor)
        };
        assert_eq!(at(0), Ok(actor()));
        assert_eq!(at(ACCESS_TOKEN_S - 1), Ok(actor()));
        assert_eq!(at(ACCESS_TOKEN_S).map_err(|problem| problem.code()), Err(Code::Unauthorized));
    }

    #[test]
    fn another_key_a_changed_letter_and_no_signature_are_refused() {
        let issued = tokens(7).issue(&actor(), wall()).unwrap();
        let token = issued.reveal();
        assert!(tokens(8).verify(token, wall()).is_err());
        let (head, signature) = token.rsplit_once('.').unwrap();
        assert!(tokens(7).verify(&format!("{head}."), wall()).is_err());
        assert!(tokens(7).verify(head, wall()).is_err());
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0";
        let (_, body) = head.split_once('.').unwrap();
        assert!(tokens(7).verify(&format!("{none}.{body}."), wall()).is_err());
        assert!(tokens(7).verify(&format!("{none}.{body}.{signature}"), wall()).is_err());
        assert!(tokens(7).verify("", wall()).is_err());
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert_eq!(Tokens::new(&Secret::new(vec![1; 31])).err(), Some(SecretTooShort(31)));
    }
}

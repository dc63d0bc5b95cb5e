//! Seals the secrets of second factors: AES-256-GCM under a key that comes from the token secret
//! and is nowhere in the database. The user's id is bound in, so that a sealed secret opens for its
//! owner alone. Given up: a deployment that changes its token secret makes second factors anew
//! (recovery codes go on working; an administrator can switch one off).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::code::SECRET_BYTES;
use crate::ids::UserId;
use crate::problem::Problem;
use crate::secret::Secret;

/// What the key is for; another purpose gets another key.
const PURPOSE: &[u8] = b"liandan second factors v1";

pub struct Seal(LessSafeKey);

impl Seal {
    pub fn new(token_secret: &Secret<Vec<u8>>) -> Result<Self, Problem> {
        let mac = Hmac::<Sha256>::new_from_slice(token_secret.reveal());
        let key = mac.map_err(Problem::internal)?.chain_update(PURPOSE).finalize().into_bytes();
        let key = UnboundKey::new(&AES_256_GCM, &key[..]).map_err(Problem::internal)?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// Nonce, ciphertext and tag. `nonce` is random: some millions of secrets stay far below the
    /// bound of 2^32 for random nonces under one key.
    pub fn seal(
        &self,
        owner: UserId,
        secret: &Secret<[u8; SECRET_BYTES]>,
        nonce: [u8; NONCE_LEN],
    ) -> Result<Vec<u8>, Problem> {
        let mut sealed = secret.reveal().to_vec();
        let bound = Aad::from(*owner.uuid().as_bytes());
        let with = Nonce::assume_unique_for_key(nonce);
        self.0.seal_in_place_append_tag(with, bound, &mut sealed).map_err(Problem::internal)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// The secret; `None` where it was sealed with another key or for somebody else.
    pub fn open(&self, owner: UserId, sealed: &[u8]) -> Option<Secret<[u8; SECRET_BYTES]>> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut rest = rest.to_vec();
        let bound = Aad::from(*owner.uuid().as_bytes());
        let opened = self.0.open_in_place(nonce, bound, &mut rest).ok()?;
        <[u8; SECRET_BYTES]>::try_from(&*opened).ok().map(Secret::new)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn seal(byte: u8) -> Seal {
        Seal::new(&Secret::new(vec![byte; 32])).unwrap()
    }

    #[test]
    fn it_opens_for_its_owner_under_its_key_and_for_nobody_else() {
        let owner = UserId::of(Uuid::from_bytes([1; 16]));
        let other = UserId::of(Uuid::from_bytes([2; 16]));
        let secret = Secret::new(*b"12345678901234567890");
        let sealed = seal(7).seal(owner, &secret, [3; NONCE_LEN]).unwrap();
        assert!(!sealed.windows(4).any(|part| part == b"1234"));
        assert!(seal(7).open(owner, &sealed) == Some(secret));
        assert!(seal(7).open(other, &sealed).is_none());
        assert!(seal(8).open(owner, &sealed).is_none());
        let mut changed = sealed.clone();
        changed[20] ^= 1;
        assert!(seal(7).open(owner, &changed).is_none());
        assert!(seal(7).open(owner, &sealed[..5]).is_none());
    }
}

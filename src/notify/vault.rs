//! What notifications keep secret: webhooks' secrets are sealed (AES-256-GCM) under a key that
//! comes from the token secret and is nowhere in the database; links that end a subscription carry
//! a MAC under another. Given up: a deployment that changes its token secret rotates its webhooks'
//! secrets anew, and links in old mails no longer work.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use uuid::Uuid;

use crate::ids::{SubscriptionId, WebhookId};
use crate::mint::Mint;
use crate::problem::Problem;
use crate::secret::Secret;

/// What the keys are for; another purpose has another key.
const SEALING: &[u8] = b"liandan webhook secrets v1";
const LINKING: &[u8] = b"liandan unsubscribe links v1";

type Mac256 = Hmac<Sha256>;

/// Bytes of a webhook's secret: Standard Webhooks wants 24 to 64.
pub const SECRET_BYTES: usize = 32;

/// Bytes of a link's MAC: nobody guesses 128 bits.
const LINK_BYTES: usize = 16;

pub struct Vault {
    sealing: LessSafeKey,
    linking: Secret<[u8; 32]>,
}

fn mac_of(key: &[u8], text: &[u8]) -> Result<[u8; 32], Problem> {
    let mac = Mac256::new_from_slice(key).map_err(Problem::internal)?;
    Ok(mac.chain_update(text).finalize().into_bytes().into())
}

impl Vault {
    pub fn new(token_secret: &Secret<Vec<u8>>) -> Result<Self, Problem> {
        let sealing = mac_of(token_secret.reveal(), SEALING)?;
        let sealing = UnboundKey::new(&AES_256_GCM, &sealing).map_err(Problem::internal)?;
        let linking = Secret::new(mac_of(token_secret.reveal(), LINKING)?);
        Ok(Self { sealing: LessSafeKey::new(sealing), linking })
    }

    /// Nonce, ciphertext and tag; it opens for this webhook alone.
    pub fn seal(
        &self,
        owner: WebhookId,
        secret: &Secret<Vec<u8>>,
        mint: &Mint,
    ) -> Result<Vec<u8>, Problem> {
        let nonce = mint.bytes::<NONCE_LEN>();
        let mut sealed = secret.reveal().clone();
        let bound = Aad::from(*owner.uuid().as_bytes());
        let with = Nonce::assume_unique_for_key(nonce);
        self.sealing
            .seal_in_place_append_tag(with, bound, &mut sealed)
            .map_err(Problem::internal)?;
        Ok([&nonce[..], &sealed].concat())
    }

    /// None where it was sealed with another key or for another webhook.
    pub fn open(&self, owner: WebhookId, sealed: &[u8]) -> Option<Secret<Vec<u8>>> {
        let (nonce, rest) = sealed.split_at_checked(NONCE_LEN)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut rest = rest.to_vec();
        let bound = Aad::from(*owner.uuid().as_bytes());
        let opened = self.sealing.open_in_place(nonce, bound, &mut rest).ok()?;
        Some(Secret::new(opened.to_vec()))
    }

    /// The token of a link that ends a subscription.
    pub fn link_of(&self, id: SubscriptionId) -> Result<String, Problem> {
        let mac = mac_of(self.linking.reveal(), id.uuid().as_bytes())?;
        let token = [&id.uuid().as_bytes()[..], &mac[..LINK_BYTES]].concat();
        Ok(URL_SAFE_NO_PAD.encode(token))
    }

    /// The subscription that a link is of; none where we have not made it.
    pub fn linked(&self, token: &str) -> Option<SubscriptionId> {
        let token = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (id, mac) = token.split_at_checked(16)?;
        let check = Mac256::new_from_slice(self.linking.reveal()).ok()?.chain_update(id);
        // `verify_truncated_left` takes any length, an empty one included.
        (mac.len() == LINK_BYTES && check.verify_truncated_left(mac).is_ok()).then_some(())?;
        Uuid::from_slice(id).ok().map(SubscriptionId::of)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vault(byte: u8) -> Vault {
        Vault::new(&Secret::new(vec![byte; 32])).unwrap()
    }

    #[test]
    fn a_secret_opens_for_its_webhook_under_its_key_and_for_nobody_else() {
        let (one, other) = (WebhookId::of(Uuid::from_u128(1)), WebhookId::of(Uuid::from_u128(2)));
        let secret = Secret::new(b"12345678901234567890123456789012".to_vec());
        let sealed = vault(7).seal(one, &secret, &Mint::seeded(1)).unwrap();
        assert!(!sealed.windows(4).any(|part| part == b"1234"));
        assert!(vault(7).open(one, &sealed) == Some(secret));
        assert!(vault(7).open(other, &sealed).is_none());
        assert!(vault(8).open(one, &sealed).is_none());
        assert!(vault(7).open(one, &sealed[..5]).is_none());
    }

    #[test]
    fn a_link_is_of_one_subscription_and_nobody_makes_another() {
        let id = SubscriptionId::of(Uuid::from_u128(77));
        let token = vault(7).link_of(id).unwrap();
        assert_eq!(vault(7).linked(&token), Some(id));
        assert_eq!(vault(8).linked(&token), None);
        for wrong in ["", "x", &token[..token.len() - 4], &token[..22], &format!("{token}AA")] {
            assert_eq!(vault(7).linked(wrong), None, "{wrong}");
        }
    }
}

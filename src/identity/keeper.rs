//! What identity keeps in memory, made once at start: keys, the hashing pool, known sessions.

use super::delegation::Mandates;
use super::keys::KnownKeys;
use super::live::Live;
use super::password::{PasswordCost, Passwords};
use super::token::{SecretTooShort, Tokens};
use super::totp::Seal;
use crate::mint::Mint;
use crate::problem::Problem;
use crate::secret::Secret;

#[derive(Debug, thiserror::Error)]
pub enum KeeperError {
    #[error(transparent)]
    Secret(#[from] SecretTooShort),
    #[error("passwords cannot be hashed here: {0}")]
    Hashing(Problem),
    #[error("second factors cannot be sealed here: {0}")]
    Sealing(Problem),
}

/// One per process; `app.identity`.
pub struct Keeper {
    pub(super) tokens: Tokens,
    pub(super) passwords: Passwords,
    pub(super) live: Live,
    pub(super) keys: KnownKeys,
    pub(super) seal: Seal,
    pub mandates: Mandates,
}

impl Keeper {
    pub fn new(
        token_secret: &Secret<Vec<u8>>,
        cost: PasswordCost,
        mint: Mint,
    ) -> Result<Self, KeeperError> {
        Ok(Self {
            tokens: Tokens::new(token_secret)?,
            passwords: Passwords::new(cost, mint).map_err(KeeperError::Hashing)?,
            live: Live::default(),
            keys: KnownKeys::default(),
            seal: Seal::new(token_secret).map_err(KeeperError::Sealing)?,
            mandates: Mandates::default(),
        })
    }
}

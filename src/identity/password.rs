//! Passwords: what is too weak to keep, and Argon2id on a pool that cannot be flooded.
//!
//! The cost is OWASP's (19 MiB, 2 passes, 1 lane; RFC 9106 `id`), written into every hash, so
//! that raising them here leaves old hashes readable. A [`Turn`] is the right to hash: there are
//! two of them in a process, so that however many sign in, filing keeps a core, and so that
//! failures can be counted between one guess and the next (`session.rs`). An unknown account costs
//! the same hashing as a known one.

use std::collections::HashSet;
use std::sync::LazyLock;

use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::{Semaphore, SemaphorePermit};

use crate::limits::{
    COMMIT_WAIT_MAX, HASHINGS_MAX, HASHINGS_WAITING_MAX, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN,
};
use crate::mint::Mint;
use crate::problem::{Code, Fault, Problem, Text};
use crate::secret::Secret;

const LANES: u32 = 1;
const SALT_BYTES: usize = 16;

/// What one hashing costs. No setting lowers it: only tests do, which hash thousands of passwords
/// that nobody steals.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PasswordCost {
    pub memory_kib: u32,
    pub passes: u32,
}

impl Default for PasswordCost {
    fn default() -> Self {
        Self { memory_kib: 19 * 1024, passes: 2 }
    }
}

/// A password as somebody typed it.
pub type Password = Secret<String>;

/// What is stored: Argon2id in PHC form. The default is none: nothing verifies against it, and the
/// database refuses it.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct PasswordHash(pub(super) String);

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

static COMMON: LazyLock<HashSet<&'static str>> = LazyLock::new(|| {
    let lines = crate::seed!("common_passwords.txt").text.lines();
    lines.filter(|line| !line.starts_with('#')).collect()
});

/// The length rules and guesses that a thief tries first. `None`: strong enough to keep.
pub fn weakness(password: &Password, login_key: &str, pointer: &str) -> Option<Fault> {
    let text = password.reveal();
    let length = text.chars().count();
    let lower = text.to_lowercase();
    let (zh, en) = if length < PASSWORD_CHARS_MIN {
        (
            format!("密码至少 {PASSWORD_CHARS_MIN} 个字符。"),
            format!("A password has at least {PASSWORD_CHARS_MIN} characters."),
        )
    } else if length > PASSWORD_CHARS_MAX {
        (
            format!("密码最多 {PASSWORD_CHARS_MAX} 个字符。"),
            format!("A password has at most {PASSWORD_CHARS_MAX} characters."),
        )
    } else if lower.contains(login_key) {
        ("密码不得包含账号。".into(), "A password must not contain the login.".into())
    } else if COMMON.contains(lower.as_str()) || is_one_character(&lower) {
        ("这是常见密码，请换一个。".into(), "This password is a common one; choose another.".into())
    } else {
        return None;
    };
    Some(Fault::new(Code::WeakPassword, pointer, Text::new(zh, en)))
}

fn is_one_character(text: &str) -> bool {
    let mut characters = text.chars();
    let first = characters.next();
    characters.all(|one| Some(one) == first)
}

/// The pool of hashings of this process.
pub struct Passwords {
    turns: Semaphore,
    waiting: Semaphore,
    mint: Mint,
    cost: PasswordCost,
    /// Verified where there is no account, so that time tells nothing.
    decoy: PasswordHash,
}

impl Passwords {
    /// Hashes once, for the decoy.
    pub fn new(cost: PasswordCost, mint: Mint) -> Result<Self, Problem> {
        let nobody = mint.bytes::<32>();
        let decoy = hash(cost, &nobody, &mint.bytes::<SALT_BYTES>())?;
        Ok(Self {
            turns: Semaphore::new(HASHINGS_MAX),
            waiting: Semaphore::new(HASHINGS_WAITING_MAX),
            mint,
            cost,
            decoy,
        })
    }

    /// Waits for a turn; 503 when too many wait already, or for too long.
    pub async fn turn(&self) -> Result<Turn<'_>, Problem> {
        let _place = self.waiting.try_acquire().map_err(|_| Problem::busy())?;
        let turn = tokio::time::timeout(COMMIT_WAIT_MAX, self.turns.acquire()).await;
        match turn {
            Ok(Ok(permit)) => Ok(Turn { passwords: self, _permit: permit }),
            Ok(Err(_)) | Err(_) => Err(Problem::busy()),
        }
    }

    /// Hashes a new password in a turn of its own.
    pub async fn hash(&self, password: &Password) -> Result<PasswordHash, Problem> {
        self.turn().await?.hash(password).await
    }
}

/// The right to hash, held until dropped.
pub struct Turn<'a> {
    passwords: &'a Passwords,
    _permit: SemaphorePermit<'a>,
}

impl Turn<'_> {
    /// Whether it is the password of this account; never, where there is none (`None`), after the
    /// same work.
    pub async fn verify(
        &self,
        password: &Password,
        kept: Option<&PasswordHash>,
    ) -> Result<bool, Problem> {
        let known = kept.is_some();
        let kept = kept.unwrap_or(&self.passwords.decoy).clone();
        let (password, cost) = (password.clone(), self.passwords.cost);
        let right = aside(move || {
            let verifier = argon2(cost)?;
            Ok(verifier.verify_password(password.reveal().as_bytes(), kept.0.as_str()).is_ok())
        });
        Ok(right.await? && known)
    }

    pub async fn hash(&self, password: &Password) -> Result<PasswordHash, Problem> {
        let salt = self.passwords.mint.bytes::<SALT_BYTES>();
        let (password, cost) = (password.clone(), self.passwords.cost);
        aside(move || hash(cost, password.reveal().as_bytes(), &salt)).await
    }
}

/// Off the threads that answer requests: one hashing would hold hundreds of filings up.
async fn aside<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Problem> + Send + 'static,
) -> Result<T, Problem> {
    tokio::task::spawn_blocking(work).await.map_err(Problem::internal)?
}

fn hash(cost: PasswordCost, password: &[u8], salt: &[u8]) -> Result<PasswordHash, Problem> {
    let hashed =
        argon2(cost)?.hash_password_with_salt(password, salt).map_err(Problem::internal)?;
    Ok(PasswordHash(hashed.to_string()))
}

fn argon2(cost: PasswordCost) -> Result<Argon2<'static>, Problem> {
    let PasswordCost { memory_kib, passes } = cost;
    let params = Params::new(memory_kib, passes, LANES, None).map_err(Problem::internal)?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> Password {
        Secret::new(text.to_owned())
    }

    fn is_weak(text: &str) -> bool {
        weakness(&secret(text), "zhang.san", "/password").is_some()
    }

    #[test]
    fn ten_characters_are_enough_and_128_not_too_many() {
        assert!(is_weak("vT9-qLm2k") && !is_weak("vT9-qLm2kx"));
        assert!(!is_weak(&"kV7".repeat(42)) && is_weak(&"kV7".repeat(43)));
        // Characters are counted, not bytes.
        assert!(is_weak("红柳胡杨沙枣梭梭骆") && !is_weak("红柳胡杨沙枣梭梭骆驼"));
    }

    #[test]
    fn common_passwords_and_the_login_are_refused_whatever_their_case() {
        for guess in ["Password123", "1234567890", "QWERTYUIOP", "1qaz2wsx3edc", "xxxxxxxxxxxx"] {
            assert!(is_weak(guess), "{guess}");
        }
        assert!(is_weak("my-Zhang.San-7731"));
        assert!(!is_weak("my-zhang-san-7731"));
    }

    #[test]
    fn the_list_is_in_lower_case_and_holds_nothing_too_short() {
        assert!(COMMON.len() > 300);
        for one in COMMON.iter() {
            assert!(one.chars().count() >= PASSWORD_CHARS_MIN, "{one}");
            assert_eq!(*one, one.to_lowercase());
        }
    }

    #[tokio::test]
    async fn a_hash_verifies_its_own_password_and_no_account_verifies_none() {
        let passwords = Passwords::new(PasswordCost::default(), Mint::seeded(1)).unwrap();
        let kept = passwords.hash(&secret("vT9-qLm2kx")).await.unwrap();
        assert!(kept.0.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{}", kept.0);
        let turn = passwords.turn().await.unwrap();
        assert!(turn.verify(&secret("vT9-qLm2kx"), Some(&kept)).await.unwrap());
        assert!(!turn.verify(&secret("vT9-qLm2ky"), Some(&kept)).await.unwrap());
        assert!(!turn.verify(&secret("vT9-qLm2kx"), None).await.unwrap());
        let again = turn.hash(&secret("vT9-qLm2kx")).await.unwrap();
        assert_ne!(again, kept, "each hash has a salt of its own");
    }

    #[tokio::test]
    async fn only_two_hash_at_once() {
        let passwords = Passwords::new(PasswordCost::default(), Mint::seeded(1)).unwrap();
        let (first, second) = (passwords.turn().await.unwrap(), passwords.turn().await.unwrap());
        let third = passwords.turn();
        tokio::pin!(third);
        assert!(futures_util::poll!(third.as_mut()).is_pending());
        drop(first);
        assert!(third.await.is_ok());
        drop(second);
    }
}

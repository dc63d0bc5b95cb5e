//! Codes: the six digits of the moment (RFC 6238: SHA-1, 30 s, one step to either side), and the
//! recovery codes of 80 random bits each.

use std::fmt::Write as _;

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use totp_rs::{Builder, Secret as Shared};

use crate::ids::TotpId;
use crate::mint::Mint;
use crate::secret::Secret;

/// RFC 4226 §4 recommends 160 bits.
pub const SECRET_BYTES: usize = 20;

/// How many recovery codes somebody gets.
const RECOVERY_CODES: usize = 10;

const DIGITS: usize = 6;

/// The time step that a code is of, if it is one of the moment's.
pub fn step_of(secret: &[u8; SECRET_BYTES], typed: &str, wall: DateTime<Utc>) -> Option<i64> {
    let time = u64::try_from(wall.timestamp()).ok()?;
    let totp = Builder::new().with_secret(Shared::new_stack(*secret)).build().ok()?;
    i64::try_from(totp.check(typed, time)?).ok()
}

/// As people type them: with spaces or dashes between groups, in either case.
pub fn plain(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase()
}

pub fn looks_like_digits(plain: &str) -> bool {
    plain.len() == DIGITS && plain.bytes().all(|byte| byte.is_ascii_digit())
}

/// What authenticator programs read from a QR code (their "Key Uri Format").
pub fn otpauth_url(secret: &[u8; SECRET_BYTES], login: &str) -> String {
    let login = percent_encoded(login);
    let secret = base32(secret);
    format!(
        "otpauth://totp/liandan:{login}?secret={secret}&issuer=liandan&algorithm=SHA1\
         &digits={DIGITS}&period=30"
    )
}

fn percent_encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// RFC 4648 §6, without padding: our lengths need none.
pub fn base32(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut text, mut bits, mut held) = (String::new(), 0u32, 0u32);
    for byte in bytes {
        bits = (bits << 8) | u32::from(*byte);
        held += 8;
        while held >= 5 {
            held -= 5;
            text.push(char::from(LETTERS[((bits >> held) & 31) as usize]));
        }
    }
    text
}

/// New recovery codes, as they are shown once.
pub fn recovery_codes(mint: &Mint) -> Vec<Secret<String>> {
    let one = |_| {
        let text = base32(&mint.bytes::<10>());
        let groups: Vec<&str> = [0, 4, 8, 12].iter().map(|at| &text[*at..at + 4]).collect();
        Secret::new(groups.join("-"))
    };
    (0..RECOVERY_CODES).map(one).collect()
}

/// What is stored of a recovery code. 80 random bits need no slow hash: there is nothing to guess
/// them from. The enrolment is hashed along, so that equal codes of two people would not show.
pub fn recovery_hash(of: TotpId, plain: &str) -> [u8; 32] {
    Sha256::new().chain_update(of.uuid().as_bytes()).chain_update(plain).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &[u8; SECRET_BYTES] = b"12345678901234567890";

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    /// RFC 6238, appendix B (SHA-1): the last six of its eight digits.
    #[test]
    fn the_vectors_of_rfc_6238() {
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            assert_eq!(step_of(SEED, code, at(seconds)), Some(seconds / 30), "{seconds}");
            let wrong = if code.starts_with('9') { "0" } else { "9" };
            assert_eq!(step_of(SEED, &format!("{wrong}{}", &code[1..]), at(seconds)), None);
        }
    }

    #[test]
    fn a_code_is_good_one_step_to_either_side_and_names_its_own() {
        let (code, step) = ("050471", 1_111_111_111 / 30);
        assert_eq!(step_of(SEED, code, at((step - 1) * 30)), Some(step));
        assert_eq!(step_of(SEED, code, at((step + 1) * 30 + 29)), Some(step));
        assert_eq!(step_of(SEED, code, at((step + 2) * 30)), None);
        assert_eq!(step_of(SEED, code, at((step - 1) * 30 - 1)), None);
    }

    /// RFC 4648 §10, as far as its vectors need no padding.
    #[test]
    fn base32_is_that_of_rfc_4648() {
        assert_eq!(base32(b"fooba"), "MZXW6YTB");
        assert_eq!(base32(b""), "");
        assert_eq!(base32(SEED), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn recovery_codes_are_many_and_typed_as_one_likes() {
        let codes = recovery_codes(&Mint::seeded(1));
        let distinct: std::collections::HashSet<_> =
            codes.iter().map(|code| code.reveal().clone()).collect();
        assert_eq!(distinct.len(), RECOVERY_CODES);
        let shown = codes[0].reveal();
        assert_eq!((shown.len(), plain(shown).len()), (19, 16));
        assert_eq!(plain(&shown.to_lowercase().replace('-', " ")), plain(shown));
        assert!(!looks_like_digits(&plain(shown)) && looks_like_digits(&plain("123 456")));
    }

    #[test]
    fn the_address_for_authenticators_holds_any_login() {
        let url = otpauth_url(SEED, "张三@x");
        assert!(url.starts_with("otpauth://totp/liandan:%E5%BC%A0%E4%B8%89%40x?secret=GEZDGNBV"));
    }
}

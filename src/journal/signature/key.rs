//! Public keys of devices, and signatures by them: Ed25519 (RFC 8032) and ECDSA over P-256 with
//! SHA-256, both in the forms that WebCrypto exports and makes.

use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED, ED25519, ParsedPublicKey, VerificationAlgorithm,
};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::wire::api_enum;

api_enum! {
    /// What a device signs with: `es256` is ECDSA over P-256 with SHA-256, its value `r` and `s`
    /// one after the other, as WebCrypto gives it.
    pub enum Alg { Ed25519 = "ed25519", Es256 = "es256" }
}

impl Alg {
    fn verification(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::Ed25519 => &ED25519,
            Self::Es256 => &ECDSA_P256_SHA256_FIXED,
        }
    }

    /// What stands before the raw key in SubjectPublicKeyInfo (RFC 8410, RFC 5480).
    const fn spki_prefix(self) -> &'static [u8] {
        match self {
            Self::Ed25519 => b"\x30\x2a\x30\x05\x06\x03\x2b\x65\x70\x03\x21\x00",
            Self::Es256 => {
                b"\x30\x59\x30\x13\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\
                  \x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07\x03\x42\x00"
            }
        }
    }

    /// Bytes of the raw key: the point of Ed25519, the uncompressed point of P-256.
    const fn key_bytes(self) -> usize {
        match self {
            Self::Ed25519 => 32,
            Self::Es256 => 65,
        }
    }
}

/// Why something is no public key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    #[error("it is not base64")]
    NotBase64,
    #[error("it is not a raw key or a SubjectPublicKeyInfo of this algorithm")]
    NotAKey,
    #[error("it is a point of small order, for which anybody can make signatures")]
    Weak,
}

/// A public key that is one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    alg: Alg,
    raw: Vec<u8>,
}

impl PublicKey {
    /// Reads base64 (standard alphabet, padded) of WebCrypto's `raw` or `spki` export.
    pub fn parse(alg: Alg, text: &str) -> Result<Self, BadKey> {
        let bytes = STANDARD.decode(text).map_err(|_| BadKey::NotBase64)?;
        let raw = bytes.strip_prefix(alg.spki_prefix()).unwrap_or(&bytes);
        if raw.len() != alg.key_bytes() || (alg == Alg::Es256 && raw[0] != 4) {
            return Err(BadKey::NotAKey);
        }
        if alg == Alg::Ed25519 && is_of_small_order(raw) {
            return Err(BadKey::Weak);
        }
        ParsedPublicKey::new(alg.verification(), raw).map_err(|_| BadKey::NotAKey)?;
        Ok(Self { alg, raw: raw.to_vec() })
    }

    pub const fn alg(&self) -> Alg {
        self.alg
    }

    /// Base64 of the raw key: how events carry it.
    pub fn to_base64(&self) -> String {
        STANDARD.encode(&self.raw)
    }

    /// Whether `value`, base64 of 64 bytes, is this key's signature of `message`.
    pub fn has_signed(&self, message: &[u8], value: &str) -> bool {
        let Ok(value) = STANDARD.decode(value) else { return false };
        let key = ParsedPublicKey::new(self.alg.verification(), &self.raw);
        key.is_ok_and(|key| key.verify_sig(message, &value).is_ok())
    }
}

/// The encodings of the eight points whose order divides eight, the sign of x left out: a signature
/// can be found for them that is good for many messages, so that it proves nothing.
const SMALL_ORDER: [&str; 7] = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
    "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
];

fn is_of_small_order(raw: &[u8]) -> bool {
    let mut point = raw.to_vec();
    if let Some(last) = point.last_mut() {
        *last &= 0x7f;
    }
    SMALL_ORDER.contains(&hex::encode(point).as_str())
}

#[cfg(test)]
mod tests {
    use aws_lc_rs::rand::SystemRandom;
    use aws_lc_rs::signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    };

    use super::*;

    fn base64(bytes: impl AsRef<[u8]>) -> String {
        STANDARD.encode(bytes)
    }

    /// RFC 8032, 7.1, test 2.
    #[test]
    fn the_vector_of_rfc_8032_is_good_and_any_other_is_not() {
        let raw = hex::decode("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c");
        let key = PublicKey::parse(Alg::Ed25519, &base64(raw.unwrap())).unwrap();
        let value = hex::decode(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );
        let mut value = value.unwrap();
        assert!(key.has_signed(&[0x72], &base64(&value)));
        assert!(!key.has_signed(&[0x73], &base64(&value)));
        value[5] ^= 1;
        assert!(!key.has_signed(&[0x72], &base64(&value)));
        assert!(!key.has_signed(&[0x72], "not base64"));
        assert!(!key.has_signed(&[0x72], ""));
    }

    #[test]
    fn both_algorithms_verify_what_they_signed_raw_and_as_spki() {
        let ed = Ed25519KeyPair::generate().unwrap();
        let es = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap();
        let signed = es.sign(&SystemRandom::new(), b"abc").unwrap();
        let of = [
            (Alg::Ed25519, ed.public_key().as_ref(), base64(ed.sign(b"abc"))),
            (Alg::Es256, es.public_key().as_ref(), base64(signed)),
        ];
        for (alg, raw, value) in of {
            let spki = [alg.spki_prefix(), raw].concat();
            let key = PublicKey::parse(alg, &base64(raw)).unwrap();
            assert_eq!(PublicKey::parse(alg, &base64(spki)).unwrap(), key);
            assert_eq!(key.to_base64(), base64(raw));
            assert!(key.has_signed(b"abc", &value) && !key.has_signed(b"abd", &value));
        }
        let key = PublicKey::parse(Alg::Es256, &base64(es.public_key().as_ref())).unwrap();
        assert!(!key.has_signed(b"abc", &base64(ed.sign(b"abc"))));
    }

    #[test]
    fn what_is_no_key_is_refused() {
        let parse = |alg, bytes: &[u8]| PublicKey::parse(alg, &base64(bytes));
        assert_eq!(PublicKey::parse(Alg::Ed25519, "%%%"), Err(BadKey::NotBase64));
        assert_eq!(parse(Alg::Ed25519, &[7; 31]), Err(BadKey::NotAKey));
        assert_eq!(parse(Alg::Es256, &[4; 65]), Err(BadKey::NotAKey), "a point off the curve");
        assert_eq!(parse(Alg::Es256, &[2; 33]), Err(BadKey::NotAKey));
        let ed = Ed25519KeyPair::generate().unwrap();
        assert_eq!(parse(Alg::Es256, ed.public_key().as_ref()), Err(BadKey::NotAKey));
        for weak in SMALL_ORDER {
            let mut raw = hex::decode(weak).unwrap();
            assert_eq!(parse(Alg::Ed25519, &raw), Err(BadKey::Weak));
            raw[31] |= 0x80;
            assert_eq!(parse(Alg::Ed25519, &raw), Err(BadKey::Weak));
        }
    }
}

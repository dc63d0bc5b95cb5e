//! Keys: a text is a key of one kind or none, and is written as it was read.
#![no_main]

use liandan::custody::{Cosigner, LogKeys, VerifierKey, WitnessKey, verifiers, witness_keys};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text);
        assert!(text.parse::<WitnessKey>().is_err());
    }
    if let Ok(key) = text.parse::<WitnessKey>() {
        assert_eq!(key.to_string(), text);
    }
    assert!(!(verifiers(text).is_ok() && witness_keys(text).is_ok()));
    if let Ok(keys) = LogKeys::parse(text) {
        assert!(Cosigner::parse(text).is_err());
        assert!(keys.verifiers().all(|key| key.name() == keys.name()));
    }
    let _ = Cosigner::parse(text);
});

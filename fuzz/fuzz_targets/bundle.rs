//! Any text as a bundle: it is refused with one reason, or it is right.
#![no_main]

use std::sync::LazyLock;

use liandan::custody::{
    Cosigner, Given, LogKeys, Older, VerifierKey, WitnessKey, private_text, verify,
    witness_private_text,
};
use libfuzzer_sys::fuzz_target;

static KEYS: LazyLock<Vec<VerifierKey>> = LazyLock::new(|| {
    let keys = LogKeys::parse(&private_text("liandan.example/test", &[7; 32])).unwrap();
    keys.verifiers().collect()
});

static WITNESSES: LazyLock<Vec<WitnessKey>> = LazyLock::new(|| {
    let keys = Cosigner::parse(&witness_private_text("w.example/w", &[1; 32])).unwrap();
    keys.keys().collect()
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // Behind a NUL comes what is given beside it.
    let mut parts = text.splitn(3, '\0');
    let bundle = parts.next().unwrap_or_default();
    let older = parts.next().zip(parts.next());
    let older = older.map(|(checkpoint, proof)| Older { checkpoint, proof });
    for witnesses in [&[][..], &WITNESSES] {
        let older = older.as_ref().map(|one| Older { ..*one });
        let told = verify(&Given { bundle, keys: &KEYS, witnesses, older });
        if let Err(wrong) = told {
            assert!(!wrong.text.zh.is_empty() && !wrong.text.en.is_empty());
        }
    }
});

//! Notes, checkpoints, cosignatures, and what is handed to a witness: read in one way or not at all.
#![no_main]

use std::sync::LazyLock;

use liandan::custody::{
    Checkpoint, Cosigner, LogKeys, SignedNote, Submission, VerifierKey, WitnessKey, private_text,
    witness_private_text,
};
use libfuzzer_sys::fuzz_target;

static LOG: LazyLock<Vec<VerifierKey>> = LazyLock::new(|| {
    let keys = LogKeys::parse(&private_text("a.example/log", &[1; 32])).unwrap();
    keys.verifiers().collect()
});

static WITNESS: LazyLock<WitnessKey> = LazyLock::new(|| {
    let keys = Cosigner::parse(&witness_private_text("w.example/w", &[2; 32])).unwrap();
    keys.keys().next().unwrap()
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    if let Some(submission) = Submission::parse(text) {
        assert_eq!(submission.to_string(), text);
    }
    if let Some(head) = Checkpoint::parse(text) {
        assert!(text.starts_with(&head.text()));
    }
    if let Ok(signed) = SignedNote::parse(text) {
        assert!(text.starts_with(signed.text));
        let known = signed.lines_of(&LOG);
        assert!(known.lines().all(|line| text.lines().any(|one| one == line)));
        let is_signed = signed.demand(&LOG).is_ok();
        assert_eq!(Checkpoint::believed(text, &LOG).is_ok(), is_signed);
        let _ = WITNESS.cosigned(&signed);
    }
});

//! The official vectors: a whole tiled log, Merkle proofs, signed notes (tests/vectors).

use std::path::PathBuf;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use liandan::custody::{
    self, Checkpoint, Hash, Place, SignedNote, VerifierKey, empty_root, extends, includes,
};
use liandan::journal::leaf_hash;
use serde_json::Value;
use sha2::{Digest, Sha256};

fn file(path: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors")).join(path)
}

fn text(path: &str) -> String {
    std::fs::read_to_string(file(path)).unwrap()
}

fn leaves() -> Vec<String> {
    let rows = text("tessera-log/leaves.csv");
    rows.lines().skip(1).map(|row| row.split_once(',').unwrap().1.to_owned()).collect()
}

#[test]
fn the_checkpoints_of_a_whole_log_are_ours_too() {
    let key: VerifierKey = text("tessera-log/vkey.txt").trim().parse().unwrap();
    let hashes: Vec<Hash> = leaves().iter().map(|leaf| leaf_hash(leaf)).collect();
    assert_eq!(hashes.len(), 15);
    for size in 0..=15 {
        let note = text(&format!("tessera-log/checkpoint.{size}"));
        let signed = SignedNote::parse(&note).unwrap();
        signed.demand(std::slice::from_ref(&key)).unwrap();
        let head = Checkpoint::parse(signed.text).unwrap();
        let root = custody::root(&hashes[..size]);
        let wanted = Checkpoint { origin: key.name().to_owned(), size: size as u64, root };
        assert_eq!(head, wanted);
        assert_eq!(head.text(), signed.text);
        let forged = note.replacen(&format!("\n{size}\n"), "\n16\n", 1);
        let forged = SignedNote::parse(&forged).unwrap();
        assert!(forged.demand(std::slice::from_ref(&key)).is_err());
    }
}

#[test]
fn its_tiles_and_entry_bundles_are_ours_too() {
    let leaves = leaves();
    for width in 1..=15_u64 {
        let place = Place { n: 0, width };
        let of = |kind: &str| file(&format!("tessera-log/tile/{kind}/{}", place.path()));
        let hashes: Vec<u8> = leaves[..width as usize].iter().flat_map(|l| leaf_hash(l)).collect();
        let there = std::fs::read(of("0"));
        assert!(there.is_ok_and(|bytes| bytes == hashes), "{width}");
        let bundle = custody::entry_bundle(&leaves[..width as usize]).unwrap();
        assert_eq!(std::fs::read(of("entries")).unwrap(), bundle, "{width}");
    }
}

/// A hash of the vectors. Some are words of another length, for which any hash will do that no
/// other word has.
fn hash(value: &Value) -> Option<Hash> {
    let text = value.as_str().unwrap_or_default();
    let bytes = STANDARD.decode(text).ok()?;
    let stand_in = || Sha256::new().chain_update("no hash").chain_update(bytes).finalize().into();
    Some(custody::hash(text).unwrap_or_else(stand_in))
}

fn proof(value: &Value) -> Option<Vec<Hash>> {
    value.as_array().map_or(Some(Vec::new()), |list| list.iter().map(hash).collect())
}

fn cases(path: &str) -> Vec<Value> {
    let cases: Vec<Value> = serde_json::from_str(&text(path)).unwrap();
    assert_eq!(cases.len(), 98);
    cases
}

#[test]
fn inclusion_proofs_are_judged_as_they_should_be() {
    let mut good = 0;
    for case in cases("merkle-testdata/inclusion.json") {
        let (index, size) = (case["leafIdx"].as_u64().unwrap(), case["treeSize"].as_u64().unwrap());
        // Two of the same words that are no hash would be a leaf and its own root.
        let leaf = custody::hash(case["leafHash"].as_str().unwrap_or_default());
        let given = (leaf, hash(&case["root"]), proof(&case["proof"]));
        let (Some(leaf), Some(root), Some(proof)) = given else {
            assert_eq!(case["wantErr"], true, "{case}");
            continue;
        };
        let holds = includes(&proof, (index, &leaf), (size, &root));
        assert_eq!(!holds, case["wantErr"].as_bool().unwrap(), "{case}");
        good += usize::from(holds);
    }
    assert_eq!(good, 6);
}

#[test]
fn consistency_proofs_are_judged_as_they_should_be() {
    let mut good = 0;
    for case in cases("merkle-testdata/consistency.json") {
        let (old, new) = (case["size1"].as_u64().unwrap(), case["size2"].as_u64().unwrap());
        let given = (hash(&case["root1"]), hash(&case["root2"]), proof(&case["proof"]));
        let (Some(was), Some(is), Some(proof)) = given else {
            assert_eq!(case["wantErr"], true, "{case}");
            continue;
        };
        let holds = extends(&proof, (old, &was), (new, &is));
        assert_eq!(!holds, case["wantErr"].as_bool().unwrap(), "{case}");
        good += usize::from(holds);
    }
    assert_eq!(good, 6);
    assert_eq!(empty_root(), custody::root(&[]));
}

//! Custody that anyone can check (custody.md): the journal as one Merkle tree, in the tiles of C2SP
//! `tlog-tiles`, with signed checkpoints, proofs, and bundles that need no server to be verified.
//!
//! `merkle`, `tiles`, `edge`, `note`, `keys` and `cosignature` are pure and know no database;
//! `store` has the SQL; `tree` is the worker that lets the tree grow, `witnessed` that which hands
//! it to witnesses; the others answer questions about it.

mod account;
mod balance;
mod beside;
mod bundle;
mod checkpoint;
mod conduct;
mod cosignature;
mod devices;
mod edge;
mod entries;
mod key_text;
mod keys;
mod lag;
mod lag_store;
mod merkle;
mod note;
mod owned;
mod plausible;
mod proof;
mod receipt;
mod replay;
mod store;
mod submission;
mod tiles;
mod tree;
mod verify;
mod witnessed;

pub use account::{account, account_json, event_word, shown, status_word};
pub use beside::{Unlike, beside};
pub use bundle::{BundleEvent, BundleSubject, CustodyBundle, bundle, chain_bundle, event_proof};
pub use checkpoint::{Custody, all_keys, cosigned, covering, latest};
pub use cosignature::{Cosigner, WitnessKey, witness_keys, witness_private_text};
pub use devices::{Devices, Signing};
pub use edge::{Edge, FullTile};
pub use entries::entries;
pub use key_text::NotAKey;
pub use keys::{LogKeys, VerifierKey, private_text, verifiers};
pub use lag::{Lag, lag};
pub use merkle::{Hash, empty_root, extends, includes, root};
pub use note::{BadNote, Checkpoint, SignedNote, base64, hash, is_key_name};
pub use owned::owned;
pub use proof::{consistency, inclusion};
pub use receipt::{CommandProof, ProvenEvent, command_proof, positions};
pub use replay::{Replayed, Step, replay};
pub use store::{Published, tiles};
pub use submission::Submission;
pub use tiles::{Place, TILE_HEIGHT, TILE_WIDTH, TileId, bundle as entry_bundle, level};
pub use tree::{follow, grow};
pub use verify::{Given, Older, Verified, Wrong, verify};
pub use witnessed::{
    Followed, HandInError, Handed, NotWitnesses, WitnessAt, Witnesses, follow as follow_witnesses,
    followed, hand_in,
};

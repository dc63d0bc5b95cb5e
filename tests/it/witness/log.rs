//! A made-up log: leaves, checkpoints and proofs by the definitions of RFC 9162, and a fork of it
//! whenever one is wanted.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use liandan::custody::{LogKeys, private_text};

use crate::custody::independent::{Hash, node, root};

pub const ORIGIN: &str = "a.example/log";

/// A log with a key of its own.
#[derive(Clone)]
pub struct MadeUpLog {
    keys: LogKeys,
    leaves: Vec<Hash>,
}

impl MadeUpLog {
    /// A log of so many entries; of another `history` each entry is another.
    pub fn of(size: usize, history: u8) -> Self {
        let keys = LogKeys::parse(&private_text(ORIGIN, &[5; 32])).unwrap();
        let leaf = |n: usize| node([history; 32], [n as u8; 32]);
        Self { keys, leaves: (0..size).map(leaf).collect() }
    }

    /// The same entries up to `at`, and others from there on.
    pub fn forked_at(&self, at: usize) -> Self {
        let mut leaves = Self::of(self.leaves.len(), 99).leaves;
        leaves[..at].copy_from_slice(&self.leaves[..at]);
        Self { keys: self.keys.clone(), leaves }
    }

    pub fn key(&self) -> String {
        self.keys.verifiers().next().unwrap().to_string()
    }

    /// What is signed of the first `size` entries.
    pub fn text(&self, size: usize) -> String {
        format!("{ORIGIN}\n{size}\n{}\n", STANDARD.encode(root(&self.leaves[..size])))
    }

    pub fn note(&self, size: usize) -> String {
        self.keys.sign(&self.text(size))
    }

    /// PROOF(m, D[n]) of RFC 9162, 2.1.4.1.
    pub fn proof(&self, from: usize, to: usize) -> Vec<Hash> {
        if from == 0 || from == to { Vec::new() } else { subproof(from, &self.leaves[..to], true) }
    }

    /// The body of a request to a witness that knows `from` entries.
    pub fn submission(&self, from: usize, to: usize) -> String {
        body(&from.to_string(), &self.proof(from, to), &self.note(to))
    }
}

pub fn body(old: &str, proof: &[Hash], note: &str) -> String {
    let lines: String = proof.iter().map(|hash| STANDARD.encode(hash) + "\n").collect();
    format!("old {old}\n{lines}\n{note}")
}

fn subproof(m: usize, leaves: &[Hash], is_whole: bool) -> Vec<Hash> {
    let n = leaves.len();
    if m == n {
        return if is_whole { Vec::new() } else { vec![root(leaves)] };
    }
    let mut k = 1;
    while k * 2 < n {
        k *= 2;
    }
    let (left, right) = leaves.split_at(k);
    if m <= k {
        [subproof(m, left, is_whole), vec![root(right)]].concat()
    } else {
        [subproof(m - k, right, false), vec![root(left)]].concat()
    }
}

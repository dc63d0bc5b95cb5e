//! The faults gathered while one document is read: all of them at once, up to a bound.

use crate::limits::FAULTS_MAX;
use crate::problem::{Code, Fault, Problem, Text};

use super::decode::Decode;
use super::path::Path;

/// Faults in the order found; beyond [`FAULTS_MAX`] they are dropped.
#[derive(Debug, Default)]
pub struct Faults {
    found: Vec<Fault>,
    /// Whether a faulty value is replaced by a stand-in, and the reading goes on.
    mends: bool,
}

impl Faults {
    pub const fn new() -> Self {
        Self { found: Vec::new(), mends: false }
    }

    pub const fn mending() -> Self {
        Self { found: Vec::new(), mends: true }
    }

    /// What is read on with after a fault, when mending.
    pub fn stand_in<T: Decode>(&self) -> Option<T> {
        if self.mends { T::stand_in() } else { None }
    }

    pub fn add(&mut self, code: Code, at: &Path<'_>, zh: impl Into<String>, en: impl Into<String>) {
        if !self.is_full() {
            self.found.push(Fault::new(code, at.to_string(), Text::new(zh, en)));
        }
    }

    pub fn push(&mut self, fault: Fault) {
        if !self.is_full() {
            self.found.push(fault);
        }
    }

    /// Nothing more will be kept: a long loop may stop.
    pub fn is_full(&self) -> bool {
        self.found.len() >= FAULTS_MAX
    }

    pub fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    pub fn len(&self) -> usize {
        self.found.len()
    }

    pub fn into_vec(self) -> Vec<Fault> {
        self.found
    }

    pub fn into_result(self) -> Result<(), Problem> {
        Problem::unless_empty(self.found)
    }
}

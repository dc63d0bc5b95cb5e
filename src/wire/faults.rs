//! The faults gathered while one document is read: all of them at once, up to a bound.

use crate::limits::FAULTS_MAX;
use crate::problem::{Code, Fault, Problem, Text};

use super::path::Path;

/// Faults in the order found; beyond [`FAULTS_MAX`] they are dropped.
#[derive(Debug, Default)]
pub struct Faults(Vec<Fault>);

impl Faults {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    pub fn add(&mut self, code: Code, at: &Path<'_>, zh: impl Into<String>, en: impl Into<String>) {
        if !self.is_full() {
            self.0.push(Fault::new(code, at.to_string(), Text::new(zh, en)));
        }
    }

    pub fn push(&mut self, fault: Fault) {
        if !self.is_full() {
            self.0.push(fault);
        }
    }

    /// Nothing more will be kept: a long loop may stop.
    pub fn is_full(&self) -> bool {
        self.0.len() >= FAULTS_MAX
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn into_vec(self) -> Vec<Fault> {
        self.0
    }

    pub fn into_result(self) -> Result<(), Problem> {
        Problem::unless_empty(self.0)
    }
}

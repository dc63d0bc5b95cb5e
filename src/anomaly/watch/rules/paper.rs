//! Rules: paper.

#![allow(unused_imports)]
use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use crate::manifest::Happening;
use crate::registry::LedgerEntry;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Weights {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Filings {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Serial {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Hands {}

pub fn filed(_w: &mut Watch, _load: &Load, _seen: &Seen<'_>, _filed: &crate::manifest::Filed) {}

pub fn manifest(_w: &mut Watch, _load: &Load, _seen: &Seen<'_>, _happening: &Happening) {}

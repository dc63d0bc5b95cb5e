//! Rules: mass.

#![allow(unused_imports)]
use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use crate::manifest::Happening;
use crate::registry::LedgerEntry;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Drift {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Scale {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Balance {}

pub fn manifest(_w: &mut Watch, _load: &Load, _seen: &Seen<'_>, _happening: &Happening) {}

pub fn ledger(_w: &mut Watch, _entry: &LedgerEntry, _seen: &Seen<'_>) {}

pub fn round(
    _w: &mut Watch,
    _id: crate::ids::RoundId,
    _happening: &crate::round::Happening,
    _seen: &Seen<'_>,
) {
}

pub fn month(_w: &mut Watch, _site: crate::ids::SiteId) {}

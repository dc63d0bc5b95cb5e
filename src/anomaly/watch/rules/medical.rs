//! Rules: medical.

#![allow(unused_imports)]
use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use crate::manifest::Happening;
use crate::registry::LedgerEntry;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Pickups {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Wards {}

pub fn manifest(_w: &mut Watch, _load: &Load, _seen: &Seen<'_>, _happening: &Happening) {}

pub fn ledger(_w: &mut Watch, _entry: &LedgerEntry, _seen: &Seen<'_>) {}

pub fn due(_w: &mut Watch, _timer: super::super::timers::Timer, _id: uuid::Uuid) {}

pub fn week(_w: &mut Watch, _site: crate::ids::SiteId) {}

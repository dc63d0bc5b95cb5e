//! Rules: movement.

#![allow(unused_imports)]
use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use crate::manifest::Happening;
use crate::registry::LedgerEntry;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Road {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Lane {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Nights {}

pub fn manifest(_w: &mut Watch, _load: &Load, _seen: &Seen<'_>, _happening: &Happening) {}

//! Rules: network.

#![allow(unused_imports)]
use super::super::Watch;
use super::super::load::Load;
use super::super::seen::Seen;
use crate::manifest::Happening;
use crate::registry::LedgerEntry;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Flow {}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Shares {}

pub fn manifest(_w: &mut Watch, _load: &Load, _seen: &Seen<'_>, _happening: &Happening) {}

pub fn quarter(_w: &mut Watch, _subject: uuid::Uuid) {}

//! How much accounts may hold by what the registers say, for the audit: counters are set from these
//! when a filing leans on them and when they change, so each that is there has the newest.
//!
//! A plan's lines are not among them: a plan never refuses, and its accounts follow with the next
//! filing.

use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

use super::model::{Licence, Site, Standing, StorageArea, TransferApproval};
use crate::decision::{AccountKind, SubjectKind};

/// What an account may hold, in every year that has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ceiling {
    pub kind: AccountKind,
    pub owner: Uuid,
    pub item: String,
    /// In grams; `None` where nothing limits it.
    pub limit: Option<i64>,
}

/// The ceilings that a register's newest event tells of; none where it tells of none, or cannot be
/// read.
pub fn ceilings(kind: SubjectKind, data: &Value) -> Vec<Ceiling> {
    let plain = |kind, owner, limit| Ceiling { kind, owner, item: String::new(), limit };
    match kind {
        SubjectKind::Licence => read(data).map_or_else(Vec::new, |licence| of(&licence)),
        SubjectKind::Site => read(data).map_or_else(Vec::new, |site: Site| {
            let limit = site.storage_capacity_g.map(|grams| grams.0);
            vec![plain(AccountKind::SiteStorage, site.id.uuid(), limit)]
        }),
        SubjectKind::StorageArea => read(data).map_or_else(Vec::new, |area: StorageArea| {
            let holds = if area.status == Standing::Closed { 0 } else { area.capacity_g.0 };
            vec![plain(AccountKind::StorageArea, area.id.uuid(), Some(holds))]
        }),
        SubjectKind::TransferApproval => {
            read(data).map_or_else(Vec::new, |it: TransferApproval| {
                vec![plain(AccountKind::Approval, it.id.uuid(), Some(it.mass_g.0))]
            })
        }
        _ => Vec::new(),
    }
}

fn read<T: DeserializeOwned>(data: &Value) -> Option<T> {
    serde_json::from_value(data.clone()).ok()
}

fn of(licence: &Licence) -> Vec<Ceiling> {
    let owner = licence.id.uuid();
    let line = |item: String, grams| {
        let limit = Some(licence.with_factor(grams));
        Ceiling { kind: AccountKind::LicenceLine, owner, item, limit }
    };
    let mut all: Vec<Ceiling> =
        licence.lines.iter().map(|one| line(one.line.to_string(), one.annual_g)).collect();
    all.push(Ceiling {
        kind: AccountKind::LicenceShared,
        owner,
        item: "0".to_owned(),
        limit: licence.annual_limit_g.map(|grams| licence.with_factor(grams)),
    });
    all
}

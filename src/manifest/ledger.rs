//! The producer's ledger entries that follow from a manifest's events (capacity.md): written with
//! the step, with no event of their own.

use chrono::{DateTime, Utc};

use super::event::{Filed, Item};
use crate::app::App;
use crate::ctx::Ctx;
use crate::decision::Row;
use crate::ids::{LedgerEntryId, ManifestId, SiteId};
use crate::registry::{self, LedgerEntry, LedgerKind};
use crate::units::Grams;

/// Ids for the entries of a load's items: made before the decision, which may run twice.
pub fn entry_ids(app: &App, ctx: &Ctx, items: usize) -> Vec<LedgerEntryId> {
    (0..items).map(|_| LedgerEntryId::of(app.mint.uuid(ctx.now))).collect()
}

/// What the entries of one step have in common.
#[derive(Clone, Copy, Debug)]
pub struct Booking {
    pub manifest_id: ManifestId,
    pub kind: LedgerKind,
    pub occurred_at: DateTime<Utc>,
}

impl Booking {
    /// One row at the producer's site for each of `items` that is its own, in part at least: what
    /// came in on other manifests was never in its ledger.
    pub fn rows<'a>(
        self,
        filed: &Filed,
        items: impl Iterator<Item = &'a Item>,
        entries: &[LedgerEntryId],
        recorded_at: DateTime<Utc>,
    ) -> Vec<Row> {
        let own = items.map(|item| (item, item.own_g())).filter(|(_, mass)| mass.0 > 0);
        let row = |((item, mass), id): ((&Item, Grams), &LedgerEntryId)| {
            registry::ledger_row(&self.entry(
                *id,
                filed.producer_site_id,
                (item, mass),
                recorded_at,
            ))
        };
        own.zip(entries).map(row).collect()
    }

    /// An entry of an item's mass, or of a part of it.
    pub fn entry(
        self,
        id: LedgerEntryId,
        site_id: SiteId,
        (item, mass_g): (&Item, Grams),
        recorded_at: DateTime<Utc>,
    ) -> LedgerEntry {
        LedgerEntry {
            id,
            site_id,
            kind: self.kind,
            waste_code: item.waste_code.clone(),
            mass_g,
            occurred_at: self.occurred_at,
            recorded_at,
            storage_area_id: None,
            container_id: None,
            manifest_id: Some(self.manifest_id),
            manifest_line: Some(item.line),
            batch_number: None,
            external_id: None,
            note: String::new(),
        }
    }
}

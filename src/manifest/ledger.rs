//! The producer's ledger entries that follow from a manifest's events (capacity.md): written with
//! the step, with no event of their own.

use chrono::{DateTime, Utc};

use super::event::{Filed, Item};
use crate::app::App;
use crate::ctx::Ctx;
use crate::decision::Row;
use crate::ids::{LedgerEntryId, ManifestId};
use crate::registry::{self, LedgerEntry, LedgerKind};

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
    /// One row for each of `items`.
    pub fn rows<'a>(
        self,
        filed: &Filed,
        items: impl Iterator<Item = &'a Item>,
        entries: &[LedgerEntryId],
        recorded_at: DateTime<Utc>,
    ) -> Vec<Row> {
        let row = |(item, id): (&Item, &LedgerEntryId)| {
            registry::ledger_row(&LedgerEntry {
                id: *id,
                site_id: filed.producer_site_id,
                kind: self.kind,
                waste_code: item.waste_code.clone(),
                mass_g: item.mass_g,
                occurred_at: self.occurred_at,
                recorded_at,
                storage_area_id: None,
                container_id: None,
                manifest_id: Some(self.manifest_id),
                manifest_line: Some(item.line),
                batch_number: None,
                external_id: None,
                note: String::new(),
            })
        };
        items.zip(entries).map(row).collect()
    }
}

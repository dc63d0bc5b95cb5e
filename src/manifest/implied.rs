//! What else must be true where a manifest is as its events have made it: the rows that are stored,
//! what it holds of which account, what it has written in which ledger. Pure; the audit compares.

use chrono::Datelike;
use uuid::Uuid;

use super::attach;
use super::evolve::Manifest;
use super::linked::{Kind, implied_edges};
use super::moves::{holdings, licence_accounts, planned};
use super::ridden::History as Ridden;
use super::status::Status;
use super::store::{self, implied_riding};
use super::{incident_store, opened, opened_store, party_rows};
use crate::decision::{Account, Cell, Implied, Table, Type, Write};
use crate::ids::{ApprovalId, ManifestId, SiteId};
use crate::problem::Problem;
use crate::registry::approval::approval_account;
use crate::registry::ledger::on_hand_account;
use crate::registry::storage_area::site_storage_account;
use crate::units::Grams;

/// A manifest's row without what no event says: the contact, which is personal.
static ROW: Table = Table {
    name: "manifest",
    order: 0,
    write: Write::Insert,
    columns: &[
        ("id", Type::Uuid),
        ("year", Type::Int2),
        ("number", Type::Text),
        ("stream", Type::Text),
        ("kind", Type::Text),
        ("status", Type::Text),
        ("producer_id", Type::Uuid),
        ("producer_site_id", Type::Uuid),
        ("producer_division", Type::Text),
        ("carrier_id", Type::Uuid),
        ("receiver_id", Type::Uuid),
        ("receiver_site_id", Type::Uuid),
        ("receiver_division", Type::Text),
        ("licence_id", Type::Uuid),
        ("filed_by_id", Type::Uuid),
        ("external_id", Type::Text),
        ("planned_departure_on", Type::Date),
        ("filed_at", Type::Time),
        ("shipped_g", Type::Int8),
        ("limbo_g", Type::Int8),
        ("amendment_due_at", Type::Time),
        ("state", Type::Json),
    ],
};

static ITEM: Table = Table {
    name: "manifest_item",
    order: 0,
    write: Write::Insert,
    columns: &[
        ("manifest_id", Type::Uuid),
        ("line", Type::Int2),
        ("year", Type::Int2),
        ("waste_code", Type::Text),
        ("mass_g", Type::Int8),
    ],
};

/// The rows that must be stored of it, and no other; `by` is the organisation of whoever filed it,
/// none where the program did. Errors: `internal` where it cannot be written as JSON.
pub fn implied_rows(
    (id, by): (ManifestId, Option<Uuid>),
    manifest: &Manifest,
    ridden: &Ridden,
) -> Result<Vec<Implied>, Problem> {
    let year = Cell::Int2(i16::try_from(manifest.filed_at.year()).ok());
    let item = |item: &super::Item| {
        vec![
            Cell::Uuid(Some(id.uuid())),
            Cell::Int2(i16::try_from(item.line).ok()),
            year.clone(),
            text(&item.waste_code),
            Cell::Int8(Some(item.mass_g.0)),
        ]
    };
    let [carriers, formers] = party_rows::implied(id, manifest);
    Ok(vec![
        Implied { table: &ROW, rows: vec![cells((id, by), manifest)?] },
        Implied { table: &ITEM, rows: manifest.filed.items.iter().map(item).collect() },
        implied_edges(id, manifest),
        attach::implied(id, &manifest.attachments)?,
        implied_riding(id, manifest),
        ridden.implied(),
        carriers,
        formers,
        incident_store::implied(id, manifest),
        opened_store::implied(id, manifest),
    ])
}

fn text(text: &str) -> Cell {
    Cell::Text(Some(text.to_owned()))
}

fn cells((id, by): (ManifestId, Option<Uuid>), manifest: &Manifest) -> Result<Vec<Cell>, Problem> {
    let filed = &manifest.filed;
    let uuid = |uuid| Cell::Uuid(Some(uuid));
    let shipped: Grams = filed.items.iter().map(|item| item.mass_g).sum();
    let licence = filed.items.first().and_then(|item| item.licence_id);
    let limbo = manifest.limbo().map_or(0, |limbo| limbo.mass_g.0);
    Ok(vec![
        uuid(id.uuid()),
        Cell::Int2(i16::try_from(manifest.filed_at.year()).ok()),
        text(&filed.number),
        text(&filed.stream),
        text(&filed.kind),
        text(manifest.status.as_str()),
        uuid(filed.producer.organisation_id.uuid()),
        uuid(filed.producer_site_id.uuid()),
        text(&filed.producer.division),
        Cell::Uuid(filed.legs.first().map(|leg| leg.carrier_id.uuid())),
        uuid(filed.receiver.organisation_id.uuid()),
        uuid(filed.receiver_site_id.uuid()),
        text(&filed.receiver.division),
        Cell::Uuid(licence.map(crate::ids::LicenceId::uuid)),
        uuid(by.unwrap_or_default()),
        Cell::Text(filed.external_id.clone()),
        Cell::Date(Some(filed.planned_departure_on)),
        Cell::Time(Some(manifest.filed_at)),
        Cell::Int8(Some(shipped.0)),
        Cell::Int8(Some(limbo)),
        Cell::Time(manifest.amendments.due_at()),
        store::state(manifest)?,
    ])
}

/// What a manifest holds of an account, in grams; of storage that it took out of, less than 0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    pub account: Account,
    pub used: i64,
    pub reserved: i64,
}

/// All that a manifest holds, one entry or several an account: the sum of what each of its steps
/// moved (`moves.rs`). Storage areas apart, which people empty by the ledger as well.
pub fn holds(manifest: &Manifest) -> Vec<Hold> {
    let mut all = Vec::new();
    if manifest.status == Status::Cancelled {
        return all;
    }
    let filed = &manifest.filed;
    let approval = filed.transfer_approval_id.map(ApprovalId::of).map(approval_account);
    for item in &filed.items {
        let own = item.own_g();
        if own.0 > 0 && !manifest.has_moved_out() {
            let account = on_hand_account(filed.producer_site_id, &item.waste_code);
            all.push(Hold { account, used: 0, reserved: own.0 });
        }
        if manifest.received.is_none() {
            let held = holdings(item, filed.receiver_site_id, approval.clone()).into_iter();
            all.extend(held.map(|account| Hold { account, used: 0, reserved: item.mass_g.0 }));
        } else {
            all.extend(used(manifest, item, approval.clone()));
        }
        if manifest.has_moved_out() && filed.purpose() == Kind::Manifest {
            let taken: Grams = item.stored_sources().map(|source| source.mass_g).sum();
            let account = site_storage_account(filed.producer_site_id);
            all.push(Hold { account, used: -taken.0, reserved: 0 });
        }
    }
    all
}

/// What an item that was received uses: licence and plan and approval by what was accepted, storage
/// by what is not treated yet.
fn used(
    manifest: &Manifest,
    item: &super::Item,
    approval: Option<Account>,
) -> impl Iterator<Item = Hold> {
    let index = usize::try_from(item.line - 1).unwrap_or(usize::MAX);
    let progress = manifest.progress.get(index).copied().unwrap_or_default();
    let mut found = manifest.received.iter().flat_map(|step| &step.data.items);
    let found = found.rfind(|one| one.line == item.line);
    let mut accounts = licence_accounts(item, found.and_then(|one| one.year).or(item.year));
    accounts.extend(opened::account(item, found.and_then(|one| one.opened_on)));
    accounts.extend(planned(item));
    accounts.extend(approval);
    let accepted = progress.accepted_g.0;
    let stored = (manifest.filed.purpose() != Kind::Return).then(|| Hold {
        account: site_storage_account(manifest.filed.receiver_site_id),
        used: accepted - progress.treated_g.0,
        reserved: 0,
    });
    accounts
        .into_iter()
        .map(move |account| Hold { account, used: accepted, reserved: 0 })
        .chain(stored)
}

/// What its entries add to what is on hand, by site and code: produced with its filing, moved out
/// at its departure, corrected by amendments, brought back by a return.
pub fn booked(manifest: &Manifest) -> Vec<(SiteId, &str, Grams)> {
    let filed = &manifest.filed;
    let mut all = Vec::new();
    for (item, progress) in filed.items.iter().zip(&manifest.progress) {
        let own = item.own_g();
        let made = if item.produce { own } else { Grams::ZERO };
        let left = if manifest.has_moved_out() { own } else { Grams::ZERO };
        all.push((filed.producer_site_id, item.waste_code.as_str(), made - left));
        if filed.purpose() == Kind::Return {
            let back = (filed.receiver_site_id, item.waste_code.as_str(), progress.accepted_g);
            all.push(back);
        }
    }
    all.retain(|(_, _, mass)| *mass != Grams::ZERO);
    all
}

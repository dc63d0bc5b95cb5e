//! Rows of parties that are not in a manifest's own row: carriers of later legs, and those whose
//! place an amendment has given to another.

use std::collections::BTreeSet;

use chrono::Datelike;

use super::evolve::Manifest;
use crate::decision::{Cell, Implied, Row, Table, Type, Write};
use crate::ids::{ManifestId, OrganisationId};

/// A carrier of a later leg: rows only beyond the first leg, whose carrier is in the manifest's own
/// row.
static CARRIER: Table = Table {
    name: "manifest_carrier",
    order: 21,
    write: Write::Insert,
    columns: &[("carrier_id", Type::Uuid), ("manifest_id", Type::Uuid), ("year", Type::Int2)],
};

/// An amendment has taken a later leg from it.
static NO_CARRIER: Table = Table {
    name: "manifest_carrier",
    order: 22,
    write: Write::Delete,
    columns: &[("carrier_id", Type::Uuid), ("manifest_id", Type::Uuid)],
};

/// A party that an amendment has taken the place of: it reads what it was told until then.
static FORMER: Table = Table {
    name: "manifest_former",
    order: 23,
    write: Write::Insert,
    columns: &[("organisation_id", Type::Uuid), ("manifest_id", Type::Uuid)],
};

/// It is a party again.
static FORMER_NO_MORE: Table = Table { order: 24, write: Write::Delete, ..FORMER };

/// The carriers beside the first leg's, each once.
fn further_carriers(manifest: &Manifest) -> BTreeSet<OrganisationId> {
    let first = manifest.filed.legs.as_slice().first().map(|leg| leg.carrier_id);
    manifest.carriers().filter(|carrier| Some(*carrier) != first).collect()
}

fn carrier_rows<'a>(
    id: ManifestId,
    manifest: &Manifest,
    carriers: impl IntoIterator<Item = &'a OrganisationId>,
) -> Vec<Row> {
    let year = i16::try_from(manifest.filed_at.year()).unwrap_or(0);
    let row = |carrier: &OrganisationId| Row {
        table: &CARRIER,
        cells: vec![
            Cell::Uuid(Some(carrier.uuid())),
            Cell::Uuid(Some(id.uuid())),
            Cell::Int2(Some(year)),
        ],
    };
    carriers.into_iter().map(row).collect()
}

/// The rows of the carriers of a new manifest's later legs.
pub fn new(id: ManifestId, manifest: &Manifest) -> Vec<Row> {
    carrier_rows(id, manifest, &further_carriers(manifest))
}

/// The rows of carriers that a step has made a party of it.
pub fn joined(id: ManifestId, before: &Manifest, after: &Manifest) -> Vec<Row> {
    let (before, joined) = (further_carriers(before), further_carriers(after));
    carrier_rows(id, after, joined.difference(&before))
}

/// The tables of both kinds with the manifest first, as the audit asks for them.
static CARRIERS: Table = Table {
    columns: &[("manifest_id", Type::Uuid), ("carrier_id", Type::Uuid), ("year", Type::Int2)],
    ..CARRIER
};
static FORMERS: Table =
    Table { columns: &[("manifest_id", Type::Uuid), ("organisation_id", Type::Uuid)], ..FORMER };

/// The rows that must be there of a manifest as it stands.
pub fn implied(id: ManifestId, manifest: &Manifest) -> [Implied; 2] {
    let uuid = |uuid| Cell::Uuid(Some(uuid));
    let year = i16::try_from(manifest.filed_at.year()).unwrap_or(0);
    let carriers = further_carriers(manifest).into_iter();
    let carriers =
        carriers.map(|one| vec![uuid(id.uuid()), uuid(one.uuid()), Cell::Int2(Some(year))]);
    let formers = formers(manifest).into_iter().map(|one| vec![uuid(id.uuid()), uuid(one.uuid())]);
    [
        Implied { table: &CARRIERS, rows: carriers.collect() },
        Implied { table: &FORMERS, rows: formers.collect() },
    ]
}

fn formers(manifest: &Manifest) -> BTreeSet<OrganisationId> {
    manifest.amendments.former.iter().map(|one| one.organisation_id).collect()
}

/// Who is no carrier of a later leg any more, who is one now, and who was a party until now.
pub fn amended(id: ManifestId, was: &Manifest, is: &Manifest) -> Vec<Row> {
    let pair = |table, one: &OrganisationId| Row {
        table,
        cells: vec![Cell::Uuid(Some(one.uuid())), Cell::Uuid(Some(id.uuid()))],
    };
    let (before, after) = (further_carriers(was), further_carriers(is));
    let mut rows = joined(id, was, is);
    rows.extend(before.difference(&after).map(|one| pair(&NO_CARRIER, one)));
    let (before, after) = (formers(was), formers(is));
    rows.extend(after.difference(&before).map(|one| pair(&FORMER, one)));
    rows.extend(before.difference(&after).map(|one| pair(&FORMER_NO_MORE, one)));
    rows
}

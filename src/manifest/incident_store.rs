//! Incidents' rows: where and when something went wrong, for lists and for the regulators of there.

use super::evolve::Manifest;
use super::transport::{Incident, Noted};
use crate::decision::{Cell, Implied, Row, Table, Type, Write};
use crate::ids::ManifestId;

static NEW: Table = Table {
    name: "manifest_incident",
    order: 26,
    write: Write::Insert,
    columns: &[
        ("manifest_id", Type::Uuid),
        ("seq", Type::Int8),
        ("kind", Type::Text),
        ("division", Type::Text),
        ("occurred_at", Type::Time),
    ],
};

/// The rows of what a step has told.
pub fn rows(id: ManifestId, before: &Manifest, after: &Manifest) -> Vec<Row> {
    let told = after.transit.incidents.iter().skip(before.transit.incidents.len());
    told.map(|one| Row { table: &NEW, cells: cells(id, one) }).collect()
}

/// The rows that must be there of a manifest as it stands.
pub fn implied(id: ManifestId, manifest: &Manifest) -> Implied {
    let told = manifest.transit.incidents.iter();
    Implied { table: &NEW, rows: told.map(|one| cells(id, one)).collect() }
}

fn cells(id: ManifestId, one: &Noted<Incident>) -> Vec<Cell> {
    vec![
        Cell::Uuid(Some(id.uuid())),
        Cell::Int8(Some(one.seq)),
        Cell::Text(Some(one.data.kind.clone())),
        Cell::Text(one.data.division.clone()),
        Cell::Time(Some(one.occurred_at)),
    ]
}

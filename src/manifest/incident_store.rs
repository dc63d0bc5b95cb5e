//! Incidents' rows: where and when something went wrong, for lists and for the regulators of there.

use super::evolve::Manifest;
use crate::decision::{Cell, Row, Table, Type, Write};
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
    let row = |one: &super::transport::Noted<super::transport::Incident>| Row {
        table: &NEW,
        cells: vec![
            Cell::Uuid(Some(id.uuid())),
            Cell::Int8(Some(one.seq)),
            Cell::Text(Some(one.data.kind.clone())),
            Cell::Text(one.data.division.clone()),
            Cell::Time(Some(one.occurred_at)),
        ],
    };
    told.map(row).collect()
}

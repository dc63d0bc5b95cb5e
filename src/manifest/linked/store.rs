//! Rows of `mass_edge`: the graph of masses, written with the manifests that make it.

use chrono::Datelike;

use super::event::Source;
use super::fold::Bond;
use crate::decision::{Cell, Implied, Row, Table, Type, Write};
use crate::ids::ManifestId;
use crate::manifest::{Item, Manifest, Status};

static NEW: Table = Table {
    name: "mass_edge",
    order: 24,
    write: Write::Insert,
    columns: &[
        ("to_id", Type::Uuid),
        ("to_line", Type::Int2),
        ("from_id", Type::Uuid),
        ("from_line", Type::Int2),
        ("bond", Type::Text),
        ("mass_g", Type::Int8),
        ("year", Type::Int2),
        ("given_back", Type::Bool),
    ],
};

static GIVEN_BACK: Table = Table {
    name: "mass_edge",
    order: 25,
    write: Write::Update { keys: 4 },
    columns: &[
        ("to_id", Type::Uuid),
        ("to_line", Type::Int2),
        ("from_id", Type::Uuid),
        ("from_line", Type::Int2),
        ("given_back", Type::Bool),
    ],
};

fn keys(id: ManifestId, item: &Item, source: &Source) -> Vec<Cell> {
    let line = |line: i64| Cell::Int2(i16::try_from(line).ok());
    vec![
        Cell::Uuid(Some(id.uuid())),
        line(item.line),
        Cell::Uuid(Some(source.manifest_id.uuid())),
        line(source.line),
    ]
}

fn edges(manifest: &Manifest) -> impl Iterator<Item = (&Item, &Source)> {
    let items = manifest.filed.items.iter();
    items.flat_map(|item| item.source_items.iter().map(move |source| (item, source)))
}

/// The edges that a new manifest makes.
pub fn edge_rows(id: ManifestId, manifest: &Manifest) -> Vec<Row> {
    let bond = Bond::of(manifest.filed.purpose());
    let year = i16::try_from(manifest.filed_at.year()).ok();
    let row = |(item, source): (&Item, &Source)| {
        let mut cells = keys(id, item, source);
        cells.extend([
            Cell::Text(Some(bond.as_str().to_owned())),
            Cell::Int8(Some(source.mass_g.0)),
            Cell::Int2(year),
            Cell::Bool(Some(false)),
        ]);
        Row { table: &NEW, cells }
    };
    edges(manifest).map(row).collect()
}

/// The edges that must be there of a manifest as it stands.
pub fn implied_edges(id: ManifestId, manifest: &Manifest) -> Implied {
    let is_cancelled = manifest.status == Status::Cancelled;
    let row = |mut edge: Row| {
        if let Some(given_back) = edge.cells.last_mut() {
            *given_back = Cell::Bool(Some(is_cancelled));
        }
        edge.cells
    };
    Implied { table: &NEW, rows: edge_rows(id, manifest).into_iter().map(row).collect() }
}

/// The same edges, once the manifest was cancelled.
pub fn given_back_rows(id: ManifestId, manifest: &Manifest) -> Vec<Row> {
    let row = |(item, source): (&Item, &Source)| {
        let mut cells = keys(id, item, source);
        cells.push(Cell::Bool(Some(true)));
        Row { table: &GIVEN_BACK, cells }
    };
    edges(manifest).map(row).collect()
}

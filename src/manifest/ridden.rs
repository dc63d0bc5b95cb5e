//! Rows of `ridden`: the plates that a load ever came onto, and who drove, so that a regulator
//! finds it by them when it is long over. Nothing is written before a departure.

use super::evolve::Manifest;
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::ids::{DriverId, ManifestId};

static NEW: Table = Table {
    name: "ridden",
    order: 28,
    write: Write::Insert,
    columns: &[
        ("manifest_id", Type::Uuid),
        ("seq", Type::Int8),
        ("plate", Type::Text),
        ("driver_id", Type::Uuid),
    ],
};

/// What a step has brought the load onto.
pub fn rows(id: ManifestId, before: Option<&Manifest>, after: &Manifest) -> Vec<Row> {
    let was = before.map(aboard).unwrap_or_default();
    let new = aboard(after).into_iter().filter(|one| !was.contains(one));
    let row = |(plate, driver): (&str, Option<DriverId>)| Row {
        table: &NEW,
        cells: vec![
            Cell::Uuid(Some(id.uuid())),
            Cell::Int8(Some(after.version - 1)),
            Cell::Text(Some(plate.to_owned())),
            Cell::Uuid(driver.map(DriverId::uuid)),
        ],
    };
    new.map(row).collect()
}

/// The plates that it is on now; a trailer has no driver.
fn aboard(manifest: &Manifest) -> Vec<(&str, Option<DriverId>)> {
    let Some(riding) = &manifest.riding else { return Vec::new() };
    let driver = |plate: &str| riding.vehicles.iter().find(|one| one.plate == plate);
    let all = manifest.plates().into_iter();
    all.map(|plate| (plate, driver(plate).map(|one| one.driver_id))).collect()
}

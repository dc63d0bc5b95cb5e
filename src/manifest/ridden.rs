//! Rows of `ridden`: the plates that a load ever came onto, and who drove, so that a regulator
//! finds it by them when it is long over. Nothing is written before a departure.

use super::evolve::Manifest;
use crate::decision::{Cell, Implied, Row, Table, Type, Write};
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

/// `after` is the manifest as the step left it.
fn cells(id: ManifestId, after: &Manifest, (plate, driver): (&str, Option<DriverId>)) -> Vec<Cell> {
    vec![
        Cell::Uuid(Some(id.uuid())),
        Cell::Int8(Some(after.version - 1)),
        Cell::Text(Some(plate.to_owned())),
        Cell::Uuid(driver.map(DriverId::uuid)),
    ]
}

/// What the steps of a manifest have brought its load onto, told one after the other: a commit may
/// have several, and each row says which.
#[derive(Clone, Debug, Default)]
pub struct History {
    now: Vec<(String, Option<DriverId>)>,
    rows: Vec<Vec<Cell>>,
}

impl History {
    /// Of the steps that follow a manifest as it stands; none is told yet.
    pub fn since(before: &Manifest) -> Self {
        Self { now: owned(aboard(before)), rows: Vec::new() }
    }

    /// One more step; `after` is the manifest as it left it.
    pub fn tell(&mut self, id: ManifestId, after: &Manifest) {
        let is = aboard(after);
        let was = |(plate, driver): &(&str, Option<DriverId>)| {
            self.now.iter().any(|one| one.0 == *plate && one.1 == *driver)
        };
        let new = is.iter().filter(|one| !was(one)).map(|one| cells(id, after, *one));
        let new: Vec<_> = new.collect();
        self.rows.extend(new);
        self.now = owned(is);
    }

    /// The rows to write.
    pub fn into_rows(self) -> impl Iterator<Item = Row> {
        self.rows.into_iter().map(|cells| Row { table: &NEW, cells })
    }

    /// The rows that must be there.
    pub fn implied(&self) -> Implied {
        Implied { table: &NEW, rows: self.rows.clone() }
    }
}

fn owned(aboard: Vec<(&str, Option<DriverId>)>) -> Vec<(String, Option<DriverId>)> {
    aboard.into_iter().map(|(plate, driver)| (plate.to_owned(), driver)).collect()
}

/// The plates that it is on now; a trailer has no driver.
fn aboard(manifest: &Manifest) -> Vec<(&str, Option<DriverId>)> {
    let Some(riding) = &manifest.riding else { return Vec::new() };
    let driver = |plate: &str| riding.vehicles.iter().find(|one| one.plate == plate);
    let all = manifest.plates().into_iter();
    all.map(|plate| (plate, driver(plate).map(|one| one.driver_id))).collect()
}

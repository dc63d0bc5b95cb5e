//! Rows of `attachment`: what keeps a file from being taken away.

use super::event::Attached;
use crate::decision::{Cell, Implied, Row, Table, Type, Write};
use crate::ids::ManifestId;
use crate::manifest::transport::Noted;
use crate::problem::Problem;

static NEW: Table = Table {
    name: "attachment",
    order: 27,
    write: Write::Insert,
    columns: &[("manifest_id", Type::Uuid), ("sha256", Type::Bytes), ("seq", Type::Int8)],
};

/// The rows that must be there of a manifest. Errors: `internal` where a hash is none.
pub fn implied(id: ManifestId, attachments: &[Noted<Attached>]) -> Result<Implied, Problem> {
    let rows = rows(id, attachments)?.into_iter().map(|row| row.cells).collect();
    Ok(Implied { table: &NEW, rows })
}

/// A row for each. Errors: `internal` where a hash is none.
pub fn rows(id: ManifestId, attachments: &[Noted<Attached>]) -> Result<Vec<Row>, Problem> {
    let row = |one: &Noted<Attached>| {
        let hash = hex::decode(&one.data.sha256).map_err(Problem::internal)?;
        let cells =
            vec![Cell::Uuid(Some(id.uuid())), Cell::Bytes(Some(hash)), Cell::Int8(Some(one.seq))];
        Ok(Row { table: &NEW, cells })
    };
    attachments.iter().map(row).collect()
}

//! How a licence and its lines are written.

use super::super::model::{Licence, LicenceLine};
use super::{id, json, text};
use crate::decision::{Cell, Row, Table, Type, Write};
use crate::ids::LicenceId;

const COLUMNS: &[(&str, Type)] = &[
    ("id", Type::Uuid),
    ("organisation_id", Type::Uuid),
    ("site_id", Type::Uuid),
    ("number", Type::Text),
    ("kind", Type::Text),
    ("status", Type::Text),
    ("issued_on", Type::Date),
    ("issued_by", Type::Text),
    ("valid_from", Type::Date),
    ("valid_to", Type::Date),
    ("annual_limit_g", Type::Int8),
    ("limit_factor_milli", Type::Int8),
    ("rated_daily_g", Type::Int8),
];

const LINE_COLUMNS: &[(&str, Type)] = &[
    ("licence_id", Type::Uuid),
    ("line", Type::Int8),
    ("waste_codes", Type::Jsonb),
    ("categories", Type::Jsonb),
    ("methods", Type::Jsonb),
    ("annual_g", Type::Int8),
];

static INSERT: Table = Table { name: "licence", order: 14, write: Write::Insert, columns: COLUMNS };

static UPDATE: Table =
    Table { name: "licence", order: 15, write: Write::Update { keys: 1 }, columns: COLUMNS };

static INSERT_LINE: Table =
    Table { name: "licence_line", order: 16, write: Write::Insert, columns: LINE_COLUMNS };

static UPDATE_LINE: Table = Table {
    name: "licence_line",
    order: 17,
    write: Write::Update { keys: 2 },
    columns: LINE_COLUMNS,
};

/// A new licence with its lines.
pub fn insert_licence(licence: &Licence) -> Vec<Row> {
    let own = Row { table: &INSERT, cells: cells(licence) };
    let lines = licence.lines.iter().map(|line| row(&INSERT_LINE, licence.id, line));
    std::iter::once(own).chain(lines).collect()
}

/// The licence as it is now; lines that it had `before` are changed, the others are new.
pub fn update_licence(licence: &Licence, before: &Licence) -> Vec<Row> {
    let own = Row { table: &UPDATE, cells: cells(licence) };
    let lines = licence.lines.iter().filter_map(|line| {
        let known = before.lines.iter().find(|old| old.line == line.line);
        match known {
            Some(old) if old == line => None,
            Some(_) => Some(row(&UPDATE_LINE, licence.id, line)),
            None => Some(row(&INSERT_LINE, licence.id, line)),
        }
    });
    std::iter::once(own).chain(lines).collect()
}

fn cells(licence: &Licence) -> Vec<Cell> {
    vec![
        id(licence.id.uuid()),
        id(licence.organisation_id.uuid()),
        id(licence.site_id.uuid()),
        text(&*licence.number),
        text(licence.kind.as_str()),
        text(licence.status.as_str()),
        Cell::Date(Some(licence.issued_on)),
        text(&*licence.issued_by),
        Cell::Date(Some(licence.valid_from)),
        Cell::Date(Some(licence.valid_to)),
        Cell::Int8(licence.annual_limit_g.map(|grams| grams.0)),
        Cell::Int8(Some(licence.limit_factor_milli)),
        Cell::Int8(licence.rated_daily_g.map(|grams| grams.0)),
    ]
}

fn row(table: &'static Table, licence: LicenceId, line: &LicenceLine) -> Row {
    let cells = vec![
        id(licence.uuid()),
        Cell::Int8(Some(line.line)),
        json(&line.waste_codes),
        json(&line.categories),
        json(&line.methods),
        Cell::Int8(Some(line.annual_g.0)),
    ];
    Row { table, cells }
}

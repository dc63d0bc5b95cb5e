//! Rows that must be stored beside those that are. Pure.

use uuid::Uuid;

use super::chains::Ended;
use super::finding::{Check, Finding};
use super::half_store::{HeadRow, StoredRow};
use crate::decision::{Cell, Implied, Table};
use crate::problem::Text;

/// The head of a chain as its subject's row has it.
pub fn head(ended: &Ended, row: Option<&HeadRow>) -> Option<Finding> {
    let holds = row.is_some_and(|row| {
        row.kind == Some(ended.subject.kind)
            && row.version == ended.version
            && row.head == ended.head
            // Of events that cannot be read nobody knows when they were recorded.
            && ended.times.is_none_or(|times| times == (row.year, row.recorded_at))
    });
    let text = Text::new(
        format!("链头与事件不符：共有 {} 个事件。", ended.version),
        format!("The head of the chain is not its last event, of {}.", ended.version),
    );
    let finding = || Finding::new(Check::Chain, text).of(ended.subject);
    (!holds).then(|| finding().numbered(ended.number.as_deref()))
}

/// What is wrong with the rows of a table that belong to one subject.
pub fn rows(
    ended: &Ended,
    Implied { table, rows: should }: &Implied,
    is: &[(Uuid, StoredRow)],
) -> Vec<Finding> {
    if let ([should], [(_, is)]) = (should.as_slice(), is)
        && same(is, should)
    {
        // Nearly all.
        return Vec::new();
    }
    let mut left: Vec<&StoredRow> = is.iter().map(|(_, row)| row).collect();
    let mut missing = Vec::new();
    for row in should {
        match left.iter().position(|stored| same(stored, row)) {
            Some(at) => {
                left.swap_remove(at);
            }
            None => missing.push(row),
        }
    }
    let mut findings = Vec::new();
    let mut tell = |text| {
        let finding = Finding::new(Check::Table, text).of(ended.subject);
        findings.push(finding.numbered(ended.number.as_deref()));
    };
    for row in missing {
        match left.pop() {
            Some(stored) => tell(differs(table, stored, row)),
            None => tell(lacks(table)),
        }
    }
    for _ in left {
        tell(invented(table));
    }
    findings
}

fn same(stored: &StoredRow, should: &[Cell]) -> bool {
    should.iter().enumerate().all(|(n, cell)| stored.has(n, cell))
}

fn differs(table: &Table, stored: &StoredRow, should: &[Cell]) -> Text {
    let cells = table.columns.iter().zip(should).enumerate();
    let other = cells.filter(|(n, (_, cell))| !stored.has(*n, cell));
    let columns: Vec<&str> = other.map(|(_, ((name, _), _))| *name).collect();
    let (name, columns) = (table.name, columns.join(", "));
    Text::new(
        format!("表 {name} 的列 {columns} 与事件所得不符。"),
        format!("Table {name} says something else than the events make: {columns}."),
    )
}

fn lacks(table: &Table) -> Text {
    let name = table.name;
    Text::new(
        format!("表 {name} 缺少事件所得的行。"),
        format!("Table {name} lacks a row that the events make."),
    )
}

fn invented(table: &Table) -> Text {
    let name = table.name;
    Text::new(
        format!("表 {name} 有事件中没有的行。"),
        format!("Table {name} has a row that no event makes."),
    )
}

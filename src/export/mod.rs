//! Lists as tables: comma-separated text, lines of JSON, a workbook, in constant memory.
//!
//! A [`Sheet`] names the columns of a list, in both languages; a [`Writer`] writes one row after
//! another and gives away what it has written. Nobody's spreadsheet runs what somebody typed into
//! a note: cells that would be formulas are marked as text.

/// Cases of the anomaly rules.
pub mod anomaly_sheets;
/// Capacity.
pub mod capacity_sheets;
mod csv;
mod ndjson;
/// The lists of records.
pub mod record_sheets;
/// The lists of the catalogue.
pub mod reference_sheets;
/// Reports of ledgers, and plans against what was done.
pub mod report_sheets;
/// The lists of what is on the way, and of who may act for whom.
pub mod riding_sheets;
mod sheet;
/// The lists of manifests and registers.
pub mod sheets;
mod taken;
mod writer;
mod xlsx;

pub use csv::is_formula;
pub use sheet::{Column, Kind, Sheet};
pub use taken::Taken;
pub use writer::{Format, Writer};
pub use xlsx::column_name;

/// A file that has headings and no rows yet.
pub fn csv_headings<'h>(headings: impl Iterator<Item = &'h str>) -> Vec<u8> {
    let mut out = csv::MARK.to_vec();
    csv::row(&mut out, headings.map(|heading| (heading, Kind::Text)));
    out
}

//! A file as rows of texts, whatever it was: which row of the file, which cells.

use super::serial::FirstDay;
use super::{csv, xlsx};
use crate::limits::{IMPORT_COLUMNS_MAX, IMPORT_ROWS_MAX, IMPORT_TEXT_BYTES_MAX};
use crate::problem::{Code, Problem, Text};

/// Between the cells of a row: no cell holds it.
const BETWEEN: char = '\u{1f}';

/// Marks a cell whose formula has no value; the rest of the text says why.
pub const NO_VALUE: char = '\u{1}';

/// One row, its cells in one text: a hundred thousand rows are many small texts otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// In the file, from 1.
    pub line: u32,
    cells: Box<str>,
}

impl Row {
    pub fn cells(&self) -> impl Iterator<Item = &str> {
        self.cells.split(BETWEEN)
    }

    pub fn is_empty(&self) -> bool {
        self.cells().all(|cell| cell.trim().is_empty())
    }
}

/// The rows of a file, headings and all.
#[derive(Debug, Default)]
pub struct Table {
    pub rows: Vec<Row>,
    /// How to read numbers that stand for days.
    pub first_day: FirstDay,
    text_bytes: usize,
}

impl Table {
    pub fn counting_from(first_day: FirstDay) -> Self {
        Self { first_day, ..Self::default() }
    }

    /// Adds a row unless it is empty; refuses what would be too much.
    pub fn push<'c>(
        &mut self,
        line: u32,
        cells: impl Iterator<Item = &'c str>,
    ) -> Result<(), Problem> {
        let mut text = String::new();
        for (n, cell) in cells.enumerate() {
            if n == IMPORT_COLUMNS_MAX {
                return Err(too_much(
                    format!("第 {line} 行超过 {IMPORT_COLUMNS_MAX} 列。"),
                    format!("Line {line} has more than {IMPORT_COLUMNS_MAX} columns."),
                ));
            }
            if n > 0 {
                text.push(BETWEEN);
            }
            text.extend(cell.trim().chars().map(|one| if one == BETWEEN { ' ' } else { one }));
        }
        let row = Row { line, cells: text.into() };
        if row.is_empty() {
            return Ok(());
        }
        self.text_bytes += row.cells.len();
        // The headings, and a title above them, are no rows.
        if self.rows.len() >= IMPORT_ROWS_MAX + 10 || self.text_bytes > IMPORT_TEXT_BYTES_MAX {
            return Err(too_much(
                format!("文件超过 {IMPORT_ROWS_MAX} 行，或文本过多。请分成几个文件。"),
                format!("More than {IMPORT_ROWS_MAX} rows, or too much text: split the file."),
            ));
        }
        self.rows.push(row);
        Ok(())
    }
}

fn too_much(zh: String, en: String) -> Problem {
    Problem::new(Code::TooLong, Text::new(zh, en))
}

/// Reads a file: a workbook by its first bytes, else comma-separated text.
pub fn read(bytes: &[u8]) -> Result<Table, Problem> {
    if bytes.starts_with(b"PK\x03\x04") {
        return xlsx::read(bytes);
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        let detail = Text::new(
            "这是旧的 .xls 格式（或加密的工作簿），请另存为 .xlsx 或 CSV。",
            "This is an old .xls file or an encrypted workbook: save it as .xlsx or CSV.",
        );
        return Err(Problem::new(Code::UnsupportedMediaType, detail));
    }
    csv::read(bytes)
}

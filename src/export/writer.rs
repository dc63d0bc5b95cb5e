//! One list in one format, row after row; what is written is taken away as it comes.

use serde::Serialize;

use super::sheet::{Column, Kind, Sheet};
use super::xlsx::Xlsx;
use super::{csv, ndjson};
use crate::problem::{Lang, Problem};

/// What a whole list can be had as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Csv,
    Ndjson,
    Xlsx,
}

impl Format {
    pub const ALL: [Self; 3] = [Self::Csv, Self::Ndjson, Self::Xlsx];

    pub const fn media_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv",
            Self::Ndjson => "application/x-ndjson",
            Self::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }

    /// How a file of it is named.
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Ndjson => "ndjson",
            Self::Xlsx => "xlsx",
        }
    }
}

/// Writes a list.
pub struct Writer {
    columns: &'static [Column],
    out: Out,
}

enum Out {
    Csv(Vec<u8>),
    Ndjson(Vec<u8>),
    Xlsx(Box<Xlsx>),
}

impl Writer {
    /// Begins with the headings, where the format has any.
    pub fn begin(format: Format, sheet: &Sheet, lang: Lang) -> Result<Self, Problem> {
        let headings: Vec<&'static str> =
            sheet.columns.iter().map(|column| column.heading(lang)).collect();
        let out = match format {
            Format::Csv => {
                let mut out = csv::MARK.to_vec();
                csv::row(&mut out, headings.into_iter().map(|heading| (heading, Kind::Text)));
                Out::Csv(out)
            }
            Format::Ndjson => Out::Ndjson(Vec::new()),
            Format::Xlsx => Out::Xlsx(Box::new(Xlsx::begin(headings)?)),
        };
        Ok(Self { columns: sheet.columns, out })
    }

    /// Writes an entry as the API shows it.
    pub fn entry(&mut self, entry: &impl Serialize) -> Result<(), Problem> {
        if let Out::Ndjson(out) = &mut self.out {
            return ndjson::row(out, entry);
        }
        let entry = serde_json::to_value(entry).map_err(Problem::internal)?;
        let texts: Vec<_> = self.columns.iter().map(|column| column.of(&entry)).collect();
        self.cells(texts.iter().map(AsRef::as_ref))
    }

    /// Writes a row whose cells were read as such, one a column. There is no such row of JSON.
    pub fn cells<'c>(&mut self, cells: impl Iterator<Item = &'c str>) -> Result<(), Problem> {
        let cells = cells.zip(self.columns).map(|(text, column)| (text, column.kind));
        match &mut self.out {
            Out::Csv(out) => csv::row(out, cells),
            Out::Xlsx(xlsx) => xlsx.row(cells)?,
            Out::Ndjson(_) => return Err(Problem::internal("cells are no JSON")),
        }
        Ok(())
    }

    /// What has been written since the last time.
    pub fn take(&mut self) -> Vec<u8> {
        match &mut self.out {
            Out::Csv(out) | Out::Ndjson(out) => std::mem::take(out),
            Out::Xlsx(xlsx) => xlsx.take(),
        }
    }

    /// Ends the list and gives what is left of it.
    pub fn finish(self) -> Result<Vec<u8>, Problem> {
        match self.out {
            Out::Csv(out) | Out::Ndjson(out) => Ok(out),
            Out::Xlsx(xlsx) => xlsx.finish(),
        }
    }
}

//! What an import answers: how many rows came to what, and each fault by line and column.

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::kinds::{ImportMode, Kind};
use super::place::Spot;
use crate::limits::IMPORT_FAULTS_MAX;
use crate::problem::{Fault, Lang};

/// One thing that is wrong.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RowFault {
    /// Of the file, from 1; null where it is the whole file that is refused.
    #[schema(required)]
    pub line: Option<u32>,
    /// The heading of the column.
    #[schema(required)]
    pub column: Option<String>,
    /// The column as spreadsheets name it; null for one that the file does not have.
    #[schema(required)]
    pub letter: Option<String>,
    /// Where in the body that the row stands for.
    pub pointer: String,
    /// As the API's own refusals have it.
    pub code: String,
    pub detail: String,
}

/// The report of an import, or of its trial.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Report {
    /// Names the import in the log.
    pub id: Uuid,
    pub kind: Kind,
    pub mode: ImportMode,
    /// Nothing was written, only tried.
    pub dry_run: bool,
    /// Rows of the file, headings not counted.
    pub rows: u32,
    /// Rows that are in the register now, or would be.
    pub ok: u32,
    /// Those of `ok` that were there already with the same content.
    pub unchanged: u32,
    /// Rows that are refused, or left out because others were.
    pub failed: u32,
    /// The first thousand.
    pub errors: Vec<RowFault>,
}

impl Report {
    pub fn new(id: Uuid, kind: Kind, (mode, dry_run): (ImportMode, bool)) -> Self {
        let errors = Vec::new();
        Self { id, kind, mode, dry_run, rows: 0, ok: 0, unchanged: 0, failed: 0, errors }
    }

    pub fn note(&mut self, spot: Spot, fault: &Fault, lang: Lang) {
        if self.errors.len() == IMPORT_FAULTS_MAX {
            return;
        }
        let Spot { line, column, letter, pointer } = spot;
        let (code, detail) = (fault.code.as_str().to_owned(), fault.detail.of(lang).to_owned());
        self.errors.push(RowFault { line, column, letter, pointer, code, detail });
    }
}

//! `liandan import`: a CSV file or a workbook into a register, over the code of `POST /imports`.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::say;
use crate::config::{Environment, Serving};
use crate::import::{ImportMode, Kind, Order, Report, RowFault};
use crate::limits::IMPORT_BYTES_MAX;
use crate::server::{self, Production, StartError};
use crate::telemetry::start_log;

/// Import a CSV file (UTF-8 or GBK) or a workbook (.xlsx) into a register.
///
/// The columns are those of `GET /api/v1/imports/templates/{kind}.csv`. Manifests are filed by
/// their producer and come through `POST /api/v1/imports` alone. Exit status 1 when a row is
/// refused.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// organisations, sites, licences, vehicles, drivers, storage-areas, waste-streams,
    /// management-plans, transfer-approvals, ledger-entries, activity, facility-days,
    /// risk-sources, emergency-plans-filed or insurance-policies.
    #[arg(long, value_parser = kind_of)]
    kind: Kind,
    /// Only tell what would come of it.
    #[arg(long)]
    dry_run: bool,
    /// Write the good rows even where others are refused; else all or nothing.
    #[arg(long)]
    good_rows: bool,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
    file: PathBuf,
}

fn kind_of(text: &str) -> Result<Kind, String> {
    let known = Kind::parse(text).filter(|kind| *kind != Kind::Manifests);
    known.ok_or_else(|| "no register of this name".to_owned())
}

pub(super) fn run(environment: &Environment, asked: &Arguments) -> Result<ExitCode, StartError> {
    start_log(environment.text("LIANDAN_LOG"), "warn")?;
    let production = Production {
        serving: Serving::for_production(environment, false)?,
        database_url: environment.required("DATABASE_URL")?.to_owned(),
        migrate_url: None,
    };
    let bytes = read(&asked.file);
    let bytes = bytes.map_err(|reason| StartError::Io { doing: "read the file", reason })?;
    let mode = if asked.good_rows { ImportMode::GoodRows } else { ImportMode::AllOrNothing };
    let order = Order { kind: asked.kind, mode, dry_run: asked.dry_run };
    let report = server::import_file(&production, order, &bytes)?;
    tell(&report, asked.json);
    Ok(if report.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// As much as `POST /imports` takes: memory is not the file's to decide.
fn read(file: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(file)?.take(IMPORT_BYTES_MAX as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > IMPORT_BYTES_MAX {
        let mib = IMPORT_BYTES_MAX / 1024 / 1024;
        return Err(std::io::Error::other(format!("more than {mib} MiB: split the file")));
    }
    Ok(bytes)
}

fn tell(report: &Report, as_json: bool) {
    if as_json {
        say(&serde_json::json!(report).to_string());
        return;
    }
    for RowFault { line, column, code, detail, .. } in &report.errors {
        let line = line.map_or_else(|| "file".to_owned(), |line| format!("line {line}"));
        let column = column.as_deref().unwrap_or("-");
        say(&format!("{line}  {column}  {code}: {detail}"));
    }
    let Report { rows, ok, unchanged, failed, .. } = report;
    let done = if report.dry_run { "would be taken" } else { "taken" };
    say(&format!("{rows} rows: {ok} {done} ({unchanged} unchanged), {failed} refused"));
}

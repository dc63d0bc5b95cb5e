//! `liandan export`: everything in open formats, over the lists of the API.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use super::say;
use crate::config::{Environment, Serving};
use crate::export::Format;
use crate::problem::Lang;
use crate::server::{self, ExportOrder, Exported, ExportedFile, Production, Progress, StartError};
use crate::telemetry::start_log;

/// Export everything: each list as CSV and as lines of JSON, the log as lines of JSON, and an
/// index with the rows and the SHA-256 of each file.
///
/// The target is a folder, or a ZIP file where its name ends in `.zip`; it must not be there yet.
/// It holds personal data.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// `csv` or `ndjson`; both, when absent.
    #[arg(long, value_parser = format_of)]
    format: Option<Format>,
    /// Of the headings: `zh` or `en`.
    #[arg(long, default_value = "zh", value_parser = lang_of)]
    lang: Lang,
    /// What was written, as JSON.
    #[arg(long)]
    json: bool,
    target: PathBuf,
}

fn format_of(text: &str) -> Result<Format, String> {
    let known = [Format::Csv, Format::Ndjson].into_iter().find(|one| one.extension() == text);
    known.ok_or_else(|| "csv or ndjson".to_owned())
}

fn lang_of(text: &str) -> Result<Lang, String> {
    match text {
        "zh" => Ok(Lang::Zh),
        "en" => Ok(Lang::En),
        _ => Err("zh or en".to_owned()),
    }
}

pub(super) fn run(environment: &Environment, asked: Arguments) -> Result<ExitCode, StartError> {
    start_log(environment.text("LIANDAN_LOG"), "warn")?;
    let production = Production {
        serving: Serving::for_production(environment, false)?,
        database_url: environment.required("DATABASE_URL")?.to_owned(),
        migrate_url: None,
    };
    let formats = asked.format.map_or_else(|| vec![Format::Csv, Format::Ndjson], |one| vec![one]);
    let order = ExportOrder { target: asked.target, formats, lang: asked.lang };
    let shows_bar = std::io::stderr().is_terminal();
    let mut tell = |progress: &Progress| {
        if shows_bar {
            let _ = write!(std::io::stderr(), "\r{}\u{1b}[K", bar(progress));
        }
    };
    let exported = server::export_all(&production, &order, &mut tell);
    if shows_bar {
        let _ = write!(std::io::stderr(), "\r\u{1b}[K");
    }
    show(&exported?, asked.json);
    Ok(ExitCode::SUCCESS)
}

/// How many signs the bar has.
const BAR: usize = 24;

fn bar(progress: &Progress) -> String {
    let Progress { list, rows, files_done, files } = progress;
    let full = BAR * files_done / (*files).max(1);
    format!("[{}{}] {list} {rows}", "#".repeat(full), ".".repeat(BAR - full.min(BAR)))
}

fn show(exported: &Exported, as_json: bool) {
    if as_json {
        say(&serde_json::json!(exported).to_string());
        return;
    }
    for ExportedFile { file, rows, bytes, .. } in &exported.files {
        say(&format!("{file}: {rows} rows, {bytes} bytes"));
    }
    say(&format!("{} rows in {} files", exported.rows, exported.files.len()));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_grows_with_the_files() {
        let at = |files_done| bar(&Progress { list: "sites", rows: 7, files_done, files: 4 });
        assert_eq!(at(0), "[........................] sites 7");
        assert_eq!(at(2), "[############............] sites 7");
        assert_eq!(at(4), "[########################] sites 7");
    }
}

//! `liandan anomaly score`: how good the rules are on a world whose frauds are known.

use std::fmt::Write as _;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde::de::DeserializeOwned;

use super::say;
use crate::config::{DemoHome, Environment};
use crate::db::private;
use crate::server::{self, StartError};
use crate::simulate::{Case, Counted, Label, Score, score};

/// Hold cases against the labels of a world: precision, recall, F1 and time to detection.
#[derive(clap::Args)]
pub(super) struct Scoring {
    /// `labels.ndjson` of a world.
    #[arg(long, value_name = "FILE")]
    labels: PathBuf,
    /// Cases, one a line.
    #[arg(long, value_name = "FILE", required_unless_present = "data_dir")]
    cases: Option<PathBuf>,
    /// The folder of a world whose database has the cases.
    #[arg(long, value_name = "FOLDER", conflicts_with = "cases")]
    data_dir: Option<PathBuf>,
    /// The figures as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(environment: &Environment, asked: &Scoring) -> Result<ExitCode, StartError> {
    let labels: Vec<Label> = lines(&asked.labels)?;
    let cases = match (&asked.cases, &asked.data_dir) {
        (Some(file), _) => lines(file)?,
        (None, Some(folder)) => of_database(environment, folder)?,
        (None, None) => Vec::new(),
    };
    let found = score(&labels, &cases, manifests(&asked.labels));
    if asked.json {
        say(&serde_json::json!(found).to_string());
    } else {
        say(table(&found).trim_end());
    }
    Ok(ExitCode::SUCCESS)
}

/// The cases of a world's database, after its log has been evaluated by the rules of this build.
fn of_database(environment: &Environment, folder: &Path) -> Result<Vec<Case>, StartError> {
    let home = DemoHome::of(environment, Some(folder.to_owned()), private::is_root()?)?;
    let unread = |reason| StartError::Io { doing: "read cases", reason };
    let found = server::demo_anomalies(&home)?;
    let read = |case| serde_json::from_value(case).map_err(|err| unread(err.into()));
    found.into_iter().map(read).collect()
}

/// A file of JSON lines.
fn lines<T: DeserializeOwned>(path: &Path) -> Result<Vec<T>, StartError> {
    let failed = |reason| StartError::Io { doing: "read the file", reason };
    let file = std::fs::File::open(path).map_err(failed)?;
    let mut all = Vec::new();
    for line in BufReader::new(file).lines() {
        let line = line.map_err(failed)?;
        if !line.trim().is_empty() {
            let read = serde_json::from_str(&line).map_err(std::io::Error::from);
            all.push(read.map_err(failed)?);
        }
    }
    Ok(all)
}

/// How many manifests the world has: its `world.json` lies beside the labels.
fn manifests(labels: &Path) -> Option<usize> {
    let text = std::fs::read(labels.with_file_name("world.json")).ok()?;
    let world: serde_json::Value = serde_json::from_slice(&text).ok()?;
    world["manifests"].as_u64().and_then(|count| usize::try_from(count).ok())
}

fn table(score: &Score) -> String {
    let mut text = String::new();
    let head = ["", "labels", "caught", "any", "recall", "cases", "right", "prec.", "F1", "days"];
    row(&mut text, &head.map(str::to_owned));
    line(&mut text, "overall", &score.overall);
    for (name, counted) in score.by_fraud.iter().chain(&score.by_rule) {
        line(&mut text, name, counted);
    }
    let per = score.false_per_1000_manifests;
    let per = per.map(|per| format!(", {per:.2} a thousand manifests")).unwrap_or_default();
    let _ = writeln!(text, "false cases: {}{per}", score.false_cases);
    text
}

fn line(text: &mut String, name: &str, it: &Counted) {
    let share = |share: Option<f64>| share.map_or("-".to_owned(), |share| format!("{share:.3}"));
    let days = it.median_days.map_or("-".to_owned(), |days| format!("{days:.1}"));
    let count = |count: usize| count.to_string();
    let cells = [
        name.to_owned(),
        count(it.labels),
        count(it.caught),
        count(it.caught_any),
        share(it.recall),
        count(it.cases),
        count(it.right),
        share(it.precision),
        share(it.f1),
        days,
    ];
    row(text, &cells);
}

fn row(text: &mut String, cells: &[String; 10]) {
    let [name, rest @ ..] = cells;
    let _ = write!(text, "{name:<20}");
    for cell in rest {
        let _ = write!(text, "{cell:>8}");
    }
    text.push('\n');
}

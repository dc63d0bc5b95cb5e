//! `liandan anomaly`: what the rules found, evaluated anew or held against what is true.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use super::{anomaly_score, say};
use crate::anomaly::{Progress, Rebuilt};
use crate::config::{DemoHome, Environment};
use crate::db::private;
use crate::server::{self, StartError};
use crate::telemetry::start_log;

/// Work on the cases of the anomaly rules.
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Rebuild(Rebuild),
    Score(anomaly_score::Scoring),
}

/// Evaluate the whole log again, by the rules of this build: the same cases under the same ids, so
/// that what people made of them stays. Cases that are no longer found go where nobody has touched
/// them. Nobody is told of what is found again. Reads `DATABASE_URL`, or a demo's database; a
/// server may go on working.
#[derive(clap::Args)]
struct Rebuild {
    /// The database of the demo, running or not, instead of `DATABASE_URL`.
    #[arg(long)]
    demo: bool,
    /// The same of a demo in another folder.
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// What it came to, as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(environment: &Environment, asked: &Arguments) -> Result<ExitCode, StartError> {
    start_log(environment.text("LIANDAN_LOG"), "warn")?;
    match &asked.what {
        What::Rebuild(asked) => rebuild(environment, asked),
        What::Score(asked) => anomaly_score::run(environment, asked),
    }
}

fn rebuild(environment: &Environment, asked: &Rebuild) -> Result<ExitCode, StartError> {
    let home = if asked.demo || asked.data_dir.is_some() {
        Some(DemoHome::of(environment, asked.data_dir.clone(), private::is_root()?)?)
    } else {
        None
    };
    let shows_bar = std::io::stderr().is_terminal();
    let mut tell = |progress: Progress| {
        if shows_bar {
            let _ = write!(std::io::stderr(), "\r{}\u{1b}[K", bar(progress));
        }
    };
    let rebuilt = match &home {
        Some(home) => server::rebuild_demo_anomalies(home, &mut tell),
        None => server::rebuild_anomalies(environment.required("DATABASE_URL")?, &mut tell),
    };
    if shows_bar {
        let _ = write!(std::io::stderr(), "\r\u{1b}[K");
    }
    let Rebuilt { events, cases, gone, generation } = rebuilt?;
    if asked.json {
        let rebuilt = Rebuilt { events, cases, gone, generation };
        say(&serde_json::json!(rebuilt).to_string());
    } else {
        say(&format!("{events} events, {cases} cases, {gone} gone (generation {generation})"));
    }
    Ok(ExitCode::SUCCESS)
}

/// How many signs the bar has.
const BAR: i64 = 24;

fn bar(Progress { events, of, cases }: Progress) -> String {
    let full = usize::try_from(events.min(of) * BAR / of.max(1)).unwrap_or(0);
    let left = usize::try_from(BAR).unwrap_or(0).saturating_sub(full);
    format!("[{}{}] {events} of {of} events, {cases} cases", "#".repeat(full), ".".repeat(left))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_tells_the_walk_and_what_was_found() {
        let at = |events| bar(Progress { events, of: 4, cases: 1 });
        assert_eq!(at(0), "[........................] 0 of 4 events, 1 cases");
        assert_eq!(at(2), "[############............] 2 of 4 events, 1 cases");
        assert_eq!(at(4), "[########################] 4 of 4 events, 1 cases");
    }
}

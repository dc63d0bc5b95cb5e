//! `liandan conformance`: the published scenarios against a sandbox. All of it is in
//! `crate::conformance`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::say;
use crate::conformance::{self, Account, Settings};
use crate::mint::Mint;
use crate::server::StartError;

/// Try what the contract asks of a deployment, over HTTP, against a sandbox.
///
/// One line a check; exit status 0 where all is right, 1 where something is wrong. What it makes
/// stays in the sandbox, and its clock is moved forward by days.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Where the deployment is: http://127.0.0.1:8080.
    #[arg(long, value_name = "URL", required_unless_present = "list")]
    base_url: Option<String>,
    /// Its logins, as `demo --accounts-file` writes them; the corps' regulator is needed.
    #[arg(long, value_name = "FILE", required_unless_present = "list")]
    accounts_file: Option<PathBuf>,
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
    /// Play this scenario, or this group of them (`feed`), alone. May be repeated.
    #[arg(long, value_name = "NAME")]
    only: Vec<String>,
    /// Print the list of scenarios and end.
    #[arg(long)]
    list: bool,
}

pub(super) fn run(asked: &Arguments) -> Result<ExitCode, StartError> {
    if asked.list {
        for scenario in conformance::all() {
            let conformance::Scenario { name, zh, en, page, .. } = scenario;
            say(&format!("{name:<26} {zh} / {en} [{page}]"));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let file = asked.accounts_file.as_deref().unwrap_or(Path::new(""));
    let settings = Settings {
        base_url: asked.base_url.clone().unwrap_or_default(),
        accounts: accounts(file)?,
        only: asked.only.clone(),
        tag: u64::from_be_bytes(Mint::random().bytes()) >> 8,
    };
    let report = conformance::run(&settings, |outcome| {
        if !asked.json {
            say(&outcome.text());
        }
    })?;
    if asked.json {
        say(&report.json().to_string());
    } else {
        say(&report.summary());
    }
    Ok(if report.is_right() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn accounts(file: &Path) -> Result<Vec<Account>, StartError> {
    let text = std::fs::read_to_string(file);
    let read = text.and_then(|text| serde_json::from_str(&text).map_err(std::io::Error::other));
    read.map_err(|reason| StartError::Io { doing: "read the accounts file", reason })
}

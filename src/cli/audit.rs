//! `liandan audit`: the whole log and all that is stored, held against one another.

use std::fs::File;
use std::io::{IsTerminal, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use super::say;
use crate::app::StartError as OpenError;
use crate::audit::{
    Extended, Finding, KeptNote, Keys, Progress, Report, Stage, Trusted, Witnessed,
};
use crate::blob::Objects;
use crate::config::{DemoHome, Environment, objects};
use crate::db::private;
use crate::server::{self, StartError};
use crate::telemetry::start_log;

/// Check the whole log: every hash, every chain, what the events make against what is stored,
/// accounts and ledgers against manifests, files against their hashes. Reads `DATABASE_URL`, or a
/// demo's database, in one snapshot; a server may go on working. Where files are in an object
/// store, it needs the settings of that store as well.
///
/// Exit status: 0 where everything holds, 1 where something is wrong or cannot be read.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A verifier key of the log, or a file with such keys, from somewhere else than this database.
    /// May be repeated. Without it checkpoints are held against the keys that the database names.
    #[arg(long, value_name = "KEY")]
    key: Vec<String>,
    /// A witness's verifier key, or a file with such keys: it must have cosigned the log. May be
    /// repeated. Whatever cosignatures there are must be right in any case.
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// A checkpoint of the log that was kept elsewhere (`GET /custody/checkpoint`): the log must
    /// still have all that it was signed for. May be repeated.
    #[arg(long, value_name = "FILE")]
    consistent_with: Vec<PathBuf>,
    /// The database of the demo, running or not, instead of `DATABASE_URL`.
    #[arg(long)]
    demo: bool,
    /// The same of a demo in another folder.
    #[arg(long, value_name = "FOLDER")]
    data_dir: Option<PathBuf>,
    /// The report as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(environment: &Environment, asked: &Arguments) -> Result<ExitCode, StartError> {
    start_log(environment.text("LIANDAN_LOG"), "warn")?;
    let home = if asked.demo || asked.data_dir.is_some() {
        Some(DemoHome::of(environment, asked.data_dir.clone(), private::is_root()?)?)
    } else {
        None
    };
    let keys = super::verify::keys("--key", &asked.key)?;
    let objects = objects(environment)?.as_ref().map(Objects::open).transpose();
    let objects = objects.map_err(OpenError::Objects)?;
    let witnesses = super::verify::witnesses(&asked.witness)?;
    let kept: Result<Vec<_>, _> = asked.consistent_with.iter().map(|file| kept(file)).collect();
    let trusted = Trusted { keys, witnesses, kept: kept?, objects };
    let shows_bar = std::io::stderr().is_terminal();
    let mut tell = |progress: Progress| {
        if shows_bar {
            let _ = write!(std::io::stderr(), "\r{}\u{1b}[K", bar(progress));
        }
    };
    let report = match &home {
        Some(home) => server::audit_demo(home, trusted, &mut tell),
        None => server::audit(environment.required("DATABASE_URL")?, trusted, &mut tell),
    };
    if shows_bar {
        let _ = write!(std::io::stderr(), "\r\u{1b}[K");
    }
    let report = report?;
    if asked.json {
        say(&serde_json::json!(report).to_string());
    } else {
        show(&report);
    }
    Ok(if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// More than any checkpoint has, with the lines of all its witnesses.
const CHECKPOINT_BYTES_MAX: u64 = 64 * 1024;

fn kept(file: &Path) -> Result<KeptNote, StartError> {
    let mut note = String::new();
    let read = File::open(file).and_then(|from| {
        let read = from.take(CHECKPOINT_BYTES_MAX + 1).read_to_string(&mut note)?;
        let fits = read as u64 <= CHECKPOINT_BYTES_MAX;
        fits.then_some(()).ok_or_else(|| std::io::Error::other("it is too large for a checkpoint"))
    });
    read.map_err(|reason| StartError::Io { doing: "read the checkpoint", reason })?;
    Ok(KeptNote { name: file.display().to_string(), note })
}

/// How many signs the bar has.
const BAR: usize = 24;

fn bar(progress: Progress) -> String {
    let Progress { stage, done, of, findings } = progress;
    let full = usize::try_from(done.min(of) * BAR as u64 / of.max(1)).unwrap_or(0);
    let stage = match stage {
        Stage::Log => "log",
        Stage::Chains => "chains",
        Stage::Accounts => "accounts",
        Stage::Files => "files",
    };
    let wrong = if findings == 0 { String::new() } else { format!(", {findings} wrong") };
    format!("[{}{}] {stage} {done} of {of}{wrong}", "#".repeat(full), ".".repeat(BAR - full))
}

/// What an audit without a word from elsewhere cannot tell.
const OWN_KEYS: &str = "注意：检查点只按此数据库自己记载的公钥核对；能改写数据库的人也能换钥重签。\
    请以 --key 或 --consistent-with 给出另处保存的公钥或检查点。\n\
    note: checkpoints were held against the keys that this database names itself, which whoever \
    can write there can replace: give a key or a checkpoint kept elsewhere with --key or \
    --consistent-with";

fn show(report: &Report) {
    for finding in &report.findings {
        say(&line(finding));
    }
    let beyond = report.findings_count - report.findings.len() as u64;
    if beyond > 0 {
        say(&format!("… and {beyond} more"));
    }
    for one in &report.witnesses {
        say(&cosigned(one));
    }
    for Extended { name, size } in &report.consistent_with {
        say(&format!("与另存检查点相符 consistent with {name}: {size} 条 entries"));
    }
    if report.keys == Keys::OfTheDatabase && report.consistent_with.is_empty() {
        say(OWN_KEYS);
    }
    let audited = &report.audited;
    say(&format!(
        "{} events, {} chains, {} manifests, {} accounts, {} files: {}",
        audited.events,
        audited.subjects,
        audited.manifests,
        audited.accounts,
        audited.files,
        match report.findings_count {
            0 => "everything holds / 全部相符".to_owned(),
            count => format!("{count} findings / 发现 {count} 处不符"),
        }
    ));
}

/// How far a witness has come, and of how many entries its word is still missing.
fn cosigned(Witnessed { key, size, cosigned_at, uncosigned }: &Witnessed) -> String {
    let name = key.split('+').next().unwrap_or_default();
    let rest = match uncosigned {
        0 => "全部已联署 all of the log".to_owned(),
        rest => format!("最新 {rest} 条尚未联署 the newest {rest} are not cosigned yet"),
    };
    format!("联署 cosigned by {name}: {size} 条 entries, {cosigned_at}; {rest}")
}

/// What it is about, then what is wrong, Chinese first.
fn line(finding: &Finding) -> String {
    let check = serde_json::json!(finding.check);
    let mut about = check.as_str().unwrap_or_default().to_owned();
    if let Some(number) = &finding.number {
        about = format!("{about} {number}");
    }
    if let Some(subject) = finding.subject {
        about = format!("{about} {} {}", subject.kind, subject.id);
    }
    if let Some(position) = finding.position {
        about = format!("{about} @{position}");
    }
    format!("{about}: {} {}", finding.zh, finding.en)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_witness_has_not_cosigned_yet_is_said() {
        let cosigned_at = chrono::DateTime::<chrono::Utc>::UNIX_EPOCH;
        let key = "w.example/log+0a1b2c3d+AAAA".to_owned();
        let line = |uncosigned| {
            super::cosigned(&Witnessed { key: key.clone(), size: 7, cosigned_at, uncosigned })
        };
        assert!(line(0).ends_with("; 全部已联署 all of the log"), "{}", line(0));
        assert!(line(3).contains("the newest 3 are not cosigned yet"), "{}", line(3));
        assert!(line(3).starts_with("联署 cosigned by w.example/log: 7 "), "{}", line(3));
    }

    #[test]
    fn the_bar_tells_the_walk_and_what_is_wrong() {
        let at = |done, findings| bar(Progress { stage: Stage::Log, done, of: 4, findings });
        assert_eq!(at(0, 0), "[........................] log 0 of 4");
        assert_eq!(at(2, 1), "[############............] log 2 of 4, 1 wrong");
        assert_eq!(at(4, 0), "[########################] log 4 of 4");
    }
}

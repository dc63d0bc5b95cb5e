//! The baseline: PostgreSQL's own load generator on the same cluster, in the same run.
//!
//! `pgbench -M prepared` over TCP runs `benches/baseline.sql`, the writes that a filing needs in
//! the plain way, on tables as wide as ours (`benches/baseline_setup.sql`). Its json, event body
//! and hash are those of a manifest that was really filed. It runs as superuser: no privilege is
//! checked, which only favours the baseline.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};

use super::BenchError;

/// The tables, made anew.
pub const SETUP: &str = include_str!("../../benches/baseline_setup.sql");
const FILING: &str = include_str!("../../benches/baseline.sql");

/// How to reach the database that pgbench loads.
#[derive(Clone, Debug)]
pub struct Target {
    pub pgbench: PathBuf,
    pub port: u16,
    pub password: String,
    pub database: String,
}

/// What a filing stores, taken from one that was really filed.
#[derive(Clone, Debug)]
pub struct Sample {
    pub state: String,
    pub body: String,
    /// Hexadecimal.
    pub leaf: String,
}

/// What pgbench said.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    pub rate: f64,
    pub latency_ms: f64,
}

impl Measured {
    /// The mean of a run before and one after.
    pub fn mean(self, other: Self) -> Self {
        Self {
            rate: f64::midpoint(self.rate, other.rate),
            latency_ms: f64::midpoint(self.latency_ms, other.latency_ms),
        }
    }
}

/// Plain filings over so many divisions' counters.
pub fn filings(
    target: &Target,
    sample: &Sample,
    divisions: usize,
    clients: usize,
    seconds: u64,
) -> Result<Measured, BenchError> {
    let mut command = target.command(clients, seconds);
    command
        .args(["-f", "-"])
        .args(["-D", &format!("divisions={divisions}")])
        .args(["-D", &format!("state={}", sample.state)])
        .args(["-D", &format!("body={}", sample.body)])
        .args(["-D", &format!("leaf=\\x{}", sample.leaf)]);
    run(command, FILING)
}

/// pgbench's own select of one row, on its own table of 1,000,000.
pub fn selects(target: &Target, clients: usize, seconds: u64) -> Result<Measured, BenchError> {
    let mut command = target.command(clients, seconds);
    command.arg("-S");
    run(command, "")
}

/// Makes pgbench's own tables.
pub fn make_select_tables(target: &Target) -> Result<(), BenchError> {
    let mut command = target.program();
    command.args(["-i", "-q", "-s", "10"]).arg(&target.database);
    said(command, "").map(|_| ())
}

impl Target {
    fn program(&self) -> Command {
        let mut command = Command::new(&self.pgbench);
        command
            .env_clear()
            .env("LC_ALL", "C")
            .env("PGHOST", "127.0.0.1")
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", "postgres")
            .env("PGPASSWORD", &self.password);
        command
    }

    /// `-n`: no vacuum of pgbench's own tables, which may not exist.
    fn command(&self, clients: usize, seconds: u64) -> Command {
        let mut command = self.program();
        command
            .args(["-n", "-M", "prepared"])
            .args(["-c", &clients.to_string()])
            .args(["-j", &clients.min(2).to_string()])
            .args(["-T", &seconds.to_string()])
            .arg(&self.database);
        command
    }
}

fn run(command: Command, script: &str) -> Result<Measured, BenchError> {
    let text = said(command, script)?;
    parse(&text).ok_or(BenchError::Baseline(text))
}

/// Feeds the script and waits. Errors of single clients go to stderr while pgbench goes on, so
/// anything there fails the run.
fn said(mut command: Command, script: &str) -> Result<String, BenchError> {
    let program = command.get_program().to_owned();
    let failed = |reason: std::io::Error| {
        BenchError::Baseline(format!("{} could not run: {reason}", program.display()))
    };
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().map_err(failed)?;
    if let Some(mut stdin) = child.stdin.take() {
        // It may have ended already; its own words then say why.
        let _ = stdin.write_all(script.as_bytes());
    }
    let output = child.wait_with_output().map_err(failed)?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() && !text.contains("Run was aborted") {
        return Ok(text);
    }
    Err(BenchError::Baseline(format!("{text}{}", String::from_utf8_lossy(&output.stderr))))
}

/// Reads what pgbench (14 to 18) prints; `None` too where a transaction failed.
fn parse(text: &str) -> Option<Measured> {
    let after = |mark: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(mark))?;
        line.split_whitespace().next()?.parse::<f64>().ok()
    };
    let failed = after("number of failed transactions:").unwrap_or(0.0);
    let measured = Measured { rate: after("tps =")?, latency_ms: after("latency average =")? };
    (failed == 0.0 && measured.rate > 0.0).then_some(measured)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: &str = "transaction type: -\nnumber of clients: 32\n\
        number of transactions actually processed: 19902\n\
        number of failed transactions: 0 (0.000%)\nlatency average = 12.871 ms\n\
        initial connection time = 46.003 ms\n\
        tps = 2486.223799 (without initial connection time)\n";

    #[test]
    fn rate_and_latency_are_read() {
        assert_eq!(parse(SAID), Some(Measured { rate: 2_486.223_799, latency_ms: 12.871 }));
    }

    #[test]
    fn a_run_with_failures_is_no_figure() {
        assert_eq!(parse(&SAID.replace("transactions: 0 (", "transactions: 3 (")), None);
        assert_eq!(parse("pgbench: error: connection failed"), None);
    }
}

//! `liandan`: arguments in, exit status out. The only place for `anyhow`: here every error ends.

use std::io::Write as _;
use std::process::ExitCode;

use anyhow::Context as _;

/// Decisions are made on one thread and dropped on another, which the system's allocator pays for
/// with locks: a fifth of the server's time while filing.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match run() {
        Ok(code) => code,
        Err(error) => {
            // One line, the chain in it: whoever starts a program reads one line.
            let _ = writeln!(std::io::stderr(), "liandan: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> anyhow::Result<ExitCode> {
    let environment = liandan::config::Environment::of_process().context("environment")?;
    Ok(liandan::cli::run(&environment)?)
}

//! `liandan simulate`: a year of the corps from a seed, with labelled fraud in it.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use super::say;
use crate::config::{DemoHome, Environment, Serving};
use crate::db::private;
use crate::mint::Mint;
use crate::server::{self, Simulation, StartError};
use crate::simulate::{Order, Progress};
use crate::telemetry::start_log;

/// Days between two lines of progress, where nobody watches a terminal.
const TOLD_EVERY: i64 = 15;

/// Play a world through the program's own commands, into a private PostgreSQL in a folder, and
/// write what is wrong in it to `labels.ndjson` there. The same seed gives the same world.
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The first so many divisions.
    #[arg(long, default_value_t = 14, value_parser = clap::value_parser!(u8).range(1..=14))]
    divisions: u8,
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u16).range(1..=730))]
    days: u16,
    /// How many of those who could commit a fraud do, from 0 to 1.
    #[arg(long, default_value_t = 0.05)]
    fraud_rate: f64,
    /// 0: blatant; 1: as subtle as a fraud can be and still do harm.
    #[arg(long, default_value_t = 0.3)]
    subtlety: f64,
    /// The world's folder. A world that is in it is replaced.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// Write the journal to this file, an event a line.
    #[arg(long, value_name = "FILE")]
    events: Option<PathBuf>,
}

pub(super) fn run(environment: &Environment, asked: Arguments) -> Result<ExitCode, StartError> {
    start_log(environment.text("LIANDAN_LOG"), "warn")?;
    let serving = Serving::for_demo(environment, &Mint::random())?;
    let home = DemoHome::of(environment, Some(asked.out), private::is_root()?)?;
    let order = Order {
        seed: asked.seed,
        divisions: usize::from(asked.divisions),
        days: i64::from(asked.days),
        fraud_rate: asked.fraud_rate.clamp(0.0, 1.0),
        subtlety: asked.subtlety.clamp(0.0, 1.0),
    };
    let simulation = Simulation { serving, home, order, events: asked.events };
    let world = server::simulate(&simulation, &mut progress)?;
    say(&format!(
        "{} events, {} manifests, {} frauds, {} lapses, {} of {} acts refused",
        world.events, world.manifests, world.frauds, world.lapses, world.refused, world.acts
    ));
    for refusal in &world.refusals {
        say(refusal);
    }
    Ok(ExitCode::SUCCESS)
}

fn progress(at: Progress) {
    let Progress { day, of, acts, refused } = at;
    let line = format!("day {day} of {of}, {acts} acts, {refused} refused");
    let mut out = std::io::stderr();
    let _ = if out.is_terminal() {
        write!(out, "\r{line}\u{1b}[K")
    } else if day % TOLD_EVERY == 0 {
        writeln!(out, "{line}")
    } else {
        Ok(())
    };
}

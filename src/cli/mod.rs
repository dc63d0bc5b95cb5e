//! The command line (api.md): which command, its arguments, its exit status.
//!
//! 0: done, or stopped as asked. 1: refused or failed, one line says why. 2: arguments that make no
//! sense. 130: stopped at once by a second signal.

mod anomaly;
mod anomaly_score;
mod audit;
mod bench;
mod conformance;
mod demo;
mod export;
mod import;
mod key;
mod migrate;
mod openapi;
mod serve;
mod simulate;
mod user;
mod verify;
mod witness;

use std::fmt::Write as _;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::config::{Environment, VARIABLES};
use crate::server::{Ended, StartError};

/// Electronic transfer manifests for hazardous, medical and kitchen waste (联单).
///
/// Without a command: `demo`, and these are its options.
#[derive(Parser)]
#[command(name = "liandan", version, after_help = variables())]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    demo: demo::Arguments,
}

#[derive(Subcommand)]
enum Command {
    Demo(demo::Arguments),
    Serve(serve::Arguments),
    Migrate(migrate::Arguments),
    User(user::Arguments),
    Key(key::Arguments),
    Verify(verify::Arguments),
    Witness(witness::Arguments),
    Openapi(openapi::Arguments),
    Audit(audit::Arguments),
    Anomaly(anomaly::Arguments),
    Bench(bench::Arguments),
    Conformance(conformance::Arguments),
    Simulate(simulate::Arguments),
    Import(import::Arguments),
    Export(export::Arguments),
}

/// Reads the arguments of the process and does what they say.
pub fn run(environment: &Environment) -> Result<ExitCode, StartError> {
    let arguments = Arguments::parse();
    match arguments.command.unwrap_or(Command::Demo(arguments.demo)) {
        Command::Demo(asked) => demo::run(environment, asked).map(code_of),
        Command::Serve(asked) => serve::run(environment, &asked).map(code_of),
        Command::Migrate(asked) => migrate::run(environment, &asked).map(|()| ExitCode::SUCCESS),
        Command::User(asked) => user::run(environment, asked).map(|()| ExitCode::SUCCESS),
        Command::Key(asked) => key::run(environment, asked).map(|()| ExitCode::SUCCESS),
        Command::Verify(asked) => verify::run(&asked),
        Command::Witness(asked) => witness::run(environment, &asked),
        Command::Openapi(asked) => openapi::run(&asked).map(|()| ExitCode::SUCCESS),
        Command::Import(asked) => import::run(environment, &asked),
        Command::Export(asked) => export::run(environment, asked),
        Command::Audit(asked) => audit::run(environment, &asked),
        Command::Anomaly(asked) => anomaly::run(environment, &asked),
        Command::Bench(asked) => bench::run(environment, &asked).map(|()| ExitCode::SUCCESS),
        Command::Conformance(asked) => conformance::run(&asked),
        Command::Simulate(asked) => simulate::run(environment, asked),
    }
}

fn code_of(ended: Ended) -> ExitCode {
    match ended {
        Ended::Gracefully => ExitCode::SUCCESS,
        // What shells say of a program that Ctrl-C ended.
        Ended::Forced => ExitCode::from(130),
    }
}

/// The environment as part of the help.
fn variables() -> String {
    let mut text = String::from("Environment:\n");
    for (name, words) in VARIABLES {
        // Writing to a String cannot fail.
        let _ = writeln!(text, "  {name:<23} {words}");
    }
    text
}

/// Writes a line to standard output. A reader that has gone away (`| head`) is no failure.
fn say(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stdout(), "{line}");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Result<Arguments, clap::Error> {
        Arguments::try_parse_from(words.split(' '))
    }

    #[test]
    fn the_demo_takes_its_options_with_and_without_its_name() {
        let bare = read("liandan --data-dir x --listen 127.0.0.1:9 --reset").unwrap();
        assert!(bare.command.is_none());
        let named = read("liandan demo --data-dir x --listen 127.0.0.1:9 --reset").unwrap();
        let Some(Command::Demo(named)) = named.command else { panic!("it is another command") };
        assert_eq!(bare.demo, named);
        assert_ne!(bare.demo, demo::Arguments::default());
        assert_eq!(read("liandan").unwrap().demo, demo::Arguments::default());
        assert!(read("liandan --data-dir x serve").is_err());
    }
}

//! `liandan key`: the key that a log's checkpoints are signed with.

use std::path::PathBuf;

use super::say;
use crate::config::{BadSetting, Environment};
use crate::custody::{LogKeys, is_key_name, private_text};
use crate::mint::Mint;
use crate::server::{self, StartError};

/// The log's signing key: make one, or show the verifier key that goes with it.
#[derive(clap::Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(clap::Subcommand)]
enum Command {
    New(New),
    Show(Show),
}

/// Make a private key, in a new file that only its owner can read; prints its verifier key.
#[derive(clap::Args)]
struct New {
    /// The log's name; that of LIANDAN_ORIGIN, when absent.
    #[arg(long)]
    name: Option<String>,
    /// Where to write it, for LIANDAN_LOG_KEY_FILE.
    file: PathBuf,
}

/// Print the verifier keys of a private key, the newest first.
#[derive(clap::Args)]
struct Show {
    /// The private key's file; LIANDAN_LOG_KEY or LIANDAN_LOG_KEY_FILE, when absent.
    file: Option<PathBuf>,
}

pub(super) fn run(environment: &Environment, asked: Arguments) -> Result<(), StartError> {
    match asked.command {
        Command::New(asked) => new(environment, asked),
        Command::Show(asked) => show(environment, asked),
    }
}

fn new(environment: &Environment, asked: New) -> Result<(), StartError> {
    const NAME: &str = "LIANDAN_ORIGIN";
    let name = asked.name.or_else(|| environment.text(NAME).map(ToOwned::to_owned));
    let name = name.ok_or_else(|| BadSetting::new(NAME, "or --name must say the log's name"))?;
    if !is_key_name(&name) {
        let reason = format!("must be a name such as liandan.example.cn/log: {name:?}");
        return Err(BadSetting::new(NAME, reason).into());
    }
    let key = private_text(&name, &Mint::random().bytes());
    let written = server::write_key(&asked.file, &key);
    written.map_err(|reason| StartError::Io { doing: "write the key", reason })?;
    tell(&key)
}

fn show(environment: &Environment, asked: Show) -> Result<(), StartError> {
    let in_file = environment.text("LIANDAN_LOG_KEY_FILE").map(PathBuf::from);
    let text = match (asked.file, environment.text("LIANDAN_LOG_KEY"), in_file) {
        (None, Some(text), _) => text.to_owned(),
        (Some(file), _, _) | (None, None, Some(file)) => std::fs::read_to_string(file)
            .map_err(|reason| StartError::Io { doing: "read the key", reason })?,
        (None, None, None) => {
            return Err(BadSetting::new("LIANDAN_LOG_KEY", "or a file must be given").into());
        }
    };
    tell(&text)
}

fn tell(private: &str) -> Result<(), StartError> {
    let keys = LogKeys::parse(private)
        .map_err(|not| BadSetting::new("LIANDAN_LOG_KEY", format!("(the key given) {not}")))?;
    for key in keys.verifiers() {
        say(&key.to_string());
    }
    Ok(())
}

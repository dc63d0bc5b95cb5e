//! `liandan key`: the key that a log's checkpoints are signed with, or a witness's.

use std::path::PathBuf;

use super::say;
use crate::config::{BadSetting, Environment};
use crate::custody::{Cosigner, LogKeys, NotAKey, is_key_name, private_text, witness_private_text};
use crate::mint::Mint;
use crate::server::{self, StartError};

/// A log's or a witness's signing key: make one, or show the verifier key that goes with it.
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
    /// The log's or witness's name; that of LIANDAN_ORIGIN, when absent and no witness's is made.
    #[arg(long, required_if_eq("witness", "true"))]
    name: Option<String>,
    /// A witness's key: it cosigns others' checkpoints, and cannot sign a log.
    #[arg(long)]
    witness: bool,
    /// Where to write it, for LIANDAN_LOG_KEY_FILE or LIANDAN_WITNESS_KEY_FILE.
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
    let seed = Mint::random().bytes();
    let key =
        if asked.witness { witness_private_text(&name, &seed) } else { private_text(&name, &seed) };
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
    let verifiers: Result<Vec<String>, NotAKey> = match LogKeys::parse(private) {
        Err(NotAKey::Witness) => {
            Cosigner::parse(private).map(|keys| keys.keys().map(|key| key.to_string()).collect())
        }
        keys => keys.map(|keys| keys.verifiers().map(|key| key.to_string()).collect()),
    };
    let verifiers = verifiers
        .map_err(|not| BadSetting::new("LIANDAN_LOG_KEY", format!("(the key given) {not}")))?;
    for key in verifiers {
        say(&key);
    }
    Ok(())
}

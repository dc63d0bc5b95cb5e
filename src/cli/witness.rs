//! `liandan witness`: other instances' logs watched and cosigned.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use super::{code_of, say};
use crate::config::{BadSetting, Environment};
use crate::custody::Cosigner;
use crate::outbound::{Base, NotABase};
use crate::server::{self, StartError, WitnessOrder};
use crate::telemetry::start_log;
use crate::witness::Pulled;

/// Witness logs of other instances: cosign what only grew, and refuse and report what did not.
///
/// With `--listen` it takes checkpoints that logs hand in (C2SP tlog-witness); with `--pull` it
/// asks for them. Its key is of its own kind: `liandan key new --witness`.
///
/// Exit status with `--once`: 0 where every log was cosigned, 1 where one was not.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The folder of what it remembers: whoever loses it believes any log again.
    #[arg(long, value_name = "FOLDER")]
    state: PathBuf,
    /// The witness's private key; LIANDAN_WITNESS_KEY or LIANDAN_WITNESS_KEY_FILE, when absent.
    #[arg(long, value_name = "FILE")]
    key_file: Option<PathBuf>,
    /// Verifier key of a log that is witnessed, or a file with such keys. May be repeated.
    #[arg(long, value_name = "KEY", required = true)]
    log: Vec<String>,
    /// Address and port to take checkpoints at.
    #[arg(long, value_name = "ADDRESS", required_unless_present = "pull")]
    listen: Option<SocketAddr>,
    /// Ask this instance for its checkpoints: https://liandan.example.cn. May be repeated.
    #[arg(long, value_name = "URL")]
    pull: Vec<String>,
    /// Seconds between two questions.
    #[arg(long, value_name = "SECONDS", default_value_t = 60, requires = "pull",
        value_parser = clap::value_parser!(u64).range(1..=86_400))]
    interval: u64,
    /// Ask once and end, as a timer wants it.
    #[arg(long, requires = "pull", conflicts_with = "listen")]
    once: bool,
    /// Write the cosigned note to this file instead of printing it.
    #[arg(long, value_name = "FILE", requires = "pull")]
    out: Option<PathBuf>,
}

pub(super) fn run(environment: &Environment, asked: &Arguments) -> Result<ExitCode, StartError> {
    start_log(environment.text("LIANDAN_LOG"), "info,actix_server=warn")?;
    if asked.out.is_some() && asked.pull.len() > 1 {
        return Err(
            BadSetting::new("--out", "holds one log's note: one --pull goes with it").into()
        );
    }
    let order = WitnessOrder {
        state: asked.state.clone(),
        cosigner: cosigner(environment, asked.key_file.as_deref())?,
        logs: super::verify::keys("--log", &asked.log)?,
        listen: asked.listen,
        pull: asked.pull.iter().map(|url| base(url)).collect::<Result<_, _>>()?,
        interval: Duration::from_secs(asked.interval),
    };
    let out = asked.out.clone();
    let tell = move |pulled: &Pulled| tell(out.as_deref(), pulled);
    if asked.once {
        let is_right = server::pull_once(&order, tell)?;
        return Ok(if is_right { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let ready = |addresses: &[SocketAddr]| {
        for address in addresses {
            say(&format!("http://{address}"));
        }
    };
    server::witness(&order, ready, tell).map(code_of)
}

fn base(url: &str) -> Result<Base, BadSetting> {
    url.parse().map_err(|not: NotABase| BadSetting::new("--pull", format!("{not}: {url:?}")))
}

fn cosigner(environment: &Environment, file: Option<&Path>) -> Result<Cosigner, BadSetting> {
    const NAME: &str = "LIANDAN_WITNESS_KEY";
    const FILE: &str = "LIANDAN_WITNESS_KEY_FILE";
    let in_file = file.or_else(|| environment.text(FILE).map(Path::new));
    let told = if file.is_some() { "--key-file" } else { FILE };
    let text = match (in_file, environment.text(NAME).filter(|_| file.is_none())) {
        (Some(file), None) => {
            let read = std::fs::read_to_string(file);
            read.map_err(|reason| BadSetting::new(told, format!("cannot be read: {reason}")))?
        }
        (None, Some(text)) => text.to_owned(),
        (Some(_), Some(_)) => {
            let reason = "and LIANDAN_WITNESS_KEY_FILE are both set: choose one";
            return Err(BadSetting::new(NAME, reason));
        }
        (None, None) => {
            let reason = "or --key-file must say the witness's key: `liandan key new --witness`";
            return Err(BadSetting::new(NAME, reason));
        }
    };
    Cosigner::parse(&text).map_err(|not| BadSetting::new(NAME, format!("(the key given) {not}")))
}

/// A file that cannot be written is no reason to stop witnessing: the state folder has the note.
fn tell(out: Option<&Path>, pulled: &Pulled) {
    let Some(file) = out else { return say(pulled.note.trim_end()) };
    if let Err(reason) = std::fs::write(file, &pulled.note) {
        tracing::error!(%reason, file = %file.display(), "the note could not be written");
    }
}

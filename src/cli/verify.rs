//! `liandan verify`: a bundle checked offline, with nothing but a verifier key.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::json;

use super::say;
use crate::config::BadSetting;
use crate::custody::{
    Given, NotAKey, Older, Unlike, VerifierKey, WitnessKey, Wrong, account, account_json, beside,
    owned, shown, verifiers, verify, witness_keys,
};
use crate::limits::VERIFIED_BYTES_MAX;
use crate::server::StartError;

/// Check a manifest's bundle (`GET /manifests/{id}/custody`): no server and no database are needed.
///
/// Prints a readable account of the chain; exit status 0 where nothing is wrong. Else it names the
/// first thing that is, and ends with 1.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// The bundle; `-` reads it from standard input.
    bundle: PathBuf,
    /// The log's verifier key, or a file with such keys. May be repeated: keys change.
    #[arg(long, value_name = "KEY", required = true)]
    key: Vec<String>,
    /// A witness's verifier key, or a file with such keys: each must have cosigned the checkpoint.
    /// May be repeated.
    #[arg(long, value_name = "KEY")]
    witness: Vec<String>,
    /// An older checkpoint of the log: was it only added to since?
    #[arg(long, value_name = "FILE", requires = "consistency")]
    consistent_with: Option<PathBuf>,
    /// The proof of that: `GET /custody/proof/consistency?from=…&to=…`.
    #[arg(long, value_name = "FILE", requires = "consistent_with")]
    consistency: Option<PathBuf>,
    /// A folder with the files that were attached: each that an event names is there, with the
    /// hash that the event has.
    #[arg(long, value_name = "FOLDER")]
    attachments: Option<PathBuf>,
    /// A folder with the bundles of the device keys that have signed: each was registered for
    /// whoever signed, and was not revoked by then. Evidence packages have it.
    #[arg(long, value_name = "FOLDER")]
    devices: Option<PathBuf>,
    /// The account as JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(asked: &Arguments) -> Result<ExitCode, StartError> {
    let keys = keys("--key", &asked.key)?;
    let witnesses = witnesses(&asked.witness)?;
    let bundle = read(&asked.bundle)?;
    let texts = match (&asked.consistent_with, &asked.consistency) {
        (Some(old), Some(proof)) => Some((read(old)?, read(proof)?)),
        _ => None,
    };
    let older = texts.as_ref().map(|(checkpoint, proof)| Older { checkpoint, proof });
    let given = Given { bundle: &bundle, keys: &keys, witnesses: &witnesses, older };
    let mut verified = verify(&given);
    if let (Ok(right), Some(folder)) = (&mut verified, &asked.attachments) {
        match beside(right, folder) {
            Ok(()) => {}
            Err(Unlike::Wrong(wrong)) => verified = Err(wrong),
            Err(unread @ Unlike::Io { .. }) => {
                return Err(BadSetting::new("--attachments", unread.to_string()).into());
            }
        }
    }
    if let (Ok(right), Some(folder)) = (&mut verified, &asked.devices) {
        // Of what no device has signed a package has no such folder.
        let chains = if right.is_signed() { chains(folder)? } else { Vec::new() };
        if let Err(wrong) = owned(right, (&chains, &keys)) {
            verified = Err(wrong);
        }
    }
    match verified {
        Ok(verified) if asked.json => say(&account_json(&verified).to_string()),
        Ok(verified) => account(&verified).iter().for_each(|line| say(line)),
        Err(wrong) => {
            tell(&wrong, asked.json);
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(wrong: &Wrong, as_json: bool) {
    let Wrong { at, text } = wrong;
    if as_json {
        let told = json!({"verified": false, "at": at, "zh": text.zh, "en": text.en});
        return say(&told.to_string());
    }
    let at = if at.is_empty() { "/" } else { at };
    say(&shown(&format!("有误 wrong at {at}: {} {}", text.zh, text.en)));
}

fn read(file: &Path) -> Result<String, StartError> {
    let text = if file == Path::new("-") {
        bounded(std::io::stdin(), VERIFIED_BYTES_MAX)
    } else {
        of_file(file, VERIFIED_BYTES_MAX)
    };
    text.map_err(|reason| StartError::Io { doing: "read what is to be checked", reason })
}

/// The bundles in a folder, each with its name.
fn chains(folder: &Path) -> Result<Vec<(String, String)>, StartError> {
    let doing = "read the bundles of device keys";
    let failed = |reason| StartError::Io { doing, reason };
    let mut chains = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.extension().is_some_and(|ending| ending == "json") {
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            chains.push((name, of_file(&path, VERIFIED_BYTES_MAX).map_err(failed)?));
        }
    }
    chains.sort();
    Ok(chains)
}

/// A file that says itself that it is too large is not read.
fn of_file(file: impl AsRef<Path>, bytes_max: u64) -> std::io::Result<String> {
    let file = File::open(file)?;
    if file.metadata()?.len() > bytes_max {
        return Err(too_large(bytes_max));
    }
    bounded(file, bytes_max)
}

fn too_large(bytes_max: u64) -> std::io::Error {
    let mib = bytes_max / 1024 / 1024;
    std::io::Error::other(format!("it is larger than {mib} MiB: nothing that can be checked is"))
}

fn bounded(from: impl Read, bytes_max: u64) -> std::io::Result<String> {
    let mut bytes = Vec::new();
    from.take(bytes_max + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(too_large(bytes_max));
    }
    String::from_utf8(bytes).map_err(|_| std::io::Error::other("it is not UTF-8 text"))
}

/// More than any file of keys has.
const KEYS_BYTES_MAX: u64 = 1024 * 1024;

/// A log's keys given as such, or by the name of a file; `name` is that of the argument.
pub(super) fn keys(name: &'static str, given: &[String]) -> Result<Vec<VerifierKey>, StartError> {
    all(name, given, verifiers)
}

/// Witnesses' keys given as such, or by the name of a file.
pub(super) fn witnesses(given: &[String]) -> Result<Vec<WitnessKey>, StartError> {
    all("--witness", given, witness_keys)
}

fn all<T>(
    name: &'static str,
    given: &[String],
    parse: impl Fn(&str) -> Result<Vec<T>, NotAKey>,
) -> Result<Vec<T>, StartError> {
    let mut keys = Vec::new();
    for text in given {
        let read = match parse(text) {
            Ok(read) => Ok(read),
            Err(not) => match of_file(text, KEYS_BYTES_MAX) {
                Ok(text) => parse(&text),
                Err(_) => Err(not),
            },
        };
        keys.extend(read.map_err(|not| BadSetting::new(name, not.to_string()))?);
    }
    Ok(keys)
}

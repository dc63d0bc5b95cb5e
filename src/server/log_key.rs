//! What is secret of a demo, and private keys of logs, in files that only their owner can read.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::StartError;
use crate::config::{BadSetting, Config, of_this_log};
use crate::custody::{LogKeys, private_text};
use crate::mint::Mint;
use crate::secret::Secret;

/// A demo's key, in its data folder.
const DEMO_KEY: &str = "log-key";

/// What its tokens are signed and its webhooks' secrets sealed with, in hexadecimal.
const DEMO_SECRET: &str = "token-secret";

/// The demo's key, made at its first start and kept. A demo that begins again has another: its log
/// begins again too, and one key never signs two logs.
fn of_demo(
    folder: &Path,
    origin: &str,
    (reset, mint): (bool, &Mint),
) -> Result<LogKeys, StartError> {
    const NAME: &str = "LIANDAN_ORIGIN";
    let made = || private_text(origin, &mint.bytes());
    let (file, text) = kept(folder, DEMO_KEY, reset, made)?;
    let keys = LogKeys::parse(&text)
        .map_err(|not| BadSetting::new("LIANDAN_DATA_DIR", format!("{} {not}", file.display())))?;
    Ok(of_this_log(NAME, keys, origin)?)
}

/// The same for a configuration that names no key of its own.
pub(super) fn or_of_demo(
    config: &mut Config,
    folder: &Path,
    made: (bool, &Mint),
) -> Result<(), StartError> {
    if config.log_keys.is_none() {
        config.log_keys = Some(of_demo(folder, &config.origin, made)?);
    }
    Ok(())
}

/// The demo's token secret, kept in the same way: what was sealed under it before a restart opens
/// after it, and whoever was signed in stays so.
pub(super) fn secret_of_demo(
    folder: &Path,
    reset: bool,
    fresh: &Secret<Vec<u8>>,
) -> Result<Secret<Vec<u8>>, StartError> {
    let (file, text) = kept(folder, DEMO_SECRET, reset, || hex::encode(fresh.reveal()))?;
    let secret = hex::decode(text.trim()).ok();
    let whole = secret.filter(|secret| secret.len() >= fresh.reveal().len());
    let broken = || {
        let reason = format!("{} is no secret: remove it, or start with --reset", file.display());
        BadSetting::new("LIANDAN_DATA_DIR", reason)
    };
    Ok(Secret::new(whole.ok_or_else(broken)?))
}

/// What a file of the demo's folder holds: made where it is not there, or the demo begins again.
fn kept(
    folder: &Path,
    name: &str,
    reset: bool,
    made: impl FnOnce() -> String,
) -> Result<(PathBuf, String), StartError> {
    let file = folder.join(name);
    if reset || !file.exists() {
        // Whole or not at all: under another name until it is written.
        let part = folder.join(format!("{name}.part"));
        let _ = fs::remove_file(&part);
        let written = write_key(&part, &made());
        let written = written.and_then(|()| fs::rename(&part, &file));
        written.map_err(failed("write a secret of the demo's"))?;
    }
    let text = fs::read_to_string(&file).map_err(failed("read a secret of the demo's"))?;
    Ok((file, text))
}

/// Writes a private key to a new file that only its owner can read.
pub fn write_key(file: &Path, key: &str) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    file.write_all(format!("{key}\n").as_bytes())?;
    file.sync_all()
}

fn failed(doing: &'static str) -> impl Fn(io::Error) -> StartError {
    move |reason| StartError::Io { doing, reason }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn a_demo_keeps_its_key_until_it_begins_again() {
        let folder = tempfile::tempdir().unwrap();
        let mint = Mint::seeded(1);
        let key = |origin: &str, reset| {
            of_demo(folder.path(), origin, (reset, &mint)).map(|keys| keys.ids())
        };
        let first = key("a", false).unwrap();
        assert_eq!(key("a", false).unwrap(), first);
        let mode = fs::metadata(folder.path().join(DEMO_KEY)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        assert!(key("b", false).unwrap_err().to_string().starts_with("LIANDAN_ORIGIN"));
        assert_ne!(key("a", true).unwrap(), first);
    }

    #[test]
    fn a_demo_keeps_its_secret_until_it_begins_again() {
        let folder = tempfile::tempdir().unwrap();
        let secret = |byte: u8, reset| {
            let fresh = Secret::new(vec![byte; 32]);
            secret_of_demo(folder.path(), reset, &fresh).map(|kept| kept.reveal()[0])
        };
        assert_eq!((secret(1, false).unwrap(), secret(2, false).unwrap()), (1, 1));
        let file = folder.path().join(DEMO_SECRET);
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(secret(3, true).unwrap(), 3);
        for broken in ["", "abc", "zz", "0102"] {
            fs::write(&file, broken).unwrap();
            let refused = secret(4, false).unwrap_err().to_string();
            assert!(refused.contains("token-secret"), "{refused}");
        }
    }
}

//! Private keys of a log in files that only their owner can read.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use super::StartError;
use crate::config::{BadSetting, of_this_log};
use crate::custody::{LogKeys, private_text};
use crate::mint::Mint;

/// A demo's key, in its data folder.
const DEMO_KEY: &str = "log-key";

/// The demo's key, made at its first start and kept. A demo that begins again has another: its log
/// begins again too, and one key never signs two logs.
pub(super) fn of_demo(
    folder: &Path,
    origin: &str,
    (reset, mint): (bool, &Mint),
) -> Result<LogKeys, StartError> {
    const NAME: &str = "LIANDAN_ORIGIN";
    let file = folder.join(DEMO_KEY);
    let there = file.exists() && !reset;
    if !there {
        // Whole or not at all: under another name until it is written.
        let part = folder.join("log-key.part");
        let _ = fs::remove_file(&part);
        let written = write_key(&part, &private_text(origin, &mint.bytes()));
        written.and_then(|()| fs::rename(&part, &file)).map_err(failed("write the log's key"))?;
    }
    let text = fs::read_to_string(&file).map_err(failed("read the log's key"))?;
    let keys = LogKeys::parse(&text)
        .map_err(|not| BadSetting::new("LIANDAN_DATA_DIR", format!("{} {not}", file.display())))?;
    Ok(of_this_log(NAME, keys, origin)?)
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
}

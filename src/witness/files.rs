//! Files that are there whole or not at all, whenever the machine stops.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

/// Puts a text in the place of a file. When this is done the text outlives the machine; until then
/// the file is what it was.
///
/// The bytes are on the disk before the name points to them, and the name before this answers.
pub(super) fn put(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    let part = folder.join(format!("{name}.part"));
    let mut file =
        OpenOptions::new().write(true).create(true).truncate(true).mode(0o644).open(&part)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(&part, folder.join(name))?;
    File::open(folder)?.sync_all()
}

/// The text of a file; none where there is no such file. More than `bytes_max` is an error.
pub(super) fn get(path: &Path, bytes_max: u64) -> io::Result<Option<String>> {
    match fs::metadata(path) {
        Ok(found) if found.len() > bytes_max => Err(io::Error::other("it is too long")),
        Ok(_) => fs::read_to_string(path).map(Some),
        Err(reason) if reason.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(reason) => Err(reason),
    }
}

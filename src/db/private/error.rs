//! What can keep the private PostgreSQL from running, each in one line that says what to do.
//!
//! The texts hold their causes: whoever starts the program reads one line, not a chain.

use std::io;
use std::path::{Path, PathBuf};

#[derive(Debug, thiserror::Error)]
pub enum PrivateError {
    #[error(
        "no PostgreSQL {} or newer was found on this machine ({tried}): install it (Debian and \
         Ubuntu: apt-get install postgresql; Fedora: dnf install postgresql-server; macOS: brew \
         install postgresql@17), or name the folder of its programs",
        super::find::MAJOR_MIN
    )]
    NotInstalled { tried: String },

    #[error("{folder} holds no usable PostgreSQL ({reason}): name another folder of programs")]
    BadBinDir { folder: PathBuf, reason: String },

    #[error(
        "{folder} was made by PostgreSQL {made_by}, but {found}: install PostgreSQL {made_by} or \
         name its folder of programs, or dump and restore the data into a new folder"
    )]
    OtherVersion { folder: PathBuf, made_by: u32, found: String },

    #[error(
        "{folder} is in use by process {holder}: stop that process, or choose another data folder"
    )]
    Held { folder: PathBuf, holder: String },

    #[error(
        "PostgreSQL does not run as root, and user {user} cannot enter {barrier} on the way to \
         {wanted}: choose another place (as root, {} is usual), or let others enter that folder",
        super::ROOT_DATA_DIR
    )]
    Unreachable { user: String, barrier: PathBuf, wanted: PathBuf },

    #[error(
        "PostgreSQL does not run as root, and this machine has no user {wanted}: create one with \
         `useradd --system postgres`, or run liandan as a normal user"
    )]
    NoAccount { wanted: String },

    #[error(
        "{file} is missing or damaged ({reason}), and without its passwords the data beside it \
         cannot be opened: restore the file from a backup, or choose another data folder"
    )]
    NoPasswords { file: PathBuf, reason: String },

    #[error("{folder} holds no private database: name the folder of a demo that was started once")]
    NoCluster { folder: PathBuf },

    #[error("PostgreSQL did not start: {reason}; its log is {log}")]
    DidNotStart { reason: String, log: PathBuf },

    #[error("PostgreSQL's {program} failed: {reason}")]
    Program { program: &'static str, reason: String },

    #[error(
        "process {pid} is a PostgreSQL left behind in {folder} and does not stop: end it by hand \
         and start again"
    )]
    Leftover { pid: u32, folder: PathBuf },

    #[error("cannot {doing} {path}: {reason}")]
    Io { doing: &'static str, path: PathBuf, reason: io::Error },
}

/// For `map_err`: what was being done, and to which path.
pub(super) fn while_doing(
    doing: &'static str,
    path: &Path,
) -> impl FnOnce(io::Error) -> PrivateError {
    move |reason| PrivateError::Io { doing, path: path.to_owned(), reason }
}

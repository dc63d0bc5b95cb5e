//! Where PostgreSQL's programs are: a folder that was named, or the usual places, or fetched.
//!
//! Must hold: what is returned has `postgres`, `initdb` and `pg_ctl`, is new enough, can be run by
//! the account, and is of the version that made the cluster, if there is one already.

use std::cmp::Reverse;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::account::Account;
use super::error::PrivateError;
use super::{Settings, fetch};

/// Before 15 everyone may create tables in the schema `public`.
pub(super) const MAJOR_MIN: u32 = 15;

/// What we start; a folder with only `pg_config` (a client library's) is not enough.
const PROGRAMS: [&str; 3] = ["postgres", "initdb", "pg_ctl"];

/// Where packages put one folder a version: the parent, and what stands before the number.
const VERSIONED: [(&str, &str); 5] = [
    ("/usr/lib/postgresql", ""),
    ("/usr", "pgsql-"),
    ("/opt/homebrew/opt", "postgresql@"),
    ("/usr/local/opt", "postgresql@"),
    ("/Library/PostgreSQL", ""),
];

/// Finds the folder of programs; `made_by` is the major version of the cluster that exists.
pub(super) fn find(
    settings: &Settings,
    account: &Account,
    cluster: &Path,
    made_by: Option<u32>,
) -> Result<PathBuf, PrivateError> {
    if let Some(folder) = &settings.bin_dir {
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.clone());
        let major = try_folder(account, &folder)
            .map_err(|reason| PrivateError::BadBinDir { folder: folder.clone(), reason })?;
        return match made_by {
            Some(made_by) if made_by != major => Err(other_version(cluster, made_by, &[major])),
            _ => Ok(folder),
        };
    }
    let mut others = Vec::new();
    let mut fits = |folder: &Path| match try_folder(account, folder)? {
        major if made_by.is_none_or(|made_by| made_by == major) => Ok(()),
        major => {
            others.push(major);
            Err(format!("it is version {major}"))
        }
    };
    if settings.search_installed
        && let Some(folder) = installed().find(|folder| fits(folder).is_ok())
    {
        return Ok(folder);
    }
    let mut tried = "none is installed".to_owned();
    if let Some(cache) = &settings.cache_dir {
        let cache = std::path::absolute(cache).unwrap_or_else(|_| cache.clone());
        match fetch::fetch(&cache, &mut fits) {
            Ok(folder) => return Ok(folder),
            Err(reasons) => tried = format!("none is installed, and fetching failed: {reasons}"),
        }
    }
    match made_by {
        Some(made_by) if !others.is_empty() => Err(other_version(cluster, made_by, &others)),
        _ => Err(PrivateError::NotInstalled { tried }),
    }
}

fn other_version(cluster: &Path, made_by: u32, found: &[u32]) -> PrivateError {
    let mut found = found.to_vec();
    found.sort_unstable();
    found.dedup();
    let found: Vec<String> = found.iter().map(u32::to_string).collect();
    PrivateError::OtherVersion {
        folder: cluster.to_owned(),
        made_by,
        found: format!("only {} is here", found.join(" and ")),
    }
}

/// The usual places, looked at one by one: the first is nearly always right, and each look at
/// `pg_config` or the shell is a process.
fn installed() -> impl Iterator<Item = PathBuf> {
    let named = || said_by(Command::new("pg_config").arg("--bindir"));
    let on_path = || {
        let program = said_by(Command::new("sh").args(["-c", "command -v postgres"]))?;
        // `/usr/local/bin/postgres` is often a link to where its companions are.
        Some(fs::canonicalize(program).ok()?.parent()?.to_owned())
    };
    std::iter::once_with(named)
        .flatten()
        .chain(VERSIONED.iter().flat_map(|(parent, prefix)| newest_first(parent, prefix)))
        .chain(std::iter::once_with(on_path).flatten())
}

/// The first line a program prints, as a path; `None` if it is not there or fails.
fn said_by(command: &mut Command) -> Option<PathBuf> {
    let said = command.output().ok().filter(|said| said.status.success())?;
    let text = String::from_utf8(said.stdout).ok()?;
    let line = text.lines().next()?.trim();
    (!line.is_empty()).then(|| PathBuf::from(line))
}

fn newest_first(parent: &str, prefix: &str) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(parent) else { return Vec::new() };
    let mut found: Vec<(u32, PathBuf)> = entries
        .flatten()
        .filter_map(|entry| {
            let name = entry.file_name();
            let number = name.to_str()?.strip_prefix(prefix)?.parse().ok()?;
            Some((number, entry.path().join("bin")))
        })
        .collect();
    found.sort_by_key(|(number, _)| Reverse(*number));
    found.into_iter().map(|(_, folder)| folder).collect()
}

/// The major version of the PostgreSQL in `folder`, or why it cannot be used.
fn try_folder(account: &Account, folder: &Path) -> Result<u32, String> {
    if let Some(missing) = PROGRAMS.iter().find(|name| !folder.join(name).is_file()) {
        return Err(format!("it has no {missing}"));
    }
    let real = fs::canonicalize(folder).map_err(|reason| reason.to_string())?;
    account.can_enter(&real).map_err(|reason| reason.to_string())?;
    let postgres = folder.join("postgres");
    let said = account
        .command(&postgres)
        .arg("--version")
        .output()
        .map_err(|reason| format!("postgres does not run: {reason}"))?;
    let text = String::from_utf8_lossy(&said.stdout);
    let Some(major) = major_in(&text) else {
        let complaint = String::from_utf8_lossy(&said.stderr);
        return Err(format!("postgres does not run: {}", complaint.trim().replace('\n', " ")));
    };
    if major < MAJOR_MIN {
        return Err(format!("version {major} is older than {MAJOR_MIN}"));
    }
    Ok(major)
}

/// `postgres (PostgreSQL) 15.14 (Debian …)`, `postgres (PostgreSQL) 18beta1`.
fn major_in(text: &str) -> Option<u32> {
    let number = text.split_whitespace().nth(2)?;
    let digits = number.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_in_all_its_spellings() {
        assert_eq!(major_in("postgres (PostgreSQL) 15.14 (Debian 15.14-0+deb12u1)"), Some(15));
        assert_eq!(major_in("postgres (PostgreSQL) 18beta1"), Some(18));
        assert_eq!(major_in("postgres (PostgreSQL) devel"), None);
        assert_eq!(major_in(""), None);
    }

    #[test]
    fn newer_installations_come_first() {
        let home = tempfile::tempdir().unwrap();
        for name in ["pgsql-9", "pgsql-17", "pgsql-16", "pgsql-old", "other"] {
            fs::create_dir(home.path().join(name)).unwrap();
        }
        let found = newest_first(home.path().to_str().unwrap(), "pgsql-");
        let names: Vec<_> =
            found.iter().map(|p| p.strip_prefix(home.path()).unwrap().to_str().unwrap()).collect();
        assert_eq!(names, ["pgsql-17/bin", "pgsql-16/bin", "pgsql-9/bin"]);
    }
}

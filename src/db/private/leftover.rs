//! What a kill left behind: a PostgreSQL that lost its parent, its workers, a stale pid file.
//!
//! Must hold: no new server starts on a cluster while a process of an old one lives (two writers
//! would destroy it), and nothing is signalled that is not a PostgreSQL of this very cluster. A
//! process is known by the tag in its title, which anyone may read: the kernel shows root in a
//! container neither the folder nor the program of another user's process.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use super::account::Account;
use super::cluster::Places;
use super::error::{PrivateError, while_doing};

/// Workers without a parent see it and leave by themselves; a server gets time for a checkpoint.
const ALONE: Duration = Duration::from_secs(3);
const FAST: Duration = Duration::from_secs(30);
const IMMEDIATE: Duration = Duration::from_secs(5);
const KILLED: Duration = Duration::from_secs(3);

const POLL: Duration = Duration::from_millis(5);

/// A process and its title or arguments.
struct Process {
    pid: u32,
    title: String,
}

impl Process {
    fn is_postgres(&self) -> bool {
        let program = self.title.split([' ', '\0']).next().unwrap_or_default();
        program.trim_end_matches(':').ends_with("postgres")
    }

    fn belongs_to(&self, tag: &str) -> bool {
        self.is_postgres() && self.title.contains(tag)
    }
}

/// Ends what still runs on the cluster, then takes away a pid file that would stop a new server.
pub(super) fn clear(
    places: &Places,
    account: &Account,
    bin_dir: &Path,
) -> Result<(), PrivateError> {
    let pid_file = places.cluster.join("postmaster.pid");
    // Not only where the file is: a person who met "lock file exists" may have deleted it.
    let noted: Option<u32> = fs::read_to_string(&pid_file)
        .ok()
        .and_then(|text| text.lines().next().and_then(|line| line.trim().parse().ok()));
    let tag = places.tag();
    let mut left = processes_of(&tag);
    if !left.is_empty() {
        tracing::warn!(
            folder = %places.folder.display(),
            "an earlier run was killed and left its PostgreSQL behind: stopping it"
        );
    }
    let server = noted.filter(|pid| left.contains(pid));
    if let Some(server) = server {
        signal(account, bin_dir, "INT", server);
    }
    if !left.is_empty() {
        left = wait_until_gone(&tag, if server.is_some() { FAST } else { ALONE });
    }
    for (name, patience) in [("QUIT", IMMEDIATE), ("KILL", KILLED)] {
        if left.is_empty() {
            break;
        }
        for &pid in &left {
            signal(account, bin_dir, name, pid);
        }
        left = wait_until_gone(&tag, patience);
    }
    if let Some(&pid) = left.first() {
        return Err(PrivateError::Leftover { pid, folder: places.folder.clone() });
    }
    noted.map_or(Ok(()), |noted| remove_if_stale(places, &pid_file, noted))
}

/// PostgreSQL itself sees through a pid that is gone. It refuses one that lives, even where the
/// number now belongs to something else: usual in containers, where numbers start anew.
fn remove_if_stale(places: &Places, pid_file: &Path, noted: u32) -> Result<(), PrivateError> {
    let living = processes().into_iter().find(|process| process.pid == noted);
    let stale = living.is_some_and(|process| {
        let elsewhere = fs::read_link(format!("/proc/{}/cwd", process.pid))
            .is_ok_and(|folder| folder != places.cluster);
        // An unmarked PostgreSQL in a folder we may not see: leave the verdict to PostgreSQL.
        !process.is_postgres() || process.title.contains("liandan-") || elsewhere
    });
    if stale && pid_file.exists() {
        fs::remove_file(pid_file).map_err(while_doing("remove", pid_file))?;
    }
    Ok(())
}

/// `pg_ctl kill` rather than `kill`: it is there wherever PostgreSQL is, and as the account's user
/// it cannot hit anyone else's process.
pub(super) fn signal(account: &Account, bin_dir: &Path, name: &str, pid: u32) {
    let sent =
        account.command(&bin_dir.join("pg_ctl")).args(["kill", name, &pid.to_string()]).output();
    if let Err(reason) = sent {
        tracing::warn!(pid, error = %reason, "cannot run pg_ctl to signal PostgreSQL");
    }
}

fn wait_until_gone(tag: &str, patience: Duration) -> Vec<u32> {
    let until = Instant::now() + patience;
    loop {
        let left = processes_of(tag);
        if left.is_empty() || Instant::now() >= until {
            return left;
        }
        std::thread::sleep(POLL);
    }
}

fn processes_of(tag: &str) -> Vec<u32> {
    processes()
        .into_iter()
        .filter(|process| process.belongs_to(tag))
        .map(|process| process.pid)
        .collect()
}

/// All processes we can see, without zombies (their titles are empty).
fn processes() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else { return listed_by_ps() };
    let found: Vec<Process> = entries
        .flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let title = fs::read(entry.path().join("cmdline")).ok()?;
            Some(Process { pid, title: String::from_utf8_lossy(&title).into_owned() })
        })
        .collect();
    if found.is_empty() { listed_by_ps() } else { found }
}

/// macOS has no `/proc`.
fn listed_by_ps() -> Vec<Process> {
    let Ok(said) = Command::new("ps").args(["-axww", "-o", "pid=,args="]).output() else {
        return Vec::new();
    };
    String::from_utf8_lossy(&said.stdout)
        .lines()
        .filter_map(|line| {
            let (pid, title) = line.trim_start().split_once(' ')?;
            Some(Process { pid: pid.parse().ok()?, title: title.trim_start().to_owned() })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_postgres_with_the_tag_is_ours() {
        let process = |title: &str| Process { pid: 1, title: title.to_owned() };
        let tag = "liandan-00ff";
        assert!(process("/opt/bin/postgres\0-c\0cluster_name=liandan-00ff\0").belongs_to(tag));
        assert!(process("postgres: liandan-00ff: checkpointer ").belongs_to(tag));
        assert!(!process("postgres: liandan-11ee: checkpointer ").belongs_to(tag));
        assert!(!process("grep\0liandan-00ff\0postgres\0").belongs_to(tag));
        assert!(!process("").belongs_to(tag));
    }
}

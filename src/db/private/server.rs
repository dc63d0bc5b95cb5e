//! The running server: started, waited for, stopped.
//!
//! Must hold: once [`Server::start`] has returned, the server answers and is ours (its pid file
//! names our child and says ready, which a stranger on the same port could not do); once
//! [`Server::stop`] has returned, it is gone.

use std::fs::{self, File};
use std::io::{Read, Seek, SeekFrom};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use super::account::Account;
use super::cluster::Places;
use super::error::{PrivateError, while_doing};
use super::{LOOPBACK, Settings, leftover};

/// Another process may take a free port between our look and PostgreSQL's.
const PORT_TRIES: u32 = 5;
const FAST_STOP: Duration = Duration::from_secs(30);
const IMMEDIATE_STOP: Duration = Duration::from_secs(5);
const POLL: Duration = Duration::from_millis(2);
const LOG_TAIL_BYTES_MAX: u64 = 64 * 1024;

/// What PostgreSQL says when someone else has the port.
const PORT_TAKEN: &str = "could not create any TCP/IP sockets";

#[derive(Debug)]
pub(super) struct Server {
    child: Child,
    stopped: bool,
    account: Account,
    bin_dir: PathBuf,
    pub(super) port: u16,
    pub(super) socket_dir: PathBuf,
}

impl Server {
    pub(super) fn start(
        places: &Places,
        account: &Account,
        bin_dir: &Path,
        settings: &Settings,
    ) -> Result<Self, PrivateError> {
        let socket_dir = places.socket_dir(account)?;
        let mut tries_left = PORT_TRIES;
        loop {
            tries_left -= 1;
            let port = match settings.port {
                Some(port) => port,
                None => {
                    free_port().map_err(while_doing("find a free port on", LOOPBACK.as_ref()))?
                }
            };
            let mut log = places.open_log()?;
            let log_from = log.seek(SeekFrom::End(0)).map_err(while_doing("read", &places.log))?;
            let mut command = account.command(&bin_dir.join("postgres"));
            command
                .arg("-D")
                .arg(&places.cluster)
                .args(arguments(settings, &places.tag(), &socket_dir, port))
                .stdout(log.try_clone().map_err(while_doing("open", &places.log))?)
                .stderr(Stdio::from(log))
                // Ctrl-C goes to the terminal's group: the server must outlive our own last writes.
                .process_group(0);
            let child = command.spawn().map_err(while_doing("run", &bin_dir.join("postgres")))?;
            let mut server = Self {
                child,
                stopped: false,
                account: account.clone(),
                bin_dir: bin_dir.to_owned(),
                port,
                socket_dir: socket_dir.clone(),
            };
            match server.wait_until_ready(places, settings.start_seconds_max, log_from) {
                Ok(()) => return Ok(server),
                Err(reason) if reason.contains(PORT_TAKEN) => {
                    if settings.port.is_some() || tries_left == 0 {
                        let reason = format!("port {port} of {LOOPBACK} is taken");
                        return Err(PrivateError::DidNotStart { reason, log: places.log.clone() });
                    }
                }
                Err(reason) => {
                    return Err(PrivateError::DidNotStart { reason, log: places.log.clone() });
                }
            }
        }
    }

    pub(super) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// `Err` with the server's own complaint if it gave up, or took too long.
    fn wait_until_ready(
        &mut self,
        places: &Places,
        seconds_max: u32,
        log_from: u64,
    ) -> Result<(), String> {
        let until = Instant::now() + Duration::from_secs(u64::from(seconds_max));
        let pid_file = places.cluster.join("postmaster.pid");
        let pid = self.pid().to_string();
        loop {
            if fs::read_to_string(&pid_file).is_ok_and(|text| says_ready(&text, &pid)) {
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                self.stopped = true;
                let said = read_from(&places.log, log_from).unwrap_or_default();
                if said.contains(PORT_TAKEN) {
                    return Err(PORT_TAKEN.to_owned());
                }
                let complaint = complaint_in(&said);
                return Err(if complaint.is_empty() { status.to_string() } else { complaint });
            }
            if Instant::now() >= until {
                self.stop();
                return Err(format!("it was not ready after {seconds_max} s"));
            }
            std::thread::sleep(POLL);
        }
    }

    /// Fast shutdown (sessions end, a checkpoint is written), then immediate, then by force; every
    /// one of these leaves a cluster that starts again.
    pub(super) fn stop(&mut self) {
        for (name, patience) in [("INT", FAST_STOP), ("QUIT", IMMEDIATE_STOP)] {
            if self.stopped || self.has_ended() {
                return;
            }
            leftover::signal(&self.account, &self.bin_dir, name, self.pid());
            let until = Instant::now() + patience;
            while !self.has_ended() && Instant::now() < until {
                std::thread::sleep(POLL);
            }
        }
        if !self.has_ended() {
            tracing::warn!(pid = self.pid(), "PostgreSQL does not stop: killing it");
            // Both fail only if it has just ended by itself.
            let _ = self.child.kill();
            let _ = self.child.wait();
            self.stopped = true;
        }
    }

    fn has_ended(&mut self) -> bool {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            self.stopped = true;
        }
        self.stopped
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn free_port() -> std::io::Result<u16> {
    TcpListener::bind((LOOPBACK, 0))?.local_addr().map(|address| address.port())
}

/// All of it on the command line: the settings of today apply, whoever made the cluster, and the
/// tag shows in the list of processes.
fn arguments(settings: &Settings, tag: &str, socket_dir: &Path, port: u16) -> Vec<String> {
    let on_off = |on: bool| if on { "on" } else { "off" }.to_owned();
    let mut options: Vec<(&str, String)> = vec![
        ("cluster_name", tag.to_owned()),
        ("listen_addresses", LOOPBACK.to_owned()),
        ("port", port.to_string()),
        ("unix_socket_directories", quoted_path(socket_dir)),
        ("max_connections", settings.max_connections.to_string()),
        ("shared_buffers", settings.shared_buffers.clone()),
        ("fsync", on_off(settings.fsync)),
        ("synchronous_commit", "on".to_owned()),
        // Nobody replicates from a private server, so its log needs only what a crash needs.
        ("wal_level", "minimal".to_owned()),
        ("max_wal_senders", "0".to_owned()),
        ("checkpoint_timeout", "15min".to_owned()),
        ("max_wal_size", "2GB".to_owned()),
        ("autovacuum", "on".to_owned()),
        // Short statements only: compiling them costs more than running them.
        ("jit", "off".to_owned()),
        ("timezone", "UTC".to_owned()),
        ("log_timezone", "UTC".to_owned()),
        ("logging_collector", "off".to_owned()),
        ("log_min_messages", "warning".to_owned()),
    ];
    // The last one wins, so that a caller may set any of the above.
    options.extend(settings.options.iter().map(|(name, value)| (name.as_str(), value.clone())));
    options
        .into_iter()
        .flat_map(|(name, value)| ["-c".to_owned(), format!("{name}={value}")])
        .collect()
}

/// The setting is a list: quotes keep a comma or a space in a path from parting it.
fn quoted_path(path: &Path) -> String {
    format!("\"{}\"", path.display().to_string().replace('"', "\"\""))
}

/// Line 1 of the pid file is the pid, line 8 the state.
/// The port of a server that is ready, as its pid file says.
pub(super) fn port_of(places: &Places) -> Option<u16> {
    let text = fs::read_to_string(places.cluster.join("postmaster.pid")).ok()?;
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_ready = says_ready(&text, lines.first()?);
    is_ready.then(|| lines.get(3)?.parse().ok())?
}

fn says_ready(text: &str, pid: &str) -> bool {
    let mut lines = text.lines();
    lines.next().map(str::trim) == Some(pid) && lines.nth(6).map(str::trim) == Some("ready")
}

fn read_from(path: &Path, from: u64) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let end = file.metadata()?.len();
    file.seek(SeekFrom::Start(from.max(end.saturating_sub(LOG_TAIL_BYTES_MAX))))?;
    let mut bytes = Vec::new();
    file.take(LOG_TAIL_BYTES_MAX).read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The gravest line of what a program of PostgreSQL's said, without its time and level.
pub(super) fn complaint_in(said: &str) -> String {
    for mark in ["FATAL:", "PANIC:", "error:", "ERROR:"] {
        if let Some((_, found)) = said.lines().rev().find_map(|line| line.split_once(mark)) {
            return found.trim().to_owned();
        }
    }
    said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ready_means_our_own_server_is() {
        let text = "42\n/data\n1700000000\n5433\n/run\n127.0.0.1\n 1234 5\nready   \n";
        assert!(says_ready(text, "42"));
        assert!(!says_ready(text, "43"));
        assert!(!says_ready(&text.replace("ready", "starting"), "42"));
        assert!(!says_ready("42\n", "42"));
    }

    #[test]
    fn the_gravest_line_is_what_went_wrong() {
        let said = "2025 [1] LOG:  hello\n2025 [1] FATAL:  no space left\n2025 [1] LOG:  bye\n";
        assert_eq!(complaint_in(said), "no space left");
        assert_eq!(complaint_in("initdb: error: no\n\n"), "no");
        assert_eq!(complaint_in("odd\n\n"), "odd");
        assert_eq!(complaint_in(""), "");
    }

    #[test]
    fn an_option_of_the_callers_comes_last() {
        let settings =
            Settings { options: vec![("jit".to_owned(), "on".to_owned())], ..Settings::default() };
        let arguments = arguments(&settings, "tag", Path::new("/a, b"), 1);
        assert_eq!(arguments.last().map(String::as_str), Some("jit=on"));
        assert!(arguments.contains(&"unix_socket_directories=\"/a, b\"".to_owned()));
    }
}

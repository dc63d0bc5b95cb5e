//! The program itself as a process, for what only a process can do: start, stop, be killed.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// The name of the log of every process.
const ORIGIN: &str = "liandan.example/process";

/// The program in an environment of its own: only what a test gives it, and what it needs. `url` is
/// that of its database.
pub fn liandan(url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_liandan"));
    command
        .env_clear()
        .env("DATABASE_URL", url)
        .env("LIANDAN_ORIGIN", ORIGIN)
        .env("LIANDAN_LOG_KEY", liandan::custody::private_text(ORIGIN, &[9; 32]))
        .env("LIANDAN_TOKEN_SECRET", "kT8wq0ZrV5mJx2YbN7cLh4PdG9fSa1Eu")
        .env("LIANDAN_LISTEN", "127.0.0.1:0")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// A server that runs until it is told to stop, killed if a test ends early.
pub struct Server {
    pub child: Child,
    /// `127.0.0.1:40123`.
    pub address: String,
}

impl Server {
    pub fn start(url: &str) -> Self {
        Self::start_with(url, &["serve"], &[])
    }

    /// With other settings.
    pub fn start_as(url: &str, settings: &[(&str, &str)]) -> Self {
        Self::start_with(url, &["serve"], settings)
    }

    /// With a clock that can be set.
    pub fn start_sandbox(url: &str) -> Self {
        Self::start_with(url, &["serve", "--sandbox"], &[])
    }

    /// A demo of its own in a folder.
    pub fn start_demo(folder: &Path) -> Self {
        let folder = folder.to_str().unwrap();
        Self::start_with("", &["demo", "--listen", "127.0.0.1:0", "--data-dir", folder], &[])
    }

    fn start_with(url: &str, arguments: &[&str], settings: &[(&str, &str)]) -> Self {
        let mut command = liandan(url);
        command.args(arguments).envs(settings.iter().copied()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
        // A demo tells its logins first, and what is to be found there.
        let told = lines.find_map(|line| Some(line.strip_prefix("http://")?.to_owned()));
        let told = told.expect("an address");
        Self { child, address: told.split(' ').next().unwrap().to_owned() }
    }

    pub fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

//! `liandan witness` as a process: its own folder, key and log.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use liandan::custody::{Cosigner, witness_private_text};
use tempfile::TempDir;

const NAME: &str = "w.example/w";

/// A witness's folder and key, whether or not a process runs on them.
pub struct Home {
    folder: TempDir,
    private: String,
}

impl Home {
    pub fn new(seed: u8) -> Self {
        let private = witness_private_text(NAME, &[seed; 32]);
        Self { folder: tempfile::tempdir().unwrap(), private }
    }

    pub fn state(&self) -> PathBuf {
        self.folder.path().join("state")
    }

    /// Whatever a run has said on standard error.
    pub fn told(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("told")).unwrap_or_default()
    }

    /// The witness's verifier key.
    pub fn key(&self) -> String {
        Cosigner::parse(&self.private).unwrap().keys().next().unwrap().to_string()
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_liandan"));
        command
            .env_clear()
            .env("LIANDAN_WITNESS_KEY", &self.private)
            .arg("witness")
            .arg("--state")
            .arg(self.state())
            .args(arguments)
            .stdin(Stdio::null());
        command
    }

    /// Runs it to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().unwrap()
    }

    /// Runs it as a server.
    pub fn listen(&self, log: &str, arguments: &[&str]) -> Listening {
        let told = std::fs::File::create(self.folder.path().join("told")).unwrap();
        let mut command = self.command(&["--listen", "127.0.0.1:0", "--log", log]);
        let mut child =
            command.args(arguments).stdout(Stdio::piped()).stderr(told).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let base = line.trim().to_owned();
        assert!(base.starts_with("http://"), "{base}: {}", self.told());
        Listening { child, base, http: reqwest::Client::new() }
    }

    /// Everything that was written down as a contradiction.
    pub fn evidence(&self) -> Vec<serde_json::Value> {
        let read =
            |path: &Path| serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        let Ok(folder) = std::fs::read_dir(self.state().join("evidence")) else {
            return Vec::new();
        };
        folder.map(|entry| read(&entry.unwrap().path())).collect()
    }
}

/// A witness that answers, killed when it is dropped.
pub struct Listening {
    pub child: Child,
    /// `http://127.0.0.1:40123`.
    pub base: String,
    http: reqwest::Client,
}

/// Status, content type, body.
pub type Said = (u16, String, String);

impl Listening {
    pub async fn add(&self, body: impl Into<reqwest::Body>) -> Said {
        self.try_add(body).await.expect("an answer")
    }

    /// None where the process is gone.
    pub async fn try_add(&self, body: impl Into<reqwest::Body>) -> Option<Said> {
        let asked = self.http.post(format!("{}/add-checkpoint", self.base)).body(body);
        said(asked.send().await.ok()?).await
    }

    pub async fn get(&self, path: &str) -> Said {
        said(self.http.get(format!("{}{path}", self.base)).send().await.unwrap()).await.unwrap()
    }
}

async fn said(answer: reqwest::Response) -> Option<Said> {
    let kind = answer.headers().get("content-type");
    let kind = kind.map(|kind| kind.to_str().unwrap().to_owned()).unwrap_or_default();
    Some((answer.status().as_u16(), kind, answer.text().await.ok()?))
}

impl Drop for Listening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

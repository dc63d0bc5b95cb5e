//! The server under test: this same program as a process of its own, so that its memory and its
//! processor time are its own.

use std::fs::File;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::BenchError;
use super::link::Link;
use crate::custody::{LogKeys, VerifierKey, private_text};
use crate::mint::Mint;

const ORIGIN: &str = "bench.liandan.invalid/log";

const READY_WITHIN: Duration = Duration::from_secs(30);

/// A running `liandan serve`. Dropping it ends it at once: what it acknowledged is on disk.
pub struct ServerProcess {
    child: Child,
    pub address: SocketAddr,
    /// What its log's signatures are checked with, known from here and not from its answers.
    pub verifiers: Vec<VerifierKey>,
}

impl ServerProcess {
    /// Starts it on a free port and waits until it answers. What it says goes to `log`.
    pub async fn start(database_url: &str, log: &Path, mint: &Mint) -> Result<Self, BenchError> {
        let failed = |reason: std::io::Error| BenchError::Server(reason.to_string());
        let exe = std::env::current_exe().map_err(failed)?;
        let address = free_address().map_err(failed)?;
        let said = File::create(log).map_err(failed)?;
        let key = private_text(ORIGIN, &mint.bytes());
        let keys = LogKeys::parse(&key).map_err(|not| BenchError::Own(not.to_string()))?;
        let child = Command::new(exe)
            .args(["serve", "--listen", &address.to_string()])
            .env_clear()
            .env("DATABASE_URL", database_url)
            .env("LIANDAN_ORIGIN", ORIGIN)
            .env("LIANDAN_LOG_KEY", key)
            .env("LIANDAN_TOKEN_SECRET", URL_SAFE_NO_PAD.encode(mint.bytes::<36>()))
            .env("LIANDAN_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(said.try_clone().map_err(failed)?)
            .stderr(said)
            .spawn()
            .map_err(failed)?;
        let verifiers = keys.verifiers().collect();
        let mut server = Self { child, address, verifiers };
        server.wait_until_ready(log).await?;
        Ok(server)
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    async fn wait_until_ready(&mut self, log: &Path) -> Result<(), BenchError> {
        const ASK: &[u8] = b"GET /readyz HTTP/1.1\r\nHost: bench\r\n\r\n";
        let until = Instant::now() + READY_WITHIN;
        loop {
            if let Ok(mut link) = Link::open(self.address).await
                && link.exchange(ASK).await.is_ok_and(|reply| reply.is_success())
            {
                return Ok(());
            }
            let ended = self.child.try_wait().ok().flatten();
            if ended.is_some() || Instant::now() >= until {
                let how = ended.map_or("is not ready in time".to_owned(), |how| how.to_string());
                let said = std::fs::read_to_string(log).unwrap_or_default();
                return Err(BenchError::Server(format!("{how}: {}", said.trim())));
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // Both fail only where it has ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Another program may take it before the server does; the server then says so.
fn free_address() -> std::io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

//! A PostgreSQL of one's own, for whoever has no server: found, made, started, stopped.
//!
//! Must hold:
//! - what was committed survives a `kill -9` of the server, of us, or of both, and the next start
//!   needs no hand;
//! - one data folder has one holder: a lock for the life of [`PrivatePostgres`] sees to it;
//! - the server listens on the loopback address and on a socket only, and every role has a random
//!   password.
//!
//! In the data folder: `cluster/` is PostgreSQL's own, `run/` has its socket, `passwords.json` the
//! passwords (0600), `postgres.log` its log, `postgres.lock` the pid of the holder. Nothing else in
//! that folder is touched.
//!
//! It is all on `std::process` and blocks: start it before the runtime, drop it after.

mod account;
mod cluster;
mod error;
mod fetch;
mod find;
mod leftover;
mod server;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::path::{Path, PathBuf};

use crate::mint::Mint;
use account::Account;
use cluster::Places;
use server::Server;

pub use cluster::Passwords;
pub use error::PrivateError;

/// Where root's data is: PostgreSQL's user cannot enter root's home.
pub const ROOT_DATA_DIR: &str = "/var/lib/liandan";

const LOOPBACK: &str = "127.0.0.1";

/// How a private server is found and run. `Settings::default()` is right nearly everywhere.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The folder of PostgreSQL's programs; `None`: look for them.
    pub bin_dir: Option<PathBuf>,
    /// Look for an installed PostgreSQL; false goes straight to fetching one.
    pub search_installed: bool,
    /// Where fetched programs are kept; `None`: fetch nothing.
    pub cache_dir: Option<PathBuf>,
    /// As root only: the user to run as. `None`: `postgres`, else `nobody`.
    pub run_as: Option<String>,
    /// `None`: a free port, another at each start.
    pub port: Option<u16>,
    /// Off only where losing the data does not matter.
    pub fsync: bool,
    /// In PostgreSQL's notation.
    pub shared_buffers: String,
    pub max_connections: u16,
    /// More of PostgreSQL's settings, by name; they win over ours.
    pub options: Vec<(String, String)>,
    /// How long a start may take; after a crash it replays up to 2 GB of log first.
    pub start_seconds_max: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            bin_dir: None,
            search_installed: true,
            cache_dir: None,
            run_as: None,
            port: None,
            fsync: true,
            shared_buffers: "128MB".to_owned(),
            max_connections: 100,
            options: Vec::new(),
            start_seconds_max: 120,
        }
    }
}

/// A running private server. Dropping it stops the server.
#[derive(Debug)]
pub struct PrivatePostgres {
    // Fields drop in this order: the server must be gone before the lock is.
    server: Server,
    places: Places,
    bin_dir: PathBuf,
    passwords: Passwords,
    _lock: File,
}

impl PrivatePostgres {
    /// Starts the server of `data_dir`, making its cluster first where there is none.
    pub fn start(data_dir: &Path, settings: &Settings, mint: &Mint) -> Result<Self, PrivateError> {
        let data_dir = std::path::absolute(data_dir)
            .map_err(error::while_doing("understand the path", data_dir))?;
        let places = Places::open(&data_dir)?;
        let lock = places.lock()?;
        let account = Account::choose(&places.cluster, settings.run_as.as_deref())?;
        account.can_enter(&places.folder)?;
        let made_by = places.made_by()?;
        let bin_dir = find::find(settings, &account, &places.cluster, made_by)?;
        let passwords = Passwords::load_or_make(&places, mint)?;
        if made_by.is_none() {
            places.create(&bin_dir, &account, &passwords, settings.fsync)?;
        } else {
            leftover::clear(&places, &account, &bin_dir)?;
        }
        let server = Server::start(&places, &account, &bin_dir, settings)?;
        tracing::info!(
            folder = %places.folder.display(),
            port = server.port,
            pid = server.pid(),
            "the private PostgreSQL runs"
        );
        Ok(Self { server, places, bin_dir, passwords, _lock: lock })
    }

    /// The application's URL of the server that another process runs in `data_dir`; `None` where
    /// none runs. Errors: nobody ever ran one there; it is just starting or stopping.
    pub fn running_app_url(
        data_dir: &Path,
        database: &str,
    ) -> Result<Option<String>, PrivateError> {
        if !data_dir.join("cluster").exists() {
            return Err(PrivateError::NoCluster { folder: data_dir.to_owned() });
        }
        let places = Places::open(data_dir)?;
        let Err(held) = places.lock() else { return Ok(None) };
        let Some(port) = server::port_of(&places) else { return Err(held) };
        let passwords = Passwords::load(&places)?;
        let (role, password) = (super::bootstrap::APP, &passwords.liandan_app);
        Ok(Some(url(role, password, port, database)))
    }

    /// Stops the server and waits until it is gone; sessions that are open end.
    pub fn stop(mut self) {
        self.server.stop();
    }

    pub const fn host(&self) -> &'static str {
        LOOPBACK
    }

    pub const fn port(&self) -> u16 {
        self.server.port
    }

    /// The server's process.
    pub fn pid(&self) -> u32 {
        self.server.pid()
    }

    /// PostgreSQL's programs. Fetched ones may lack all but the server's own (`pgbench`, `psql`).
    pub fn bin_dir(&self) -> &Path {
        &self.bin_dir
    }

    pub fn log_path(&self) -> &Path {
        &self.places.log
    }

    pub const fn passwords(&self) -> &Passwords {
        &self.passwords
    }

    /// For bootstrapping only: the server itself must not run as superuser.
    pub fn superuser_url(&self, database: &str) -> String {
        self.url("postgres", &self.passwords.postgres, database)
    }

    /// For migrations; the role exists after `bootstrap::create_roles`.
    pub fn migrate_url(&self, database: &str) -> String {
        self.url(super::bootstrap::MIGRATE, &self.passwords.liandan_migrate, database)
    }

    /// For the server; the role exists after `bootstrap::create_roles`.
    pub fn app_url(&self, database: &str) -> String {
        self.url(super::bootstrap::APP, &self.passwords.liandan_app, database)
    }

    /// As [`Self::app_url`], through the socket: some 20-35 % more reads a second than over TCP, but
    /// only for whoever may enter `run/` (root, and the user the server runs as).
    pub fn app_socket_url(&self, database: &str) -> String {
        let folder = percent_encoded(&self.server.socket_dir.to_string_lossy());
        let password = &self.passwords.liandan_app;
        let (role, port) = (super::bootstrap::APP, self.port());
        format!("postgresql://{role}:{password}@{folder}:{port}/{}", percent_encoded(database))
    }

    fn url(&self, role: &str, password: &str, database: &str) -> String {
        url(role, password, self.port(), database)
    }
}

/// Passwords are base64url and role names plain: only the database's name needs escaping.
fn url(role: &str, password: &str, port: u16, database: &str) -> String {
    format!("postgresql://{role}:{password}@{LOOPBACK}:{port}/{}", percent_encoded(database))
}

/// Where the private server keeps its data unless told: `XDG_DATA_HOME`, else below the home; for
/// root a system folder. `None` when there is neither. The values come from `config.rs`.
pub fn default_data_dir(
    is_root: bool,
    xdg_data_home: Option<&Path>,
    home: Option<&Path>,
) -> Option<PathBuf> {
    default_dir(is_root, ROOT_DATA_DIR, xdg_data_home, home, ".local/share")
}

/// Where fetched programs are kept unless told: `XDG_CACHE_HOME`, else below the home.
pub fn default_cache_dir(
    is_root: bool,
    xdg_cache_home: Option<&Path>,
    home: Option<&Path>,
) -> Option<PathBuf> {
    default_dir(is_root, "/var/cache/liandan", xdg_cache_home, home, ".cache")
}

/// Are we root? PostgreSQL refuses to be, and the usual folders differ.
pub fn is_root() -> Result<bool, PrivateError> {
    account::own_uid().map(|uid| uid == 0)
}

fn default_dir(
    is_root: bool,
    roots: &str,
    xdg: Option<&Path>,
    home: Option<&Path>,
    below_home: &str,
) -> Option<PathBuf> {
    if is_root {
        return Some(PathBuf::from(roots));
    }
    // The XDG specification: a path that is not absolute is to be ignored.
    let base = xdg.filter(|path| path.is_absolute()).map(Path::to_owned);
    base.or_else(|| home.map(|home| home.join(below_home))).map(|base| base.join("liandan"))
}

fn percent_encoded(text: &str) -> String {
    use std::fmt::Write as _;
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

//! What lies in the data folder: the lock, the passwords, the cluster itself, the socket's folder.
//!
//! Must hold: a cluster is there whole or not at all. It is made under another name and renamed
//! when done, and its passwords are on disk before it, so that a kill at any moment leaves
//! something the next start can finish.

use std::fs::{self, DirBuilder, File, OpenOptions, Permissions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::account::{Account, own_uid};
use super::error::{PrivateError, while_doing};
use super::server::complaint_in;
use crate::mint::Mint;

/// A socket's path may have 107 bytes on Linux and 103 on macOS; PostgreSQL adds `/.s.PGSQL.65535`.
const SOCKET_DIR_BYTES_MAX: usize = 103 - 16;

/// A start moves a log larger than this aside, once: the log has at most twice this size.
const LOG_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// A cluster in the making, before the pid of who makes it.
const UNFINISHED: &str = "cluster.new.";

/// The places in a data folder.
#[derive(Clone, Debug)]
pub(super) struct Places {
    pub(super) folder: PathBuf,
    pub(super) cluster: PathBuf,
    pub(super) passwords: PathBuf,
    pub(super) log: PathBuf,
}

impl Places {
    /// Makes the folder where it is missing. As root others may pass through it, since PostgreSQL's
    /// user must: what is in it is closed by its own modes. A folder that exists keeps its own.
    pub(super) fn open(folder: &Path) -> Result<Self, PrivateError> {
        let parent = folder.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(while_doing("create", parent))?;
        make_folder(folder, if own_uid()? == 0 { 0o711 } else { 0o700 })?;
        let folder = fs::canonicalize(folder).map_err(while_doing("look at", folder))?;
        Ok(Self {
            cluster: folder.join("cluster"),
            passwords: folder.join("passwords.json"),
            log: folder.join("postgres.log"),
            folder,
        })
    }

    /// Says whose a process is: PostgreSQL shows it in the title of each process of the cluster.
    pub(super) fn tag(&self) -> String {
        let hash = Sha256::digest(self.cluster.as_os_str().as_bytes());
        format!("liandan-{}", hex::encode(hash.get(..8).unwrap_or_default()))
    }

    /// One holder a folder, for as long as the file stays open: the kernel lets go of the lock when
    /// its process ends, however it ends.
    pub(super) fn lock(&self) -> Result<File, PrivateError> {
        let path = self.folder.join("postgres.lock");
        let mut file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o644)
            .open(&path)
            .map_err(while_doing("open", &path))?;
        match try_for_a_moment(&file) {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let mut holder = String::new();
                let read = file.read_to_string(&mut holder);
                if read.is_err() || holder.trim().is_empty() {
                    "unknown".clone_into(&mut holder);
                }
                let holder = holder.trim().to_owned();
                return Err(PrivateError::Held { folder: self.folder.clone(), holder });
            }
            Err(TryLockError::Error(reason)) => return Err(while_doing("lock", &path)(reason)),
        }
        file.set_len(0)
            .and_then(|()| file.rewind())
            .and_then(|()| writeln!(file, "{}", std::process::id()))
            .map_err(while_doing("write", &path))?;
        Ok(file)
    }

    /// The major version that made the cluster; `None` when there is no cluster yet.
    pub(super) fn made_by(&self) -> Result<Option<u32>, PrivateError> {
        if !self.cluster.exists() {
            return Ok(None);
        }
        let file = self.cluster.join("PG_VERSION");
        let text = fs::read_to_string(&file).map_err(while_doing("read", &file))?;
        match text.trim().parse() {
            Ok(major) => Ok(Some(major)),
            Err(_) => Err(PrivateError::Io {
                doing: "understand",
                path: file,
                reason: std::io::Error::other(format!("it says {:?}", text.trim())),
            }),
        }
    }

    fn no_passwords(&self, reason: &dyn std::error::Error) -> PrivateError {
        PrivateError::NoPasswords { file: self.passwords.clone(), reason: reason.to_string() }
    }

    /// Appends to the log, first moving a large one aside.
    pub(super) fn open_log(&self) -> Result<File, PrivateError> {
        if fs::metadata(&self.log).is_ok_and(|meta| meta.len() > LOG_BYTES_MAX) {
            let old = self.folder.join("postgres.log.1");
            fs::rename(&self.log, &old).map_err(while_doing("rename", &self.log))?;
        }
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o640)
            .open(&self.log)
            .map_err(while_doing("open", &self.log))
    }

    /// A folder of our own for the socket: in the data folder, or in `/tmp` when that is too deep.
    pub(super) fn socket_dir(&self, account: &Account) -> Result<PathBuf, PrivateError> {
        let mut run = self.folder.join("run");
        if run.as_os_str().len() > SOCKET_DIR_BYTES_MAX {
            run = Path::new("/tmp").join(self.tag());
        }
        make_folder(&run, 0o700)?;
        // In `/tmp` someone else may have made it first, or put a link there.
        let meta = fs::symlink_metadata(&run).map_err(while_doing("look at", &run))?;
        if !meta.is_dir() || !account.is_ours(meta.uid()) {
            return Err(PrivateError::Io {
                doing: "use",
                path: run,
                reason: std::io::Error::other("it belongs to someone else"),
            });
        }
        account.own(&run)?;
        // A killed server leaves its socket, and each start has a port, so a name, of its own. The
        // lock is ours and no server runs yet: all that is here is dead.
        for entry in fs::read_dir(&run).map_err(while_doing("read", &run))?.flatten() {
            if entry.file_name().to_string_lossy().starts_with(".s.PGSQL.") {
                let socket = entry.path();
                fs::remove_file(&socket).map_err(while_doing("remove", &socket))?;
            }
        }
        Ok(run)
    }

    /// Runs `initdb`.
    pub(super) fn create(
        &self,
        bin_dir: &Path,
        account: &Account,
        passwords: &Passwords,
        fsync: bool,
    ) -> Result<(), PrivateError> {
        self.remove_unfinished()?;
        let unfinished = self.folder.join(format!("{UNFINISHED}{}", std::process::id()));
        make_folder(&unfinished, 0o700)?;
        account.own(&unfinished)?;
        let told = self.folder.join("initdb.password");
        write_secret(&told, passwords.postgres.as_bytes())?;
        account.own(&told)?;
        let mut initdb = account.command(&bin_dir.join("initdb"));
        initdb
            .args(["--username=postgres", "--auth=scram-sha-256", "--encoding=UTF8"])
            .args(["--locale=C", "--data-checksums", "--no-instructions"])
            .arg("--pwfile")
            .arg(&told)
            .arg("--pgdata")
            .arg(&unfinished);
        if !fsync {
            initdb.arg("--no-sync");
        }
        let said = initdb.output().map_err(while_doing("run", &bin_dir.join("initdb")));
        fs::remove_file(&told).map_err(while_doing("remove", &told))?;
        let said = said?;
        if !said.status.success() {
            let reason = complaint_in(&String::from_utf8_lossy(&said.stderr));
            return Err(PrivateError::Program { program: "initdb", reason });
        }
        fs::rename(&unfinished, &self.cluster).map_err(while_doing("rename", &unfinished))?;
        sync_folder(&self.folder)
    }

    /// What a killed start has left. Its `initdb` may still be at work there, and then some of it
    /// stays for next time: it is in nobody's way, as each start uses a name of its own.
    fn remove_unfinished(&self) -> Result<(), PrivateError> {
        let entries = fs::read_dir(&self.folder).map_err(while_doing("read", &self.folder))?;
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                let removed = fs::remove_dir_all(entry.path());
                tracing::warn!(folder = %entry.path().display(), ok = removed.is_ok(),
                    "removing a cluster that was never finished");
            }
        }
        Ok(())
    }
}

/// The passwords of a private cluster's roles: random, made once, kept beside it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Passwords {
    pub postgres: String,
    pub liandan_migrate: String,
    pub liandan_app: String,
}

impl std::fmt::Debug for Passwords {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Passwords(…)")
    }
}

impl Passwords {
    pub(super) fn make(mint: &Mint) -> Self {
        let secret = || URL_SAFE_NO_PAD.encode(mint.bytes::<24>());
        Self { postgres: secret(), liandan_migrate: secret(), liandan_app: secret() }
    }

    /// Those on disk.
    pub(super) fn load(places: &Places) -> Result<Self, PrivateError> {
        let text = fs::read_to_string(&places.passwords);
        let text = text.map_err(|reason| places.no_passwords(&reason))?;
        serde_json::from_str(&text).map_err(|reason| places.no_passwords(&reason))
    }

    /// Those on disk; where there is no cluster yet, new ones.
    pub(super) fn load_or_make(places: &Places, mint: &Mint) -> Result<Self, PrivateError> {
        let file = &places.passwords;
        match Self::load(places) {
            Ok(known) => Ok(known),
            Err(damaged) if places.cluster.exists() || file.exists() => Err(damaged),
            Err(_) => {
                let made = Self::make(mint);
                let text = serde_json::to_vec_pretty(&made);
                let text = text.map_err(|reason| places.no_passwords(&reason))?;
                let unfinished = file.with_extension("new");
                write_secret(&unfinished, &text)?;
                fs::rename(&unfinished, file).map_err(while_doing("rename", &unfinished))?;
                sync_folder(&places.folder)?;
                Ok(made)
            }
        }
    }
}

/// Readable by its owner alone from its first byte on, and on disk when this returns.
fn write_secret(path: &Path, secret: &[u8]) -> Result<(), PrivateError> {
    if path.exists() {
        fs::remove_file(path).map_err(while_doing("remove", path))?;
    }
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .and_then(|mut file| file.write_all(secret).and_then(|()| file.sync_all()))
        .map_err(while_doing("write", path))
}

fn make_folder(path: &Path, mode: u32) -> Result<(), PrivateError> {
    match DirBuilder::new().mode(mode).create(path) {
        // Once more, since a strict umask takes rights away that PostgreSQL's user needs.
        Ok(()) => fs::set_permissions(path, Permissions::from_mode(mode))
            .map_err(while_doing("change the mode of", path)),
        Err(reason) if !path.is_dir() => Err(while_doing("create", path)(reason)),
        Err(_) => Ok(()),
    }
}

/// A rename is on disk only when its folder is.
fn sync_folder(path: &Path) -> Result<(), PrivateError> {
    File::open(path).and_then(|folder| folder.sync_all()).map_err(while_doing("sync", path))
}

/// A process that another thread is just starting holds our open files, and so this lock, until it
/// becomes another program: somebody who has let go may seem to hold on for that moment.
fn try_for_a_moment(file: &File) -> Result<(), TryLockError> {
    for _ in 0..20 {
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => std::thread::sleep(Duration::from_millis(10)),
            done => return done,
        }
    }
    file.try_lock()
}

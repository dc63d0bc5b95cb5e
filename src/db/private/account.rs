//! Who PostgreSQL's programs run as: ourselves, or, since they refuse root, another user.
//!
//! Must hold: when we are root, no program of PostgreSQL is started except through
//! [`Account::command`], and whatever it must write belongs to that user.

use std::fs;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Command, Stdio};

use super::error::{PrivateError, while_doing};

/// Settings of a person's own clients that would change what our programs do.
const FOREIGN_ENV: [&str; 12] = [
    "PGDATA",
    "PGDATABASE",
    "PGHOST",
    "PGHOSTADDR",
    "PGOPTIONS",
    "PGPASSFILE",
    "PGPASSWORD",
    "PGPORT",
    "PGSERVICE",
    "PGSSLMODE",
    "PGTZ",
    "PGUSER",
];

/// The user PostgreSQL's programs run as.
#[derive(Clone, Debug)]
pub(super) struct Account {
    /// `None`: as ourselves.
    other: Option<Other>,
}

#[derive(Clone, Debug)]
struct Other {
    name: String,
    uid: u32,
    gid: u32,
}

impl Account {
    /// As root: whoever owns the cluster already, else the one asked for, else `postgres`, else
    /// `nobody`.
    pub(super) fn choose(cluster: &Path, wanted: Option<&str>) -> Result<Self, PrivateError> {
        if own_uid()? != 0 {
            return Ok(Self { other: None });
        }
        let file = Path::new("/etc/passwd");
        let users = fs::read_to_string(file).map_err(while_doing("read", file))?;
        if let Ok(made) = fs::metadata(cluster).map(|meta| (meta.uid(), meta.gid()))
            && made.0 != 0
        {
            let name = user_where(&users, |user| user.uid == made.0)
                .map_or_else(|| format!("number {}", made.0), |user| user.name);
            return Ok(Self { other: Some(Other { name, uid: made.0, gid: made.1 }) });
        }
        let names: &[&str] = match &wanted {
            Some(name) => std::slice::from_ref(name),
            None => &["postgres", "nobody"],
        };
        let other = names
            .iter()
            .find_map(|name| user_where(&users, |user| user.name == *name && user.uid != 0))
            .ok_or_else(|| PrivateError::NoAccount { wanted: names.join(" or ") })?;
        Ok(Self { other: Some(other) })
    }

    /// A program of PostgreSQL's, run as this user, quiet, in a folder that anyone can enter.
    pub(super) fn command(&self, program: &Path) -> Command {
        let mut command = Command::new(program);
        command.current_dir("/").stdin(Stdio::null());
        for name in FOREIGN_ENV {
            command.env_remove(name);
        }
        // Messages untranslated, since we read some of them; and initdb would otherwise compare
        // every zone of the world with the system's, which takes longer than all else it does.
        command.env("LC_ALL", "C").env("TZ", "UTC");
        if let Some(other) = &self.other {
            // With a user set, std drops root's supplementary groups as well.
            command.uid(other.uid).gid(other.gid);
        }
        command
    }

    /// Hands a file or folder to this user.
    pub(super) fn own(&self, path: &Path) -> Result<(), PrivateError> {
        let Some(other) = &self.other else { return Ok(()) };
        chown(path, Some(other.uid), Some(other.gid))
            .map_err(while_doing("change the owner of", path))
    }

    /// May this user pass through `folder` and all above it? `folder` is absolute and exists.
    pub(super) fn can_enter(&self, folder: &Path) -> Result<(), PrivateError> {
        let Some(other) = &self.other else { return Ok(()) };
        for step in folder.ancestors() {
            let meta = fs::metadata(step).map_err(while_doing("look at", step))?;
            if !other.may_search(meta.mode(), meta.uid(), meta.gid()) {
                return Err(PrivateError::Unreachable {
                    user: other.name.clone(),
                    barrier: step.to_owned(),
                    wanted: folder.to_owned(),
                });
            }
        }
        Ok(())
    }

    /// Is `uid` this user or ourselves?
    pub(super) fn is_ours(&self, uid: u32) -> bool {
        self.other.as_ref().is_some_and(|other| other.uid == uid)
            || own_uid().is_ok_and(|own| own == uid)
    }
}

impl Other {
    /// The kernel's rule: the first class that fits decides, even if a later one would allow.
    const fn may_search(&self, mode: u32, uid: u32, gid: u32) -> bool {
        let bit = if uid == self.uid {
            0o100
        } else if gid == self.gid {
            0o010
        } else {
            0o001
        };
        mode & bit != 0
    }
}

/// std has no `geteuid`: Linux shows it as the owner of our own entry, elsewhere `id` says it.
pub(super) fn own_uid() -> Result<u32, PrivateError> {
    if let Ok(meta) = fs::metadata("/proc/self") {
        return Ok(meta.uid());
    }
    let said =
        Command::new("id").arg("-u").output().map_err(while_doing("run", Path::new("id")))?;
    String::from_utf8_lossy(&said.stdout).trim().parse().map_err(|_| PrivateError::Program {
        program: "id",
        reason: "it did not say who we are".to_owned(),
    })
}

fn user_where(users: &str, fits: impl Fn(&Other) -> bool) -> Option<Other> {
    users.lines().filter_map(parse_user).find(|user| fits(user))
}

/// A line of `/etc/passwd`: name, password, uid, gid, …
fn parse_user(line: &str) -> Option<Other> {
    let mut fields = line.split(':');
    let name = fields.next()?.to_owned();
    let uid = fields.nth(1)?.parse().ok()?;
    let gid = fields.next()?.parse().ok()?;
    Some(Other { name, uid, gid })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_class_that_fits_decides() {
        let user = Other { name: "postgres".to_owned(), uid: 101, gid: 104 };
        assert!(user.may_search(0o700, 101, 0));
        assert!(!user.may_search(0o077, 101, 0));
        assert!(user.may_search(0o710, 0, 104));
        assert!(!user.may_search(0o701, 0, 104));
        assert!(user.may_search(0o711, 0, 0));
        assert!(!user.may_search(0o700, 0, 0));
    }

    #[test]
    fn users_are_read_from_the_systems_list() {
        let users = "root:x:0:0:root:/root:/bin/sh\n# odd\npostgres:x:101:104:,,,:/p:/bin/sh\n";
        let found = user_where(users, |user| user.name == "postgres");
        assert_eq!(found.map(|user| (user.uid, user.gid)), Some((101, 104)));
        assert!(user_where(users, |user| user.name == "nobody").is_none());
    }
}

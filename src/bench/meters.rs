//! Who used the processors, and how much memory the server took: read from `/proc`.
//!
//! Where there is no `/proc` the figures are absent, never guessed.

use std::fs;
use std::time::Duration;

/// Linux shows processor time to programs in hundredths of a second, whatever the kernel's own
/// tick is.
const TICK: Duration = Duration::from_millis(10);

/// Processor time since each process started, or of each request.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cpu {
    pub server: Duration,
    /// The postmaster with all its processes, those that have ended included.
    pub postgres: Duration,
    /// Ourselves.
    pub generator: Duration,
}

impl Cpu {
    pub fn read(server: u32, postmaster: u32) -> Option<Self> {
        Some(Self {
            server: Times::of(server)?.own,
            postgres: family(postmaster)?,
            generator: Times::of(std::process::id())?.own,
        })
    }

    /// What each of `count` requests took since `earlier`.
    pub fn each(self, earlier: Self, count: usize) -> Self {
        let count = u32::try_from(count.max(1)).unwrap_or(u32::MAX);
        Self {
            server: self.server.saturating_sub(earlier.server) / count,
            postgres: self.postgres.saturating_sub(earlier.postgres) / count,
            generator: self.generator.saturating_sub(earlier.generator) / count,
        }
    }
}

/// The largest memory that a process has held, in MiB.
pub fn peak_mib(pid: u32) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib / 1024.0)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Times {
    parent: u32,
    own: Duration,
    /// Of children that have ended and were waited for.
    ended: Duration,
}

impl Times {
    fn of(pid: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// proc(5): the name in brackets may hold anything; after it, fields 3 and on.
    fn parse(stat: &str) -> Option<Self> {
        let (_, rest) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let number = |field: usize| fields.get(field - 3)?.parse::<u32>().ok();
        Some(Self {
            parent: number(4)?,
            own: TICK * (number(14)? + number(15)?),
            ended: TICK * (number(16)? + number(17)?),
        })
    }
}

fn family(postmaster: u32) -> Option<Duration> {
    let root = Times::of(postmaster)?;
    let mut sum = root.own + root.ended;
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse().ok());
        // One that has ended since the folder was listed counts as ended, at the next reading.
        if let Some(times) = pid.and_then(Times::of).filter(|times| times.parent == postmaster) {
            sum += times.own;
        }
    }
    Some(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_brackets_and_spaces_does_not_shift_the_fields() {
        let stat = "42 (a) b (c) S 7 1 1 0 -1 4194560 1 2 3 4 150 50 30 20 20 0 1 0";
        let (own, ended) = (Duration::from_secs(2), Duration::from_millis(500));
        let times = Times { parent: 7, own, ended };
        assert_eq!(Times::parse(stat), Some(times));
    }
}

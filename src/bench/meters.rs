//! Who used the processors, and how much memory the server took: read from `/proc`.
//!
//! Where there is no `/proc` the figures are absent, never guessed.

use std::fs;

/// Linux shows processor time to programs in hundredths of a second, whatever the kernel's own
/// tick is.
const TICKS_A_SECOND: f64 = 100.0;

/// Seconds of processor time since each process started.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cpu {
    pub server_s: f64,
    /// The postmaster with all its processes, those that have ended included.
    pub postgres_s: f64,
    /// Ourselves.
    pub generator_s: f64,
}

impl Cpu {
    pub fn read(server: u32, postmaster: u32) -> Option<Self> {
        Some(Self {
            server_s: Times::of(server)?.own_s,
            postgres_s: family_s(postmaster)?,
            generator_s: Times::of(std::process::id())?.own_s,
        })
    }

    pub fn since(self, earlier: Self) -> Self {
        Self {
            server_s: self.server_s - earlier.server_s,
            postgres_s: self.postgres_s - earlier.postgres_s,
            generator_s: self.generator_s - earlier.generator_s,
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

#[derive(Clone, Copy, Debug, PartialEq)]
struct Times {
    parent: u32,
    own_s: f64,
    /// Of children that have ended and were waited for.
    ended_s: f64,
}

impl Times {
    fn of(pid: u32) -> Option<Self> {
        Self::parse(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
    }

    /// proc(5): the name in brackets may hold anything; after it, fields 3 and on.
    fn parse(stat: &str) -> Option<Self> {
        let (_, rest) = stat.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let number = |field: usize| fields.get(field - 3)?.parse::<f64>().ok();
        Some(Self {
            parent: number(4)? as u32,
            own_s: (number(14)? + number(15)?) / TICKS_A_SECOND,
            ended_s: (number(16)? + number(17)?) / TICKS_A_SECOND,
        })
    }
}

fn family_s(postmaster: u32) -> Option<f64> {
    let own = Times::of(postmaster)?;
    let mut sum = own.own_s + own.ended_s;
    for entry in fs::read_dir("/proc").ok()?.flatten() {
        let pid = entry.file_name().to_str().and_then(|name| name.parse().ok());
        // One that has ended since the folder was listed counts as ended, at the next reading.
        if let Some(times) = pid.and_then(Times::of).filter(|times| times.parent == postmaster) {
            sum += times.own_s;
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
        let times = Times { parent: 7, own_s: 2.0, ended_s: 0.5 };
        assert_eq!(Times::parse(stat), Some(times));
    }
}

//! The heads of log and tree, and the newest checkpoint, held against one another. Pure.
//!
//! The tree's size, its tiles and the checkpoint of it are written by one statement
//! (`custody/tree.rs`), so in any snapshot the size is that of a checkpoint that is there. The log
//! is ahead of it by what was committed within the last second. Whoever takes checkpoints away must
//! set the tree back with them, and events that are older than that have no signature then.

use chrono::TimeDelta;

use super::finding::{Check, Finding, Findings};
use super::tree_store::TailRow;
use crate::limits::TREE_LAG_S_MAX;
use crate::problem::Text;

/// How old an event may be that is in no checkpoint yet: far above what a server needs.
const LAG_MAX: TimeDelta = TimeDelta::seconds(TREE_LAG_S_MAX as i64);

/// How far everything is, in events.
#[derive(Clone, Copy, Debug)]
pub struct Heads {
    pub log: i64,
    pub tree: i64,
    /// The largest checkpoint.
    pub newest: Option<i64>,
    pub tail: TailRow,
}

impl Heads {
    pub fn judge(self, findings: &mut Findings) {
        let Self { log, tree, newest, .. } = self;
        let mut tell = |text| findings.add(Finding::new(Check::Tree, text));
        if tree > log {
            tell(too_large(log, tree));
        }
        match newest {
            None if log > 0 || tree > 0 => return tell(nothing_signed(log)),
            Some(newest) if newest != tree => tell(other_head(tree, newest)),
            _ => {}
        }
        if let Some(age) = self.age().filter(|age| *age > LAG_MAX) {
            tell(behind(log - tree, age));
        }
    }

    /// How old the oldest event is that the tree has not: by the clock, and by the events that came
    /// after it, whatever the clock says.
    fn age(&self) -> Option<TimeDelta> {
        let TailRow { first, last, now, .. } = self.tail;
        first.map(|first| last.unwrap_or(now).max(now) - first)
    }
}

fn too_large(size: i64, tree: i64) -> Text {
    Text::new(
        format!("哈希树有 {tree} 个事件，日志只有 {size} 个：日志末尾被删除。"),
        format!("The tree has {tree} events, the log {size}: its end was removed."),
    )
}

fn nothing_signed(log: i64) -> Text {
    Text::new(
        format!("没有任何检查点：日志的 {log} 个事件均未签名，审计无从证明其未被改写。"),
        format!(
            "There is no checkpoint: none of the log's {log} events was ever signed for, and \
             nothing shows that they are what was recorded."
        ),
    )
}

fn other_head(tree: i64, newest: i64) -> Text {
    Text::new(
        format!("哈希树规模为 {tree}，最新检查点规模为 {newest}：检查点被删除，或树被改动。"),
        format!(
            "The tree has {tree} events, its newest checkpoint {newest}: a checkpoint was removed, \
             or the tree was altered."
        ),
    )
}

fn behind(events: i64, age: TimeDelta) -> Text {
    let seconds = age.num_seconds();
    Text::new(
        format!(
            "最新 {events} 个事件没有检查点签名，最早的已 {seconds} 秒：检查点被删除，或服务未运行。"
        ),
        format!(
            "The newest {events} events are in no checkpoint, the oldest for {seconds} s: \
             checkpoints were removed, or no server was running to sign them."
        ),
    )
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, Utc};

    use super::*;

    fn told((log, tree): (i64, i64), newest: Option<i64>, ages: Option<(i64, i64)>) -> u64 {
        let now = DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(1);
        let ago = |seconds| now - TimeDelta::seconds(seconds);
        let (first, last) = (ages.map(|one| ago(one.0)), ages.map(|one| ago(one.1)));
        let tail = TailRow { first, last, now, wall: now };
        let mut findings = Findings::default();
        Heads { log, tree, newest, tail }.judge(&mut findings);
        findings.count
    }

    #[test]
    fn a_server_that_works_is_seen_a_little_behind() {
        assert_eq!(told((0, 0), None, None), 0);
        assert_eq!(told((0, 0), Some(0), None), 0);
        assert_eq!(told((9, 9), Some(9), None), 0);
        assert_eq!(told((9, 7), Some(7), Some((1, 0))), 0);
        assert_eq!(told((9, 0), Some(0), Some((1, 0))), 0);
    }

    #[test]
    fn what_no_server_leaves_behind_is_found() {
        assert_eq!(told((9, 0), None, Some((1, 0))), 1, "nothing is signed");
        assert_eq!(told((9, 9), None, None), 1, "all checkpoints are gone");
        assert_eq!(told((9, 9), Some(7), None), 1, "the newest is gone");
        assert_eq!(told((9, 7), Some(9), Some((1, 0))), 1, "the tree is smaller than was signed");
        assert_eq!(told((9, 7), Some(7), Some((61, 0))), 1, "set back, by the clock");
        // A clock that is behind what was recorded by it, as of whoever shifts it.
        assert_eq!(told((9, 7), Some(7), Some((-100, -200))), 1, "set back, by what followed");
        assert_eq!(told((7, 9), Some(9), None), 1, "the log is cut");
    }
}

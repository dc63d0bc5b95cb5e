//! Numbers of manifests: gap-free for each prefix, and the counters that they come from. Pure.
//!
//! Of each prefix, some 28 a year, only what its serials add up to is kept.

use std::collections::HashMap;

use super::finding::{Check, Finding, Findings};
use super::standing_store::SerialRow;
use crate::manifest::number_parts;
use crate::problem::Text;

/// The serials of a prefix, as they were met.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Series {
    count: u64,
    last: u64,
    /// Sum of [`mixed`] serials: no others add up to it by chance, be they as many.
    sum: u64,
}

impl Series {
    /// Whether they are 1, 2, 3 and so on to the last.
    fn is_whole(self) -> bool {
        let sum = |count: u64| (1..=count).map(mixed).fold(0, u64::wrapping_add);
        self.count == self.last && self.sum == sum(self.count)
    }
}

/// The numbers of manifests, by prefix.
#[derive(Debug, Default)]
pub struct Numbers(HashMap<String, Series>);

impl Numbers {
    pub fn add(&mut self, number: &str) {
        let (prefix, serial) = number_parts(number).unwrap_or((number, ""));
        let serial = serial.parse().unwrap_or(0);
        let (last, sum) = (serial, mixed(serial));
        self.join(prefix, Series { count: 1, last, sum });
    }

    pub fn extend(&mut self, other: Self) {
        for (prefix, more) in other.0 {
            self.join(&prefix, more);
        }
    }

    fn join(&mut self, prefix: &str, more: Series) {
        if !self.0.contains_key(prefix) {
            self.0.insert(prefix.to_owned(), Series::default());
        }
        if let Some(series) = self.0.get_mut(prefix) {
            series.count += more.count;
            series.last = series.last.max(more.last);
            series.sum = series.sum.wrapping_add(more.sum);
        }
    }

    /// Gaps, and counters that do not stand at the last number of their prefix.
    pub fn judge(mut self, counters: &[SerialRow], findings: &mut Findings) {
        let mut tell = |text| findings.add(Finding::new(Check::Number, text));
        let mut prefixes: Vec<_> = self.0.iter().collect();
        prefixes.sort_unstable_by_key(|(prefix, _)| prefix.as_str());
        for (prefix, series) in prefixes {
            if !series.is_whole() {
                tell(gaps(prefix, *series));
            }
        }
        for SerialRow { prefix, last } in counters {
            let should = self.0.remove(prefix).unwrap_or_default().last;
            if u64::try_from(*last) != Ok(should) {
                tell(counter(prefix, Some(*last), should));
            }
        }
        for (prefix, series) in self.0 {
            tell(counter(&prefix, None, series.last));
        }
    }
}

/// The last step of SplitMix64: near serials become numbers that have nothing in common.
const fn mixed(serial: u64) -> u64 {
    let mut z = serial.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

fn gaps(prefix: &str, Series { count, last, .. }: Series) -> Text {
    Text::new(
        format!("编号前缀 {prefix}：{count} 份联单，最大流水号 {last}，有缺号或重号。"),
        format!(
            "Numbers of prefix {prefix} are not gap-free: {count} manifests, and the highest \
             serial is {last}."
        ),
    )
}

fn counter(prefix: &str, is: Option<i64>, should: u64) -> Text {
    let is = is.map_or("-".to_owned(), |last| last.to_string());
    Text::new(
        format!("编号前缀 {prefix} 的计数器为 {is}，联单最大流水号为 {should}。"),
        format!(
            "The counter of prefix {prefix} stands at {is}, the highest serial of a manifest is \
             {should}."
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(numbers: &[&str], counters: &[(&str, i64)]) -> usize {
        let (mut one, mut other) = (Numbers::default(), Numbers::default());
        for (n, number) in numbers.iter().enumerate() {
            if n % 2 == 0 { one.add(number) } else { other.add(number) }
        }
        one.extend(other);
        let row =
            |(prefix, last): &(&str, i64)| SerialRow { prefix: (*prefix).into(), last: *last };
        let counters: Vec<_> = counters.iter().map(row).collect();
        let mut findings = Findings::default();
        one.judge(&counters, &mut findings);
        findings.kept.len()
    }

    #[test]
    fn numbers_run_from_one_to_the_counter() {
        let whole = ["20266601000003", "20266601000001", "C2026660100000001", "20266601000002"];
        assert_eq!(told(&whole, &[("20266601", 3), ("C20266601", 1)]), 0);
        assert_eq!(told(&[], &[]), 0);
    }

    #[test]
    fn gaps_doubles_and_other_counters_are_found() {
        let counter = [("20266601", 3)];
        assert_eq!(told(&["20266601000001", "20266601000003"], &counter), 1, "a gap");
        let double = ["20266601000001", "20266601000003", "20266601000003"];
        assert_eq!(told(&double, &counter), 1, "a double for a gap");
        let whole = ["20266601000001", "20266601000002", "20266601000003"];
        assert_eq!(told(&whole, &[("20266601", 2)]), 1, "set back");
        assert_eq!(told(&whole, &[]), 1, "gone");
        assert_eq!(told(&[], &counter), 1, "of nothing");
    }
}

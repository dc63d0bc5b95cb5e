//! When a sign-in is not even tried: too many failures to one account, or from one address.
//!
//! Failures are counted for accounts that do not exist as well, under a hash of what was typed, so
//! that a lock tells nothing. A window slides: a lock ends when its oldest failure is 15 minutes
//! old. While locked nothing is tried and nothing counted, so a lock cannot be kept up for ever by
//! asking. An IPv6 client owns a whole /64, so that is its address.

use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use crate::limits::{ACCOUNT_FAILURES_MAX, ADDRESS_FAILURES_MAX, LOCKOUT_S};
use crate::problem::{Code, Problem, Text};

/// Under what failures are counted: a hash, so that neither login nor address is kept.
pub type CounterKey = [u8; 32];

/// The counters that one sign-in touches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Counters {
    pub account: CounterKey,
    /// `None` where the client's address is not known (a Unix socket).
    pub address: Option<CounterKey>,
}

impl Counters {
    pub fn of(login_key: &str, address: Option<IpAddr>) -> Self {
        let address = address.map(|address| hashed("address", &network(address).to_string()));
        Self { account: hashed("account", login_key), address }
    }
}

impl Counters {
    /// For API keys that are none: by address alone, and apart from passwords. `None` where the
    /// address is not known.
    pub fn of_keys(address: Option<IpAddr>) -> Option<Self> {
        let account = hashed("api-key-address", &network(address?).to_string());
        Some(Self { account, address: None })
    }
}

/// 429 where an address has sent too many API keys that are none.
pub fn judge_keys(failures: &Failures, wall: DateTime<Utc>) -> Result<(), Problem> {
    match locked_until(&failures.account, ADDRESS_FAILURES_MAX, wall) {
        Some(until) => Err(too_many(until - wall)),
        None => Ok(()),
    }
}

/// Failures still within the window, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Failures {
    pub account: Vec<DateTime<Utc>>,
    pub address: Vec<DateTime<Utc>>,
}

/// Failures before this have no weight any more.
pub fn window_start(wall: DateTime<Utc>) -> DateTime<Utc> {
    wall - TimeDelta::seconds(LOCKOUT_S)
}

/// 429 with the time to wait, when either counter is full.
pub fn judge(failures: &Failures, wall: DateTime<Utc>) -> Result<(), Problem> {
    let account = locked_until(&failures.account, ACCOUNT_FAILURES_MAX, wall);
    let address = locked_until(&failures.address, ADDRESS_FAILURES_MAX, wall);
    match account.max(address) {
        Some(until) => Err(too_many(until - wall)),
        None => Ok(()),
    }
}

/// When the lock ends: once there are fewer than `max` failures in the window.
fn locked_until(
    newest_first: &[DateTime<Utc>],
    max: usize,
    wall: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let decisive = newest_first.get(max - 1)?;
    let until = *decisive + TimeDelta::seconds(LOCKOUT_S);
    (until > wall).then_some(until)
}

fn too_many(left: TimeDelta) -> Problem {
    // Rounded up: whoever comes back at the second named is let in.
    let seconds = (left.num_milliseconds() + 999) / 1000;
    let minutes = (seconds + 59) / 60;
    let detail = Text::new(
        format!("失败次数过多，请约 {minutes} 分钟后再试。"),
        format!("Too many failures; try again in about {minutes} minutes."),
    );
    let mut problem = Problem::new(Code::TooManyRequests, detail);
    problem.retry_after_s = u32::try_from(seconds).ok();
    problem
}

fn hashed(what: &str, value: &str) -> CounterKey {
    Sha256::new().chain_update(what).chain_update(b"\n").chain_update(value).finalize().into()
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => {
            let network = address.to_bits() >> 64 << 64;
            IpAddr::V6(std::net::Ipv6Addr::from_bits(network))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wall() -> DateTime<Utc> {
        DateTime::from_timestamp(1_780_000_000, 0).unwrap()
    }

    /// Failures so many seconds ago each.
    fn ago(seconds: &[i64]) -> Vec<DateTime<Utc>> {
        seconds.iter().map(|s| wall() - TimeDelta::seconds(*s)).collect()
    }

    fn wait(account: &[i64], address: &[i64]) -> Option<u32> {
        let failures = Failures { account: ago(account), address: ago(address) };
        judge(&failures, wall()).err().map(|problem| {
            assert_eq!(problem.code(), Code::TooManyRequests);
            problem.retry_after_s.unwrap()
        })
    }

    #[test]
    fn five_failures_lock_an_account_and_four_do_not() {
        assert_eq!(wait(&[1, 2, 3, 4], &[]), None);
        assert_eq!(wait(&[1, 2, 3, 4, 5], &[]), Some(895));
    }

    #[test]
    fn the_lock_ends_when_its_oldest_failure_is_fifteen_minutes_old() {
        assert_eq!(wait(&[1, 2, 3, 4, 899], &[]), Some(1));
        assert_eq!(wait(&[1, 2, 3, 4, 900], &[]), None);
    }

    #[test]
    fn twenty_failures_lock_an_address_and_the_longer_lock_is_told() {
        assert_eq!(wait(&[], &[10; 19]), None);
        assert_eq!(wait(&[], &[10; 20]), Some(890));
        assert_eq!(wait(&[100; 5], &[10; 20]), Some(890));
        assert_eq!(wait(&[5; 5], &[10; 20]), Some(895));
    }

    #[test]
    fn a_part_of_a_second_is_waited_for_whole() {
        let failures = Failures { account: ago(&[899; 5]), address: Vec::new() };
        let just_before = wall() + TimeDelta::milliseconds(999);
        assert_eq!(judge(&failures, just_before).err().unwrap().retry_after_s, Some(1));
        assert_eq!(judge(&failures, wall() + TimeDelta::seconds(1)), Ok(()));
    }

    #[test]
    fn an_ipv6_network_is_one_address_and_a_mapped_ipv4_is_itself() {
        let key = |text: &str| Counters::of("x", Some(text.parse().unwrap())).address;
        assert_eq!(key("2001:db8:1:2::1"), key("2001:db8:1:2:ffff::9"));
        assert_ne!(key("2001:db8:1:2::1"), key("2001:db8:1:3::1"));
        assert_eq!(key("::ffff:10.0.0.1"), key("10.0.0.1"));
        assert_ne!(key("10.0.0.1"), key("10.0.0.2"));
        assert_eq!(Counters::of("x", None).address, None);
    }
}

//! The only module that reads the system's clock.
//!
//! *Business* time ([`Clock::now`]) decides deadlines, rules, ids and what events record; in a
//! sandbox it is shifted. *Wall* time ([`Clock::wall`]) is for tokens, lockout, rate limits and
//! idempotency expiry, and never shifts (api.md, "Sandbox").

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chrono::{DateTime, FixedOffset, NaiveDate, TimeDelta, Utc};
use serde::{Serialize, Serializer};

/// Where time comes from. Clones share one state.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The system's time, plus a shift in milliseconds that only a sandbox sets.
    Wall { shift_ms: Arc<AtomicI64> },
    /// Tests: stands still (milliseconds since 1970) until moved.
    Held { at_ms: Arc<AtomicI64> },
}

impl Clock {
    pub fn wall_clock() -> Self {
        Self::Wall { shift_ms: Arc::new(AtomicI64::new(0)) }
    }

    pub fn held(at: DateTime<Utc>) -> Self {
        Self::Held { at_ms: Arc::new(AtomicI64::new(at.timestamp_millis())) }
    }

    /// Business time, in whole milliseconds (what events carry).
    pub fn now(&self) -> DateTime<Utc> {
        match self {
            Self::Wall { shift_ms } => {
                whole_ms(system_now() + TimeDelta::milliseconds(shift_ms.load(Ordering::Relaxed)))
            }
            Self::Held { at_ms } => at(at_ms.load(Ordering::Relaxed)),
        }
    }

    /// The system's own time, for what must not shift with a sandbox.
    pub fn wall(&self) -> DateTime<Utc> {
        whole_ms(system_now())
    }

    /// Sets business time to `to`; it runs on from there (or stays, when held).
    pub fn set(&self, to: DateTime<Utc>) {
        match self {
            Self::Wall { shift_ms } => {
                shift_ms.store((to - system_now()).num_milliseconds(), Ordering::Relaxed);
            }
            Self::Held { at_ms } => at_ms.store(to.timestamp_millis(), Ordering::Relaxed),
        }
    }
}

/// How business time stood, to come back to: a shift, or where it was held.
#[derive(Clone, Copy, Debug)]
pub struct Mark(i64);

impl Clock {
    pub fn mark(&self) -> Mark {
        let (Self::Wall { shift_ms: state } | Self::Held { at_ms: state }) = self;
        Mark(state.load(Ordering::Relaxed))
    }

    /// Business time runs as it did when it was marked; what has passed since has passed.
    pub fn back_to(&self, mark: Mark) {
        let (Self::Wall { shift_ms: state } | Self::Held { at_ms: state }) = self;
        state.store(mark.0, Ordering::Relaxed);
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the system")]
fn system_now() -> DateTime<Utc> {
    Utc::now()
}

fn whole_ms(time: DateTime<Utc>) -> DateTime<Utc> {
    at(time.timestamp_millis())
}

fn at(ms: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(ms).unwrap_or(DateTime::UNIX_EPOCH)
}

/// Beijing time (UTC+8, no summer time): dates in law are counted in it, Xinjiang's included.
pub fn beijing() -> FixedOffset {
    FixedOffset::east_opt(8 * 3600)
        .unwrap_or(FixedOffset::east_opt(0).unwrap_or_else(|| unreachable!()))
}

/// The legal day of an instant.
pub fn legal_day(time: DateTime<Utc>) -> NaiveDate {
    time.with_timezone(&beijing()).date_naive()
}

/// RFC 3339 in UTC with milliseconds and `Z`: the form of every time in events and answers.
pub fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Millis, true)
}

/// The same for `#[serde(serialize_with = "in_milliseconds")]`: times in events have one spelling.
pub fn in_milliseconds<S: Serializer>(
    time: &DateTime<Utc>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&rfc3339(*time))
}

/// The same of a time that there may be.
pub fn in_milliseconds_if_any<S: Serializer>(
    time: &Option<DateTime<Utc>>,
    serializer: S,
) -> Result<S::Ok, S::Error> {
    time.map(rfc3339).serialize(serializer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_was_moved_runs_on_as_it_did() {
        let clock = Clock::wall_clock();
        let mark = clock.mark();
        clock.set(DateTime::UNIX_EPOCH);
        assert!(clock.now() < clock.wall());
        clock.back_to(mark);
        assert!((clock.wall() - clock.now()).num_seconds().abs() < 1, "no time was lost");
        let held = Clock::held(DateTime::UNIX_EPOCH);
        let mark = held.mark();
        held.set(DateTime::UNIX_EPOCH + TimeDelta::days(1));
        held.back_to(mark);
        assert_eq!(held.now(), DateTime::UNIX_EPOCH);
    }
}

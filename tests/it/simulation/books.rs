//! Counters as the law of the domain has them: what is used, what is reserved, and up to where.

use std::collections::BTreeMap;

/// Kind (as in `account.kind`), owner, item, year.
pub type Key = (i16, String, String, i16);

pub const LINE: i16 = 1;
pub const SHARED: i16 = 2;
pub const ON_HAND: i16 = 3;
pub const STORAGE: i16 = 4;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sums {
    pub limit: Option<i64>,
    pub used: i64,
    pub reserved: i64,
}

impl Sums {
    fn left(self) -> Option<i64> {
        self.limit.map(|limit| limit - self.used - self.reserved)
    }
}

/// A change of a counter as a whole.
#[derive(Clone, Debug, Default)]
pub struct Post {
    pub key: Key,
    pub used: i64,
    pub reserved: i64,
    /// Added to what is on hand.
    pub made: i64,
    pub limit: Option<i64>,
    pub enforced: bool,
}

/// All counters.
#[derive(Clone, Debug, Default)]
pub struct Books(pub BTreeMap<Key, Sums>);

/// A counter has no room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Full;

impl Books {
    fn at(&mut self, key: &Key) -> &mut Sums {
        let fresh = (key.0 == ON_HAND).then_some(0);
        self.0.entry(key.clone()).or_insert(Sums { limit: fresh, ..Sums::default() })
    }

    pub fn add(&mut self, key: &Key, used: i64, reserved: i64) {
        let sums = self.at(key);
        sums.used += used;
        sums.reserved += reserved;
    }

    /// The same where there must be room for it; what frees room always passes.
    pub fn ask(&mut self, key: &Key, used: i64, reserved: i64, enforced: bool) -> Result<(), Full> {
        let before = self.at(key).left();
        self.add(key, used, reserved);
        let after = self.at(key).left();
        let is_worse = before.zip(after).is_none_or(|(before, after)| after < before);
        let fits = !enforced || after.is_none_or(|left| left >= 0) || !is_worse;
        if fits {
            return Ok(());
        }
        self.add(key, -used, -reserved);
        Err(Full)
    }

    pub fn limit(&mut self, key: &Key, limit: i64) {
        self.at(key).limit = Some(limit);
    }

    pub fn made(&mut self, key: &Key, mass: i64) {
        let sums = self.at(key);
        sums.limit = sums.limit.map(|limit| limit + mass);
    }

    pub fn post(&mut self, post: &Post) -> Result<(), Full> {
        let before = *self.at(&post.key);
        if let Some(limit) = post.limit {
            self.limit(&post.key, limit);
        }
        self.made(&post.key, post.made);
        let left = before.left();
        self.add(&post.key, post.used, post.reserved);
        let after = self.at(&post.key).left();
        let is_worse = left.zip(after).is_none_or(|(left, after)| after < left);
        if post.enforced && after.is_some_and(|after| after < 0) && is_worse {
            return Err(Full);
        }
        Ok(())
    }
}

//! Failed sign-ins, by hashed account and address.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::db::Pool;
use crate::db::schema::login_failure as t;
use crate::identity::lockout::{CounterKey, Counters, Failures, window_start};
use crate::limits::{ACCOUNT_FAILURES_MAX, ADDRESS_FAILURES_MAX};
use crate::problem::Problem;

/// Nothing is counted while locked, so only failures that ran side by side can be more.
const FAILURES_READ_MAX: i64 = 4 * (ACCOUNT_FAILURES_MAX + ADDRESS_FAILURES_MAX) as i64;

pub async fn failures(
    pool: &Pool,
    counters: &Counters,
    wall: DateTime<Utc>,
) -> Result<Failures, Problem> {
    let keys: Vec<&[u8]> = keys(counters).map(<[u8; 32]>::as_slice).collect();
    let rows: Vec<(Vec<u8>, DateTime<Utc>)> = t::table
        .filter(t::key.eq_any(keys))
        .filter(t::failed_at.gt(window_start(wall)))
        .order(t::failed_at.desc())
        .limit(FAILURES_READ_MAX)
        .select((t::key, t::failed_at))
        .load(&mut pool.get().await?)
        .await?;
    let (account, address): (Vec<_>, Vec<_>) =
        rows.into_iter().partition(|(key, _)| key[..] == counters.account[..]);
    let times = |rows: Vec<(Vec<u8>, DateTime<Utc>)>| rows.into_iter().map(|row| row.1).collect();
    Ok(Failures { account: times(account), address: times(address) })
}

/// Counts one failure, and forgets what no longer counts for anybody.
pub async fn record_failure(
    pool: &Pool,
    counters: &Counters,
    wall: DateTime<Utc>,
) -> Result<(), Problem> {
    let conn = &mut pool.get().await?;
    let rows: Vec<_> =
        keys(counters).map(|key| (t::key.eq(&key[..]), t::failed_at.eq(wall))).collect();
    diesel::insert_into(t::table).values(&rows).execute(conn).await?;
    let old = t::table.filter(t::failed_at.lt(window_start(wall)));
    diesel::delete(old).execute(conn).await?;
    Ok(())
}

/// A right password clears its account; its address may still be guessing at others.
pub async fn forget_failures(pool: &Pool, account: &CounterKey) -> Result<(), Problem> {
    let of_account = t::table.filter(t::key.eq(&account[..]));
    diesel::delete(of_account).execute(&mut pool.get().await?).await?;
    Ok(())
}

fn keys(counters: &Counters) -> impl Iterator<Item = &CounterKey> {
    std::iter::once(&counters.account).chain(counters.address.as_ref())
}

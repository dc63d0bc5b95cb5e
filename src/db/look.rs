//! The look: what a batch has to know before it can be judged, read under the lock.

use std::collections::HashSet;

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::session::{BatchError, Session};
use super::settle::{Book, FirstAnswer, Head};
use crate::decision::{Account, Balance, Decision, Subject, SubjectKind};
use crate::journal::NO_PREV;

const LOCK_SQL: &str = "-- lock the log
SELECT next_position FROM log_head WHERE id = 1 FOR UPDATE";
const HEADS_SQL: &str = "-- look: chain heads and guards
SELECT id, year, version, head, recorded_at FROM subject WHERE id = ANY($1)";
pub(super) const ACCOUNTS_SQL: &str = "-- look: balances
SELECT id, limit_g, used_g, reserved_g, lenient FROM account WHERE id = ANY($1)";
const SERIALS_SQL: &str = "-- look: serials
SELECT prefix, last FROM serial WHERE prefix = ANY($1)";
const KEYS_SQL: &str = "-- look: first answers
SELECT i.organisation_id, i.key, i.fingerprint, i.status, i.subject_kind, i.subject_id, i.version,
       i.created_at
  FROM UNNEST($1::uuid[], $2::text[]) AS wanted(organisation_id, key)
  JOIN idempotency i USING (organisation_id, key)";

/// Begins a transaction, takes the lock and reads what `decisions` ask for: one round trip.
pub(super) async fn lock_and_look(
    session: &mut Session,
    decisions: &[&Decision],
) -> Result<Book, BatchError> {
    let wanted = Wanted::of(decisions);
    let (org, key): (Vec<Uuid>, Vec<&str>) = wanted.keys.iter().copied().unzip();
    session.prepare(&[LOCK_SQL, HEADS_SQL, ACCOUNTS_SQL, SERIALS_SQL, KEYS_SQL]).await?;
    let session = &*session;
    let subjects: [&(dyn ToSql + Sync); 1] = [&wanted.subjects];
    let account_ids: [&(dyn ToSql + Sync); 1] = [&wanted.accounts];
    let prefixes: [&(dyn ToSql + Sync); 1] = [&wanted.serials];
    let key_pairs: [&(dyn ToSql + Sync); 2] = [&org, &key];
    let looked = futures_util::try_join!(
        session.begin(),
        session.query(LOCK_SQL, &[]),
        session.query_unless(wanted.subjects.is_empty(), HEADS_SQL, &subjects),
        session.query_unless(wanted.accounts.is_empty(), ACCOUNTS_SQL, &account_ids),
        session.query_unless(wanted.serials.is_empty(), SERIALS_SQL, &prefixes),
        session.query_unless(org.is_empty(), KEYS_SQL, &key_pairs),
    )?;
    let ((), lock, heads, accounts, serials, keys) = looked;
    let mut book =
        Book { next_position: lock.first().map_or(0, |row| row.get(0)), ..Book::default() };
    for row in heads {
        let leaf: &[u8] = row.get(3);
        let head = Head {
            year: row.get(1),
            version: row.get(2),
            leaf: leaf.try_into().unwrap_or(NO_PREV),
            recorded_at: row.get(4),
        };
        book.heads.insert(row.get(0), head);
    }
    book.accounts = accounts.iter().map(balance).collect();
    book.no_accounts =
        wanted.accounts.into_iter().filter(|id| !book.accounts.contains_key(id)).collect();
    book.serials = serials.iter().map(|row| (row.get(0), row.get(1))).collect();
    for row in keys {
        let fingerprint: &[u8] = row.get(2);
        let Some(kind) = SubjectKind::from_number(row.get(4)) else { continue };
        let first = FirstAnswer {
            fingerprint: fingerprint.try_into().unwrap_or([0; 32]),
            status: row.get(3),
            subject: Subject::new(kind, row.get(5)),
            version: row.get(6),
            wall: row.get(7),
        };
        book.keys.insert((row.get(0), row.get(1)), first);
    }
    Ok(book)
}

/// A row of [`ACCOUNTS_SQL`].
pub(super) fn balance(row: &Row) -> (Uuid, Balance) {
    let balance =
        Balance { limit: row.get(1), used: row.get(2), reserved: row.get(3), lenient: row.get(4) };
    (row.get(0), balance)
}

/// What a batch has to look up, each thing once.
struct Wanted<'a> {
    subjects: Vec<Uuid>,
    accounts: Vec<Uuid>,
    serials: Vec<&'a str>,
    keys: Vec<(Uuid, &'a str)>,
}

impl<'a> Wanted<'a> {
    fn of(decisions: &[&'a Decision]) -> Self {
        let (mut subjects, mut accounts) = (HashSet::new(), HashSet::new());
        let (mut serials, mut keys) = (HashSet::new(), HashSet::new());
        for decision in decisions {
            subjects.extend(decision.guards.iter().map(|guard| guard.subject.id));
            subjects.extend(decision.advances.iter().map(|grow| grow.subject.id));
            accounts.extend(accounts_of(decision).map(|account| account.id));
            serials.extend(decision.numbers.iter().map(|serial| serial.prefix.as_str()));
            let wanted = decision.key.iter();
            keys.extend(wanted.map(|key| (key.organisation_id.uuid(), key.key.as_str())));
        }
        Self {
            subjects: subjects.into_iter().collect(),
            accounts: accounts.into_iter().collect(),
            serials: serials.into_iter().collect(),
            keys: keys.into_iter().collect(),
        }
    }
}

/// The accounts that a decision may move, each choice included.
pub(super) fn accounts_of(decision: &Decision) -> impl Iterator<Item = &Account> {
    let moves = decision.moves.iter();
    moves.flat_map(|wanted| wanted.choices.iter().flatten()).map(|post| &post.account)
}

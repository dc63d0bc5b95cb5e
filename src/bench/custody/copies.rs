//! A log of millions of events: copies of lives that were really led.
//!
//! Of a copy all is true that a bundle reads: its manifest's row, and its events with chain,
//! canonical bodies and leaf hashes; the tree over them is grown by the server itself. Only id,
//! number and `prev` differ from the life that it is a copy of. There are no accounts behind it, no
//! ledger entries and no chain heads, so an audit would have much to say: it comes before. So would
//! the watch, to which a copy looks like one vehicle on many roads at once: its mark moves with the
//! log, and it never sees them.

use std::time::Instant;

use chrono::{DateTime, Utc};
use tokio_postgres::Client;
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use crate::bench::BenchError;
use crate::bench::lives::{EVENTS_A_LIFE, log_size};
use crate::bench::report::progress;
use crate::bench::world::World;
use crate::journal::{NO_PREV, leaf_hash};

const LIVES: &str = include_str!("../../../benches/custody_lives.sql");
const MANIFESTS: &str = include_str!("../../../benches/custody_manifests.sql");

const EVENTS_SQL: &str =
    "SELECT life.n, life.id::text, life.number, event.subject_kind, event.year,
       event.kind, event.recorded_at, event.body
  FROM bench_life AS life JOIN event ON event.subject_id = life.id
 ORDER BY life.n, event.seq";

const COPY_SQL: &str = "COPY event (position, subject_id, subject_kind, year, seq, kind, \
    recorded_at, leaf, body) FROM STDIN (FORMAT binary)";

/// Lives whose events are written together: first all filings, then all departures, and so on, so
/// that the events of one lie as far apart as in the log that was really led.
const AT_ONCE: u64 = 20_000;
/// Serials of one prefix have six digits.
const SERIALS: u64 = 1_000_000;
/// The years of the copies' numbers go back from the one before this: none meets a real one.
const NUMBERED_BEFORE: u64 = 2026;
/// The copies' ids, UUIDv7, are of the milliseconds from here on.
const FROM_MS: u64 = 1_735_689_600_000;

/// Fills the log up to `size` events.
pub async fn fill(world: &World, size: u64) -> Result<(), BenchError> {
    let (database, beside) = (world.database().await?, world.database().await?);
    database.batch_execute(LIVES).await?;
    for client in [&database, &beside] {
        // The copies are no more durable than the run.
        client.batch_execute("SET synchronous_commit = off; SET work_mem = '256MB'").await?;
    }
    let lives = lives(&database).await?;
    let mut position = log_size(world).await?;
    let wanted = size.saturating_sub(position).div_ceil(EVENTS_A_LIFE as u64);
    let (mut next, began) = (0, Instant::now());
    while next < wanted {
        let upto = (next + AT_ONCE).min(wanted);
        let copies: Vec<Copy<'_>> = (next..upto).map(|n| Copy::of(&lives, n)).collect();
        tokio::try_join!(
            events(&database, &copies, position),
            manifests(&beside, &copies, lives.len())
        )?;
        position += copies.len() as u64 * EVENTS_A_LIFE as u64;
        next = upto;
        if next.is_multiple_of(5 * AT_ONCE) || next == wanted {
            let seconds = began.elapsed().as_secs();
            progress(&format!("{position} of {size} events after {seconds} s"));
        }
    }
    Ok(())
}

/// A life that was led, as what its copies are made of.
struct Life {
    number: String,
    events: Vec<Mould>,
}

/// An event, with the places in its body where copies differ.
struct Mould {
    subject_kind: i16,
    year: i16,
    kind: String,
    recorded_at: DateTime<Utc>,
    body: String,
    ids: Vec<usize>,
    numbers: Vec<usize>,
    prev: usize,
}

async fn lives(database: &Client) -> Result<Vec<Life>, BenchError> {
    let own = |told: &str| BenchError::Own(told.to_owned());
    let mut lives: Vec<Life> = Vec::new();
    for row in database.query(EVENTS_SQL, &[]).await? {
        let (n, id, number): (i64, String, String) = (row.get(0), row.get(1), row.get(2));
        if lives.len() as i64 == n {
            lives.push(Life { number: number.clone(), events: Vec::new() });
        }
        let life = lives.last_mut().ok_or_else(|| own("a life without a beginning"))?;
        let body: String = row.get(7);
        let at = |text: &str| body.match_indices(text).map(|(at, _)| at).collect::<Vec<usize>>();
        let before = life.events.last().map_or(NO_PREV, |mould| leaf_hash(&mould.body));
        let prev = at(&hex::encode(before));
        let [prev] = prev[..] else { return Err(own("an event that does not name one before it")) };
        life.events.push(Mould {
            subject_kind: row.get(3),
            year: row.get(4),
            kind: row.get(5),
            recorded_at: row.get(6),
            ids: at(&id),
            numbers: at(&number),
            prev,
            body,
        });
    }
    if lives.is_empty() || lives.iter().any(|life| life.events.len() != EVENTS_A_LIFE) {
        return Err(own("there are no whole lives to copy"));
    }
    Ok(lives)
}

/// One copy of a life.
struct Copy<'a> {
    life: &'a Life,
    n: u64,
    id: Uuid,
    number: String,
}

impl<'a> Copy<'a> {
    fn of(lives: &'a [Life], n: u64) -> Self {
        let life = &lives[n as usize % lives.len()];
        let (year, serial) = (NUMBERED_BEFORE - 1 - n / SERIALS, n % SERIALS);
        let prefix = life.number.get(4..8).unwrap_or_default();
        let number = format!("{year}{prefix}{serial:06}");
        let id = u128::from(FROM_MS + n) << 80 | 7 << 76 | 2 << 62 | u128::from(n);
        Self { life, n, id: Uuid::from_u128(id), number }
    }
}

impl Mould {
    /// The body of a copy's event, which differs at these places and nowhere else.
    fn body(&self, id: &str, number: &str, prev: &[u8; 32]) -> String {
        let mut body = self.body.clone();
        let mut put = |at: usize, text: &str| body.replace_range(at..at + text.len(), text);
        self.ids.iter().for_each(|at| put(*at, id));
        self.numbers.iter().for_each(|at| put(*at, number));
        put(self.prev, &hex::encode(prev));
        body
    }
}

/// Another step than the watch of the server remembers: it reads the mark again.
const UNSEEN_SQL: &str = "UPDATE watch_mark SET position = $1, step = step + 1";

/// Writes the events of copies from a position on, and moves the head of the log behind them, and
/// the mark of the watch.
async fn events(
    database: &Client,
    copies: &[Copy<'_>],
    mut position: u64,
) -> Result<(), BenchError> {
    let types = [
        Type::INT8,
        Type::UUID,
        Type::INT2,
        Type::INT2,
        Type::INT8,
        Type::TEXT,
        Type::TIMESTAMPTZ,
        Type::BYTEA,
        Type::TEXT,
    ];
    database.batch_execute("BEGIN").await?;
    let sink = database.copy_in(COPY_SQL).await?;
    let mut writer = std::pin::pin!(BinaryCopyInWriter::new(sink, &types));
    let ids: Vec<String> = copies.iter().map(|copy| copy.id.to_string()).collect();
    let mut heads = vec![NO_PREV; copies.len()];
    for seq in 0..EVENTS_A_LIFE {
        for (copy, (id, head)) in copies.iter().zip(ids.iter().zip(&mut heads)) {
            let mould = &copy.life.events[seq];
            let body = mould.body(id, &copy.number, head);
            *head = leaf_hash(&body);
            let (place, seq) = (position.cast_signed(), seq as i64);
            let (subject_kind, year) = (&mould.subject_kind, &mould.year);
            let (kind, at, leaf) = (&mould.kind, &mould.recorded_at, &&head[..]);
            let row: [&(dyn ToSql + Sync); 9] =
                [&place, &copy.id, subject_kind, year, &seq, kind, at, leaf, &body];
            writer.as_mut().write(&row).await?;
            position += 1;
        }
    }
    writer.finish().await?;
    let next = position.cast_signed();
    database.execute("UPDATE log_head SET next_position = $1", &[&next]).await?;
    database.execute(UNSEEN_SQL, &[&next]).await?;
    database.batch_execute("COMMIT").await?;
    Ok(())
}

async fn manifests(database: &Client, copies: &[Copy<'_>], lives: usize) -> Result<(), BenchError> {
    let ids: Vec<Uuid> = copies.iter().map(|copy| copy.id).collect();
    let numbers: Vec<&str> = copies.iter().map(|copy| copy.number.as_str()).collect();
    let of: Vec<i64> = copies.iter().map(|copy| copy.n as i64 % lives as i64).collect();
    let written = database.execute(MANIFESTS, &[&ids, &numbers, &of]).await?;
    if written != copies.len() as u64 {
        return Err(BenchError::Own(format!("{written} manifests of {}", copies.len())));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_differs_in_id_number_and_prev() {
        let body =
            format!("{{\"n\":\"20266601000001\",\"prev\":\"{}\",\"s\":\"id-1\"}}", "00".repeat(32));
        let mould = Mould {
            subject_kind: 1,
            year: 2026,
            kind: "filed".to_owned(),
            recorded_at: DateTime::<Utc>::MIN_UTC,
            ids: vec![body.find("id-1").unwrap()],
            numbers: vec![body.find("2026").unwrap()],
            prev: body.find("000000000000").unwrap(),
            body,
        };
        let made = mould.body("id-2", "20256601000009", &[0xab; 32]);
        let wanted =
            format!("{{\"n\":\"20256601000009\",\"prev\":\"{}\",\"s\":\"id-2\"}}", "ab".repeat(32));
        assert_eq!(made, wanted);
    }

    #[test]
    fn no_two_copies_have_an_id_or_a_number_in_common() {
        let lives = [Life { number: "20266601000001".to_owned(), events: Vec::new() }];
        let copies = [0, 1, 999_999, 1_000_000, 1_999_999].map(|n| Copy::of(&lives, n));
        let numbers = copies.each_ref().map(|copy| copy.number.as_str());
        let wanted = ["000000", "000001", "999999"].map(|serial| format!("20256601{serial}"));
        assert_eq!(numbers[..3], wanted);
        assert_eq!(numbers[3..], ["20246601000000", "20246601999999"]);
        assert!(copies.is_sorted_by(|one, next| one.id < next.id));
        assert_eq!(copies[4].id.get_version_num(), 7);
    }
}

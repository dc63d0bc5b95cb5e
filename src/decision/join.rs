//! Several decisions as one: committed together or not at all.
//!
//! A weigh-in receives every stop of a round; a return writes on the manifest that it starts and on
//! the one that it comes from. Each part is decided as it would be alone; joined, they share one
//! commit, one key and one answer.

use std::collections::HashMap;

use super::{Cell, Decision, Row, Settled, Write, Written};

/// How many picks and numbers of the whole belong to a part.
struct Share {
    moves: usize,
    numbers: usize,
}

impl Decision {
    /// This decision and `others` as one. Answer, subject, time and key are this one's. Where two
    /// parts let the same chain grow, both from the version that was read, the later one has been
    /// decided knowing the earlier: of their updates of one row, the later is written.
    #[must_use]
    pub fn with(mut self, others: Vec<Self>) -> Self {
        if others.is_empty() {
            return self;
        }
        let mut shares = vec![Share { moves: self.moves.len(), numbers: self.numbers.len() }];
        let mut finishes = vec![self.finish];
        for other in others {
            shares.push(Share { moves: other.moves.len(), numbers: other.numbers.len() });
            finishes.push(other.finish);
            self.guards.extend(other.guards);
            self.advances.extend(other.advances);
            self.moves.extend(other.moves);
            self.numbers.extend(other.numbers);
        }
        self.finish = Box::new(move |settled| {
            let mut whole: Option<Written> = None;
            let (mut moves, mut numbers) = (0, 0);
            for (share, finish) in shares.iter().zip(&finishes) {
                let part = Settled {
                    numbers: part(&settled.numbers, numbers, share.numbers),
                    picks: part(&settled.picks, moves, share.moves),
                    excess: part(&settled.excess, moves, share.moves),
                    balances: settled.balances.clone(),
                    recorded_at: settled.recorded_at,
                };
                (moves, numbers) = (moves + share.moves, numbers + share.numbers);
                let written = finish(&part)?;
                match &mut whole {
                    None => whole = Some(written),
                    Some(whole) => add(whole, written),
                }
            }
            let whole =
                whole.ok_or_else(|| crate::problem::Problem::internal("a decision without parts"));
            whole.map(|whole| Written { rows: last_updates(whole.rows), ..whole })
        });
        self
    }
}

/// A preview has no numbers, so a part may be shorter than its share.
fn part<T: Clone>(all: &[T], from: usize, count: usize) -> Vec<T> {
    all.iter().skip(from).take(count).cloned().collect()
}

/// Of several updates of one row, the last.
fn last_updates(rows: Vec<Row>) -> Vec<Row> {
    let key = |row: &Row| match (row.table.write, row.cells.first()) {
        (Write::Update { keys: 1 }, Some(Cell::Uuid(Some(id)))) => {
            Some((std::ptr::from_ref(row.table), *id))
        }
        _ => None,
    };
    let last: HashMap<_, usize> =
        rows.iter().enumerate().filter_map(|(n, row)| Some((key(row)?, n))).collect();
    let is_last = |n: usize, row: &Row| key(row).is_none_or(|key| last.get(&key) == Some(&n));
    let kept = rows.into_iter().enumerate().filter(|(n, row)| is_last(*n, row));
    kept.map(|(_, row)| row).collect()
}

fn add(whole: &mut Written, mut part: Written) {
    let before = whole.events.len();
    for notice in &mut part.notices {
        notice.event += before;
    }
    whole.events.extend(part.events);
    whole.rows.extend(part.rows);
    whole.notices.extend(part.notices);
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use chrono::{DateTime, Utc};
    use serde_json::json;
    use uuid::Uuid;

    use super::super::*;
    use crate::ids::OrganisationId;

    const AT: DateTime<Utc> = DateTime::UNIX_EPOCH;

    /// A part that moves `moves` times, wants `numbers` numbers and tells what it was given.
    fn part(id: u8, moves: usize, numbers: usize) -> Decision {
        let subject = Subject::new(SubjectKind::Manifest, Uuid::from_bytes([id; 16]));
        let finish = move |settled: &Settled| {
            let data = json!({"picks": settled.picks, "numbers": settled.numbers});
            let actor = Stamp::system();
            let event = EventDraft { subject, kind: "filed", occurred_at: AT, actor, data };
            let recipient = Some(OrganisationId::of(subject.id));
            let notice = Notice { kind: "told", recipient, subject, event: 0 };
            let (events, notices) = (vec![event], vec![notice]);
            Ok(Written { events, rows: Vec::new(), notices, output: Arc::new(id) })
        };
        let wanted = Move {
            choices: Vec::new(),
            refusal: Code::CapacityExceeded,
            pointer: String::new(),
            asked: 0,
        };
        Decision {
            subject,
            now: AT,
            guards: Vec::new(),
            advances: vec![Advance { subject, version: None }],
            moves: vec![wanted; moves],
            numbers: vec![Serial { prefix: "2026".into(), digits: 6 }; numbers],
            key: None,
            finish: Box::new(finish),
        }
    }

    #[test]
    fn each_part_is_given_its_own_picks_and_numbers() {
        let whole = part(1, 2, 1).with(vec![part(2, 0, 0), part(3, 1, 2)]);
        assert_eq!((whole.moves.len(), whole.numbers.len(), whole.advances.len()), (3, 3, 3));
        let settled = Settled {
            numbers: ["a", "b", "c"].map(str::to_owned).to_vec(),
            picks: vec![10, 11, 12],
            excess: vec![false; 3],
            balances: Vec::new(),
            recorded_at: AT,
        };
        let written = (whole.finish)(&settled).unwrap();
        let given: Vec<Value> = written.events.iter().map(|event| event.data.clone()).collect();
        assert_eq!(
            given,
            [
                json!({"picks": [10, 11], "numbers": ["a"]}),
                json!({"picks": [], "numbers": []}),
                json!({"picks": [12], "numbers": ["b", "c"]}),
            ]
        );
        assert_eq!(written.notices.iter().map(|one| one.event).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(written.output.downcast_ref::<u8>(), Some(&1));
    }

    static SUMS: Table = Table {
        name: "site",
        order: 0,
        write: Write::Update { keys: 1 },
        columns: &[("id", Type::Uuid), ("sum", Type::Int8)],
    };

    #[test]
    fn a_row_that_two_parts_update_is_written_as_the_later_one_has_it() {
        let writing = |id: u8, sum: i64| {
            let finish = move |_: &Settled| {
                let key = Cell::Uuid(Some(Uuid::from_bytes([id; 16])));
                let row = Row { table: &SUMS, cells: vec![key, Cell::Int8(Some(sum))] };
                let (events, notices) = (Vec::new(), Vec::new());
                Ok(Written { events, rows: vec![row], notices, output: Arc::new(()) })
            };
            Decision { finish: Box::new(finish), ..part(id, 0, 0) }
        };
        let whole = writing(1, 5).with(vec![writing(2, 9), writing(1, 12)]);
        let settled = Settled {
            numbers: Vec::new(),
            picks: Vec::new(),
            excess: Vec::new(),
            balances: Vec::new(),
            recorded_at: AT,
        };
        let written = (whole.finish)(&settled).unwrap();
        let sums: Vec<&Cell> = written.rows.iter().map(|row| &row.cells[1]).collect();
        assert_eq!(sums, [&Cell::Int8(Some(9)), &Cell::Int8(Some(12))]);
    }
}

//! A watch that was stored in the middle and taken up by another goes on as if nothing had been.

use std::collections::BTreeMap;

use serde_json::json;

use super::super::Watch;
use super::super::seen::Seen;
use super::lives::{Log, fresh};
use crate::anomaly::finding::Outcome;

/// A log with something of everything.
fn life() -> Log {
    let mut log = Log::new();
    log.site(6, json!({"beds": 300}));
    for m in 0..30 {
        let from = 1 + m % 2;
        log.trip(m, (from, 3 + m % 2), if from == 1 { -9_000 } else { 1_000 }).wait(11.0);
        if m % 7 == 0 {
            log.file(100 + m, (6, 3), json!({"stream": "medical"})).depart(100 + m);
        }
        if m % 5 == 0 {
            log.file(200 + m, (2, 4), json!({"vehicle": 7}));
        }
    }
    log.wait(24.0 * 60.0);
    log
}

/// Shows the part of a log that begins at a position.
fn show(w: &mut Watch, log: &Log, range: std::ops::Range<usize>) -> Vec<Outcome> {
    for at in range {
        w.see(&Seen::read(at as i64, &log.bodies[at]).unwrap());
    }
    w.take()
}

#[test]
fn stored_and_taken_up_anywhere_it_finds_the_same() {
    let log = life();
    let whole = log.show(&mut fresh());
    assert!(whole.len() > 20, "the life has something to find: {}", whole.len());
    for cut in [0, 1, 7, 40, 77, log.bodies.len()] {
        let mut first = fresh();
        let mut outcomes = show(&mut first, &log, 0..cut / 2);
        let mut kept: BTreeMap<(&str, String), String> = BTreeMap::new();
        let mut keep = |w: &mut Watch| {
            for leaf in w.changes().unwrap() {
                match leaf.body {
                    Some(body) => kept.insert((leaf.book, leaf.key), body),
                    None => kept.remove(&(leaf.book, leaf.key)),
                };
            }
        };
        // Stored twice: the second time only what has changed since.
        keep(&mut first);
        outcomes.extend(show(&mut first, &log, cut / 2..cut));
        keep(&mut first);
        let mut second = fresh();
        for ((book, key), body) in &kept {
            second.restore(book, key, body).unwrap();
        }
        second.resume(first.mark);
        outcomes.extend(show(&mut second, &log, cut..log.bodies.len()));
        second.advance(log.now);
        outcomes.extend(second.take());
        assert_eq!(outcomes, whole, "cut at {cut}");
    }
}

//! Gates at which some gain or lose each time, and gates that are wrong for everybody.

use std::collections::BTreeSet;

use serde_json::json;
use uuid::Uuid;

use super::lives::{Log, findings, id, mass_of};
use crate::anomaly::finding::{About, pair_id};
use crate::ids::SiteId;

const NOISE: [i64; 6] = [-30, 25, -10, 35, 5, -25];

/// So many loads of eight tonnes from each of some sites to site 3, each so many parts of ten
/// thousand too heavy, and a little noise.
fn gate(senders: &[u32], rounds: u32, more: impl Fn(u32) -> i64) -> Log {
    let mut log = Log::new();
    for n in 6..=9 {
        log.organisation(n, false).site(n, json!({}));
    }
    for m in 0..rounds * senders.len() as u32 {
        let from = senders[m as usize % senders.len()];
        let out = mass_of(m) * 8;
        let off = more(from) + NOISE[(m * 7 % 11) as usize % 6];
        let found = (out + out * off / 10_000) / 20_000 * 20_000;
        log.file(m, (from, 3), json!({"mass_g": out})).wait(0.5).depart(m).wait(9.0).arrive(m);
        let items = json!([{"line": 1, "accepted_g": found, "refused_g": 0,
            "difference_g": found - out}]);
        log.wait(0.4).receive(m, 0, json!({"items": items})).wait(14.1);
    }
    log
}

/// The senders that a rule names with the receiver.
fn pairs(log: &Log, rule: u8, senders: &[u32]) -> Vec<u32> {
    let named: BTreeSet<Uuid> = findings(log, rule)
        .into_iter()
        .filter(|one| one.about.0 == About::Pair)
        .map(|one| one.about.1)
        .collect();
    let site = |n: u32| SiteId::of(id(100 + n));
    senders.iter().copied().filter(|n| named.contains(&pair_id(site(*n), site(3)))).collect()
}

#[test]
fn a_pair_that_gains_each_time_is_told_after_a_few_trips() {
    let senders = [1, 2, 4, 5];
    let gains =
        |share: i64, rounds: u32| gate(&senders, rounds, |from| if from == 1 { share } else { 0 });
    assert_eq!(pairs(&gains(200, 4), 2, &senders), [1]);
    assert_eq!(pairs(&gains(150, 10), 2, &senders), [1]);
    assert_eq!(pairs(&gains(60, 10), 2, &senders), [0_u32; 0], "less than a scale may be wrong by");
    let single = findings(&gains(300, 4), 2);
    let told: BTreeSet<Uuid> =
        single.iter().filter(|one| one.about.0 == About::Manifest).map(|one| one.about.1).collect();
    assert_eq!(told.len(), 4, "each trip is beyond what this scale does");
    let many = gate(&senders, 4, |from| [0, 150, 200, 0, 300, 450][from as usize]);
    assert_eq!(pairs(&many, 2, &senders), [2, 4, 5], "1.5 % where all gain takes more trips");
    let alone = gate(&[1], 4, |_| 200);
    assert_eq!(pairs(&alone, 2, &[1]), [1]);
    let leans = gate(&senders, 12, |_| 80);
    assert_eq!(findings(&leans, 2), [], "a gate that shows more for everybody");
}

#[test]
fn where_many_lose_it_is_not_the_gate() {
    let senders = [1, 2, 4, 5, 6, 7];
    let some = gate(&senders, 20, |from| if from <= 5 { -110 } else { 0 });
    assert_eq!(pairs(&some, 69, &senders), [1, 2, 4, 5]);
    let leans = gate(&senders, 20, |_| -80);
    assert_eq!(pairs(&leans, 69, &senders), [0_u32; 0]);
    let apart = gate(&senders, 20, |from| i64::from(from) * 5 - 80);
    assert_eq!(pairs(&apart, 69, &senders), [0_u32; 0], "scales of senders differ a little");
}

//! What to inspect first: cases weighed and added up by organisation, and by manifest. Pure.
//!
//! A case weighs by its severity, by how often its rule was right before, by how lately it was
//! seen, by the mass at stake, and by among how many it leaves the choice. What people set aside
//! (dismissed, explained, merged) does not count; what the facts have resolved counts little, and
//! less with each month.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::review::CaseStatus;

/// A case, as far as it weighs.
#[derive(Clone, Debug)]
pub struct Weighed {
    pub id: Uuid,
    pub rule: String,
    pub severity: i16,
    pub status: CaseStatus,
    pub last_seen_at: DateTime<Utc>,
    /// Mass of the manifests that it names, in grams.
    pub mass_g: i64,
    pub is_merged: bool,
}

/// How often a rule was right, by what people made of its cases.
#[derive(Clone, Copy, Debug, Default)]
pub struct Judged {
    pub confirmed: i64,
    pub set_aside: i64,
}

/// The factors of a case's weight.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Weight {
    pub severity: f64,
    pub precision: f64,
    pub recency: f64,
    pub mass: f64,
    pub status: f64,
    /// One for what is named alone, a third for each of three: it was one of them.
    pub share: f64,
}

impl Weight {
    pub fn score(&self) -> f64 {
        self.severity * self.precision * self.recency * self.mass * self.status * self.share
    }
}

/// A step of severity weighs three times as much.
fn of_severity(severity: i16) -> f64 {
    3_f64.powi(i32::from(severity.clamp(0, 4)))
}

/// The share of a rule's cases that were right, held at four of five until people have judged some.
pub fn precision(judged: Judged) -> f64 {
    let (right, all) = (judged.confirmed as f64, (judged.confirmed + judged.set_aside) as f64);
    (right + 4.0) / (all + 5.0)
}

/// Halves every quarter of a year.
fn recency(last_seen_at: DateTime<Utc>, now: DateTime<Utc>) -> f64 {
    let days = (now - last_seen_at).num_hours().max(0) as f64 / 24.0;
    0.5_f64.powf(days / 90.0)
}

/// One for no mass, two for a tonne, and one more for each ten times as much.
fn of_mass(grams: i64) -> f64 {
    1.0 + (1.0 + grams.max(0) as f64 / 1e5).log10()
}

const fn of_status(status: CaseStatus) -> f64 {
    match status {
        CaseStatus::Confirmed => 1.5,
        CaseStatus::Open | CaseStatus::Acknowledged => 1.0,
        CaseStatus::Resolved => 0.15,
        CaseStatus::Explained | CaseStatus::Dismissed => 0.0,
    }
}

/// What a case weighs; `None` for one that does not count.
pub fn weight(case: &Weighed, judged: Judged, now: DateTime<Utc>) -> Option<Weight> {
    let status = of_status(case.status);
    (status > 0.0 && !case.is_merged).then(|| Weight {
        severity: of_severity(case.severity),
        precision: precision(judged),
        recency: recency(case.last_seen_at, now),
        mass: of_mass(case.mass_g),
        status,
        share: 1.0,
    })
}

/// Somebody or something with what makes its score, heaviest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Scored {
    pub id: Uuid,
    pub score: f64,
    pub cases: Vec<(Uuid, Weight)>,
}

/// The `most` with the highest scores. Each case comes with whom it names. Of many cases of one
/// rule the second weighs half, the third a third: a flood of one kind is one thing to look into.
pub fn ranked<'a>(
    cases: impl Iterator<Item = (&'a Weighed, &'a [Uuid])>,
    judged: &HashMap<String, Judged>,
    (now, most): (DateTime<Utc>, usize),
) -> Vec<Scored> {
    let mut by: HashMap<Uuid, Vec<(&str, Uuid, Weight)>> = HashMap::new();
    for (case, named) in cases {
        let of_rule = judged.get(&case.rule).copied().unwrap_or_default();
        let Some(weight) = weight(case, of_rule, now) else { continue };
        let weight = Weight { share: 1.0 / named.len().max(1) as f64, ..weight };
        for id in named {
            by.entry(*id).or_default().push((&case.rule, case.id, weight));
        }
    }
    let mut scored: Vec<Scored> = by.into_iter().map(|(id, cases)| score(id, cases)).collect();
    scored.sort_by(|one, other| {
        other.score.total_cmp(&one.score).then_with(|| one.id.cmp(&other.id))
    });
    scored.truncate(most);
    scored
}

fn score(id: Uuid, mut cases: Vec<(&str, Uuid, Weight)>) -> Scored {
    cases.sort_by(|one, other| {
        other.2.score().total_cmp(&one.2.score()).then_with(|| one.1.cmp(&other.1))
    });
    let mut of_rule: HashMap<&str, f64> = HashMap::new();
    let mut score = 0.0;
    for (rule, _, weight) in &cases {
        let nth = of_rule.entry(rule).or_insert(0.0);
        *nth += 1.0;
        score += weight.score() / *nth;
    }
    Scored { id, score, cases: cases.into_iter().map(|(_, case, weight)| (case, weight)).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(day: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(day * 86_400, 0).unwrap()
    }

    fn case(n: u8, severity: i16) -> Weighed {
        Weighed {
            id: Uuid::from_bytes([n; 16]),
            rule: format!("AL{n:02}"),
            severity,
            status: CaseStatus::Open,
            last_seen_at: at(100),
            mass_g: 0,
            is_merged: false,
        }
    }

    fn near(value: f64, want: f64) -> bool {
        (value - want).abs() < 1e-9
    }

    #[test]
    fn a_case_weighs_by_severity_precision_recency_and_mass() {
        let of = |case: &Weighed, judged| weight(case, judged, at(100)).map(|one| one.score());
        let none = Judged::default();
        assert!(near(of(&case(1, 2), none).unwrap(), 9.0 * 0.8));
        let heavier = of(&case(1, 3), none).unwrap() / of(&case(1, 2), none).unwrap();
        assert!(near(heavier, 3.0));
        let old = Weighed { last_seen_at: at(10), ..case(1, 2) };
        assert!(near(of(&old, none).unwrap(), 9.0 * 0.8 / 2.0));
        let tonne = Weighed { mass_g: 900_000, ..case(1, 2) };
        assert!(near(of(&tonne, none).unwrap(), 9.0 * 0.8 * 2.0));
        let wrong = Judged { confirmed: 0, set_aside: 15 };
        assert!(near(of(&case(1, 2), wrong).unwrap(), 9.0 * 0.2));
    }

    #[test]
    fn who_is_named_alone_is_looked_at_before_one_of_three() {
        let [alone, one, other] = [91, 92, 93].map(|n| Uuid::from_bytes([n; 16]));
        let cases = [case(1, 2), case(2, 2)];
        let named: [&[Uuid]; 2] = [&[alone], &[one, other]];
        let ranked = ranked(cases.iter().zip(named), &HashMap::new(), (at(100), 5));
        assert_eq!(ranked[0].id, alone);
        assert!(near(ranked[0].score, 2.0 * ranked[1].score));
    }

    #[test]
    fn what_was_set_aside_does_not_count_and_what_is_resolved_little() {
        let of = |status, is_merged| {
            let case = Weighed { status, is_merged, ..case(1, 4) };
            weight(&case, Judged::default(), at(100)).map(|one| one.score())
        };
        assert_eq!(of(CaseStatus::Dismissed, false), None);
        assert_eq!(of(CaseStatus::Explained, false), None);
        assert_eq!(of(CaseStatus::Open, true), None);
        let open = of(CaseStatus::Open, false).unwrap();
        assert!(of(CaseStatus::Confirmed, false).unwrap() > open);
        assert!(of(CaseStatus::Resolved, false).unwrap() < open / 5.0);
    }

    #[test]
    fn many_kinds_weigh_more_than_many_of_a_kind() {
        let same = |n| Weighed { rule: "AL01".into(), ..case(n, 2) };
        let cases = [same(1), same(2), same(3), case(4, 2), case(5, 2), case(6, 2)];
        let flooded = [Uuid::from_bytes([91; 16])];
        let various = [Uuid::from_bytes([92; 16])];
        let named = |case: &Weighed| if case.rule == "AL01" { &flooded[..] } else { &various[..] };
        let named = cases.iter().map(|case| (case, named(case)));
        let ranked = ranked(named, &HashMap::new(), (at(100), 5));
        assert_eq!((ranked[0].id, ranked[1].id), (various[0], flooded[0]));
        assert!(near(ranked[0].score, 3.0 * 7.2) && ranked[1].score < ranked[0].score);
        assert_eq!(ranked[1].cases.len(), 3);
    }
}

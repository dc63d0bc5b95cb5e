//! How good: cases held against labels. Pure.
//!
//! A label is caught by a case of one of its rules (beside it: of any rule) that names one of its
//! manifests, or whose subject is its site, vehicle, driver or organisation, and that was first
//! seen from its beginning until sixty days after its end. A case is right if it catches any label
//! so, lapses of honest life included; those that nobody finds are no loss.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::label::Label;

/// How long after its end a fraud may be found.
const AFTER_DAYS: i64 = 60;

/// A case, as far as scoring needs it: a line of `cases.ndjson`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Case {
    pub rule: String,
    #[serde(default)]
    pub manifest_ids: Vec<String>,
    #[serde(default)]
    pub organisation_ids: Vec<String>,
    /// `manifest`, `site`, `organisation`, `vehicle`, `driver`, …
    pub subject_kind: String,
    pub subject_id: String,
    /// RFC 3339.
    pub first_seen_at: String,
    #[serde(default)]
    pub severity: String,
}

/// Counts of a fraud, a rule, or all.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Counted {
    /// Labels, without the lapses of honest life.
    pub labels: usize,
    pub caught: usize,
    /// By a case of whatever rule.
    pub caught_any: usize,
    pub cases: usize,
    pub right: usize,
    pub right_any: usize,
    /// None where there is nothing to find.
    pub recall: Option<f64>,
    pub recall_any: Option<f64>,
    /// None where there is no case.
    pub precision: Option<f64>,
    pub precision_any: Option<f64>,
    pub f1: Option<f64>,
    /// From the beginning of a label to the first case of one of its rules.
    pub median_days: Option<f64>,
    #[serde(skip)]
    days: Vec<f64>,
}

/// All figures.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Score {
    pub overall: Counted,
    pub by_fraud: BTreeMap<String, Counted>,
    /// Labels count for their first rule.
    pub by_rule: BTreeMap<String, Counted>,
    pub false_cases: usize,
    pub false_per_1000_manifests: Option<f64>,
}

/// A label with its times read.
struct Read<'a> {
    label: &'a Label,
    from: DateTime<Utc>,
    until: DateTime<Utc>,
    first: Option<DateTime<Utc>>,
    by_any: bool,
}

fn time(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text).ok().map(|time| time.with_timezone(&Utc))
}

fn read(label: &Label) -> Option<Read<'_>> {
    let until = time(&label.to)? + TimeDelta::days(AFTER_DAYS);
    Some(Read { label, from: time(&label.from)?, until, first: None, by_any: false })
}

/// Labels by what a case may name of them.
fn index<'a>(labels: &[Read<'a>]) -> HashMap<&'a str, Vec<usize>> {
    let mut index: HashMap<&str, Vec<usize>> = HashMap::new();
    for (n, one) in labels.iter().enumerate() {
        let label = one.label;
        let ids = label.manifest_ids.iter().chain(&label.organisation_ids);
        let ids = ids.chain(&label.site_ids).chain(&label.vehicle_ids).chain(&label.driver_ids);
        for id in ids {
            index.entry(id).or_default().push(n);
        }
    }
    index
}

/// Holds cases against labels; `manifests`: how many the world has, if that is known.
pub fn score(labels: &[Label], cases: &[Case], manifests: Option<usize>) -> Score {
    let mut labels: Vec<Read> = labels.iter().filter_map(read).collect();
    let index = index(&labels);
    let mut score = Score::default();
    for case in cases {
        let (right, right_any) = judge(case, &mut labels, &index);
        for counted in [&mut score.overall, score.by_rule.entry(case.rule.clone()).or_default()] {
            counted.cases += 1;
            counted.right += usize::from(right);
            counted.right_any += usize::from(right_any);
        }
    }
    for one in labels.iter().filter(|one| !one.label.honest) {
        let rule = one.label.rules.first().cloned().unwrap_or_default();
        for counted in [
            &mut score.overall,
            score.by_fraud.entry(one.label.fraud.clone()).or_default(),
            score.by_rule.entry(rule).or_default(),
        ] {
            counted.labels += 1;
            counted.caught += usize::from(one.first.is_some());
            counted.caught_any += usize::from(one.by_any);
            let took = one.first.map(|first| (first - one.from).num_minutes() as f64 / 1440.0);
            counted.days.extend(took);
        }
    }
    let all = score.by_fraud.values_mut().chain(score.by_rule.values_mut());
    all.for_each(Counted::settle);
    score.overall.settle();
    score.false_cases = score.overall.cases - score.overall.right;
    score.false_per_1000_manifests = manifests
        .filter(|count| *count > 0)
        .map(|count| score.false_cases as f64 * 1000.0 / count as f64);
    score
}

/// Whether a case catches a label by its rule, and whether by any; labels note what caught them.
fn judge(case: &Case, labels: &mut [Read], index: &HashMap<&str, Vec<usize>>) -> (bool, bool) {
    let Some(seen) = time(&case.first_seen_at) else { return (false, false) };
    let named = case.manifest_ids.iter().chain([&case.subject_id]);
    let (mut right, mut right_any) = (false, false);
    for n in named.filter_map(|id| index.get(id.as_str())).flatten() {
        let one = &mut labels[*n];
        if seen < one.from || seen > one.until {
            continue;
        }
        (right_any, one.by_any) = (true, true);
        if one.label.rules.contains(&case.rule) {
            right = true;
            one.first = Some(one.first.map_or(seen, |first| first.min(seen)));
        }
    }
    (right, right_any)
}

impl Counted {
    /// Shares, once all is counted.
    fn settle(&mut self) {
        let share = |part: usize, of: usize| (of > 0).then(|| part as f64 / of as f64);
        self.recall = share(self.caught, self.labels);
        self.recall_any = share(self.caught_any, self.labels);
        self.precision = share(self.right, self.cases);
        self.precision_any = share(self.right_any, self.cases);
        self.f1 = self.recall.zip(self.precision).map(|(recall, precision)| {
            let sum = recall + precision;
            if sum > 0.0 { 2.0 * recall * precision / sum } else { 0.0 }
        });
        self.days.sort_by(f64::total_cmp);
        self.median_days = self.days.get(self.days.len() / 2).copied();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn label(id: &str, rules: &[&str], manifest: &str, honest: bool) -> Label {
        Label {
            id: id.into(),
            fraud: format!("fraud-{id}"),
            rules: rules.iter().map(|rule| (*rule).to_owned()).collect(),
            manifest_ids: vec![manifest.into()],
            site_ids: vec![format!("site-{id}")],
            from: "2026-03-01T00:00:00.000Z".into(),
            to: "2026-03-31T00:00:00.000Z".into(),
            honest,
            ..Label::default()
        }
    }

    fn case(rule: &str, manifest: &str, subject: (&str, &str), seen: &str) -> Case {
        Case {
            rule: rule.into(),
            manifest_ids: vec![manifest.into()],
            subject_kind: subject.0.into(),
            subject_id: subject.1.into(),
            first_seen_at: format!("{seen}T00:00:00.000Z"),
            ..Case::default()
        }
    }

    fn is(share: Option<f64>, wanted: f64) -> bool {
        share.is_some_and(|share| (share - wanted).abs() < 1e-9)
    }

    #[test]
    fn a_label_is_caught_by_its_rule_in_its_time() {
        let labels =
            [label("a", &["AL01", "AL69"], "m1", false), label("b", &["AL09"], "m2", false)];
        let cases = [
            case("AL69", "m1", ("site", "x"), "2026-03-11"),
            case("AL69", "m1", ("site", "x"), "2026-04-20"),
            case("AL16", "m2", ("manifest", "m2"), "2026-03-05"),
            case("AL09", "m2", ("manifest", "m2"), "2026-08-01"),
        ];
        let score = score(&labels, &cases, Some(4000));
        assert_eq!(
            (score.overall.labels, score.overall.caught, score.overall.caught_any),
            (2, 1, 2)
        );
        assert!(is(score.overall.recall, 0.5) && is(score.overall.precision, 0.5));
        assert!(is(score.overall.precision_any, 0.75));
        assert!(is(score.overall.median_days, 10.0));
        assert_eq!(score.false_cases, 2);
        assert!(is(score.false_per_1000_manifests, 0.5));
        assert_eq!(score.by_fraud["fraud-a"].caught, 1);
        assert_eq!(score.by_rule["AL01"].labels, 1);
        assert_eq!(score.by_rule["AL69"].right, 2);
    }

    #[test]
    fn a_case_about_an_honest_lapse_is_right_and_its_miss_is_no_loss() {
        let labels = [label("a", &["AL07"], "m1", true), label("b", &["AL07"], "m2", true)];
        let cases = [case("AL07", "", ("site", "site-a"), "2026-03-11")];
        let score = score(&labels, &cases, None);
        assert_eq!((score.overall.labels, score.overall.right), (0, 1));
        assert!(score.overall.recall.is_none() && is(score.overall.precision, 1.0));
        assert!(score.false_per_1000_manifests.is_none());
    }

    #[test]
    fn an_organisation_that_is_only_named_beside_does_not_make_a_case_right() {
        let labels = [label("a", &["AL07"], "m1", false)];
        let mut wrong = case("AL07", "", ("manifest", "m9"), "2026-03-11");
        wrong.organisation_ids.push("site-a".into());
        assert_eq!(score(&labels, &[wrong], None).overall.right, 0);
    }
}

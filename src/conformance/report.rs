//! What a run found: for people a line a check, in both languages; for programs the same as JSON.

use serde_json::{Value, json};

use super::scenario::Scenario;

/// A sentence in both languages, Chinese first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    pub zh: String,
    pub en: String,
}

impl From<(&str, &str)> for Words {
    fn from((zh, en): (&str, &str)) -> Self {
        Self { zh: zh.to_owned(), en: en.to_owned() }
    }
}

impl From<(String, String)> for Words {
    fn from((zh, en): (String, String)) -> Self {
        Self { zh, en }
    }
}

/// One thing that the contract asks, and what was found.
#[derive(Clone, Debug)]
pub struct Check {
    pub words: Words,
    /// What is not as it should be; empty: all is right.
    pub faults: Vec<String>,
    /// Requests and answers that show it.
    pub shown: Vec<String>,
}

impl Check {
    pub fn is_right(&self) -> bool {
        self.faults.is_empty()
    }

    fn text(&self) -> String {
        let Words { zh, en } = &self.words;
        if self.is_right() {
            return format!("  对 ok    {zh} / {en}");
        }
        let mut text = format!("  错 WRONG {zh} / {en}");
        let lines = self.faults.iter().chain(self.shown.iter()).flat_map(|part| part.lines());
        for line in lines {
            text.push_str("\n           ");
            text.push_str(line);
        }
        text
    }

    fn json(&self) -> Value {
        let Words { zh, en } = &self.words;
        json!({"zh": zh, "en": en, "ok": self.is_right(), "faults": self.faults,
               "exchanges": if self.is_right() { &[] } else { self.shown.as_slice() }})
    }
}

/// A scenario that was tried.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub scenario: &'static Scenario,
    pub checks: Vec<Check>,
    /// What it needed to go on was missing: checks after that were not made.
    pub cut_short: bool,
}

impl Outcome {
    pub fn is_right(&self) -> bool {
        !self.cut_short && !self.checks.is_empty() && self.checks.iter().all(Check::is_right)
    }

    /// For people: the scenario's name and a line a check.
    pub fn text(&self) -> String {
        let Scenario { name, zh, en, .. } = self.scenario;
        let mut text = format!("{name}: {zh} / {en}");
        for check in &self.checks {
            text.push('\n');
            text.push_str(&check.text());
        }
        if self.cut_short {
            text.push_str("\n  —          其余未能检查 / the rest could not be checked");
        }
        text
    }

    fn json(&self) -> Value {
        let Scenario { name, zh, en, page, .. } = self.scenario;
        let checks: Vec<Value> = self.checks.iter().map(Check::json).collect();
        json!({"name": name, "zh": zh, "en": en, "page": page, "ok": self.is_right(),
               "cut_short": self.cut_short, "checks": checks})
    }
}

/// A whole run.
#[derive(Clone, Debug)]
pub struct Report {
    pub base_url: String,
    pub outcomes: Vec<Outcome>,
}

impl Report {
    pub fn is_right(&self) -> bool {
        !self.outcomes.is_empty() && self.outcomes.iter().all(Outcome::is_right)
    }

    fn counted(&self) -> (usize, usize) {
        let checks = self.outcomes.iter().flat_map(|outcome| &outcome.checks);
        (checks.clone().count(), checks.filter(|check| !check.is_right()).count())
    }

    /// The last line for people.
    pub fn summary(&self) -> String {
        let (checks, wrong) = self.counted();
        let failed = self.outcomes.iter().filter(|outcome| !outcome.is_right()).count();
        let scenarios = self.outcomes.len();
        format!(
            "{scenarios} 个场景，{checks} 项检查：{failed} 个场景、{wrong} 项检查不符 / \
             {scenarios} scenarios, {checks} checks: {failed} scenarios, {wrong} checks are wrong"
        )
    }

    pub fn json(&self) -> Value {
        let (checks, wrong) = self.counted();
        let outcomes: Vec<Value> = self.outcomes.iter().map(Outcome::json).collect();
        json!({"base_url": self.base_url, "ok": self.is_right(), "checks": checks,
               "wrong": wrong, "scenarios": outcomes})
    }
}

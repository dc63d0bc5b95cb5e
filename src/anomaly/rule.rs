//! The rules (`seeds/alarm_rules.csv`): what each is called, what it looks at, how heavy it weighs.
//! What a rule does is code, one file a family in `watch/rules`.

use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use crate::seed;
use crate::seeds::{SeedError, plain};
use crate::wire::api_enum;

api_enum! {
    /// How heavy a case weighs. In order.
    pub enum Severity {
        Info = "info",
        Low = "low",
        Medium = "medium",
        High = "high",
        Critical = "critical",
    }
}

impl Severity {
    /// The number in the database's columns, and the order of lists.
    pub const fn number(self) -> i16 {
        self as i16
    }
}

/// A rule by its number on the list: 1 is `AL01`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RuleId(pub u8);

impl std::fmt::Display for RuleId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "AL{:02}", self.0)
    }
}

impl RuleId {
    /// The rule with this code, if the list has it.
    pub fn parse(code: &str) -> Option<Self> {
        let number = code.strip_prefix("AL").filter(|digits| digits.len() == 2)?;
        let id = Self(number.parse().ok()?);
        RULES.iter().any(|rule| rule.id() == id).then_some(id)
    }

    /// What the list says of it.
    pub fn rule(self) -> Option<&'static Rule> {
        RULES.get(usize::from(self.0).checked_sub(1)?)
    }

    /// The weight that the list gives it; `Medium` for what it does not have.
    pub fn severity(self) -> Severity {
        self.rule().map_or(Severity::Medium, |rule| rule.severity)
    }
}

/// A row of the list.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Rule {
    pub rule_id: String,
    /// `all`, or streams separated by `;`.
    pub stream: String,
    pub family: String,
    pub name_zh: String,
    pub name_en: String,
    pub compares: String,
    pub default_threshold: String,
    pub severity: Severity,
    /// The law, or `engineering default`.
    pub source: String,
    pub threshold_configurable: String,
    pub explanation_zh: String,
    pub explanation_en: String,
    /// The events that it looks at, separated by `;`.
    pub event_kinds: String,
    /// What has to be told for it to say anything.
    pub needs_data: String,
}

impl Rule {
    pub fn id(&self) -> RuleId {
        RuleId(self.rule_id.get(2..).and_then(|digits| digits.parse().ok()).unwrap_or(0))
    }

    /// Whether it looks at waste of this stream.
    pub fn covers(&self, stream: &str) -> bool {
        self.stream == "all" || crate::seeds::list(&self.stream).any(|one| one == stream)
    }
}

/// All rules, in the order of their numbers, without a gap: the tests hold it.
pub static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| load().unwrap_or_default());

/// Reads the table. An error names file and line, and stops the start.
pub fn load() -> Result<Vec<Rule>, SeedError> {
    plain(seed!("alarm_rules.csv"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_is_dense_and_whole() {
        let rules = load().unwrap();
        assert_eq!(rules.len(), 86);
        for (at, rule) in rules.iter().enumerate() {
            assert_eq!(rule.rule_id, format!("AL{:02}", at + 1));
            assert_eq!(RuleId::parse(&rule.rule_id).unwrap().rule().unwrap().rule_id, rule.rule_id);
        }
        assert_eq!(RuleId::parse("AL99"), None);
        assert_eq!(RuleId::parse("al01"), None);
        assert!(Severity::High > Severity::Medium);
    }
}

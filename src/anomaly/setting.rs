//! What the parameters of rules are set to: by the whole corps, by a division, else the default.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

use super::param::Param;
use super::rule::RuleId;
use crate::seed;
use crate::seeds::{SeedError, plain};

/// The jurisdiction of the whole corps.
pub const CORPS: &str = "00";

/// A parameter as its table has it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct Spec {
    pub rule_id: String,
    pub param: String,
    pub unit: String,
    pub default: f64,
    pub min: f64,
    pub max: f64,
    /// Law, standard, or an engineering default.
    pub certainty: String,
}

impl Spec {
    pub fn rule(&self) -> Option<RuleId> {
        RuleId::parse(&self.rule_id)
    }

    /// Whether anybody may set it: what the law fixes has one value.
    pub fn is_open(&self) -> bool {
        self.min < self.max
    }
}

/// All parameters, in the order of [`Param::ALL`]: the tests hold it.
pub static SPECS: LazyLock<Vec<Spec>> = LazyLock::new(|| load().unwrap_or_default());

/// Reads the table. An error names file and line, and stops the start.
pub fn load() -> Result<Vec<Spec>, SeedError> {
    plain(seed!("alarm_parameters.csv"))
}

/// A parameter by the names of its row.
pub fn find(rule: RuleId, param: &str) -> Option<(Param, &'static Spec)> {
    let rule = rule.to_string();
    let at = SPECS.iter().position(|spec| spec.rule_id == rule && spec.param == param)?;
    Some((*Param::ALL.get(at)?, SPECS.get(at)?))
}

/// A value that a regulator set: the data of its event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Set {
    pub rule: String,
    pub param: String,
    /// Two digits; `00` is the whole corps.
    pub division: String,
    /// Decimal text, as it was given. `None`: the default again.
    pub value: Option<String>,
}

/// What is set, where it differs from the default.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    values: HashMap<(Param, String), f64>,
    /// Rules that a jurisdiction has switched off.
    off: std::collections::HashSet<(RuleId, String)>,
}

/// The name under which a rule is switched on (1) and off (0).
pub const ENABLED: &str = "enabled";

impl Settings {
    /// What holds of a parameter in a division.
    pub fn get(&self, param: Param, division: &str) -> f64 {
        if self.values.is_empty() {
            return SPECS.get(param as usize).map_or(0.0, |spec| spec.default);
        }
        let of = |division: &str| self.values.get(&(param, division.to_owned())).copied();
        of(division)
            .or_else(|| of(CORPS))
            .unwrap_or_else(|| SPECS.get(param as usize).map_or(0.0, |spec| spec.default))
    }

    /// Whether a rule looks at a division at all.
    pub fn is_on(&self, rule: RuleId, division: &str) -> bool {
        self.off.is_empty()
            || !(self.off.contains(&(rule, division.to_owned()))
                || self.off.contains(&(rule, CORPS.to_owned())))
    }

    /// Takes over a value. What no table has is left alone: an older program wrote it.
    pub fn set(&mut self, set: &Set) {
        let Some(rule) = RuleId::parse(&set.rule) else { return };
        let value = set.value.as_deref().and_then(|text| text.parse::<f64>().ok());
        if set.param == ENABLED {
            let key = (rule, set.division.clone());
            if value == Some(0.0) {
                self.off.insert(key);
            } else {
                self.off.remove(&key);
            }
            return;
        }
        let Some((param, _)) = find(rule, &set.param) else { return };
        let key = (param, set.division.clone());
        match value {
            Some(value) => self.values.insert(key, value),
            None => self.values.remove(&key),
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_has_its_name_and_a_default_within_its_range() {
        let specs = load().unwrap();
        assert_eq!(specs.len(), Param::ALL.len());
        for (param, spec) in Param::ALL.iter().zip(&specs) {
            let words = spec.param.split('_').map(|word| {
                let (first, rest) = word.split_at(1);
                first.to_uppercase() + rest
            });
            let name = format!("Al{}{}", &spec.rule_id[2..], words.collect::<String>());
            assert_eq!(format!("{param:?}"), name);
            assert!(spec.min <= spec.default && spec.default <= spec.max, "{name}");
            assert_eq!(find(spec.rule().unwrap(), &spec.param).unwrap().0, *param);
        }
    }

    #[test]
    fn a_division_sets_its_own_before_the_corps_and_the_default() {
        let mut settings = Settings::default();
        let get = |settings: &Settings, division| settings.get(Param::Al16Factor, division);
        let set = |value: Option<&str>, division: &str| Set {
            rule: "AL16".to_owned(),
            param: "factor".to_owned(),
            division: division.to_owned(),
            value: value.map(str::to_owned),
        };
        let near = |value: f64, want: f64| (value - want).abs() < 1e-9;
        assert!(near(get(&settings, "01"), 1.5));
        settings.set(&set(Some("2"), CORPS));
        settings.set(&set(Some("3"), "01"));
        assert!(near(get(&settings, "01"), 3.0) && near(get(&settings, "02"), 2.0));
        settings.set(&set(None, "01"));
        assert!(near(get(&settings, "01"), 2.0));
        let off = Set { param: ENABLED.to_owned(), ..set(Some("0"), "01") };
        settings.set(&off);
        assert!(!settings.is_on(RuleId(16), "01") && settings.is_on(RuleId(16), "02"));
    }
}

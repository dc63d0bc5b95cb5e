//! The rules as regulators see them: what each looks for, what it is set to, and what became of
//! what it found, so that whoever sets a parameter knows how often the rule was right.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;

use super::asked::{RulesQuery, WhichDivision};
use super::rule::{RULES, Rule, RuleId, Severity};
use super::rules_store as store;
use super::setting::{CORPS, SPECS, Set, Settings, Spec, find};
use super::setting_store;
use super::sight::Sight;
use super::tune::{looks, rule_of};
use crate::app::App;
use crate::ctx::{Actor, Ctx, Role};
use crate::problem::Problem;
use crate::registry::DivisionNumber;

/// A rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct AnomalyRuleView {
    pub code: String,
    pub family: String,
    /// The streams that it looks at.
    pub streams: Vec<String>,
    pub name_zh: String,
    pub name_en: String,
    pub explanation_zh: String,
    pub explanation_en: String,
    /// What is compared with what.
    pub compares: String,
    pub default_threshold: String,
    pub severity: Severity,
    /// The law, or `engineering default`.
    pub source: String,
    /// The events that it looks at.
    pub event_kinds: Vec<String>,
    /// What has to be told for it to say anything.
    pub needs_data: Vec<String>,
    /// For which division it is shown; `00`: the corps.
    pub division: String,
    /// Whether it looks there at all.
    pub is_enabled: bool,
    pub parameters: Vec<RuleParameterView>,
    pub feedback: FeedbackView,
}

/// A parameter of a rule.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RuleParameterView {
    pub name: String,
    pub unit: String,
    /// What holds in the division.
    pub value: f64,
    pub default: f64,
    pub min: f64,
    pub max: f64,
    /// Law, standard, or an engineering default.
    pub certainty: String,
    /// Whether anybody may set it: what the law fixes has one value.
    pub is_open: bool,
    /// Who set what holds: a division, `00` for the corps; null for the default.
    #[schema(required)]
    pub set_for: Option<String>,
}

/// What became of what a rule found, as far as the caller sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct FeedbackView {
    pub open: i64,
    pub acknowledged: i64,
    pub explained: i64,
    pub confirmed: i64,
    pub dismissed: i64,
    pub resolved: i64,
    /// Of those that were judged, the share that was confirmed; null where none was.
    #[schema(required)]
    pub confirmed_rate: Option<f64>,
}

impl FeedbackView {
    /// Of counts by status.
    pub fn of<'a>(counts: impl Iterator<Item = (&'a str, i64)>) -> Self {
        let mut feedback = Self::default();
        for (status, count) in counts {
            match status {
                "open" => feedback.open += count,
                "acknowledged" => feedback.acknowledged += count,
                "explained" => feedback.explained += count,
                "confirmed" => feedback.confirmed += count,
                "dismissed" => feedback.dismissed += count,
                _ => feedback.resolved += count,
            }
        }
        let judged = feedback.confirmed + feedback.dismissed + feedback.explained;
        let rate = (judged > 0).then(|| feedback.confirmed as f64 / judged as f64);
        Self { confirmed_rate: rate, ..feedback }
    }
}

/// For which division rules are shown: the one asked for, else one's own. A regulator of a division
/// sees what is set for its own and for the corps.
fn division_of(actor: &Actor, asked: Option<&DivisionNumber>) -> Result<String, Problem> {
    let own = match (actor.role, actor.division.as_deref()) {
        (Role::CorpsRegulator, _) | (_, None) => CORPS,
        (_, Some(division)) => division,
    };
    let division = asked.map_or(own, DivisionNumber::as_str);
    let sees = own == CORPS || division == own || division == CORPS;
    crate::identity::policy::require(sees)?;
    Ok(division.to_owned())
}

/// What rules are shown by.
struct Shown {
    division: String,
    sets: Vec<Set>,
    settings: Settings,
    counts: HashMap<String, Vec<(String, i64)>>,
}

impl Shown {
    async fn read(app: &App, ctx: &Ctx, asked: &WhichDivision) -> Result<Self, Problem> {
        looks(&ctx.actor)?;
        let division = division_of(&ctx.actor, asked.division.as_ref())?;
        let sets = setting_store::all(&app.pool).await?;
        let mut settings = Settings::default();
        for set in &sets {
            settings.set(set);
        }
        let mut counts: HashMap<String, Vec<(String, i64)>> = HashMap::new();
        for (rule, status, count) in store::counts(&app.pool, &Sight::of(&ctx.actor)).await? {
            counts.entry(rule).or_default().push((status, count));
        }
        Ok(Self { division, sets, settings, counts })
    }

    fn rule(&self, rule: &Rule) -> AnomalyRuleView {
        let list = |text: &str| crate::seeds::list(text).map(str::to_owned).collect();
        let none = Vec::new();
        let counts = self.counts.get(&rule.rule_id).unwrap_or(&none).iter();
        let own = SPECS.iter().filter(|spec| spec.rule_id == rule.rule_id);
        AnomalyRuleView {
            code: rule.rule_id.clone(),
            family: rule.family.clone(),
            streams: match rule.stream.as_str() {
                "all" => list("hazardous;medical;kitchen"),
                some => list(some),
            },
            name_zh: rule.name_zh.clone(),
            name_en: rule.name_en.clone(),
            explanation_zh: rule.explanation_zh.clone(),
            explanation_en: rule.explanation_en.clone(),
            compares: rule.compares.clone(),
            default_threshold: rule.default_threshold.clone(),
            severity: rule.severity,
            source: rule.source.clone(),
            event_kinds: list(&rule.event_kinds),
            needs_data: list(&rule.needs_data),
            division: self.division.clone(),
            is_enabled: self.settings.is_on(rule.id(), &self.division),
            parameters: own.map(|spec| self.parameter(rule.id(), spec)).collect(),
            feedback: FeedbackView::of(counts.map(|(status, count)| (status.as_str(), *count))),
        }
    }

    fn parameter(&self, rule: RuleId, spec: &Spec) -> RuleParameterView {
        let value = find(rule, &spec.param)
            .map_or(spec.default, |(param, _)| self.settings.get(param, &self.division));
        let set_for = |division: &str| {
            let is_it = |set: &&Set| {
                set.rule == spec.rule_id
                    && set.param == spec.param
                    && set.division == division
                    && set.value.is_some()
            };
            self.sets.iter().find(is_it).map(|set| set.division.clone())
        };
        RuleParameterView {
            name: spec.param.clone(),
            unit: spec.unit.clone(),
            value,
            default: spec.default,
            min: spec.min,
            max: spec.max,
            certainty: spec.certainty.clone(),
            is_open: spec.is_open(),
            set_for: set_for(&self.division).or_else(|| set_for(CORPS)),
        }
    }
}

/// The rules from a number on. Errors: 403 to whoever is no regulator: who is watched is not told
/// by which limits.
pub async fn rules(
    app: &App,
    ctx: &Ctx,
    asked: &RulesQuery,
) -> Result<Vec<AnomalyRuleView>, Problem> {
    let division = WhichDivision { division: asked.division.clone() };
    let shown = Shown::read(app, ctx, &division).await?;
    let after = asked.cursor.as_ref().map_or(0, |cursor| usize::from(cursor.0));
    Ok(RULES.iter().skip(after).map(|rule| shown.rule(rule)).collect())
}

/// One rule. Errors: 403; 404 for a code that is none.
pub async fn rule(
    app: &App,
    ctx: &Ctx,
    code: &str,
    asked: &WhichDivision,
) -> Result<AnomalyRuleView, Problem> {
    let shown = Shown::read(app, ctx, asked).await?;
    Ok(shown.rule(rule_of(code)?))
}

/// The rule that a setting is of, as it is set for the setting's division after `set`, which may
/// not be written yet.
pub async fn rule_with(app: &App, ctx: &Ctx, set: &Set) -> Result<AnomalyRuleView, Problem> {
    let asked = WhichDivision { division: DivisionNumber::parse(&set.division) };
    let mut shown = Shown::read(app, ctx, &asked).await?;
    shown.settings.set(set);
    shown.sets.retain(|one| {
        (&one.rule, &one.param, &one.division) != (&set.rule, &set.param, &set.division)
    });
    shown.sets.push(set.clone());
    Ok(shown.rule(rule_of(&set.rule)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn feedback_counts_what_was_judged() {
        let counts = [("open", 4), ("confirmed", 3), ("dismissed", 1), ("resolved", 9)];
        let feedback = FeedbackView::of(counts.into_iter());
        assert_eq!((feedback.open, feedback.resolved), (4, 9));
        assert!(feedback.confirmed_rate.is_some_and(|rate| (rate - 0.75).abs() < 1e-9));
        assert_eq!(FeedbackView::of([("open", 1)].into_iter()).confirmed_rate, None);
    }
}

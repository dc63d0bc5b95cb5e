//! What a rule would have flagged with other parameters: the log seen from zero by a watch of its
//! own. Changes nothing.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::asked::PreviewRule;
use super::case::Case;
use super::engine::reference;
use super::rebuild::Replay;
use super::rule::{Rule, Severity};
use super::setting::{CORPS, Set, find};
use super::setting_store;
use super::sight::Sight;
use super::store;
use super::tune::{looks, rule_of, within};
use super::view::CaseSubjectView;
use crate::app::{App, place};
use crate::clock::rfc3339;
use crate::ctx::{Ctx, Role};
use crate::ids::AnomalyId;
use crate::journal;
use crate::problem::{Code, Fault, Problem, Text};
use crate::registry::DivisionNumber;
use crate::wire::Asked;

/// Events that a preview sees at most: some minutes of work.
const EVENTS_MAX: i64 = 5_000_000;

/// Cases that are shown of it.
const SAMPLE: usize = 50;

/// What would have been flagged.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RulePreviewView {
    pub code: String,
    /// Events that were seen for it.
    pub events: i64,
    /// Cases that it would have made.
    pub cases: usize,
    /// How often it would have reminded somebody before a case: what its `warn` parameters move.
    pub reminders: usize,
    /// Those of them whose facts are still there.
    pub still_there: usize,
    /// Cases that are there now, of the same rule and time.
    pub now: usize,
    /// Of the cases it would have made, those that are not there now.
    pub new: usize,
    /// Of the cases that are there now, those that it would not have made.
    pub gone: usize,
    /// Of the cases that it would not have made, those that somebody has confirmed: a rule that
    /// loses them is worse, however quiet.
    pub gone_confirmed: usize,
    /// Of the cases that it would not have made, those that somebody has dismissed.
    pub gone_dismissed: usize,
    /// The heaviest and newest of what it would have made.
    pub sample: Vec<PreviewedCaseView>,
}

/// A case that would have been made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PreviewedCaseView {
    pub id: AnomalyId,
    /// It is not there now.
    pub is_new: bool,
    #[schema(value_type = Severity)]
    pub severity: &'static str,
    pub subject: CaseSubjectView,
    pub divisions: Vec<String>,
    #[schema(value_type = Object)]
    pub evidence: serde_json::Value,
    #[schema(value_type = chrono::DateTime<chrono::Utc>)]
    pub first_seen_at: String,
}

/// The settings that a rule is tried with: those that hold, and these. Errors: 422 for a name that
/// is none, and a value out of its range.
fn settings(rule: &Rule, asked: &PreviewRule, division: &str) -> Result<Vec<Set>, Problem> {
    let (mut sets, mut faults) = (Vec::new(), Vec::new());
    for (name, value) in &asked.parameters.0 {
        let at = format!("/parameters/{}", name.replace('~', "~0").replace('/', "~1"));
        let Some((_, spec)) = find(rule.id(), name) else {
            let text = Text::new("规则没有这个参数。", "The rule has no such parameter.");
            faults.push(Fault::new(Code::UnknownField, at, text));
            continue;
        };
        if let Err(problem) = within(rule, spec, value.number(), &at) {
            faults.extend(problem.faults().iter().cloned());
            continue;
        }
        sets.push(Set {
            rule: rule.rule_id.clone(),
            param: name.clone(),
            division: division.to_owned(),
            value: Some(value.text()),
        });
    }
    Problem::unless_empty(faults)?;
    Ok(sets)
}

/// Tries a rule with other parameters on what has happened. Errors: 404, 403, 422, `out_of_range`
/// for a log that is too long; 503 while others do the same.
pub async fn preview(
    app: &App,
    ctx: &Ctx,
    code: &str,
    asked: Asked<PreviewRule>,
) -> Result<RulePreviewView, Problem> {
    looks(&ctx.actor)?;
    let rule = rule_of(code)?;
    let asked = asked?;
    let sight = Sight::of(&ctx.actor);
    let own = ctx.actor.division.as_deref().filter(|_| ctx.actor.role != Role::CorpsRegulator);
    let division = asked.division.as_ref().map(DivisionNumber::as_str);
    crate::identity::policy::require(own.is_none() || division.is_none() || division == own)?;
    let division = division.or(own).filter(|division| *division != CORPS);
    if let (Some(from), Some(to)) = (asked.from, asked.to)
        && from >= to
    {
        let text = Text::new("结束时间须晚于开始时间。", "It must be later than `from`.");
        return Err(Problem::at(Code::OutOfRange, "/to", text));
    }
    let tried = settings(rule, &asked, division.unwrap_or(CORPS))?;
    let size = journal::size(&app.pool).await?;
    if size > EVENTS_MAX {
        let text = Text::new(
            format!("日志已有 {size} 条，试算最多 {EVENTS_MAX} 条。"),
            format!("The log has {size} events; a preview sees {EVENTS_MAX} at most."),
        );
        return Err(Problem::new(Code::OutOfRange, text));
    }
    let _place = place(&app.watching.previews)?;
    let mut replay = Replay::begin(reference(app));
    let in_force = setting_store::all(&app.pool).await?;
    in_force.iter().chain(&tried).for_each(|set| replay.watch.settings.set(set));
    replay.tried = Some(rule.id());
    replay.go_on(&app.pool, (size, Some(ctx.now)), &mut |_| {}).await?;
    let is_within = |at: DateTime<Utc>, divisions: &[String]| {
        division.is_none_or(|own| divisions.iter().any(|one| one == own))
            && asked.from.is_none_or(|from| at >= from)
            && asked.to.is_none_or(|to| at < to)
    };
    let is_meant =
        |case: &Case| case.rule == rule.rule_id && is_within(case.first_seen_at, &case.divisions);
    let reminders = replay.reminders.iter().filter(|(at, of)| is_within(*at, of)).count();
    let made: Vec<Case> = replay.cases.into_values().filter(is_meant).collect();
    let made = seen(made, &sight);
    let there = store::of_rule(&app.pool, &sight, &rule.rule_id).await?;
    let there: Vec<store::Stored> = there.into_iter().filter(|one| is_meant(&one.case)).collect();
    Ok(RulePreviewView { reminders, ..compared(rule, size, made, &there) })
}

/// Those that the caller would see.
fn seen(mut cases: Vec<Case>, sight: &Sight) -> Vec<Case> {
    cases.retain(|case| sight.judges(case));
    cases.sort_by_key(|case| std::cmp::Reverse(case.key()));
    cases
}

fn compared(rule: &Rule, events: i64, made: Vec<Case>, there: &[store::Stored]) -> RulePreviewView {
    use super::review::CaseStatus::{Confirmed, Dismissed};
    let known: HashSet<Uuid> = there.iter().map(|one| one.case.id).collect();
    let found: HashSet<Uuid> = made.iter().map(|case| case.id).collect();
    let gone = || there.iter().filter(|one| !found.contains(&one.case.id));
    let word = |severity: i16| {
        let at = usize::try_from(severity).ok();
        at.and_then(|at| Severity::ALL.get(at)).map_or("medium", |one| one.as_str())
    };
    RulePreviewView {
        code: rule.rule_id.clone(),
        events,
        cases: made.len(),
        reminders: 0,
        still_there: made.iter().filter(|case| case.resolved_at.is_none()).count(),
        now: there.len(),
        new: made.iter().filter(|case| !known.contains(&case.id)).count(),
        gone: gone().count(),
        gone_confirmed: gone().filter(|one| one.status == Confirmed).count(),
        gone_dismissed: gone().filter(|one| one.status == Dismissed).count(),
        sample: made
            .into_iter()
            .take(SAMPLE)
            .map(|case| PreviewedCaseView {
                id: AnomalyId::of(case.id),
                is_new: !known.contains(&case.id),
                severity: word(case.severity),
                subject: CaseSubjectView::of(&case),
                divisions: case.divisions,
                evidence: case.evidence,
                first_seen_at: rfc3339(case.first_seen_at),
            })
            .collect(),
    }
}

//! Setting the parameters of rules, and switching rules off and on: for the corps, or a division.

use std::collections::HashSet;

use uuid::Uuid;

use super::asked::{EnableRule, SetParameter, WhichDivision};
use super::decided::{self, Change};
use super::finding::derived;
use super::rule::{Rule, RuleId};
use super::setting::{CORPS, ENABLED, Set, Settings, Spec, find};
use super::setting_store as store;
use crate::app::App;
use crate::catalogue::Stream;
use crate::command::Freshness;
use crate::ctx::{Actor, Ctx, Role};
use crate::db::Pool;
use crate::decision::{Decision, SubjectKind};
use crate::identity::policy;
use crate::problem::{Code, Fault, Problem, Text};
use crate::registry::{Answered, DivisionNumber, Entry, commit};
use crate::wire::Asked;

impl Entry for Set {
    const KIND: SubjectKind = SubjectKind::RuleSetting;

    fn uuid(&self) -> Uuid {
        let parts = [&self.rule, &self.param, &self.division].map(String::as_bytes);
        derived(&[b"setting", parts[0], parts[1], parts[2]])
    }
}

/// Whether the actor looks at rules, and sees what they are set to: regulators.
pub fn looks(actor: &Actor) -> Result<(), Problem> {
    policy::require(policy::is_system(actor) || actor.role.is_regulator())
}

/// The streams of which a setting changes what is flagged: the parameter's own, where its name
/// begins with one, else all of the rule's.
fn streams_of(rule: &Rule, param: &str) -> Vec<Stream> {
    let is_own = |stream: &&Stream| {
        let rest = param.strip_prefix(stream.as_str());
        rest.is_some_and(|rest| rest.starts_with('_'))
    };
    match Stream::ALL.iter().find(is_own) {
        Some(own) => vec![*own],
        None => Stream::ALL.iter().copied().filter(|one| rule.covers(one.as_str())).collect(),
    }
}

/// Whether all that a setting changes is the actor's agency's matter: a limit of kitchen waste is
/// not set by who looks after hospitals, nor one of all streams by who looks after one.
fn is_of_agency(actor: &Actor, (rule, param): (&Rule, &str)) -> bool {
    streams_of(rule, param).into_iter().all(|stream| policy::corrects_stream(actor, stream))
}

/// For which division the actor sets something: its own, or any of the corps'. Errors: 403.
fn division_of(
    actor: &Actor,
    of: (&Rule, &str),
    asked: Option<&DivisionNumber>,
) -> Result<String, Problem> {
    let own = match (actor.role, &actor.division) {
        (Role::CorpsRegulator, _) => CORPS,
        (Role::DivisionRegulator, Some(division)) => division.as_str(),
        _ => return Err(Problem::forbidden()),
    };
    let division = asked.map_or(own, DivisionNumber::as_str);
    policy::require(policy::regulates(actor, division) && is_of_agency(actor, of))?;
    Ok(division.to_owned())
}

/// A rule by its code. Errors: 404.
pub fn rule_of(code: &str) -> Result<&'static Rule, Problem> {
    RuleId::parse(code).and_then(RuleId::rule).ok_or_else(Problem::not_found)
}

fn spec_of(rule: &Rule, param: &str) -> Result<&'static Spec, Problem> {
    find(rule.id(), param).map(|(_, spec)| spec).ok_or_else(Problem::not_found)
}

/// Sets a parameter. Errors: 404 for a code or name that is none, 403, 422 out of its range.
pub async fn set_parameter(
    app: &App,
    ctx: &Ctx,
    (code, param): (&str, &str),
    asked: Asked<SetParameter>,
) -> Result<Answered<Set>, Problem> {
    looks(&ctx.actor)?;
    let rule = rule_of(code)?;
    let spec = spec_of(rule, param)?;
    division_of(&ctx.actor, (rule, param), None)?;
    let asked = asked?;
    let division = division_of(&ctx.actor, (rule, param), asked.division.as_ref())?;
    within(rule, spec, asked.value.number(), "/value")?;
    let value = Some(asked.value.text());
    let set = Set { rule: rule.rule_id.clone(), param: param.to_owned(), division, value };
    in_order(&store::all(&app.pool).await?, rule, &set)?;
    write(app, ctx, set).await
}

/// Parameters that are steps of one scale: each at least as high as the one before it.
const STEPS: &[(u8, &[&str])] = &[(33, &["warn", "high", "critical"]), (58, &["warn", "limit"])];

/// 422 where a step would lie below the one before it, by what holds in the setting's division.
fn in_order(sets: &[Set], rule: &Rule, set: &Set) -> Result<(), Problem> {
    let mut settings = Settings::default();
    sets.iter().chain([set]).for_each(|one| settings.set(one));
    let Some((_, steps)) = STEPS.iter().find(|(id, _)| RuleId(*id) == rule.id()) else {
        return Ok(());
    };
    let held = |name: &str| {
        find(rule.id(), name).map_or(0.0, |(param, _)| settings.get(param, &set.division))
    };
    for pair in steps.windows(2) {
        let [low, high] = pair else { continue };
        if held(low) > held(high) && [low, high].contains(&&set.param.as_str()) {
            let text = Text::new(
                format!("{low}（{}）不得高于 {high}（{}）。", held(low), held(high)),
                format!("{low} ({}) must not be above {high} ({}).", held(low), held(high)),
            );
            return Err(Problem::at(Code::OutOfRange, "/value", text));
        }
    }
    Ok(())
}

/// The default again. Errors: 404 also where nobody has set it there.
pub async fn unset_parameter(
    app: &App,
    ctx: &Ctx,
    (code, param): (&str, &str),
    asked: Asked<WhichDivision>,
) -> Result<Answered<Set>, Problem> {
    looks(&ctx.actor)?;
    let rule = rule_of(code)?;
    spec_of(rule, param)?;
    division_of(&ctx.actor, (rule, param), None)?;
    let asked = asked?;
    let division = division_of(&ctx.actor, (rule, param), asked.division.as_ref())?;
    let set = Set { rule: rule.rule_id.clone(), param: param.to_owned(), division, value: None };
    let found = store::one(&app.pool, set.uuid()).await?;
    if found.is_none_or(|(before, _)| before.value.is_none()) {
        return Err(Problem::not_found());
    }
    write(app, ctx, set).await
}

/// Switches a rule on or off.
pub async fn enable(
    app: &App,
    ctx: &Ctx,
    code: &str,
    asked: Asked<EnableRule>,
) -> Result<Answered<Set>, Problem> {
    looks(&ctx.actor)?;
    let rule = rule_of(code)?;
    division_of(&ctx.actor, (rule, ENABLED), None)?;
    let asked = asked?;
    let division = division_of(&ctx.actor, (rule, ENABLED), asked.division.as_ref())?;
    let value = Some(if asked.enabled { "1" } else { "0" }.to_owned());
    let set = Set { rule: rule.rule_id.clone(), param: ENABLED.to_owned(), division, value };
    write(app, ctx, set).await
}

async fn write(app: &App, ctx: &Ctx, set: Set) -> Result<Answered<Set>, Problem> {
    let read = async |_: Freshness| store::one(&app.pool, set.uuid()).await;
    commit(app, ctx, read, |found| decide(&set, found.as_ref(), ctx)).await
}

fn decide(set: &Set, found: Option<&(Set, i64)>, ctx: &Ctx) -> Result<Decision, Problem> {
    let version = found.map_or(0, |(_, version)| *version);
    ctx.expect_version(version)?;
    let kind = if version == 0 { "registered" } else { "changed" };
    let row = store::row(set, version == 0);
    decided::decision(vec![Change { kind, value: set.clone(), version, row }], ctx)
}

/// The unit of what is counted: no half of it is there.
const COUNT: &str = "count";

/// 422 for what the law has fixed, out of the range, and half a thing that is counted.
pub fn within(rule: &Rule, spec: &Spec, value: f64, pointer: &str) -> Result<(), Problem> {
    let Spec { param, min, max, unit, certainty, .. } = spec;
    if !spec.is_open() {
        let source = &rule.source;
        let text = Text::new(
            format!("参数 {param} 固定为 {min} {unit}（{certainty}；{source}），不能调整。"),
            format!("{param} is fixed at {min} {unit} ({certainty}; {source})."),
        );
        return Err(Fault::new(Code::InvalidValue, pointer, text)
            .with("source", certainty.as_str())
            .into());
    }
    if unit == COUNT && value.fract() != 0.0 {
        let text = Text::new(
            format!("参数 {param} 是个数，应为整数。"),
            format!("{param} is a count: it must be whole."),
        );
        return Err(Fault::new(Code::InvalidValue, pointer, text).into());
    }
    if (*min..=*max).contains(&value) {
        return Ok(());
    }
    let text = Text::new(
        format!("参数 {param} 应在 {min} 到 {max} {unit} 之间。"),
        format!("{param} must be from {min} to {max} {unit}."),
    );
    Err(Fault::new(Code::OutOfRange, pointer, text).with("min", *min).with("max", *max).into())
}

/// Those of `ids` whose changes the actor may see in the feed: its division's and the corps'.
pub async fn settings_seen(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    if looks(actor).is_err() {
        return Ok(HashSet::new());
    }
    let division = actor.division.as_deref().filter(|_| actor.role != Role::CorpsRegulator);
    store::among(pool, division, ids).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_counted_is_whole() {
        let set = |code: u8, param, value| {
            let rule = RuleId(code).rule().unwrap();
            within(rule, spec_of(rule, param).unwrap(), value, "/value").is_ok()
        };
        assert!(set(44, "window", 20.0) && !set(44, "window", 20.5) && !set(44, "window", 201.0));
        assert!(set(76, "stock_months", 2.5));
    }

    #[test]
    fn a_setting_is_of_the_streams_that_it_changes() {
        let streams = |code: u8, param| {
            let streams = streams_of(RuleId(code).rule().unwrap(), param);
            streams.into_iter().map(Stream::as_str).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(streams(1, "hazardous_percent"), "hazardous");
        assert_eq!(streams(1, "kitchen_round_floor"), "kitchen");
        assert_eq!(streams(1, ENABLED), "hazardous medical kitchen");
        assert_eq!(streams(47, "warn"), "medical");
        assert_eq!(streams(79, "limit"), "hazardous medical");
    }
}

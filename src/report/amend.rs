//! Amending: the report is generated from the ledger again, as one version more; those before stay.

use super::asked::AmendReport;
use super::content::{differences, frozen_lines};
use super::facts::{Generated, Place, generate};
use super::model::{Report, Version};
use super::store;
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::decision::Decision;
use crate::identity::policy;
use crate::ids::ReportId;
use crate::journal::frozen;
use crate::problem::{Code, Problem, Text};
use crate::registry::{Answered, Entered, commit, words};
use crate::wire::Asked;

/// What is decided on.
struct Facts {
    place: Place,
    newest: Version,
    generated: Generated,
}

/// A report in its newest version, with where it is of.
async fn read_one(
    app: &App,
    id: ReportId,
    freshness: Freshness,
) -> Result<(Version, Place), Problem> {
    let newest = store::one(&app.pool, id).await?.ok_or_else(Problem::not_found)?;
    let place = Place::read(app, newest.report.site_id, freshness).await?;
    Ok((newest, place.ok_or_else(|| Problem::internal("a report of no site"))?))
}

/// Amends a report. Errors: 409 where the ledger says what the report says.
pub async fn amend(
    app: &App,
    ctx: &Ctx,
    id: ReportId,
    asked: Asked<AmendReport>,
) -> Result<Answered<Report>, Problem> {
    let read = async |freshness: Freshness| {
        let (newest, place) = read_one(app, id, freshness).await?;
        policy::allow(place.is_seen_by(&ctx.actor), place.is_reported_by(&ctx.actor))?;
        let generated = generate(app, ctx, (&place, newest.report.covers())).await?;
        Ok(Facts { place, newest, generated })
    };
    commit(app, ctx, read, |facts| decide(facts, &asked, ctx)).await
}

fn decide(facts: &Facts, asked: &Asked<AmendReport>, ctx: &Ctx) -> Result<Decision, Problem> {
    let Facts { place, newest, generated } = facts;
    let before = &newest.report;
    policy::allow(place.is_seen_by(&ctx.actor), place.is_reported_by(&ctx.actor))?;
    ctx.expect_version(before.version)?;
    let asked = asked.as_ref().map_err(Clone::clone)?;
    let content = &generated.content;
    if differences(&frozen_lines(&newest.content)?, &content.lines).is_empty() {
        let detail = Text::new(
            "台账与已申报内容一致，无需更正；如台账有误，请先更正台账。",
            "The ledger says what was reported; where it is wrong, correct the ledger first.",
        );
        return Err(Problem::new(Code::NothingChanged, detail));
    }
    let (text, content_sha256) = frozen(content)?;
    let report = Report {
        version: before.version + 1,
        management_class: content.management_class,
        class_reasons: content.class_reasons.clone(),
        made_at: ctx.now,
        reason: Some(asked.reason),
        reason_text: asked.reason_text.as_ref().map(words),
        content_sha256,
        ..before.clone()
    };
    let declared_by = asked.declared_by.as_ref().map(words);
    let version = Version { report, declared_by, content: text };
    let rows = vec![store::insert(&version)];
    let mut entered = Entered::new(version.report, Some(before.version), rows);
    entered.guards.extend([place.site.guard, place.organisation.guard]);
    entered.decision(ctx)
}

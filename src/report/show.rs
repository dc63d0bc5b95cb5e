//! One report: what it says, what its ledger says by now, and what became of it.

use serde_json::value::RawValue;

use super::asked::{ReportPreviewQuery, period_asked};
use super::content::{ReportContentView, ReportLineView, differences, frozen_lines};
use super::content_store;
use super::facts::{Place, generate};
use super::model::Version;
use super::shown::{ReportVersionView, ReportView, WholeReportView};
use super::store;
use crate::app::App;
use crate::clock::rfc3339;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::identity::policy;
use crate::ids::ReportId;
use crate::limits::REPORT_VERSIONS_SHOWN_MAX;
use crate::problem::Problem;

/// What a report would say now. Errors: 404 for a site that is not the caller's to see.
pub async fn preview(
    app: &App,
    ctx: &Ctx,
    asked: &ReportPreviewQuery,
) -> Result<ReportContentView, Problem> {
    let place = Place::read(app, asked.site_id, Freshness::Fresh).await?;
    let place = place.filter(|place| place.is_seen_by(&ctx.actor));
    let place = place.ok_or_else(Problem::not_found)?;
    let period = period_asked((asked.period, asked.year, asked.number), "/query")?;
    Ok(generate(app, ctx, (&place, period)).await?.content)
}

/// One report with all of it; and its lines. Errors: 404 for one that is not the caller's to see.
pub async fn show(
    app: &App,
    ctx: &Ctx,
    id: ReportId,
) -> Result<(WholeReportView, Vec<ReportLineView>), Problem> {
    let kept = store::versions(&app.pool, id).await?;
    let newest = kept.first().ok_or_else(Problem::not_found)?;
    let place = Place::read(app, newest.report.site_id, Freshness::Fresh).await?;
    let place = place.ok_or_else(|| Problem::internal("a report of no site"))?;
    policy::allow(place.is_seen_by(&ctx.actor), true)?;
    let now = content_store::lines(&app.pool, place.site.id, newest.report.covers()).await?;
    let versions = versions(&kept)?;
    let lines = frozen_lines(&newest.content)?;
    let differences = differences(&lines, &now);
    let view = WholeReportView {
        report: ReportView::from(&newest.report),
        content: RawValue::from_string(newest.content.clone()).map_err(Problem::internal)?,
        is_outdated: !differences.is_empty(),
        differences,
        versions,
    };
    Ok((view, lines))
}

/// Each with what it changed of the one before. `kept` are newest first.
fn versions(kept: &[Version]) -> Result<Vec<ReportVersionView>, Problem> {
    let lines = kept.iter().map(|version| frozen_lines(&version.content));
    let lines: Vec<Vec<ReportLineView>> = lines.collect::<Result<_, _>>()?;
    let shown = |(n, version): (usize, &Version)| {
        let before = lines.get(n + 1);
        ReportVersionView {
            version: version.report.version,
            made_at: rfc3339(version.report.made_at),
            reason: version.report.reason,
            reason_text: version.report.reason_text.clone(),
            declared_by: version.declared_by.clone(),
            content_sha256: version.report.content_sha256.clone(),
            changes: before.map_or_else(Vec::new, |before| differences(before, &lines[n])),
        }
    };
    Ok(kept.iter().enumerate().take(REPORT_VERSIONS_SHOWN_MAX).map(shown).collect())
}

//! Whom, and what, to inspect first, with why.

use std::collections::HashMap;

use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::asked::RiskQuery;
use super::risk::{Judged, Scored, Weight, ranked};
use super::risk_store::{self as store, Named, Scope};
use super::rule::{RuleId, Severity};
use super::sight::Sight;
use crate::app::App;
use crate::command::Freshness;
use crate::ctx::Ctx;
use crate::identity::policy;
use crate::ids::{AnomalyId, ManifestId, OrganisationId};
use crate::manifest;
use crate::problem::Problem;

/// Cases that are shown with a score: the heaviest.
const CASES_SHOWN: usize = 20;

/// Manifests that are ranked beyond those asked for, because not all may be seen.
const SPARE: usize = 100;

/// An organisation, and why it is to be inspected.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OrganisationRiskView {
    pub organisation_id: OrganisationId,
    pub name: String,
    pub division: String,
    /// The sum of what its cases weigh; of many of one rule each further one weighs less.
    pub score: f64,
    pub cases_count: usize,
    /// The heaviest.
    pub cases: Vec<RiskCaseView>,
}

/// A manifest, and why it is to be looked into.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ManifestRiskView {
    pub manifest_id: ManifestId,
    pub number: String,
    pub status: String,
    pub score: f64,
    pub cases_count: usize,
    pub cases: Vec<RiskCaseView>,
}

/// A case in a score.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RiskCaseView {
    pub id: AnomalyId,
    pub rule: String,
    pub title_zh: String,
    pub title_en: String,
    pub severity: Severity,
    pub weight: f64,
    pub factors: RiskFactorsView,
    pub href: String,
}

/// What a case's weight is the product of.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct RiskFactorsView {
    pub severity: f64,
    /// How often its rule was right.
    pub precision: f64,
    /// Half a quarter of a year after it was last seen.
    pub recency: f64,
    /// Of the mass of its manifests.
    pub mass: f64,
    pub status: f64,
    /// One by how many it names.
    pub share: f64,
}

/// To four digits: more would be read as more than it is.
fn rounded(value: f64) -> f64 {
    (value * 1e4).round() / 1e4
}

impl From<Weight> for RiskFactorsView {
    fn from(weight: Weight) -> Self {
        Self {
            severity: rounded(weight.severity),
            precision: rounded(weight.precision),
            recency: rounded(weight.recency),
            mass: rounded(weight.mass),
            status: rounded(weight.status),
            share: rounded(weight.share),
        }
    }
}

/// What is weighed for the caller. Errors: 403 to whoever is no regulator.
struct Weighing {
    cases: Vec<Named>,
    judged: HashMap<String, Judged>,
}

impl Weighing {
    async fn read(app: &App, ctx: &Ctx, asked: &RiskQuery) -> Result<Self, Problem> {
        let sight = Sight::of(&ctx.actor);
        let Sight::Regulator { division, streams, .. } = sight else {
            return Err(Problem::forbidden());
        };
        let wanted = asked.division.as_ref().map(|one| one.as_str().to_owned());
        policy::require(division.is_none() || wanted.is_none() || wanted == division)?;
        let own: Option<Vec<String>> =
            streams.map(|all| all.into_iter().map(str::to_owned).collect());
        let streams = match asked.stream.map(|stream| stream.as_str().to_owned()) {
            Some(one) if own.as_ref().is_none_or(|own| own.contains(&one)) => Some(vec![one]),
            Some(_) => Some(Vec::new()),
            None => own,
        };
        let scope = Scope { division: wanted.or(division), streams };
        let cases = store::weighed(&app.pool, &scope, ctx.now).await?;
        Ok(Self { cases, judged: store::judged(&app.pool).await? })
    }

    fn cases(&self, scored: &Scored) -> Vec<RiskCaseView> {
        let find = |id: Uuid| self.cases.iter().find(|one| one.weighed.id == id);
        let shown = scored.cases.iter().take(CASES_SHOWN);
        shown.filter_map(|(id, weight)| Some(case(find(*id)?, *weight))).collect()
    }
}

fn case(named: &Named, weight: Weight) -> RiskCaseView {
    let case = &named.weighed;
    let rule = RuleId::parse(&case.rule).and_then(RuleId::rule);
    let severity = usize::try_from(case.severity).ok().and_then(|at| Severity::ALL.get(at));
    RiskCaseView {
        id: AnomalyId::of(case.id),
        rule: case.rule.clone(),
        title_zh: rule.map(|rule| rule.name_zh.clone()).unwrap_or_default(),
        title_en: rule.map(|rule| rule.name_en.clone()).unwrap_or_default(),
        severity: severity.copied().unwrap_or(Severity::Medium),
        weight: rounded(weight.score()),
        factors: weight.into(),
        href: format!("/api/v1/anomalies/{}", case.id),
    }
}

/// Organisations by what is to be inspected first.
pub async fn organisations(
    app: &App,
    ctx: &Ctx,
    asked: &RiskQuery,
) -> Result<Vec<OrganisationRiskView>, Problem> {
    let weighing = Weighing::read(app, ctx, asked).await?;
    let named = weighing.cases.iter().map(|one| (&one.weighed, one.organisations.as_slice()));
    let scored = ranked(named, &weighing.judged, (ctx.now, asked.limit.rows_to_show()));
    let mut views = Vec::with_capacity(scored.len());
    for one in &scored {
        let id = OrganisationId::of(one.id);
        let entry = app.registers.organisation(&app.pool, id, Freshness::Cached).await?;
        views.push(OrganisationRiskView {
            organisation_id: id,
            name: entry.as_ref().map(|entry| entry.name.clone()).unwrap_or_default(),
            division: entry.as_ref().map(|entry| entry.division.clone()).unwrap_or_default(),
            score: rounded(one.score),
            cases_count: one.cases.len(),
            cases: weighing.cases(one),
        });
    }
    Ok(views)
}

/// Manifests by what is to be looked into first.
pub async fn manifests(
    app: &App,
    ctx: &Ctx,
    asked: &RiskQuery,
) -> Result<Vec<ManifestRiskView>, Problem> {
    let weighing = Weighing::read(app, ctx, asked).await?;
    let named = weighing.cases.iter().map(|one| (&one.weighed, one.manifests.as_slice()));
    let most = asked.limit.rows_to_show();
    let scored = ranked(named, &weighing.judged, (ctx.now, most + SPARE));
    let ids: Vec<ManifestId> = scored.iter().map(|one| ManifestId::of(one.id)).collect();
    let stored: HashMap<Uuid, manifest::Stored> = manifest::by_ids(&app.pool, &ids)
        .await?
        .into_iter()
        .filter(|one| manifest::sees(&ctx.actor, &one.manifest))
        .map(|one| (one.id.uuid(), one))
        .collect();
    let view = |one: &Scored| {
        let manifest = &stored.get(&one.id)?.manifest;
        Some(ManifestRiskView {
            manifest_id: ManifestId::of(one.id),
            number: manifest.filed.number.clone(),
            status: manifest.status.as_str().to_owned(),
            score: rounded(one.score),
            cases_count: one.cases.len(),
            cases: weighing.cases(one),
        })
    };
    Ok(scored.iter().filter_map(view).take(most).collect())
}

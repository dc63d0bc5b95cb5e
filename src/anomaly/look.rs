//! Looking at cases: lists, one with its history, and in the change feed.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::asked::AnomalyFilter;
use super::named_store::names;
use super::review::Review;
use super::sight::Sight;
use super::store::{self, Stored};
use super::view::{AnomalyView, ReviewView, anomaly_view};
use crate::app::App;
use crate::clock::rfc3339;
use crate::ctx::{Actor, Ctx};
use crate::db::Pool;
use crate::identity::policy;
use crate::ids::AnomalyId;
use crate::journal;
use crate::problem::{Code, Problem, Text};

/// A case with the history of people's acts.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WholeAnomalyView {
    #[serde(flatten)]
    pub anomaly: AnomalyView,
    /// What people did, oldest first; empty to the parties.
    pub history: Vec<CaseActView>,
}

/// Something that somebody did with a case.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaseActView {
    pub seq: i64,
    /// `triaged`, `assigned`, `shared`, `referred`, `merged` or `absorbed`.
    pub kind: String,
    #[schema(value_type = DateTime<Utc>)]
    pub recorded_at: String,
    #[schema(required)]
    pub user_id: Option<Uuid>,
    #[schema(required)]
    pub organisation_id: Option<Uuid>,
    /// As the act left it.
    pub review: ReviewView,
}

#[derive(Deserialize)]
struct Body {
    actor: By,
    kind: String,
    recorded_at: DateTime<Utc>,
    data: Review,
}

#[derive(Deserialize)]
struct By {
    user_id: Option<Uuid>,
    organisation_id: Option<Uuid>,
}

/// A page of the cases that the caller sees, and one more. Errors: 422 for a cursor of the other
/// order, after which it would show anything.
pub async fn list(app: &App, ctx: &Ctx, asked: &AnomalyFilter) -> Result<Vec<Stored>, Problem> {
    if asked.cursor.as_ref().is_some_and(|cursor| !asked.sort.has(cursor.0)) {
        let text = Text::new(
            "游标属于另一种排序，请以相同的 sort 翻页。",
            "The cursor is of another order: go on with the same `sort`.",
        );
        return Err(Problem::at(Code::InvalidValue, "/query/cursor", text));
    }
    store::page(&app.pool, &Sight::of(&ctx.actor), asked).await
}

/// One case. Errors: 404 for one that the caller does not see.
pub async fn one(app: &App, actor: &Actor, id: AnomalyId) -> Result<Stored, Problem> {
    let stored = store::one(&app.pool, id).await?.ok_or_else(Problem::not_found)?;
    policy::allow(Sight::of(actor).sees(&stored.case, &stored.review), true)?;
    Ok(stored)
}

/// One case with its history.
pub async fn show(app: &App, ctx: &Ctx, id: AnomalyId) -> Result<WholeAnomalyView, Problem> {
    let stored = one(app, &ctx.actor, id).await?;
    let history = if Sight::of(&ctx.actor).is_regulator() {
        history(&app.pool, &stored).await?
    } else {
        Vec::new()
    };
    let anomaly = view(app, ctx, &stored).await?;
    Ok(WholeAnomalyView { anomaly, history })
}

/// One case as the caller sees it.
pub async fn view(app: &App, ctx: &Ctx, stored: &Stored) -> Result<AnomalyView, Problem> {
    let names = names(&app.pool, std::slice::from_ref(stored)).await?;
    Ok(anomaly_view(app, ctx, (stored, &names)))
}

async fn history(pool: &Pool, stored: &Stored) -> Result<Vec<CaseActView>, Problem> {
    if stored.version == 0 {
        return Ok(Vec::new());
    }
    let bodies = journal::chain(pool, stored.case.id, stored.version).await?;
    let act = |(seq, body): (usize, String)| {
        let body: Body = serde_json::from_str(&body).map_err(Problem::internal)?;
        Ok(CaseActView {
            seq: seq as i64,
            kind: body.kind,
            recorded_at: rfc3339(body.recorded_at),
            user_id: body.actor.user_id,
            organisation_id: body.actor.organisation_id,
            review: ReviewView::from(&body.data),
        })
    };
    bodies.into_iter().enumerate().map(act).collect()
}

/// Those of `ids` whose acts the actor may see in the feed: regulators' own.
pub async fn seen_among(
    pool: &Pool,
    actor: &Actor,
    ids: &[Uuid],
) -> Result<HashSet<Uuid>, Problem> {
    let sight = Sight::of(actor);
    if !sight.is_regulator() {
        return Ok(HashSet::new());
    }
    store::among(pool, &sight, ids).await
}

/// What people made of it, of its event's data.
pub fn shown(data: Value) -> Result<Value, Problem> {
    let review: Review = serde_json::from_value(data).map_err(Problem::internal)?;
    serde_json::to_value(ReviewView::from(&review)).map_err(Problem::internal)
}

//! Cases of the anomaly rules over HTTP: who looks for them, and what people do with them.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};

use super::evidence::sent;
use super::registry::answers::{answered, shown};
use super::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::anomaly::{
    self, Act, AnomalyFilter, AnomalyView, AssignAnomaly, CaseOrder, MergeAnomaly, ReferAnomaly,
    RuleFamily, ShareAnomaly, TriageAnomaly, WholeAnomalyView,
};
use crate::app::{App, place};
use crate::ctx::Ctx;
use crate::evidence::{self, CaseEventView};
use crate::export::anomaly_sheets;
use crate::ids::{AnomalyId, CaseSubjectId, ManifestId};
use crate::pages;
use crate::reads::What;
use crate::wire::Page;

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/anomalies").get(list))
        .service(web::resource("/anomalies/{id}").get(one))
        .service(web::resource("/anomalies/{id}/triage").post(triage))
        .service(web::resource("/anomalies/{id}/assign").post(assign))
        .service(web::resource("/anomalies/{id}/share").post(share))
        .service(web::resource("/anomalies/{id}/refer").post(refer))
        .service(web::resource("/anomalies/{id}/merge").post(merge))
        .service(web::resource("/anomalies/{id}/events/{position}").get(event))
        .service(web::resource("/anomalies/{id}/evidence").get(package));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(
    paths(list, one, triage, assign, share, refer, merge, event, package),
    components(schemas(CaseOrder, RuleFamily, CaseSubjectId))
)]
pub struct AnomalyApi;

/// Cases of one's jurisdiction; to an organisation those about deadlines and papers that name it.
#[utoipa::path(
    get, path = "/api/v1/anomalies", tag = "anomalies", operation_id = "list_anomalies",
    params(AnomalyFilter), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<AnomalyView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<AnomalyFilter>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    caller.looked(What::Cases, &[]).await?;
    let page = async move |asked: AnomalyFilter| pages::anomalies(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &anomaly_sheets::ANOMALIES, page).await
}

/// A case with the history of what people did with it.
#[utoipa::path(
    get, path = "/api/v1/anomalies/{id}", tag = "anomalies", operation_id = "show_anomaly",
    params(("id" = AnomalyId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = WholeAnomalyView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", AnomalyId::of)?;
    let view = anomaly::show(&app, &caller.reading(), id).await?;
    caller.looked_at(What::Case, id, &view.anomaly.manifest_ids).await?;
    Ok(shown(view.anomaly.version, view))
}

async fn acted(app: &App, ctx: &Ctx, segments: &Segments, act: Act) -> Answer {
    let id = segments.id("id", AnomalyId::of)?;
    let (done, stored) = Box::pin(anomaly::act(app, ctx, id, act)).await?;
    Ok(answered(ctx, &done, anomaly::view(app, ctx, &stored).await?))
}

/// Say what a case is: for the regulators whose matter it is, and who it was given to. `open`
/// opens it again. Guard it by `If-Match`.
#[utoipa::path(
    post, path = "/api/v1/anomalies/{id}/triage", tag = "anomalies",
    operation_id = "triage_anomaly", request_body = TriageAnomaly,
    params(("id" = AnomalyId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = AnomalyView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn triage(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<TriageAnomaly>(&body)?;
    acted(&app, &ctx, &segments, Act::Triage(asked)).await
}

/// Give a case to a regulator, whose agency sees it from then on, or to nobody.
#[utoipa::path(
    post, path = "/api/v1/anomalies/{id}/assign", tag = "anomalies",
    operation_id = "assign_anomaly", request_body = AssignAnomaly,
    params(("id" = AnomalyId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = AnomalyView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn assign(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<AssignAnomaly>(&body)?;
    acted(&app, &ctx, &segments, Act::Assign(asked)).await
}

/// Let other agencies see a case, each in its own jurisdiction.
#[utoipa::path(
    post, path = "/api/v1/anomalies/{id}/share", tag = "anomalies",
    operation_id = "share_anomaly", request_body = ShareAnomaly,
    params(("id" = AnomalyId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = AnomalyView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn share(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<ShareAnomaly>(&body)?;
    acted(&app, &ctx, &segments, Act::Share(asked)).await
}

/// Refer a case to the agency whose it is to pursue; its evidence package goes with it.
#[utoipa::path(
    post, path = "/api/v1/anomalies/{id}/refer", tag = "anomalies",
    operation_id = "refer_anomaly", request_body = ReferAnomaly,
    params(("id" = AnomalyId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = AnomalyView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn refer(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<ReferAnomaly>(&body)?;
    acted(&app, &ctx, &segments, Act::Refer(asked)).await
}

/// Let a case go on with another, or stand for itself again.
#[utoipa::path(
    post, path = "/api/v1/anomalies/{id}/merge", tag = "anomalies",
    operation_id = "merge_anomaly", request_body = MergeAnomaly,
    params(("id" = AnomalyId, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = AnomalyView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn merge(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<MergeAnomaly>(&body)?;
    acted(&app, &ctx, &segments, Act::Merge(asked)).await
}

/// One of the events that prove a case, for regulators: as it was hashed, and where it stands in
/// the log.
#[utoipa::path(
    get, path = "/api/v1/anomalies/{id}/events/{position}", tag = "anomalies",
    operation_id = "anomaly_event", params(("id" = AnomalyId, Path), ("position" = i64, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = CaseEventView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn event(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let place = (segments.id("id", AnomalyId::of)?, segments.number("position")?);
    let view = evidence::case_event(&app, &caller.reading(), place).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// The evidence of a case in one ZIP, for regulators: the case with its history, the events that
/// prove it, and the bundles of its manifests, ledger entries, entries of registers and readings,
/// which anybody can verify offline.
#[utoipa::path(
    get, path = "/api/v1/anomalies/{id}/evidence", tag = "anomalies",
    operation_id = "anomaly_evidence", params(("id" = AnomalyId, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = String, content_type = "application/zip"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn package(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let ctx = caller.reading();
    let id = segments.id("id", AnomalyId::of)?;
    let place = place(&app.packages)?;
    let (package, manifests) = Box::pin(evidence::case_package(&app, &ctx, id)).await?;
    let shown: Vec<ManifestId> = manifests;
    caller.looked(What::Evidence, &shown).await?;
    Ok(sent(app, package, (ctx.request_id, place)))
}

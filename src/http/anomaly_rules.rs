//! The rules over HTTP: what each looks for, what it is set to, what it would find with other
//! parameters; and whom to inspect first.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};

use super::conditions::WaitFor;
use super::registry::answers::answered;
use super::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::anomaly::{
    self, AnomalyRuleView, EnableRule, ManifestRiskView, OrganisationRiskView, PreviewRule,
    RiskQuery, RulePreviewView, RulesQuery, SetParameter, WhichDivision, rule::RuleId,
};
use crate::app::App;
use crate::export::anomaly_sheets;
use crate::registry::DivisionNumber;
use crate::wire::{Page, PageLimit, wire};

wire! {
    /// For which division a parameter is set back.
    pub struct UnsetQuery {
        /// `00` for the whole corps; one's own where it is absent.
        pub division: Option<DivisionNumber>,
        /// Answer what would be answered, and write nothing.
        pub validate_only: bool = false,
        /// `proof`: answer when the command's event is in a checkpoint of the log.
        pub wait: Option<WaitFor>,
    }
}

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    cfg.service(web::resource("/anomaly-rules").get(list))
        .service(web::resource("/anomaly-rules/{code}").get(one))
        .service(web::resource("/anomaly-rules/{code}/enabled").put(enable))
        .service(web::resource("/anomaly-rules/{code}/preview").post(preview))
        .service(
            web::resource("/anomaly-rules/{code}/parameters/{param}")
                .put(set_parameter)
                .delete(unset_parameter),
        )
        .service(web::resource("/risk/organisations").get(organisations))
        .service(web::resource("/risk/manifests").get(manifests));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(paths(
    list,
    one,
    enable,
    preview,
    set_parameter,
    unset_parameter,
    organisations,
    manifests
))]
pub struct AnomalyRulesApi;

/// All rules with their parameters and how often each was right: for regulators.
#[utoipa::path(
    get, path = "/api/v1/anomaly-rules", tag = "anomalies", operation_id = "list_anomaly_rules",
    params(RulesQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<AnomalyRuleView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<RulesQuery>) -> Answer {
    let asked = query.get()?;
    let rules = anomaly::all_rules(&app, &caller.reading(), &asked).await?;
    if caller.wanted().is_some() {
        return whole::small(&caller, &anomaly_sheets::RULES, rules);
    }
    let number = |rule: &AnomalyRuleView| RuleId::parse(&rule.code).map_or(0, |rule| rule.0);
    let page = Page::of(rules, asked.limit.unwrap_or(PageLimit::MOST), number, |rule| rule)?;
    Ok(HttpResponse::Ok().json(page))
}

/// One rule.
#[utoipa::path(
    get, path = "/api/v1/anomaly-rules/{code}", tag = "anomalies",
    operation_id = "show_anomaly_rule", params(("code" = String, Path), WhichDivision),
    security(("bearer" = [])),
    responses(
        (status = 200, body = AnomalyRuleView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(
    app: Data<App>,
    caller: Caller,
    segments: Segments,
    query: Query<WhichDivision>,
) -> Answer {
    let code = segments.raw("code")?;
    let view = anomaly::show_rule(&app, &caller.reading(), code, &query.get()?).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// Set a parameter, within its range: the corps' regulator for all or any division, a division's
/// for its own. What the law has fixed is refused.
#[utoipa::path(
    put, path = "/api/v1/anomaly-rules/{code}/parameters/{param}", tag = "anomalies",
    operation_id = "set_rule_parameter", request_body = SetParameter,
    params(("code" = String, Path), ("param" = String, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = AnomalyRuleView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn set_parameter(
    app: Data<App>,
    caller: Caller,
    segments: Segments,
    body: Body,
) -> Answer {
    let (ctx, asked) = caller.command::<SetParameter>(&body)?;
    let named = (segments.raw("code")?, segments.raw("param")?);
    let done = anomaly::set_parameter(&app, &ctx, named, asked).await?;
    let view = anomaly::rule_with(&app, &ctx, &done.value).await?;
    Ok(answered(&ctx, &done, view))
}

/// Set a parameter back: to what the corps has set, or to its default.
#[utoipa::path(
    delete, path = "/api/v1/anomaly-rules/{code}/parameters/{param}", tag = "anomalies",
    operation_id = "unset_rule_parameter",
    params(("code" = String, Path), ("param" = String, Path), UnsetQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = AnomalyRuleView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn unset_parameter(
    app: Data<App>,
    caller: Caller,
    segments: Segments,
    body: Body,
) -> Answer {
    let (ctx, asked) = caller.in_query(body.bytes()?, |query: &UnsetQuery| query.validate_only)?;
    let asked = asked.map(|query| WhichDivision { division: query.division });
    let named = (segments.raw("code")?, segments.raw("param")?);
    let done = anomaly::unset_parameter(&app, &ctx, named, asked).await?;
    let view = anomaly::rule_with(&app, &ctx, &done.value).await?;
    Ok(answered(&ctx, &done, view))
}

/// Switch a rule on or off, for the corps or a division.
#[utoipa::path(
    put, path = "/api/v1/anomaly-rules/{code}/enabled", tag = "anomalies",
    operation_id = "enable_anomaly_rule", request_body = EnableRule,
    params(("code" = String, Path), CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = AnomalyRuleView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn enable(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<EnableRule>(&body)?;
    let done = anomaly::enable(&app, &ctx, segments.raw("code")?, asked).await?;
    let view = anomaly::rule_with(&app, &ctx, &done.value).await?;
    Ok(answered(&ctx, &done, view))
}

/// What a rule would have flagged with other parameters, compared with what is flagged now. The
/// whole log is seen for it; nothing is changed.
#[utoipa::path(
    post, path = "/api/v1/anomaly-rules/{code}/preview", tag = "anomalies",
    operation_id = "preview_anomaly_rule", request_body = PreviewRule,
    params(("code" = String, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = RulePreviewView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn preview(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let asked = body.asked::<PreviewRule>()?;
    let code = segments.raw("code")?;
    let ctx = caller.reading();
    let view = Box::pin(anomaly::preview(&app, &ctx, code, asked)).await?;
    Ok(HttpResponse::Ok().json(view))
}

/// Organisations by what to inspect first, each with the cases that make its score: for regulators.
#[utoipa::path(
    get, path = "/api/v1/risk/organisations", tag = "anomalies",
    operation_id = "rank_organisations", params(RiskQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<OrganisationRiskView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn organisations(app: Data<App>, caller: Caller, query: Query<RiskQuery>) -> Answer {
    let data = anomaly::risky_organisations(&app, &caller.reading(), &query.get()?).await?;
    whole::small(&caller, &anomaly_sheets::RISKY_ORGANISATIONS, data)
}

/// Manifests by what to look into first, each with the cases that make its score: for regulators.
#[utoipa::path(
    get, path = "/api/v1/risk/manifests", tag = "anomalies", operation_id = "rank_manifests",
    params(RiskQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<ManifestRiskView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn manifests(app: Data<App>, caller: Caller, query: Query<RiskQuery>) -> Answer {
    let data = anomaly::risky_manifests(&app, &caller.reading(), &query.get()?).await?;
    whole::small(&caller, &anomaly_sheets::RISKY_MANIFESTS, data)
}

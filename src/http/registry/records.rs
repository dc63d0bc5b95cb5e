//! Records of sites and organisations over HTTP: private to the organisation and its regulators.
//!
//! All of them are kept by the same use cases (`registry::record`), so their handlers differ by
//! names alone: a register is one `handlers!`.

macro_rules! handlers {
    (
        mod $module:ident;
        $entry:ident, $id:ident, $view:ident, $new:ident, $patch:ident, $query:ident, $sheet:ident,
        at $all:tt and $one:tt,
        $(#[doc = $list_doc:tt])+ list as $list:tt,
        $(#[doc = $one_doc:tt])+ one as $show:tt,
        $(#[doc = $register_doc:tt])+ register as $register:tt,
        $(#[doc = $change_doc:tt])+ change as $change:tt,
    ) => {
        pub mod $module {
            use actix_web::web::Data;

            use crate::app::App;
            use crate::export::record_sheets;
            use crate::http::registry::answers::{answered, shown};
            use crate::http::registry::registration;
            use crate::http::{
                Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole,
            };
            use crate::ids::$id;
            use crate::pages;
            use crate::registry::record;
            use crate::registry::record::$module::{$entry, $new, $patch, $query, $view};
            use crate::wire::Page;

            $(#[doc = $list_doc])+
            #[utoipa::path(
                get, path = $all, tag = "registry", operation_id = $list,
                params($query), security(("bearer" = [])),
                responses(
                    (status = 200, body = Page<$view>),
                    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
                    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
                ),
            )]
            pub async fn list(app: Data<App>, caller: Caller, query: Query<$query>) -> Answer {
                let (asked, ctx) = (query.get()?, caller.reading());
                let page =
                    async move |asked: $query| pages::records::<$entry>(&app, &ctx, &asked).await;
                whole::answer(caller, asked, &record_sheets::$sheet, page).await
            }

            $(#[doc = $one_doc])+
            #[utoipa::path(
                get, path = $one, tag = "registry", operation_id = $show,
                params(("id" = $id, Path)), security(("bearer" = [])),
                responses(
                    (status = 200, body = $view),
                    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
                    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
                ),
            )]
            pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
                let id = segments.id("id", $id::of)?;
                let known = record::show::<$entry>(&app, &caller.reading(), id.uuid()).await?;
                Ok(shown(known.guard.version, $view::from(&*known)))
            }

            $(#[doc = $register_doc])+
            #[utoipa::path(
                post, path = $all, tag = "registry", operation_id = $register,
                request_body = $new, params(CommandQuery), security(("bearer" = [])),
                responses(
                    (status = 201, body = $view),
                    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
                    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
                ),
            )]
            pub async fn register(app: Data<App>, caller: Caller, body: Body) -> Answer {
                let (ctx, asked) = registration::<$new>(&app, &caller, &body).await?;
                let done = record::register::<$entry>(&app, &ctx, asked).await?;
                Ok(answered(&ctx, &done, $view::from(&done.value)))
            }

            $(#[doc = $change_doc])+
            #[utoipa::path(
                patch, path = $one, tag = "registry", operation_id = $change,
                request_body = $patch, params(("id" = $id, Path), CommandQuery),
                security(("bearer" = [])),
                responses(
                    (status = 200, body = $view),
                    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
                    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
                ),
            )]
            pub async fn change(
                app: Data<App>,
                caller: Caller,
                segments: Segments,
                body: Body,
            ) -> Answer {
                let (ctx, asked) = caller.command::<$patch>(&body)?;
                let id = segments.id("id", $id::of)?;
                let done = record::change::<$entry>(&app, &ctx, id.uuid(), asked).await?;
                Ok(answered(&ctx, &done, $view::from(&done.value)))
            }
        }
    };
}

handlers! {
    mod activity;
    Activity, ActivityId, ActivityView, NewActivity, ActivityPatch, ActivityQuery, ACTIVITY,
    at "/api/v1/activity" and "/api/v1/activity/{id}",
    /// Bed-days, visits, meals and output of one's sites or jurisdiction by month, oldest entry
    /// first.
    list as "list_activity",
    /// One site's activity of one kind in a month.
    one as "show_activity",
    /// Tell what a site did in a month: the producer's own people do, once a kind, product and
    /// month.
    register as "register_activity",
    /// Correct it.
    change as "change_activity",
}

handlers! {
    mod facility_day;
    FacilityDay, FacilityDayId, FacilityDayView, NewFacilityDay, FacilityDayPatch,
    FacilityDayQuery, FACILITY_DAYS,
    at "/api/v1/facility-days" and "/api/v1/facility-days/{id}",
    /// Days of treatment facilities of one's own or in one's jurisdiction, oldest entry first.
    list as "list_facility_days",
    /// One facility's day.
    one as "show_facility_day",
    /// Tell how a treatment facility ran on a day: its own people do, once a day.
    register as "register_facility_day",
    /// Correct it.
    change as "change_facility_day",
}

handlers! {
    mod risk_source;
    RiskSource, RiskSourceId, RiskSourceView, NewRiskSource,
    RiskSourcePatch, RiskSourceQuery, RISK_SOURCES,
    at "/api/v1/risk-sources" and "/api/v1/risk-sources/{id}",
    /// Risk sources of one's sites or jurisdiction, oldest first.
    list as "list_risk_sources",
    /// One risk source.
    one as "show_risk_source",
    /// Register a risk source: the producer's own people do.
    register as "register_risk_source",
    /// Change or close it.
    change as "change_risk_source",
}

handlers! {
    mod emergency_plan;
    EmergencyPlanFiled, EmergencyPlanFiledId, EmergencyPlanFiledView, NewEmergencyPlanFiled,
    EmergencyPlanFiledPatch, EmergencyPlanFiledQuery, EMERGENCY_PLANS_FILED,
    at "/api/v1/emergency-plans-filed" and "/api/v1/emergency-plans-filed/{id}",
    /// Emergency plans filed for one's sites or in one's jurisdiction, oldest first.
    list as "list_emergency_plans_filed",
    /// One filed emergency plan.
    one as "show_emergency_plan_filed",
    /// Register that a plan was filed: the producer's own people do.
    register as "register_emergency_plan_filed",
    /// Change or close it.
    change as "change_emergency_plan_filed",
}

handlers! {
    mod insurance;
    InsurancePolicy, InsurancePolicyId, InsurancePolicyView, NewInsurancePolicy,
    InsurancePolicyPatch, InsurancePolicyQuery, INSURANCE_POLICIES,
    at "/api/v1/insurance-policies" and "/api/v1/insurance-policies/{id}",
    /// Insurance policies of one's own or in one's jurisdiction, oldest first.
    list as "list_insurance_policies",
    /// One insurance policy.
    one as "show_insurance_policy",
    /// Register a policy: the producer's own people do.
    register as "register_insurance_policy",
    /// Change or close it.
    change as "change_insurance_policy",
}

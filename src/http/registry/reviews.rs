//! Reviews over HTTP: a regulator accepts or returns what was filed. One `review!` a register.

macro_rules! review {
    (
        mod $module:ident;
        $id:ident, $view:ident of $source:path,
        at $path:tt as $operation:tt,
        $(#[doc = $doc:tt])+
        by $keeper:ident, $command:expr,
    ) => {
        pub mod $module {
            use actix_web::web::Data;

            use crate::app::App;
            use crate::http::registry::answers::answered;
            use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Segments};
            use crate::ids::$id;
            use crate::registry::$keeper;
            use crate::registry::review::NewReview;
            use $source as $view;

            $(#[doc = $doc])+
            #[utoipa::path(
                post, path = $path, tag = "registry", operation_id = $operation,
                request_body = NewReview, params(("id" = $id, Path), CommandQuery),
                security(("bearer" = [])),
                responses(
                    (status = 200, body = $view),
                    (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
                    (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
                ),
            )]
            pub async fn review(
                app: Data<App>,
                caller: Caller,
                segments: Segments,
                body: Body,
            ) -> Answer {
                let (ctx, asked) = caller.command::<NewReview>(&body)?;
                let id = segments.id("id", $id::of)?;
                let done = $command(&app, &ctx, id.uuid(), asked).await?;
                Ok(answered(&ctx, &done, $view::from(&done.value)))
            }
        }
    };
}

review! {
    mod management_plan;
    ManagementPlanId, ManagementPlanView of crate::registry::ManagementPlanView,
    at "/api/v1/management-plans/{id}/review" as "review_plan",
    /// Accept or return a plan: the regulators of its site's division do. One that was returned
    /// holds for no filing until it is changed and so filed again.
    by plan, plan::review,
}

review! {
    mod risk_source;
    RiskSourceId, RiskSourceView of crate::registry::record::risk_source::RiskSourceView,
    at "/api/v1/risk-sources/{id}/review" as "review_risk_source",
    /// Accept or return a risk source: the regulators of its site's division do.
    by record, record::review::<record::risk_source::RiskSource>,
}

review! {
    mod emergency_plan;
    EmergencyPlanFiledId,
    EmergencyPlanFiledView of crate::registry::record::emergency_plan::EmergencyPlanFiledView,
    at "/api/v1/emergency-plans-filed/{id}/review" as "review_emergency_plan_filed",
    /// Accept or return a filed emergency plan: the regulators of its site's division do.
    by record, record::review::<record::emergency_plan::EmergencyPlanFiled>,
}

review! {
    mod insurance;
    InsurancePolicyId,
    InsurancePolicyView of crate::registry::record::insurance::InsurancePolicyView,
    at "/api/v1/insurance-policies/{id}/review" as "review_insurance_policy",
    /// Accept or return an insurance policy: the regulators of its organisation's division do.
    by record, record::review::<record::insurance::InsurancePolicy>,
}

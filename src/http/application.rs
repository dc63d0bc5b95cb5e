//! Applications for a transfer across a border over HTTP: filed by producers, taken on step by step
//! by the authorities of both ends.

use actix_web::web::{self, Data, ServiceConfig};

use super::registry::answers::{answered, shown};
use super::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::app::App;
use crate::clock::legal_day;
use crate::ctx::Ctx;
use crate::export::sheets;
use crate::ids::TransferApplicationId;
use crate::pages;
use crate::registry::application::{
    self, ApplicationStep, ConsultApplication, CorrectApplication, DecideApplication,
    NewTransferApplication, OneTransferApplicationView, ReplyToApplication, ResubmitApplication,
    Step, TransferApplication, TransferApplicationQuery, TransferApplicationView,
};
use crate::wire::{Nothing, Page};

/// The routes below `/api/v1`.
pub fn routes(cfg: &mut ServiceConfig) {
    let at = |word: &str| web::resource(format!("/transfer-applications/{{id}}/{word}"));
    cfg.service(web::resource("/transfer-applications").get(list).post(submit))
        .service(web::resource("/transfer-applications/{id}").get(one))
        .service(at("request-corrections").post(correct))
        .service(at("resubmit").post(resubmit))
        .service(at("accept").post(accept))
        .service(at("consult").post(consult))
        .service(at("reply").post(reply))
        .service(at("decide").post(decide))
        .service(at("withdraw").post(withdraw));
}

/// The part of the OpenAPI document that these handlers are.
#[derive(utoipa::OpenApi)]
#[openapi(paths(list, submit, one, correct, resubmit, accept, consult, reply, decide, withdraw))]
pub struct ApplicationApi;

/// Applications at either end, oldest first.
#[utoipa::path(
    get, path = "/api/v1/transfer-applications", tag = "registry",
    operation_id = "list_transfer_applications",
    params(TransferApplicationQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<TransferApplicationView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(
    app: Data<App>,
    caller: Caller,
    query: Query<TransferApplicationQuery>,
) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: TransferApplicationQuery| {
        pages::transfer_applications(&app, &ctx, &asked).await
    };
    whole::answer(caller, asked, &sheets::TRANSFER_APPLICATIONS, page).await
}

/// One application, with every term of its steps and what its caller may do.
#[utoipa::path(
    get, path = "/api/v1/transfer-applications/{id}", tag = "registry",
    operation_id = "show_transfer_application", params(("id" = TransferApplicationId, Path)),
    security(("bearer" = [])),
    responses(
        (status = 200, body = OneTransferApplicationView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", TransferApplicationId::of)?;
    let (version, view) = application::show(&app, &caller.reading(), id).await?;
    Ok(shown(version, view))
}

/// Apply for a transfer across a border (Order 23 Art. 23): the producer.
#[utoipa::path(
    post, path = "/api/v1/transfer-applications", tag = "registry",
    operation_id = "submit_transfer_application", request_body = NewTransferApplication,
    params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = TransferApplicationView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn submit(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<NewTransferApplication>(&body)?;
    let done = application::submit(&app, &ctx, asked).await?;
    let view = view(&app, &ctx, &done.value);
    Ok(answered(&ctx, &done, view))
}

fn view(app: &App, ctx: &Ctx, it: &TransferApplication) -> TransferApplicationView {
    TransferApplicationView::on(it, (application::clocks(app), legal_day(ctx.now)))
}

/// A step as an operation: all differ by word, body and words.
macro_rules! step {
    ($(#[doc = $doc:literal])+ $name:ident, $id:literal, $path:literal,
     $body:ident => $step:ident) => {
        $(#[doc = $doc])+
        #[utoipa::path(
            post, path = $path, tag = "registry", operation_id = $id, request_body = $body,
            params(("id" = TransferApplicationId, Path), CommandQuery), security(("bearer" = [])),
            responses(
                (status = 200, body = TransferApplicationView),
                (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
                (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
            ),
        )]
        pub async fn $name(
            app: Data<App>,
            caller: Caller,
            segments: Segments,
            body: Body,
        ) -> Answer {
            let id = segments.id("id", TransferApplicationId::of)?;
            let (ctx, asked) = caller.command::<$body>(&body)?;
            let done = application::step(
                &app,
                &ctx,
                (id, ApplicationStep::$step),
                asked.map(Step::$step),
            )
            .await?;
            let view = view(&app, &ctx, &done.value);
            Ok(answered(&ctx, &done, view))
        }
    };
}

step!(
    /// Name all that is missing or wrong, once (Art. 23): the authority of the place it leaves.
    correct, "correct_transfer_application",
    "/api/v1/transfer-applications/{id}/request-corrections",
    CorrectApplication => Correct
);
step!(
    /// Put it right: the applicant.
    resubmit, "resubmit_transfer_application",
    "/api/v1/transfer-applications/{id}/resubmit",
    ResubmitApplication => Resubmit
);
step!(
    /// Accept it as complete (受理): the authority of the place it leaves.
    accept, "accept_transfer_application",
    "/api/v1/transfer-applications/{id}/accept",
    Nothing => Accept
);
step!(
    /// Ask the authority of the place that it goes to (Art. 24).
    consult, "consult_transfer_application",
    "/api/v1/transfer-applications/{id}/consult",
    ConsultApplication => Consult
);
step!(
    /// That authority's answer (Art. 25): by itself, or entered by the one that has the letter.
    reply, "reply_to_transfer_application",
    "/api/v1/transfer-applications/{id}/reply",
    ReplyToApplication => Reply
);
step!(
    /// Decide (Art. 26): to approve makes the transfer approval in the same act.
    decide, "decide_transfer_application",
    "/api/v1/transfer-applications/{id}/decide",
    DecideApplication => Decide
);
step!(
    /// Withdraw it before it is decided: the applicant.
    withdraw, "withdraw_transfer_application",
    "/api/v1/transfer-applications/{id}/withdraw",
    Nothing => Withdraw
);

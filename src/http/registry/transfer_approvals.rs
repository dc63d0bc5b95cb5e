//! Transfer approvals over HTTP: private to the organisation and its regulators.

use actix_web::web::Data;

use super::answers::{answered, shown};
use crate::app::App;
use crate::export::sheets;
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::ids::ApprovalId;
use crate::pages;
use crate::registry::TransferApprovalView;
use crate::registry::approval::{self, NewTransferApproval, TransferApprovalPatch};
use crate::registry::lists::TransferApprovalQuery;
use crate::wire::Page;

/// Transfer approvals at either end, oldest first.
#[utoipa::path(
    get, path = "/api/v1/transfer-approvals", tag = "registry",
    operation_id = "list_transfer_approvals",
    params(TransferApprovalQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<TransferApprovalView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<TransferApprovalQuery>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: TransferApprovalQuery| {
        pages::transfer_approvals(&app, &ctx, &asked).await
    };
    whole::answer(caller, asked, &sheets::TRANSFER_APPROVALS, page).await
}

/// One transfer approval.
#[utoipa::path(
    get, path = "/api/v1/transfer-approvals/{id}", tag = "registry", operation_id = "show_approval",
    params(("id" = ApprovalId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = TransferApprovalView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", ApprovalId::of)?;
    let known = approval::show(&app, &caller.reading(), id).await?;
    Ok(shown(known.guard.version, TransferApprovalView::from(&*known)))
}

/// Enter a transfer approval: regulators alone.
#[utoipa::path(
    post, path = "/api/v1/transfer-approvals", tag = "registry", operation_id = "register_approval",
    request_body = NewTransferApproval, params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = TransferApprovalView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn register(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<NewTransferApproval>(&body)?;
    let done = approval::register(&app, &ctx, asked).await?;
    let view = TransferApprovalView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}

/// Change a transfer approval. 409 `capacity_in_use` below what is taken.
#[utoipa::path(
    patch, path = "/api/v1/transfer-approvals/{id}", tag = "registry",
    operation_id = "change_approval",
    request_body = TransferApprovalPatch, params(("id" = ApprovalId, Path), CommandQuery),
    security(("bearer" = [])),
    responses(
        (status = 200, body = TransferApprovalView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn change(app: Data<App>, caller: Caller, segments: Segments, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<TransferApprovalPatch>(&body)?;
    let id = segments.id("id", ApprovalId::of)?;
    let done = approval::change(&app, &ctx, id, asked).await?;
    let view = TransferApprovalView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}

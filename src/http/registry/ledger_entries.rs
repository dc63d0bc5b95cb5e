//! Ledger entries over HTTP: private to the organisation and its regulators.

use actix_web::web::Data;

use super::answers::{answered, shown};
use crate::app::App;
use crate::export::sheets;
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::ids::LedgerEntryId;
use crate::registry::LedgerEntryView;
use crate::registry::ledger::{self, NewLedgerEntry};
use crate::registry::lists::{self, LedgerQuery};
use crate::wire::Page;

/// Ledger entries of one's sites or jurisdiction, in the order of recording.
#[utoipa::path(
    get, path = "/api/v1/ledger-entries", tag = "registry", operation_id = "list_ledger_entries",
    params(LedgerQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<LedgerEntryView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<LedgerQuery>) -> Answer {
    let (asked, actor) = (query.get()?, caller.actor().clone());
    let page = async move |asked: LedgerQuery| {
        let rows = lists::ledger_entries(&app, &actor, &asked).await?;
        Page::of(rows, asked.limit, |one| one.id, |one| LedgerEntryView::from(&one))
    };
    whole::answer(caller, asked, &sheets::LEDGER_ENTRIES, page).await
}

/// One ledger entry.
#[utoipa::path(
    get, path = "/api/v1/ledger-entries/{id}", tag = "registry", operation_id = "show_ledger",
    params(("id" = LedgerEntryId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = LedgerEntryView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let id = segments.id("id", LedgerEntryId::of)?;
    let entry = ledger::show(&app, &caller.reading(), id).await?;
    Ok(shown(1, LedgerEntryView::from(&entry)))
}

/// Make a ledger entry.
#[utoipa::path(
    post, path = "/api/v1/ledger-entries", tag = "registry", operation_id = "enter_ledger",
    request_body = NewLedgerEntry, params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 201, body = LedgerEntryView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn enter(app: Data<App>, caller: Caller, body: Body) -> Answer {
    let (ctx, asked) = caller.command::<NewLedgerEntry>(&body)?;
    let done = ledger::enter(&app, &ctx, asked).await?;
    let view = LedgerEntryView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}

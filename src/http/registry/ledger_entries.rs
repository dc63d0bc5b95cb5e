//! Ledger entries over HTTP: private to the organisation and its regulators.

use actix_web::HttpRequest;
use actix_web::web::{Data, Payload};
use serde::Serialize;
use utoipa::ToSchema;

use super::answers::{answered, shown};
use super::registration;
use crate::app::App;
use crate::export::sheets;
use crate::http::bulk::{self, Answered, Taken};
use crate::http::{Answer, Body, Caller, CommandQuery, ProblemBody, Query, Segments, whole};
use crate::ids::LedgerEntryId;
use crate::limits::BULK_GROUPS_AT_ONCE;
use crate::pages;
use crate::reads::What;
use crate::registry::ledger::{self, NewLedgerEntry};
use crate::registry::lists::LedgerQuery;
use crate::registry::{LedgerEntryView, could_keep_books, ledger_bulk};
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
    let (asked, ctx) = (query.get()?, caller.reading());
    caller.looked(What::Ledger, &[]).await?;
    let page = async move |asked: LedgerQuery| pages::ledger_entries(&app, &ctx, &asked).await;
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
    caller.looked_at(What::Ledger, id, &[]).await?;
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
    let (ctx, asked) = registration::<NewLedgerEntry>(&app, &caller, &body).await?;
    let done = ledger::enter(&app, &ctx, asked).await?;
    let view = LedgerEntryView::from(&done.value);
    Ok(answered(&ctx, &done, view))
}

/// What became of a line of a bulk request.
#[derive(Serialize, ToSchema)]
pub struct LedgerLine {
    /// From 1, as sent; empty lines count and are not answered.
    pub line: u64,
    /// The line's own, where it could be read.
    #[schema(required)]
    pub external_id: Option<String>,
    /// As `POST /ledger-entries` would have answered.
    pub status: u16,
    /// Null where nothing was written.
    #[schema(required)]
    pub ledger_entry_id: Option<LedgerEntryId>,
    /// Why it was refused; null where it was not.
    #[schema(required, value_type = Option<ProblemBody>)]
    pub problem: Option<serde_json::Value>,
}

/// Make many ledger entries: a JSON document a line in, an answer a line out, in order, from the
/// first line on while the others still come. Each line is a command of its own, by the rules of
/// `POST /ledger-entries`, and finds what the lines before it have entered (not so with
/// `validate_only`, where each is tried alone). Repeat lines as often as you like: one with an
/// `external_id` is entered once and answered as it first was; with another content it is 409
/// `external_id_taken`. Idempotency-Key is not heeded.
#[utoipa::path(
    post, path = "/api/v1/ledger-entries/bulk", tag = "registry",
    operation_id = "enter_ledger_in_bulk",
    request_body(content = String, content_type = "application/x-ndjson"),
    params(CommandQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = LedgerLine, content_type = "application/x-ndjson"),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn bulk(
    app: Data<App>,
    caller: Caller,
    request: HttpRequest,
    payload: Payload,
) -> Answer {
    let ctx = bulk::context(&caller, &request)?;
    could_keep_books(&ctx.actor)?;
    let take = async |app: &App, ctx: &_, lines: &[&[u8]]| {
        let taken = ledger_bulk::take(app, ctx, lines).await.into_iter();
        taken.map(|one| Taken { external_id: one.external_id, outcome: one.outcome }).collect()
    };
    Ok(bulk::answer((app, caller, ctx), payload, (take, LedgerLine::of), BULK_GROUPS_AT_ONCE))
}

impl LedgerLine {
    fn of(Answered { line, external_id, outcome }: Answered<Option<LedgerEntryId>>) -> Self {
        match outcome {
            Ok(ledger_entry_id) => {
                Self { line, external_id, status: 201, ledger_entry_id, problem: None }
            }
            Err((status, problem)) => {
                Self { line, external_id, status, ledger_entry_id: None, problem: Some(problem) }
            }
        }
    }
}

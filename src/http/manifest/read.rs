//! Reading manifests: one, many, their events, the table of moves, preflight.

use actix_web::HttpResponse;
use actix_web::web::Data;
use serde::Serialize;
use utoipa::ToSchema;

use super::answers::{saved, shown};
use crate::app::App;
use crate::export::sheets::MANIFESTS;
use crate::export::{Format, Writer};
use crate::http::whole::{self, Slab};
use crate::http::{Answer, Caller, FaultEntry, ProblemBody, Query, Segments, etag, fault_json};
use crate::ids::ManifestId;
use crate::limits::EXPORT_ROWS_AT_ONCE;
use crate::manifest::{
    self, Action, AnyManifest, EventView, ManifestFilter, ManifestView, Preflight, TableRow,
    TransitionView, find_draft,
};
use crate::pages;
use crate::problem::Problem;
use crate::reads::What;
use crate::trip;
use crate::wire::{Page, parse_uuid, wire};

wire! {
    /// The query of a preflight.
    pub struct PreflightQuery {
        /// The step to try, by its name in `allowed_actions`.
        pub action: Action,
    }
}

/// One manifest, or a draft of one's own.
#[utoipa::path(
    get, path = "/api/v1/manifests/{id}", tag = "manifests",
    params(("id" = ManifestId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = AnyManifest),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn one(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let ctx = caller.reading();
    let id = segments.id("id", ManifestId::of)?;
    match manifest::readable(&app, &ctx.actor, id).await {
        Ok(stored) => {
            let version = stored.manifest.version;
            let shown = shown(&app, &ctx, stored).await?;
            caller.looked(What::Manifest, &[id]).await?;
            Ok(HttpResponse::Ok().insert_header(etag(version)).json(shown))
        }
        Err(not_found) => {
            let draft = find_draft(&app.pool, &ctx.actor, id).await?;
            let draft = draft.ok_or(not_found)?;
            Ok(saved(&ctx, &draft, actix_web::http::StatusCode::OK, false))
        }
    }
}

/// One manifest by its printed number.
#[utoipa::path(
    get, path = "/api/v1/manifests/by-number/{number}", tag = "manifests",
    params(("number" = String, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = ManifestView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn by_number(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let ctx = caller.reading();
    let found = manifest::by_number(&app.pool, &segments.text("number")?).await?;
    let found = found.ok_or_else(Problem::not_found)?;
    let stored = manifest::as_readable(&app, &ctx.actor, found).await?;
    let (id, version) = (stored.id, stored.manifest.version);
    let shown = shown(&app, &ctx, stored).await?;
    caller.looked(What::Manifest, &[id]).await?;
    Ok(HttpResponse::Ok().insert_header(etag(version)).json(shown))
}

/// Manifests one may see, newest first; `status=draft` lists one's drafts.
#[utoipa::path(
    get, path = "/api/v1/manifests", tag = "manifests", params(ManifestFilter),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<AnyManifest>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ManifestFilter>) -> Answer {
    let (filter, ctx) = (query.get()?, caller.reading());
    caller.looked(What::List, &[]).await?;
    if let Some(format @ (Format::Csv | Format::Xlsx)) = caller.wanted()
        && !filter.asks_for_drafts()
    {
        return table(app, caller, filter, format).await;
    }
    let page = async move |filter: ManifestFilter| pages::manifests(&app, &ctx, &filter).await;
    whole::answer(caller, filter, &MANIFESTS, page).await
}

/// The whole list as a table, for which no state is read but what the table shows.
async fn table(app: Data<App>, caller: Caller, filter: ManifestFilter, format: Format) -> Answer {
    let actor = caller.actor().clone();
    let read = async move |after: Option<String>| {
        let after = after.and_then(|id| parse_uuid(&id)).map(ManifestId::of);
        let asked = (&filter, after);
        let rows = manifest::table_page(&app.pool, &actor, asked, EXPORT_ROWS_AT_ONCE).await?;
        let is_full = i64::try_from(rows.len()) == Ok(EXPORT_ROWS_AT_ONCE);
        let next = rows.last().filter(|_| is_full).map(|row| row.id.to_string());
        Ok(Slab { rows, next })
    };
    let write = |row: &TableRow, writer: &mut Writer| {
        writer.cells(row.cells()?.split(manifest::BETWEEN_CELLS))
    };
    whole::stream(caller, (format, &MANIFESTS), read, write).await
}

/// Everything that happened to a manifest, oldest first.
#[derive(Serialize, ToSchema)]
pub struct EventList {
    pub data: Vec<EventView>,
}

/// The events of a manifest, as they were recorded: masses in grams.
#[utoipa::path(
    get, path = "/api/v1/manifests/{id}/events", tag = "manifests",
    params(("id" = ManifestId, Path)), security(("bearer" = [])),
    responses(
        (status = 200, body = EventList),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn events(app: Data<App>, caller: Caller, segments: Segments) -> Answer {
    let ctx = caller.reading();
    let id = segments.id("id", ManifestId::of)?;
    let stored = manifest::readable(&app, &ctx.actor, id).await?;
    let rows = manifest::events(&app.pool, id, Some(stored.manifest.version)).await?;
    let data: Result<Vec<EventView>, Problem> = rows.iter().map(EventView::of).collect();
    caller.looked(What::Events, &[id]).await?;
    Ok(HttpResponse::Ok().json(EventList { data: data? }))
}

/// The answer of a preflight.
#[derive(Serialize, ToSchema)]
pub struct PreflightView {
    pub action: String,
    /// Nothing would refuse it.
    pub allowed: bool,
    #[schema(value_type = Vec<FaultEntry>)]
    pub errors: Vec<serde_json::Value>,
    pub warnings: Vec<manifest::WarningView>,
}

/// Everything that would refuse or warn about the next step; nothing is written.
#[utoipa::path(
    get, path = "/api/v1/manifests/{id}/preflight", tag = "manifests",
    params(("id" = ManifestId, Path), PreflightQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = PreflightView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn preflight(
    app: Data<App>,
    caller: Caller,
    segments: Segments,
    query: Query<PreflightQuery>,
) -> Answer {
    let ctx = caller.reading();
    let id = segments.id("id", ManifestId::of)?;
    let asked = query.get();
    let action = asked.map(|asked| asked.action);
    let found = Box::pin(manifest::try_out(&app, &ctx, id, action, trip::lent)).await?;
    let Preflight { action, faults, warnings } = found;
    let errors: Vec<_> = faults.iter().map(|fault| fault_json(fault, ctx.lang)).collect();
    let (action, allowed) = (action.as_str().to_owned(), errors.is_empty());
    Ok(HttpResponse::Ok().json(PreflightView { action, allowed, errors, warnings }))
}

/// The table of moves.
#[derive(Serialize, ToSchema)]
pub struct TransitionList {
    pub data: Vec<TransitionView>,
}

/// States, actions, who may take them, and the fields they need: the only such table there is.
#[utoipa::path(
    get, path = "/api/v1/transitions", tag = "manifests", security(("bearer" = [])),
    responses(
        (status = 200, body = TransitionList),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn transitions(_caller: Caller) -> Answer {
    let data = manifest::TRANSITIONS.iter().map(TransitionView::from).collect();
    Ok(HttpResponse::Ok().json(TransitionList { data }))
}

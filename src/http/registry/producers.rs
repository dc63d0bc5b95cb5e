//! Producers and their management class: told to themselves and their regulators.

use actix_web::web::Data;

use crate::app::App;
use crate::export::record_sheets;
use crate::http::{Answer, Caller, ProblemBody, Query, whole};
use crate::pages;
use crate::registry::producer::{ProducerQuery, ProducerView};
use crate::wire::Page;

/// Producers with their management class and what makes it: one's own organisation, or those in
/// one's jurisdiction, in the order of registration.
#[utoipa::path(
    get, path = "/api/v1/producers", tag = "registry", operation_id = "list_producers",
    params(ProducerQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = Page<ProducerView>),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ProducerQuery>) -> Answer {
    let (asked, ctx) = (query.get()?, caller.reading());
    let page = async move |asked: ProducerQuery| pages::producers(&app, &ctx, &asked).await;
    whole::answer(caller, asked, &record_sheets::PRODUCERS, page).await
}

//! What ends soon, told to whose it is and to their regulators.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::app::App;
use crate::export::record_sheets;
use crate::http::{Answer, Caller, ProblemBody, Query, whole};
use crate::registry::expiry::{self, ExpiriesView, ExpiryQuery};

/// What ends soon of one's own, or in one's jurisdiction: licences, transfer approvals, insurance,
/// filed emergency plans, drivers' licences; and by when one has to act. The soonest first.
#[utoipa::path(
    get, path = "/api/v1/expiries", tag = "registry", operation_id = "list_expiries",
    params(ExpiryQuery), security(("bearer" = [])),
    responses(
        (status = 200, body = ExpiriesView),
        (status = "4XX", body = ProblemBody, content_type = "application/problem+json"),
        (status = "5XX", body = ProblemBody, content_type = "application/problem+json"),
    ),
)]
pub async fn list(app: Data<App>, caller: Caller, query: Query<ExpiryQuery>) -> Answer {
    let view = expiry::list(&app, &caller.reading(), &query.get()?).await?;
    match caller.wanted() {
        Some(_) => whole::small(&caller, &record_sheets::EXPIRIES, view.data),
        None => Ok(HttpResponse::Ok().json(view)),
    }
}

//! Whether we live, whether we can work, and how much we do: for whoever operates us.
//!
//! `/healthz` never looks at the database: a process that is restarted because its database is
//! away comes back to the same database, without its warm caches.

use std::time::Duration;

use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::{self, Data, ServiceConfig};
use actix_web::{HttpRequest, HttpResponse};
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{Answer, ProblemBody, bearer};
use crate::anomaly;
use crate::app::App;
use crate::custody::{self, Lag};
use crate::db;
use crate::identity;
use crate::limits::READY_S_MAX;
use crate::notify;
use crate::problem::{Code, Fault, Problem, Text};
use crate::telemetry::{Metrics, Standing};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/healthz").route(web::get().to(healthz)))
        .service(web::resource("/readyz").route(web::get().to(readyz)));
}

pub(super) fn metrics_routes(page: &MetricsPage) -> impl Fn(&mut ServiceConfig) + use<> {
    let page = Data::new(page.clone());
    move |config| {
        config
            .app_data(page.clone())
            .service(web::resource("/metrics").route(web::get().to(metrics)));
    }
}

/// The process answers.
#[derive(Serialize, utoipa::ToSchema)]
pub struct Health {
    /// Always `ok`.
    pub status: &'static str,
}

/// What work needs.
#[derive(Clone, Copy, Serialize, utoipa::ToSchema)]
#[expect(clippy::struct_excessive_bools, reason = "each is an answer of its own")]
pub struct Readiness {
    /// A connection was had and answered.
    pub database: bool,
    /// The schema is this build's.
    pub migrations: bool,
    /// A commit asked for now would be taken up.
    pub committer: bool,
    /// What was recorded more than a minute ago is in a checkpoint of the log. Where it is not,
    /// requests are served all the same, but for proofs of what is newer: trucks do not wait for
    /// the tree, somebody has to look at it.
    pub tree: bool,
    /// Events that are in no checkpoint yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tree_lag_events: Option<u64>,
    /// Seconds since the oldest of them was recorded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tree_lag_s: Option<u64>,
}

/// Nothing is known to work.
const NOTHING: Readiness = Readiness {
    database: false,
    migrations: false,
    committer: false,
    tree: false,
    tree_lag_events: None,
    tree_lag_s: None,
};

/// Whether the process lives.
#[utoipa::path(get, path = "/healthz", tag = "operations", security(()),
    responses((status = 200, description = "It does.", body = Health)))]
pub async fn healthz() -> HttpResponse {
    HttpResponse::Ok().json(Health { status: "ok" })
}

/// Whether requests can be served now: a load balancer asks.
#[utoipa::path(get, path = "/readyz", tag = "operations", security(()), responses(
    (status = 200, description = "They can.", body = Readiness),
    (status = 503, description = "They cannot; `checks` says why.", body = ProblemBody,
        content_type = "application/problem+json")))]
pub async fn readyz(app: Data<App>) -> Answer {
    let look = tokio::time::timeout(Duration::from_secs(READY_S_MAX), look(&app));
    let found = look.await.unwrap_or(NOTHING);
    if found.database && found.migrations && found.committer {
        return Ok(HttpResponse::Ok().json(found));
    }
    let detail = Text::new("服务尚未就绪，见 checks。", "Not ready to serve; see checks.");
    let checks = json!(found);
    let mut problem =
        Problem::from(Fault::without_field(Code::Busy, detail).with("checks", checks));
    problem.retry_after_s = Some(1);
    Err(problem)
}

async fn look(app: &App) -> Readiness {
    let (lacking, committer, lag) =
        tokio::join!(db::lacking(&app.pool), app.committer.is_ready(), custody::lag(app));
    let lag = lag.ok();
    Readiness {
        database: lacking.is_ok(),
        migrations: lacking.is_ok_and(|versions| versions.is_empty()),
        committer,
        tree: lag.is_some_and(Lag::is_usual),
        tree_lag_events: lag.map(|lag| lag.events),
        tree_lag_s: lag.map(|lag| lag.seconds),
    }
}

/// The page of figures, and who may see it.
#[derive(Clone)]
pub struct MetricsPage {
    metrics: Metrics,
    door: Door,
}

#[derive(Clone)]
enum Door {
    Open,
    /// SHA-256 of the token: two digests are compared, so that time tells nothing of the token.
    Token([u8; 32]),
    SignedIn,
}

impl MetricsPage {
    /// For whoever reaches the port.
    pub const fn open(metrics: Metrics) -> Self {
        Self { metrics, door: Door::Open }
    }

    /// For whoever has the token.
    pub fn behind(metrics: Metrics, token: &str) -> Self {
        Self { metrics, door: Door::Token(Sha256::digest(token).into()) }
    }

    /// For whoever is signed in.
    pub const fn signed_in(metrics: Metrics) -> Self {
        Self { metrics, door: Door::SignedIn }
    }

    async fn lets_in(&self, app: &App, request: &HttpRequest) -> Result<(), Problem> {
        let token = bearer(request.headers());
        match self.door {
            Door::Open => Ok(()),
            Door::SignedIn => {
                let token = token.ok_or_else(identity::unauthorized)?;
                identity::authenticate(app, token).await.map(|_actor| ())
            }
            Door::Token(wanted) => {
                let digest = token.map(|token| <[u8; 32]>::from(Sha256::digest(token)));
                let detail = Text::new("需要指标令牌。", "The metrics token is needed.");
                let refused = || Problem::new(Code::Unauthorized, detail);
                digest.filter(|digest| *digest == wanted).map(|_| ()).ok_or_else(refused)
            }
        }
    }
}

/// Figures for Prometheus: on a port of its own, behind a token of its own or, in a demo, for
/// whoever is signed in.
#[utoipa::path(get, path = "/metrics", tag = "operations", responses(
    (status = 200, description = "Prometheus text format.", body = String,
        content_type = "text/plain")))]
pub async fn metrics(request: HttpRequest, page: Data<MetricsPage>, app: Data<App>) -> Answer {
    page.lets_in(&app, &request).await?;
    // A database that is away must not take the other figures with it.
    let asked = tokio::time::timeout(Duration::from_secs(READY_S_MAX), standing(&app)).await;
    let standing = asked.unwrap_or_default();
    let text = page.metrics.page(&app.committer, &standing).map_err(Problem::internal)?;
    let kind = (CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8");
    Ok(HttpResponse::Ok().insert_header(kind).body(text))
}

async fn standing(app: &App) -> Standing {
    let (tree, watch, waiting, witnesses) = tokio::join!(
        custody::lag(app),
        anomaly::lag(app),
        notify::backlog(app),
        custody::followed(app)
    );
    Standing {
        tree: tree.ok(),
        watch: watch.ok(),
        waiting: waiting.ok(),
        witnesses: witnesses.ok(),
    }
}

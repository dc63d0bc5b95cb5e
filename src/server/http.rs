//! The HTTP servers: the public one and, where asked for, that of `/metrics`, each with every bound
//! set here rather than left to a default.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, ServiceConfig};
use actix_web::{App as Web, HttpServer};

use super::StartError;
use crate::app::App;
use crate::config::{Metrics as MetricsPlace, Serving};
use crate::http::{FrameSettings, MetricsPage, frame, metrics_alone, routes};
use crate::limits::{
    BACKLOG_MAX, CONNECTIONS_PER_WORKER_MAX, DISCONNECT_S_MAX, HEAD_READ_S_MAX, KEEP_ALIVE_S,
    STOP_S_MAX,
};
use crate::telemetry::Metrics;

/// Servers that are bound. They answer while [`Listening::servers`] are polled.
pub struct Listening {
    pub servers: Vec<Server>,
    /// Where the public one listens: the ports that were chosen for port 0.
    pub addresses: Vec<SocketAddr>,
}

/// Binds the servers of an app.
pub fn listen(app: &Arc<App>, serving: &Serving) -> Result<Listening, StartError> {
    let metrics = Metrics::new(&app.committer)?;
    let settings = FrameSettings {
        clock: app.clock.clone(),
        mint: app.mint.clone(),
        behind_tls: serving.behind_tls,
        metrics: Some(metrics.clone()),
    };
    let page = match &serving.metrics {
        MetricsPlace::Token(token) => Some(MetricsPage::behind(metrics.clone(), token)),
        MetricsPlace::SignedIn => Some(MetricsPage::signed_in(metrics.clone())),
        MetricsPlace::Off | MetricsPlace::Listen(_) => None,
    };
    let public = routes(app.config.sandbox, page);
    let workers =
        serving.workers.or_else(|| std::thread::available_parallelism().ok().map(usize::from));
    let (server, addresses) = bind(app, &settings, workers.unwrap_or(2), serving.listen, public)?;
    let mut servers = vec![server];
    if let MetricsPlace::Listen(address) = serving.metrics {
        let alone = metrics_alone(MetricsPage::open(metrics));
        servers.push(bind(app, &settings, 1, address, alone)?.0);
    }
    Ok(Listening { servers, addresses })
}

fn bind(
    app: &Arc<App>,
    settings: &FrameSettings,
    workers: usize,
    address: SocketAddr,
    configure: impl Fn(&mut ServiceConfig) + Clone + Send + 'static,
) -> Result<(Server, Vec<SocketAddr>), StartError> {
    let (app, settings) = (Data::from(Arc::clone(app)), Data::new(settings.clone()));
    let factory = move || {
        Web::new()
            .app_data(settings.clone())
            .app_data(app.clone())
            .configure(configure.clone())
            .wrap(from_fn(frame))
    };
    let server = HttpServer::new(factory)
        .workers(workers)
        .backlog(BACKLOG_MAX)
        .max_connections(CONNECTIONS_PER_WORKER_MAX)
        .keep_alive(Duration::from_secs(KEEP_ALIVE_S))
        .client_request_timeout(Duration::from_secs(HEAD_READ_S_MAX))
        .client_disconnect_timeout(Duration::from_secs(DISCONNECT_S_MAX))
        .shutdown_timeout(STOP_S_MAX)
        .disable_signals()
        .bind(address)
        .map_err(|reason| StartError::Listen { address, reason })?;
    let addresses = server.addrs();
    Ok((server.run(), addresses))
}

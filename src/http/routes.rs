//! The one table of routes: every room's own list, under its prefix.
//!
//! What matches nothing is answered 404 or 405 by actix with an empty body, which `frame.rs` turns
//! into a problem.

use actix_web::web::{self, ServiceConfig};

use super::{
    MetricsPage, anomaly, anomaly_rules, application, audit, capacity, changes, custody, docs,
    emergency, evidence, health, identity, imports, inspection, manifest, notify, registry, report,
    round, sandbox, telemetry, trip,
};

/// Where the API's resources are.
pub const API: &str = "/api/v1";

/// All routes of the public server. `page`: `/metrics`, where it is behind a token.
pub fn routes(
    with_sandbox: bool,
    page: Option<MetricsPage>,
) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    move |config| {
        config.configure(health::routes);
        if let Some(page) = &page {
            config.configure(health::metrics_routes(page));
        }
        config.configure(docs::routes);
        let api = web::scope(API)
            // Paths are tried in order: the busiest first.
            .configure(manifest::routes)
            .configure(custody::routes)
            .configure(round::routes)
            .configure(trip::routes)
            .configure(capacity::routes)
            .configure(application::routes)
            .configure(emergency::routes)
            .configure(report::routes)
            .configure(telemetry::routes)
            .configure(anomaly::routes)
            .configure(anomaly_rules::routes)
            .configure(audit::routes)
            .configure(evidence::routes)
            .configure(changes::routes)
            .configure(notify::routes)
            .configure(imports::routes)
            .configure(identity::routes)
            .configure(registry::routes)
            .configure(inspection::routes);
        // In any other mode these paths do not exist (api.md, "Sandbox").
        let api = if with_sandbox { api.configure(sandbox::routes) } else { api };
        config.service(api);
    }
}

/// `/metrics` alone, for its own port.
pub fn metrics_alone(page: MetricsPage) -> impl Fn(&mut ServiceConfig) + Clone + Send + 'static {
    move |config| health::metrics_routes(&page)(config)
}

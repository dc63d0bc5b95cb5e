//! `liandan serve`: production, on a database that somebody else runs.

use std::net::SocketAddr;

use super::say;
use crate::config::{Environment, Serving};
use crate::server::{self, Ended, Production, StartError};
use crate::telemetry::start_log;

/// Serve on the database of DATABASE_URL. Refuses default secrets and mighty roles.
///
/// With DATABASE_MIGRATE_URL set, the schema is brought up to date first; without it, a schema that
/// is behind is refused.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// Address and port to listen on; wins over LIANDAN_LISTEN.
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<SocketAddr>,
    /// A settable clock (GET and POST /api/v1/sandbox/clock). Never for real manifests.
    #[arg(long)]
    sandbox: bool,
}

pub(super) fn run(environment: &Environment, asked: &Arguments) -> Result<Ended, StartError> {
    start_log(environment.text("LIANDAN_LOG"), "info,actix_server=warn")?;
    let mut serving = Serving::for_production(environment, asked.sandbox)?;
    if let Some(listen) = asked.listen {
        serving.listen = listen;
    }
    let production = Production {
        serving,
        database_url: environment.required("DATABASE_URL")?.to_owned(),
        migrate_url: environment.text("DATABASE_MIGRATE_URL").map(ToOwned::to_owned),
    };
    server::serve(&production, |addresses| {
        for address in addresses {
            say(&format!("http://{address}"));
        }
    })
}

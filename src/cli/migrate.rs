//! `liandan migrate`: bring the schema up to date; once, make roles and database.

use super::say;
use crate::config::Environment;
use crate::server::{self, BootstrapUrls, StartError};
use crate::telemetry::start_log;

/// Bring the schema of DATABASE_MIGRATE_URL up to date.
///
/// The first time, `--bootstrap` makes the roles liandan_owner, liandan_migrate and liandan_app and
/// the database, with the passwords and the name in DATABASE_MIGRATE_URL and DATABASE_URL.
#[derive(clap::Args)]
pub(super) struct Arguments {
    /// A superuser's URL, used for this and kept nowhere.
    #[arg(long, value_name = "URL")]
    bootstrap: Option<String>,
}

pub(super) fn run(environment: &Environment, asked: &Arguments) -> Result<(), StartError> {
    start_log(environment.text("LIANDAN_LOG"), "warn")?;
    let migrate = environment.required("DATABASE_MIGRATE_URL")?;
    if let Some(superuser) = &asked.bootstrap {
        let app = environment.required("DATABASE_URL")?;
        server::bootstrap(&BootstrapUrls { superuser, migrate, app })?;
        say("roles and database are there");
    }
    let ran = server::migrate(migrate)?;
    say(&format!("{ran} migrations ran; the schema is up to date"));
    Ok(())
}

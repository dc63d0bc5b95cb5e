//! `liandan serve` and `liandan migrate`: on a database that somebody else runs.

use std::net::SocketAddr;

use tokio_postgres::NoTls;

use super::StartError;
use super::lifecycle::{Ended, run};
use super::open::open;
use super::signals::Signals;
use crate::config::{BadSetting, Serving};
use crate::db::{self, bootstrap};
use crate::mint::Mint;

/// What a server is started with.
pub struct Production {
    pub serving: Serving,
    /// As `liandan_app`.
    pub database_url: String,
    /// As `liandan_migrate`: the schema is brought up to date first.
    pub migrate_url: Option<String>,
}

/// Serves until told to stop. Blocks.
pub fn serve(
    production: &Production,
    ready: impl FnOnce(&[SocketAddr]),
) -> Result<Ended, StartError> {
    if production.serving.config.log_keys.is_none() {
        let reason = "must be set: the log's private key, as `liandan key new` makes it";
        return Err(BadSetting::new("LIANDAN_LOG_KEY", reason).into());
    }
    if let Some(url) = &production.migrate_url {
        migrate(url)?;
    }
    actix_web::rt::System::new().block_on(async {
        let mut signals = Signals::listen()?;
        let opening = open(&production.serving, Mint::random(), &production.database_url);
        let (app, drain) = signals.unless_stopped(opening).await??;
        run(app, drain, &production.serving, &mut signals, ready).await
    })
}

/// Brings the schema up to date; answers how many migrations ran.
pub fn migrate(url: &str) -> Result<usize, StartError> {
    let ran = db::migrate(url)?;
    tracing::info!(migrations = ran, "the schema is up to date");
    Ok(ran)
}

/// The URLs that the program will be run with: roles, passwords and database are made to fit.
pub struct BootstrapUrls<'a> {
    pub superuser: &'a str,
    pub migrate: &'a str,
    pub app: &'a str,
}

/// Makes the three roles and the database. Blocks; may be repeated.
pub fn bootstrap(urls: &BootstrapUrls<'_>) -> Result<(), StartError> {
    let migrate = Login::of("DATABASE_MIGRATE_URL", urls.migrate, bootstrap::MIGRATE)?;
    let app = Login::of("DATABASE_URL", urls.app, bootstrap::APP)?;
    if migrate.database != app.database {
        let reason = "and DATABASE_MIGRATE_URL name different databases";
        return Err(BadSetting::new("DATABASE_URL", reason).into());
    }
    actix_web::rt::System::new().block_on(async {
        let connected = tokio_postgres::connect(urls.superuser, NoTls).await;
        let (mut superuser, connection) = connected.map_err(bootstrap::BootstrapError::from)?;
        let connection = tokio::spawn(connection);
        bootstrap::create_roles(&mut superuser, &migrate.password, &app.password).await?;
        bootstrap::create_database(&superuser, &app.database, None).await?;
        drop(superuser);
        let _ = connection.await;
        Ok(())
    })
}

struct Login {
    password: String,
    database: String,
}

impl Login {
    fn of(name: &'static str, url: &str, role: &str) -> Result<Self, BadSetting> {
        // The parser's own words could repeat parts of the URL, password included.
        let config: tokio_postgres::Config = url.parse().map_err(|_| {
            BadSetting::new(name, "is not a URL such as postgresql://role:password@host/database")
        })?;
        if config.get_user() != Some(role) {
            return Err(BadSetting::new(name, format!("must be of role {role}")));
        }
        let password = config.get_password().and_then(|bytes| std::str::from_utf8(bytes).ok());
        let lacks = |what: &str| BadSetting::new(name, format!("must name a {what}"));
        Ok(Self {
            password: password.ok_or_else(|| lacks("password"))?.to_owned(),
            database: config.get_dbname().ok_or_else(|| lacks("database"))?.to_owned(),
        })
    }
}

//! The registers on a real PostgreSQL: one cluster, one app, few and quick; rules have their own
//! tests beside them.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use crate::app::App;
use crate::clock::Clock;
use crate::config::{Config, Numbering};
use crate::db::private::{PrivatePostgres, Settings};
use crate::db::{Committer, Pool, bootstrap, down_and_up};
use crate::mint::Mint;
use crate::secret::Secret;

/// An app on a database of its own, gone with it.
struct World {
    app: App,
    _postgres: PrivatePostgres,
    _home: tempfile::TempDir,
}

async fn world() -> World {
    let home = tempfile::tempdir().unwrap();
    fs::set_permissions(home.path(), Permissions::from_mode(0o755)).unwrap();
    let settings =
        Settings { fsync: false, shared_buffers: "8MB".to_owned(), ..Settings::default() };
    let mint = Mint::random();
    let postgres = PrivatePostgres::start(&home.path().join("data"), &settings, &mint).unwrap();
    let url = postgres.superuser_url("postgres");
    let (mut superuser, connection) =
        tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let passwords = postgres.passwords();
    let (migrate, app) = (&passwords.liandan_migrate, &passwords.liandan_app);
    bootstrap::create_roles(&mut superuser, migrate, app).await.unwrap();
    bootstrap::create_database(&superuser, "registry", None).await.unwrap();
    crate::db::migrate(&postgres.migrate_url("registry")).unwrap();
    down_and_up(&postgres.migrate_url("registry")).unwrap();
    let url = postgres.app_url("registry");
    let origin = "liandan.example/test".to_owned();
    let (committer, _running) = Committer::start(url.clone(), origin.clone()).unwrap();
    let config = Config {
        origin,
        sandbox: true,
        numbering: Numbering::ByDivision,
        token_secret: Secret::new(vec![7; 32]),
        behind_proxy: false,
    };
    let clock = Clock::held("2026-11-25T08:00:00Z".parse().unwrap());
    let app = App::new(config, (clock, mint), (Pool::new(&url).unwrap(), committer)).unwrap();
    World { app, _postgres: postgres, _home: home }
}

#[actix_web::test]
async fn the_registers_begin_empty() {
    let world = world().await;
    let id = crate::ids::OrganisationId::of(world.app.mint.uuid(world.app.clock.now()));
    let found = super::organisation(&world.app.pool, id).await.unwrap();
    assert!(found.is_none());
}

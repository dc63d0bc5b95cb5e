//! Signing in, users and their sessions, through HTTP on a real PostgreSQL: the world that the
//! tests in the files beside act in.

mod sessions;
mod users;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use actix_web::body::MessageBody;
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service};
use actix_web::web::{self, Data};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::app::App;
use crate::clock::Clock;
use crate::config::{Borders, Config, Numbering};
use crate::ctx::Role;
use crate::db::private::{PrivatePostgres, Settings};
use crate::db::{Committer, Pool, bootstrap};
use crate::http::frame;
use crate::identity::{self, CreateUser};
use crate::mint::Mint;
use crate::secret::Secret;

const CORPS: Uuid = Uuid::from_bytes([1; 16]);
const PRODUCER: Uuid = Uuid::from_bytes([2; 16]);
const CARRIER: Uuid = Uuid::from_bytes([3; 16]);
const PASSWORD: &str = "vT9-qLm2kx-Tarim";

/// An app on a database of its own, gone with it.
struct World {
    app: Data<App>,
    superuser: tokio_postgres::Client,
    _postgres: PrivatePostgres,
    _home: tempfile::TempDir,
}

/// What came back.
#[derive(Debug)]
struct Said {
    status: u16,
    code: String,
    body: Value,
    etag: String,
    retry_after: Option<u32>,
    replayed: bool,
}

impl World {
    async fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::set_permissions(home.path(), Permissions::from_mode(0o755)).unwrap();
        let settings =
            Settings { fsync: false, shared_buffers: "8MB".to_owned(), ..Settings::default() };
        let mint = Mint::random();
        let postgres = PrivatePostgres::start(&home.path().join("data"), &settings, &mint).unwrap();
        let mut superuser = connect(&postgres.superuser_url("postgres")).await;
        let passwords = postgres.passwords();
        let (migrate, app) = (&passwords.liandan_migrate, &passwords.liandan_app);
        bootstrap::create_roles(&mut superuser, migrate, app).await.unwrap();
        bootstrap::create_database(&superuser, "identity", None).await.unwrap();
        crate::db::migrate(&postgres.migrate_url("identity")).unwrap();
        let url = postgres.app_url("identity");
        let origin = "liandan.example/test".to_owned();
        let (committer, _running) = Committer::start(url.clone(), origin.clone()).unwrap();
        let config = Config {
            origin,
            sandbox: true,
            numbering: Numbering::ByDivision,
            borders: Borders::Province,
            labels: crate::container::LabelLayout::default(),
            label_qr: crate::container::QrContent::default(),
            log_keys: None,
            witnesses: crate::custody::Witnesses::default(),
            amendment_days: 5,
            signed_from: crate::config::SignedFrom::default(),
            token_secret: Secret::new(vec![7; 32]),
            password_cost: crate::identity::PasswordCost::default(),
            behind_proxy: false,
            files: crate::blob::Files::default(),
            notify: crate::notify::Settings::default(),
        };
        let clock = Clock::held("2026-11-25T08:00:00Z".parse().unwrap());
        let app = App::new(config, (clock, mint), (Pool::new(&url).unwrap(), committer)).unwrap();
        let superuser = connect(&postgres.superuser_url("identity")).await;
        let world = Self { app: Data::new(app), superuser, _postgres: postgres, _home: home };
        world.organisation(CORPS, "91659001MA77TEXT01", "[]", "00").await;
        world.organisation(PRODUCER, "91659001MA77TEXT02", r#"["producer"]"#, "01").await;
        world.organisation(CARRIER, "91659001MA77TEXT03", r#"["carrier"]"#, "02").await;
        world.user(CORPS, "corps", Role::CorpsRegulator).await;
        world
    }

    /// Straight into the tables: the registry's own commands are another room's.
    async fn organisation(&self, id: Uuid, uscc: &str, roles: &str, division: &str) {
        let sql = format!(
            "INSERT INTO organisation (id, name, uscc, roles, division, status, blacklisted)
             VALUES ('{id}', 'x', '{uscc}', '{roles}', '{division}', 'active', false);
             INSERT INTO subject
             VALUES ('{id}', 2, 2026, 1, decode(repeat('00', 32), 'hex'), now())"
        );
        self.superuser.batch_execute(&sql).await.unwrap();
    }

    async fn user(&self, organisation: Uuid, login: &str, role: Role) -> identity::User {
        let asked = json!({ "organisation_id": organisation, "login": login,
            "password": PASSWORD, "role": role });
        let asked: CreateUser = crate::wire::read(asked.to_string().as_bytes()).unwrap();
        identity::seed_user(&self.app, asked).await.unwrap()
    }

    async fn ask(&self, method: Method, path: &str, token: &str, body: Value) -> Said {
        self.ask_with(method, path, token, body, &[]).await
    }

    async fn ask_with(
        &self,
        method: Method,
        path: &str,
        token: &str,
        body: Value,
        headers: &[(&str, &str)],
    ) -> Said {
        let service = init_service(
            actix_web::App::new()
                .app_data(self.app.clone())
                .service(web::scope("/api/v1").configure(crate::http::identity::routes))
                .wrap(from_fn(frame)),
        )
        .await;
        let mut request = TestRequest::default()
            .method(method)
            .uri(&format!("/api/v1{path}"))
            .peer_addr("10.0.0.9:1234".parse().unwrap());
        if !token.is_empty() {
            request = request.append_header(("authorization", format!("Bearer {token}")));
        }
        for header in headers {
            request = request.append_header(*header);
        }
        if !body.is_null() {
            request = request.set_json(body);
        }
        let answer = call_service(&service, request.to_request()).await;
        let header =
            |name: &str| answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
        let (etag, retry_after) = (header("etag").unwrap_or_default(), header("retry-after"));
        let replayed = header("idempotent-replayed").is_some();
        let status = answer.status().as_u16();
        if status == 401 {
            assert!(header("www-authenticate").is_some());
        }
        let bytes = answer.into_body().try_into_bytes().unwrap_or_default();
        let body: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        let code = body["code"].as_str().unwrap_or_default().to_owned();
        let retry_after = retry_after.map(|seconds| seconds.parse().unwrap());
        Said { status, code, body, etag, retry_after, replayed }
    }

    async fn log_in(&self, login: &str, password: &str) -> Said {
        let body = json!({ "login": login, "password": password });
        self.ask(Method::POST, "/auth/login", "", body).await
    }

    async fn token(&self, login: &str) -> String {
        text(&self.log_in(login, PASSWORD).await.body, "access_token")
    }

    async fn me(&self, token: &str) -> u16 {
        self.ask(Method::GET, "/me", token, Value::Null).await.status
    }
}

async fn connect(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

fn text(body: &Value, field: &str) -> String {
    body[field].as_str().unwrap_or_else(|| panic!("{field} in {body}")).to_owned()
}

//! The registers on a real PostgreSQL: one cluster, one app, few and quick; rules have their own
//! tests beside them.

mod entries;

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;

use actix_web::web::Data;
use serde_json::{Value, json};

use super::{
    Answered, Organisation, Uscc, ledger, licence, organisation, rows, site, storage_area,
};
use crate::app::App;
use crate::clock::Clock;
use crate::command::Freshness;
use crate::config::{Borders, Config, Numbering};
use crate::ctx::{Actor, Ctx, IdempotencyKey, Role, Via};
use crate::db::private::{PrivatePostgres, Settings};
use crate::db::{Committer, Pool, bootstrap};
use crate::ids::{LicenceId, OrganisationId, SiteId};
use crate::mint::Mint;
use crate::problem::{Code, Lang};
use crate::secret::Secret;
use crate::units::Grams;
use crate::wire::{Asked, Decode};

/// An app on a database of its own, gone with it.
pub(crate) struct World {
    pub(crate) app: Data<App>,
    postgres: PrivatePostgres,
    _home: tempfile::TempDir,
}

pub(crate) async fn world() -> World {
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
    let url = postgres.app_url("registry");
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
    World { app: Data::new(app), postgres, _home: home }
}

impl World {
    async fn superuser(&self) -> tokio_postgres::Client {
        let url = self.postgres.superuser_url("registry");
        let (client, connection) =
            tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    fn ctx(&self, actor: Actor) -> Ctx {
        let now = self.app.clock.now();
        Ctx { lang: Lang::En, ..Ctx::unasked(actor, (now, now), "test") }
    }

    pub(crate) fn corps(&self) -> Ctx {
        self.ctx(Actor { role: Role::CorpsRegulator, via: Via::Password, ..Actor::system() })
    }

    pub(crate) fn admin(&self, of: OrganisationId) -> Ctx {
        let via = Via::Password;
        self.ctx(Actor { role: Role::Admin, organisation_id: of, via, ..Actor::system() })
    }

    pub(crate) async fn organisation(&self, first_17: &str) -> Answered<Organisation> {
        self.organisation_of(first_17, &["receiver", "producer"], "01").await
    }

    pub(crate) async fn organisation_of(
        &self,
        first_17: &str,
        roles: &[&str],
        division: &str,
    ) -> Answered<Organisation> {
        let uscc = Uscc::complete(first_17).unwrap();
        let body = json!({
            "name": "一号", "uscc": uscc.as_str(), "roles": roles, "division": division,
        });
        organisation::register(&self.app, &self.corps(), asked(&body)).await.unwrap()
    }

    pub(crate) async fn site(&self, of: OrganisationId) -> SiteId {
        let body = json!({
            "organisation_id": of, "name": "厂区", "kind": "treatment", "division": "01",
            "region_code": "659002", "location": {"lon": 81.28, "lat": 40.55},
        });
        site::register(&self.app, &self.admin(of), asked(&body)).await.unwrap().value.id
    }

    async fn cut(&self, id: LicenceId, lines: &Value) -> Result<i64, Code> {
        let asked = asked(&json!({ "lines": lines }));
        let answer = licence::change(&self.app, &self.corps(), id, asked).await;
        answer.map(|answered| answered.version).map_err(|problem| problem.code())
    }
}

pub(crate) fn asked<T: Decode>(body: &Value) -> Asked<T> {
    crate::wire::asked(body.to_string().as_bytes()).unwrap()
}

pub(crate) fn code<T: std::fmt::Debug>(answer: Result<T, crate::problem::Problem>) -> Code {
    answer.unwrap_err().code()
}

#[actix_web::test]
async fn a_change_is_guarded_repeated_and_forgotten_by_the_cache() {
    let world = world().await;
    let app = &world.app;
    let made = world.organisation("91659002MA0000001").await;
    assert_eq!((made.status, made.version), (201, 1));
    let id = made.value.id;
    let twice = json!({
        "name": "二号", "uscc": made.value.uscc, "roles": [], "division": "01",
    });
    let again = organisation::register(app, &world.corps(), asked(&twice)).await;
    assert_eq!(code(again), Code::AlreadyExists);

    let name = async || {
        let known = app.registers.organisation(&app.pool, id, Freshness::Cached).await.unwrap();
        known.unwrap().name.clone()
    };
    assert_eq!(name().await, "一号");
    let mut ctx = world.admin(id);
    ctx.key = Some(IdempotencyKey { key: "k".into(), fingerprint: [1; 32] });
    ctx.if_match = Some(1);
    let rename = json!({"name": "新名"});
    let changed = organisation::change(app, &ctx, id, asked(&rename)).await.unwrap();
    assert_eq!((changed.status, changed.version, changed.replayed), (200, 2, false));
    assert_eq!(name().await, "新名");

    let later = json!({"name": "更新的名"});
    organisation::change(app, &world.admin(id), id, asked(&later)).await.unwrap();
    let repeated = organisation::change(app, &ctx, id, asked(&rename)).await.unwrap();
    assert!(repeated.replayed);
    assert_eq!((repeated.version, repeated.value.name.as_str()), (2, "新名"));

    ctx.key = None;
    let stale = organisation::change(app, &ctx, id, asked(&rename)).await;
    assert_eq!(code(stale), Code::StaleVersion);
    let own = json!({"status": "suspended"});
    let refused = organisation::change(app, &world.admin(id), id, asked(&own)).await;
    assert_eq!(code(refused), Code::Forbidden);
    let same = organisation::change(app, &world.corps(), id, asked(&later)).await.unwrap();
    assert_eq!(same.version, 3, "a patch that changes nothing leaves no event");
}

#[actix_web::test]
async fn the_ledger_and_the_areas_hold_what_entries_put_there() {
    let world = world().await;
    let app = &world.app;
    let holder = world.organisation("91659002MA0000002").await.value.id;
    let at = world.site(holder).await;
    let admin = world.admin(holder);
    let area = json!({"site_id": at, "name": "库", "kind": "facility", "capacity_kg": 5000});
    let area = storage_area::register(app, &admin, asked(&area)).await.unwrap().value.id;
    let place = app.registers.site(&app.pool, at, Freshness::Cached).await.unwrap().unwrap();
    assert_eq!(place.storage_capacity_g, Some(Grams(5_000_000)));
    assert_eq!(place.guard.version, 2);

    let enter = async |kind: &str, kg: f64| {
        let body = json!({
            "site_id": at, "kind": kind, "waste_code": "900-249-08", "mass_kg": kg,
            "storage_area_id": area,
        });
        ledger::enter(app, &admin, asked(&body)).await
    };
    assert_eq!(enter("produced", 100.5).await.unwrap().status, 201);
    assert_eq!(code(enter("moved_out", 100.501).await), Code::InsufficientOnHand);
    assert_eq!(code(enter("taken_out", 100.501).await), Code::InsufficientOnHand);
    enter("moved_out", 100.5).await.unwrap();
    assert_eq!(code(enter("loss", 0.0).await), Code::MassOutOfRange);
    let full = enter("stored", 6000.0).await.unwrap();
    assert_eq!(full.warnings.len(), 1);
    let (_, stored) = storage_area::show(app, &admin, area).await.unwrap();
    assert_eq!(stored, Grams(6_000_000));
    let smaller = asked(&json!({"capacity_kg": 4000}));
    assert_eq!(code(storage_area::change(app, &admin, area, smaller).await), Code::CapacityInUse);

    let slice = super::Slice { after: None, rows_max: 10 };
    let filter = rows::LedgerFilter { site_id: Some(at), ..Default::default() };
    let scope = super::Scope::of(&admin.actor);
    let listed = rows::ledger_entries(&app.pool, &scope, &filter, slice).await.unwrap();
    assert_eq!(listed.len(), 3);
    let elsewhere =
        super::Scope::Division { division: "02".into(), own: admin.actor.organisation_id };
    assert!(rows::ledger_entries(&app.pool, &elsewhere, &filter, slice).await.unwrap().is_empty());
}

#[actix_web::test]
async fn a_licence_is_not_cut_below_what_is_reserved_on_it() {
    let world = world().await;
    let app = &world.app;
    let holder = world.organisation("91659002MA0000003").await.value.id;
    let at = world.site(holder).await;
    let line = |line: Option<i64>, code: &str, kg: i64| json!({"line": line, "waste_codes": [code], "methods": ["R9"], "annual_kg": kg});
    let body = json!({
        "organisation_id": holder, "site_id": at, "number": "LIC-1", "kind": "comprehensive",
        "issued_on": "2026-01-01", "issued_by": "兵团生态环境局", "valid_from": "2026-01-01",
        "valid_to": "2030-12-31", "limit_factor": 1.1, "lines": [line(None, "900-249-08", 1000)],
    });
    let refused = licence::grant(app, &world.admin(holder), asked(&body)).await;
    assert_eq!(code(refused), Code::Forbidden);
    let granted = licence::grant(app, &world.corps(), asked(&body)).await.unwrap().value;
    assert_eq!(granted.with_factor(granted.lines[0].annual_g), 1_100_000);
    let licences = app.registers.licences_of(&app.pool, at, Freshness::Cached).await.unwrap();
    assert_eq!(licences.len(), 1);

    let id = granted.id;
    let second = || line(None, "900-214-08", 5);
    let grown = json!([line(Some(1), "900-249-08", 900), second()]);
    assert_eq!(world.cut(id, &grown).await, Ok(2));
    let filed = "UPDATE account SET reserved_g = 900000 WHERE owner_id = $1";
    world.superuser().await.execute(filed, &[&id.uuid()]).await.unwrap();
    // 800 kg with the factor is 880 kg, below the 900 kg reserved; 820 kg is 902 kg, above.
    let below = json!([line(Some(1), "900-249-08", 800), second()]);
    assert_eq!(world.cut(id, &below).await, Err(Code::CapacityInUse));
    let above = json!([line(Some(1), "900-249-08", 820), second()]);
    assert_eq!(world.cut(id, &above).await, Ok(3));
    let gone = json!([line(Some(2), "900-214-08", 5)]);
    assert_eq!(world.cut(id, &gone).await, Err(Code::ItemsIncomplete));
    assert_eq!(rows::accounts_of(&app.pool, id).await.unwrap().len(), 2);
    let licences = app.registers.licences_of(&app.pool, at, Freshness::Cached).await.unwrap();
    assert_eq!((licences[0].guard.version, licences[0].lines.len()), (3, 2));
}

#[actix_web::test]
async fn lists_are_paged_filtered_and_scoped() {
    let world = world().await;
    let app = &world.app;
    let first = world.organisation("91659002MA0000004").await.value.id;
    let second = world.organisation("91659002MA0000005").await.value.id;
    let slice = |after| super::Slice { after, rows_max: 1 };
    let filter = rows::OrganisationFilter {
        q: Some("一".into()),
        role: Some(super::Part::Receiver),
        ..Default::default()
    };
    let page = rows::organisations(&app.pool, &filter, slice(None)).await.unwrap();
    assert_eq!(page[0].id, first.min(second));
    let after = Some(page[0].id.uuid());
    let page = rows::organisations(&app.pool, &filter, slice(after)).await.unwrap();
    assert_eq!(page[0].id, first.max(second));
    for (plate, owner) in [("新A12345", first), ("新A·54321", second)] {
        let body = json!({
            "organisation_id": owner, "plate": plate, "kind": "罐车", "classes": ["hazardous"],
        });
        super::vehicle::register(app, &world.corps(), asked(&body)).await.unwrap();
    }
    let own = super::Scope::of(&world.admin(first).actor);
    let all = super::Slice { after: None, rows_max: 10 };
    let seen = rows::vehicles(&app.pool, &own, &rows::VehicleFilter::default(), all).await.unwrap();
    assert_eq!(seen.iter().map(|one| one.plate.as_str()).collect::<Vec<_>>(), ["新A12345"]);
    let body = json!({
        "organisation_id": first, "name": "张三", "phone": "13900000000", "licence_no": "X1",
        "licence_valid_to": "2028-01-01",
    });
    let made = super::driver::register(app, &world.admin(first), asked(&body)).await.unwrap();
    let id = made.0.value.id;
    let stranger = super::driver::show(app, &world.admin(second), id).await;
    assert_eq!(code(stranger), Code::NotFound);
    let (_, person) = super::driver::show(app, &world.admin(first), id).await.unwrap();
    assert_eq!(person.name, "张三");
    let sql = "SELECT body FROM event WHERE subject_id = $1";
    let event = world.superuser().await.query_one(sql, &[&id.uuid()]).await.unwrap();
    assert!(!event.get::<_, String>(0).contains("张三"));
}

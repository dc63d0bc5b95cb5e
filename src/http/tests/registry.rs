//! The registers and the catalogue through HTTP: shapes, heads, order of refusals.

use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::{self, Data};
use serde_json::{Value, json};
use utoipa::OpenApi;

use crate::app::App;
use crate::http::{frame, registry};
use crate::identity::{self, CreateUser};
use crate::registry::tests::{World, world};

const PASSWORD: &str = "vT9-qLm2kx-Tarim";

struct Said {
    status: u16,
    etag: String,
    location: String,
    body: Value,
}

async fn ask(app: &Data<App>, token: &str, method: Method, path: &str, body: Value) -> Said {
    let routes = |cfg: &mut web::ServiceConfig| {
        registry::routes(cfg);
        crate::http::identity::routes(cfg);
    };
    let service = init_service(
        actix_web::App::new()
            .app_data(app.clone())
            .service(web::scope("/api/v1").configure(routes))
            .wrap(from_fn(frame)),
    )
    .await;
    let mut request = TestRequest::default()
        .method(method)
        .uri(&format!("/api/v1{path}"))
        .peer_addr("10.0.0.9:1234".parse().unwrap())
        .append_header(("authorization", format!("Bearer {token}")));
    if !body.is_null() {
        request = request.set_json(body);
    }
    let answer = call_service(&service, request.to_request()).await;
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value.map(|value| value.to_str().unwrap().to_owned()).unwrap_or_default()
    };
    let (status, etag, location) = (answer.status().as_u16(), header("etag"), header("location"));
    let bytes = read_body(answer).await;
    let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
    Said { status, etag, location, body }
}

/// A token of the corps' regulator.
async fn corps(world: &World, app: &Data<App>) -> String {
    let body = world.organisation_of("91659002MA0000009", &[], "00").await;
    let user = json!({
        "organisation_id": body.value.id, "login": "corps", "password": PASSWORD,
        "role": "corps_regulator",
    });
    let user: CreateUser = crate::wire::read(user.to_string().as_bytes()).unwrap();
    identity::seed_user(app, user).await.unwrap();
    let login = json!({"login": "corps", "password": PASSWORD});
    let said = ask(app, "", Method::POST, "/auth/login", login).await;
    said.body["access_token"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn entries_have_the_shapes_and_heads_that_the_contract_names() {
    let world = world().await;
    let app = world.app.clone();
    let token = corps(&world, &app).await;
    let post = async |path: &str, body: Value| ask(&app, &token, Method::POST, path, body).await;
    let get = async |path: &str| ask(&app, &token, Method::GET, path, Value::Null).await;

    let said = post("/organisations", json!({"uscc": "91350100M000100Y44", "x": 1})).await;
    assert_eq!(said.status, 422);
    let pointers: Vec<_> =
        said.body["errors"].as_array().unwrap().iter().map(|one| &one["pointer"]).collect();
    for wanted in ["/uscc", "/x", "/name", "/division"] {
        assert!(pointers.contains(&&json!(wanted)), "{wanted} {pointers:?}");
    }

    let body = json!({"name": "甲", "uscc": "91350100M000100Y43", "roles": ["receiver"],
        "division": "01"});
    let made = post("/organisations", body).await;
    assert_eq!((made.status, made.etag.as_str()), (201, "\"1\""));
    let organisation = made.body["id"].as_str().unwrap().to_owned();
    assert_eq!(made.location, format!("/api/v1/organisations/{organisation}"));
    let body = json!({"organisation_id": organisation, "name": "厂", "kind": "treatment",
        "business": "incinerator", "facility_kind": "hazardous_incinerator", "division": "01",
        "region_code": "659002", "location": {"lon": 81.28, "lat": 40.55}});
    let site = post("/sites", body).await;
    assert_eq!(site.status, 201, "{}", site.body);
    assert_eq!(site.body["location"], json!({"lon": 81.28, "lat": 40.55}));
    assert_eq!(site.body["beds"], Value::Null);
    assert!(site.body.as_object().unwrap().contains_key("regiment"));
    let body = json!({"organisation_id": organisation, "site_id": site.body["id"],
        "number": "L1", "kind": "comprehensive", "issued_on": "2026-01-01", "issued_by": "x",
        "valid_from": "2026-01-01", "valid_to": "2030-12-31", "lines": [{"line": 1,
        "waste_codes": ["900-249-08"], "categories": ["HW08"], "methods": ["R9"],
        "annual_kg": 500_000.5}]});
    let licence = post("/licences", body).await;
    assert_eq!(licence.status, 201, "{}", licence.body);
    assert_eq!(licence.body["limit_factor"], 1.0);
    assert_eq!(licence.body["lines"][0]["annual_kg"], 500_000.5);
    let entry = json!({"site_id": site.body["id"], "kind": "produced", "mass_kg": 12.5,
        "waste_code": "900-249-08", "occurred_at": "2026-11-24T08:00:00+08:00", "note": ""});
    let entry = post("/ledger-entries", entry).await;
    assert_eq!(entry.body["occurred_at"], "2026-11-24T00:00:00.000Z", "{}", entry.body);

    let listed = get("/licences?waste_code=900-214-08&status=active").await;
    assert_eq!(listed.body["data"].as_array().map(Vec::len), Some(1), "{}", listed.body);
    let page = get("/organisations?role=receiver&limit=1").await;
    assert_eq!((page.status, page.body["data"].as_array().map(Vec::len)), (200, Some(1)));
    assert_eq!(get("/organisations?nonsense=1").await.status, 422);
    let path = format!("/sites/{}", site.body["id"].as_str().unwrap());
    let patch = json!({"beds": 20, "park": null});
    let changed = ask(&app, &token, Method::PATCH, &path, patch).await;
    assert_eq!((changed.status, changed.etag.as_str()), (200, "\"2\""));
    let one = get(&path).await;
    assert_eq!((one.etag.as_str(), &one.body), ("\"2\"", &changed.body));
    assert_eq!(get("/sites/nothing").await.status, 404);

    let wastes = get("/catalogue/wastes?q=90024908").await;
    assert_eq!(wastes.body["data"][0]["code"], "900-249-08");
    let first = get("/catalogue/wastes?limit=2").await;
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = get(&format!("/catalogue/wastes?limit=2&cursor={cursor}")).await;
    assert_ne!(first.body["data"], second.body["data"]);
    assert_eq!(get("/divisions").await.body["data"].as_array().map(Vec::len), Some(14));
    assert_eq!(get("/calendar").await.body["year"], 2026);
    for table in TABLES {
        assert_eq!(get(&format!("/catalogue/{table}")).await.status, 200, "{table}");
    }
}

/// The catalogue's smaller tables.
const TABLES: [&str; 8] = [
    "methods",
    "exemptions",
    "forms",
    "packaging",
    "hazards",
    "editions",
    "rule-packs",
    "sealed-fields",
];

#[test]
fn the_document_names_every_operation_once() {
    let document = registry::RegistryApi::openapi();
    let mut operations: Vec<String> = Vec::new();
    let document = serde_json::to_value(document).unwrap();
    for path in document["paths"].as_object().unwrap().values() {
        let named = path.as_object().unwrap().values();
        operations.extend(named.filter_map(|one| one["operationId"].as_str().map(str::to_owned)));
    }
    let count = operations.len();
    operations.sort_unstable();
    operations.dedup();
    assert_eq!((operations.len(), count), (86, 86));
}

#[test]
fn every_schema_that_the_document_refers_to_is_in_it() {
    fn references(node: &Value, found: &mut Vec<String>) {
        match node {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref") {
                    found.push(reference.clone());
                }
                members.values().for_each(|member| references(member, found));
            }
            Value::Array(items) => items.iter().for_each(|item| references(item, found)),
            _ => {}
        }
    }
    let document = serde_json::to_value(registry::RegistryApi::openapi()).unwrap();
    let mut found = Vec::new();
    references(&document, &mut found);
    for reference in found {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
}

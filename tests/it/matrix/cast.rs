//! Who walks through the matrix: a person of every role in every party, and those who watch.

use futures_util::future::join_all;
use liandan::registry::Uscc;
use serde_json::{Value, json};

use super::{Person, ROLES, Seat};
use crate::support::{Client, PASSWORD, World};

const ALL: &[&str] = &["hazardous", "medical", "kitchen"];

/// Regulators: name, role and rights, and the streams that they see of a manifest from regiment 3
/// of division 01 to another place of that division. Those that only stop trucks correct nothing.
const REGULATORS: &[(&str, &str, [&str; 3], &[&str])] = &[
    ("division-01", "division_regulator", ["01", "", "ecology"], ALL),
    ("division-02", "division_regulator", ["02", "", "ecology"], &[]),
    ("transport-01", "division_regulator", ["01", "", "transport"], ALL),
    ("health-01", "division_regulator", ["01", "", "health"], &["medical"]),
    ("urban-01", "division_regulator", ["01", "", "urban_management"], &["kitchen"]),
    ("health-02", "division_regulator", ["02", "", "health"], &[]),
    ("health-corps", "corps_regulator", ["", "", "health"], &["medical"]),
    ("regiment-3", "regiment_regulator", ["01", "3", "ecology"], ALL),
    ("regiment-4", "regiment_regulator", ["01", "4", "ecology"], &[]),
    ("regiment-3-of-02", "regiment_regulator", ["02", "3", "ecology"], &[]),
];

/// Everybody, and a filing that lacks stream and items.
pub async fn gather(world: &World) -> (Vec<Person>, Value) {
    let corps = world.corps().await;
    let mut people = vec![
        Person { name: "nobody".to_owned(), client: world.client(), seat: Seat::Nobody },
        Person {
            name: "corps".to_owned(),
            client: corps.clone(),
            seat: Seat::Regulator(ALL, true),
        },
    ];
    let mut ids = Vec::new();
    let mut users = Vec::new();
    for (n, of) in ["producer", "carrier", "receiver", "stranger"].into_iter().enumerate() {
        let id = organisation(&corps, of, n, &["producer", "carrier", "receiver"]).await;
        for (role, signs) in ROLES.iter().copied() {
            if of != "stranger" || role == "admin" {
                let user = json!({"organisation_id": id, "role": role});
                users.push((format!("{of}-{role}"), user, Seat::Member { of, role, signs }));
            }
        }
        ids.push(id);
    }
    let bureau = organisation(&corps, "bureau", 9, &[]).await;
    for (name, role, rights, streams) in REGULATORS {
        let mut user = json!({"organisation_id": bureau, "role": role});
        for (field, right) in ["division", "regiment", "agency"].into_iter().zip(rights) {
            if !right.is_empty() {
                user[field] = json!(right);
            }
        }
        let corrects = rights[2] != "transport";
        users.push(((*name).to_owned(), user, Seat::Regulator(streams, corrects)));
    }
    let made = users.into_iter().map(|(login, mut user, seat)| {
        user["login"] = json!(login);
        user["password"] = json!(PASSWORD);
        let corps = corps.clone();
        async move {
            corps.post("/users", &user).await.is(201);
            Person { client: world.log_in(&login).await, name: login, seat }
        }
    });
    people.extend(join_all(made).await);
    (people, form(&corps, &ids).await)
}

async fn organisation(corps: &Client, name: &str, n: usize, roles: &[&str]) -> String {
    let uscc = Uscc::complete(&format!("91659001MAMTRX0{n:02}")).unwrap();
    let asked = json!({"name": name, "uscc": uscc.as_str(), "roles": roles, "division": "01"});
    corps.post("/organisations", &asked).await.ok().id()
}

/// What a filing needs: sites, a licence and a permit, a vehicle and its driver.
async fn form(corps: &Client, ids: &[String]) -> Value {
    let made = async |path: &str, body: Value| corps.post(path, &body).await.ok().id();
    let site = |id: &str, kind: &str, regiment: Value| {
        json!({"organisation_id": id, "name": "一号场所", "kind": kind, "division": "01",
            "regiment": regiment, "region_code": "659002",
            "location": {"lon": 81.28, "lat": 40.55}})
    };
    let from = made("/sites", site(&ids[0], "production", json!("3"))).await;
    let to = made("/sites", site(&ids[2], "treatment", Value::Null)).await;
    let on = made("/sites", site(&ids[2], "treatment", Value::Null)).await;
    let licence = |at: &str, kind: &str, number: &str, lines: Value| {
        json!({"organisation_id": ids[2], "site_id": at, "number": number, "kind": kind,
            "issued_on": "2024-01-01", "issued_by": "兵团生态环境局",
            "valid_from": "2024-01-01", "valid_to": "2028-12-31", "lines": lines})
    };
    let line = |line: u32, codes: &[&str], method: &str| {
        json!({"line": line, "waste_codes": codes, "categories": [], "methods": [method],
            "annual_kg": 100_000})
    };
    for at in [&to, &on] {
        let lines = json!([line(1, &["900-249-08"], "R9"), line(2, &["841-001-01"], "Y11")]);
        made("/licences", licence(at, "comprehensive", &format!("矩阵-1-{at}"), lines)).await;
        let lines = json!([line(1, &["CY-01"], "K1")]);
        made("/licences", licence(at, "kitchen_permit", &format!("矩阵-2-{at}"), lines)).await;
    }
    let vehicle = json!({"organisation_id": ids[1], "plate": "新A12345", "kind": "厢式车",
        "classes": ["hazardous", "medical", "kitchen"], "rated_kg": 8000});
    let vehicle = made("/vehicles", vehicle).await;
    let driver = json!({"organisation_id": ids[1], "name": "张三", "phone": "13900000000",
        "licence_no": "659002198501010001", "licence_valid_to": "2028-12-31"});
    let driver = made("/drivers", driver).await;
    json!({"producer_site_id": from, "receiver_site_id": to, "forward_site_id": on,
        "planned_departure_on": "2026-11-25",
        "legs": [{"carrier_id": ids[1], "vehicle_id": vehicle, "driver_id": driver}]})
}

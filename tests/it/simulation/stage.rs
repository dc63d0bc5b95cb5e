//! Who there is in a simulated world: two producers in two prefectures, two carriers, two
//! receivers, one of them with little room, and somebody who has nothing to do with any of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, Utc};
use liandan::registry::Uscc;
use serde_json::{Value, json};

pub use crate::random_lives::stage::WASTES;
use crate::support::Client;

use super::model::Sites;

/// Of these tests' worlds alone.
pub const PASSWORD: &str = "simulated-people-know-this";

/// Everybody who calls, by the name of their login; `nobody` calls as well.
pub const PEOPLE: &[&str] =
    &["producer0", "producer1", "carrier0", "carrier1", "receiver0", "receiver1", "stranger"];

/// The authority, that sees all of them.
pub const CORPS: &str = "corps";

/// Vehicles of each carrier: the first is that of its legs.
pub const VEHICLES: usize = 3;

/// Where waste is sent from and received.
pub struct Place {
    /// Of the organisation's administrator.
    pub login: &'static str,
    /// Grams; none where no storage area is registered.
    pub storage_g: Option<i64>,
    /// Whether it is registered as a producer: else it sends on only what came from others.
    pub produces: bool,
}

const fn place(login: &'static str, storage_g: Option<i64>, produces: bool) -> Place {
    Place { login, storage_g, produces }
}

pub const PLACES: [Place; 4] = [
    place("producer0", None, true),
    place("producer1", None, true),
    place("receiver0", Some(600_000), true),
    place("receiver1", None, false),
];
/// Where receivers begin among the places.
pub const RECEIVERS: usize = 2;

/// A licence line as the model needs it; masses in grams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub place: usize,
    pub licence: String,
    pub n: i64,
    pub permitted: i64,
    pub shared: Option<i64>,
    pub codes: Vec<&'static str>,
}

/// Place, kind, limit of all lines, and of each line: codes, categories, methods, kilograms.
type Permit = (usize, &'static str, Option<i64>, &'static [PermitLine]);
type PermitLine = (&'static [&'static str], &'static [&'static str], &'static [&'static str], i64);

const PERMITS: &[Permit] = &[
    (
        2,
        "comprehensive",
        Some(3_500),
        &[(&["900-249-08"], &[], &["R9"], 1_500), (&[], &["HW08"], &["R9"], 2_500)],
    ),
    (2, "comprehensive", None, &[(&[], &["HW01"], &["Y10", "Y11"], 2_000)]),
    (2, "kitchen_permit", Some(2_500), &[(&["CY-01"], &[], &["K1", "K2"], 3_000)]),
    (3, "comprehensive", None, &[(&[], &["HW08"], &["R9"], 3_000)]),
    (3, "comprehensive", None, &[(&[], &["HW01"], &["Y10", "Y11"], 1_000)]),
];

/// What does not change while the world goes on.
pub struct Stage {
    pub sites: Sites,
    legs: Vec<Value>,
    /// Of all carriers, one carrier's after the other's.
    pub vehicles: Vec<String>,
    /// Organisations by the login of their administrator.
    pub organisations: BTreeMap<&'static str, String>,
    /// By login.
    pub tokens: BTreeMap<&'static str, Client>,
}

impl Stage {
    /// Registers everybody; `now` is the sandbox's time.
    pub async fn set(corps: &Client, now: DateTime<Utc>) -> Self {
        let mut ids = BTreeMap::new();
        for (n, login) in PEOPLE.iter().enumerate() {
            ids.insert(*login, member(corps, n, login).await);
        }
        let register = Register { corps, ids, year: now.year() };
        let mut sites = register.sites().await;
        sites.lines = register.permits(&sites).await;
        let mut vehicles = Vec::new();
        let legs = vec![register.leg(0, &mut vehicles).await, register.leg(1, &mut vehicles).await];
        let tokens = Self::sign_in(corps).await;
        for (place, site) in PLACES.iter().zip(&sites.sites) {
            if let Some(grams) = place.storage_g {
                let area = json!({"site_id": site, "name": "一号库", "kind": "facility",
                    "capacity_kg": grams / 1000});
                tokens[place.login].post("/storage-areas", &area).await.ok();
            }
        }
        Self { sites, legs, vehicles, organisations: register.ids, tokens }
    }

    /// Everybody anew: an access token lasts 15 minutes of wall time.
    pub async fn sign_in(anybody: &Client) -> BTreeMap<&'static str, Client> {
        let mut tokens = BTreeMap::from([("nobody", anybody.nobody())]);
        for login in PEOPLE {
            tokens.insert(*login, anybody.log_in(login, PASSWORD).await);
        }
        tokens
    }

    pub fn leg(&self, carrier: usize) -> &Value {
        &self.legs[carrier]
    }
}

async fn made(corps: &Client, path: &str, body: Value) -> String {
    corps.post(path, &body).await.ok().id()
}

/// An organisation with an administrator.
async fn member(corps: &Client, n: usize, login: &str) -> String {
    let uscc = Uscc::complete(&format!("91659001MAKNM00{n:02}")).unwrap();
    let roles = match login.trim_end_matches(|one: char| one.is_ascii_digit()) {
        "stranger" => vec!["producer", "carrier", "receiver"],
        role if login == "receiver0" => vec![role, "producer"],
        role => vec![role],
    };
    let division = if login == "producer1" { "02" } else { "01" };
    let organisation = json!({"name": format!("{login} 单位"), "uscc": uscc.as_str(),
        "roles": roles, "division": division});
    let id = made(corps, "/organisations", organisation).await;
    let user = json!({"organisation_id": id, "login": login, "password": PASSWORD,
        "role": "admin"});
    made(corps, "/users", user).await;
    id
}

/// The corps registers what its members have.
struct Register<'a> {
    corps: &'a Client,
    /// Organisations by the login of their administrator.
    ids: BTreeMap<&'static str, String>,
    year: i32,
}

impl Register<'_> {
    async fn sites(&self) -> Sites {
        let made = async |login: &str, kind: &str, division: &str| {
            let site = json!({"organisation_id": self.ids[login], "name": "一号场所",
                "kind": kind, "division": division, "region_code": "659002",
                "location": {"lon": 81.28, "lat": 40.55}});
            made(self.corps, "/sites", site).await
        };
        let sites = vec![
            made("producer0", "production", "01").await,
            made("producer1", "production", "02").await,
            made("receiver0", "treatment", "01").await,
            made("receiver1", "treatment", "01").await,
        ];
        Sites { sites, lines: Vec::new() }
    }

    async fn permits(&self, sites: &Sites) -> Vec<Line> {
        let (first, last) =
            (format!("{}-01-01", self.year - 1), format!("{}-12-31", self.year + 3));
        let mut all = Vec::new();
        for (n, (place, kind, limit, lines)) in PERMITS.iter().enumerate() {
            let asked = lines.iter().zip(1..).map(|((codes, categories, methods, kg), line)| {
                json!({"line": line, "waste_codes": codes, "categories": categories,
                    "methods": methods, "annual_kg": kg})
            });
            let body = json!({"organisation_id": self.ids[PLACES[*place].login],
                "site_id": sites.sites[*place], "number": format!("模拟-{n}"),
                "kind": kind, "issued_on": first, "issued_by": "兵团生态环境局",
                "valid_from": first, "valid_to": last, "lines": asked.collect::<Vec<_>>(),
                "annual_limit_kg": limit});
            let licence = made(self.corps, "/licences", body).await;
            all.extend(lines.iter().zip(1..).map(|((codes, categories, _, kg), n)| Line {
                place: *place,
                licence: licence.clone(),
                n,
                permitted: kg * 1000,
                shared: limit.map(|kg| kg * 1000),
                codes: covered(codes, categories),
            }));
        }
        all
    }

    /// A carrier's vehicles, and a leg with the first of them and its driver.
    async fn leg(&self, n: usize, vehicles: &mut Vec<String>) -> Value {
        let id = &self.ids[&*format!("carrier{n}")];
        let first = vehicles.len();
        for letter in ["A", "B", "C"] {
            let vehicle = json!({"organisation_id": id, "plate": format!("新{letter}1234{n}"),
                "kind": "厢式车", "classes": ["hazardous", "medical", "kitchen"],
                "rated_kg": 8000});
            vehicles.push(made(self.corps, "/vehicles", vehicle).await);
        }
        let driver = json!({"organisation_id": id, "name": "张三", "phone": "13900000000",
            "licence_no": format!("65900219850101000{n}"),
            "licence_valid_to": format!("{}-12-31", self.year + 3)});
        json!({"carrier_id": id, "vehicle_id": vehicles[first],
            "driver_id": made(self.corps, "/drivers", driver).await})
    }
}

/// The wastes that a line's codes and categories name.
fn covered(codes: &[&str], categories: &[&str]) -> Vec<&'static str> {
    let of_category = |code: &str, category: &str| {
        !code.starts_with("CY") && category[2..] == code[code.len() - 2..]
    };
    let named = |code: &&str| {
        codes.contains(code) || categories.iter().any(|category| of_category(code, category))
    };
    WASTES.iter().map(|waste| waste.1).filter(named).collect()
}

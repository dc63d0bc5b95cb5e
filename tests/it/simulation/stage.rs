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

/// A receiver's storage, in grams; none where no storage area is registered.
#[derive(Clone, Copy, Debug)]
pub struct Receiver {
    pub storage_g: Option<i64>,
}

pub const RECEIVERS: [Receiver; 2] =
    [Receiver { storage_g: Some(600_000) }, Receiver { storage_g: None }];

/// A licence line as the model needs it; masses in grams.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub receiver: usize,
    pub licence: String,
    pub n: i64,
    pub permitted: i64,
    pub shared: Option<i64>,
    pub codes: Vec<&'static str>,
}

/// Receiver, kind, limit of all lines, and of each line: codes, categories, methods, kilograms.
type Permit = (usize, &'static str, Option<i64>, &'static [PermitLine]);
type PermitLine = (&'static [&'static str], &'static [&'static str], &'static [&'static str], i64);

const PERMITS: &[Permit] = &[
    (
        0,
        "comprehensive",
        Some(3_500),
        &[(&["900-249-08"], &[], &["R9"], 1_500), (&[], &["HW08"], &["R9"], 2_500)],
    ),
    (0, "comprehensive", None, &[(&[], &["HW01"], &["Y10", "Y11"], 2_000)]),
    (0, "kitchen_permit", Some(2_500), &[(&["CY-01"], &[], &["K1", "K2"], 3_000)]),
    (1, "comprehensive", None, &[(&[], &["HW08"], &["R9"], 3_000)]),
];

/// What does not change while the world goes on.
pub struct Stage {
    pub sites: Sites,
    legs: Vec<Value>,
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
        let legs = vec![register.leg(0).await, register.leg(1).await];
        let tokens = Self::sign_in(corps).await;
        for (n, receiver) in RECEIVERS.iter().enumerate() {
            if let Some(grams) = receiver.storage_g {
                let area = json!({"site_id": sites.receivers[n], "name": "一号库",
                    "kind": "facility", "capacity_kg": grams / 1000});
                tokens[&*format!("receiver{n}")].post("/storage-areas", &area).await.ok();
            }
        }
        Self { sites, legs, tokens }
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
        Sites {
            producers: vec![
                made("producer0", "production", "01").await,
                made("producer1", "production", "02").await,
            ],
            receivers: vec![
                made("receiver0", "treatment", "01").await,
                made("receiver1", "treatment", "01").await,
            ],
            lines: Vec::new(),
        }
    }

    async fn permits(&self, sites: &Sites) -> Vec<Line> {
        let (first, last) =
            (format!("{}-01-01", self.year - 1), format!("{}-12-31", self.year + 3));
        let mut all = Vec::new();
        for (n, (receiver, kind, limit, lines)) in PERMITS.iter().enumerate() {
            let asked = lines.iter().zip(1..).map(|((codes, categories, methods, kg), line)| {
                json!({"line": line, "waste_codes": codes, "categories": categories,
                    "methods": methods, "annual_kg": kg})
            });
            let body = json!({"organisation_id": self.ids[&*format!("receiver{receiver}")],
                "site_id": sites.receivers[*receiver], "number": format!("模拟-{n}"),
                "kind": kind, "issued_on": first, "issued_by": "兵团生态环境局",
                "valid_from": first, "valid_to": last, "lines": asked.collect::<Vec<_>>(),
                "annual_limit_kg": limit});
            let licence = made(self.corps, "/licences", body).await;
            all.extend(lines.iter().zip(1..).map(|((codes, categories, _, kg), n)| Line {
                receiver: *receiver,
                licence: licence.clone(),
                n,
                permitted: kg * 1000,
                shared: limit.map(|kg| kg * 1000),
                codes: covered(codes, categories),
            }));
        }
        all
    }

    /// A carrier's vehicle and driver.
    async fn leg(&self, n: usize) -> Value {
        let id = &self.ids[&*format!("carrier{n}")];
        let vehicle = json!({"organisation_id": id, "plate": format!("新A1234{n}"),
            "kind": "厢式车", "classes": ["hazardous", "medical", "kitchen"], "rated_kg": 8000});
        let driver = json!({"organisation_id": id, "name": "张三", "phone": "13900000000",
            "licence_no": format!("65900219850101000{n}"),
            "licence_valid_to": format!("{}-12-31", self.year + 3)});
        json!({"carrier_id": id, "vehicle_id": made(self.corps, "/vehicles", vehicle).await,
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

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
        let (first, last) =
            (format!("{}-01-01", now.year() - 1), format!("{}-12-31", now.year() + 3));
        let made = async |path: &str, body: Value| corps.post(path, &body).await.ok().id();
        let mut ids = BTreeMap::new();
        for (n, login) in PEOPLE.iter().enumerate() {
            let uscc = Uscc::complete(&format!("91659001MAKNM00{n:02}")).unwrap();
            let role = login.trim_end_matches(|one: char| one.is_ascii_digit());
            let roles = match role {
                "stranger" => vec!["producer", "carrier", "receiver"],
                role => vec![role],
            };
            let division = if *login == "producer1" { "02" } else { "01" };
            let organisation = json!({"name": format!("{login} 单位"), "uscc": uscc.as_str(),
                "roles": roles, "division": division});
            let id = made("/organisations", organisation).await;
            let user = json!({"organisation_id": id, "login": login, "password": PASSWORD,
                "role": "admin"});
            made("/users", user).await;
            ids.insert(*login, id);
        }
        let site = |login: &str, kind: &str, division: &str| {
            json!({"organisation_id": ids[login], "name": "一号场所", "kind": kind,
                "division": division, "region_code": "659002",
                "location": {"lon": 81.28, "lat": 40.55}})
        };
        let mut sites = Sites::default();
        for (login, division) in [("producer0", "01"), ("producer1", "02")] {
            sites.producers.push(made("/sites", site(login, "production", division)).await);
        }
        for login in ["receiver0", "receiver1"] {
            sites.receivers.push(made("/sites", site(login, "treatment", "01")).await);
        }
        for (n, (receiver, kind, limit, lines)) in PERMITS.iter().enumerate() {
            let asked: Vec<Value> = lines
                .iter()
                .enumerate()
                .map(|(n, (codes, categories, methods, kg))| {
                    json!({"line": n + 1, "waste_codes": codes, "categories": categories,
                        "methods": methods, "annual_kg": kg})
                })
                .collect();
            let body = json!({"organisation_id": ids[&*format!("receiver{receiver}")],
                "site_id": sites.receivers[*receiver], "number": format!("模拟-{n}"),
                "kind": kind, "issued_on": first, "issued_by": "兵团生态环境局",
                "valid_from": first, "valid_to": last, "lines": asked,
                "annual_limit_kg": limit});
            let licence = made("/licences", body).await;
            for (n, (codes, categories, _, kg)) in lines.iter().enumerate() {
                let covered = WASTES.iter().map(|waste| waste.1).filter(|code| {
                    codes.contains(code)
                        || categories.iter().any(|category| category[2..] == code[code.len() - 2..])
                            && !code.starts_with("CY")
                });
                sites.lines.push(Line {
                    receiver: *receiver,
                    licence: licence.clone(),
                    n: n as i64 + 1,
                    permitted: kg * 1000,
                    shared: limit.map(|kg| kg * 1000),
                    codes: covered.collect(),
                });
            }
        }
        let mut legs = Vec::new();
        for (n, login) in ["carrier0", "carrier1"].into_iter().enumerate() {
            let vehicle = json!({"organisation_id": ids[login], "plate": format!("新A1234{n}"),
                "kind": "厢式车", "classes": ["hazardous", "medical", "kitchen"],
                "rated_kg": 8000});
            let driver = json!({"organisation_id": ids[login], "name": "张三",
                "phone": "13900000000", "licence_no": format!("65900219850101000{n}"),
                "licence_valid_to": last});
            legs.push(json!({"carrier_id": ids[login],
                "vehicle_id": made("/vehicles", vehicle).await,
                "driver_id": made("/drivers", driver).await}));
        }
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

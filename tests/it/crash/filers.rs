//! Clients that file as fast as they are answered, each load under a key of its own, and remember
//! what they were told and what they were not.

use std::cell::Cell;
use std::collections::BTreeMap;

use futures_util::future::join_all;
use liandan::registry::Uscc;
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::support::Client;

const PASSWORD: &str = "crash-tests-know-this-one";

/// Filers on one licence line of one receiver, for one producer.
const ON_ONE_LINE: usize = 8;
/// Pairs of producer and receiver with one filer and its line each, in divisions of their own.
const SPREAD: usize = 8;
/// Times that a server may say that it is not ready yet.
const TRIES_MAX: usize = 100;

/// A manifest as it was acknowledged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filed {
    pub id: String,
    pub number: String,
}

/// Who files what. The key of its n-th load is `name-n`.
#[derive(Clone)]
pub struct Filer {
    name: String,
    token: String,
    body: String,
    filed: usize,
}

/// How a round goes: the filers say that it has begun, somebody else that it was enough.
#[derive(Default)]
pub struct Course {
    /// Something was acknowledged.
    pub begun: Notify,
    pub enough: Cell<bool>,
}

/// All filers, and what they know.
pub struct Filers {
    http: reqwest::Client,
    all: Vec<Filer>,
    /// By key.
    pub acknowledged: BTreeMap<String, Filed>,
    /// Sent, and no answer came: which filer, which key.
    pub unanswered: Vec<(usize, String)>,
}

impl Filers {
    /// Registers everybody; `corps` is the regulator of a server with nobody else.
    pub async fn new(corps: &Client) -> Self {
        let mut all = Vec::new();
        for pair in 0..=SPREAD {
            let (token, body) = pair_in_division(corps, pair).await;
            let filers = if pair == 0 { ON_ONE_LINE } else { 1 };
            all.extend((0..filers).map(|n| Filer {
                name: format!("filer-{pair}-{n}"),
                token: token.clone(),
                body: body.clone(),
                filed: 0,
            }));
        }
        let (acknowledged, unanswered) = (BTreeMap::new(), Vec::new());
        Self { http: reqwest::Client::new(), all, acknowledged, unanswered }
    }

    /// Somebody who has filed, and one of their manifests.
    pub fn one_of(&self, address: &str) -> (Client, &str) {
        let filer = &self.all[0];
        let beginning = format!("{}-", filer.name);
        let theirs = self.acknowledged.iter().find(|(key, _)| key.starts_with(&beginning));
        let (_, filed) = theirs.expect("somebody has filed");
        (Client::new(format!("http://{address}")).with_token(&filer.token), &filed.id)
    }

    /// Everybody files until an answer fails to come, or it was enough.
    pub async fn file(&mut self, address: &str, course: &Course) {
        let filing = self.all.iter().map(|filer| self.keep_filing(address, filer.clone(), course));
        let done = join_all(filing).await;
        for (n, (mut filer, told, silence)) in done.into_iter().enumerate() {
            if silence {
                self.unanswered.push((n, key(&filer)));
                filer.filed += 1;
            }
            self.all[n] = filer;
            self.acknowledged.extend(told);
        }
    }

    async fn keep_filing(
        &self,
        address: &str,
        mut filer: Filer,
        course: &Course,
    ) -> (Filer, Vec<(String, Filed)>, bool) {
        let mut told = Vec::new();
        while !course.enough.get() {
            let Some(filed) = self.ask(address, &filer, &key(&filer)).await else {
                return (filer, told, true);
            };
            course.begun.notify_one();
            told.push((key(&filer), filed));
            filer.filed += 1;
        }
        (filer, told, false)
    }

    /// Sends again what got no answer, under the same keys, and the last that did of each filer,
    /// which must be answered as it was. Answers how many of those without an answer had been
    /// filed all the same.
    pub async fn repeat(&mut self, address: &str) -> usize {
        let before = self.unanswered.iter().filter_map(|(n, key)| {
            let number: usize = key.rsplit('-').next()?.parse().ok()?;
            Some((*n, format!("{}-{}", self.all[*n].name, number.checked_sub(1)?)))
        });
        let before: Vec<_> = before.collect();
        let (mut found, mut tries_left) = (0, TRIES_MAX);
        while let Some((n, key)) = self.unanswered.pop() {
            if let Some((filed, replayed)) = self.send(address, &self.all[n], &key).await {
                found += usize::from(replayed);
                self.acknowledged.insert(key, filed);
            } else {
                // The database is on its way back, and the server says so.
                tries_left -= 1;
                assert!(tries_left > 0, "{key}: no answer in {TRIES_MAX} tries");
                self.unanswered.push((n, key));
            }
        }
        for (n, key) in before {
            let again = self.ask(address, &self.all[n], &key).await;
            assert_eq!(again.as_ref(), self.acknowledged.get(&key), "{key}");
        }
        found
    }

    async fn ask(&self, address: &str, filer: &Filer, key: &str) -> Option<Filed> {
        self.send(address, filer, key).await.map(|(filed, _)| filed)
    }

    /// `None` where no answer came, or one that says to ask again. Anything else is a failure: all
    /// loads are lawful.
    async fn send(&self, address: &str, filer: &Filer, key: &str) -> Option<(Filed, bool)> {
        let sent = self
            .http
            .post(format!("http://{address}/api/v1/manifests"))
            .bearer_auth(&filer.token)
            .header("content-type", "application/json")
            .header("idempotency-key", key)
            .body(filer.body.clone());
        let answer = sent.send().await.ok()?;
        let status = answer.status().as_u16();
        let replayed = answer.headers().contains_key("idempotent-replayed");
        let text = answer.text().await.ok()?;
        if status == 503 {
            return None;
        }
        assert_eq!(status, 201, "{key}: {text}");
        let body: Value = serde_json::from_str(&text).unwrap();
        let text = |field: &str| body[field].as_str().unwrap().to_owned();
        Some((Filed { id: text("id"), number: text("number") }, replayed))
    }
}

fn key(filer: &Filer) -> String {
    format!("{}-{}", filer.name, filer.filed)
}

/// A producer and a receiver that also carries: the producer's token and a lawful filing.
async fn pair_in_division(corps: &Client, n: usize) -> (String, String) {
    let division = format!("{:02}", n + 1);
    let post = async |path: &str, body: Value| corps.post(path, &body).await.ok().id();
    let organisation = async |role: &str, roles: &[&str]| {
        let uscc = Uscc::complete(&format!("9165900{}MA{n:07}", roles.len())).unwrap();
        let body = json!({"name": format!("{role}-{n}"), "uscc": uscc.as_str(), "roles": roles,
            "division": division});
        post("/organisations", body).await
    };
    let producer = organisation("producer", &["producer"]).await;
    let receiver = organisation("receiver", &["carrier", "receiver"]).await;
    let site = async |of: &str, kind: &str| {
        let body = json!({"organisation_id": of, "name": kind, "kind": kind,
            "division": division, "region_code": "659002"});
        post("/sites", body).await
    };
    let (from, to) = (site(&producer, "production").await, site(&receiver, "treatment").await);
    let licence = json!({"organisation_id": receiver, "site_id": to, "number": format!("L-{n}"),
        "kind": "comprehensive", "issued_on": "2020-01-01", "issued_by": "兵团生态环境局",
        "valid_from": "2020-01-01", "valid_to": "2199-12-31", "annual_limit_kg": 90_000_000,
        "lines": [{"line": 1, "waste_codes": ["900-249-08"], "methods": ["R9"],
                   "annual_kg": 80_000_000}]});
    post("/licences", licence).await;
    let vehicle = json!({"organisation_id": receiver, "plate": format!("新A{n:05}"), "kind": "x",
        "classes": ["hazardous"]});
    let vehicle = post("/vehicles", vehicle).await;
    let driver = json!({"organisation_id": receiver, "name": "张三", "phone": "1",
        "licence_no": "1"});
    let driver = post("/drivers", driver).await;
    let login = format!("producer-{n}");
    let user = json!({"organisation_id": producer, "login": login, "password": PASSWORD,
        "role": "producer"});
    post("/users", user).await;
    let asked = json!({"login": login, "password": PASSWORD});
    let token = corps.nobody().post("/auth/login", &asked).await.ok();
    // The program has the wall clock.
    let today = liandan::clock::legal_day(chrono::Utc::now());
    let filing = json!({
        "stream": "hazardous", "producer_site_id": from, "receiver_site_id": to,
        "legs": [{"carrier_id": receiver, "vehicle_id": vehicle, "driver_id": driver}],
        "planned_departure_on": today,
        "items": [{"waste_code": "900-249-08", "name": "废矿物油", "form": "liquid",
            "hazards": ["T", "I"], "mass_kg": 12.345, "method": "R9", "produce": true,
            "packages": [{"kind": "plastic_drum", "count": 1}]}],
    });
    (token.str("/access_token").to_owned(), filing.to_string())
}

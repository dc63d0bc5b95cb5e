//! Who files, and to whom: made through the real API by the corps regulator.
//!
//! Producers of all fourteen divisions with a ledger that holds what they will send, receivers
//! with licences that have room for it, carriers with vehicles and drivers.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::BenchError;
use super::api::{Api, Login, text};
use crate::registry::Uscc;

/// Divisions, `01` to `14`.
pub const DIVISIONS: usize = 14;
/// In every division but the first.
const PRODUCERS_A_DIVISION: usize = 5;
/// In the first, where a hot run's all are.
const PRODUCERS_OF_THE_FIRST: usize = 64;
const RECEIVERS: usize = 4;
const CARRIERS: usize = 4;

/// More than all runs together send: 12 kg a filing, some 10 k/s for minutes.
const PLENTY_KG: u64 = 900_000_000;

/// Codes that the producers make, each with a licence line of its own: used oils, as liquids.
const CODES: [(&str, &str); 2] =
    [("900-249-08", "废矿物油及沾染矿物油的废弃包装物"), ("900-214-08", "车辆维修产生的废润滑油")];
const METHOD: &str = "R9";

/// A producer that can file.
#[derive(Clone, Debug)]
pub struct Producer {
    pub login: Login,
    pub division: usize,
    pub site_id: String,
    code: usize,
}

/// One who carries: organisation, vehicle, driver.
#[derive(Clone, Debug)]
struct Carrier {
    login: Login,
    id: String,
    vehicle_id: String,
    driver_id: String,
}

/// One who receives: its site.
#[derive(Clone, Debug)]
struct Receiver {
    login: Login,
    site_id: String,
}

/// Everybody.
pub struct People {
    /// By turns over the divisions.
    pub producers: Vec<Producer>,
    carriers: Vec<Carrier>,
    receivers: Vec<Receiver>,
    /// A Beijing day, `2026-11-25`.
    day: String,
}

impl People {
    /// Some 900 commands, one after another.
    pub async fn make(
        address: SocketAddr,
        regulator: &Login,
        day: String,
    ) -> Result<Self, BenchError> {
        let api = Api::sign_in(address, regulator).await?;
        let mut maker = Maker { api, made: 0, password: regulator.password.clone(), day };
        let mut receivers = Vec::new();
        for n in 0..RECEIVERS {
            receivers.push(maker.receiver(n).await?);
        }
        let mut carriers = Vec::new();
        for n in 0..CARRIERS {
            carriers.push(maker.carrier(n).await?);
        }
        let mut producers = Vec::new();
        for turn in 0..PRODUCERS_OF_THE_FIRST {
            let divisions = if turn < PRODUCERS_A_DIVISION { DIVISIONS } else { 1 };
            for division in 1..=divisions {
                producers.push(maker.producer(division).await?);
            }
        }
        Ok(Self { producers, carriers, receivers, day: maker.day })
    }

    /// A filing by `producer` as JSON, its mass with `#` for the digits that differ.
    ///
    /// Hot: all to one receiver, on one licence line. Else each producer has a receiver, a line and
    /// a carrier of its own choice.
    pub fn filing(&self, producer: usize, is_hot: bool) -> String {
        let (from, all) = (&self.producers[producer], if is_hot { 0 } else { producer });
        let carrier = &self.carriers[all % self.carriers.len()];
        let (code, name) = CODES[if is_hot { 0 } else { from.code }];
        let body = json!({
            "stream": "hazardous",
            "producer_site_id": from.site_id,
            "receiver_site_id": self.receivers[all % self.receivers.len()].site_id,
            "legs": [{"carrier_id": carrier.id, "vehicle_id": carrier.vehicle_id,
                      "driver_id": carrier.driver_id, "mode": "road",
                      "from": "生产厂区危险废物贮存库", "to": "处置中心卸料区"}],
            "planned_departure_on": self.day,
            "items": [{"waste_code": code, "name": name, "form": "liquid", "hazards": ["T", "I"],
                       "mass_kg": MASS_SLOT, "method": METHOD,
                       "packages": [{"kind": "plastic_drum", "count": 4}],
                       "batch_numbers": ["2026-B-0001"]}],
            "producer_contact": {"person": "王建国", "phone": "13999990000",
                                 "emergency_phone": "13999990001"},
            "note": "按合同分批转移",
        });
        // A JSON number cannot hold `#`, so the slot is put in as text.
        body.to_string().replace(&MASS_SLOT.to_string(), "12.###")
    }

    /// The Beijing day on which everything is filed.
    pub fn day(&self) -> &str {
        &self.day
    }

    /// Who acts for each site of a producer or receiver, and for each carrier.
    pub fn parties(&self) -> impl Iterator<Item = (&str, &Login)> {
        let producers = self.of_all().into_iter().map(|n| &self.producers[n]);
        let producers = producers.map(|one| (&*one.site_id, &one.login));
        let carriers = self.carriers.iter().map(|one| (&*one.id, &one.login));
        let receivers = self.receivers.iter().map(|one| (&*one.site_id, &one.login));
        producers.chain(carriers).chain(receivers)
    }

    /// The producers of the first division.
    pub fn of_the_first(&self) -> Vec<usize> {
        let all = 0..self.producers.len();
        all.filter(|n| self.producers[*n].division == 1).collect()
    }

    /// Producers by turns over the divisions, as many from each.
    pub fn of_all(&self) -> Vec<usize> {
        (0..self.producers.len().min(PRODUCERS_A_DIVISION * DIVISIONS)).collect()
    }
}

/// Stands for the mass until the text is made: no id or number looks like it.
const MASS_SLOT: u64 = 777_777_777_777;

struct Maker {
    api: Api,
    made: usize,
    password: String,
    day: String,
}

impl Maker {
    fn next(&mut self) -> usize {
        self.made += 1;
        self.made
    }

    async fn organisation(
        &mut self,
        name: &str,
        role: &str,
        division: usize,
    ) -> Result<String, BenchError> {
        let first_17 = format!("91659000MA{:07}", self.next());
        let uscc = Uscc::complete(&first_17).map_err(|err| BenchError::Own(err.to_string()))?;
        let body = json!({"name": name, "uscc": uscc.as_str(), "roles": [role],
                          "division": format!("{division:02}")});
        self.api.make("/organisations", &body).await
    }

    async fn site(
        &mut self,
        owner: &str,
        kind: &str,
        division: usize,
    ) -> Result<String, BenchError> {
        let facility = (kind == "treatment").then_some("recycler");
        let body = json!({"organisation_id": owner, "name": "一号厂区", "kind": kind,
                          "business": "chemical_plant", "facility_kind": facility,
                          "division": format!("{division:02}"), "region_code": "659002",
                          "location": {"lon": 81.28, "lat": 40.55}});
        self.api.make("/sites", &body).await
    }

    async fn receiver(&mut self, n: usize) -> Result<Receiver, BenchError> {
        let name = format!("兵团第{n}再生资源利用有限公司");
        let owner = self.organisation(&name, "receiver", 1 + n).await?;
        let site = self.site(&owner, "treatment", 1 + n).await?;
        let line = |(code, _): &(&str, &str)| {
            json!({"waste_codes": [code], "categories": [], "methods": [METHOD],
                   "annual_kg": PLENTY_KG})
        };
        let lines: Vec<Value> = CODES.iter().map(line).collect();
        let year: i32 = self.day.get(..4).and_then(|year| year.parse().ok()).unwrap_or_default();
        let body = json!({"organisation_id": owner, "site_id": site,
                          "number": format!("兵危证{:04}", self.next()), "kind": "comprehensive",
                          "issued_on": format!("{}-01-01", year - 1),
                          "issued_by": "新疆生产建设兵团生态环境局",
                          "valid_from": format!("{}-01-01", year - 1),
                          "valid_to": format!("{}-12-31", year + 3), "lines": lines});
        self.api.make("/licences", &body).await?;
        Ok(Receiver { login: self.user(&owner, "receiver").await?, site_id: site })
    }

    async fn carrier(&mut self, n: usize) -> Result<Carrier, BenchError> {
        let name = format!("兵团第{n}危险货物运输有限公司");
        let id = self.organisation(&name, "carrier", 1 + n).await?;
        let plate = format!("新A{:05}", 10_000 + self.next());
        let body = json!({"organisation_id": id, "plate": plate, "kind": "厢式货车",
                          "classes": ["hazardous"], "rated_kg": 20_000});
        let vehicle_id = self.api.make("/vehicles", &body).await?;
        let body = json!({"organisation_id": id, "name": "张卫东", "phone": "13999990002",
                          "licence_no": format!("65900{:08}", self.next())});
        let driver_id = self.api.make("/drivers", &body).await?;
        Ok(Carrier { login: self.user(&id, "carrier").await?, id, vehicle_id, driver_id })
    }

    async fn producer(&mut self, division: usize) -> Result<Producer, BenchError> {
        let n = self.next();
        let name = format!("第{division}师{n}号化工有限责任公司");
        let owner = self.organisation(&name, "producer", division).await?;
        let site_id = self.site(&owner, "production", division).await?;
        for (code, _) in CODES {
            let body = json!({"site_id": site_id, "kind": "produced", "waste_code": code,
                              "mass_kg": PLENTY_KG});
            self.api.post("/ledger-entries", &body).await?;
        }
        let login = self.user(&owner, "producer").await?;
        Ok(Producer { login, division, site_id, code: n % CODES.len() })
    }

    async fn user(&mut self, owner: &str, role: &str) -> Result<Login, BenchError> {
        let name = format!("bench-{}", self.next());
        let login = Login { name, password: self.password.clone() };
        let body = json!({"organisation_id": owner, "login": login.name, "role": role,
                          "password": login.password});
        let made = self.api.post("/users", &body).await?;
        text(&made, "id")?;
        Ok(login)
    }
}

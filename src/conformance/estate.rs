//! The parties that a run brings: registered by the corps' regulator, as the contract lets it.

use chrono::{DateTime, Datelike, Utc};
use serde::Deserialize;
use serde_json::{Value, json};

use super::client::Client;
use super::report::Outcome;
use super::scenario::Scenario;
use super::stage::{Checks, Played, Stop};
use super::uscc;

/// A login of the sandbox, as `demo --accounts-file` writes it.
#[derive(Clone, Debug, Deserialize)]
pub struct Account {
    pub organisation: String,
    pub role: String,
    pub login: String,
    pub password: String,
    pub organisation_id: String,
    pub site_ids: Vec<String>,
}

/// One of the parties.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Producer,
    Carrier,
    Receiver,
    /// Has nothing to do with the others.
    Stranger,
}

/// An organisation with one site, and its administrator.
pub struct Party {
    pub client: Client,
    pub organisation: String,
    pub site: String,
    pub login: String,
    pub password: String,
}

/// Who and what a run has.
pub struct Estate {
    pub corps: Client,
    /// A regulator of a division that is not the parties', where the accounts have one.
    pub elsewhere: Option<Client>,
    pub producer: Party,
    pub carrier: Party,
    pub receiver: Party,
    pub stranger: Party,
    /// A vehicle for every class, and one for kitchen waste alone.
    pub vehicle: String,
    pub kitchen_vehicle: String,
    pub driver: String,
    pub licence: String,
    pub tag: u64,
    /// The Beijing year in which the run began.
    pub year: i32,
}

/// Always the first, whatever is asked for.
pub static ARRIVAL: Scenario = Scenario {
    name: "arrival",
    zh: "主管部门登记产废、承运、接受单位及其场所、许可证、车辆、司机和用户",
    en: "the corps' regulator registers the parties: sites, licences, vehicle, driver, users",
    page: "api.md, Registry and Identity",
    play: |_| Ok(()),
};

/// Brings the parties, or says why not.
pub fn arrive(client: &Client, accounts: &[Account], tag: u64) -> (Option<Estate>, Outcome) {
    let mut checks = Checks::default();
    let cast = build(&mut checks, client, accounts, tag).ok();
    let cut_short = cast.is_none();
    (cast, Outcome { scenario: &ARRIVAL, checks: checks.close(client), cut_short })
}

fn build(
    checks: &mut Checks,
    client: &Client,
    accounts: &[Account],
    tag: u64,
) -> Result<Estate, Stop> {
    let of_role = |role: &'static str| accounts.iter().filter(move |account| account.role == role);
    let Some(corps) = of_role("corps_regulator").next() else {
        let words = ("账号文件里有兵团主管部门", "the accounts have the corps' regulator");
        checks.hold(words, vec!["corps_regulator: 缺少 / missing".to_owned()], &[]);
        return Err(Stop);
    };
    let corps = sign_in(checks, client, (&corps.login, &corps.password))?;
    let clock = corps.get("/sandbox/clock");
    let sandbox = ("这里是沙箱，时钟可读", "this is a sandbox: its clock can be read");
    checks.need(sandbox, &clock, |look| {
        look.status(200).has("/now");
    })?;
    let now: DateTime<Utc> = clock.str("/now").parse().map_err(|_| Stop)?;
    let year = (now + chrono::TimeDelta::hours(8)).year();
    let mut registrar = Registrar { checks, corps: &corps, tag, year };
    let producer = registrar.party(1, &["producer"], "production")?;
    let carrier = registrar.party(2, &["carrier"], "storage")?;
    let receiver = registrar.party(3, &["receiver"], "treatment")?;
    let stranger = registrar.party(4, &["producer", "carrier", "receiver"], "treatment")?;
    let licence = registrar.licence(&receiver)?;
    registrar.permit(&receiver)?;
    let classes = json!(["hazardous", "medical", "kitchen"]);
    let vehicle = registrar.vehicle(&carrier, 1, &classes)?;
    let kitchen_vehicle = registrar.vehicle(&carrier, 2, &json!(["kitchen"]))?;
    let driver = registrar.driver(&carrier)?;
    // Who watches another division; the last, since the parties are in the first.
    let elsewhere = match of_role("division_regulator").next_back() {
        Some(account) => Some(sign_in(checks, client, (&account.login, &account.password))?),
        None => None,
    };
    Ok(Estate {
        corps,
        elsewhere,
        producer,
        carrier,
        receiver,
        stranger,
        vehicle,
        kitchen_vehicle,
        driver,
        licence,
        tag,
        year,
    })
}

fn sign_in(
    checks: &mut Checks,
    client: &Client,
    (login, password): (&str, &str),
) -> Result<Client, Stop> {
    let body = json!({"login": login, "password": password});
    let answer = checks.done(client.nobody().post("/auth/login", &body))?;
    Ok(client.with_token(answer.str("/access_token")))
}

impl Estate {
    pub const fn party(&self, who: Who) -> &Party {
        match who {
            Who::Producer => &self.producer,
            Who::Carrier => &self.carrier,
            Who::Receiver => &self.receiver,
            Who::Stranger => &self.stranger,
        }
    }

    pub const fn client(&self, who: Who) -> &Client {
        &self.party(who).client
    }
}

/// The regulator at work.
pub struct Registrar<'a> {
    pub checks: &'a mut Checks,
    pub corps: &'a Client,
    pub tag: u64,
    pub year: i32,
}

impl Registrar<'_> {
    fn made(&mut self, what: (&str, &str), path: &str, body: &Value) -> Result<String, Stop> {
        self.made_with(what, (path, &[]), body)
    }

    /// Registers something, and looks whether the answer has the members that it must have.
    fn made_with(
        &mut self,
        words: (&str, &str),
        (path, members): (&str, &[&str]),
        body: &Value,
    ) -> Result<String, Stop> {
        let answer = self.corps.post(path, body);
        let made: Played = self.checks.need(words, &answer, |look| {
            look.status(201).has("/id").members("", members);
            let wanted = members.iter().filter_map(|name| Some((name, body.get(*name)?)));
            for (name, value) in wanted.filter(|(_, value)| !value.is_object()) {
                if !value.is_array() {
                    look.is(&format!("/{name}"), value.clone());
                }
            }
        });
        made.map(|()| answer.id())
    }

    /// An organisation of the first division with a site and an administrator, signed in.
    pub fn party(&mut self, n: u64, roles: &[&str], kind: &str) -> Result<Party, Stop> {
        let code = uscc::of(self.tag, n);
        let organisation = json!({"name": format!("符合性检查单位{code}"), "uscc": code,
            "roles": roles, "division": "01"});
        let members: &[&str] = &["id", "name", "uscc", "roles", "division", "status"];
        let words = ("登记单位，字段齐全", "an organisation is registered with all its members");
        let organisation = self.made_with(words, ("/organisations", members), &organisation)?;
        let site = self.site(&organisation, kind)?;
        let (login, password) = (format!("conformance-{}-{n}", self.tag), self.password(n));
        let user = json!({"organisation_id": organisation, "login": login, "password": password,
            "role": "admin"});
        let words = ("建立管理员用户", "its administrator is made");
        self.made(words, "/users", &user)?;
        let client = sign_in(self.checks, self.corps, (&login, &password))?;
        Ok(Party { client, organisation, site, login, password })
    }

    /// Long, and no common one.
    fn password(&self, n: u64) -> String {
        format!("符合性-{:x}-{n}", self.tag.rotate_left(17) ^ 0x5bd1_e995)
    }

    pub fn site(&mut self, organisation: &str, kind: &str) -> Result<String, Stop> {
        let site = json!({"organisation_id": organisation, "name": "检查用场所", "kind": kind,
            "division": "01", "region_code": "659002",
            "location": {"lon": 81.28, "lat": 40.55}});
        let members: &[&str] = &[
            "id",
            "organisation_id",
            "name",
            "kind",
            "business",
            "facility_kind",
            "division",
            "regiment",
            "region_code",
            "park",
            "location",
            "beds",
            "seats",
        ];
        let words = ("登记场所，字段齐全", "a site is registered with all its members");
        self.made_with(words, ("/sites", members), &site)
    }

    /// Room for everything that the scenarios send to the receiver.
    fn licence(&mut self, receiver: &Party) -> Result<String, Stop> {
        let line = |categories: &[&str], method: &str| {
            json!({"waste_codes": [], "categories": categories, "methods": [method],
                   "annual_kg": 5_000_000})
        };
        let lines = [line(&["HW08"], "R9"), line(&["HW01"], "Y11"), line(&["HW34", "HW35"], "R6")];
        self.licence_of((&receiver.organisation, &receiver.site), "comprehensive", &json!(lines))
    }

    fn permit(&mut self, receiver: &Party) -> Result<String, Stop> {
        let lines = json!([{"waste_codes": ["CY-01", "CY-02"], "categories": [],
            "methods": ["K1", "K4"], "annual_kg": 5_000_000}]);
        self.licence_of((&receiver.organisation, &receiver.site), "kitchen_permit", &lines)
    }

    /// A licence from two years ago to two years from now.
    pub fn licence_of(
        &mut self,
        (organisation, site): (&str, &str),
        kind: &str,
        lines: &Value,
    ) -> Result<String, Stop> {
        let body = licence_body((organisation, site), kind, lines, self.year);
        let members: &[&str] = &[
            "id",
            "organisation_id",
            "site_id",
            "number",
            "kind",
            "status",
            "issued_on",
            "issued_by",
            "valid_from",
            "valid_to",
            "annual_limit_kg",
            "limit_factor",
            "rated_daily_kg",
            "lines",
        ];
        let words = ("颁发许可证，字段齐全", "a licence is granted with all its members");
        self.made_with(words, ("/licences", members), &body)
    }

    pub fn vehicle(&mut self, carrier: &Party, n: u64, classes: &Value) -> Result<String, Stop> {
        let serial = self.tag.wrapping_add(n) % 100_000;
        let vehicle = json!({"organisation_id": carrier.organisation,
            "plate": format!("新A{serial:05}"), "kind": "厢式车", "classes": classes,
            "rated_kg": 8000});
        let members: &[&str] =
            &["id", "organisation_id", "plate", "kind", "classes", "rated_kg", "status"];
        let words = ("登记车辆，字段齐全", "a vehicle is registered with all its members");
        self.made_with(words, ("/vehicles", members), &vehicle)
    }

    pub fn driver(&mut self, carrier: &Party) -> Result<String, Stop> {
        let driver = json!({"organisation_id": carrier.organisation, "name": "张三",
            "phone": "13900000000", "licence_no": "659002198501010001",
            "licence_valid_to": format!("{}-12-31", self.year + 2)});
        let members: &[&str] =
            &["id", "organisation_id", "name", "phone", "licence_no", "licence_valid_to", "status"];
        let words = ("登记司机，字段齐全", "a driver is registered with all its members");
        self.made_with(words, ("/drivers", members), &driver)
    }
}

/// A licence of this year: from two years ago to two years from now.
pub fn licence_body(
    (organisation, site): (&str, &str),
    kind: &str,
    lines: &Value,
    year: i32,
) -> Value {
    // Numbers need not be the run's own: a site has few.
    json!({"organisation_id": organisation, "site_id": site,
        "number": format!("兵检证 {}-{kind}", site.get(24..).unwrap_or(site)), "kind": kind,
        "issued_on": format!("{}-01-01", year - 2), "issued_by": "兵团生态环境局",
        "valid_from": format!("{}-01-01", year - 2), "valid_to": format!("{}-12-31", year + 2),
        "lines": lines})
}

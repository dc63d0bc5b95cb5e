//! One of everything, registered through the API, and everybody who may and may not see it.

use chrono::TimeDelta;
use liandan::anomaly;
use serde_json::{Value, json};

use crate::anomalies::not_departed;
use crate::support::{Cast, Client, Method, PASSWORD, World, file};

/// People by name. All firms are of the first division.
pub const EVERYBODY: &[&str] = &[
    "corps",     // the corps' regulator
    "division",  // the first division's regulator
    "elsewhere", // the second division's regulator
    "regiment",  // a regulator of the first division's regiment 3, where the producer's site is
    "neighbour", // a regulator of its regiment 4, where nothing is
    "health",    // the corps' regulator of another agency: sees medical waste alone
    "producer",  // administrators of the three parties
    "carrier",   //
    "receiver",  //
    "stranger",  // the administrator of an organisation that has nothing to do with them
    "auditor",   // a reader of the producer's
];

pub struct Estate {
    pub world: World,
    pub cast: Cast,
    people: Vec<(&'static str, Client)>,
    /// By the folder of the API: `vehicles`, `manifests`, `drafts`, …
    things: Vec<(&'static str, String)>,
    pub number: String,
}

impl Estate {
    pub async fn new() -> Self {
        let world = World::start().await;
        let cast = Cast::new(&world, 100_000).await;
        let mut people = vec![
            ("corps", cast.corps.clone()),
            ("producer", cast.producer.clone()),
            ("carrier", cast.carrier.clone()),
            ("receiver", cast.receiver.clone()),
            ("stranger", cast.stranger.clone()),
        ];
        let bureau = cast.corps.get("/me").await.ok().str("/organisation/id").to_owned();
        let regulator = |role: &str| json!({"organisation_id": bureau, "role": role});
        let mut users = vec![
            ("division", regulator("division_regulator"), json!({"division": "01"})),
            ("elsewhere", regulator("division_regulator"), json!({"division": "02"})),
            (
                "regiment",
                regulator("regiment_regulator"),
                json!({"division": "01", "regiment": "3"}),
            ),
            (
                "neighbour",
                regulator("regiment_regulator"),
                json!({"division": "01", "regiment": "4"}),
            ),
            ("health", regulator("corps_regulator"), json!({"agency": "health"})),
            ("auditor", json!({"organisation_id": cast.producer_id, "role": "reader"}), json!({})),
        ];
        for (name, body, scope) in &mut users {
            let members = scope.as_object_mut().unwrap();
            body.as_object_mut().unwrap().append(members);
            body["login"] = json!(format!("user-{name}"));
            body["password"] = json!(PASSWORD);
            cast.corps.post("/users", body).await.ok();
            people.push((*name, world.log_in(&format!("user-{name}")).await));
        }
        let (mut things, number) = things(&cast).await;
        world.publish().await;
        let frozen = json!({"name": "年度评估", "year": 2026});
        let frozen = cast.corps.post("/capacity/assessments", &frozen).await.ok().id();
        things.push(("assessments", frozen));
        let plan = json!({"starts_on": "2026-12-01", "days": 1, "divisions": ["01"]});
        let plan = cast.corps.post("/capacity/emergency-plans", &plan).await.ok().id();
        things.push(("emergency-plans", plan));
        let report = json!({"site_id": cast.producer_site, "year": 2026, "period": "month",
            "number": 10});
        let hook = json!({"url": "https://hooks.example.com/x"});
        things.push(("webhooks", cast.producer.post("/webhooks", &hook).await.ok().id()));
        things.push(("reports", cast.producer.post("/reports", &report).await.ok().id()));
        // As the watch finds it ten days from now: what was filed has not left.
        let later = world.now() + TimeDelta::days(10);
        anomaly::catch_up_to(&world.app, later).await.unwrap();
        let filed = things.iter().find(|(kind, _)| *kind == "manifests").unwrap();
        things.push(("anomalies", not_departed(&filed.1)));
        world.publish().await;
        Self { world, cast, people, things, number }
    }

    pub fn person(&self, name: &str) -> &Client {
        let found = self.people.iter().find(|(known, _)| *known == name);
        &found.unwrap_or_else(|| panic!("nobody is called {name}")).1
    }

    pub fn thing(&self, kind: &str) -> &str {
        let found = self.things.iter().find(|(known, _)| *known == kind);
        &found.unwrap_or_else(|| panic!("there is no thing of {kind}")).1
    }

    /// All the database holds, as one text a table: what has written nothing leaves it as it was.
    pub async fn contents(&self) -> Vec<(String, Option<String>)> {
        let superuser = self.world.database.superuser().await;
        let tables = superuser
            .query("SELECT tablename::text FROM pg_tables WHERE schemaname = 'public'", &[])
            .await
            .unwrap();
        let mut contents = Vec::new();
        for table in tables {
            let name: String = table.get(0);
            let hash =
                format!("SELECT md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {name} t");
            contents.push((name, superuser.query_one(&hash, &[]).await.unwrap().get(0)));
        }
        contents
    }
}

async fn things(cast: &Cast) -> (Vec<(&'static str, String)>, String) {
    let place = json!({"regiment": "3"});
    cast.corps.patch(&format!("/sites/{}", cast.producer_site), &place).await.ok();
    let post =
        async |client: &Client, path: &str, body: Value| client.post(path, &body).await.ok().id();
    let site = &cast.producer_site;
    let area = json!({"site_id": cast.receiver_site, "name": "一号库", "kind": "facility",
        "capacity_kg": 90_000});
    let stream = json!({"site_id": site, "waste_code": "900-249-08", "name": "废矿物油",
        "form": "liquid", "hazards": ["T", "I"], "annual_plan_kg": 1000});
    let plan = json!({"site_id": site, "year": 2026,
        "lines": [{"waste_code": "900-249-08", "annual_kg": 1000}]});
    let approval = json!({"producer_site_id": site, "receiver_site_id": cast.receiver_site,
        "number": "跨-1", "waste_codes": ["900-249-08"], "mass_kg": 100,
        "valid_from": "2026-01-01", "valid_to": "2026-12-31"});
    let application = json!({"producer_site_id": site, "receiver_site_id": cast.receiver_site,
        "items": [{"waste_code": "900-249-08", "method": "R9", "mass_kg": 100}],
        "valid_from": "2026-12-01", "valid_to": "2026-12-31"});
    let entry = json!({"site_id": site, "kind": "produced", "waste_code": "900-249-08",
        "mass_kg": 1000});
    let user = cast.producer.get("/me").await.ok().str("/user/id").to_owned();
    let key = json!({"name": "地磅", "scopes": ["read"]});
    // Of next year: it is seen now, and lets nobody sign yet.
    let delegation = json!({"to_organisation_id": cast.carrier_id, "scopes": ["file"],
        "valid_from": "2027-01-01", "valid_to": "2027-12-31"});
    let mut things = vec![
        ("api-keys", post(&cast.producer, "/api-keys", key).await),
        ("delegations", post(&cast.producer, "/delegations", delegation).await),
        ("storage-areas", post(&cast.receiver, "/storage-areas", area).await),
        ("waste-streams", post(&cast.producer, "/waste-streams", stream).await),
        ("management-plans", post(&cast.producer, "/management-plans", plan).await),
        ("transfer-approvals", post(&cast.corps, "/transfer-approvals", approval).await),
        (
            "transfer-applications",
            post(&cast.producer, "/transfer-applications", application).await,
        ),
        ("ledger-entries", post(&cast.producer, "/ledger-entries", entry).await),
        ("users", user),
        ("vehicles", cast.vehicle.clone()),
        ("drivers", cast.driver.clone()),
        ("sites", cast.producer_site.clone()),
        ("medical-sheets", cast.producer_site.clone()),
        ("licences", cast.licence.clone()),
        ("organisations", cast.receiver_id.clone()),
    ];
    let round = super::riding::kitchen_round(cast);
    things.push(("collection-rounds", post(&cast.carrier, "/collection-rounds", round).await));
    let filed = cast.filed(&cast.oil(&json!(10))).await;
    let amendment = json!({"changes": {"note": "y"}, "reason": "wrong_data"});
    let path = format!("/manifests/{}/amendments", filed.id());
    cast.producer.post(&path, &amendment).await.ok();
    let photo = cast.carrier.call(Method::POST, &format!("/manifests/{}/attachments", filed.id()));
    photo.raw("image/png", file::png(0)).send().await.is(201);
    things.push(("manifests", filed.id()));
    let rides = cast.filed(&cast.oil(&json!(10))).await.id();
    let trip = super::riding::trip(cast, &rides);
    things.push(("trips", post(&cast.carrier, "/trips", trip).await));
    let mut draft = cast.oil(&json!(10));
    draft["draft"] = json!(true);
    things.push(("drafts", post(&cast.producer, "/manifests", draft).await));
    let drum = json!([{"site_id": site, "waste_code": "900-249-08", "kind": "steel_drum",
        "mass_kg": 5}]);
    let drum = cast.producer.post("/containers", &drum).await.ok().str("/data/0/id").to_owned();
    things.push(("containers", drum));
    let look = json!({"number": filed.str("/number"), "outcome": "in_order"});
    things.push(("inspections", post(&cast.corps, "/inspections", look).await));
    things.extend(super::histories::things(cast));
    things.extend(super::records::things(cast).await);
    (things, filed.str("/number").to_owned())
}

//! Where the random lives are led: two producers in two prefectures, two carriers, one
//! receiver whose licences are small for what will be asked of them.

use liandan::registry::Uscc;
use serde_json::{Value, json};

use crate::support::{Client, PASSWORD, World};

type Text = &'static str;

/// Stream, code, name, form, hazards, methods and package.
pub type Waste = (Text, Text, Text, Text, &'static [Text], &'static [Text], Text);

/// What may be shipped.
pub const WASTES: &[Waste] = &[
    ("hazardous", "900-249-08", "废矿物油", "liquid", &["T", "I"], &["R9"], "plastic_drum"),
    ("hazardous", "900-214-08", "废润滑油", "liquid", &["T", "I"], &["R9"], "plastic_drum"),
    ("hazardous", "900-217-08", "废齿轮油", "liquid", &["T", "I"], &["R9"], "plastic_drum"),
    ("medical", "841-001-01", "感染性废物", "solid", &["In"], &["Y11", "Y10"], "medical_box"),
    ("medical", "841-003-01", "病理性废物", "solid", &["In"], &["Y10"], "medical_box"),
    ("kitchen", "CY-01", "餐厨垃圾", "semi_solid", &[], &["K1", "K2"], "kitchen_bin_120"),
];

/// Everybody who calls, signed in.
pub struct People {
    pub producers: [Client; 2],
    pub carriers: [Client; 2],
    pub receiver: Client,
    pub stranger: Client,
    pub corps: Client,
    pub nobody: Client,
}

impl People {
    pub async fn sign_in(world: &World) -> Self {
        Self {
            producers: [world.log_in("life-1").await, world.log_in("life-2").await],
            carriers: [world.log_in("life-3").await, world.log_in("life-6").await],
            receiver: world.log_in("life-4").await,
            stranger: world.log_in("life-5").await,
            corps: world.corps().await,
            nobody: world.client(),
        }
    }
}

/// What does not change while lives are led.
pub struct Stage {
    pub producer_sites: [String; 2],
    pub receiver_site: String,
    pub fleets: [Fleet; 2],
}

/// A carrier with its vehicles and a driver.
pub struct Fleet {
    pub carrier: String,
    pub vehicles: [String; 3],
    driver: String,
}

impl Fleet {
    async fn made(corps: &Client, carrier: &str, letter: char) -> Self {
        let made = async |path: &str, body: Value| corps.post(path, &body).await.ok().id();
        let vehicle = |n: u32| {
            json!({"organisation_id": carrier, "plate": format!("新{letter}1234{n}"),
                "kind": "厢式车", "classes": ["hazardous", "medical", "kitchen"], "rated_kg": 8000})
        };
        let vehicles = [
            made("/vehicles", vehicle(1)).await,
            made("/vehicles", vehicle(2)).await,
            made("/vehicles", vehicle(3)).await,
        ];
        let driver = json!({"organisation_id": carrier, "name": "张三", "phone": "13900000000",
            "licence_no": "659002198501010001", "licence_valid_to": "2028-12-31"});
        let driver = made("/drivers", driver).await;
        Self { carrier: carrier.to_owned(), vehicles, driver }
    }

    /// A leg with the first vehicle.
    pub fn leg(&self) -> Value {
        json!({"carrier_id": self.carrier, "vehicle_id": self.vehicles[0],
            "driver_id": self.driver})
    }
}

impl Stage {
    /// With licences that `lives` lives fill.
    pub async fn set(world: &World, lives: i64) -> Self {
        let corps = world.corps().await;
        let mut ids = Vec::new();
        for (n, (roles, division)) in [
            (["producer"].as_slice(), "01"),
            (&["producer"], "02"),
            (&["carrier"], "01"),
            (&["receiver"], "01"),
            (&["producer", "carrier", "receiver"], "01"),
            (&["carrier"], "02"),
        ]
        .into_iter()
        .enumerate()
        {
            ids.push(member(&corps, n + 1, roles, division).await);
        }
        let made = async |path: &str, body: Value| corps.post(path, &body).await.ok().id();
        let site = |id: &str, kind: &str, division: &str| {
            json!({"organisation_id": id, "name": "一号场所", "kind": kind, "division": division,
                "region_code": "659002", "location": {"lon": 81.28, "lat": 40.55}})
        };
        let producer_sites = [
            made("/sites", site(&ids[0], "production", "01")).await,
            made("/sites", site(&ids[1], "production", "02")).await,
        ];
        let receiver_site = made("/sites", site(&ids[3], "treatment", "01")).await;
        let licence = |number: &str, kind: &str, lines: Value, limit: Value| {
            json!({"organisation_id": ids[3], "site_id": receiver_site, "number": number,
                "kind": kind, "issued_on": "2024-01-01", "issued_by": "兵团生态环境局",
                "valid_from": "2024-01-01", "valid_to": "2028-12-31", "lines": lines,
                "annual_limit_kg": limit})
        };
        let line = |line: u32, codes: &[&str], categories: &[&str], methods: &[&str], kg: i64| {
            json!({"line": line, "waste_codes": codes, "categories": categories,
                "methods": methods, "annual_kg": kg})
        };
        let lines = json!([
            line(1, &["900-249-08"], &[], &["R9"], lives),
            line(2, &[], &["HW08"], &["R9"], 2 * lives),
        ]);
        let first = licence("生涯-1", "comprehensive", lines, json!(2 * lives + lives / 2));
        made("/licences", first).await;
        let lines = json!([line(1, &[], &["HW08"], &["R9"], lives)]);
        made("/licences", licence("生涯-2", "comprehensive", lines, Value::Null)).await;
        let lines = json!([line(1, &[], &["HW01"], &["Y10", "Y11"], 2 * lives)]);
        made("/licences", licence("生涯-3", "comprehensive", lines, Value::Null)).await;
        let lines = json!([line(1, &["CY-01"], &[], &["K1", "K2"], 3 * lives)]);
        made("/licences", licence("生涯-4", "kitchen_permit", lines, json!(2 * lives))).await;
        let area = json!({"site_id": receiver_site, "name": "一号库", "kind": "facility",
            "capacity_kg": 100 + 4 * lives});
        world.log_in("life-4").await.post("/storage-areas", &area).await.ok();
        let fleets =
            [Fleet::made(&corps, &ids[2], 'A').await, Fleet::made(&corps, &ids[5], 'B').await];
        Self { producer_sites, receiver_site, fleets }
    }

    /// A filing by a producer, on a day, with the first carrier's leg.
    pub fn form(&self, producer: usize, stream: &str, day: &str, items: &[Value]) -> Value {
        json!({"stream": stream, "producer_site_id": self.producer_sites[producer],
            "receiver_site_id": self.receiver_site, "legs": [self.fleets[0].leg()],
            "planned_departure_on": day, "items": items})
    }
}

async fn member(corps: &Client, n: usize, roles: &[&str], division: &str) -> String {
    let uscc = Uscc::complete(&format!("91659001MAKFE00{n:02}")).unwrap();
    let asked = json!({"name": format!("{n}号单位"), "uscc": uscc.as_str(), "roles": roles,
        "division": division});
    let id = corps.post("/organisations", &asked).await.ok().id();
    let user = json!({"organisation_id": id, "login": format!("life-{n}"), "password": PASSWORD,
        "role": "admin"});
    corps.post("/users", &user).await.ok();
    id
}

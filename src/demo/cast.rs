//! Who is in the demo: per division producers, a carrier and plants; across the corps the hazardous
//! receivers. Names are invented; divisions and cities are the table's.

use serde_json::{Value, json};

use crate::simulate::Calling;

const BEDS: i64 = 420;
const RESTAURANT_SEATS: i64 = 160;
const CANTEEN_SEATS: i64 = 300;

/// One organisation with one site.
pub struct Member {
    /// Login of its administrator, and prefix of its other logins.
    pub login: String,
    pub name: String,
    pub division: String,
    pub roles: &'static [&'static str],
    pub site: Value,
    /// Its licence, where it has one.
    pub licence: Option<Value>,
    /// What it does for medical waste in an emergency, where it is on that list.
    pub co_disposal: Option<Value>,
    /// What its life is; a kiln has none before an emergency.
    pub calling: Option<Calling>,
}

/// Where a division is, as far as the demo needs it.
pub struct Home<'a> {
    pub number: &'a str,
    pub name: &'a str,
    pub region: &'a str,
    pub lon: f64,
    pub lat: f64,
}

impl Home<'_> {
    fn site(&self, name: &str, kind: &str, business: Option<&str>, shift: f64) -> Value {
        json!({
            "name": name, "kind": kind, "business": business, "division": self.number,
            "region_code": self.region,
            "location": {
                "lon": (self.lon * 1e4 + shift * 130.0).round() / 1e4,
                "lat": (self.lat * 1e4 - shift * 90.0).round() / 1e4,
            },
        })
    }

    fn member(
        &self,
        (key, calling): (&str, Option<Calling>),
        title: &str,
        roles: &'static [&'static str],
        site: Value,
    ) -> Member {
        Member {
            login: format!("{key}{}", self.number),
            name: format!("{}{title}", self.name),
            division: self.number.to_owned(),
            roles,
            site,
            licence: None,
            co_disposal: None,
            calling,
        }
    }

    /// The organisations of one division.
    pub fn members(&self) -> Vec<Member> {
        let producer: &[&str] = &["producer"];
        let with = |mut site: Value, name: &str, value: Value| {
            site[name] = value;
            site
        };
        let site = |name: &str, kind: &str, business, shift| self.site(name, kind, business, shift);
        let ward = with(site("院本部", "production", Some("hospital"), 1.0), "beds", json!(BEDS));
        let dining = site("中心店", "production", Some("restaurant"), 2.0);
        let dining = with(dining, "seats", json!(RESTAURANT_SEATS));
        let canteen = site("机关食堂", "production", Some("canteen"), 3.0);
        let canteen = with(canteen, "seats", json!(CANTEEN_SEATS));
        let repair = site("维修车间", "production", Some("repair_shop"), 4.0);
        let mut all = vec![
            self.member(
                ("hospital", Some(Calling::Hospital { beds: BEDS })),
                "医院",
                producer,
                ward,
            ),
            self.member(
                ("restaurant", Some(Calling::Restaurant { seats: RESTAURANT_SEATS })),
                "大漠餐厅",
                producer,
                dining,
            ),
            self.member(
                ("canteen", Some(Calling::Canteen { seats: CANTEEN_SEATS })),
                "机关食堂",
                producer,
                canteen,
            ),
            self.member(("repair", Some(Calling::RepairShop)), "顺达汽修厂", producer, repair),
            self.member(
                ("carrier", Some(Calling::Carrier)),
                "洁运运输公司",
                &["carrier"],
                site("车场", "storage", Some("carrier"), 5.0),
            ),
        ];
        all.extend([self.medical_plant(), self.kitchen_plant()]);
        if ["01", "06", "07", "08", "10", "12"].contains(&self.number) {
            all.push(self.chemical_plant());
        }
        if ["01", "04", "06", "08"].contains(&self.number) {
            all.push(self.recycler());
        }
        if ["03", "07"].contains(&self.number) {
            all.push(self.incinerator());
        }
        if ["01", "08"].contains(&self.number) {
            all.push(self.cement_kiln());
        }
        all
    }

    fn medical_plant(&self) -> Member {
        let mut site = self.site("医疗废物处置厂", "treatment", None, 6.0);
        site["facility_kind"] = json!("medical_plant");
        let who = ("medical", Some(Calling::MedicalPlant));
        let plant = self.member(who, "医废处置中心", &["receiver"], site);
        Member { licence: Some(medical_licence(self)), ..plant }
    }

    fn kitchen_plant(&self) -> Member {
        let mut site = self.site("餐厨处理厂", "treatment", None, 7.0);
        site["facility_kind"] = json!("kitchen_plant");
        let who = ("kitchen", Some(Calling::KitchenPlant));
        let plant = self.member(who, "餐厨处理公司", &["receiver"], site);
        Member { licence: Some(kitchen_permit(self)), ..plant }
    }

    fn chemical_plant(&self) -> Member {
        let site = self.site("化工园区一厂", "production", Some("chemical"), 8.0);
        self.member(("plant", Some(Calling::ChemicalPlant)), "天山化工厂", &["producer"], site)
    }

    fn recycler(&self) -> Member {
        let mut site = self.site("再生利用基地", "treatment", Some("recycler"), 9.0);
        site["facility_kind"] = json!("recycler");
        let roles = &["receiver", "producer"];
        let mut member =
            self.member(("recycler", Some(Calling::Recycler)), "绿源再生公司", roles, site);
        member.licence = Some(licence(
            self,
            ("危证", "comprehensive"),
            &json!([
                {"waste_codes": [], "categories": ["HW08"], "methods": ["R9"], "annual_kg": 5_000_000},
                {"waste_codes": ["900-052-31"], "categories": [], "methods": ["R4", "S1"],
                 "annual_kg": 3_000_000},
                {"waste_codes": [], "categories": ["HW34"], "methods": ["R6"],
                 "annual_kg": 2_000_000},
            ]),
        ));
        member
    }

    fn incinerator(&self) -> Member {
        let mut site = self.site("焚烧处置中心", "treatment", Some("incinerator"), 10.0);
        site["facility_kind"] = json!("hazardous_incinerator");
        let roles = &["receiver", "producer"];
        let mut member =
            self.member(("burner", Some(Calling::Incinerator)), "危废焚烧中心", roles, site);
        member.licence = Some(licence(
            self,
            ("危证", "comprehensive"),
            &json!([
                {"waste_codes": [], "categories": ["HW08", "HW11", "HW49"], "methods": ["D10"],
                 "annual_kg": 12_000_000},
                {"waste_codes": [], "categories": ["HW01"], "methods": ["D10"],
                 "annual_kg": 800_000},
            ]),
        ));
        member.co_disposal = Some(co_disposal("hazardous_incinerator", (5_000, 12, 1)));
        member
    }

    /// Without a licence for waste: on the list for emergencies alone.
    fn cement_kiln(&self) -> Member {
        let mut site = self.site("水泥窑协同处置线", "treatment", Some("cement_kiln"), 12.0);
        site["facility_kind"] = json!("cement_kiln");
        let mut member = self.member(("kiln", None), "水泥厂", &["receiver"], site);
        member.co_disposal = Some(co_disposal("cement_kiln", (20_000, 24, 2)));
        member
    }
}

fn co_disposal(kind: &str, (daily_kg, notice_hours, priority): (i64, i64, i64)) -> Value {
    json!({"kind": kind, "daily_kg": daily_kg, "notice_hours": notice_hours,
        "priority": priority, "contact": {"person": "值班调度", "phone": "0997-0000000"}})
}

fn licence(home: &Home, (prefix, kind): (&str, &str), lines: &Value) -> Value {
    json!({
        "number": format!("兵{prefix}{}2024-01", home.number), "kind": kind,
        "issued_on": "2024-01-10", "issued_by": "新疆生产建设兵团生态环境局",
        "valid_from": "2024-01-15", "valid_to": "2029-01-14", "lines": lines,
    })
}

fn medical_licence(home: &Home) -> Value {
    let methods = ["Y10", "Y11", "D10"];
    licence(
        home,
        ("医证", "comprehensive"),
        &json!([{"waste_codes": [], "categories": ["HW01"], "methods": methods,
                 "annual_kg": 900_000}]),
    )
}

fn kitchen_permit(home: &Home) -> Value {
    licence(
        home,
        ("餐证", "kitchen_permit"),
        &json!([
            {"waste_codes": ["CY-01"], "categories": [], "methods": ["K1", "K2"],
             "annual_kg": 9_000_000},
            {"waste_codes": ["CY-02", "CY-03"], "categories": [], "methods": ["K4"],
             "annual_kg": 600_000},
        ]),
    )
}

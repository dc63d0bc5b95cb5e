//! Requests declared with `wire!`: what they read, all their faults at once, and their schema.

use chrono::{DateTime, NaiveDate, Utc};
use proptest::prelude::*;
use serde_json::json;
use utoipa::{IntoParams, PartialSchema, ToSchema};

use crate::catalogue::{Stream, WasteCode};
use crate::ids::VehicleId;
use crate::problem::{Code, Problem};
use crate::units::Grams;
use crate::wire::{
    BoundedText, Change, Components, Decode, List, Location, NonNegativeKg, Patch, PositiveKg,
    Sha256Hex, SignedKg, Whole, api_enum, asked_in_query, mended, read, wire,
};

api_enum! {
    /// What the receiver decides.
    pub enum Verdict { Accept = "accept", Refuse = "refuse" }
}

wire! {
    /// One line of the load.
    pub struct Item {
        /// The national code.
        pub waste_code: BoundedText<1, 12>,
        pub mass_kg: PositiveKg,
        pub packages: List<Package, 1, 3>,
    }

    pub struct Package { pub count: Whole<1, 10_000> }

    /// A whole
    /// request.
    pub struct Load {
        pub vehicle_id: VehicleId,
        pub planned_on: NaiveDate,
        pub occurred_at: Option<DateTime<Utc>>,
        pub verdict: Option<Verdict>,
        pub lost_kg: Option<NonNegativeKg>,
        pub delta_kg: Option<SignedKg>,
        pub location: Option<Location>,
        pub evidence: Option<Sha256Hex>,
        /// `true` saves a draft.
        pub draft: bool = false,
        pub note: BoundedText<0, 10> = BoundedText::default(),
        pub items: List<Item, 1, 50>,
        pub r#type: Option<String>,
    }

    pub struct SitePatch {
        pub name: Change<BoundedText<1, 20>>,
        pub beds: Patch<u32>,
    }

    pub struct Filter {
        pub status: List<Verdict, 0, 5> = List::default(),
        pub limit: Option<Whole<1, 500>>,
        pub draft: Option<bool>,
        pub vehicle_id: Option<VehicleId>,
    }
}

const GOOD: &str = r#"{"vehicle_id":"01890a5d-ac96-774b-bcce-b302099a8057",
    "planned_on":"2026-11-25","occurred_at":"2026-11-25T08:00:00.1239+08:00","verdict":"accept",
    "lost_kg":0,"delta_kg":-1.5,"location":{"lon":81.28,"lat":40.5500004},"type":"x","note":null,
    "evidence":"00000000000000000000000000000000000000000000000000000000000000ff",
    "items":[{"waste_code":"900-249-08","mass_kg":812.5,"packages":[{"count":4.0}]}]}"#;

fn faults(problem: &Problem) -> Vec<(&'static str, &str)> {
    let each = |fault| {
        let fault: &crate::problem::Fault = fault;
        (fault.code.as_str(), fault.pointer.as_deref().unwrap_or_default())
    };
    problem.faults().iter().map(each).collect()
}

/// The faults of a value in the place of one field of the good load.
fn with(field: &str, value: &str) -> Vec<(String, String)> {
    let mut load: serde_json::Map<String, serde_json::Value> = serde_json::from_str(GOOD).unwrap();
    load.remove(field);
    let rest = serde_json::to_string(&load).unwrap();
    let text = format!("{{\"{field}\":{value},{}", &rest[1..]);
    let problem = read::<Load>(text.as_bytes());
    let problem = problem.err();
    problem.iter().flat_map(faults).map(|(code, at)| (code.to_owned(), at.to_owned())).collect()
}

#[test]
fn a_good_request_is_read_exactly() {
    let load = read::<Load>(GOOD.as_bytes()).unwrap();
    assert_eq!(load.occurred_at.unwrap().timestamp_millis() % 86_400_000, 123);
    assert_eq!(load.items[0].mass_kg.grams(), Grams(812_500));
    assert_eq!(load.items[0].packages[0].count.get(), 4);
    assert_eq!(load.location, Some(Location { lon_e6: 81_280_000, lat_e6: 40_550_000 }));
    assert_eq!(load.delta_kg.map(SignedKg::grams), Some(Grams(-1500)));
    assert_eq!((load.draft, load.note.as_str()), (false, ""));
    assert_eq!(load.evidence.unwrap().0[31], 255);
    assert_eq!(load.r#type.as_deref(), Some("x"));
}

#[test]
fn all_faults_are_told_at_once_in_document_order() {
    let text = r#"{"colour":1,"items":[{"mass_kg":0,"packages":[]},
        {"waste_code":"  ","mass_kg":1.0001,"packages":[{"count":0,"x":null}]},7],
        "planned_on":"2026-02-30","note":"12345678901"}"#;
    let problem = read::<Load>(text.as_bytes()).unwrap_err();
    assert_eq!(
        faults(&problem),
        [
            ("required", "/vehicle_id"),
            ("unknown_field", "/colour"),
            ("required", "/items/0/waste_code"),
            ("mass_out_of_range", "/items/0/mass_kg"),
            ("too_short", "/items/0/packages"),
            ("too_short", "/items/1/waste_code"),
            ("too_many_decimals", "/items/1/mass_kg"),
            ("out_of_range", "/items/1/packages/0/count"),
            ("unknown_field", "/items/1/packages/0/x"),
            ("wrong_type", "/items/2"),
            ("invalid_value", "/planned_on"),
            ("too_long", "/note"),
        ]
    );
    assert_eq!(problem.status(), 422);
}

#[test]
fn what_is_faulty_is_mended_and_the_rest_kept() {
    let text = r#"{"colour":1,"planned_on":7,"verdict":"x","draft":null,"note":"12345678901",
        "items":[{"waste_code":"900-249-08","mass_kg":1.0001,"packages":[{"count":4},{}]},
         {"waste_code":7,"mass_kg":2,"packages":[{"count":0}]}]}"#;
    let load = mended::<Load>(text.as_bytes()).unwrap();
    assert_eq!((load.verdict, load.note.as_str(), load.draft), (None, "", false));
    let [first, second] = &load.items[..] else { panic!("two items") };
    assert_eq!((first.waste_code.as_str(), first.mass_kg.grams()), ("900-249-08", Grams(1)));
    assert_eq!((second.waste_code.as_str(), second.mass_kg.grams()), ("?", Grams(2000)));
    let counts: Vec<i64> = first.packages.iter().map(|package| package.count.get()).collect();
    assert_eq!(counts, [4, 1]);
    assert!(mended::<Load>(b"{}").is_none(), "nothing stands for the items");
    assert!(mended::<Load>(b"[").is_none());
}

#[test]
fn each_kind_of_value_has_its_fault() {
    let cases = [
        ("vehicle_id", "null", "required"),
        ("vehicle_id", "7", "wrong_type"),
        ("vehicle_id", "\"01890a5dac96774bbcceb302099a8057\"", "invalid_value"),
        ("planned_on", "\"2026-3-01\"", "invalid_value"),
        ("planned_on", "\"0026-03-01\"", "out_of_range"),
        ("occurred_at", "\"2026-03-01T00:00:00\"", "invalid_value"),
        ("occurred_at", "\"2026-03-01 00:00:00Z\"", "invalid_value"),
        ("occurred_at", "\"0000-01-01T00:00:00+23:59\"", "out_of_range"),
        ("occurred_at", "1700000000", "wrong_type"),
        ("verdict", "\"Accept\"", "invalid_value"),
        ("lost_kg", "-0.001", "mass_out_of_range"),
        ("lost_kg", "1e3", "invalid_value"),
        ("lost_kg", "1e+16", "mass_out_of_range"),
        ("lost_kg", "1e400", "mass_out_of_range"),
        ("lost_kg", "1e-05", "too_many_decimals"),
        ("lost_kg", "\"1\"", "wrong_type"),
        ("lost_kg", "1000000000.001", "mass_out_of_range"),
        ("lost_kg", "99999999999999999999999999", "mass_out_of_range"),
        ("lost_kg", "0.0001", "too_many_decimals"),
        ("draft", "\"true\"", "wrong_type"),
        ("note", "\"a\\u0007\"", "invalid_value"),
        ("evidence", "\"ff\"", "invalid_value"),
        ("items", "{}", "wrong_type"),
        ("items", "null", "required"),
        ("location", "[]", "wrong_type"),
    ];
    for (field, value, code) in cases {
        assert_eq!(with(field, value), [(code.to_owned(), format!("/{field}"))], "{field} {value}");
    }
    let lon = with("location", r#"{"lon":180.5,"lat":1e999}"#);
    let lon: Vec<&str> = lon.iter().map(|(_, at)| at.as_str()).collect();
    assert_eq!(lon, ["/location/lon", "/location/lat"]);
    assert_eq!(with("items", &format!("[{}]", vec!["1"; 51].join(","))).len(), 1);
    assert_eq!(with("lost_kg", "null"), []);
    assert_eq!(with("occurred_at", "\"2016-12-31T23:59:60Z\""), []);
}

#[test]
fn the_allowed_words_are_listed_with_the_fault() {
    let problem = read::<Load>(br#"{"verdict":"maybe"}"#).unwrap_err();
    let fault = problem.faults().iter().find(|fault| fault.code == Code::InvalidValue).unwrap();
    assert_eq!(fault.extra["allowed"], json!(["accept", "refuse"]));
}

#[test]
fn a_merge_patch_tells_keep_from_clear() {
    let patch = read::<SitePatch>(b"{}").unwrap();
    assert_eq!((patch.name, patch.beds), (Change::Keep, Patch::Keep));
    assert_eq!(read::<SitePatch>(br#"{"beds":null}"#).unwrap().beds.apply(Some(1)), None);
    assert_eq!(read::<SitePatch>(br#"{"beds":7}"#).unwrap().beds.apply(None), Some(7));
    let problem = read::<SitePatch>(br#"{"name":null,"beds":-1}"#).unwrap_err();
    assert_eq!(faults(&problem), [("required", "/name"), ("out_of_range", "/beds")]);
}

#[test]
fn a_query_is_read_by_the_same_types() {
    let filter = |query: &str| asked_in_query::<Filter>(query).unwrap();
    let read = filter("status=accept,refuse&limit=20&draft=true&vehicle_id=").unwrap();
    assert_eq!(&*read.status, [Verdict::Accept, Verdict::Refuse]);
    assert_eq!(
        (read.limit.map(Whole::get), read.draft, read.vehicle_id),
        (Some(20), Some(true), None)
    );
    assert_eq!(filter("status=accept&status=%72efuse").unwrap().status.len(), 2);
    assert_eq!(filter("").unwrap().status.len(), 0);
    let problem = filter("limit=501&limi=1&draft=1&status=x").unwrap_err();
    let found = faults(&problem);
    assert!(found.contains(&("out_of_range", "/query/limit")));
    assert!(found.contains(&("unknown_field", "/query/limi")));
    assert!(found.contains(&("wrong_type", "/query/draft")));
    assert!(found.contains(&("invalid_value", "/query/status/0")));
    assert_eq!(faults(&filter("limit=1&limit=2").unwrap_err()), [("wrong_type", "/query/limit")]);
    assert_eq!(asked_in_query::<Filter>("limit=%00").unwrap_err().code(), Code::NulCharacter);
    assert_eq!(asked_in_query::<Filter>("limit=%ff").unwrap_err().code(), Code::BadRequest);
    assert_eq!(asked_in_query::<Filter>("limit=%f").unwrap_err().code(), Code::BadRequest);
}

#[test]
fn the_schema_says_what_the_reader_does() {
    let schema = serde_json::to_value(Load::schema()).unwrap();
    assert_eq!(schema["additionalProperties"], json!(false));
    assert_eq!(schema["description"], json!("A whole request."));
    assert_eq!(schema["required"], json!(["vehicle_id", "planned_on", "items"]));
    assert_eq!(schema["properties"]["draft"]["description"], json!("`true` saves a draft."));
    assert_eq!(schema["properties"]["type"]["type"], json!(["string", "null"]));
    assert_eq!(schema["properties"]["items"]["maxItems"], json!(50));
    assert_eq!(schema["properties"]["items"]["items"]["$ref"], json!("#/components/schemas/Item"));
    let mut found = Components::new();
    Load::schemas(&mut found);
    let named = |name: &str| {
        let (_, schema) = found.iter().find(|(known, _)| known == name).unwrap();
        serde_json::to_value(schema).unwrap()
    };
    assert_eq!(named("PositiveKg")["multipleOf"], json!(0.001));
    assert_eq!(named("PositiveKg")["exclusiveMinimum"], json!(0));
    assert_eq!(named("VehicleId")["format"], json!("uuid"));
    assert_eq!(named("Verdict")["enum"], json!(["accept", "refuse"]));
    assert_eq!(named("Package")["properties"]["count"]["maximum"], json!(10_000));
    assert!(Item::schema() != Load::schema());
    let parameters = serde_json::to_value(Filter::into_params(|| None)).unwrap();
    assert_eq!(parameters[1]["schema"]["type"], json!("integer"));
    assert_eq!(
        (&parameters[1]["in"], &parameters[1]["required"]),
        (&json!("query"), &json!(false))
    );
}

/// utoipa's derive, used for answers, meets our named types as components.
#[test]
fn an_answer_refers_to_the_same_components() {
    #[derive(ToSchema)]
    #[expect(dead_code, reason = "only its schema is looked at")]
    struct Shipped {
        vehicle_id: VehicleId,
        mass_kg: crate::units::Kg,
        verdict: Option<Verdict>,
    }
    let schema = serde_json::to_value(Shipped::schema()).unwrap();
    assert_eq!(schema["properties"]["mass_kg"]["$ref"], json!("#/components/schemas/Kg"));
    assert_eq!(schema["required"], json!(["vehicle_id", "mass_kg"]));
    let mut found = Components::new();
    Shipped::schemas(&mut found);
    assert!(
        ["VehicleId", "Kg", "Verdict"]
            .iter()
            .all(|name| found.iter().any(|(known, _)| known == name))
    );
}

/// Words of the catalogue bring their own faults.
#[test]
fn what_is_parsed_from_text_keeps_its_fault_and_gets_the_pointer() {
    wire! {
        struct Coded {
            pub waste_code: WasteCode,
            pub stream: Stream,
        }
    }
    let coded = read::<Coded>(br#"{"waste_code":"900-249-08","stream":"hazardous"}"#).unwrap();
    assert_eq!((coded.waste_code.as_str(), coded.stream), ("900-249-08", Stream::Hazardous));
    let problem = read::<Coded>(br#"{"waste_code":"x","stream":"x"}"#).unwrap_err();
    assert_eq!(
        faults(&problem),
        [("unknown_waste_code", "/waste_code"), ("invalid_value", "/stream")]
    );
    let schema = serde_json::to_value(Coded::schema()).unwrap();
    assert_eq!(schema["properties"]["stream"]["$ref"], json!("#/components/schemas/Stream"));
}

#[test]
fn words_round_trip_through_serde_too() {
    assert_eq!(serde_json::to_value(Verdict::Refuse).unwrap(), json!("refuse"));
    assert_eq!(serde_json::from_str::<Verdict>("\"accept\"").unwrap(), Verdict::Accept);
    assert!(serde_json::from_str::<Verdict>("\"x\"").is_err());
    assert_eq!(Verdict::parse(Verdict::Accept.as_str()), Some(Verdict::Accept));
    assert_eq!(Verdict::Accept.to_string(), "accept");
}

proptest! {
    /// Whatever is sent, the answer is the value or a 4xx; never a fault of ours.
    #[test]
    fn no_bytes_are_our_fault(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Err(problem) = read::<Load>(&bytes) {
            prop_assert!((400..500).contains(&problem.status()));
        }
    }

    /// The same for good JSON with one field replaced by anything.
    #[test]
    fn no_value_is_our_fault(
        field in "vehicle_id|planned_on|occurred_at|verdict|lost_kg|location|evidence|draft|note\
                  |items",
        value in prop_oneof![
            "null|true|\\[\\]|\\{\\}",
            "-?(0|[1-9][0-9]{0,29})(\\.[0-9]{1,5})?(e[0-9]{1,3})?",
            "\"[^\"\\\\\\x00-\\x1f]{0,40}\"",
        ],
    ) {
        for (code, _) in with(&field, &value) {
            prop_assert!(code != "internal" && code != "malformed_json", "{field} {value} {code}");
        }
    }

    #[test]
    fn masses_keep_every_gram(grams in 1i64..=1_000_000_000_000) {
        let mass = Grams(grams).to_kg_text();
        let text = format!(r#"{{"waste_code":"x","mass_kg":{mass},"packages":[{{"count":1}}]}}"#);
        prop_assert_eq!(read::<Item>(text.as_bytes()).unwrap().mass_kg.grams(), Grams(grams));
    }

    #[test]
    fn times_with_any_offset_are_one_instant(ms in 0i64..4_000_000_000_000, hours in -12i32..=14) {
        let offset = chrono::FixedOffset::east_opt(hours * 3600).unwrap();
        let time = DateTime::from_timestamp_millis(ms).unwrap();
        let text = time.with_timezone(&offset).to_rfc3339();
        let node = crate::wire::Node { at: 0, value: crate::wire::Value::String(text.into()) };
        let (at, mut faults) = (crate::wire::Path::Root, crate::wire::Faults::new());
        let read = DateTime::<Utc>::decode(&node, &at, &mut faults);
        prop_assert_eq!(read, Some(time));
    }
}

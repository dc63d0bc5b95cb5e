//! What ends soon: by when one has to act, and whose it is.

use serde_json::{Value, json};

use crate::support::{Answer, Cast, Method, PASSWORD, World};

fn all(answer: &Answer) -> Vec<(&str, &str, &str)> {
    let all = answer.get("/data").as_array().unwrap().iter();
    all.map(|one| {
        let word = |name: &str| one[name].as_str().unwrap();
        (word("kind"), word("act_by"), word("state"))
    })
    .collect()
}

#[tokio::test]
async fn a_licence_is_due_thirty_working_days_before_its_end() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    assert_eq!(all(&cast.corps.get("/expiries").await.is(200)), []);
    let licence = json!({"organisation_id": cast.receiver_id, "site_id": cast.receiver_site,
        "number": "兵危证 9", "kind": "collection", "issued_on": "2024-01-01", "issued_by": "兵团",
        "valid_from": "2024-01-01", "valid_to": "2026-12-31", "lines": [{"line": 1,
        "waste_codes": ["900-214-08"], "categories": [], "methods": ["S1"], "annual_kg": 1}]});
    cast.corps.post("/licences", &licence).await.ok();
    let policy = json!({"organisation_id": cast.receiver_id, "insurer": "人保", "number": "P1",
        "amount_yuan": 1_000_000, "valid_from": "2026-01-01", "valid_to": "2026-12-10"});
    cast.receiver.post("/insurance-policies", &policy).await.ok();
    let driver = json!({"licence_valid_to": "2026-11-20"});
    cast.corps.patch(&format!("/drivers/{}", cast.driver), &driver).await.ok();
    let found = cast.corps.get("/expiries").await.is(200);
    // Thirty working days before New Year's Eve 2026.
    let wanted = [
        ("driver", "2026-11-20", "expired"),
        ("insurance_policy", "2026-12-10", "ahead"),
        ("licence", "2026-11-19", "due"),
    ];
    assert_eq!(all(&found), wanted);
    assert_eq!((found.str("/data/2/name"), found.get("/is_cut")), ("兵危证 9", &json!(false)));
    // Each is told of its own.
    let own = cast.receiver.get("/expiries").await.is(200);
    assert_eq!(
        all(&own).iter().map(|one| one.0).collect::<Vec<_>>(),
        ["insurance_policy", "licence"]
    );
    assert_eq!(all(&cast.carrier.get("/expiries").await.is(200)), wanted[..1]);
    assert_eq!(all(&cast.stranger.get("/expiries").await.is(200)), []);
    let soon = cast.corps.get("/expiries?within_days=20&kind=licence").await.is(200);
    assert_eq!(all(&soon), []);
    let bureau = cast.corps.get("/me").await.ok().str("/organisation/id").to_owned();
    for (division, count) in [("01", 3), ("02", 0)] {
        let login = format!("of-{division}");
        let user = json!({"organisation_id": bureau, "login": login, "password": PASSWORD,
            "role": "division_regulator", "division": division, "agency": "ecology"});
        cast.corps.post("/users", &user).await.ok();
        let found = world.log_in(&login).await.get("/expiries").await.is(200);
        assert_eq!(all(&found).len(), count, "{division}");
    }
    for (query, code) in [("within_days=401", "out_of_range"), ("kind=tree", "invalid_value")] {
        cast.corps.get(&format!("/expiries?{query}")).await.refused_as(code);
    }
    let csv = cast.corps.call(Method::GET, "/expiries").header("accept", "text/csv").send().await;
    assert!(csv.text.contains("兵危证 9"), "{}", csv.text);
    assert_eq!(found.get("/data/1/site_id"), &Value::Null);
}

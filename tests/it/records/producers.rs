//! Management classes of producers: they follow from tonnes, treatment and licences, and from
//! nothing that anybody enters.

use serde_json::{Value, json};

use crate::support::{Answer, Cast, Client, PASSWORD, World};

async fn produced(client: &Client, site: &str, (code, kg, at): (&str, Value, &str)) {
    let mut entry = json!({"site_id": site, "kind": "produced", "waste_code": code,
        "occurred_at": at});
    entry["mass_kg"] = kg;
    client.post("/ledger-entries", &entry).await.ok();
}

async fn own(client: &Client) -> Value {
    let found = client.get("/producers").await.is(200);
    let data = found.get("/data").as_array().unwrap();
    assert_eq!(data.len(), 1, "{}", found.shown());
    data[0].clone()
}

fn ids(page: &Answer) -> Vec<&str> {
    let data = page.get("/data").as_array().unwrap();
    data.iter().map(|one| one["id"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn the_largest_year_of_one_site_makes_the_class() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let (client, site) = (&cast.producer, &cast.producer_site);
    let class = async || {
        let one = own(client).await;
        let reasons = one["reasons"].as_array().unwrap().len();
        assert_eq!(one["legal_basis"], "HJ 1259-2022");
        let text = |name: &str| one[name].as_str().unwrap_or_default().to_owned();
        (text("management_class"), one["largest_year"].clone(), one["largest_kg"].clone(), reasons)
    };
    let is =
        |class: &str, year: Value, kg: Value, reasons: usize| (class.to_owned(), year, kg, reasons);
    assert_eq!(class().await, is("registered", json!(null), json!(0), 0));
    let oil = "900-249-08";
    produced(client, site, (oil, json!(9_999.999), "2025-06-01T00:00:00Z")).await;
    assert_eq!(class().await, is("registered", json!(2025), json!(9_999.999), 0));
    // Another year is another sum, and kitchen waste is none of it.
    produced(client, site, (oil, json!(5_000), "2024-06-01T00:00:00Z")).await;
    produced(client, site, ("CY-01", json!(500_000), "2025-06-01T00:00:00Z")).await;
    assert_eq!(class().await.0, "registered");
    produced(client, site, ("900-214-08", json!(0.001), "2025-12-31T15:59:59Z")).await;
    assert_eq!(class().await, is("simplified", json!(2025), json!(10_000), 1));
    // What was before the years that count does not; they begin in Beijing.
    produced(client, site, (oil, json!(300_000), "2022-12-31T15:59:59Z")).await;
    assert_eq!(class().await.0, "simplified");
    produced(client, site, (oil, json!(99_999.999), "2022-12-31T16:00:00Z")).await;
    assert_eq!(class().await, is("simplified", json!(2023), json!(99_999.999), 1));
    // Two sites are two sums.
    let second = json!({"organisation_id": cast.producer_id, "name": "二厂", "kind": "production",
        "division": "01", "region_code": "659002"});
    let second = cast.corps.post("/sites", &second).await.ok().id();
    produced(client, &second, (oil, json!(60_000), "2023-06-01T00:00:00Z")).await;
    assert_eq!(class().await.0, "simplified");
    produced(client, &second, (oil, json!(40_000), "2023-06-01T00:00:00Z")).await;
    let key = own(client).await;
    assert_eq!((&key["management_class"], &key["reasons"]), (&json!("key"), &json!(["quantity"])));
    assert_eq!((&key["largest_site_id"], &key["largest_kg"]), (&json!(second), &json!(100_000)));
}

#[tokio::test]
async fn who_treats_or_holds_a_licence_is_key_however_little_it_makes() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    // No producer, so not in the list, though it has a plant.
    assert_eq!(cast.receiver.get("/producers").await.ok().get("/data"), &json!([]));
    let roles = json!({"roles": ["producer", "receiver"]});
    cast.corps.patch(&format!("/organisations/{}", cast.receiver_id), &roles).await.ok();
    let plant = own(&cast.receiver).await;
    assert_eq!(plant["management_class"], "key");
    assert_eq!(plant["reasons"], json!(["own_treatment", "licence"]));
    assert_eq!(plant["licence_ids"], json!([cast.licence]), "a kitchen permit is none");
    let lapse = json!({"status": "lapsed"});
    cast.corps.patch(&format!("/licences/{}", cast.licence), &lapse).await.ok();
    let close = json!({"status": "closed"});
    cast.corps.patch(&format!("/sites/{}", cast.receiver_site), &close).await.ok();
    assert_eq!(own(&cast.receiver).await["management_class"], "registered");
    cast.produce(5).await;
    assert_eq!(own(&cast.producer).await["management_class"], "registered");
    let treated = json!({"site_id": cast.producer_site, "kind": "self_treated",
        "waste_code": "900-249-08", "mass_kg": 1});
    cast.producer.post("/ledger-entries", &treated).await.ok();
    let treats = own(&cast.producer).await;
    assert_eq!(
        (&treats["reasons"], &treats["treats_itself"]),
        (&json!(["own_treatment"]), &json!(true))
    );
    // Found by class and division, by those who see them.
    let list = async |client: &Client, query: &str| {
        let page = client.get(&format!("/producers?{query}")).await.ok();
        ids(&page).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(list(&cast.corps, "class=key").await, [cast.producer_id.as_str()]);
    assert_eq!(list(&cast.corps, "class=simplified").await, [""; 0]);
    assert_eq!(list(&cast.corps, "class=registered&division=01").await.len(), 2);
    assert_eq!(list(&cast.corps, "division=02").await, [""; 0]);
    assert_eq!(list(&cast.carrier, "").await, [""; 0]);
    let first = cast.corps.get("/producers?limit=2").await.ok();
    let rest = list(&cast.corps, &format!("cursor={}", first.str("/next_cursor"))).await;
    assert_eq!((ids(&first).len(), rest.len()), (2, 1));
}

/// A key supervised unit is one that a regulator names, not one that names itself.
#[tokio::test]
async fn a_regulator_names_key_supervised_units() {
    let world = World::start().await;
    let cast = Cast::new(&world, 1000).await;
    let one = format!("/sites/{}", cast.producer_site);
    let name = json!({"is_key_unit": true});
    assert_eq!(cast.producer.get(&one).await.ok().get("/is_key_unit"), false);
    cast.producer.patch(&one, &name).await.is(403);
    let body = cast.corps.get("/me").await.ok().str("/organisation/id").to_owned();
    for (division, wanted) in [("02", 403), ("01", 200)] {
        let login = format!("division-{division}");
        let user = json!({"organisation_id": body, "login": login, "password": PASSWORD,
            "role": "division_regulator", "division": division});
        cast.corps.post("/users", &user).await.ok();
        let regulator = world.log_in(&login).await;
        regulator.patch(&one, &name).await.is(wanted);
    }
    let listed = cast.corps.get("/sites?is_key_unit=true").await.ok();
    assert_eq!(ids(&listed), [cast.producer_site.as_str()]);
    let others = cast.corps.get("/sites?is_key_unit=false").await.ok();
    assert_eq!(ids(&others), [cast.receiver_site.as_str()]);
    assert_eq!(own(&cast.producer).await["key_unit_site_ids"], json!([cast.producer_site]));
    // Its own people go on to change the rest of the site.
    cast.producer.patch(&one, &json!({"name": "新名"})).await.is(200);
    world.publish().await;
    let report = crate::audit::of(&world.database.app_url()).await;
    assert_eq!(crate::audit::told(&report), Vec::<String>::new());
}

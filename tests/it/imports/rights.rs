//! A file opens no door: each row is refused as its own command would be, and tells nothing of what
//! others have registered.

use serde_json::json;

use super::{counts, fault, send, told};
use crate::support::{Cast, PASSWORD, World};

#[tokio::test]
async fn what_others_have_is_not_told_by_a_file() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let (carrier, site) = (&cast.carrier_id, &cast.receiver_site);
    let area = format!("site_id,name,kind,capacity_kg\n{site},甲库,facility,5\n");
    let made = send(&cast.receiver, "kind=storage-areas", area).await.is(200);
    assert_eq!(counts(&made), [1, 1, 0, 0]);
    let entry = format!(
        "site_id,kind,waste_code,mass_kg,external_id\n{site},brought_in,900-249-08,1,taken\n"
    );
    let made = send(&cast.receiver, "kind=ledger-entries", entry.as_str()).await.is(200);
    assert_eq!(counts(&made), [1, 1, 0, 0]);

    let drivers = "organisation_id,name,phone,licence_no";
    let entries = "site_id,kind,waste_code,mass_kg,external_id,storage_area_id";
    for (kind, headings, there, not_there) in [
        (
            "drivers",
            drivers,
            format!("{carrier},x,1,659002198501010001"),
            format!("{carrier},x,1,none"),
        ),
        (
            "storage-areas",
            "site_id,name,kind,capacity_kg",
            format!("{site},甲库,facility,9"),
            format!("{site},乙库,facility,9"),
        ),
        (
            "ledger-entries",
            entries,
            format!("{site},loss,900-249-08,2,taken,"),
            format!("{site},loss,900-249-08,2,free,"),
        ),
        (
            "ledger-entries",
            entries,
            format!("{site},loss,900-249-08,2,free,甲库"),
            format!("{site},loss,900-249-08,2,free,乙库"),
        ),
    ] {
        for mode in ["all_or_nothing", "good_rows", "good_rows&dry_run=true"] {
            let query = format!("kind={kind}&mode={mode}");
            for row in [&there, &not_there] {
                let file = format!("{headings}\n{row}\n");
                // An administrator, but of another organisation.
                let report = send(&cast.stranger, &query, file).await.is(200);
                assert_eq!(told(&report), [fault(2, "", "forbidden")], "{}", report.shown());
            }
        }
    }
    assert_eq!((world.rows("driver").await, world.rows("storage_area").await), (1, 1));
    assert_eq!(world.rows("ledger_entry").await, 1);
}

#[tokio::test]
async fn a_regulator_imports_what_is_in_its_jurisdiction() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let row = |plate: &str| {
        let carrier = &cast.carrier_id;
        format!("organisation_id,plate,kind,classes\n{carrier},{plate},罐车,hazardous\n")
    };
    let body = cast.corps.get("/me").await.ok().str("/organisation/id").to_owned();
    for (division, plate, wanted) in
        [("02", "新A00002", [1, 0, 0, 1]), ("01", "新A00001", [1, 1, 0, 0])]
    {
        let login = format!("division-{division}");
        let user = json!({"organisation_id": body, "login": login, "password": PASSWORD,
            "role": "division_regulator", "division": division});
        cast.corps.post("/users", &user).await.ok();
        let regulator = world.log_in(&login).await;
        for mode in ["all_or_nothing", "good_rows"] {
            let query = format!("kind=vehicles&mode={mode}");
            let report = send(&regulator, &query, row(plate)).await.is(200);
            let same = if mode == "good_rows" { wanted[1] } else { 0 };
            let wanted = [wanted[0], wanted[1], same, wanted[3]];
            assert_eq!(counts(&report), wanted, "{}", report.shown());
        }
    }
    assert_eq!(world.rows("vehicle").await, 2);
}

//! Rows of a file lean on each other: each is judged on what those before it leave, and rows of one
//! entry say the same of the whole.

use serde_json::json;

use super::{counts, fault, send, told};
use crate::audit;
use crate::support::{Cast, World};

#[tokio::test]
async fn a_row_is_judged_on_what_the_rows_before_it_leave() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let site = &cast.producer_site;
    let head = "site_id,kind,waste_code,mass_kg,occurred_at,external_id\n";
    let file = |own: &str| {
        format!(
            "{head}{site},produced,900-041-49,100,2026-01-10T00:00:00Z,{own}1\n\
             {site},moved_out,900-041-49,40,2026-02-10T00:00:00Z,{own}2\n"
        )
    };
    let beyond = |own: &str| {
        let file = file(own);
        format!("{file}{site},moved_out,900-041-49,61,2026-02-11T00:00:00Z,{own}3\n")
    };
    for mode in ["all_or_nothing", "good_rows"] {
        let (file, beyond) = (file(mode), beyond(mode));
        let query = format!("kind=ledger-entries&mode={mode}");
        let dry = format!("{query}&dry_run=true");
        let entries = world.rows("ledger_entry").await;
        let tried = send(&cast.producer, &dry, file.as_str()).await.is(200);
        assert_eq!(counts(&tried), [2, 2, 0, 0], "{}", tried.shown());
        let tried = send(&cast.producer, &dry, beyond.as_str()).await.is(200);
        assert_eq!(told(&tried), [fault(4, "mass_kg", "insufficient_on_hand")]);
        assert_eq!(world.rows("ledger_entry").await, entries);
        let done = send(&cast.producer, &query, file.as_str()).await.is(200);
        assert_eq!(counts(&done), [2, 2, 0, 0], "{}", done.shown());
        // 60 kg are left, and the next file begins from there.
        let rest = json!({"site_id": site, "kind": "moved_out", "waste_code": "900-041-49",
            "mass_kg": 60});
        cast.producer.post("/ledger-entries", &rest).await.ok();
        let none = send(&cast.producer, &query, beyond.as_str()).await.is(200);
        assert_eq!(told(&none), [fault(4, "mass_kg", "insufficient_on_hand")]);
    }
    // In another order they do not stand: nobody may take out what is made later.
    let turned =
        format!("{head}{site},moved_out,900-041-49,40,,t2\n{site},produced,900-041-49,100,,t1\n");
    for mode in ["all_or_nothing", "good_rows"] {
        let query = format!("kind=ledger-entries&mode={mode}");
        let report = send(&cast.producer, &query, turned.as_str()).await.is(200);
        assert_eq!(told(&report), [fault(2, "mass_kg", "insufficient_on_hand")]);
    }
    world.publish().await;
    let report = audit::of(&world.database.app_url()).await;
    assert!(report.is_clean(), "{}", audit::told(&report).join("\n"));
}

#[tokio::test]
async fn rows_of_one_licence_agree_on_the_whole() {
    let world = World::start().await;
    let cast = Cast::new(&world, 100).await;
    let (organisation, site) = (&cast.receiver_id, &cast.receiver_site);
    let head = "单位,场所,许可证编号,许可证类型,发证日期,发证机关,有效期自,有效期至,废物代码,\
                利用处置方式,年核准量(千克)\n";
    let row = |issued: &str, by: &str, to: &str, code: &str| {
        format!("{organisation},{site},兵危证 9,综合,{issued},{by},2025-01-01,{to},{code},R9,7\n")
    };
    let first = row("2025/1/1", "甲局", "2029-12-31", "900-214-08");
    let other = row("2025/1/2", "乙局", "2030-12-31", "900-249-08");
    let report = send(&cast.corps, "kind=licences", format!("{head}{first}{other}")).await.is(200);
    assert_eq!(
        told(&report),
        [
            fault(3, "发证日期", "invalid_value"),
            fault(3, "发证机关", "invalid_value"),
            fault(3, "有效期至", "invalid_value"),
        ],
        "{}",
        report.shown()
    );
    assert_eq!(counts(&report), [2, 0, 0, 2]);
    // The same day written otherwise is the same.
    let same = row("2025-01-01", "甲局", "2029-12-31", "900-249-08");
    let report = send(&cast.corps, "kind=licences", format!("{head}{first}{same}")).await.is(200);
    assert_eq!(counts(&report), [2, 2, 0, 0], "{}", report.shown());
}

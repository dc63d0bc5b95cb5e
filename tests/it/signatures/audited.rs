//! The audit checks every signature again: whoever can alter the tables cannot sign for a device.

use liandan::audit::Check;

use super::*;
use crate::audit;

#[tokio::test]
async fn a_signature_that_is_none_of_its_event_is_found() {
    let desk = Desk::new().await;
    let id = desk.filed().await;
    desk.takes(&desk.carrier, ("depart", &id), &json!({"loaded_kg": 100.5})).await.ok();
    desk.takes(&desk.receiver, ("receive", &id), &all_of_it()).await.ok();
    desk.world.publish().await;
    let url = desk.world.database.app_url();
    assert_eq!(audit::told(&audit::of(&url).await), Vec::<String>::new());

    let db = desk.world.database.superuser().await;
    db.batch_execute("SET session_replication_role = replica").await.unwrap();
    let swap = |from: &str, to: &str| {
        format!(
            "UPDATE event SET body = replace(body, '{from}', '{to}')
             WHERE subject_id = '{id}' AND kind = 'departed'"
        )
    };
    for (was, is) in [("\"loaded_g\":100500", "\"loaded_g\":100400"), ("device_key", "password")] {
        assert_eq!(db.execute(&swap(was, is), &[]).await.unwrap(), 1, "{was}");
        let report = audit::of(&url).await;
        let names = |one: &liandan::audit::Finding| {
            one.check == Check::Signature && one.subject.is_some() && one.position.is_some()
        };
        assert!(report.findings.iter().any(names), "{}", audit::told(&report).join("\n"));
        assert_eq!(db.execute(&swap(is, was), &[]).await.unwrap(), 1, "{was}");
    }
    assert!(audit::of(&url).await.is_clean());

    // A counter that is set back lets an old statement be sent again.
    db.batch_execute("UPDATE device_key SET counter = counter - 1 WHERE counter > 0")
        .await
        .unwrap();
    let report = audit::of(&url).await;
    let names = |one: &liandan::audit::Finding| {
        one.check == Check::Table && one.subject.is_some_and(|it| it.kind == "device_key")
    };
    assert!(report.findings.iter().any(names), "{}", audit::told(&report).join("\n"));
}

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

/// The row of a key is altered for as long as the server takes one departure, and put back.
async fn departs_meanwhile(desk: &Desk, pen: &Pen, (alter, restore): (&str, &str)) {
    let id = desk.filed().await;
    let db = desk.world.database.superuser().await;
    db.batch_execute("SET session_replication_role = replica").await.unwrap();
    db.batch_execute("CREATE TABLE kept AS TABLE device_key").await.unwrap();
    db.batch_execute(alter).await.unwrap();
    desk.takes(pen, ("depart", &id), &json!({"loaded_kg": 100})).await.ok();
    db.batch_execute(restore).await.unwrap();
    db.batch_execute("DROP TABLE kept").await.unwrap();
    desk.world.publish().await;
    let report = audit::of(&desk.world.database.app_url()).await;
    let names = |one: &liandan::audit::Finding| {
        let of_it = one.subject.is_some_and(|subject| subject.id.to_string() == id);
        one.check == Check::Signature && of_it && one.position.is_some()
    };
    assert!(report.findings.iter().any(names), "{}", audit::told(&report).join("\n"));
}

#[tokio::test]
async fn a_signature_with_a_key_that_was_not_the_signers_is_found() {
    let desk = Desk::new().await;
    let key = desk.carrier.key_id.clone();
    let other = Pen::of(&desk.cast.carrier, Device::es256(), desk.world.now()).await;
    let second = other.key_id.clone();
    let liar = Pen { key_id: key.clone(), ..other };
    let alter = format!(
        "UPDATE device_key SET public_key = reverse(public_key) WHERE id = '{second}';
         UPDATE device_key SET public_key = (SELECT public_key FROM kept WHERE id = '{second}')
          WHERE id = '{key}'"
    );
    let restore = format!(
        "UPDATE device_key SET public_key = (SELECT public_key FROM kept WHERE id = '{key}')
          WHERE id = '{key}';
         UPDATE device_key SET public_key = (SELECT public_key FROM kept WHERE id = '{second}')
          WHERE id = '{second}'"
    );
    departs_meanwhile(&desk, &liar, (&alter, &restore)).await;
}

#[tokio::test]
async fn a_signature_with_a_key_that_was_revoked_is_found() {
    let desk = Desk::new().await;
    let key = desk.carrier.key_id.clone();
    let revoke = desk.cast.carrier.call(Method::DELETE, &format!("/me/device-keys/{key}"));
    revoke.send().await.is(204);
    desk.world.pass(TimeDelta::hours(1));
    let alter =
        format!("UPDATE device_key SET status = 'active', good_until = NULL WHERE id = '{key}'");
    let restore = format!(
        "UPDATE device_key SET status = kept.status, good_until = kept.good_until
           FROM kept WHERE kept.id = device_key.id AND device_key.id = '{key}'"
    );
    departs_meanwhile(&desk, &desk.carrier, (&alter, &restore)).await;
    // Put off for good, it is the row that is wrong.
    let db = desk.world.database.superuser().await;
    let later = "SET session_replication_role = replica;
        UPDATE device_key SET good_until = good_until + interval '1 year'
         WHERE good_until IS NOT NULL";
    db.batch_execute(later).await.unwrap();
    let report = audit::of(&desk.world.database.app_url()).await;
    let names = |one: &liandan::audit::Finding| {
        one.check == Check::Table && one.subject.is_some_and(|it| it.id.to_string() == key)
    };
    assert!(report.findings.iter().any(names), "{}", audit::told(&report).join("\n"));
}

/// An evidence package shows whose the devices are, without a server.
#[tokio::test]
async fn a_package_shows_whose_the_devices_are() {
    let desk = Desk::new().await;
    let id = desk.filed().await;
    desk.takes(&desk.carrier, ("depart", &id), &json!({"loaded_kg": 100})).await.ok();
    desk.takes(&desk.receiver, ("receive", &id), &all_of_it()).await.ok();
    desk.world.publish().await;
    let package = desk.cast.producer.get(&path(&id, "evidence")).await.is(200);
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in package.members() {
        let at = folder.path().join(name);
        std::fs::create_dir_all(at.parent().unwrap()).unwrap();
        std::fs::write(at, bytes).unwrap();
    }
    let bundle = std::fs::read_dir(folder.path().join("bundles")).unwrap().next().unwrap();
    let bundle = bundle.unwrap().path();
    let verify = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_liandan"));
        command.env_clear().current_dir(folder.path()).args(["verify", "--key", "log.pub"]);
        let output = command.arg(&bundle).args(["--devices", "devices"]).output().unwrap();
        (output.status.success(), String::from_utf8(output.stdout).unwrap())
    };
    let (is_right, told) = verify();
    assert!(is_right && told.contains("Device keys: 2,"), "{told}");
    let of = |key: &str| folder.path().join(format!("devices/{key}.json"));
    let (carrier, receiver) = (of(&desk.carrier.key_id), of(&desk.receiver.key_id));
    let kept = std::fs::read(&carrier).unwrap();
    std::fs::remove_file(&carrier).unwrap();
    let (is_right, told) = verify();
    assert!(!is_right && told.contains("nobody had registered"), "{told}");
    // Another key's bundle under its name, one that was touched, and what is no key's.
    std::fs::copy(&receiver, &carrier).unwrap();
    assert!(!verify().0);
    let touched = String::from_utf8(kept.clone()).unwrap().replacen("user_id", "user_ie", 1);
    std::fs::write(&carrier, touched).unwrap();
    assert!(!verify().0);
    std::fs::write(&carrier, &kept).unwrap();
    std::fs::copy(&bundle, of("other")).unwrap();
    let (is_right, told) = verify();
    assert!(!is_right && told.contains("no bundle of a device key"), "{told}");
}

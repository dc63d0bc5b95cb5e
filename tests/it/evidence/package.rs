//! The evidence package: all of it is there, it is what it says, and it verifies without a server.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use super::eventful;
use crate::support::{Cast, Client, World, file};

/// The members of a package, by name.
async fn members(client: &Client, id: &str) -> BTreeMap<String, Vec<u8>> {
    let answer = client.get(&format!("/manifests/{id}/evidence")).await.is(200);
    assert_eq!(answer.header("content-type"), "application/zip");
    assert!(answer.header("content-disposition").starts_with("attachment; filename=\"evidence-"));
    answer.members()
}

fn unpacked(members: &BTreeMap<String, Vec<u8>>, folder: &Path) {
    for (name, bytes) in members {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
}

/// Each bundle does, and one that was touched does not.
fn verifies(members: &BTreeMap<String, Vec<u8>>, numbers: [&str; 2]) {
    let folder = tempfile::tempdir().unwrap();
    unpacked(members, folder.path());
    let with_files = |number: &str| {
        let bundle = format!("bundles/{number}.json");
        verified(folder.path(), &[bundle.as_str(), "--attachments", "attachments"])
    };
    let [first, _] = numbers;
    assert!(with_files(first));
    let at = members.keys().find(|name| name.starts_with("attachments/")).unwrap();
    let mut altered = members[at].clone();
    *altered.last_mut().unwrap() ^= 1;
    std::fs::write(folder.path().join(at), altered).unwrap();
    assert!(!with_files(first), "an altered file");
    std::fs::rename(folder.path().join(at), folder.path().join("attachments/elsewhere")).unwrap();
    std::fs::write(folder.path().join("attachments/elsewhere"), &members[at]).unwrap();
    assert!(with_files(first), "whatever its name is");
    std::fs::remove_dir_all(folder.path().join("attachments")).unwrap();
    assert!(!with_files(first), "no folder");
    for number in numbers {
        let name = format!("bundles/{number}.json");
        assert!(verified(folder.path(), &[&name]), "{number}");
        let path = folder.path().join(&name);
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replacen("_g\\\":", "_g\\\":1", 1)).unwrap();
        assert!(!verified(folder.path(), &[&name]), "{number}");
    }
}

fn verified(folder: &Path, what: &[&str]) -> bool {
    let mut command = Command::new(env!("CARGO_BIN_EXE_liandan"));
    let command = command.env_clear().current_dir(folder);
    let output = command.args(["verify", "--key", "log.pub"]).args(what).output().unwrap();
    output.status.success()
}

#[tokio::test]
async fn it_holds_the_chain_and_verifies_without_a_server() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let (id, back) = eventful(&world, &cast).await;
    world.publish().await;
    let members = members(&cast.corps, &id).await;
    let number = |id: &str| {
        let path = format!("/manifests/{id}");
        let corps = cast.corps.clone();
        async move { corps.get(&path).await.ok().str("/number").to_owned() }
    };
    let (number, back) = (number(&id).await, number(&back).await);
    let photo = file::png(1);
    let hash = file::sha256(&photo);
    let names: Vec<&str> = members.keys().map(String::as_str).collect();
    let at = names.iter().find(|name| name.starts_with("attachments/")).unwrap();
    assert!(
        at.starts_with(&format!("attachments/{number}/"))
            && at.ends_with(&format!("{}.png", &hash[..12]))
    );
    for name in [
        "README.txt",
        "account.zh.html",
        "account.en.html",
        "timeline.json",
        "chain.json",
        "log.pub",
        "MANIFEST.sha256",
        &format!("bundles/{number}.json"),
        &format!("bundles/{back}.json"),
    ] {
        assert!(names.contains(&name), "{name}: {names:?}");
    }
    assert_eq!(members[*at], photo);
    // The list has every other member, as sha256sum would.
    let list = String::from_utf8(members["MANIFEST.sha256"].clone()).unwrap();
    let listed: BTreeMap<&str, &str> = list
        .lines()
        .map(|line| line.split_once("  ").unwrap())
        .map(|(hash, name)| (name, hash))
        .collect();
    assert_eq!(listed.len(), members.len() - 1);
    for (name, bytes) in members.iter().filter(|(name, _)| *name != "MANIFEST.sha256") {
        assert_eq!(listed[name.as_str()], file::sha256(bytes), "{name}");
    }
    verifies(&members, [&number, &back]);
    // The account names the file where it is, and is nothing but text.
    for name in ["account.zh.html", "account.en.html"] {
        let page = String::from_utf8(members[name].clone()).unwrap();
        for wanted in
            [number.as_str(), &hash, at, "例行检查 &lt;b&gt;", "items.1.mass: 100 kg → 90 kg"]
        {
            assert!(page.contains(wanted), "{name}: {wanted}");
        }
        for banned in ["<script", "<b>", "href", "src=", "http://", "https://", "url("] {
            assert!(!page.contains(banned), "{name}: {banned}");
        }
    }
    // To be looked at by people.
    if let Ok(keep) = std::env::var("LIANDAN_KEEP_EVIDENCE") {
        unpacked(&members, Path::new(&keep));
    }
}

#[tokio::test]
async fn a_party_is_given_its_own_part_and_strangers_nothing() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let (id, _) = eventful(&world, &cast).await;
    world.publish().await;
    let own = members(&cast.producer, &id).await;
    let page = String::from_utf8(own["account.zh.html"].clone()).unwrap();
    assert!(!page.contains("例行检查"), "an inspector's words");
    cast.stranger.get(&format!("/manifests/{id}/evidence")).await.is(404);
    // The same names each time, whoever asks.
    let again = members(&cast.corps, &id).await;
    assert_eq!(own.keys().collect::<Vec<_>>(), again.keys().collect::<Vec<_>>());
    let line: Value = serde_json::from_slice(&again["timeline.json"]).unwrap();
    assert_eq!(line["manifest_id"], json!(id));
}

/// Nobody's words leave their place on the page.
#[tokio::test]
async fn hostile_names_stay_text() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    cast.produce(100).await;
    let mut body = cast.oil(&json!(10));
    body["note"] = json!("</td></table><script>alert(1)</script><img src=x onerror=alert(1)>");
    body["items"][0]["name"] = json!("废矿物油\"><svg onload=alert(1)>");
    let filed = cast.producer.post("/manifests", &body).await;
    let filed = if filed.status == 422 {
        body["items"][0]["name"] = json!("废矿物油");
        cast.producer.post("/manifests", &body).await.is(201)
    } else {
        filed.is(201)
    };
    world.publish().await;
    let members = members(&cast.corps, &filed.id()).await;
    assert!(!members.contains_key("chain.json"));
    for name in ["account.zh.html", "account.en.html"] {
        let page = String::from_utf8(members[name].clone()).unwrap();
        assert!(page.contains("&lt;script&gt;alert(1)"), "{name}");
        for banned in ["<script", "<img", "<svg"] {
            assert!(!page.contains(banned), "{name}: {banned}");
        }
    }
}

/// A file that is lost is told of, and takes nothing else with it.
#[tokio::test]
async fn a_lost_file_leaves_the_rest_of_a_package() {
    let world = World::start().await;
    let cast = Cast::new(&world, 10_000).await;
    let (id, _) = eventful(&world, &cast).await;
    world.publish().await;
    let whole = members(&cast.corps, &id).await;
    let lose = "SET session_replication_role = replica; DELETE FROM blob";
    world.database.superuser().await.batch_execute(lose).await.unwrap();
    let left = members(&cast.corps, &id).await;
    let lost = whole.keys().find(|name| name.starts_with("attachments/")).unwrap();
    let note = String::from_utf8(left[&format!("{lost}.MISSING.txt")].clone()).unwrap();
    assert!(note.contains("丢失") && note.contains("lost or altered"), "{note}");
    let is_file = |name: &&String| !name.starts_with("attachments/");
    assert!(whole.keys().filter(is_file).eq(left.keys().filter(is_file)));
    assert!(!left.contains_key(lost));
}

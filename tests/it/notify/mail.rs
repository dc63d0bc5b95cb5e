//! Mail: what arrives at the sandbox's own server, in which language, together or alone, and how it
//! ends.

use serde_json::{Value, json};

use super::{data, file, make_due, tell, world};
use crate::support::{Cast, Client, Method};

async fn subscribe(client: &Client, more: &Value) -> String {
    let mut body = json!({"channel": "mail", "address": "a@b.example"});
    body.as_object_mut().unwrap().append(&mut more.as_object().unwrap().clone());
    client.post("/subscriptions", &body).await.is(201).id()
}

/// Newest first.
async fn caught(cast: &Cast) -> Vec<Value> {
    data(&cast.producer.get("/sandbox/mail").await.is(200))
}

fn header<'a>(mail: &'a Value, name: &str) -> &'a str {
    let lines = mail["headers"].as_array().unwrap().iter().map(|line| line.as_str().unwrap());
    let found = lines.filter_map(|line| line.split_once(": ")).find(|(key, _)| *key == name);
    found.unwrap_or_else(|| panic!("no {name}: {mail}")).1
}

#[tokio::test]
async fn a_filing_is_told_by_mail_in_chinese_with_english_beside() {
    let (world, cast) = world().await;
    subscribe(&cast.receiver, &json!({})).await;
    let filed = file(&cast).await;
    assert_eq!(tell(&world.app).await, 1);
    let mails = caught(&cast).await;
    assert_eq!(mails.len(), 1);
    let mail = &mails[0];
    assert_eq!(mail["to"], json!(["a@b.example"]));
    let number = filed.str("/number");
    let subject = header(mail, "Subject");
    assert!(subject.contains(&format!("联单 {number}：联单已提交 / Manifest {number}: filed")));
    let (text, html) = (mail["parts"][0].as_str().unwrap(), mail["parts"][1].as_str().unwrap());
    let link = format!("https://liandan.example/api/v1/manifests/{}", filed.id());
    assert!(text.contains(&link) && text.contains("联单已提交") && text.contains("filed"));
    assert!(html.contains(&format!("<a href=\"{link}\">")));
    assert_eq!(header(mail, "List-Unsubscribe-Post"), "List-Unsubscribe=One-Click");
    assert_eq!(header(mail, "Auto-Submitted"), "auto-generated");
    let superuser = world.database.superuser().await;
    let id = "SELECT id::text FROM delivery";
    let id: String = superuser.query_one(id, &[]).await.unwrap().get(0);
    assert_eq!(header(mail, "Message-ID"), format!("<{id}@liandan.invalid>"));
    // The address is a person's, and in no event.
    let bodies = "SELECT count(*) FROM event WHERE body LIKE '%b.example%'";
    assert_eq!(superuser.query_one(bodies, &[]).await.unwrap().get::<_, i64>(0), 0);
}

#[tokio::test]
async fn one_language_is_one_language() {
    let (world, cast) = world().await;
    subscribe(&cast.receiver, &json!({"language": "en"})).await;
    subscribe(&cast.carrier, &json!({"language": "zh", "address": "z@b.example"})).await;
    file(&cast).await;
    assert_eq!(tell(&world.app).await, 2);
    for mail in caught(&cast).await {
        let text = mail["parts"][0].as_str().unwrap();
        let is_en = mail["to"][0] == "a@b.example";
        assert_eq!(text.contains("filed"), is_en, "{text}");
        assert_eq!(text.contains("已提交"), !is_en, "{text}");
    }
}

#[tokio::test]
async fn a_digest_is_one_mail() {
    let (world, cast) = world().await;
    subscribe(&cast.receiver, &json!({"digest": "hourly"})).await;
    let numbers = [file(&cast).await, file(&cast).await, file(&cast).await];
    assert_eq!(tell(&world.app).await, 0, "not before its hour");
    make_due(&world).await;
    assert_eq!(tell(&world.app).await, 1);
    let mails = caught(&cast).await;
    assert_eq!(mails.len(), 1);
    let text = mails[0]["parts"][0].as_str().unwrap();
    assert!(numbers.iter().all(|filed| text.contains(filed.str("/number"))), "{text}");
    assert!(header(&mails[0], "Subject").contains("3 条"));
    assert_eq!(tell(&world.app).await, 0);
}

#[tokio::test]
async fn an_address_that_is_more_than_one_is_refused() {
    let (_world, cast) = world().await;
    for address in [
        "a@b.example\r\nBcc: c@d.example",
        "a@b.example\nX-Y: z",
        "a@b.example, c@d.example",
        "Somebody <a@b.example>",
        "nobody",
    ] {
        let body = json!({"channel": "mail", "address": address});
        let refused = cast.receiver.post("/subscriptions", &body).await.is(422);
        refused.refused_as("invalid_value").at("/address");
    }
    let none = json!({"channel": "mail"});
    cast.receiver.post("/subscriptions", &none).await.refused_as("required").at("/address");
    let console = json!({"channel": "console", "address": "a@b.example", "digest": "daily"});
    let refused = cast.receiver.post("/subscriptions", &console).await.is(422);
    refused.tells("invalid_value", "/address").tells("invalid_value", "/digest");
}

#[tokio::test]
async fn the_link_in_a_mail_shows_first_and_ends_by_a_post() {
    let (world, cast) = world().await;
    let id = subscribe(&cast.receiver, &json!({})).await;
    file(&cast).await;
    tell(&world.app).await;
    let mails = caught(&cast).await;
    let link = header(&mails[0], "List-Unsubscribe").trim_matches(['<', '>']).to_owned();
    let link = link.strip_prefix("https://liandan.example/api/v1").unwrap();
    let nobody = cast.corps.nobody();
    let page = nobody.get(link).await.is(200);
    assert!(page.text.contains("<form method=\"post\""), "{}", page.text);
    let path = format!("/subscriptions/{id}");
    assert_eq!(cast.receiver.get(&path).await.is(200).str("/status"), "active");
    // As mail programs do it.
    let one_click = nobody.call(Method::POST, link);
    let kind = "application/x-www-form-urlencoded";
    one_click.raw(kind, "List-Unsubscribe=One-Click").send().await.is(200);
    let ended = cast.receiver.get(&path).await.is(200);
    assert_eq!(ended.str("/status"), "removed");
    assert_eq!(ended.get("/address"), &json!(null));
    nobody.call(Method::POST, link).send().await.is(200);
    file(&cast).await;
    assert_eq!(tell(&world.app).await, 0);
    let forged = format!("{}A", &link[..link.len() - 1]);
    nobody.call(Method::POST, &forged).send().await.is(404);
    nobody.get("/unsubscribe?t=x").await.is(404);
}

//! Mail leaves under TLS or not at all: what a server is told before its certificate was believed
//! is nothing that is secret.

use liandan::notify::MailBy;
use serde_json::json;

use super::smtp::{CA, Heard, MailServer, Shows, Speaks};
use super::{file, tell, world_with};

/// A filing of which somebody wants mail, sent by the server at `scheme`: what it heard, and how
/// the delivery stands.
async fn sent(server: &MailServer, (scheme, ca): (&str, Option<&str>)) -> (Heard, String) {
    let url = server.url(scheme).parse().unwrap();
    let ca = ca.map(str::to_owned);
    let change = |settings: &mut liandan::notify::Settings| {
        (settings.mail_by, settings.mail_ca) = (MailBy::Server(url), ca);
    };
    let (world, cast) = world_with(change).await;
    let wanted = json!({"channel": "mail", "address": "a@b.example"});
    cast.receiver.post("/subscriptions", &wanted).await.is(201);
    file(&cast).await;
    assert_eq!(tell(&world.app).await, 1);
    let status = "SELECT status FROM delivery WHERE channel = 'mail'";
    let row = world.database.superuser().await.query_one(status, &[]).await.unwrap();
    (server.heard(), row.get(0))
}

fn says(lines: &[String], word: &str) -> bool {
    lines.iter().any(|line| line.to_ascii_uppercase().starts_with(word))
}

#[tokio::test]
async fn under_tls_from_the_first_byte() {
    let server = MailServer::start(Speaks::Tls, Shows::Localhost);
    let (heard, status) = sent(&server, ("smtps", Some(CA))).await;
    assert_eq!(status, "delivered");
    assert!(heard.clear.is_empty());
    assert!(says(&heard.sealed, "AUTH") && says(&heard.sealed, "RCPT TO:<A@B.EXAMPLE>"));
    assert_eq!(heard.mails.len(), 1);
}

#[tokio::test]
async fn after_starttls_and_nothing_but_that_in_the_clear() {
    let server = MailServer::start(Speaks::StartTls, Shows::Localhost);
    let (heard, status) = sent(&server, ("smtp", Some(CA))).await;
    assert_eq!(status, "delivered");
    let fine = |line: &String| line.starts_with("EHLO") || line == "STARTTLS";
    assert!(heard.clear.iter().all(fine) && says(&heard.clear, "STARTTLS"), "{:?}", heard.clear);
    assert!(says(&heard.sealed, "AUTH") && says(&heard.sealed, "MAIL"), "{:?}", heard.sealed);
    assert_eq!(heard.mails.len(), 1);
}

#[tokio::test]
async fn a_server_without_tls_is_told_nothing() {
    let server = MailServer::start(Speaks::Plain, Shows::Localhost);
    let (heard, status) = sent(&server, ("smtp", Some(CA))).await;
    assert_eq!(status, "pending", "it is tried again");
    assert!(heard.sealed.is_empty() && heard.mails.is_empty());
    for secret in ["AUTH", "MAIL", "RCPT", "DATA"] {
        assert!(!says(&heard.clear, secret), "{:?}", heard.clear);
    }
}

#[tokio::test]
async fn a_certificate_that_is_anothers_or_nobodys_is_not_believed() {
    for (speaks, scheme) in [(Speaks::Tls, "smtps"), (Speaks::StartTls, "smtp")] {
        for (shows, ca) in [(Shows::Another, Some(CA)), (Shows::Localhost, None)] {
            let server = MailServer::start(speaks, shows);
            let (heard, status) = sent(&server, (scheme, ca)).await;
            assert_eq!(status, "pending", "{scheme} {shows:?}");
            assert!(heard.sealed.is_empty() && heard.mails.is_empty(), "{heard:?}");
            assert!(!says(&heard.clear, "AUTH") && !says(&heard.clear, "MAIL"), "{heard:?}");
        }
    }
}

//! The program itself as an operator runs it: refusals at the start, the first user, a stop that
//! finishes what it accepted.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Output;

use serde_json::json;

use crate::support::{Client, Database, Server, cluster, liandan};

/// What it says on standard error when it does not start: exactly one line.
#[track_caller]
fn refusal(output: &Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    said
}

#[actix_web::test]
async fn it_refuses_to_serve_with_what_would_not_be_safe() {
    let database = Database::empty().await;
    let serve = |name: &str, value: &str| {
        refusal(&liandan(&database.app_url()).arg("serve").env(name, value).output().unwrap())
    };
    let superuser = cluster().superuser_url("postgres");
    assert!(serve("DATABASE_URL", &superuser).contains("is a superuser"));
    assert!(serve("DATABASE_URL", &database.migrate_url()).contains("owner of the tables"));
    for (name, value) in [
        ("LIANDAN_TOKEN_SECRET", "secret"),
        ("LIANDAN_TOKEN_SECRET", ""),
        ("LIANDAN_ORIGIN", ""),
        ("LIANDAN_LOG_KEY", ""),
        ("LIANDAN_LOG_KEY", "a key that is none"),
        ("LIANDAN_LISTEN", "everywhere"),
        ("LIANDAN_NUMBERING", "roman"),
        ("LIANDAN_LOG", "liandan=loud"),
    ] {
        assert!(serve(name, value).contains(name), "{name}={value}");
    }
    let behind = "DELETE FROM __diesel_schema_migrations
                   WHERE version = (SELECT max(version) FROM __diesel_schema_migrations)";
    database.superuser().await.batch_execute(behind).await.unwrap();
    assert!(serve("LIANDAN_NUMBERING", "plain").contains("lacks 1 migrations"));
}

#[actix_web::test]
async fn the_first_user_is_made_on_the_command_line_and_can_sign_in() {
    let database = Database::empty().await;
    let user = |args: &[&str]| {
        let mut command = liandan(&database.app_url());
        command.arg("user").args(["--login", "corps"]).args(args).output().unwrap()
    };
    let bureau = ["--new-organisation", "兵团生态环境局", "--uscc", "11650000MB0000001K"];
    let wrong = refusal(&user(&[&["--role", "king"], &bureau[..]].concat()));
    assert!(wrong.contains("/uscc") || wrong.contains("/role"), "{wrong}");
    let uscc = liandan::registry::Uscc::complete("11650000MB0000001").unwrap();
    let bureau = ["--new-organisation", "兵团生态环境局", "--uscc", uscc.as_str()];
    let made = user(&[&["--role", "corps_regulator"], &bureau[..]].concat());
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    let server = Server::start(&database.app_url());
    let client = Client::new(format!("http://{}", server.address));
    let corps = client.log_in("corps", made["password"].as_str().unwrap()).await;
    assert_eq!(corps.get("/me").await.ok().str("/role"), "corps_regulator");
}

#[actix_web::test]
async fn a_stop_answers_what_was_accepted_and_a_second_one_does_not_wait() {
    let database = Database::empty().await;
    for (signals, code) in [(&["TERM"][..], 0), (&["INT", "INT"][..], 130)] {
        let mut server = Server::start(&database.app_url());
        let mut wire = TcpStream::connect(&server.address).unwrap();
        let body = json!({ "login": "nobody", "password": "none at all" }).to_string();
        let head = format!(
            "POST /api/v1/auth/login HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n\
             content-length: {}\r\nexpect: 100-continue\r\nconnection: close\r\n\r\n",
            body.len()
        );
        wire.write_all(head.as_bytes()).unwrap();
        let mut go_on = [0; 25];
        wire.read_exact(&mut go_on).unwrap();
        assert!(go_on.starts_with(b"HTTP/1.1 100"), "it has accepted the request");
        server.signal(signals[0]);
        if let Some(second) = signals.get(1) {
            // Two signals of one kind that arrive at once are one: the first must be taken first.
            while TcpStream::connect(&server.address).is_ok() {
                std::thread::yield_now();
            }
            server.signal(second);
        } else {
            wire.write_all(body.as_bytes()).unwrap();
            let mut answer = String::new();
            wire.read_to_string(&mut answer).unwrap();
            assert!(answer.contains("HTTP/1.1 401"), "{answer}");
        }
        let ended = server.child.wait().unwrap();
        assert_eq!(ended.code(), Some(code), "{signals:?}");
    }
}

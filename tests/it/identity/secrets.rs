//! What must never reach the log, however loud it is: passwords, tokens, codes, secrets, keys.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::json;

use crate::support::{Client, Database, Method, liandan};

const NEXT: &str = "Kn3-sandy-desert";

/// A regulator, as `liandan user` makes the first; answers its password.
fn first_user(url: &str) -> String {
    let uscc = liandan::registry::Uscc::complete("11650000MB0000001").unwrap();
    let made = liandan(url)
        .args(["user", "--login", "corps", "--role", "corps_regulator"])
        .args(["--new-organisation", "兵团生态环境局", "--uscc", uscc.as_str()])
        .output()
        .unwrap();
    let made: serde_json::Value = serde_json::from_slice(&made.stdout).unwrap();
    made["password"].as_str().unwrap().to_owned()
}

#[actix_web::test]
async fn no_secret_reaches_the_log() {
    let database = Database::empty().await;
    let url = database.app_url();
    let password = first_user(&url);
    let log = tempfile::NamedTempFile::new().unwrap();
    let mut server = liandan(&url)
        .arg("serve")
        .env("LIANDAN_LOG", "trace")
        .stderr(Stdio::from(log.reopen().unwrap()))
        .spawn()
        .unwrap();
    let mut address = String::new();
    BufReader::new(server.stdout.take().unwrap()).read_line(&mut address).unwrap();
    let client = Client::new(address.trim().to_owned());
    let mut secrets = used(&client, &password).await;
    secrets.extend([password, NEXT.to_owned()]);
    server.kill().unwrap();
    server.wait().unwrap();
    let said = std::fs::read_to_string(log.path()).unwrap();
    assert!(said.contains("request answered"), "{said}");
    for secret in secrets {
        assert!(!said.contains(&secret), "{secret} in the log");
    }
}

/// Every secret that the API takes or gives, used once.
async fn used(client: &Client, password: &str) -> Vec<String> {
    let wrong = "a-wrong-one-8-times";
    let log_in = async |password: &str, totp: &str| {
        let body = json!({"login": "corps", "password": password, "totp": totp});
        client.post("/auth/login", &body).await
    };
    log_in(wrong, "").await.is(401);
    let tokens = log_in(password, "").await.is(200);
    let user = client.with_token(tokens.str("/access_token"));
    let change = json!({"current_password": password, "new_password": NEXT});
    user.post("/me/password", &change).await.is(204);
    let key = json!({"name": "x", "scopes": ["read"]});
    let key = user.post("/api-keys", &key).await.is(201).str("/key").to_owned();
    client.call(Method::GET, "/manifests").header("x-api-key", &key).send().await.is(200);
    let begun = user.post("/me/totp", &json!({})).await.is(201);
    let secret = begun.str("/secret").to_owned();
    let code = code_of(&secret);
    let on = user.post("/me/totp/confirm", &json!({"code": code})).await.is(200);
    let recovery = on.str("/recovery_codes/0").to_owned();
    let again = log_in(NEXT, &recovery).await.is(200);
    let refresh = json!({"refresh_token": again.str("/refresh_token")});
    let next = client.post("/auth/refresh", &refresh).await.is(200);
    client.post("/auth/refresh", &refresh).await.is(401);
    let mut used = vec![wrong.to_owned(), key, secret, recovery];
    for pair in [&tokens, &again, &next] {
        used.extend(["/access_token", "/refresh_token"].map(|name| pair.str(name).to_owned()));
    }
    used
}

fn code_of(secret: &str) -> String {
    let secret = totp_rs::Secret::try_from_base32(secret).unwrap();
    let totp = totp_rs::Builder::new().with_secret(secret).build().unwrap();
    let now = liandan::clock::Clock::wall_clock().wall().timestamp();
    totp.generate(u64::try_from(now).unwrap()).to_string()
}

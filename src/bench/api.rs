//! The real API, as a client that sets up the world uses it: one request at a time.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::BenchError;
use super::link::Link;

/// A connection with a token.
pub struct Api {
    link: Link,
    pub token: String,
}

impl Api {
    /// Signs in and keeps the token.
    pub async fn sign_in(address: SocketAddr, login: &Login) -> Result<Self, BenchError> {
        let mut api = Self { link: Link::open(address).await?, token: String::new() };
        let asked = json!({"login": login.name, "password": login.password});
        let answer = api.post("/auth/login", &asked).await?;
        api.token = text(&answer, "access_token")?;
        Ok(api)
    }

    pub async fn get(&mut self, path: &str) -> Result<Value, BenchError> {
        let request = request("GET", path, &self.token, &[], "");
        self.answer(&format!("GET {path}"), &request).await
    }

    pub async fn post(&mut self, path: &str, body: &Value) -> Result<Value, BenchError> {
        let request = request("POST", path, &self.token, &[], &body.to_string());
        self.answer(&format!("POST {path}"), &request).await
    }

    /// Makes something and answers its id.
    pub async fn make(&mut self, path: &str, body: &Value) -> Result<String, BenchError> {
        text(&self.post(path, body).await?, "id")
    }

    async fn answer(&mut self, asked: &str, request: &str) -> Result<Value, BenchError> {
        let reply = self.link.exchange(request.as_bytes()).await?;
        let told = |said: String| BenchError::Answered { asked: asked.to_owned(), said };
        if !reply.is_success() {
            return Err(told(reply.said()));
        }
        serde_json::from_slice(reply.body).map_err(|_| told(reply.said()))
    }
}

/// Who signs in.
#[derive(Clone, Debug)]
pub struct Login {
    pub name: String,
    pub password: String,
}

/// A member that must be text.
pub fn text(value: &Value, name: &str) -> Result<String, BenchError> {
    let found = value.get(name).and_then(Value::as_str).map(ToOwned::to_owned);
    found.ok_or_else(|| BenchError::Own(format!("an answer has no {name}: {value}")))
}

/// The bytes of a request below `/api/v1`.
pub fn request(
    method: &str,
    path: &str,
    token: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> String {
    let mut text = format!("{method} /api/v1{path} HTTP/1.1\r\nHost: bench\r\n");
    let mut header = |name: &str, value: &str| {
        for part in [name, ": ", value, "\r\n"] {
            text.push_str(part);
        }
    };
    if !token.is_empty() {
        header("Authorization", &format!("Bearer {token}"));
    }
    for (name, value) in headers {
        header(name, value);
    }
    if !body.is_empty() {
        header("Content-Type", "application/json");
        header("Content-Length", &body.len().to_string());
    }
    text + "\r\n" + body
}

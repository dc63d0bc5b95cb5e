//! A client of the API. Whatever it gets is held against the OpenAPI document before a test sees
//! it.

pub use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde_json::Value;

use super::{Answer, Contract};

/// Somebody with a token, or nobody. Clones are cheap.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
}

impl Client {
    pub fn new(base: String) -> Self {
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        Self { http: http.build().unwrap(), base, token: None }
    }

    /// The same connection pool as somebody else.
    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.to_owned()), ..self.clone() }
    }

    /// The bearer token; empty for nobody.
    pub fn token(&self) -> &str {
        self.token.as_deref().unwrap_or_default()
    }

    /// The same client as nobody.
    pub fn nobody(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// Signs in; panics when refused.
    pub async fn log_in(&self, login: &str, password: &str) -> Self {
        let body = serde_json::json!({ "login": login, "password": password });
        let answer = self.nobody().post("/auth/login", &body).await.ok();
        self.with_token(answer.str("/access_token"))
    }

    /// For requests that are written by hand.
    pub fn address_and_token(&self) -> (&str, &str) {
        let address = self.base.strip_prefix("http://").unwrap();
        (address, self.token.as_deref().unwrap_or_default())
    }

    /// `path` is below `/api/v1`, unless it begins with one of the operations' own (`/healthz`).
    pub fn call(&self, method: Method, path: &str) -> Call {
        let own =
            ["/healthz", "/readyz", "/metrics", "/openapi.json", "/docs", "/nowhere", "/api/"];
        let below = own.iter().any(|prefix| path.starts_with(prefix));
        let path = if below { path.to_owned() } else { format!("/api/v1{path}") };
        let mut request = self.http.request(method.clone(), format!("{}{path}", self.base));
        if let Some(token) = &self.token {
            let mut value = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
            value.set_sensitive(true);
            request = request.header(AUTHORIZATION, value);
        }
        Call { request, method, path }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).send().await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path).json(body).send().await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call(Method::PATCH, path).json(body).send().await
    }
}

/// One request before it is sent.
pub struct Call {
    request: reqwest::RequestBuilder,
    method: Method,
    path: String,
}

impl Call {
    pub fn json(self, body: &Value) -> Self {
        self.raw("application/json", body.to_string())
    }

    pub fn raw(mut self, kind: &str, body: impl Into<reqwest::Body>) -> Self {
        self.request = self.request.header("content-type", kind).body(body);
        self
    }

    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// With an `Idempotency-Key`.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// With `If-Match`.
    pub fn if_match(self, version: i64) -> Self {
        self.header("if-match", &format!("\"{version}\""))
    }

    /// Sends it; the answer must be one that the OpenAPI document has.
    pub async fn send(self) -> Answer {
        let (method, path) = (self.method.clone(), self.path.clone());
        let answer = self.send_unchecked().await;
        Contract::of_this_build().check(&method, &path, &answer);
        answer
    }

    /// Sends what no document describes: pages for people.
    pub async fn send_unchecked(self) -> Answer {
        let asked = format!("{} {}", self.method, self.path);
        let response = self.request.send().await.unwrap_or_else(|err| panic!("{asked}: {err}"));
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let bytes = response.bytes().await.unwrap_or_else(|err| panic!("{asked}: {err}")).to_vec();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        let json = serde_json::from_str(&text).unwrap_or_default();
        Answer { status, headers, json, text, bytes, asked }
    }
}

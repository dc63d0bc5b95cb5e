//! A client of its own: one request at a time, over plain HTTP/1.1 or TLS, as any integrator has.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;
use ureq::Agent;
use ureq::http::{Request, Response};

use super::answer::Answer;
use super::{habits, tls};

/// How long an answer may take: longer than the longest wait that the contract has (60 s).
const ANSWER_WITHIN: Duration = Duration::from_secs(90);

/// What is read of an answer: a page of 500 manifests is about 1.5 MB.
const BODY_BYTES_MAX: u64 = 32 * 1024 * 1024;

/// Why nothing can be played.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unplayable {
    #[error("base URL {0:?} is not http://host[:port] or https://host[:port], without a path")]
    NoAddress(String),
    #[error("there is no scenario and no group of them called {0:?}: --list has them")]
    NoScenario(String),
}

/// Somebody with a token, or nobody. Clones are cheap and share connections.
#[derive(Clone)]
pub struct Client {
    agent: Agent,
    base: Arc<str>,
    token: Option<Arc<str>>,
    /// What broke a habit of the contract, since it was last asked.
    broken: Arc<Mutex<Vec<Broken>>>,
}

/// An answer that is not as every answer must be.
pub struct Broken {
    pub answer: Answer,
    pub faults: Vec<String>,
}

impl Client {
    pub fn new(base: &str) -> Result<Self, Unplayable> {
        let base = base.trim_end_matches('/');
        let host = base.strip_prefix("http://").or_else(|| base.strip_prefix("https://"));
        if host.is_none_or(|host| host.is_empty() || host.contains('/')) {
            return Err(Unplayable::NoAddress(base.to_owned()));
        }
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(ANSWER_WITHIN))
            .user_agent("liandan-conformance");
        let config = if base.starts_with("https://") {
            config.tls_config(tls::of_this_machine()).build()
        } else {
            config.build()
        };
        let (agent, broken) = (Agent::new_with_config(config), Arc::default());
        Ok(Self { agent, base: base.into(), token: None, broken })
    }

    pub fn with_token(&self, token: &str) -> Self {
        Self { token: Some(token.into()), ..self.clone() }
    }

    /// The same client as nobody.
    pub fn nobody(&self) -> Self {
        Self { token: None, ..self.clone() }
    }

    /// Takes what broke a habit since this was last asked.
    pub fn broken(&self) -> Vec<Broken> {
        std::mem::take(&mut *self.broken.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// `path` is below `/api/v1`, unless it begins with `//` (`//healthz`).
    pub fn call(&self, method: &str, path: &str) -> Call {
        let call = Call {
            client: self.clone(),
            method: method.to_owned(),
            path: path.to_owned(),
            headers: Vec::new(),
            body: None,
        };
        match &self.token {
            Some(token) => call.header("authorization", &format!("Bearer {token}")),
            None => call,
        }
    }

    pub fn get(&self, path: &str) -> Answer {
        self.call("GET", path).send()
    }

    pub fn post(&self, path: &str, body: &Value) -> Answer {
        self.call("POST", path).json(body).send()
    }

    pub fn patch(&self, path: &str, body: &Value) -> Answer {
        self.call("PATCH", path).json(body).send()
    }
}

/// One request before it is sent.
pub struct Call {
    client: Client,
    method: String,
    path: String,
    headers: Vec<(String, String)>,
    body: Option<Vec<u8>>,
}

impl Call {
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    pub fn json(self, body: &Value) -> Self {
        self.raw("application/json", body.to_string())
    }

    pub fn raw(mut self, kind: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = Some(body.into());
        self.header("content-type", kind)
    }

    /// With an `Idempotency-Key`.
    pub fn key(self, key: &str) -> Self {
        self.header("idempotency-key", key)
    }

    /// With `If-Match`.
    pub fn if_match(self, version: i64) -> Self {
        self.header("if-match", &format!("\"{version}\""))
    }

    /// Sends it. What breaks a habit of the contract is kept for the report.
    pub fn send(self) -> Answer {
        let (broken, is_api) = (Arc::clone(&self.client.broken), !self.path.starts_with("//"));
        let answer = self.exchange();
        let faults = habits::faults(&answer, is_api);
        if !faults.is_empty() {
            let mut broken = broken.lock().unwrap_or_else(PoisonError::into_inner);
            broken.push(Broken { answer: answer.clone(), faults });
        }
        answer
    }

    fn exchange(self) -> Answer {
        let Self { client, method, path, headers, body } = self;
        let asked = asked(&method, &path, &headers);
        let sent = body.as_deref().map(|body| String::from_utf8_lossy(body).into_owned());
        let sent = sent.unwrap_or_default();
        let url = match path.strip_prefix("//") {
            Some(own) => format!("{}/{own}", client.base),
            None => format!("{}/api/v1{path}", client.base),
        };
        let mut request = Request::builder().method(&*method).uri(url);
        for (name, value) in &headers {
            request = request.header(name, value);
        }
        let answered = match body {
            Some(body) => request.body(body).map(|request| client.agent.run(request)),
            None => request.body(()).map(|request| client.agent.run(request)),
        };
        let answered = match answered {
            Ok(Ok(response)) => read(response),
            Ok(Err(error)) => Err(error.to_string()),
            Err(error) => Err(error.to_string()),
        };
        match answered {
            Ok((status, headers, bytes)) => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                let json = serde_json::from_slice(&bytes).unwrap_or_default();
                Answer { asked, sent, status, headers, bytes, text, json }
            }
            Err(why) => Answer::none(asked, sent, &why),
        }
    }
}

/// The request line for people, with the headers that matter.
fn asked(method: &str, path: &str, headers: &[(String, String)]) -> String {
    let mut asked = format!("{method} {path}");
    for (name, value) in headers {
        if !["authorization", "x-api-key", "content-type"].contains(&name.as_str()) {
            for part in [" [", name, ": ", value, "]"] {
                asked.push_str(part);
            }
        }
    }
    asked
}

type Read = (u16, Vec<(String, String)>, Vec<u8>);

fn read(mut response: Response<ureq::Body>) -> Result<Read, String> {
    let status = response.status().as_u16();
    let text = |value: &ureq::http::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into();
    let headers = response.headers().iter();
    let headers = headers.map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
    let bytes = response.body_mut().with_config().limit(BODY_BYTES_MAX).read_to_vec();
    Ok((status, headers, bytes.map_err(|error| error.to_string())?))
}

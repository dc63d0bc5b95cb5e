//! A program that is told: HTTP/1.1 as much as it takes, on a thread of its own.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::Value;
use sha2::Sha256;

/// What came, as it came.
#[derive(Clone, Debug)]
pub struct Got {
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Got {
    pub fn id(&self) -> &str {
        &self.headers["webhook-id"]
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// How many of its signatures a secret has made, as Standard Webhooks says.
    pub fn signed_by(&self, secret: &str) -> usize {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        assert!((24..=64).contains(&key.len()));
        let signed = format!("{}.{}.{}", self.id(), self.headers["webhook-timestamp"], self.body);
        let mac = Hmac::<Sha256>::new_from_slice(&key).unwrap().chain_update(signed);
        let own = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        self.headers["webhook-signature"].split(' ').filter(|one| *one == own).count()
    }
}

/// What it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reply {
    Status(u16),
    /// To another place.
    Redirect,
    /// Nothing, until the receiver is dropped or let go.
    Silence,
}

#[derive(Default)]
struct State {
    got: Vec<Got>,
    reply: Option<Reply>,
    let_go: bool,
}

type Shared = Arc<(Mutex<State>, Condvar)>;

pub struct Receiver {
    port: u16,
    shared: Shared,
}

impl Receiver {
    pub fn start(reply: Reply) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let shared = Shared::default();
        shared.0.lock().unwrap().reply = Some(reply);
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let serving = Arc::clone(&serving);
                // A sender that was killed hangs up in the middle.
                std::thread::spawn(move || answer(&stream, &serving));
            }
        });
        Self { port, shared }
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    pub fn reply(&self, reply: Reply) {
        self.shared.0.lock().unwrap().reply = Some(reply);
    }

    /// All that came so far.
    pub fn got(&self) -> Vec<Got> {
        self.shared.0.lock().unwrap().got.clone()
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.shared.0.lock().unwrap().let_go = true;
        self.shared.1.notify_all();
    }
}

fn answer(stream: &TcpStream, shared: &Shared) -> Option<()> {
    let mut lines = BufReader::new(stream);
    let mut line = String::new();
    lines.read_line(&mut line).ok()?;
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        lines.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    lines.read_exact(&mut body).ok()?;
    let body = String::from_utf8(body).ok()?;
    let reply = {
        let mut state = shared.0.lock().unwrap();
        state.got.push(Got { headers, body });
        state.reply.unwrap()
    };
    let text = match reply {
        Reply::Status(status) => {
            format!("HTTP/1.1 {status} X\r\ncontent-length: 5\r\nconnection: close\r\n\r\ntaken")
        }
        Reply::Redirect => "HTTP/1.1 307 X\r\nlocation: http://127.0.0.1:1/\r\n\
                            content-length: 0\r\nconnection: close\r\n\r\n"
            .to_owned(),
        Reply::Silence => {
            let state = shared.0.lock().unwrap();
            drop(shared.1.wait_while(state, |state| !state.let_go).unwrap());
            return None;
        }
    };
    let mut out = stream;
    out.write_all(text.as_bytes()).ok()
}

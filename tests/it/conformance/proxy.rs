//! A proxy that distorts what a server answers, or what it is asked, in one way.
//!
//! Small on purpose: one request a connection, bodies with a length. It stands for a deployment
//! that is right in everything but one thing.

use std::io::{BufRead, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use serde_json::Value;

use super::wrong::{How, Wrong};

pub struct Proxy {
    pub base_url: String,
    shared: Arc<Shared>,
}

struct Shared {
    upstream: String,
    wrong: Option<&'static Wrong>,
    distorted: AtomicUsize,
    stopped: AtomicBool,
}

/// A request or an answer: first line, headers, body.
struct Message {
    line: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Proxy {
    pub fn start(upstream: &str, wrong: Option<&'static Wrong>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let shared = Arc::new(Shared {
            upstream: upstream.to_owned(),
            wrong,
            distorted: AtomicUsize::new(0),
            stopped: AtomicBool::new(false),
        });
        let own = Arc::clone(&shared);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if own.stopped.load(Ordering::Relaxed) {
                    break;
                }
                let shared = Arc::clone(&own);
                std::thread::spawn(move || shared.pass(&stream));
            }
        });
        Self { base_url, shared }
    }

    /// How often something was distorted.
    pub fn distorted(&self) -> usize {
        self.shared.distorted.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::Relaxed);
        let _ = TcpStream::connect(self.base_url.trim_start_matches("http://"));
    }
}

impl Shared {
    fn pass(&self, client: &TcpStream) {
        let mut reader = BufReader::new(client);
        let Some(mut request) = head(&mut reader) else { return };
        // Who waits to be told to go on is not: the server's first word is its answer.
        if request.header("expect").is_empty() {
            request.read_body(&mut reader);
        }
        let asked = Asked::of(&request.line);
        let wrong = self.wrong.filter(|wrong| asked.is(wrong.on));
        if let Some(wrong) = wrong
            && distort_request(&mut request, &wrong.how)
        {
            self.distorted.fetch_add(1, Ordering::Relaxed);
        }
        let mut answer = self.forward(&request);
        if let Some(wrong) = wrong.filter(|wrong| wrong.status == answer.status())
            && distort_answer(&mut answer, &wrong.how)
        {
            self.distorted.fetch_add(1, Ordering::Relaxed);
        }
        let mut client = client;
        let _ = client.write_all(&answer.written());
    }

    fn forward(&self, request: &Message) -> Message {
        let mut upstream = TcpStream::connect(&self.upstream).unwrap();
        upstream.write_all(&request.written()).unwrap();
        let mut reader = BufReader::new(upstream);
        let mut answer = head(&mut reader).unwrap();
        if answer.status() == 100 {
            // It would go on to read, but what it says next it says of the head alone.
            answer = head(&mut reader).unwrap();
        }
        answer.read_body(&mut reader);
        answer
    }
}

/// What a request is about, without the API's prefix.
struct Asked {
    method: String,
    path: String,
    query: String,
}

impl Asked {
    fn of(line: &str) -> Self {
        let mut words = line.split(' ');
        let method = words.next().unwrap().to_owned();
        let target = words.next().unwrap();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = path.strip_prefix("/api/v1").unwrap_or(path).to_owned();
        Self { method, path, query: query.to_owned() }
    }

    /// `POST /manifests/*/receive`; `?wait` asks that the query has it.
    fn is(&self, pattern: &str) -> bool {
        let (method, rest) = pattern.split_once(' ').unwrap();
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (wanted, parts) = (path.split('/'), self.path.split('/'));
        method == self.method
            && self.query.contains(query)
            && wanted.clone().count() == parts.clone().count()
            && wanted.zip(parts).all(|(wanted, part)| wanted == "*" || wanted == part)
    }
}

fn distort_request(request: &mut Message, how: &How) -> bool {
    match how {
        How::AskWithout(name) => request.remove_header(name),
        How::AskFor(from, to) => {
            let line = request.line.replace(from, to);
            std::mem::replace(&mut request.line, line) != request.line
        }
        _ => false,
    }
}

fn distort_answer(answer: &mut Message, how: &How) -> bool {
    let before = answer.written();
    match how {
        How::Status(status) => answer.line = format!("HTTP/1.1 {status} X"),
        How::Header(name, value) => {
            answer.remove_header(name);
            answer.headers.push(((*name).to_owned(), (*value).to_owned()));
        }
        How::NoHeader(name) => {
            answer.remove_header(name);
        }
        How::Text(from, to) => {
            let text = String::from_utf8(answer.body.clone()).unwrap().replacen(from, to, 1);
            answer.body = text.into_bytes();
        }
        How::Json(change) => {
            let mut json: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
            change(&mut json);
            answer.body = json.to_string().into_bytes();
        }
        How::AskWithout(_) | How::AskFor(..) => {}
    }
    before != answer.written()
}

fn head(reader: &mut impl BufRead) -> Option<Message> {
    let mut line = String::new();
    reader.read_line(&mut line).ok().filter(|read| *read > 0)?;
    let mut headers = Vec::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok().filter(|read| *read > 0)?;
        let Some((name, value)) = header.trim_end().split_once(':') else { break };
        headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    Some(Message { line: line.trim_end().to_owned(), headers, body: Vec::new() })
}

impl Message {
    fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    fn remove_header(&mut self, name: &str) -> bool {
        let before = self.headers.len();
        self.headers.retain(|(known, _)| known != name);
        self.headers.len() < before
    }

    fn read_body(&mut self, reader: &mut impl BufRead) {
        if self.remove_header("transfer-encoding") {
            return self.read_chunks(reader);
        }
        let length = self.header("content-length").parse().unwrap_or(0);
        self.body = vec![0; length];
        let _ = reader.read_exact(&mut self.body);
    }

    /// A streamed body, piece by piece; what comes out has a length.
    fn read_chunks(&mut self, reader: &mut impl BufRead) {
        let mut line = String::new();
        while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
            let size = usize::from_str_radix(line.trim(), 16).unwrap();
            if size == 0 {
                break;
            }
            let mut piece = vec![0; size + 2];
            reader.read_exact(&mut piece).unwrap();
            self.body.extend(&piece[..size]);
            line.clear();
        }
    }

    fn status(&self) -> u16 {
        self.line.split(' ').nth(1).unwrap().parse().unwrap()
    }

    /// With the length that its body has, and no second message after it.
    fn written(&self) -> Vec<u8> {
        let mut text = format!("{}\r\n", self.line);
        let is_waiting = !self.header("expect").is_empty();
        for (name, value) in &self.headers {
            if name != "connection" && (name != "content-length" || is_waiting) {
                for part in [name.as_str(), ": ", value, "\r\n"] {
                    text.push_str(part);
                }
            }
        }
        if !is_waiting {
            text.push_str("content-length: ");
            text.push_str(&self.body.len().to_string());
            text.push_str("\r\n");
        }
        text.push_str("connection: close\r\n\r\n");
        let mut bytes = text.into_bytes();
        bytes.extend(&self.body);
        bytes
    }
}

//! A sandbox's mail server: takes every mail (RFC 5321, as much of it as it needs), keeps the
//! newest, hands none on. It listens on loopback alone, in a thread of its own: it is for looking
//! at, and waits for nobody.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::clock::Clock;

/// Mails that are kept.
const MAILS_KEPT: usize = 200;

/// Bytes of a mail, and of a line of the conversation.
const MAIL_BYTES_MAX: u64 = 1024 * 1024;
const LINE_BYTES_MAX: u64 = 4096;

/// How long a connection may be silent.
const SILENT: Duration = Duration::from_mins(1);

/// A mail that was caught.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct CaughtMail {
    pub received_at: DateTime<Utc>,
    /// Of the envelope.
    pub from: String,
    pub to: Vec<String>,
    /// Header lines, unfolded.
    pub headers: Vec<String>,
    /// Its parts that are text, decoded: plain text first, then HTML.
    pub parts: Vec<String>,
}

struct Shared {
    mails: Mutex<VecDeque<CaughtMail>>,
    clock: Clock,
    is_over: AtomicBool,
}

/// Ends with the last that holds it.
pub struct Catcher {
    address: SocketAddr,
    shared: Arc<Shared>,
}

impl Catcher {
    pub fn start(clock: Clock) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let (mails, is_over) = (Mutex::default(), AtomicBool::new(false));
        let shared = Arc::new(Shared { mails, clock, is_over });
        let catching = Arc::clone(&shared);
        std::thread::Builder::new().name("mail catcher".into()).spawn(move || {
            for stream in listener.incoming() {
                if catching.is_over.load(Ordering::Relaxed) {
                    return;
                }
                let catching = Arc::clone(&catching);
                let talk = move || stream.and_then(|stream| converse(&stream, &catching));
                // Whoever goes away in the middle has sent nothing.
                let _ = std::thread::Builder::new().name("mail".into()).spawn(talk);
            }
        })?;
        Ok(Self { address, shared })
    }

    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// The newest first.
    pub fn mails(&self) -> Vec<CaughtMail> {
        let mails = self.shared.mails.lock().unwrap_or_else(PoisonError::into_inner);
        mails.iter().rev().cloned().collect()
    }
}

impl Drop for Catcher {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        // Wakes the thread that waits for connections.
        let _ = TcpStream::connect_timeout(&self.address, Duration::from_secs(1));
    }
}

fn converse(stream: &TcpStream, shared: &Shared) -> io::Result<()> {
    stream.set_read_timeout(Some(SILENT))?;
    let mut lines = BufReader::new(stream);
    let say = |text: &str| -> io::Result<()> {
        let mut out = stream;
        out.write_all(format!("{text}\r\n").as_bytes())
    };
    say("220 liandan sandbox")?;
    let (mut from, mut to) = (String::new(), Vec::new());
    loop {
        let mut line = Vec::new();
        if (&mut lines).take(LINE_BYTES_MAX).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let line = String::from_utf8_lossy(&line).trim_end().to_owned();
        let upper = line.to_ascii_uppercase();
        if upper.starts_with("EHLO") {
            say("250-liandan\r\n250-8BITMIME\r\n250 SMTPUTF8")?;
        } else if upper.starts_with("HELO") || upper == "NOOP" {
            say("250 liandan")?;
        } else if upper.starts_with("MAIL FROM:") {
            (from, to) = (in_brackets(&line), Vec::new());
            say("250 OK")?;
        } else if upper.starts_with("RCPT TO:") {
            to.push(in_brackets(&line));
            say("250 OK")?;
        } else if upper == "DATA" && !to.is_empty() {
            say("354 go on")?;
            let Some(data) = data(&mut lines)? else { return say("552 too large") };
            let mail = caught(&data, (std::mem::take(&mut from), std::mem::take(&mut to)), shared);
            let mut mails = shared.mails.lock().unwrap_or_else(PoisonError::into_inner);
            if mails.len() == MAILS_KEPT {
                mails.pop_front();
            }
            mails.push_back(mail);
            drop(mails);
            say("250 OK")?;
        } else if upper == "RSET" {
            to.clear();
            say("250 OK")?;
        } else if upper == "QUIT" {
            return say("221 bye");
        } else {
            say("503 not that now")?;
        }
    }
}

fn in_brackets(line: &str) -> String {
    let inside = line.split_once('<').and_then(|(_, rest)| rest.split_once('>'));
    inside.map(|(address, _)| address.to_owned()).unwrap_or_default()
}

/// Up to the line with a dot alone; none where that is too much.
fn data(lines: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut text = String::new();
    loop {
        let mut line = Vec::new();
        let left = MAIL_BYTES_MAX.saturating_sub(text.len() as u64);
        if lines.take(left).read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let line = String::from_utf8_lossy(&line);
        let line = line.trim_end_matches(['\r', '\n']);
        if line == "." {
            return Ok(Some(text));
        }
        text.push_str(line.strip_prefix('.').unwrap_or(line));
        text.push('\n');
    }
}

fn caught(data: &str, (from, to): (String, Vec<String>), shared: &Shared) -> CaughtMail {
    let (head, body) = data.split_once("\n\n").unwrap_or((data, ""));
    let headers = unfolded(head);
    let boundary = headers.iter().find_map(|line| {
        let (_, rest) = line.split_once("boundary=\"")?;
        rest.split('"').next().map(|text| format!("--{text}"))
    });
    let parts = match boundary {
        Some(boundary) => body.split(&boundary).filter_map(part).collect(),
        None => vec![body.to_owned()],
    };
    CaughtMail { received_at: shared.clock.wall(), from, to, headers, parts }
}

/// A part that is encoded as ours are.
fn part(part: &str) -> Option<String> {
    let (head, body) = part.trim_start_matches('\n').split_once("\n\n")?;
    if !head.to_ascii_lowercase().contains("content-transfer-encoding: base64") {
        return Some(body.to_owned());
    }
    let packed: String = body.chars().filter(|one| !one.is_whitespace()).collect();
    let bytes = STANDARD.decode(packed).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// Header lines, each on one line, their encoded words (RFC 2047, as ours are) decoded.
fn unfolded(head: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in head.lines() {
        match lines.last_mut() {
            Some(last) if line.starts_with([' ', '\t']) => {
                last.push(' ');
                last.push_str(line.trim_start());
            }
            _ => lines.push(line.to_owned()),
        }
    }
    lines.iter().map(|line| decoded(line)).collect()
}

fn decoded(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("=?utf-8?b?") {
        let Some((word, next)) = after.split_once("?=") else { break };
        // White space between two encoded words is none.
        if !before.trim().is_empty() || out.is_empty() {
            out.push_str(before);
        }
        let bytes = STANDARD.decode(word).unwrap_or_default();
        out.push_str(&String::from_utf8_lossy(&bytes));
        rest = next;
    }
    out.push_str(rest);
    out
}

//! `liandan bench bulk`: many filings in a few requests, beside the same filings one by one.
//!
//! Each connection sends one request of many lines and reads the answers while it still sends. The
//! time is that from the first byte to the last answer.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::try_join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::BenchError;
use super::api::Api;
use super::filing::{self, Plan, SERVER_MIB_MAX};
use super::latency::Latencies;
use super::load::Template;
use super::meters::peak_mib;
use super::people::People;
use super::report::{Compared, Goal, Line, Report, progress};
use super::world::World;

/// Requests at once: those of a few plants' own systems.
const CONNECTIONS: usize = 4;
/// Bulk at least this much faster than filings over 128 connections.
const GOAL: Goal = Goal::AtLeast(1.5);

/// Files one by one for the figure to compare with, then as many lines as asked for.
pub async fn run(
    world: &World,
    people: &People,
    (plan, lines): (&Plan, u64),
    report: &Report,
) -> Result<(), BenchError> {
    filing::one_each(world, people).await?;
    progress("filings one by one over 128 connections");
    let before = one_by_one(world, people, plan, "before").await?;
    let each = lines / CONNECTIONS as u64;
    progress(&format!("{CONNECTIONS} requests of {each} lines"));
    let who = people.of_all();
    let mut requests = Vec::new();
    for connection in 0..CONNECTIONS {
        let producer = who[connection % who.len()];
        let login = &people.producers[producer].login;
        let token = Api::sign_in(world.server.address, login).await?.token;
        let template = Template::new(&line(&people.filing(producer, false), connection));
        requests.push(request(&token, template, each));
    }
    let began = Instant::now();
    let address = world.server.address;
    try_join_all(requests.iter().map(|request| send(address, request, each))).await?;
    let seconds = began.elapsed().as_secs_f64();
    let after = one_by_one(world, people, plan, "after").await?;
    let (rate, baseline) =
        ((each * CONNECTIONS as u64) as f64 / seconds, f64::midpoint(before, after));
    let mut whole = Latencies::default();
    whole.note(Duration::from_secs_f64(seconds));
    report.begin();
    report.line(&Line {
        name: "bulk".to_owned(),
        rate,
        spread: whole.spread(),
        compared: Some(Compared { baseline, baseline_ms: 0.0, ratio: rate / baseline, goal: GOAL }),
        cpu: None,
    });
    report.memory(peak_mib(world.server.pid()), SERVER_MIB_MAX);
    Ok(())
}

async fn one_by_one(
    world: &World,
    people: &People,
    plan: &Plan,
    name: &str,
) -> Result<f64, BenchError> {
    Ok(filing::spread_128(world, people, plan, name).await?.rate_and_spread().0)
}

/// A filing as a line, with an id of its own: `#` for the digits that differ.
fn line(filing: &str, connection: usize) -> String {
    let rest = filing.strip_prefix('{').unwrap_or(filing);
    format!("{{\"external_id\":\"bulk-{connection}-########\",{rest}\n")
}

fn request(token: &str, mut template: Template, lines: u64) -> Vec<u8> {
    let mut body = Vec::new();
    for n in 1..=lines {
        body.extend_from_slice(template.with(n));
    }
    let head = format!(
        "POST /api/v1/manifests/bulk HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\
         Content-Type: application/x-ndjson\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), &body].concat()
}

/// Sends a request and reads its answers meanwhile; one that is no success fails the run.
async fn send(address: SocketAddr, request: &[u8], lines: u64) -> Result<(), BenchError> {
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let (mut reader, mut writer) = stream.into_split();
    let writing = async { writer.write_all(request).await.map_err(BenchError::from) };
    let reading = async {
        let (mut buffer, mut kept, mut answered) = (vec![0; 256 * 1024], Vec::new(), 0);
        while answered < lines {
            let read = reader.read(&mut buffer).await?;
            if read == 0 {
                return Err(BenchError::Server("it hung up".to_owned()));
            }
            kept.extend_from_slice(buffer.get(..read).unwrap_or_default());
            let end = kept.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
            let rest = kept.split_off(end);
            for line in kept.split(|byte| *byte == b'\n').filter(|line| line.starts_with(b"{")) {
                answered += 1;
                if !line.windows(12).any(|part| part == b"\"status\":201") {
                    let said = String::from_utf8_lossy(line).into_owned();
                    return Err(BenchError::Answered { asked: "a bulk line".to_owned(), said });
                }
            }
            kept = rest;
        }
        Ok(())
    };
    tokio::try_join!(writing, reading).map(|_| ())
}

//! `liandan bench export`: the whole list of manifests as CSV, beside PostgreSQL's own COPY TO of
//! the same rows in the same run.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::BenchError;
use super::api::{self, Api};
use super::filing::{self, SERVER_MIB_MAX};
use super::fill;
use super::latency::Latencies;
use super::meters::peak_mib;
use super::people::People;
use super::report::{Compared, Goal, Line, Report, progress};
use super::world::World;

/// At least half as fast as COPY TO.
const GOAL: Goal = Goal::AtLeast(0.5);

/// Fills, copies out, exports, copies out again.
pub async fn run(
    world: &World,
    people: &People,
    rows: u64,
    report: &Report,
) -> Result<(), BenchError> {
    filing::one_each(world, people).await?;
    fill::fill(world, 0, rows).await?;
    progress("COPY TO");
    let before = copy_out(world).await?;
    progress("GET /manifests as CSV");
    let token = Api::sign_in(world.server.address, &world.regulator).await?.token;
    let began = Instant::now();
    let lines = export(world.server.address, &token).await?;
    let seconds = began.elapsed().as_secs_f64();
    if lines < rows {
        return Err(BenchError::Own(format!("{lines} lines of {rows} manifests")));
    }
    let after = copy_out(world).await?;
    let (rate, baseline) = (lines as f64 / seconds, f64::midpoint(before, after));
    let mut whole = Latencies::default();
    whole.note(Duration::from_secs_f64(seconds));
    report.begin();
    report.line(&Line {
        name: format!("export_csv_{rows}"),
        rate,
        spread: whole.spread(),
        compared: Some(Compared { baseline, baseline_ms: 0.0, ratio: rate / baseline, goal: GOAL }),
        cpu: None,
    });
    report.memory(peak_mib(world.server.pid()), SERVER_MIB_MAX);
    Ok(())
}

/// Rows a second of what the list is made of, by COPY.
async fn copy_out(world: &World) -> Result<f64, BenchError> {
    let database = world.database().await?;
    let count = "SELECT count(*) FROM manifest";
    let rows: i64 = database.query_one(count, &[]).await?.get(0);
    let sql = "COPY (SELECT id, state FROM manifest ORDER BY id DESC) TO STDOUT";
    let began = Instant::now();
    let copied = database.copy_out(sql).await?;
    let bytes = copied.try_fold(0, async |sum: usize, chunk| Ok(sum + chunk.len())).await?;
    if bytes == 0 {
        return Err(BenchError::Own("COPY gave nothing".to_owned()));
    }
    Ok(rows as f64 / began.elapsed().as_secs_f64())
}

/// Reads the whole list and counts its rows. By HTTP/1.0, whose answers come without chunks.
async fn export(address: SocketAddr, token: &str) -> Result<u64, BenchError> {
    let mut stream = TcpStream::connect(address).await?;
    let request = api::request("GET", "/manifests", token, &[("Accept", "text/csv")], "");
    let request = request.replacen("HTTP/1.1", "HTTP/1.0", 1);
    stream.write_all(request.as_bytes()).await?;
    let (mut buffer, mut lines) = (vec![0; 256 * 1024], 0);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await?);
    }
    if !head.starts_with(b"HTTP/1.0 200") && !head.starts_with(b"HTTP/1.1 200") {
        let said = String::from_utf8_lossy(&head).into_owned();
        return Err(BenchError::Answered { asked: "GET /manifests".to_owned(), said });
    }
    loop {
        let read = stream.read(&mut buffer).await?;
        if read == 0 {
            // The headings are a line as well.
            return Ok(u64::saturating_sub(lines, 1));
        }
        let seen = buffer.get(..read).unwrap_or_default();
        lines += seen.split(|byte| *byte == b'\n').skip(1).count() as u64;
    }
}

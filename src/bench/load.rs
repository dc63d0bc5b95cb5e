//! The load generator: one thread, many connections, each with one request under way.
//!
//! It runs on the processors that it loads, so it costs little: requests are made in advance and
//! only a few digits are written into them; answers are counted, not read. Closed loop: the next
//! request goes out when the answer before it is in, as pgbench does it.

use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::latency::Latencies;
use super::link::Link;

/// What one connection sends, request after request.
pub trait Script {
    fn next(&mut self) -> &[u8];
}

/// Requests as they are sent, that go round.
pub struct GoRound {
    requests: Vec<String>,
    at: usize,
}

impl GoRound {
    /// The first to be sent is the one after `at`.
    pub const fn new(requests: Vec<String>, at: usize) -> Self {
        Self { requests, at }
    }
}

impl Script for GoRound {
    fn next(&mut self) -> &[u8] {
        self.at = (self.at + 1) % self.requests.len().max(1);
        self.requests.get(self.at).map(String::as_bytes).unwrap_or_default()
    }
}

/// How long to run.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    /// Not counted: connections open, caches fill, statements are prepared.
    pub warm_up: Duration,
    pub counted: Duration,
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Tally {
    pub latencies: Latencies,
    /// Answers that were no success, warm-up included: one of them fails the run.
    pub refused: u64,
    /// The first of them.
    pub first_refusal: Option<String>,
    /// All successes, warm-up included.
    pub succeeded: u64,
}

impl Tally {
    fn absorb(&mut self, other: Self) {
        self.latencies.absorb(other.latencies);
        self.refused += other.refused;
        self.succeeded += other.succeeded;
        self.first_refusal = self.first_refusal.take().or(other.first_refusal);
    }
}

/// Drives one connection a script until the window closes.
///
/// `at_start` is called when counting begins and `at_end` when it ends, to read the meters.
pub async fn drive<S: Script>(
    address: SocketAddr,
    scripts: &mut [S],
    window: Window,
    mut at_start: impl FnMut(),
    mut at_end: impl FnMut(),
) -> io::Result<Tally> {
    let mut links = Vec::with_capacity(scripts.len());
    for _ in 0..scripts.len() {
        links.push(Link::open(address).await?);
    }
    let from = Instant::now() + window.warm_up;
    let until = from + window.counted;
    let pairs = links.iter_mut().zip(scripts.iter_mut());
    let mut running: FuturesUnordered<_> =
        pairs.map(|(link, script)| converse(link, script, from, until)).collect();
    let meters = async {
        tokio::time::sleep_until(from.into()).await;
        at_start();
        tokio::time::sleep_until(until.into()).await;
        at_end();
    };
    let load = async {
        let mut whole = Tally::default();
        while let Some(tally) = running.next().await {
            whole.absorb(tally?);
        }
        Ok(whole)
    };
    let ((), whole) = tokio::join!(meters, load);
    whole
}

async fn converse<S: Script>(
    link: &mut Link,
    script: &mut S,
    from: Instant,
    until: Instant,
) -> io::Result<Tally> {
    let mut tally = Tally::default();
    let mut sent = Instant::now();
    while sent < until {
        let reply = link.exchange(script.next()).await?;
        let answered = Instant::now();
        if reply.is_success() {
            tally.succeeded += 1;
            if answered >= from && answered < until {
                tally.latencies.note(answered - sent);
            }
        } else {
            tally.refused += 1;
            tally.first_refusal.get_or_insert_with(|| reply.said());
        }
        sent = answered;
    }
    Ok(tally)
}

/// Digits written into a prepared request.
#[derive(Clone, Copy, Debug)]
pub struct Slot {
    at: usize,
    digits: usize,
}

/// A request with slots that a counter is written into, zero-padded.
#[derive(Clone, Debug)]
pub struct Template {
    bytes: Vec<u8>,
    slots: Vec<Slot>,
}

impl Template {
    /// Every run of `#` in `text` becomes a slot of that many digits.
    pub fn new(text: &str) -> Self {
        let mut bytes = text.as_bytes().to_vec();
        let mut slots: Vec<Slot> = Vec::new();
        for (at, byte) in bytes.iter_mut().enumerate() {
            if *byte != b'#' {
                continue;
            }
            *byte = b'0';
            match slots.last_mut() {
                Some(slot) if slot.at + slot.digits == at => slot.digits += 1,
                _ => slots.push(Slot { at, digits: 1 }),
            }
        }
        Self { bytes, slots }
    }

    /// Writes the last digits of `number` into each slot.
    pub fn with(&mut self, number: u64) -> &[u8] {
        for slot in &self.slots {
            let mut rest = number;
            for digit in (slot.at..slot.at + slot.digits).rev() {
                if let Some(byte) = self.bytes.get_mut(digit) {
                    *byte = b'0' + (rest % 10) as u8;
                }
                rest /= 10;
            }
        }
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use actix_web::{App, HttpResponse, HttpServer, web};

    use super::*;

    struct Numbered(Template, u64);

    impl Script for Numbered {
        fn next(&mut self) -> &[u8] {
            self.1 += 1;
            self.0.with(self.1)
        }
    }

    #[test]
    fn slots_take_the_last_digits_of_the_number() {
        let mut template = Template::new("key: ####; mass: 0.##");
        assert_eq!(template.with(12_345), b"key: 2345; mass: 0.45");
        assert_eq!(template.with(7), b"key: 0007; mass: 0.07");
    }

    /// A server that refuses every tenth request: each answer is counted as what it is.
    #[actix_web::test]
    async fn every_answer_is_counted() {
        let answer = |body: String| async move {
            if body.ends_with('0') {
                return HttpResponse::Conflict().body("full");
            }
            HttpResponse::Created().body(format!("{{\"n\":\"{body}\"}}"))
        };
        let app = move || App::new().route("/file", web::post().to(answer));
        let server = HttpServer::new(app).workers(1).bind("127.0.0.1:0").unwrap();
        let address = server.addrs()[0];
        let running = server.run();
        let handle = running.handle();
        tokio::spawn(running);
        let text = "POST /file HTTP/1.1\r\nhost: x\r\ncontent-length: 6\r\n\r\n######";
        let mut scripts = vec![Numbered(Template::new(text), 0), Numbered(Template::new(text), 0)];
        let window =
            Window { warm_up: Duration::from_millis(50), counted: Duration::from_millis(200) };
        let mut readings = 0;
        let counted = drive(address, &mut scripts, window, || readings += 1, || ()).await.unwrap();
        handle.stop(false).await;
        let sent: u64 = scripts.iter().map(|script| script.1).sum();
        assert_eq!(counted.succeeded + counted.refused, sent);
        let tenths: u64 = scripts.iter().map(|script| script.1 / 10).sum();
        assert_eq!(counted.refused, tenths);
        assert_eq!(readings, 1);
        assert!(counted.latencies.count() as u64 <= counted.succeeded);
        assert!(counted.first_refusal.is_some_and(|said| said == "409 full"));
    }
}

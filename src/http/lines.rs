//! The lines of a body that is read while it is being answered (NDJSON).
//!
//! Must hold: memory does not grow with the body. A group of lines is handed out when it is full or
//! when no more has come; the next is read only when somebody asks for it.

use std::time::Duration;

use actix_web::HttpRequest;
use actix_web::dev::Payload;
use actix_web::http::header::{CONTENT_ENCODING, CONTENT_TYPE};
use actix_web::web::{Bytes, BytesMut};
use futures_util::{FutureExt, StreamExt};

use crate::limits::{
    BULK_GROUP_BYTES_MAX, BULK_LINE_BYTES_MAX, BULK_LINES_AT_ONCE, BULK_SILENCE_S_MAX,
};
use crate::problem::{Code, Problem, Text};

/// The media type of lines of JSON.
pub const NDJSON: &str = "application/x-ndjson";

/// A line, or why there is none; numbered from 1, empty lines counted and left out.
pub struct Line {
    pub number: u64,
    pub content: Result<Bytes, Problem>,
}

/// The lines of a request's body.
pub struct Lines {
    payload: Payload,
    pending: BytesMut,
    /// Up to here there is no line end in `pending`.
    searched: usize,
    number: u64,
    /// The line at hand is longer than it may be: what comes of it is dropped.
    is_skipping: bool,
    is_over: bool,
}

impl Lines {
    pub fn of(payload: Payload) -> Self {
        let pending = BytesMut::new();
        Self { payload, pending, searched: 0, number: 0, is_skipping: false, is_over: false }
    }

    /// The lines that have come; waits for the first. None at the end of the body.
    pub async fn next(&mut self) -> Option<Vec<Line>> {
        let (mut found, mut bytes) = (Vec::new(), 0);
        // What the connection has read but not yet handed over is a group's as well: it hands over
        // some 32 kB at a time, and a commit of a few lines costs as much as one of many.
        let mut has_waited = false;
        loop {
            while found.len() < BULK_LINES_AT_ONCE
                && bytes < BULK_GROUP_BYTES_MAX
                && let Some(line) = self.cut()
            {
                bytes += line.content.as_ref().map_or(0, Bytes::len);
                found.push(line);
            }
            let is_full = found.len() == BULK_LINES_AT_ONCE || bytes >= BULK_GROUP_BYTES_MAX;
            if is_full || self.is_over {
                return Some(found).filter(|found| !found.is_empty());
            }
            if found.is_empty() {
                if let Err(problem) = self.receive().await {
                    self.is_over = true;
                    self.number += 1;
                    return Some(vec![Line { number: self.number, content: Err(problem) }]);
                }
            } else {
                match self.payload.next().now_or_never() {
                    Some(Some(Ok(chunk))) => {
                        self.pending.extend_from_slice(&chunk);
                        has_waited = false;
                    }
                    Some(None) => self.end(),
                    None if !has_waited => {
                        has_waited = true;
                        tokio::task::yield_now().await;
                    }
                    // A fault is met again by the next group.
                    Some(Some(Err(_))) | None => return Some(found),
                }
            }
        }
    }

    /// Reads the rest of the body and forgets it, as long as it comes.
    pub async fn pass_over(mut self) {
        while !self.is_over && self.receive().await.is_ok() {
            self.pending.clear();
        }
    }

    /// Waits for more of the body.
    async fn receive(&mut self) -> Result<(), Problem> {
        let more =
            tokio::time::timeout(Duration::from_secs(BULK_SILENCE_S_MAX), self.payload.next());
        match more.await {
            Ok(Some(Ok(chunk))) => self.pending.extend_from_slice(&chunk),
            Ok(None) => self.end(),
            Ok(Some(Err(_broken))) => {
                let detail = Text::new("请求体不完整。", "The body broke off.");
                return Err(Problem::new(Code::BadRequest, detail));
            }
            Err(_slow) => {
                let detail = Text::new("请求体传输过慢。", "The body took too long to arrive.");
                return Err(Problem::new(Code::BadRequest, detail));
            }
        }
        Ok(())
    }

    /// The last line may lack its end.
    fn end(&mut self) {
        self.is_over = true;
        if !self.pending.is_empty() || self.is_skipping {
            self.pending.extend_from_slice(b"\n");
        }
    }

    /// The next whole line of what has come, but for empty ones.
    fn cut(&mut self) -> Option<Line> {
        loop {
            let rest = self.pending.get(self.searched..).unwrap_or_default();
            let Some(end) = rest.iter().position(|byte| *byte == b'\n') else {
                self.searched = self.pending.len();
                if self.pending.len() > BULK_LINE_BYTES_MAX {
                    self.is_skipping = true;
                    self.pending.clear();
                    self.searched = 0;
                }
                return None;
            };
            let line = self.pending.split_to(self.searched + end + 1).freeze();
            (self.searched, self.number) = (0, self.number + 1);
            let number = self.number;
            if std::mem::take(&mut self.is_skipping) || line.len() > BULK_LINE_BYTES_MAX + 1 {
                return Some(Line { number, content: Err(too_long()) });
            }
            // Windows' line ends, and its mark at the beginning of a file.
            let bom = if number == 1 && line.starts_with(b"\xEF\xBB\xBF") { 3 } else { 0 };
            let content = line.slice(bom..);
            if !content.trim_ascii().is_empty() {
                return Some(Line { number, content: Ok(content) });
            }
        }
    }
}

fn too_long() -> Problem {
    let detail = Text::new(
        format!("一行超过 {BULK_LINE_BYTES_MAX} 字节。"),
        format!("A line is longer than {BULK_LINE_BYTES_MAX} bytes."),
    );
    Problem::new(Code::PayloadTooLarge, detail)
}

/// 415 unless the body is said to be lines of JSON, in UTF-8 and not compressed.
pub fn demand_ndjson(request: &HttpRequest) -> Result<(), Problem> {
    let text = |name| {
        let value = request.headers().get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    };
    let kind = text(CONTENT_TYPE).split(';').next().unwrap_or_default().trim();
    let known = [NDJSON, "application/ndjson"].iter().any(|one| kind.eq_ignore_ascii_case(one));
    if known && matches!(text(CONTENT_ENCODING), "" | "identity") {
        return Ok(());
    }
    let detail = Text::new(
        "请求体应为 UTF-8、未压缩的 application/x-ndjson，每行一个 JSON 文档。",
        "The body must be application/x-ndjson, not compressed: one JSON document a line.",
    );
    Err(Problem::new(Code::UnsupportedMediaType, detail))
}

#[cfg(test)]
mod tests {
    use futures_util::stream;

    use super::*;

    async fn lines_of(chunks: Vec<&'static [u8]>) -> Vec<(u64, Option<String>)> {
        let chunks = stream::iter(chunks.into_iter().map(|one| Ok(Bytes::from_static(one))));
        let mut lines = Lines::of(Payload::Stream { payload: chunks.boxed_local() });
        let mut found = Vec::new();
        while let Some(group) = lines.next().await {
            for line in group {
                let text = line
                    .content
                    .ok()
                    .map(|bytes| String::from_utf8(bytes.to_vec()).unwrap().trim_end().to_owned());
                found.push((line.number, text));
            }
        }
        found
    }

    #[actix_web::test]
    async fn lines_are_cut_wherever_the_network_cuts() {
        let found = lines_of(vec![b"\xEF\xBB\xBFon", b"e\r\n\n  \ntw", b"o\nthree"]).await;
        let text = |text: &str| Some(text.to_owned());
        assert_eq!(found, [(1, text("one")), (4, text("two")), (5, text("three"))]);
        assert!(lines_of(vec![b"\n", b"\r\n"]).await.is_empty());
    }

    #[actix_web::test]
    async fn a_line_that_is_too_long_is_refused_alone() {
        let long: &'static [u8] = vec![b'x'; BULK_LINE_BYTES_MAX].leak();
        let found = lines_of(vec![b"a\n", long, b"\n", long, b"x", b"xx\nb\n"]).await;
        let numbers: Vec<_> = found.iter().map(|(n, text)| (*n, text.is_some())).collect();
        assert_eq!(numbers, [(1, true), (2, true), (3, false), (4, true)]);
    }
}

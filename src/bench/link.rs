//! One keep-alive HTTP/1.1 connection, as lean as it can be: it shares the processors with the
//! server that it measures.
//!
//! It reads what it needs to know (status, `Content-Length`) and skips the rest. What it cannot
//! read (chunks, a body without a length) is an error, never a guess.

use std::io;
use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const HEAD_BYTES_MAX: usize = 16 * 1024;
/// A page of 500 manifests is about 1.5 MB.
const BODY_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A connection and what was last read from it.
pub struct Link {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// What came back.
#[derive(Clone, Copy, Debug)]
pub struct Reply<'a> {
    pub status: u16,
    pub body: &'a [u8],
}

impl Reply<'_> {
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// The beginning of the body, for people.
    pub fn said(&self) -> String {
        let head = self.body.get(..2000).unwrap_or(self.body);
        format!("{} {}", self.status, String::from_utf8_lossy(head))
    }
}

impl Link {
    pub async fn open(address: SocketAddr) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self { stream, buffer: vec![0; 16 * 1024] })
    }

    /// Sends a whole request and waits for its whole answer.
    pub async fn exchange(&mut self, request: &[u8]) -> io::Result<Reply<'_>> {
        self.stream.write_all(request).await?;
        let mut filled = 0;
        let (status, body_at, end) = loop {
            filled += self.read_more(filled).await?;
            let seen = self.buffer.get(..filled).unwrap_or_default();
            if let Some(head) = Head::of(seen)? {
                break (head.status, head.bytes, head.bytes + head.body_bytes);
            }
            if filled > HEAD_BYTES_MAX {
                return Err(io::Error::other("the head of an answer is too long"));
            }
        };
        while filled < end {
            filled += self.read_more(filled).await?;
        }
        Ok(Reply { status, body: self.buffer.get(body_at..end).unwrap_or_default() })
    }

    async fn read_more(&mut self, filled: usize) -> io::Result<usize> {
        if filled == self.buffer.len() {
            self.buffer.resize(filled * 2, 0);
        }
        let room = self.buffer.get_mut(filled..).unwrap_or_default();
        match self.stream.read(room).await? {
            0 => Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the server hung up")),
            read => Ok(read),
        }
    }
}

/// What matters of an answer's head.
#[derive(Debug, PartialEq, Eq)]
struct Head {
    status: u16,
    bytes: usize,
    body_bytes: usize,
}

impl Head {
    /// `None` while it has not all come.
    fn of(seen: &[u8]) -> io::Result<Option<Self>> {
        let Some(end) = seen.windows(4).position(|four| four == b"\r\n\r\n") else {
            return Ok(None);
        };
        let head = std::str::from_utf8(seen.get(..end).unwrap_or_default());
        let head = head.map_err(|_| io::Error::other("the head of an answer is not text"))?;
        let mut lines = head.split("\r\n");
        let status = lines.next().and_then(|line| line.split(' ').nth(1));
        let status: Option<u16> = status.and_then(|text| text.parse().ok());
        let status = status.ok_or_else(|| io::Error::other("an answer without a status"))?;
        let length = lines.find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then_some(value.trim())
        });
        let body_bytes: usize = match length {
            Some(text) => text.parse().map_err(|_| io::Error::other("a length is not a number"))?,
            None if matches!(status, 204 | 304) => 0,
            None => return Err(io::Error::other("an answer does not say its length")),
        };
        if body_bytes > BODY_BYTES_MAX {
            return Err(io::Error::other("an answer is too long"));
        }
        Ok(Some(Self { status, bytes: end + 4, body_bytes }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_when_it_is_whole() {
        let text = b"HTTP/1.1 201 Created\r\ncontent-length: 12\r\netag: \"1\"\r\n\r\n{\"a\"";
        assert_eq!(Head::of(&text[..40]).unwrap(), None);
        let head = Head::of(text).unwrap().unwrap();
        assert_eq!(head, Head { status: 201, bytes: 55, body_bytes: 12 });
        assert_eq!(Head::of(b"HTTP/1.1 204 No\r\n\r\n").unwrap().unwrap().body_bytes, 0);
    }

    #[test]
    fn what_cannot_be_counted_is_an_error() {
        for text in [
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: x\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n",
            "nonsense\r\n\r\n",
        ] {
            assert!(Head::of(text.as_bytes()).is_err(), "{text}");
        }
    }
}

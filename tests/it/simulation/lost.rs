//! Requests whose answers nobody reads: the connection is given up while they are on their way.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

/// Sends a request and hangs up after a while, whatever has come back.
pub async fn send(address: &str, token: &str, key: &str, what: (&str, &str), wait: Duration) {
    let (path, body) = what;
    let head = format!(
        "POST /api/v1{path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         idempotency-key: {key}\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let Ok(mut stream) = TcpStream::connect(address).await else { return };
    // A server that is killed meanwhile may not take it all.
    let _ = stream.write_all(head.as_bytes()).await;
    let _ = stream.write_all(body.as_bytes()).await;
    tokio::time::sleep(wait).await;
}

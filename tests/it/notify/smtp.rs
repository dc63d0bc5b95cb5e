//! A mail server that speaks TLS: at once, after STARTTLS, or not at all. It keeps what it heard in
//! the clear apart from what it heard under TLS.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// The authority of the certificates here.
pub const CA: &str = include_str!("tls/ca.pem");

/// How it speaks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Speaks {
    /// TLS from the first byte.
    Tls,
    StartTls,
    /// Plain, and offers nothing else.
    Plain,
}

/// Whose certificate it shows.
#[derive(Clone, Copy, Debug)]
pub enum Shows {
    Localhost,
    Another,
}

#[derive(Clone, Debug, Default)]
pub struct Heard {
    pub clear: Vec<String>,
    pub sealed: Vec<String>,
    /// Whole mails.
    pub mails: Vec<String>,
}

pub struct MailServer {
    port: u16,
    heard: Arc<Mutex<Heard>>,
}

impl MailServer {
    pub fn start(speaks: Speaks, shows: Shows) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let heard = Arc::<Mutex<Heard>>::default();
        let (config, hearing) = (tls(shows), Arc::clone(&heard));
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (config, hearing) = (Arc::clone(&config), Arc::clone(&hearing));
                // Who is refused hangs up in the middle.
                std::thread::spawn(move || answer(stream, speaks, config, &hearing));
            }
        });
        Self { port, heard }
    }

    pub fn url(&self, scheme: &str) -> String {
        format!("{scheme}://mailer:hunter2@localhost:{}", self.port)
    }

    pub fn heard(&self) -> Heard {
        self.heard.lock().unwrap().clone()
    }
}

fn tls(shows: Shows) -> Arc<ServerConfig> {
    let (chain, key) = match shows {
        Shows::Localhost => (include_str!("tls/localhost.pem"), include_str!("tls/localhost.key")),
        Shows::Another => (include_str!("tls/other.pem"), include_str!("tls/other.key")),
    };
    let chain = CertificateDer::pem_slice_iter(chain.as_bytes()).map(Result::unwrap).collect();
    let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap().with_no_client_auth();
    Arc::new(config.with_single_cert(chain, key).unwrap())
}

fn answer(
    stream: TcpStream,
    speaks: Speaks,
    config: Arc<ServerConfig>,
    heard: &Mutex<Heard>,
) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(20)))?;
    // After STARTTLS nobody is greeted once more.
    let (stream, greets) = match speaks {
        Speaks::Tls => (stream, true),
        Speaks::StartTls | Speaks::Plain => {
            let offers = speaks == Speaks::StartTls;
            match converse(stream, false, (true, offers), heard)? {
                Some(stream) => (stream, false),
                None => return Ok(()),
            }
        }
    };
    let connection = ServerConnection::new(config).map_err(io::Error::other)?;
    converse(StreamOwned::new(connection, stream), true, (greets, false), heard).map(drop)
}

/// Talks until the other side is done; gives the stream back where it wants TLS.
fn converse<S: Read + Write>(
    stream: S,
    is_sealed: bool,
    (greets, offers): (bool, bool),
    heard: &Mutex<Heard>,
) -> io::Result<Option<S>> {
    let mut lines = BufReader::new(stream);
    let mut mail: Option<String> = None;
    if greets {
        say(lines.get_mut(), "220 localhost")?;
    }
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let line = line.trim_end().to_owned();
        if let Some(text) = &mut mail {
            if line == "." {
                heard.lock().unwrap().mails.extend(mail.take());
                say(lines.get_mut(), "250 OK")?;
            } else {
                text.push_str(&line);
                text.push('\n');
            }
            continue;
        }
        {
            let mut heard = heard.lock().unwrap();
            let all = if is_sealed { &mut heard.sealed } else { &mut heard.clear };
            all.push(line.clone());
        }
        let word = line.split(' ').next().unwrap_or_default().to_ascii_uppercase();
        let answer = match word.as_str() {
            "EHLO" if offers => "250-localhost\r\n250-STARTTLS\r\n250 AUTH PLAIN LOGIN",
            "EHLO" => "250-localhost\r\n250 AUTH PLAIN LOGIN",
            "STARTTLS" => {
                say(lines.get_mut(), "220 go on")?;
                return Ok(Some(lines.into_inner()));
            }
            "AUTH" => "235 OK",
            "DATA" => {
                mail = Some(String::new());
                "354 go on"
            }
            "QUIT" => {
                say(lines.get_mut(), "221 bye")?;
                return Ok(None);
            }
            _ => "250 OK",
        };
        say(lines.get_mut(), answer)?;
    }
}

fn say(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(format!("{text}\r\n").as_bytes())?;
    out.flush()
}

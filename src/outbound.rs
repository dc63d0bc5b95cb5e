//! HTTP as a client: what this program asks of others, of witnesses and of other instances.
//!
//! It blocks, so it is called from threads of its own. Whoever answers is not trusted: how long an
//! answer may take and how long it may be is bounded, and nobody sends us elsewhere.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use ureq::Agent;
use ureq::http::{Request, Uri};
use ureq::tls::{Certificate, RootCerts, TlsConfig};

use crate::limits::OUTBOUND_ANSWER_BYTES_MAX;

/// Where an instance or a witness is: `http` or `https`, a host, perhaps a path; what is asked for
/// is below it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Base(String);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not a URL such as https://host/path, without a query")]
pub struct NotABase;

impl FromStr for Base {
    type Err = NotABase;

    fn from_str(text: &str) -> Result<Self, NotABase> {
        let uri: Uri = text.parse().map_err(|_| NotABase)?;
        let plain = matches!(uri.scheme_str(), Some("http" | "https"));
        let host = uri.authority().filter(|host| !host.host().is_empty());
        // Names and passwords in it would be sent nowhere and shown in the log.
        let open = host.is_some_and(|host| !host.as_str().contains('@'));
        let sound = plain && open && uri.query().is_none() && !text.contains('#');
        sound.then(|| Self(text.trim_end_matches('/').to_owned())).ok_or(NotABase)
    }
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    pub status: u16,
    /// Whatever is no text reads as none.
    pub content_type: String,
    pub body: Vec<u8>,
}

impl Answered {
    /// The body as text; none where it is none.
    pub fn text(&self) -> Option<&str> {
        std::str::from_utf8(&self.body).ok()
    }
}

/// Nobody answered, or not in time, or at too great a length.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct Unanswered(String);

/// A client. Clones share connections, which are kept open.
#[derive(Clone, Debug)]
pub struct Outbound(Agent);

impl Outbound {
    /// Gives each exchange this long, from looking up the name to the end of the answer.
    pub fn new(within: Duration) -> Self {
        let config = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .timeout_global(Some(within))
            .user_agent(concat!("liandan/", env!("CARGO_PKG_VERSION")))
            .tls_config(whom_this_machine_trusts())
            .build();
        Self(Agent::new_with_config(config))
    }

    /// GET what is at `path`, which begins with `/`, below `base`.
    pub fn get(&self, base: &Base, path: &str) -> Result<Answered, Unanswered> {
        let request = Request::get(format!("{base}{path}")).body(()).map_err(unanswered)?;
        answered(self.0.run(request))
    }

    /// POST a text to `path`, which begins with `/`, below `base`.
    pub fn post(&self, base: &Base, path: &str, body: &str) -> Result<Answered, Unanswered> {
        let request = Request::post(format!("{base}{path}"))
            .header("content-type", "text/plain; charset=utf-8")
            .body(body);
        answered(self.0.run(request.map_err(unanswered)?))
    }
}

fn answered(
    got: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
) -> Result<Answered, Unanswered> {
    let mut got = got.map_err(unanswered)?;
    let content_type = got.headers().get("content-type").and_then(|kind| kind.to_str().ok());
    let content_type = content_type.unwrap_or_default().to_owned();
    let status = got.status().as_u16();
    let body = got.body_mut().with_config().limit(OUTBOUND_ANSWER_BYTES_MAX).read_to_vec();
    Ok(Answered { status, content_type, body: body.map_err(unanswered)? })
}

/// Runs what blocks on a thread of its own, which nobody waits for when the process ends.
pub async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Unanswered> {
    let (tell, told) = tokio::sync::oneshot::channel();
    let run = move || {
        // Whoever wanted to know may be gone.
        let _ = tell.send(work());
    };
    let thread = std::thread::Builder::new().name("outbound".to_owned());
    thread.spawn(run).map_err(unanswered)?;
    told.await.map_err(unanswered)
}

fn unanswered(reason: impl fmt::Display) -> Unanswered {
    Unanswered(reason.to_string())
}

/// TLS for a client that does not block, with the same authorities and the same cryptography.
pub fn tls() -> Result<rustls::ClientConfig, rustls::Error> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

/// Authorities of this machine's own store: those of a government's network as well.
fn whom_this_machine_trusts() -> TlsConfig {
    let found = rustls_native_certs::load_native_certs().certs;
    let certs = found.iter().map(|one| Certificate::from_der(one).to_owned()).collect();
    TlsConfig::builder()
        .root_certs(RootCerts::Specific(Arc::new(certs)))
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_base_is_a_url_without_secrets_and_questions() {
        let of = |text: &str| text.parse::<Base>().map(|base| base.to_string());
        assert_eq!(of("http://127.0.0.1:8080"), Ok("http://127.0.0.1:8080".to_owned()));
        assert_eq!(of("https://a.example/w/"), Ok("https://a.example/w".to_owned()));
        for wrong in [
            "",
            "a.example",
            "/path",
            "ftp://a.example",
            "https://",
            "https://u:p@a.example",
            "https://a.example/?q",
            "https://a.example/#f",
            "https://a b/",
        ] {
            assert_eq!(of(wrong), Err(NotABase), "{wrong}");
        }
    }
}

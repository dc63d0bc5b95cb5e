//! How mail leaves, and where webhooks may go.

use std::str::FromStr;

use lettre::message::Mailbox;
use lettre::transport::smtp;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};

use super::webhook::Names;
use crate::secret::Secret;

/// The mail server: `smtps://user:password@host:465` (TLS at once), `smtp://…:587` (STARTTLS, and
/// no mail without it) or `smtp+plain://host:25` (neither: for a relay on the same machine).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpServer(Secret<String>);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no mail server: smtps://user:password@host:465, smtp://…:587 or smtp+plain://host:25")]
pub struct NotAServer;

impl FromStr for SmtpServer {
    type Err = NotAServer;

    fn from_str(text: &str) -> Result<Self, NotAServer> {
        let url = url::Url::parse(text).map_err(|_| NotAServer)?;
        let has_login = !url.username().is_empty() || url.password().is_some();
        let sound = match url.scheme() {
            "smtps" | "smtp" => true,
            // A password would go in the clear.
            "smtp+plain" => !has_login,
            _ => false,
        };
        let alone = url.query().is_none() && url.fragment().is_none();
        let has_host = url.host_str().is_some_and(|host| !host.is_empty());
        (sound && alone && has_host).then(|| Self(Secret::new(text.to_owned()))).ok_or(NotAServer)
    }
}

impl SmtpServer {
    /// As lettre has it.
    pub fn connection_url(&self) -> String {
        let text = self.0.reveal();
        match (text.strip_prefix("smtp+plain://"), text.starts_with("smtp://")) {
            (Some(rest), _) => format!("smtp://{rest}"),
            (None, true) => format!("{text}?tls=required"),
            (None, false) => text.clone(),
        }
    }
}

impl SmtpServer {
    /// How TLS is spoken where certificates of an authority of one's own count as well; none in
    /// the clear.
    pub fn tls_with(&self, ca: &str) -> Result<Option<Tls>, smtp::Error> {
        // What parsed as a server has a host.
        let url = url::Url::parse(self.0.reveal()).ok();
        let Some(url) = url.filter(|url| url.scheme() != "smtp+plain") else { return Ok(None) };
        let host = url.host_str().unwrap_or_default().to_owned();
        let ca = Certificate::from_pem(ca.as_bytes())?;
        let parameters = TlsParameters::builder(host).add_root_certificate(ca).build()?;
        Ok(Some(match url.scheme() {
            "smtps" => Tls::Wrapper(parameters),
            _ => Tls::Required(parameters),
        }))
    }
}

/// By which way mail leaves.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum MailBy {
    /// There is no mail here.
    #[default]
    Nothing,
    Server(SmtpServer),
    /// Caught by this process and shown to whoever is signed in: a sandbox's.
    Catcher,
}

/// The checked settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    pub mail_by: MailBy,
    /// An authority (PEM) that its certificate may be of, beside those that this machine knows.
    pub mail_ca: Option<String>,
    /// Whom mail is from.
    pub mail_from: Mailbox,
    /// Where people reach this server, without a slash at the end: what mails link to.
    pub public_url: String,
    /// Webhooks may go to loopback and private networks, and without TLS.
    pub private_targets: bool,
    /// Where webhooks' names are looked up.
    pub names: Names,
}

/// Nobody's address.
pub const NO_SENDER: (&str, &str) = ("liandan", "liandan.invalid");

impl Default for Settings {
    fn default() -> Self {
        let (user, domain) = NO_SENDER;
        // Both parts are plain words.
        let address = lettre::Address::new(user, domain)
            .unwrap_or_else(|_| unreachable!("a plain address parses"));
        Self {
            mail_by: MailBy::Nothing,
            mail_ca: None,
            mail_from: Mailbox::new(Some("联单 liandan".to_owned()), address),
            public_url: "http://127.0.0.1:8080".to_owned(),
            private_targets: false,
            names: Names::System,
        }
    }
}

impl Settings {
    /// Of a sandbox: mail is caught, webhooks may go to this machine.
    pub fn of_a_sandbox(public_url: String) -> Self {
        Self { mail_by: MailBy::Catcher, public_url, private_targets: true, ..Self::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_reached_with_tls_unless_somebody_says_otherwise() {
        let of = |text: &str| text.parse::<SmtpServer>().map(|server| server.connection_url());
        assert_eq!(of("smtps://u:p@a.example:465").as_deref(), Ok("smtps://u:p@a.example:465"));
        assert_eq!(of("smtp://a.example").as_deref(), Ok("smtp://a.example?tls=required"));
        assert_eq!(of("smtp+plain://127.0.0.1:25").as_deref(), Ok("smtp://127.0.0.1:25"));
        for wrong in ["", "a.example", "smtp+plain://u:p@a.example", "http://a", "smtp://a?tls=x"] {
            assert_eq!(of(wrong), Err(NotAServer), "{wrong}");
        }
        let shown = format!("{:?}", "smtps://u:hunter2@a.example".parse::<SmtpServer>());
        assert!(!shown.contains("hunter2"));
    }
}

//! How mail leaves, and where webhooks may go.

use std::net::SocketAddr;

use lettre::message::Mailbox;

use super::{BadSetting, Environment};
use crate::notify::{MailBy, Names, NotAServer, Settings, SmtpServer};
use crate::outbound::Base;

/// With a mail server, whom mail is from and where its links lead must be told; without one both
/// are nobody's. `listen`: where this process does, which is what a demo's mails link to.
pub(super) fn notices(
    env: &Environment,
    (listen, sandbox): (SocketAddr, bool),
) -> Result<Settings, BadSetting> {
    const SERVER: &str = "LIANDAN_SMTP_URL";
    const CA: &str = "LIANDAN_SMTP_CA_FILE";
    const FROM: &str = "LIANDAN_MAIL_FROM";
    const URL: &str = "LIANDAN_PUBLIC_URL";
    let usual = Settings::default();
    let server: Option<SmtpServer> = match env.text(SERVER) {
        None => None,
        // The refusal does not repeat it: it may hold a password.
        Some(text) => {
            Some(text.parse().map_err(|not: NotAServer| BadSetting::new(SERVER, not.to_string()))?)
        }
    };
    let from: Option<Mailbox> = env.parsed(FROM, "an address such as liandan@example.cn")?;
    let url: Option<Base> = env.parsed(URL, "a URL such as https://liandan.example.cn")?;
    if server.is_some() {
        let missing = [(FROM, from.is_none()), (URL, url.is_none())];
        if let Some((name, _)) = missing.into_iter().find(|(_, is_missing)| *is_missing) {
            return Err(BadSetting::new(name, "must be set: there is a mail server"));
        }
    }
    let mail_ca = match env.text(CA) {
        None => None,
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|reason| {
                BadSetting::new(CA, format!("{file} cannot be read: {reason}"))
            })?;
            if !text.contains("-----BEGIN CERTIFICATE-----") {
                return Err(BadSetting::new(CA, format!("{file} holds no certificate (PEM)")));
            }
            Some(text)
        }
    };
    // A sandbox's mail goes to nobody.
    let no_server = if sandbox { MailBy::Catcher } else { MailBy::Nothing };
    let yes_no = [("true", true), ("false", false)];
    Ok(Settings {
        mail_by: server.map_or(no_server, MailBy::Server),
        mail_ca,
        mail_from: from.unwrap_or(usual.mail_from),
        public_url: url.map_or_else(|| format!("http://{listen}"), |url| url.to_string()),
        private_targets: env.one_of("LIANDAN_WEBHOOK_PRIVATE_TARGETS", &yes_no, false)?,
        names: Names::System,
    })
}

//! What notifications keep in memory, made once at start; clients when they are first needed.

use std::sync::OnceLock;

use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, Tokio1Executor};
use tokio::sync::Notify as Wake;

use super::limits::{MAIL_TIMEOUT, MAILS_AT_ONCE};
use super::mail::Catcher;
use super::settings::{MailBy, Settings};
use super::vault::Vault;
use super::webhook::post;
use crate::clock::Clock;
use crate::problem::Problem;
use crate::secret::Secret;

type Mailer = AsyncSmtpTransport<Tokio1Executor>;

/// Why there can be none.
#[derive(Debug, thiserror::Error)]
pub enum NotifyError {
    #[error("webhooks' secrets cannot be sealed here: {0}")]
    Sealing(Problem),
    #[error("mail cannot be caught here: {0}")]
    Catcher(#[from] std::io::Error),
}

/// One per process; `app.notify`.
pub struct Notify {
    pub(super) vault: Vault,
    /// Wakes those who send.
    pub(super) wake: Wake,
    client: OnceLock<reqwest::Client>,
    mailer: OnceLock<Mailer>,
    catcher: Option<Catcher>,
}

impl Notify {
    pub fn new(
        token_secret: &Secret<Vec<u8>>,
        settings: &Settings,
        clock: &Clock,
    ) -> Result<Self, NotifyError> {
        let catches = settings.mail_by == MailBy::Catcher;
        Ok(Self {
            vault: Vault::new(token_secret).map_err(NotifyError::Sealing)?,
            wake: Wake::new(),
            client: OnceLock::new(),
            mailer: OnceLock::new(),
            catcher: catches.then(|| Catcher::start(clock.clone())).transpose()?,
        })
    }

    /// Where mail is caught: a sandbox's.
    pub fn catcher(&self) -> Option<&Catcher> {
        self.catcher.as_ref()
    }

    pub(super) fn client(&self, settings: &Settings) -> Result<&reqwest::Client, Problem> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let made = post::client(settings)?;
        Ok(self.client.get_or_init(|| made))
    }

    /// The pool of connections to the mail server. It lives on the runtime that first asks.
    pub(super) fn mailer(&self, settings: &Settings) -> Result<&Mailer, Problem> {
        if let Some(mailer) = self.mailer.get() {
            return Ok(mailer);
        }
        let url = match (&settings.mail_by, &self.catcher) {
            (MailBy::Server(server), _) => server.connection_url(),
            (MailBy::Catcher, Some(catcher)) => format!("smtp://{}", catcher.address()),
            (MailBy::Catcher | MailBy::Nothing, _) => {
                return Err(Problem::internal("there is no mail here"));
            }
        };
        let mut builder = Mailer::from_url(&url)
            .map_err(|_| Problem::internal("the mail server's URL cannot be used"))?;
        if let (MailBy::Server(server), Some(ca)) = (&settings.mail_by, &settings.mail_ca)
            && let Some(tls) = server.tls_with(ca).map_err(Problem::internal)?
        {
            builder = builder.tls(tls);
        }
        let pool = PoolConfig::new().max_size(MAILS_AT_ONCE as u32);
        let made = builder.pool_config(pool).timeout(Some(MAIL_TIMEOUT)).build();
        Ok(self.mailer.get_or_init(|| made))
    }
}

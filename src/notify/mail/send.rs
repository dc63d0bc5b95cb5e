//! Sending what is due by mail: several at a time over connections that are kept, a digest as one
//! mail. What does not go is tried again as webhooks are.

use std::collections::BTreeMap;
use std::convert::Infallible;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::StreamExt;
use futures_util::stream::iter;
use lettre::message::header::{ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart, SinglePart};
use lettre::{AsyncTransport, Message};
use tokio::time::sleep;
use uuid::Uuid;

use super::letter_store::{self, Letter};
use super::render::Page;
use crate::app::App;
use crate::ids::SubscriptionId;
use crate::notify::delivery::{DeliveryStatus, next_attempt};
use crate::notify::limits::{MAIL_LEASE_S, MAIL_POLL, MAILS_AT_ONCE};
use crate::notify::settings::MailBy;
use crate::notify::subscription::{Digest, Language};
use crate::notify::topic::Content;
use crate::problem::Problem;

/// Sends what is due until it is dropped.
pub async fn follow(app: &App) -> Infallible {
    loop {
        let woken = app.notify.wake.notified();
        if let Err(problem) = send_due(app).await {
            // The next look finds the same again.
            let (code, cause) = (problem.code().as_str(), &problem.cause);
            tracing::warn!(problem.code = code, ?cause, "mail was put off");
        }
        tokio::select! {
            () = woken => {}
            () = sleep(MAIL_POLL) => {}
        }
    }
}

/// Sends all that is due now; answers how many mails that were.
pub async fn send_due(app: &App) -> Result<usize, Problem> {
    if app.config.notify.mail_by == MailBy::Nothing {
        return Ok(0);
    }
    let mut all = 0;
    loop {
        let now = app.clock.wall();
        let until = now + TimeDelta::seconds(MAIL_LEASE_S);
        let letters =
            letter_store::claim_letters(&app.pool, (now, until), MAILS_AT_ONCE as i64).await?;
        if letters.is_empty() {
            return Ok(all);
        }
        let mails = together(letters);
        all += mails.len();
        let sending = iter(mails).map(|letters| send(app, letters));
        sending.buffer_unordered(MAILS_AT_ONCE).collect::<Vec<()>>().await;
    }
}

/// What goes as one mail: all of a digest, all that the law wants told a person now, else each
/// letter by itself. In the order of its making.
fn together(letters: Vec<Letter>) -> Vec<Vec<Letter>> {
    let mut mails: BTreeMap<(Uuid, Option<Uuid>), Vec<Letter>> = BTreeMap::new();
    for letter in letters {
        let digest = Digest::parse(&letter.digest).unwrap_or(Digest::None);
        // What the law wants told does not wait for more, but goes with what is there.
        let alone = digest == Digest::None && !letter.statutory;
        let mail = (letter.target_id, alone.then_some(letter.id));
        mails.entry(mail).or_default().push(letter);
    }
    let mut mails: Vec<Vec<Letter>> = mails.into_values().collect();
    for mail in &mut mails {
        mail.sort_by_key(|letter| letter.id);
    }
    mails
}

async fn send(app: &App, letters: Vec<Letter>) {
    let sent = deliver(app, &letters).await;
    let now = app.clock.wall();
    let ids: Vec<Uuid> = letters.iter().map(|letter| letter.id).collect();
    let became = match sent {
        Ok(()) => (DeliveryStatus::Delivered, None),
        Err(NotSent::Never(reason)) => {
            tracing::warn!(delivery.id = %ids[0], reason, "a mail was given up");
            (DeliveryStatus::Failed, None)
        }
        Err(NotSent::Yet(reason)) => {
            tracing::warn!(delivery.id = %ids[0], reason, "a mail was put off");
            let (attempts, since) = (letters[0].attempts, letters[0].tried_since);
            let [chance] = app.mint.bytes();
            match next_attempt(attempts, (since, now), chance) {
                Some(next) => (DeliveryStatus::Pending, Some(next)),
                None => (DeliveryStatus::Failed, None),
            }
        }
    };
    if let Err(problem) = letter_store::mailed(&app.pool, &ids, became).await {
        // The lease runs out, and it is sent again, under the same Message-ID.
        let (code, cause) = (problem.code().as_str(), &problem.cause);
        tracing::warn!(problem.code = code, ?cause, "not noted");
    }
}

/// Why a mail did not go. The reasons hold no address.
enum NotSent {
    Never(String),
    Yet(String),
}

async fn deliver(app: &App, letters: &[Letter]) -> Result<(), NotSent> {
    let message = message(app, letters)?;
    let mailer = app.notify.mailer(&app.config.notify);
    let mailer = mailer.map_err(|problem| NotSent::Yet(problem.cause.unwrap_or_default()))?;
    mailer.send(message).await.map(drop).map_err(|err| {
        // A server's own words may repeat the address: its code says enough.
        let code = err.status().map(|code| code.to_string()).unwrap_or_default();
        if err.is_permanent() {
            NotSent::Never(format!("refused: {code}"))
        } else {
            NotSent::Yet(format!("no server took it: {code}"))
        }
    })
}

fn message(app: &App, letters: &[Letter]) -> Result<Message, NotSent> {
    let never = |reason: String| NotSent::Never(reason);
    let first = letters.first().ok_or_else(|| never("no letter".into()))?;
    // The subscription has ended, or the user may no longer sign in.
    let address = first.address.as_deref().ok_or_else(|| never("no address any more".into()))?;
    let address = address.parse().map_err(|_| never("the address is none".into()))?;
    let settings = &app.config.notify;
    let mut entries: Vec<(DateTime<Utc>, Content)> = Vec::with_capacity(letters.len());
    for letter in letters {
        let content =
            serde_json::from_str(&letter.content).map_err(|err| never(err.to_string()))?;
        entries.push((letter.happened_at, content));
    }
    let link = if first.statutory {
        None
    } else {
        let id = SubscriptionId::of(first.target_id);
        let token = app.notify.vault.link_of(id).map_err(|err| never(err.to_string()))?;
        Some(format!("{}/api/v1/unsubscribe?t={token}", settings.public_url))
    };
    let rendered = Page {
        digest: Digest::parse(&first.digest).unwrap_or(Digest::None),
        language: Language::parse(&first.language).unwrap_or(Language::Both),
        entries: &entries,
        public_url: &settings.public_url,
        unsubscribe: link.as_deref(),
    }
    .render();
    let mut message = Message::builder()
        .from(settings.mail_from.clone())
        .to(Mailbox::new(None, address))
        .subject(rendered.subject)
        .date(app.clock.wall().into())
        .message_id(Some(format!("<{}@{}>", first.id, settings.mail_from.email.domain())));
    message = message.raw_header(raw("Auto-Submitted", "auto-generated"));
    if let Some(link) = link {
        // RFC 8058: a mail program ends it by one POST.
        message = message.raw_header(raw("List-Unsubscribe", &format!("<{link}>")));
        message = message.raw_header(raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
    }
    let part = |kind, text| {
        SinglePart::builder()
            .header(kind)
            .header(ContentTransferEncoding::Base64)
            .body::<String>(text)
    };
    let parts = MultiPart::alternative()
        .singlepart(part(ContentType::TEXT_PLAIN, rendered.text))
        .singlepart(part(ContentType::TEXT_HTML, rendered.html));
    message.multipart(parts).map_err(|err| never(err.to_string()))
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

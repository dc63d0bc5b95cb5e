//! Notifications: who is told of what happened, by webhook, by mail, in the console.
//!
//! A commit leaves rows in the outbox with its events (`decision::Notice`), and knows nothing more.
//! From there `fan.rs` makes deliveries of them, one for each webhook and subscription that asked
//! and may see, and for each person whom the law wants told (`statutory.rs`); `webhook/post.rs` and
//! `mail/send.rs` carry them out until they arrive. None of that is part of the record: who set up
//! what is.

pub mod delivery;
mod delivery_store;
mod fan;
mod fan_store;
pub mod feed;
mod filter;
mod keeper;
mod kind;
mod limits;
mod mail;
mod people_store;
mod reviews;
mod settings;
mod statutory;
mod subject_store;
mod subjects;
pub mod subscription;
mod topic;
mod vault;
pub mod webhook;

use std::convert::Infallible;

use chrono::TimeDelta;
use tokio::time::sleep;

pub use fan::fan_out;
pub use filter::Filter;
pub use keeper::{Notify, NotifyError};
pub use kind::{NoticeKind, NoticeSeverity};
pub use mail::{Catcher, CaughtMail, escaped};
pub use settings::{MailBy, NotAServer, Settings, SmtpServer};
pub use topic::{Content, Told, Topic, Whereabouts};
pub use webhook::Names;

use crate::app::App;
use crate::problem::Problem;
use limits::{DELIVERIES_KEPT_DAYS, DELIVERY_SWEEP_TICK};

/// Tells whoever is to be told, until it is dropped.
pub async fn follow(app: &App) -> Infallible {
    tokio::select! {
        never = fan::follow(app) => never,
        never = webhook::post::follow(app) => never,
        never = mail::send::follow(app) => never,
        never = sweep(app) => never,
    }
}

/// Sends all that is due now, webhooks and mail; answers how many attempts that took.
pub async fn send_due(app: &App) -> Result<usize, Problem> {
    Ok(webhook::post::send_due(app).await? + mail::send::send_due(app).await?)
}

/// What waits: rows of the outbox, and deliveries that are due.
pub async fn backlog(app: &App) -> Result<(i64, i64), Problem> {
    let found = fan_store::backlog(&app.pool, app.clock.wall()).await?;
    Ok((found.outbox, found.due))
}

/// Takes away deliveries and notices that are older than they are kept; answers how many.
pub async fn sweep_old(app: &App) -> Result<usize, Problem> {
    let before = app.clock.wall() - TimeDelta::days(DELIVERIES_KEPT_DAYS);
    delivery_store::sweep(&app.pool, before).await
}

async fn sweep(app: &App) -> Infallible {
    loop {
        sleep(DELIVERY_SWEEP_TICK).await;
        match sweep_old(app).await {
            Ok(0) => {}
            Ok(deliveries) => tracing::info!(deliveries, "old deliveries were taken away"),
            Err(problem) => {
                // The next look finds the same again.
                let (code, cause) = (problem.code().as_str(), &problem.cause);
                tracing::warn!(problem.code = code, ?cause, "sweeping deliveries was put off");
            }
        }
    }
}

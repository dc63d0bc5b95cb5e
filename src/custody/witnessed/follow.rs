//! The worker: hands each witness the newest checkpoint, at most every [`WITNESS_PAUSE`].
//!
//! All are handed the same checkpoint where they keep up, so that one note has the cosignatures of
//! all. Each is handed it on its own, with connections and threads of its own: one that is slow or
//! gone keeps neither the others nor the log waiting, and is asked less and less often.

use std::convert::Infallible;
use std::future::pending;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::{join, join_all};
use tokio::sync::watch;
use tokio::time::sleep;

use super::hand_in::{HandInError, Handed, client, hand_in};
use super::named::WitnessAt;
use super::store;
use crate::app::App;
use crate::custody::store::Published;
use crate::limits::{WITNESS_PAUSE, WITNESS_PAUSE_MAX};
use crate::problem::Problem;

type Chosen = watch::Receiver<Option<Arc<Published>>>;

/// Hands checkpoints to witnesses until it is dropped.
pub async fn follow(app: &App) -> Infallible {
    if app.config.witnesses.are_none() {
        return pending().await;
    }
    let chosen = watch::Sender::new(None);
    let each = app.config.witnesses.each().iter();
    let each = join_all(each.map(|witness| hand_to(app, witness, chosen.subscribe())));
    let (never, _) = join(choose(app, &chosen), each).await;
    match never {}
}

/// Chooses the checkpoint that is handed in next: the newest, and after a pause the next that is
/// newer.
async fn choose(app: &App, chosen: &watch::Sender<Option<Arc<Published>>>) -> Infallible {
    let mut newest = app.custody.follow();
    loop {
        let is_new = chosen.send_if_modified(|chosen| {
            let newest = newest.borrow_and_update().clone();
            let grew = newest.as_ref().map(|one| one.size) > chosen.as_ref().map(|one| one.size);
            if grew {
                *chosen = newest;
            }
            grew
        });
        if is_new {
            sleep(WITNESS_PAUSE).await;
        } else if newest.changed().await.is_err() {
            // Nobody publishes any more.
            return pending().await;
        }
    }
}

async fn hand_to(app: &App, witness: &WitnessAt, mut chosen: Chosen) -> Infallible {
    let (outbound, name) = (client(), witness.key.name());
    let mut pause = WITNESS_PAUSE;
    loop {
        let published = chosen.borrow_and_update().clone();
        let done = match &published {
            None => Ok(Handed::Behind),
            Some(published) => match rest(app, witness).await {
                // Then the newest of that time, not this one.
                Ok(Some(rest)) => {
                    sleep(rest).await;
                    continue;
                }
                Ok(None) => hand_in(app, &outbound, witness, published).await,
                Err(problem) => Err(problem.into()),
            },
        };
        match done {
            Ok(_) => {
                pause = WITNESS_PAUSE;
                if chosen.changed().await.is_err() {
                    return pending().await;
                }
            }
            Err(error @ HandInError::Contradicted(_)) => {
                tracing::error!(witness = name, %error, "the witness contradicts this log");
                pause = wait(pause).await;
            }
            Err(error) => {
                tracing::warn!(witness = name, %error, "the witness has not cosigned");
                pause = wait(pause).await;
            }
        }
    }
}

/// Waits, and says how long to wait the next time.
async fn wait(pause: Duration) -> Duration {
    sleep(pause).await;
    WITNESS_PAUSE_MAX.min(pause * 2)
}

/// How long until the witness may be handed something again: another process may have done so.
async fn rest(app: &App, witness: &WitnessAt) -> Result<Option<Duration>, Problem> {
    let Some((_, stored_at)) = store::newest(&app.pool, &witness.key).await? else {
        return Ok(None);
    };
    let since = (app.clock.wall() - stored_at).to_std().unwrap_or_default();
    Ok(WITNESS_PAUSE.checked_sub(since).filter(|rest| !rest.is_zero()))
}

//! From listening to the end: answers until told to stop, then finishes what it accepted.
//!
//! Must hold: a request that was accepted before the first signal gets its answer, and a decision
//! that the committer took is written, unless a second signal says not to wait.

use std::net::SocketAddr;
use std::sync::Arc;

use actix_web::dev::{Server, ServerHandle};
use futures_util::future::{join_all, try_join_all};

use super::clock::follow;
use super::http::listen;
use super::signals::Signals;
use super::{Listening, StartError, sweep};
use crate::anomaly;
use crate::app::{App, Drain};
use crate::config::Serving;
use crate::custody;
use crate::notify;

/// How it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Gracefully,
    /// A second signal came while work was being finished.
    Forced,
}

/// Serves until a signal. `ready` is told the addresses once they answer.
pub(super) async fn run(
    app: Arc<App>,
    drain: Drain,
    serving: &Serving,
    signals: &mut Signals,
    ready: impl FnOnce(&[SocketAddr]),
) -> Result<Ended, StartError> {
    let Listening { servers, addresses } = listen(&app, serving)?;
    let handles: Vec<_> = servers.iter().map(actix_web::dev::Server::handle).collect();
    for address in &addresses {
        tracing::info!(%address, "listening");
    }
    ready(&addresses);
    if !serve(&app, servers, &handles, signals).await? {
        return Ok(forced());
    }
    // The workers are gone, and their handles to the app with them: this was the last.
    drop(app);
    tokio::select! {
        drained = drain.wait() => {
            if !drained {
                tracing::error!("the committer did not finish in time");
            }
        }
        () = signals.next() => return Ok(forced()),
    }
    tracing::info!("stopped");
    Ok(Ended::Gracefully)
}

/// Answers and works until told to stop, then finishes; false where a second signal came first.
async fn serve(
    app: &App,
    servers: Vec<Server>,
    handles: &[ServerHandle],
    signals: &mut Signals,
) -> Result<bool, StartError> {
    let mut servers = std::pin::pin!(try_join_all(servers));
    // The tree follows the log to the end: whoever waits for a proof is answered as well.
    let mut tree = std::pin::pin!(custody::follow(app));
    tokio::select! {
        ended = &mut servers => {
            return Err(StartError::Ended(format!("{:?}", ended.err())));
        }
        never = follow(app) => match never {},
        never = custody::follow_witnesses(app) => match never {},
        never = sweep::follow(app) => match never {},
        never = Box::pin(anomaly::follow(app)) => match never {},
        never = Box::pin(notify::follow(app)) => match never {},
        never = &mut tree => match never {},
        () = signals.next() => {}
    }
    tracing::info!("stopping: finishing what was accepted");
    app.committer.bell().stop();
    let finish = async {
        let stops = join_all(handles.iter().map(|handle| handle.stop(true)));
        let (_, ended) = tokio::join!(stops, &mut servers);
        ended
    };
    tokio::select! {
        ended = finish => ended.map_err(|err| StartError::Ended(err.to_string()))?,
        never = &mut tree => match never {},
        () = signals.next() => return Ok(false),
    };
    Ok(true)
}

fn forced() -> Ended {
    tracing::warn!("stopping at once: what is not yet committed will not be");
    Ended::Forced
}

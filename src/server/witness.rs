//! `liandan witness`: a small server of its own that takes checkpoints (C2SP `tlog-witness`), and
//! threads that ask logs for theirs.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use actix_web::dev::Server;
use actix_web::http::StatusCode;
use actix_web::http::header::{CACHE_CONTROL, HeaderValue};
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};
use actix_web::{App, HttpResponse, HttpServer};

use super::signals::Signals;
use super::{Ended, StartError};
use crate::clock::Clock;
use crate::custody::{Cosigner, VerifierKey};
use crate::limits::{
    BACKLOG_MAX, BODY_READ_S_MAX, CONNECTIONS_PER_WORKER_MAX, DISCONNECT_S_MAX, HEAD_READ_S_MAX,
    KEEP_ALIVE_S, OUTBOUND_WITHIN, STOP_S_MAX, WITNESS_BODY_BYTES_MAX,
};
use crate::outbound::{Base, Outbound};
use crate::witness::{Answer, Pull, PullError, Pulled, Refused, Witness};

const TEXT: &str = "text/plain; charset=utf-8";

/// What a witness is started with.
#[derive(Debug)]
pub struct WitnessOrder {
    /// What it remembers.
    pub state: PathBuf,
    pub cosigner: Cosigner,
    /// The logs that it witnesses.
    pub logs: Vec<VerifierKey>,
    pub listen: Option<SocketAddr>,
    /// Instances that it asks.
    pub pull: Vec<Base>,
    /// How often.
    pub interval: Duration,
}

impl WitnessOrder {
    fn open(&self) -> Result<Witness, StartError> {
        let keys = (self.logs.clone(), self.cosigner.clone());
        Ok(Witness::open(&self.state, keys, Clock::wall_clock())?)
    }

    fn pulls(&self) -> impl Iterator<Item = Pull> {
        let outbound = Outbound::new(OUTBOUND_WITHIN);
        self.pull.iter().map(move |base| Pull { outbound: outbound.clone(), base: base.clone() })
    }
}

/// Asks each log once; `tell` hears of each, in their order. False where any was not cosigned.
/// Blocks.
pub fn pull_once(order: &WitnessOrder, mut tell: impl FnMut(&Pulled)) -> Result<bool, StartError> {
    let witness = order.open()?;
    let mut is_right = true;
    for pull in order.pulls() {
        match pull.once(&witness) {
            Ok(pulled) => tell(&pulled),
            Err(error) => {
                report(&error);
                is_right = false;
            }
        }
    }
    Ok(is_right)
}

/// Witnesses until told to stop. `ready` is told the address, where there is one; `tell` hears of
/// each log that has grown. Blocks.
pub fn witness(
    order: &WitnessOrder,
    ready: impl FnOnce(&[SocketAddr]),
    tell: impl Fn(&Pulled) + Clone + Send + 'static,
) -> Result<Ended, StartError> {
    let witness = Arc::new(order.open()?);
    for pull in order.pulls() {
        let (witness, interval, tell) = (Arc::clone(&witness), order.interval, tell.clone());
        let follow = move || follow(&witness, &pull, interval, &tell);
        let named = std::thread::Builder::new().name("pull".to_owned());
        // It ends with the process: what it has stored is whole at every moment.
        let started = named.spawn(follow);
        started.map_err(|reason| StartError::Io { doing: "start a thread", reason })?;
    }
    actix_web::rt::System::new().block_on(async {
        let mut signals = Signals::listen()?;
        let Some(address) = order.listen else {
            ready(&[]);
            signals.next().await;
            return Ok(Ended::Gracefully);
        };
        let (server, addresses) = listen(witness, address)?;
        ready(&addresses);
        serve(server, &mut signals).await
    })
}

fn follow(witness: &Witness, pull: &Pull, interval: Duration, tell: &impl Fn(&Pulled)) {
    loop {
        match pull.once(witness) {
            Ok(pulled) => {
                let (origin, size) = (pulled.origin.as_str(), pulled.size);
                tracing::info!(origin, size, "cosigned");
                if pulled.before != Some(size) {
                    tell(&pulled);
                }
            }
            Err(error) => report(&error),
        }
        std::thread::sleep(interval);
    }
}

fn report(error: &PullError) {
    if error.is_alarm() {
        tracing::error!(%error, "not cosigned");
    } else {
        tracing::warn!(%error, "not cosigned");
    }
}

async fn serve(server: Server, signals: &mut Signals) -> Result<Ended, StartError> {
    let handle = server.handle();
    let mut server = std::pin::pin!(server);
    tokio::select! {
        ended = &mut server => return Err(StartError::Ended(format!("{:?}", ended.err()))),
        () = signals.next() => {}
    }
    let finish = async {
        let ((), ended) = tokio::join!(handle.stop(true), &mut server);
        ended
    };
    tokio::select! {
        ended = finish => ended.map_err(|err| StartError::Ended(err.to_string()))?,
        () = signals.next() => return Ok(Ended::Forced),
    }
    Ok(Ended::Gracefully)
}

fn listen(
    witness: Arc<Witness>,
    address: SocketAddr,
) -> Result<(Server, Vec<SocketAddr>), StartError> {
    let witness = Data::from(witness);
    let server = HttpServer::new(move || App::new().app_data(witness.clone()).configure(routes))
        .workers(2)
        .backlog(BACKLOG_MAX)
        .max_connections(CONNECTIONS_PER_WORKER_MAX)
        .keep_alive(Duration::from_secs(KEEP_ALIVE_S))
        .client_request_timeout(Duration::from_secs(HEAD_READ_S_MAX))
        .client_disconnect_timeout(Duration::from_secs(DISCONNECT_S_MAX))
        .shutdown_timeout(STOP_S_MAX)
        .disable_signals()
        .bind(address)
        .map_err(|reason| StartError::Listen { address, reason })?;
    let addresses = server.addrs();
    Ok((server.run(), addresses))
}

fn routes(config: &mut ServiceConfig) {
    let never = || async { said(StatusCode::NOT_FOUND, "there is nothing here") };
    config
        .service(web::resource("/add-checkpoint").route(web::post().to(add_checkpoint)))
        .service(web::resource("/checkpoint/{hash}").route(web::get().to(checkpoint)))
        .service(web::resource("/healthz").route(web::get().to(healthz)))
        .default_service(web::to(never));
}

/// `POST /add-checkpoint` (C2SP `tlog-witness`).
async fn add_checkpoint(witness: Data<Witness>, body: web::Payload) -> HttpResponse {
    let read = body.to_bytes_limited(WITNESS_BODY_BYTES_MAX);
    let read = tokio::time::timeout(Duration::from_secs(BODY_READ_S_MAX), read).await;
    let body: Bytes = match read {
        Ok(Ok(Ok(body))) => body,
        Ok(Err(_too_long)) => {
            return said(StatusCode::PAYLOAD_TOO_LARGE, "the body is too long");
        }
        Ok(Ok(Err(_))) | Err(_) => return said(StatusCode::BAD_REQUEST, "the body broke off"),
    };
    // It waits for the disk, and others with it.
    let answer = web::block(move || witness.take(&body)).await;
    answer.map_or_else(|_| failed(), |answer| answered(&answer))
}

fn answered(answer: &Answer) -> HttpResponse {
    match answer {
        Answer::Cosigned { lines, .. } => HttpResponse::Ok().content_type(TEXT).body(lines.clone()),
        Answer::Malformed => said(StatusCode::BAD_REQUEST, "the body is no submission"),
        Answer::Unknown => said(StatusCode::NOT_FOUND, "no log of that name is witnessed here"),
        Answer::Unsigned(reason) => said(StatusCode::FORBIDDEN, &reason.to_string()),
        Answer::Refused(Refused::Backwards) => {
            said(StatusCode::BAD_REQUEST, "the old size is larger than the checkpoint's")
        }
        Answer::Refused(Refused::Stale { known } | Refused::Forked { known }) => {
            let mut conflict = HttpResponse::Conflict();
            conflict.content_type("text/x.tlog.size").body(format!("{known}\n"))
        }
        Answer::Refused(Refused::Unproven { .. }) => {
            let words = "the proof does not show that the log only grew";
            said(StatusCode::UNPROCESSABLE_ENTITY, words)
        }
        Answer::Failed(error) => {
            tracing::error!(%error, "could not be stored, so it was not cosigned");
            failed()
        }
    }
}

fn failed() -> HttpResponse {
    said(StatusCode::INTERNAL_SERVER_ERROR, "it could not be stored")
}

fn said(status: StatusCode, words: &str) -> HttpResponse {
    HttpResponse::build(status).content_type(TEXT).body(format!("{words}\n"))
}

/// `GET /checkpoint/<SHA-256 of the log's name, hex>`: the newest note that was cosigned.
async fn checkpoint(witness: Data<Witness>, hash: Path<String>) -> HttpResponse {
    let known = web::block(move || witness.known_by_hash(&hash)).await;
    match known {
        Ok(Ok(Some(known))) => {
            let mut answer = HttpResponse::Ok();
            answer.insert_header((CACHE_CONTROL, HeaderValue::from_static("no-cache")));
            answer.content_type(TEXT).body(known.note)
        }
        Ok(Ok(None)) => said(StatusCode::NOT_FOUND, "nothing of such a log was cosigned"),
        Ok(Err(error)) => {
            tracing::error!(%error, "what is known cannot be read");
            failed()
        }
        Err(_) => failed(),
    }
}

/// The process answers.
async fn healthz() -> HttpResponse {
    said(StatusCode::OK, "ok")
}

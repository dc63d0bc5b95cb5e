//! Reads by key that come at once, asked as one (the reading side's group commit).
//!
//! A thread of its own with a few connections. Alone, a read goes at once; under load one statement
//! answers whatever came while the one before was under way. A statement starts after all the reads
//! that it answers have been asked, so each sees every commit that was acknowledged before it.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use futures_util::future::try_join_all;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio_postgres::Row;
use tokio_postgres::types::{FromSql, Type};
use uuid::Uuid;

use super::session::{BatchError, Session};
use crate::limits::{COMMIT_WAIT_MAX, GATHERED_READS_MAX, QUEUE_MAX, READER_CONNECTIONS};
use crate::problem::Problem;

/// A statement that finds rows by the uuids in `$1::uuid[]`; its first column is that uuid.
pub type ByKey = &'static str;

type Found = Result<Vec<Arc<Row>>, Problem>;

struct Ask {
    sql: ByKey,
    ids: Vec<Uuid>,
    answer: oneshot::Sender<Found>,
}

/// A handle to the reader's queue. Clones share it; its thread ends with the last of them.
#[derive(Clone)]
pub struct Reader {
    queue: mpsc::Sender<Ask>,
}

impl Reader {
    pub fn start(url: String) -> std::io::Result<Self> {
        let (queue, asks) = mpsc::channel(QUEUE_MAX);
        std::thread::Builder::new().name("reader".into()).spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => runtime.block_on(serve(&url, asks)),
                Err(err) => tracing::error!(error = %err, "the reader could not start"),
            }
        })?;
        Ok(Self { queue })
    }

    /// The rows that `sql` finds for `ids`, each once, in no order. 503 when the database is not
    /// there or too many reads wait.
    pub async fn rows(&self, sql: ByKey, ids: Vec<Uuid>) -> Found {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let (answer, wait) = oneshot::channel();
        self.queue.try_send(Ask { sql, ids, answer }).map_err(|_| Problem::busy())?;
        match tokio::time::timeout(COMMIT_WAIT_MAX, wait).await {
            Ok(Ok(found)) => found,
            Ok(Err(_)) | Err(_) => Err(Problem::busy()),
        }
    }
}

async fn serve(url: &str, asks: mpsc::Receiver<Ask>) {
    let asks = Rc::new(Mutex::new(asks));
    let lanes = (0..READER_CONNECTIONS).map(|_| lane(url, Rc::clone(&asks)));
    futures_util::future::join_all(lanes).await;
}

/// One connection: takes all that waits, asks, answers.
async fn lane(url: &str, asks: Rc<Mutex<mpsc::Receiver<Ask>>>) {
    let mut link = None;
    loop {
        let mut batch = Vec::new();
        if asks.lock().await.recv_many(&mut batch, GATHERED_READS_MAX).await == 0 {
            return;
        }
        let mut looked = look(url, &mut link, &batch).await;
        if looked.is_err() {
            // The connection may have died while it lay idle: once more, on a new one.
            link = None;
            looked = look(url, &mut link, &batch).await;
        }
        let found = match looked {
            Ok(found) => found,
            Err(err) => {
                tracing::warn!(error = %err, "reads by key failed");
                link = None;
                for ask in batch {
                    let _ = ask.answer.send(Err(Problem::busy()));
                }
                continue;
            }
        };
        for ask in batch {
            let of = |id: &Uuid| found.get(&(ask.sql, *id)).cloned();
            // Whoever has hung up needs no answer.
            let _ = ask.answer.send(Ok(ask.ids.iter().filter_map(of).collect()));
        }
    }
}

type Rows = HashMap<(ByKey, Uuid), Arc<Row>>;

async fn look(url: &str, link: &mut Option<Session>, batch: &[Ask]) -> Result<Rows, BatchError> {
    let session = match link.take().filter(|session| !session.is_closed()) {
        Some(open) => link.insert(open),
        None => link.insert(Session::open(url).await?),
    };
    let mut wanted: HashMap<ByKey, HashSet<Uuid>> = HashMap::new();
    for ask in batch {
        wanted.entry(ask.sql).or_default().extend(&ask.ids);
    }
    let texts: Vec<ByKey> = wanted.keys().copied().collect();
    session.prepare(&texts).await?;
    let session = &*session;
    let asked = wanted.into_iter().map(async |(sql, ids)| {
        let ids = Vec::from_iter(ids);
        session.query(sql, &[&ids]).await.map(|rows| (sql, rows))
    });
    let mut found = Rows::new();
    for (sql, rows) in try_join_all(asked).await? {
        found.extend(rows.into_iter().map(|row| ((sql, row.get(0)), Arc::new(row))));
    }
    Ok(found)
}

/// A `json` or `jsonb` value as its text, to be parsed once and straight into what it is.
pub struct JsonText<'a>(pub &'a str);

impl<'a> FromSql<'a> for JsonText<'a> {
    fn from_sql(
        kind: &Type,
        raw: &'a [u8],
    ) -> Result<Self, Box<dyn std::error::Error + Sync + Send>> {
        let text = match raw {
            text if *kind == Type::JSON => text,
            // One byte of version, then the text.
            [1, text @ ..] => text,
            _ => return Err("a jsonb value of another version".into()),
        };
        Ok(Self(std::str::from_utf8(text)?))
    }

    fn accepts(kind: &Type) -> bool {
        matches!(*kind, Type::JSON | Type::JSONB)
    }
}

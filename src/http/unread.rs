//! Answers that were made and that the client has not read yet.
//!
//! An ordinary client sends its whole body before it reads anything. Were lines only taken while
//! it reads, both sides would wait for each other as soon as the sockets are full. So lines are
//! taken by a task of their own, and what they are answered waits here.
//!
//! Must hold: memory is bounded, and nobody waits for ever. Where there is too much the maker
//! waits for the client to read; where it does not read for a while it is told so, and no more
//! lines are taken.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use actix_web::web::Bytes;
use futures_util::{Stream, stream};
use tokio::sync::Notify;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::{Instant, timeout};

use crate::limits::{BULK_UNREAD_ALL_BYTES_MAX, BULK_UNREAD_BYTES_MAX, BULK_UNREAD_WAIT_MAX};
use crate::problem::Problem;

/// What all requests of the process hold.
static ALL: AtomicUsize = AtomicUsize::new(0);

/// How often what others hold is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// How much may be held, and how long a client that does not read is waited for.
#[derive(Clone, Copy)]
pub struct Bounds {
    pub own: usize,
    pub all: usize,
    pub wait: Duration,
}

impl Bounds {
    pub const USUAL: Self = Self {
        own: BULK_UNREAD_BYTES_MAX,
        all: BULK_UNREAD_ALL_BYTES_MAX,
        wait: BULK_UNREAD_WAIT_MAX,
    };
}

/// What one request holds.
#[derive(Default)]
struct Held {
    bytes: Cell<usize>,
    is_gone: Cell<bool>,
    has_read: Notify,
}

impl Held {
    fn add(&self, bytes: usize) {
        self.bytes.set(self.bytes.get() + bytes);
        ALL.fetch_add(bytes, Ordering::Relaxed);
    }

    fn give_back(&self, bytes: usize) {
        self.bytes.set(self.bytes.get() - bytes);
        ALL.fetch_sub(bytes, Ordering::Relaxed);
        self.has_read.notify_one();
    }
}

/// The side that makes answers.
pub struct Maker {
    held: Rc<Held>,
    /// `None` is the end: where it is missing the answer broke off.
    pieces: UnboundedSender<Option<Bytes>>,
    bounds: Bounds,
}

/// The side that sends them.
struct Reader {
    held: Rc<Held>,
    pieces: UnboundedReceiver<Option<Bytes>>,
    is_over: bool,
}

/// Both sides.
pub fn unread(bounds: Bounds) -> (Maker, impl Stream<Item = Result<Bytes, Problem>>) {
    let held = Rc::new(Held::default());
    let (sender, receiver) = unbounded_channel();
    let reader = Reader { held: Rc::clone(&held), pieces: receiver, is_over: false };
    let reading = stream::unfold(reader, async |mut reader| Some((reader.next().await?, reader)));
    (Maker { held, pieces: sender, bounds }, reading)
}

impl Maker {
    /// Waits until there is room for more. False where the client did not make any for so long,
    /// or is gone.
    pub async fn has_room(&self) -> bool {
        let mut deadline = Instant::now() + self.bounds.wait;
        let mut least = usize::MAX;
        loop {
            let (own, all) = (self.held.bytes.get(), ALL.load(Ordering::Relaxed));
            if self.held.is_gone.get() {
                return false;
            }
            if own < self.bounds.own && (own == 0 || all < self.bounds.all) {
                return true;
            }
            if own < least {
                // It reads, however slowly.
                (least, deadline) = (own, Instant::now() + self.bounds.wait);
            } else if Instant::now() >= deadline {
                return false;
            }
            let _ = timeout(LOOK_AGAIN, self.held.has_read.notified()).await;
        }
    }

    /// Whether anybody is there to read.
    pub fn is_alone(&self) -> bool {
        self.held.is_gone.get()
    }

    /// An answer, whether there is room or not: what was done has to be told.
    pub fn push(&self, piece: Bytes) {
        self.held.add(piece.len());
        if let Err(unsent) = self.pieces.send(Some(piece)) {
            self.held.give_back(unsent.0.map_or(0, |piece| piece.len()));
        }
    }

    /// Nothing more comes. Without it the answer breaks off.
    pub fn end(self) {
        let _ = self.pieces.send(None);
    }
}

impl Reader {
    async fn next(&mut self) -> Option<Result<Bytes, Problem>> {
        if self.is_over {
            return None;
        }
        match self.pieces.recv().await {
            Some(Some(piece)) => {
                self.held.give_back(piece.len());
                Some(Ok(piece))
            }
            Some(None) => {
                self.is_over = true;
                None
            }
            None => {
                self.is_over = true;
                Some(Err(Problem::internal("the answers of a bulk request broke off")))
            }
        }
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.held.is_gone.set(true);
        self.pieces.close();
        while let Ok(piece) = self.pieces.try_recv() {
            self.held.give_back(piece.map_or(0, |piece| piece.len()));
        }
        self.held.has_read.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use std::pin::pin;

    use futures_util::StreamExt;

    use super::*;

    const SMALL: Bounds = Bounds { own: 4, all: usize::MAX, wait: Duration::from_millis(50) };

    #[actix_web::test]
    async fn what_is_made_is_read_in_order_and_ends_or_breaks_off() {
        for is_whole in [true, false] {
            let (maker, reading) = unread(SMALL);
            assert!(maker.has_room().await);
            maker.push(Bytes::from_static(b"one"));
            maker.push(Bytes::from_static(b"two"));
            if is_whole {
                maker.end();
            } else {
                drop(maker);
            }
            let read: Vec<_> = reading.collect().await;
            let text: Vec<_> = read.iter().map(|one| one.as_ref().ok().cloned()).collect();
            assert_eq!(text[..2], [Some("one".into()), Some("two".into())]);
            assert_eq!(
                (text.len(), text.last() == Some(&None)),
                (2 + usize::from(!is_whole), !is_whole)
            );
        }
    }

    #[actix_web::test]
    async fn who_does_not_read_is_waited_for_and_then_no_more() {
        let (maker, reading) = unread(SMALL);
        let mut reading = pin!(reading);
        maker.push(Bytes::from_static(b"more than four"));
        assert!(!maker.has_room().await);
        let (room, piece) = tokio::join!(maker.has_room(), reading.next());
        assert!(room && piece.is_some_and(|piece| piece.is_ok()));
    }

    #[actix_web::test]
    async fn who_is_gone_is_not_waited_for() {
        let long = Bounds { wait: Duration::from_mins(10), ..SMALL };
        let (maker, reading) = unread(long);
        maker.push(Bytes::from_static(b"more than four"));
        drop(reading);
        assert!(!maker.has_room().await && maker.is_alone());
        assert_eq!(maker.held.bytes.get(), 0);
    }
}

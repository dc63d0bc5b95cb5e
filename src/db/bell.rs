//! Rings when the committer has answered a batch, for those who wait for what comes next.
//!
//! It tells nothing but "look again": a ring for a batch that was refused costs one look.

use tokio::sync::watch;

/// A handle to the bell; clones are the same bell.
#[derive(Clone)]
pub struct Bell(watch::Sender<bool>);

impl Default for Bell {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Bell {
    pub(super) fn ring(&self) {
        self.0.send_modify(|_| {});
    }

    /// Sends everybody home: the server stops.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Listens from now on.
    pub fn listen(&self) -> Listener {
        Listener(self.0.subscribe())
    }
}

/// Hears every ring since it was made or last woke.
pub struct Listener(watch::Receiver<bool>);

impl Listener {
    /// Waits for a ring; false when the server stops and waiting is over.
    pub async fn rings(&mut self) -> bool {
        let is_stopping = *self.0.borrow();
        !is_stopping && self.0.changed().await.is_ok() && !*self.0.borrow()
    }
}

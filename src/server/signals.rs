//! Ctrl-C and SIGTERM. The first asks us to finish, the second not to wait.

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::StartError;

/// From here on these signals no longer end the process by themselves.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
}

impl Signals {
    pub(super) fn listen() -> Result<Self, StartError> {
        let failed = |reason| StartError::Io { doing: "listen for signals", reason };
        Ok(Self {
            interrupt: signal(SignalKind::interrupt()).map_err(failed)?,
            terminate: signal(SignalKind::terminate()).map_err(failed)?,
        })
    }

    pub(super) async fn next(&mut self) {
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
        }
    }

    /// `work`, unless a signal comes first.
    pub(super) async fn unless_stopped<T>(
        &mut self,
        work: impl Future<Output = T>,
    ) -> Result<T, StartError> {
        tokio::select! {
            done = work => Ok(done),
            () = self.next() => Err(StartError::Interrupted),
        }
    }
}

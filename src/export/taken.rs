//! Where a file is written to while it is sent: what is written waits until somebody takes it.

use std::io::{self, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// One end is the writer's, a clone of it whoever takes.
#[derive(Clone, Default)]
pub struct Taken(Arc<Mutex<Vec<u8>>>);

impl Taken {
    /// What was written since it was last taken.
    pub fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.written())
    }

    fn written(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Write for Taken {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.written().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

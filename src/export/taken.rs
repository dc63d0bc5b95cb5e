//! Where a file is written to while it is sent: what is written waits until somebody takes it.

use std::cell::RefCell;
use std::io::{self, Write};
use std::rc::Rc;

/// One end is the writer's, a clone of it whoever takes. Of one thread.
#[derive(Clone, Default)]
pub struct Taken(Rc<RefCell<Vec<u8>>>);

impl Taken {
    /// What was written since it was last taken.
    pub fn take(&self) -> Vec<u8> {
        self.0.take()
    }
}

impl Write for Taken {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! Mail: rendered, sent, and in a sandbox caught.

pub(super) mod catcher;
mod letter_store;
mod render;
pub(super) mod send;

pub use catcher::CaughtMail;
pub use render::escaped;

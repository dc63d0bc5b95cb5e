//! Mail: rendered, sent, and in a sandbox caught.

mod catcher;
mod letter_store;
mod render;
pub(super) mod send;

pub use catcher::{Catcher, CaughtMail};
pub use render::escaped;

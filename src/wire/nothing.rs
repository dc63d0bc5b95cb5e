//! The body of a command that asks for nothing: `{}`, or none at all.

use super::fields::wire;

wire! {
    /// No fields.
    pub struct Nothing {}
}

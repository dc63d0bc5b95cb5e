//! Who may sign in, what they may do where, and how they prove who they are.

mod agency;
pub mod policy;

pub use agency::Agency;

//! Who may sign in, what they may do where, and how they prove who they are.

mod agency;
mod lockout;
mod password;
pub mod policy;
mod token;

pub use agency::Agency;
pub use password::Password;
pub use token::{SecretTooShort, TOKEN_SECRET_BYTES_MIN, unauthorized};

//! The second factor: a time-based code (RFC 6238) from the person's own device, and recovery codes
//! for the day that the device is lost.
//!
//! A secret must be readable to check a code, so it cannot be hashed: it is sealed (`seal.rs`) with
//! a key that is not in the database. A stolen dump holds neither secrets nor recovery codes, and a
//! stolen dump with the token secret is a stolen deployment anyway. A time step is good once, a
//! recovery code is good once, and both are guessed at no more often than passwords.

mod accept;
mod code;
mod enrol;
mod renew;
mod seal;

pub use accept::{Factor, accept};
pub use enrol::{
    Begun, ConfirmTotp, DisableTotp, Enrolled, TotpState, begin, confirm, disable, state,
};
pub use renew::{RenewRecoveryCodes, renew};
pub use seal::Seal;

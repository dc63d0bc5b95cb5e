//! Device keys: public keys by which people sign what they do (custody.md, "statement"). The
//! private half never leaves the device; what is registered here is good for signatures alone, and
//! opens nothing.
//!
//! A key is registered by its own signature, so nobody registers another's, and stands under one
//! user for ever: a key that was revoked is never registered again. What it signed before stays
//! signed.

mod asked;
mod judge;
mod look;
mod model;
mod register;
mod revoke;

pub use asked::{ProofAsked, RegisterDeviceKey, RevokeDeviceKey, SignatureAsked};
pub use judge::{Claim, Sealed, judge};
pub use look::{key, one, own, seen_among, shown};
pub use model::{DeviceKey, DeviceKeyStatus, DeviceKeyView};
pub use register::register;
pub use revoke::revoke;

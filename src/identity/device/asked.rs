//! What may be asked about device keys, and a signature by one, as they cross the wire.

use crate::ids::DeviceKeyId;
use crate::journal::signature::Alg;
use crate::wire::{BoundedText, wire};

wire! {
    /// A device's public key to be registered for oneself.
    pub struct RegisterDeviceKey {
        /// To tell it from one's others. No event has it: it may name a person.
        pub name: BoundedText<1, 100>,
        pub alg: Alg,
        /// Base64 of what WebCrypto exports as `raw` or as `spki`.
        pub public_key: BoundedText<1, 200>,
        pub signature: ProofAsked,
    }

    /// The new key's own signature: whoever registers it has it.
    pub struct ProofAsked {
        /// Canonical JSON (RFC 8785): `action` is `register`, `subject` oneself
        /// (`{"id","kind":"user"}`), `after` null, `body` this request's `alg` and `public_key`.
        /// Later statements count on from its `device_counter`.
        pub statement: BoundedText<1, 2000>,
        /// Base64 of 64 bytes; of `es256` `r` and `s` one after the other.
        pub value: BoundedText<1, 200>,
    }

    /// A device key that is not to sign any more.
    pub struct RevokeDeviceKey {
        /// Somebody else may have it: nothing that it signs and that has not come in yet counts,
        /// whatever time it claims. Else what was signed before now may still come in.
        pub lost: bool = false,
    }

    /// A person's signature on a command, made by a registered device.
    pub struct SignatureAsked {
        /// Canonical JSON (RFC 8785) of `action`, `subject`, `after`, `body`, `occurred_at` and
        /// `device_counter`: the text that is signed. `body` is the command's body without
        /// `signature` and `countersign`, `after` the leaf hash of the last event seen.
        pub statement: BoundedText<1, 32_000>,
        pub alg: Alg,
        pub key_id: DeviceKeyId,
        /// The registered one, where it is told.
        pub public_key: Option<BoundedText<1, 200>>,
        /// Base64 of 64 bytes; of `es256` `r` and `s` one after the other.
        pub value: BoundedText<1, 200>,
    }
}

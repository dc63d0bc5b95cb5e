//! A signature as an event carries it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::key::Alg;
use crate::ids::DeviceKeyId;

/// The top-level `signature` of an event: the statement as it was signed, and by which key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Seal {
    /// Canonical JSON (RFC 8785), the text that was signed.
    pub statement: String,
    pub alg: Alg,
    pub key_id: DeviceKeyId,
    /// Base64 of the raw key: 32 bytes, or the uncompressed point of 65.
    pub public_key: String,
    /// Base64 of 64 bytes.
    pub value: String,
}

//! Tests of the room as a whole: the reader against serde_json, requests against their faults.

mod decode;
mod json;

//! `liandan openapi`: the OpenAPI document of this build, as `api-spec/openapi.json` has it.

use std::io::Write as _;

use crate::http::openapi;
use crate::server::StartError;

/// Print the OpenAPI document.
#[derive(clap::Args)]
pub(super) struct Arguments {}

pub(super) fn run(_asked: &Arguments) -> Result<(), StartError> {
    let written = std::io::stdout().write_all(openapi::text().as_bytes());
    written.map_err(|reason| StartError::Io { doing: "write the document", reason })
}

//! `liandan audit`: reads a database; no server is opened, nothing is written.

use super::StartError;
use crate::audit::{self, Progress, Report};
use crate::custody::VerifierKey;

/// Audits the database at `url`; checkpoints must be signed with one of `keys`. Blocks.
pub fn audit(
    url: &str,
    keys: Vec<VerifierKey>,
    tell: &mut dyn FnMut(Progress),
) -> Result<Report, StartError> {
    Ok(actix_web::rt::System::new().block_on(audit::audit(url, keys, tell))?)
}

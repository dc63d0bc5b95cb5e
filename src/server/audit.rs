//! `liandan audit`: reads a database; no server is opened, nothing is written.

use super::StartError;
use crate::audit::{self, Progress, Report, Trusted};

/// Audits the database at `url`. Blocks.
pub fn audit(
    url: &str,
    trusted: Trusted,
    tell: &mut dyn FnMut(Progress),
) -> Result<Report, StartError> {
    Ok(actix_web::rt::System::new().block_on(audit::audit(url, trusted, tell))?)
}
